"""A refund, at each stage of a sale's life: what goes back to whom, and from whom it comes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.ledger import Account
from flask_billcom.models import Audit, Party
from tests.stories.conftest import Begin
from tests.stories.town import Order, Town

SALE = (("ann", "60.00", "6.00"), ("bo", "40.00", "4.00"))


def refunds(town: Town, order: Order, reference: str = "r1", **how: Any) -> Any:
    """Refund an order, a line or an amount."""
    if "amount" in how:
        how["amount"] = Decimal(how["amount"])
    return town.billcom.refund(order, reference=reference, reason="it came broken", actor="eve", **how)


def at(begin: Begin, stage: str, **settings: Any) -> tuple[Town, Order]:
    """Bring a sale to a stage of its life."""
    town = begin(**settings)
    days = {"charge scheduled": 0, "paid": 1, "funded": 6, "payout scheduled": 6, "on its way": 7, "paid out": 9}
    if stage in days:
        return town, town.sold(*SALE, bank_days=days[stage])
    order = town.sells(*SALE)
    if stage == "invoiced":
        town.restarts(collect="send")
        town.passes()
    else:
        assert stage == "settled"
    return town, order


WHOLE: dict[str, dict[str, Any]] = {
    "settled": {},
    "charge scheduled": {"collected": "100.00", "refunded": "100.00"},
    "paid": {"collected": "100.00", "refunded": "100.00"},
    "payout scheduled": {"collected": "100.00", "paid_out": "90.00", "sellers_owe": "90.00", "refunded": "100.00"},
    "paid out": {"collected": "100.00", "paid_out": "90.00", "sellers_owe": "90.00", "refunded": "100.00"},
}


@pytest.mark.parametrize("when", WHOLE)
def test_a_whole_order_is_refunded_at_each_stage(begin: Begin, when: str) -> None:
    town, order = at(begin, when, float_cents=100_00)
    refunds(town, order)
    town.passes()
    town.waits_long()

    assert [refund.is_done for refund in town.billcom.refunds_of(order)] == [True]
    town.ends(**WHOLE[when])


def test_a_funded_order_is_refunded_before_its_payout_is_planned(begin: Begin) -> None:
    town, order = at(begin, "funded", payout_schedule="manual")
    refunds(town, order)
    town.passes()
    town.restarts(payout_schedule="daily")
    town.waits_long()

    town.ends(collected="100.00", refunded="100.00")


PARTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "a line of a seller": (
        {"line": 2},
        {"collected": "100.00", "refunded": "40.00", "paid_out": "54.00", "fees": "6.00"},
    ),
    "an amount, spread over the lines": (
        {"amount": "10.00"},
        {"collected": "100.00", "refunded": "10.00", "paid_out": "81.00", "fees": "9.00"},
    ),
    "an amount of a line": (
        {"amount": "10.00", "line": 1},
        {"collected": "100.00", "refunded": "10.00", "paid_out": "81.00", "fees": "9.00"},
    ),
    "an amount, the marketplace keeping its fee": (
        {"amount": "10.00", "line": 1, "keep_fee": True},
        {"collected": "100.00", "refunded": "10.00", "paid_out": "80.00", "fees": "10.00"},
    ),
    "a cent": (
        {"amount": "0.01", "line": 1},
        {"collected": "100.00", "refunded": "0.01", "paid_out": "89.99", "fees": "10.00"},
    ),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_a_paid_order_is_refunded(begin: Begin, part: str) -> None:
    how, figures = PARTS[part]
    town, order = at(begin, "paid")
    refunds(town, order, **how)
    town.passes()
    town.waits_long()

    town.ends(**figures)


def test_an_order_refunded_in_part_before_it_is_charged_is_charged_less(begin: Begin) -> None:
    town, order = at(begin, "settled")
    refunds(town, order, line=2)
    town.passes()
    town.waits(bank_days=9)

    town.ends(collected="60.00", paid_out="54.00", fees="6.00")


def test_an_invoice_that_was_sent_is_lowered(begin: Begin) -> None:
    town = begin(collect="send")
    order = town.sold(*SALE)
    refunds(town, order, amount="50.00")
    town.passes()
    assert town.invoice_of(order)["amount"] == 50_00
    town.pays_by_link(order)
    town.waits(bank_days=9)

    town.ends(collected="50.00", paid_out="45.00", fees="5.00")


def test_two_equal_refunds_of_different_references_one_of_them_clicked_twice(begin: Begin) -> None:
    town, order = at(begin, "paid")
    first = refunds(town, order, "r1", amount="10.00")
    refunds(town, order, "r2", amount="10.00")
    assert refunds(town, order, "r1", amount="10.00").id == first.id
    town.passes()
    town.waits_long()

    assert len(town.billcom.refunds_of(order)) == 2
    town.ends(collected="100.00", refunded="20.00", paid_out="72.00", fees="8.00")


def test_a_reference_used_for_another_amount_is_refused(begin: Begin) -> None:
    town, order = at(begin, "paid")
    refunds(town, order, "r1", amount="10.00")
    with pytest.raises(NotPossible):
        refunds(town, order, "r1", amount="11.00")
    town.passes()
    town.waits_long()

    town.ends(collected="100.00", refunded="10.00", paid_out="81.00", fees="9.00")


def test_more_than_what_is_left_is_never_refunded(begin: Begin) -> None:
    town, order = at(begin, "paid")
    refunds(town, order, "r1", amount="60.00")
    with pytest.raises(NotPossible):
        refunds(town, order, "r2", amount="40.01")
    refunds(town, order, "r3")
    town.passes()
    town.waits_long()

    town.ends(collected="100.00", refunded="100.00")


def test_a_refund_after_the_payout_is_taken_off_the_sellers_next_sale(begin: Begin) -> None:
    town, order = at(begin, "paid out")
    refunds(town, order, line=2)
    town.passes()
    town.sells(("bo", "50.00", "5.00"), to="Ben")
    town.passes()
    town.waits_long()

    town.ends(collected="150.00", refunded="40.00", paid_out="99.00", fees="11.00")


def test_a_refund_that_collections_do_not_cover_waits_for_the_marketplaces_own_money(begin: Begin) -> None:
    town, order = at(begin, "paid out")
    refunds(town, order, line=2)
    town.passes()
    town.waits(bank_days=3)
    assert town.skipped(town.billcom.payout_run(dry_run=True)) == {"confirmed collections do not cover it yet": 40_00}
    town.restarts(float_cents=30_00)
    town.waits_long()

    town.ends(collected="100.00", refunded="40.00", paid_out="90.00", fees="6.00", sellers_owe="36.00")


def test_what_a_next_sale_does_not_cover_is_carried_forward(begin: Begin) -> None:
    town, order = at(begin, "paid out", float_cents=100_00)
    refunds(town, order, line=2)
    town.passes()
    town.sells(("bo", "20.00", "2.00"), to="Ben")
    town.passes()
    town.waits_long()

    assert town.billcom.balance_of(town.seller("bo")).owes_cents == 18_00
    town.ends(collected="120.00", refunded="40.00", paid_out="90.00", fees="8.00", sellers_owe="18.00")


def test_a_refund_above_the_balance_of_a_seller_who_leaves_is_written_off(begin: Begin) -> None:
    town, order = at(begin, "paid out", float_cents=100_00)
    refunds(town, order, line=2)
    town.passes()
    town.waits_long()
    asked = town.billcom.write_off(town.seller("bo"), reference="closed", reason="he left", actor="eve")
    with pytest.raises(NotPossible):
        town.billcom.approve_adjustment(asked, actor="eve", reason="it is mine")
    town.billcom.approve_adjustment(asked, actor="bob", reason="his last mail")
    town.passes()

    town.ends(collected="100.00", refunded="40.00", paid_out="90.00", fees="6.00", lost="36.00")


def test_a_payout_times_out_and_the_buyer_is_refunded_meanwhile_and_the_packet_lands(begin: Begin) -> None:
    town, order = at(begin, "funded", payout_schedule="manual", float_cents=100_00)
    town.breaks("late_effect", "PayBills", seconds=60)
    town.billcom.payout_run(actor="eve")
    town.world.advance(seconds=3)
    town.ticks()
    refunds(town, order)
    town.passes()
    town.restarts(payout_schedule="daily")
    town.waits_long()

    assert sum(row["amount"] for name in ("ann", "bo") for row in town.payouts_to(name)) == 90_00
    town.ends(collected="100.00", refunded="100.00", paid_out="90.00", sellers_owe="90.00")


def test_a_payout_whose_packet_comes_after_the_fence_never_lands_and_the_buyer_is_refunded(begin: Begin) -> None:
    town, order = at(begin, "funded", payout_schedule="manual")
    town.breaks("late_effect", "PayBills", seconds=400)
    town.billcom.payout_run(actor="eve")
    town.world.advance(seconds=3)
    town.ticks()
    refunds(town, order)
    town.passes()
    town.restarts(payout_schedule="daily")
    town.waits_long()

    assert town.payouts_to("ann") == town.payouts_to("bo") == []
    town.ends(collected="100.00", refunded="100.00")


def test_a_combined_payment_of_three_orders_one_of_them_refunded_before_the_cut_off(begin: Begin) -> None:
    town = begin(combine_payments=True, payout_schedule="manual")
    town.operator("edit", id=town.vendor("ann").id, values={"enabledCombinePayments": True})
    orders = [town.sells(("ann", "10.00", "1.00")) for _ in range(3)]
    town.passes()
    town.waits(bank_days=7)
    town.billcom.payout_run(actor="eve")
    refunds(town, orders[1])
    town.passes()
    town.restarts(payout_schedule="daily")
    town.waits_long()

    assert town.payouts_to("ann")[0]["amount"] == 18_00
    town.ends(collected="30.00", refunded="10.00", paid_out="18.00", fees="2.00")


def test_a_debit_that_comes_back_after_the_seller_was_paid_and_the_buyer_refunded(begin: Begin) -> None:
    town, order = at(begin, "paid out", float_cents=100_00)
    refunds(town, order)
    town.passes()
    town.waits_long()
    town.bank("return_charge", town.debit_of("Ada"), "R10")
    town.waits(bank_days=8)

    town.ends(
        collected="100.00",
        returned="100.00",
        refunded="100.00",
        paid_out="90.00",
        sellers_owe="90.00",
        lost="100.00",
    )


def test_a_debit_that_comes_back_while_its_refund_waits_pays_nobody(begin: Begin) -> None:
    town, order = at(begin, "paid")
    refunds(town, order)
    town.passes()
    town.bank("return_charge", town.debit_of("Ada"), "R01")
    town.waits_long()

    town.ends(collected="100.00", returned="100.00")


def has_a_line_refunded(town: Town, order: Order) -> None:
    """Let a buyer get back what he paid for the second line."""
    refunds(town, order, line=2)
    town.passes()
    town.waits_long()


def refunded(begin: Begin) -> tuple[Town, Order]:
    """Let a buyer be refunded by a payout that has arrived."""
    town, order = at(begin, "paid")
    town.lives_through(has_a_line_refunded, order)
    assert [refund.state for refund in town.billcom.refunds_of(order)] == ["refunded"]
    return town, order


def payment_back(town: Town) -> Any:
    """Return Bill.com's last payment to a buyer."""
    (buyer,) = town.world.rows(Party, Party.role == "vendor", Party.local_type == "Buyer")
    return town.at_billcom("SentPay", vendorId=buyer.remote_id)[-1]


