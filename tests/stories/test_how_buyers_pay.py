"""How the buyer's money comes in, comes in parts, comes twice, and goes back."""

from __future__ import annotations

from decimal import Decimal

from flask_billcom.ledger import Account
from tests.stories.conftest import Begin
from tests.stories.town import Town

TEN = ("ann", "10.00", "1.00")


def test_a_buyer_pays_half_of_an_invoice_of_three_sellers_and_then_the_rest(begin: Begin) -> None:
    town = begin(collect="send")
    order = town.sold(("ann", "30.00", "3.00"), ("bo", "20.00", "2.00"), ("cy", "10.00", "1.00"))
    town.pays_by_link(order, amount="30.00")
    town.waits(bank_days=8)
    assert not town.billcom.settlement_of(order).is_paid
    assert town.at_billcom("SentPay") == [], "nobody is paid before the buyer has paid in full"
    town.pays_by_link(order)
    town.waits(bank_days=9)

    town.ends(collected="60.00", paid_out="54.00", fees="6.00")


def test_an_invoice_that_stays_half_paid_pays_nobody_and_names_what_is_due(begin: Begin) -> None:
    town = begin(collect="send")
    order = town.sold(("ann", "30.00", "3.00"), ("bo", "20.00", "2.00"), ("cy", "10.00", "1.00"))
    town.pays_by_link(order, amount="30.00")
    town.waits(bank_days=8)

    town.ends(
        collected="30.00",
        due="30.00",
        owed="54.00",
        fees="6.00",
        waiting=["the sale is collecting"],
        states={"1": "collecting"},
    )


def test_what_a_buyer_pays_too_much_is_his_credit(begin: Begin) -> None:
    town = begin(collect="send")
    order = town.sold(TEN)
    town.pays_by_link(order, on_top="2.50")
    town.waits(bank_days=9)

    town.ends(collected="12.50", paid_out="9.00", fees="1.00", buyer_credit="2.50")


def test_a_buyer_who_pays_by_link_a_minute_before_our_charge_is_charged_nothing(begin: Begin) -> None:
    town = begin(linger_s=60)
    order = town.sells(TEN)
    town.world.advance(seconds=70)
    town.ticks()
    assert town.calls("ChargeCustomer") == 0
    town.pays_by_link(order)
    town.world.advance(seconds=70)
    town.passes()
    town.waits(bank_days=10)

    assert town.calls("ChargeCustomer") == 0
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_buyer_pays_three_invoices_with_one_payment(begin: Begin) -> None:
    town = begin(collect="send")
    orders = [town.sells((seller, "10.00", "1.00")) for seller in ("ann", "bo", "cy")]
    town.passes()
    town.pays_by_link(*orders)
    town.waits(bank_days=9)

    town.ends(collected="30.00", paid_out="27.00", fees="3.00")


def test_a_debit_that_comes_back_before_the_payout_reopens_what_the_buyer_owes(town: Town) -> None:
    order = town.sold(TEN, bank_days=1)
    town.waits(bank_days=2)
    town.bank("return_charge", town.debit_of("Ada"), "R01")
    town.waits(bank_days=9)

    assert not town.billcom.settlement_of(order).is_paid
    town.ends(
        collected="10.00",
        returned="10.00",
        due="10.00",
        held="9.00",
        fees="1.00",
        waiting=["the sale is invoiced"],
        states={"1": "invoiced"},
    )


def test_a_buyer_whose_debit_came_back_pays_by_link_after_all(town: Town) -> None:
    order = town.sold(TEN, bank_days=1)
    town.waits(bank_days=2)
    town.bank("return_charge", town.debit_of("Ada"), "R09")
    town.waits(bank_days=1)
    town.pays_by_link(order)
    town.waits(bank_days=9)

    town.ends(collected="20.00", returned="10.00", paid_out="9.00", fees="1.00")


def test_a_debit_that_comes_back_after_the_seller_was_paid_is_owed_by_the_buyer(town: Town) -> None:
    town.sold(TEN, bank_days=1)
    town.waits(bank_days=8)
    town.bank("return_charge", town.debit_of("Ada"), "R10")
    town.waits(bank_days=3)

    town.ends(collected="10.00", returned="10.00", due="10.00", paid_out="9.00", fees="1.00", states={"1": "invoiced"})


