"""What somebody does in Bill.com's own web page, behind the marketplace's back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.api.records import VendorBankAccount
from flask_billcom.engine.decisions import NotPossible
from flask_billcom.ledger import Account
from tests.stories.conftest import Begin
from tests.stories.town import Order, Town

RESERVED = {Account.SELLER_RESERVED: "-9.00"}
TEN = ("ann", "10.00", "1.00")


def due(begin: Begin, **settings: Any) -> tuple[Town, Order]:
    """Let the bill of a sale be due, and its run not asked for yet."""
    town = begin(payout_schedule="manual", **settings)
    order = town.sold(TEN, bank_days=7)
    return town, order


def runs(town: Town, bank_days: int = 3) -> None:
    """Ask for a payout run, and let it go through as far as it can."""
    town.billcom.payout_run(actor="eve")
    town.passes()
    town.waits(bank_days=bank_days)


def raise_to(town: Town, bill: Any, dollars: str) -> None:
    """Let an operator change the price of a bill's only line."""
    row = town.world.simulator.books.find("Bill", bill.id)
    (line,) = row["billLineItems"]
    lines = [{"entity": "BillLineItem", "id": line.id, "amount": dollars}]
    town.operator("edit_bill", id=row.id, values={"billLineItems": lines})


def price_of_invoice(town: Town, order: Order, dollars: str) -> None:
    """Let an operator change the price of an invoice's only line."""
    invoice = town.invoice_of(order)
    (line,) = invoice["invoiceLineItems"]
    lines = [{"entity": "InvoiceLineItem", "id": line.id, "price": dollars, "quantity": 1}]
    town.operator("edit_invoice", id=invoice.id, values={"invoiceLineItems": lines})


def test_an_operator_raises_a_bill_and_it_is_not_paid_before_he_puts_it_back(begin: Begin) -> None:
    town, order = due(begin)
    raise_to(town, town.bill_of(order, "ann"), "90.00")
    runs(town)
    assert town.calls("PayBills") == 0
    (shown,) = town.billcom.reconcile().differences
    assert (shown.kind, shown.subject, shown.theirs) == ("other_amount", "bill FB-1-1", "90.00")
    raise_to(town, town.bill_of(order, "ann"), "9.00")
    town.waits(bank_days=4)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_an_operator_moves_a_bill_to_another_vendor_and_nobody_is_paid(begin: Begin) -> None:
    town, order = due(begin)
    town.operator("edit_bill", id=town.bill_of(order, "ann").id, values={"vendorId": town.vendor("bo").id})
    runs(town)

    assert town.at_billcom("SentPay") == []
    town.ends(
        collected="10.00",
        owed="9.00",
        fees="1.00",
        clearing=RESERVED,
        waiting=["payout parked: difference"],
        states={"1": "funded"},
        differences=["other_party bill FB-1-1"],
    )


def test_an_operator_merges_two_vendors_and_the_merged_one_is_not_paid(begin: Begin) -> None:
    town, _ = due(begin)
    town.operator("merge", id=town.vendor("ann").id, into=town.vendor("bo").id)
    town.passes(seconds=86_400)
    runs(town)

    assert town.at_billcom("SentPay") == []
    town.ends(
        collected="10.00",
        held="9.00",
        fees="1.00",
        waiting=["the vendor"],
        states={"1": "funded"},
        differences=["other_party"],
    )


def test_an_operator_deletes_an_unpaid_bill_and_it_is_noticed(begin: Begin) -> None:
    town, order = due(begin)
    town.operator("delete", id=town.bill_of(order, "ann").id)
    runs(town)

    assert town.at_billcom("SentPay") == []
    town.ends(
        collected="10.00",
        owed="9.00",
        fees="1.00",
        clearing=RESERVED,
        waiting=["payout parked: difference"],
        states={"1": "funded"},
        differences=["other_state bill FB-1-1"],
    )


def test_an_operator_undeletes_the_bill_and_it_is_paid(begin: Begin) -> None:
    town, order = due(begin)
    bill = town.bill_of(order, "ann")
    town.operator("delete", id=bill.id)
    runs(town)
    town.operator("undelete", id=bill.id)
    town.waits(bank_days=4)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_an_operator_pays_a_bill_by_hand_and_it_is_not_paid_again(begin: Begin) -> None:
    town, order = due(begin)
    town.operator("pay_bill", id=town.bill_of(order, "ann").id)
    runs(town)

    assert town.calls("PayBills") == 0
    town.ends(
        collected="10.00",
        paid_out="9.00",
        paid_by_hand="9.00",
        owed="9.00",
        fees="1.00",
        clearing=RESERVED,
        waiting=["payout parked: difference"],
        states={"1": "funded"},
        differences=["paid_outside bill FB-1-1"],
    )