def is_owed_again(town: Town, order: Order) -> bool:
    """Return whether the refund of an order is said to be on its way to its buyer, and not with him."""
    (refund,) = town.billcom.refunds_of(order)
    return (refund.state, refund.is_done) == ("paying_back", False)


def said_by_doctor(town: Town) -> list[str]:
    """Return what the doctor says about payouts and payable money."""
    checks = town.billcom.doctor(offline=True).checks
    return [each.message for each in checks if each.level != "ok" and each.id.startswith(("payouts", "payable"))]


def test_a_refund_whose_payment_comes_back_is_owed_again_until_it_is_paid_again(begin: Begin) -> None:
    town, order = refunded(begin)
    before = dict(town.world.trial())
    town.bank("return_payout", payment_back(town), "R03")
    town.waits(bank_days=2)
    assert is_owed_again(town, order)
    assert town.world.trial()[Account.PAYOUT_RETURNED] == -40_00
    assert any("1 payout, 40.00 dollars, coming back" in each for each in said_by_doctor(town))
    payment = payment_back(town).id
    town.billcom.void(payment, "her account was closed", actor="eve")
    town.passes()
    town.waits(bank_days=4)
    town.passes(seconds=3600)
    assert is_owed_again(town, order)
    assert town.world.trial()[Account.REFUND_PAYABLE] == before[Account.REFUND_PAYABLE] - 40_00
    assert any("1 bill, 40.00 dollars: payout voided" in each for each in said_by_doctor(town))
    town.ends(collected="100.00", paid_out="54.00", fees="6.00", refunds_due="40.00", waiting=["payout voided"])
    town.signs_in()
    town.billcom.pay_again(payment, actor="eve", reason="she gave another account")
    town.waits_long()

    assert [refund.state for refund in town.billcom.refunds_of(order)] == ["refunded"]
    assert told(town) == ["refund_requested", "refunded", "refund_returned", "refunded"]
    town.ends(collected="100.00", paid_out="54.00", fees="6.00", refunded="40.00")


