"""What sellers get and owe beside their sales, and money that a buyer disputes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from tests.stories.conftest import Begin
from tests.stories.town import Order, Town

TEN = ("ann", "10.00", "1.00")


def adjusts(town: Town, kind: str, amount: str, **how: Any) -> Any:
    """Ask for a fine or a bonus for Ann."""
    given = {"reference": f"{kind} 1", "reason": "nine days late", "actor": "eve", **how}
    return town.billcom.adjust(town.seller("ann"), kind=kind, amount=Decimal(amount), **given)


def disputes(town: Town, order: Order, **how: Any) -> Any:
    """Note that the buyer disputes an order."""
    return town.billcom.dispute(order, reference="CB-1", reason="never arrived", actor="eve", **how)


def test_a_fine_is_taken_off_the_next_bill(town: Town) -> None:
    town.sold(TEN, bank_days=9)
    adjusts(town, "fine", "2.50")
    town.sells(TEN)
    town.passes()
    town.waits(bank_days=9)

    town.ends(collected="20.00", paid_out="15.50", fees="4.50")


def test_a_fine_that_is_clicked_twice_is_one_fine(town: Town) -> None:
    town.sold(TEN)
    assert adjusts(town, "fine", "2.50").id == adjusts(town, "fine", "2.50").id
    with pytest.raises(NotPossible):
        adjusts(town, "fine", "3.50")
    town.waits(bank_days=9)

    assert town.billcom.balance_of(town.seller("ann")).owes_cents == 2_50
    town.ends(collected="10.00", paid_out="9.00", fees="3.50", sellers_owe="2.50")


def test_a_fine_above_the_next_sale_is_carried_forward(town: Town) -> None:
    town.sold(("ann", "1.00"), to="Ben")
    adjusts(town, "fine", "12.00")
    town.sells(TEN)
    town.passes()
    town.waits(bank_days=9)

    town.ends(collected="11.00", paid_out="1.00", fees="13.00", sellers_owe="3.00")


def test_a_bonus_is_paid_with_a_bill_of_its_own(begin: Begin) -> None:
    town = begin(float_cents=5_00)
    town.sold(TEN)
    adjusts(town, "bonus", "5.00")
    town.passes()
    town.waits(bank_days=9)

    town.ends(collected="10.00", paid_out="14.00", fees="-4.00", overpaid=["ann"])


def test_a_large_fine_waits_for_somebody_else(begin: Begin) -> None:
    town = begin(approval_threshold_cents=100_00)
    town.sold(TEN)
    asked = adjusts(town, "fine", "100.00")
    with pytest.raises(NotPossible):
        town.billcom.approve_adjustment(asked, actor="eve", reason="it is mine")
    town.waits(bank_days=9)
    town.billcom.approve_adjustment(asked, actor="bob", reason="saw the photographs")

    town.ends(collected="10.00", paid_out="9.00", fees="101.00", sellers_owe="100.00")


def test_a_fine_that_is_denied_changes_nothing(begin: Begin) -> None:
    town = begin(approval_threshold_cents=100_00)
    town.sold(TEN)
    asked = adjusts(town, "fine", "100.00")
    town.billcom.deny_adjustment(asked, actor="bob", reason="the post was late")
    town.waits(bank_days=9)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_disputed_order_waits(town: Town) -> None:
    order = town.sold(TEN, bank_days=1)
    disputes(town, order)
    town.waits(bank_days=9)

    town.ends(
        collected="10.00", held="9.00", fees="1.00", waiting=["hold: dispute CB-1"], states={order.number: "funded"}
    )


def test_a_dispute_that_is_won_pays_the_seller(town: Town) -> None:
    order = town.sold(TEN, bank_days=1)
    dispute = disputes(town, order)
    town.waits(bank_days=6)
    town.billcom.resolve_dispute(dispute, "won", actor="bob", reason="the parcel's trace")
    town.passes(seconds=60)
    town.waits(bank_days=4)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_dispute_that_is_lost_gives_the_buyer_his_money_back(town: Town) -> None:
    order = town.sold(TEN, ("bo", "20.00", "2.00"), bank_days=1)
    dispute = disputes(town, order, line=1)
    town.waits(bank_days=6)
    for _ in range(2):
        town.billcom.resolve_dispute(dispute, "lost", actor="bob", reason="the bank's letter")
    town.passes(seconds=60)
    town.waits_long()

    town.ends(collected="30.00", refunded="10.00", paid_out="18.00", fees="2.00")


def test_a_dispute_that_is_lost_after_the_payout_is_the_sellers_debt(begin: Begin) -> None:
    town = begin(float_cents=10_00)
    order = town.sold(TEN, bank_days=1)
    town.waits(bank_days=8)
    dispute = disputes(town, order)
    town.billcom.resolve_dispute(dispute, "lost", actor="bob", reason="the bank's letter")
    town.passes()
    town.waits_long()

    town.ends(collected="10.00", refunded="10.00", paid_out="9.00", sellers_owe="9.00")