def test_a_payment_by_hand_is_taken_for_our_payout_by_the_command_that_is_named(begin: Begin) -> None:
    town, order = due(begin)
    town.operator("pay_bill", id=town.bill_of(order, "ann").id)
    runs(town)
    (payout,) = town.operations("pay")
    by_hand = town.payout_to("ann")
    (difference,) = town.billcom.reconcile().differences
    assert difference.command == f"flask billcom pay adopt {by_hand.id} --reason WHY"
    assert "ops resolve" in (payout.evidence or {})["resolve"]
    would = town.billcom.adopt_payment(by_hand.id, actor="eve", reason="Bea paid it by hand", dry_run=True)
    assert (would.numbers, would.cents, would.is_dry_run) == (("FB-1-1",), 9_00, True)
    assert town.operations("pay", "done") == []
    town.billcom.adopt_payment(by_hand.id, actor="eve", reason="Bea paid it by hand")
    town.waits(bank_days=4)

    assert town.calls("PayBills") == 0
    (payout,) = town.operations("pay", "done")
    assert payout.parked is None
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


@pytest.mark.parametrize("is_looked_at", [False, True])
def test_a_bill_paid_by_hand_is_one_difference_that_names_the_payment(begin: Begin, *, is_looked_at: bool) -> None:
    town, order = due(begin)
    town.operator("pay_bill", id=town.bill_of(order, "ann").id)
    town.world.advance(business_days=3)
    if is_looked_at:
        runs(town)

    (difference,) = town.billcom.reconcile().differences

    assert (str(difference.kind), difference.subject) == ("paid_outside", "bill FB-1-1")
    assert town.payout_to("ann").id in difference.theirs


def test_a_payment_by_hand_is_taken_for_a_payout_that_was_never_asked_for(begin: Begin) -> None:
    town, order = due(begin)
    town.operator("pay_bill", id=town.bill_of(order, "ann").id)
    town.waits(bank_days=4)
    by_hand = town.payout_to("ann")
    town.billcom.adopt_payment(by_hand.id, actor="eve", reason="Bea paid it by hand")
    town.waits(bank_days=4)
    with pytest.raises(NotPossible, match="FB-1-1 is done"):
        town.billcom.adopt_payment(by_hand.id, actor="eve", reason="once more")

    assert town.calls("PayBills") == 0
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_refund_of_what_was_paid_by_hand_goes_on_when_the_payment_is_ours(begin: Begin) -> None:
    town, order = due(begin, float_cents=1_000_000)
    town.operator("pay_bill", id=town.bill_of(order, "ann").id)
    town.waits(bank_days=4)
    town.billcom.refund(order, reference="r1", reason="it came broken", actor="eve")
    town.waits(bank_days=2)
    assert [each.kind for each in town.operations("update_bill", "planned") + town.operations("delete_bill", "planned")]
    by_hand = town.payout_to("ann")
    commands = [each.command for each in town.billcom.reconcile().differences if by_hand.id in each.theirs]
    assert commands == [f"flask billcom pay adopt {by_hand.id} --reason WHY"]
    town.billcom.adopt_payment(by_hand.id, actor="eve", reason="Bea paid it by hand")
    town.waits(bank_days=4)
    runs(town, bank_days=12)

    assert town.calls("PayBills") == 1, "the buyer is paid back"
    town.ends(collected="10.00", paid_out="9.00", refunded="10.00", sellers_owe="9.00")