def test_a_debit_that_comes_back_while_the_payout_is_planned_stops_it(begin: Begin) -> None:
    town = begin(payout_schedule="manual")
    town.sold(TEN, bank_days=1)
    town.waits(bank_days=6)
    assert town.billcom.payout_run(actor="eve").bills == 1
    town.billcom.hold(None, "kill switch", actor="eve")
    town.bank("return_charge", town.debit_of("Ada"), "R01")
    town.waits(bank_days=6)
    town.billcom.release(None, actor="eve")
    town.waits(bank_days=3)

    assert town.at_billcom("SentPay") == []
    town.ends(
        collected="10.00",
        returned="10.00",
        due="10.00",
        owed="9.00",
        fees="1.00",
        clearing={Account.SELLER_RESERVED: "-9.00"},
        waiting=["payout parked: held"],
        states={"1": "invoiced"},
    )


def test_a_debit_that_comes_back_weeks_after_it_was_counted_on_is_noticed_within_a_bank_day(town: Town) -> None:
    order = town.sold(TEN, bank_days=1)
    town.waits_long()
    town.bank("return_charge", town.debit_of("Ada"), "R10")
    town.waits(bank_days=1)

    assert not town.billcom.settlement_of(order).is_paid
    town.ends(collected="10.00", returned="10.00", due="10.00", paid_out="9.00", fees="1.00", states={"1": "invoiced"})


def test_one_of_two_orders_in_a_debit_that_comes_back_is_paid_anew(town: Town) -> None:
    first, second = town.sells(TEN), town.sells(("bo", "20.00", "2.00"))
    town.passes()
    town.waits(bank_days=2)
    town.bank("return_charge", town.debit_of("Ada"), "R01")
    town.waits(bank_days=1)
    town.pays_by_link(second)
    town.waits(bank_days=9)

    assert not town.billcom.settlement_of(first).is_paid
    town.ends(
        collected="50.00",
        returned="30.00",
        due="10.00",
        paid_out="18.00",
        held="9.00",
        fees="3.00",
        waiting=["the sale is invoiced"],
        states={first.number: "invoiced"},
    )


def test_a_buyer_who_takes_his_consent_back_is_not_charged(town: Town) -> None:
    town.billcom.revoke_charges(town.buyer("Ada"))
    town.sells(TEN)
    town.passes()
    town.waits(bank_days=2)
    assert town.calls("ChargeCustomer") == 0
    town.consents(town.buyer("Ada"))
    town.passes(seconds=3600)
    town.waits(bank_days=10)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_buyer_who_withdrew_at_bill_com_itself_is_charged_when_he_allows_it_again(town: Town) -> None:
    town.operator("authorize", id=town.customer("Ada").id, value=False)
    town.sells(TEN)
    town.passes()
    (refused,) = town.operations("charge", "rejected")
    assert town.at_billcom("ReceivedPay") == []
    town.operator("authorize", id=town.customer("Ada").id, value=True)
    town.billcom.retry(refused.id, actor="eve", reason="he signed again")
    town.passes()
    town.waits(bank_days=9)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_charge_whose_answer_is_lost_is_found_and_not_made_twice(town: Town) -> None:
    town.breaks("timeout_after", "ChargeCustomer")
    town.sells(TEN)
    town.passes()
    town.waits(bank_days=9)

    assert town.calls("ChargeCustomer") == 1
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_seller_sees_where_every_cent_is_from_day_to_day(town: Town) -> None:
    town.sells(TEN)
    seen = []
    for days in (0, 1, 5, 1, 2):
        town.passes() if days == 0 else town.waits(bank_days=days)
        balance = town.billcom.balance_of(town.seller("ann"))
        assert balance.earned == Decimal("9.00")
        seen.append((balance.available_cents, balance.in_transit_cents, balance.paid_cents))

    assert seen == [(9_00, 0, 0), (9_00, 0, 0), (0, 9_00, 0), (0, 9_00, 0), (0, 0, 9_00)]
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")
