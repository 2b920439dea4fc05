"""A void payout that is paid again to a seller who owes something: his bill is lowered by that first."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from tests.stories.conftest import Begin
from tests.stories.town import Order, Town

TEN = ("ann", "10.00", "1.00")


def voided(town: Town, *sales: tuple[str, ...]) -> str:
    """Let sales of ann be paid out, and the payout be void at Bill.com before anybody here has read that."""
    town.lives_through(is_paid_out, sales or (TEN,))
    payment = town.payout_to("ann")
    town.operator("void", id=payment.id)
    return str(payment.id)


def is_paid_out(town: Town, sales: Sequence[tuple[str, ...]]) -> None:
    """Let sales be paid out by one payout."""
    for each in sales:
        town.sells(each)
    town.passes()
    town.waits(bank_days=7)


def refunded(town: Town, order: Order, **what: object) -> None:
    """Give a sale back while its bills count as paid, so that its seller owes what he had."""
    town.billcom.refund(order, reference="r", reason="broken", actor="eve", **what)
    town.ticks()


def is_void(town: Town) -> None:
    """Let the void be proved."""
    town.waits(bank_days=4)
    town.passes(seconds=3600)
    assert town.billcom.payouts_of(town.seller("ann"))[0].status in {"voided", "cancelled"}


def pays_again(town: Town, payment: str, **options: object) -> Any:
    """Let a person have the payout paid again."""
    return town.billcom.pay_again(payment, actor="eve", reason="it was right", **options)


@pytest.fixture
def town(begin: Begin) -> Town:
    return begin(float_cents=1000_00)


def test_a_sale_that_was_given_back_whole_is_not_paid_again(town: Town) -> None:
    payment = voided(town)
    refunded(town, town.orders[0])
    is_void(town)
    assert town.billcom.balance_of(town.seller("ann")).owes_cents == 9_00

    again = pays_again(town, payment)
    assert (again.cents, again.netted_cents) == (0, 9_00)
    assert town.billcom.balance_of(town.seller("ann")).owes_cents == 0
    town.waits(bank_days=5)

    assert town.calls("Crud/Delete/Bill") == 1
    assert len(town.payouts_to("ann")) == 1
    town.ends(collected="10.00", refunded="10.00")


def test_a_sale_that_was_given_back_in_part_is_paid_again_in_part(town: Town) -> None:
    payment = voided(town)
    refunded(town, town.orders[0], amount=Decimal("4.00"))
    is_void(town)

    again = pays_again(town, payment)
    assert (again.cents, again.netted_cents) == (5_40, 3_60)
    town.waits(bank_days=5)

    assert town.calls("Crud/Update/Bill") == 1
    assert town.bill_of(town.orders[0], "ann")["amount"] == 5_40
    assert town.payout_to("ann")["amount"] == 5_40
    town.ends(collected="10.00", refunded="4.00", paid_out="5.40", fees="0.60")


def test_the_seller_sees_it_on_his_statement_and_among_his_adjustments(town: Town) -> None:
    payment = voided(town)
    refunded(town, town.orders[0], amount=Decimal("4.00"))
    is_void(town)
    pays_again(town, payment)
    town.waits(bank_days=5)

    shown = town.billcom.adjustments_of(town.seller("ann"))
    assert [(each.kind, each.cents) for each in shown] == [("netting", 3_60)]
    month = f"{town.world.clock.now():%Y-%m}"
    statement = town.billcom.statement(town.seller("ann"), month)
    assert statement.closing_cents == 0, statement
    town.ends(collected="10.00", refunded="4.00", paid_out="5.40", fees="0.60")


def test_a_dry_run_says_what_would_be_taken_off_and_takes_nothing(town: Town) -> None:
    payment = voided(town)
    refunded(town, town.orders[0])
    is_void(town)

    would = pays_again(town, payment, dry_run=True)
    assert (would.cents, would.netted_cents, would.is_dry_run) == (0, 9_00, True)
    assert town.billcom.balance_of(town.seller("ann")).owes_cents == 9_00
    assert town.billcom.adjustments_of(town.seller("ann")) == []


def test_a_fine_is_taken_off_as_well_and_the_bills_of_one_payout_take_it_in_order(begin: Begin) -> None:
    town = begin(combine_payments=True)
    town.operator("edit", id=town.vendor("ann").id, values={"enabledCombinePayments": True})
    payment = voided(town, TEN, ("ann", "20.00", "2.00"))
    town.billcom.adjust(
        town.seller("ann"), kind="fine", amount=Decimal("12.50"), reference="f", reason="late", actor="eve"
    )
    is_void(town)

    again = pays_again(town, payment)
    assert (again.cents, again.netted_cents) == (14_50, 12_50)
    town.waits(bank_days=5)

    assert town.bill_of(town.orders[1], "ann")["amount"] == 14_50
    town.ends(collected="30.00", paid_out="14.50", fees="15.50")


def test_what_he_owes_above_it_is_carried_forward(town: Town) -> None:
    payment = voided(town)
    refunded(town, town.orders[0])
    town.billcom.adjust(
        town.seller("ann"), kind="fine", amount=Decimal("2.50"), reference="f", reason="late", actor="eve"
    )
    is_void(town)
    pays_again(town, payment)
    town.waits(bank_days=5)

    town.ends(collected="10.00", refunded="10.00", fees="2.50", sellers_owe="2.50")


def test_two_people_who_pay_again_take_it_off_once(town: Town) -> None:
    payment = voided(town)
    refunded(town, town.orders[0], amount=Decimal("4.00"))
    is_void(town)
    pays_again(town, payment)
    with pytest.raises(NotPossible, match="with the payout runs already"):
        pays_again(town, payment)
    town.waits(bank_days=5)

    town.ends(collected="10.00", refunded="4.00", paid_out="5.40", fees="0.60")


@pytest.mark.parametrize("fault", ["timeout_after", "timeout_before", "late_effect"])
def test_the_answer_to_the_lowered_bill_is_lost_and_nothing_is_paid_before_it_is_found(town: Town, fault: str) -> None:
    payment = voided(town)
    refunded(town, town.orders[0], amount=Decimal("4.00"))
    is_void(town)
    town.breaks(fault, "Crud/Update/Bill", seconds=60)
    pays_again(town, payment)
    town.ticks()
    assert town.skipped(town.billcom.payout_run(dry_run=True)) == {
        "a refund, or what its seller owes, is being taken off it": 9_00
    }
    town.waits(bank_days=5)

    town.ends(collected="10.00", refunded="4.00", paid_out="5.40", fees="0.60")


def test_a_sale_that_is_given_back_after_that_is_taken_off_too(town: Town) -> None:
    payment = voided(town)
    refunded(town, town.orders[0], amount=Decimal("4.00"))
    is_void(town)
    pays_again(town, payment)
    town.billcom.refund(town.orders[0], reference="rest", reason="broken", actor="eve")
    town.waits_long()

    assert len(town.payouts_to("ann")) == 1
    town.ends(collected="10.00", refunded="10.00")


def test_a_bill_that_somebody_pays_by_hand_meanwhile_leaves_the_debt_with_the_seller(town: Town) -> None:
    payment = voided(town)
    refunded(town, town.orders[0], amount=Decimal("4.00"))
    is_void(town)
    pays_again(town, payment)
    bill = town.bill_of(town.orders[0], "ann")
    town.operator("pay_bill", id=bill.id)
    town.passes()
    town.billcom.adopt_payment(town.payout_to("ann").id, actor="eve", reason="bob has paid it by hand")
    town.waits(bank_days=5)

    assert town.bill_of(town.orders[0], "ann")["amount"] == 9_00
    assert town.billcom.balance_of(town.seller("ann")).owes_cents == 3_60
    town.ends(collected="10.00", refunded="4.00", paid_out="9.00", fees="0.60", sellers_owe="3.60")


def test_what_waits_is_listed_until_the_bill_is_lowered(town: Town) -> None:
    payment = voided(town)
    refunded(town, town.orders[0], amount=Decimal("4.00"))
    is_void(town)
    town.breaks("timeout_after", "Crud/Update/Bill")
    pays_again(town, payment)
    town.ticks()

    (waits,) = [each for each in town.billcom.waiting_refunds() if each.number == "FB-1-1"]
    assert (waits.sale, waits.refund, waits.cents) == ("1", "netting again 1", 3_60)
    town.waits(bank_days=5)
    assert town.billcom.waiting_refunds() == []