def test_a_payment_by_hand_from_before_the_buyers_is_made_again_by_us_when_it_was_canceled(begin: Begin) -> None:
    town = begin(payout_schedule="manual")
    order = town.sold(TEN)
    town.operator("pay_bill", id=town.bill_of(order, "ann").id)
    by_hand = town.payout_to("ann")
    town.billcom.adopt_payment(by_hand.id, actor="eve", reason="Bea paid it by hand")
    town.operator("cancel", id=by_hand.id)
    town.waits(bank_days=9)
    town.billcom.pay_again(by_hand.id, actor="eve", reason="it was too early")
    runs(town)

    assert town.calls("PayBills") == 1
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_an_adoption_that_is_refused_leaves_nothing_that_could_be_paid_before_the_buyer_has(begin: Begin) -> None:
    town = begin(payout_schedule="manual", approvers=2)
    order = town.sold(TEN)
    town.operator("pay_bill", id=town.bill_of(order, "ann").id)
    by_hand = town.payout_to("ann")
    with pytest.raises(NotPossible, match="two people decide"):
        town.billcom.adopt_payment(by_hand.id, actor="eve", reason="Bea paid it by hand")
    assert town.operations("pay") == []
    assert town.world.trial()[Account.SELLER_RESERVED] == 0
    town.billcom.adopt_payment(by_hand.id, actor="eve", second="bob", reason="Bea paid it by hand")
    town.waits(bank_days=9)

    assert town.calls("PayBills") == 0
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_what_cannot_be_a_payout_of_ours_is_not_adopted(begin: Begin) -> None:
    town, order = due(begin)
    town.operator("pay_bill", id=town.bill_of(order, "ann").id, amount_cents=400)
    part = town.payout_to("ann")
    with pytest.raises(NotPossible, match=r"pays 4\.00 of bill FB-1-1, which is about 9\.00"):
        town.billcom.adopt_payment(part.id, actor="eve", reason="Bea paid it")
    town.operator("cancel", id=part.id)
    with pytest.raises(NotPossible, match="was taken back"):
        town.billcom.adopt_payment(part.id, actor="eve", reason="Bea paid it")
    with pytest.raises(NotPossible, match="knows no payment"):
        town.billcom.adopt_payment("stp01NOBODYKNOWSTHIS", actor="eve", reason="Bea paid it")
    runs(town, bank_days=5)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_payment_by_hand_that_was_taken_back_is_not_taken_for_our_payout(begin: Begin) -> None:
    town, order = due(begin)
    town.operator("pay_bill", id=town.bill_of(order, "ann").id)
    town.billcom.payout_run(actor="eve")
    town.passes()
    by_hand = town.payout_to("ann")
    town.operator("cancel", id=by_hand.id)
    (payout,) = town.operations("pay")
    with pytest.raises(NotPossible, match="not an equal effect"):
        town.billcom.resolve(payout.id, actor="eve", reason="Bea paid it", adopt=by_hand["billPays"][0].id)
    town.waits(bank_days=4)

    assert town.calls("PayBills") == 1
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_payment_by_hand_of_a_part_is_not_taken_for_our_payout(begin: Begin) -> None:
    town, order = due(begin)
    town.operator("pay_bill", id=town.bill_of(order, "ann").id, amount_cents=400)
    runs(town)
    (payout,) = town.operations("pay")
    (part,) = town.payout_to("ann")["billPays"]

    with pytest.raises(NotPossible, match="not an equal effect"):
        town.billcom.resolve(payout.id, actor="eve", reason="Bea paid it", adopt=part.id)
    assert town.calls("PayBills") == 0


def test_a_payment_by_hand_of_a_part_is_taken_back_and_the_payout_goes_on(begin: Begin) -> None:
    town, order = due(begin)
    town.operator("pay_bill", id=town.bill_of(order, "ann").id, amount_cents=400)
    runs(town, bank_days=1)
    part = town.payout_to("ann")
    (difference,) = [each for each in town.billcom.reconcile().differences if each.kind == "paid_outside"]
    assert difference.command == (
        f"cancel or void {part.id} at Bill.com, then flask billcom tick; once it has arrived, set bill FB-1-1 to 4.00 "
        f"there, then flask billcom pay adopt {part.id} --as-paid --reason WHY"
    )
    town.operator("void", id=part.id)
    town.waits(bank_days=5)

    assert town.calls("PayBills") == 1
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_an_operator_changes_an_invoice_and_it_is_not_charged(begin: Begin) -> None:
    town = begin(linger_s=60)
    order = town.sells(TEN)
    town.world.advance(seconds=61)
    town.ticks()
    price_of_invoice(town, order, "100.00")
    town.world.advance(seconds=61)
    town.passes()
    town.waits(bank_days=2)

    assert town.calls("ChargeCustomer") == 0
    town.ends(
        due="10.00",
        owed="9.00",
        fees="1.00",
        waiting=["the sale is invoiced"],
        states={"1": "invoiced"},
        differences=["other_amount invoice FB-1"],
    )


