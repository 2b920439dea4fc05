"""Money received elsewhere, reminders, statements, years, files, and people whom Bill.com knows already."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flask_billcom.api.records import Customer, Vendor
from flask_billcom.engine.decisions import NotPossible
from tests.stories.conftest import Begin
from tests.stories.town import Order, Town

TEN = ("ann", "10.00", "1.00")


def check_comes(town: Town, order: Order, amount: str, reference: str = "check 7", *, overpay: bool = False) -> object:
    """Let somebody enter a cheque that came by post."""
    today = town.world.clock.now().astimezone(town.world.settings.zone).date()
    result: object = town.billcom.record_payment(
        order, amount=Decimal(amount), date=today, reference=reference, actor="eve", overpay=overpay
    )
    return result


def test_a_cheque_by_post_pays_the_order_and_its_sellers(begin: Begin) -> None:
    town = begin(collect="none", float_cents=9_00)
    order = town.sold(TEN)
    check_comes(town, order, "10.00")
    check_comes(town, order, "10.00")
    town.passes()
    town.waits(bank_days=10)

    assert town.calls("RecordARPayment") == 1
    town.ends(outside="10.00", paid_out="9.00", fees="1.00")


def test_a_cheque_for_a_part_and_the_link_for_the_rest(begin: Begin) -> None:
    town = begin(collect="send")
    order = town.sold(TEN)
    check_comes(town, order, "4.00")
    town.passes()
    town.pays_by_link(order)
    town.waits(bank_days=10)

    town.ends(outside="4.00", collected="6.00", paid_out="9.00", fees="1.00")


def test_a_cheque_above_what_is_due_is_refused_or_becomes_credit(begin: Begin) -> None:
    town = begin(collect="none", float_cents=9_00)
    order = town.sold(TEN)
    with pytest.raises(NotPossible):
        check_comes(town, order, "12.00")
    check_comes(town, order, "12.00", overpay=True)
    town.passes()
    town.waits(bank_days=10)

    assert town.billcom.credit_of(town.buyer("Ada")) == Decimal("2.00")
    town.ends(outside="12.00", paid_out="9.00", fees="1.00", buyer_credit="2.00")


def test_a_debit_that_came_back_is_charged_again_when_a_person_says_so(town: Town) -> None:
    order = town.sold(TEN, bank_days=1)
    town.waits(bank_days=1)
    town.bank("return_charge", town.debit_of("Ada"), "R01")
    town.waits(bank_days=2)
    assert town.calls("ChargeCustomer") == 1
    town.billcom.charge_again(order, actor="eve", reason="her wages have come")
    town.passes()
    town.waits(bank_days=10)

    town.ends(collected="20.00", returned="10.00", paid_out="9.00", fees="1.00")


def owes_nine_after_a_cheque(town: Town, *, list_lag_s: int) -> Order:
    """Let a debit come back, and a cheque that pays a part of it be entered, where lists lag."""
    town.world.simulator.switch(list_lag_s=list_lag_s)
    order = town.sold(TEN, bank_days=1)
    town.bank("return_charge", town.debit_of("Ada"), "R01")
    town.waits(bank_days=2)
    check_comes(town, order, "1.00")
    return order


def refuses_to_charge_again(town: Town, order: Order) -> None:
    with pytest.raises(NotPossible, match="recorded"):
        town.billcom.charge_again(order, actor="eve", reason="her wages have come")

    town.passes()
    assert town.calls("ChargeCustomer") == 1


def test_what_is_paid_by_a_cheque_that_is_not_told_yet_is_not_charged_again(begin: Begin) -> None:
    town = begin()
    order = owes_nine_after_a_cheque(town, list_lag_s=100)

    refuses_to_charge_again(town, order)


def test_what_a_cheque_has_just_paid_is_not_charged_again_while_lists_do_not_show_it(begin: Begin) -> None:
    town = begin()
    order = owes_nine_after_a_cheque(town, list_lag_s=3600)
    town.world.tick()
    assert town.calls("RecordARPayment") == 1

    refuses_to_charge_again(town, order)


def test_an_invoice_that_stays_unpaid_is_sent_again_on_its_days(begin: Begin) -> None:
    town = begin(collect="send", reminder_days=(3, 7))
    order = town.sold(TEN)
    for _ in range(8):
        town.world.advance(seconds=86_400)
        town.passes(seconds=0)
    assert town.calls("SendInvoice") == 3
    town.pays_by_link(order)
    town.waits(bank_days=10)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_buyer_who_disputes_a_sale_is_not_reminded_before_that_has_ended(begin: Begin) -> None:
    town = begin(collect="send", reminder_days=(3, 7))
    order = town.sold(TEN)
    dispute = town.billcom.dispute(order, reference="d1", reason="the parcel is empty", actor="eve")
    for _ in range(8):
        town.world.advance(seconds=86_400)
        town.passes(seconds=0)
    with pytest.raises(NotPossible, match="disputes"):
        town.billcom.remind(order, actor="eve")
    assert town.calls("SendInvoice") == 1
    town.billcom.resolve_dispute(dispute, "won", actor="bob", reason="there is a photograph")
    town.passes(seconds=120)
    assert town.calls("SendInvoice") == 2
    town.pays_by_link(order)
    town.waits(bank_days=10)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_reminder_that_waits_for_the_mail_limit_is_dropped_when_the_buyer_disputes(begin: Begin) -> None:
    town = begin(collect="send")
    order = town.sold(TEN)
    town.billcom.remind(order, actor="eve")
    town.billcom.dispute(order, reference="d1", reason="the parcel is empty", actor="eve")
    town.passes(seconds=120)

    assert town.calls("SendInvoice") == 1
    assert [each.state for each in town.operations("send_invoice")] == ["done", "cancelled"]


def test_a_person_reminds_a_buyer_once_a_day_however_often_he_clicks(begin: Begin) -> None:
    town = begin(collect="send")
    order = town.sold(TEN)
    for _ in range(3):
        town.billcom.remind(order, actor="eve")
    town.passes(seconds=120)
    assert town.calls("SendInvoice") == 2
    town.pays_by_link(order)
    town.waits(bank_days=10)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_sellers_statement_of_a_month_proves_itself(begin: Begin) -> None:
    town = begin(float_cents=100_00)
    order = town.sells(("ann", "60.00", "6.00"))
    town.sells(("ann", "40.00", "4.00"), to="Ben")
    town.passes()
    town.waits(bank_days=9)
    town.billcom.refund(order, reference="r1", amount=Decimal("10.00"), reason="a scratch", actor="eve")
    town.passes()
    town.waits_long()

    month = town.billcom.statement(town.seller("ann"), "2026-03")
    assert month.is_proved, month.faults
    assert (month.opening_cents, month.closing_cents) == (0, -9_00)
    assert month.closing_cents == month.ledger_cents
    page = town.billcom.statement_page(month)
    assert "Seller 1" in page
    town.ends(collected="100.00", refunded="10.00", paid_out="90.00", fees="9.00", sellers_owe="9.00")


def test_a_statement_of_a_month_that_has_not_ended_says_so(town: Town) -> None:
    town.sold(TEN, bank_days=1)
    ann = town.seller("ann")
    open_ = town.billcom.statement(ann, "2026-03")
    assert not open_.is_final
    assert "This period has not ended" in town.billcom.statement_page(open_)
    assert list(open_.as_csv())[-1].startswith("2026-03-09,Balance so far")
    town.until("2026-04-01T08:00:00Z")
    ended = town.billcom.statement(ann, "2026-03")

    assert ended.is_final
    assert "has not ended" not in town.billcom.statement_page(ended)
    assert list(ended.as_csv())[-1].startswith("2026-03-31,Closing balance")


def test_a_statement_names_the_orders_of_each_payout(town: Town) -> None:
    town.sells(TEN, ("bo", "5.00", "0.50"))
    town.sells(("ann", "20.00", "2.00"), to="Ben")
    town.passes()
    town.waits(bank_days=9)

    month = town.billcom.statement(town.seller("ann"), "2026-03")
    paid = sorted((each.reference, each.cents) for payout in month.payouts for each in payout.orders)
    assert paid == [("1", 9_00), ("2", 18_00)]
    town.ends(collected="35.00", paid_out="31.50", fees="3.50")


def test_a_year_of_every_seller_adds_up_for_the_tax_adviser(town: Town) -> None:
    town.sold(TEN, ("bo", "5.00", "0.50"), bank_days=9)

    year = {each.seller: each for each in town.billcom.year_totals(2026).items}
    assert {name: (each.gross_cents, each.payouts_cents) for name, each in year.items() if each.sales} == {
        "Seller 1": (10_00, 9_00),
        "Seller 2": (5_00, 4_50),
    }
    assert all(each.is_proved for each in year.values())
    town.ends(collected="15.00", paid_out="13.50", fees="1.50")


def test_the_books_are_exported_as_a_journal_that_balances(town: Town) -> None:
    town.sold(TEN, bank_days=9)

    lines = "".join(town.billcom.export("2026-03", format="csv")).splitlines()
    assert len(lines) > 10
    assert town.billcom.open_items() == []
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_an_orders_document_is_attached_once_and_its_invoice_fetched(town: Town) -> None:
    order = town.sold(TEN)
    for _ in range(2):
        town.billcom.attach(order, b"%PDF-1.4 the order\n%%EOF\n", name="order.pdf", actor="eve")
    assert bytes(town.billcom.invoice_pdf(order)).startswith(b"%PDF")
    town.waits(bank_days=9)

    assert town.calls("UploadAttachment") == 1
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_people_whom_bill_com_knows_already_are_confirmed_row_by_row_and_made_once(town: Town) -> None:
    vendor = town.billcom.client().vendors.create(Vendor(name="dee", email="seller4@example.com")).id
    customer = town.billcom.client().customers.create(Customer(name="Dan", email="buyer4@example.com")).id
    dee, dan = town.seller("dee"), town.buyer("Dan")
    found = {row.key: [each.remote_id for each in row.candidates] for row in town.billcom.match_report()}
    assert found == {"customer:Buyer:4": [customer], "vendor:Seller:4": [vendor]}
    town.billcom.confirm_match(dee, vendor, actor="eve", reason="compared with the ledger of 2025")
    town.billcom.confirm_match(dan, customer, actor="eve", reason="compared with the ledger of 2025")
    town.enters_bank_account(dee)
    town.restarts(collect="send")
    order = town.sells(("dee", "10.00", "1.00"), to="Dan")
    town.passes()
    town.pays_by_link(order)
    town.waits(bank_days=10)

    assert town.invoice_of(order)["customerId"] == customer
    assert town.bill_of(order, "dee")["vendorId"] == vendor
    assert len(town.at_billcom("Vendor", name="dee")) == len(town.at_billcom("Customer", name="Dan")) == 1
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")