def told(town: Town) -> list[str]:
    """Return what the app is told of refunds, in order."""
    acts = [each.action for each in town.world.rows(Audit)]
    return [each for each in acts if each in {"refund_requested", "refunded", "refund_returned"}]


def test_a_refund_whose_cheque_nobody_cashes_is_owed_again(begin: Begin) -> None:
    town, order = at(begin, "paid", simulator={"uncashed": "void"})
    refunds(town, order, line=2)
    town.passes()
    town.waits(bank_days=6)
    while payment_back(town)["status"] != "2":
        town.waits()
    town.bank("never_cashed", payment_back(town))
    town.waits_long()
    assert [refund.state for refund in town.billcom.refunds_of(order)] == ["refunded"]
    town.waits(bank_days=55, step=55)
    town.waits(bank_days=4)
    town.passes(seconds=3600)

    assert is_owed_again(town, order)
    town.ends(collected="100.00", paid_out="54.00", fees="6.00", refunds_due="40.00", waiting=["payout voided"])


def test_a_sale_is_cancelled_before_anything_is_collected(begin: Begin) -> None:
    town = begin(collect="send")
    order = town.sold(*SALE)
    town.billcom.cancel(order, reason="sold out", actor="eve")
    town.billcom.cancel(order, reason="sold out", actor="eve")
    town.passes()
    town.waits(bank_days=3)

    assert town.state_of(order) == "cancelled"
    town.ends()


def test_a_sale_that_was_collected_is_not_cancelled_but_refunded(begin: Begin) -> None:
    town, order = at(begin, "paid")
    with pytest.raises(NotPossible, match="refund"):
        town.billcom.cancel(order, reason="sold out", actor="eve")
    town.waits(bank_days=9)

    town.ends(collected="100.00", paid_out="90.00", fees="10.00")


def test_a_payout_that_was_refused_is_given_up_with_the_bill_that_a_refund_takes_back(begin: Begin) -> None:
    town = begin(payout_schedule="manual")
    order = town.sold(("ann", "10.00", "1.00"), bank_days=7)
    town.breaks("bdc:BDC_9999", "PayBills")
    town.billcom.payout_run(actor="eve")
    town.passes()
    assert town.world.states("pay") == ["rejected"]
    refunds(town, order)
    town.passes()
    town.restarts(payout_schedule="daily")
    town.waits_long()

    assert town.payouts_to("ann") == []
    town.ends(collected="10.00", refunded="10.00")