def raises_an_invoice_that_is_paid(begin: Begin) -> tuple[Town, Order]:
    """Let a buyer pay his invoice, an operator raise it by 3.76, and the buyer pay that as well."""
    town = begin(collect="send", float_cents=1_000_000)
    order = town.sold(TEN)
    town.pays_by_link(order)
    town.waits(bank_days=1)
    price_of_invoice(town, order, "13.76")
    town.pays_by_link(order)
    return town, order


def test_what_a_buyer_paid_of_an_invoice_that_was_raised_by_mistake_is_his_credit(begin: Begin) -> None:
    town, order = raises_an_invoice_that_is_paid(begin)
    town.waits(bank_days=2)
    (difference,) = town.billcom.reconcile().differences
    assert (difference.kind, difference.command) == ("other_amount", "flask billcom books reconcile")
    assert "put the amount back there" in difference.explanation
    price_of_invoice(town, order, "10.00")
    town.waits(bank_days=9)

    assert town.billcom.credit_of(town.buyer("Ada")) == Decimal("3.76")
    town.ends(collected="13.76", paid_out="9.00", fees="1.00", buyer_credit="3.76", overpaid_invoices=["FB-1"])


def test_a_payment_that_we_have_not_read_is_named_also_where_an_invoice_is_overpaid(begin: Begin) -> None:
    town, order = raises_an_invoice_that_is_paid(begin)
    price_of_invoice(town, order, "10.00")
    town.world.advance(business_days=1)
    named = {(str(each.kind), each.subject, each.command) for each in town.billcom.reconcile().differences}
    assert ("paid_outside", "invoice FB-1", "flask billcom tick") in named
    town.waits(bank_days=9)

    town.ends(collected="13.76", paid_out="9.00", fees="1.00", buyer_credit="3.76", overpaid_invoices=["FB-1"])


def test_the_credit_of_an_overpaid_invoice_pays_for_it_when_the_first_payment_comes_back(begin: Begin) -> None:
    town, order = raises_an_invoice_that_is_paid(begin)
    first, _ = town.at_billcom("ReceivedPay", customerId=town.customer("Ada").id)
    price_of_invoice(town, order, "10.00")
    town.waits(bank_days=1)
    town.bank("return_charge", first, "R01")
    town.waits(bank_days=9)

    town.ends(
        collected="13.76",
        returned="10.00",
        due="6.24",
        held="9.00",
        fees="1.00",
        waiting=["the sale is collecting"],
        states={"1": "collecting"},
    )


def test_an_operator_takes_a_seller_offline_and_the_others_are_paid(begin: Begin) -> None:
    town = begin(payout_schedule="manual")
    town.sold(TEN, ("bo", "10.00", "1.00"), bank_days=7)
    town.operator("take_offline", id=town.vendor("ann").id)
    runs(town)

    assert town.payouts_to("ann") == []
    town.ends(
        collected="20.00",
        paid_out="9.00",
        owed="9.00",
        fees="2.00",
        waiting=["payout"],
        states={"1": "funded"},
        rejected=["pay"],
    )


def thief_changes_account(town: Town) -> None:
    """Let a thief put his own account in the place of a seller's."""
    vendor = town.vendor("ann")
    (account,) = town.at_billcom("VendorBankAccount", vendorId=vendor.id)
    town.operator("delete", id=account.id)
    stolen = VendorBankAccount(
        vendor_id=vendor.id,
        name_on_acct="Mallory",
        account_number="9876543210",
        routing_number="322271627",
        is_personal_acct=False,
    )
    town.billcom.client().vendor_bank_accounts.create(stolen)
    town.world.advance(business_days=4)


def test_an_account_that_somebody_changed_at_bill_com_is_not_paid_to(begin: Begin) -> None:
    town, _ = due(begin)
    thief_changes_account(town)
    runs(town)

    assert town.at_billcom("SentPay") == []
    town.ends(
        collected="10.00",
        owed="9.00",
        fees="1.00",
        clearing=RESERVED,
        waiting=["payout parked: held"],
        states={"1": "funded"},
    )


def test_an_account_that_the_seller_says_is_his_is_paid_to_after_some_days(begin: Begin) -> None:
    town, _ = due(begin)
    thief_changes_account(town)
    runs(town)
    town.billcom.confirm_bank_account(town.seller("ann"), actor="eve", reason="called him at the number we had")
    town.waits(bank_days=4)
    runs(town)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")
