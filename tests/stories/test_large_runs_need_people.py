"""Payout runs that other people approve, or do not."""

from __future__ import annotations

from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.ledger import Account
from tests.stories.conftest import Begin
from tests.stories.town import Town

TEN = ("ann", "10.00", "1.00")


def asked_for(begin: Begin, **settings: Any) -> tuple[Town, Any]:
    """Let Eve ask for a run that is large enough for approval."""
    town = begin(payout_schedule="manual", approval_threshold_cents=9_00, **settings)
    town.sold(TEN, bank_days=7)
    run = town.billcom.payout_run(actor="eve")
    town.passes()
    return town, run.id


def test_a_run_that_nobody_approves_stays_where_it_is(begin: Begin) -> None:
    town, _ = asked_for(begin)
    town.waits(bank_days=9)

    assert town.calls("PayBills") == 0
    assert [run.asked_by for run in town.billcom.waiting_runs()] == ["eve"]
    town.ends(
        collected="10.00",
        owed="9.00",
        fees="1.00",
        clearing={Account.SELLER_RESERVED: "-9.00"},
        waiting=["payout parked: needs_approval"],
        states={"1": "funded"},
    )


def test_who_asked_for_a_run_cannot_approve_it_and_somebody_else_can(begin: Begin) -> None:
    town, run = asked_for(begin)
    with pytest.raises(NotPossible):
        town.billcom.approve(run, actor="eve", reason="it is mine")
    town.waits(bank_days=2)
    assert town.calls("PayBills") == 0
    town.billcom.approve(run, actor="bob", reason="looked at every bill")
    town.passes()
    town.waits(bank_days=3)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_two_people_approve_where_two_are_needed(begin: Begin) -> None:
    town, run = asked_for(begin, approvers=2)
    town.billcom.approve(run, actor="bob", reason="looked")
    town.billcom.approve(run, actor="bob", reason="looked again")
    town.waits(bank_days=2)
    assert town.calls("PayBills") == 0
    town.billcom.approve(run, actor="cleo", reason="looked too")
    town.passes()
    town.waits(bank_days=3)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_run_below_the_threshold_asks_nobody(begin: Begin) -> None:
    town = begin(approval_threshold_cents=9_01)
    town.sold(TEN, bank_days=9)

    assert town.billcom.waiting_runs() == []
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_run_that_is_given_up_pays_nobody_and_gives_back_what_it_reserved(begin: Begin) -> None:
    town, _ = asked_for(begin)
    (payout,) = town.operations("pay")
    town.billcom.cancel_operation(payout.id, actor="bob", reason="denied: the seller is under review")
    town.waits(bank_days=3)

    assert town.calls("PayBills") == 0
    town.ends(collected="10.00", owed="9.00", fees="1.00", waiting=["payout"], states={"1": "funded"})


def test_a_bill_that_an_approver_denies_at_bill_com_is_not_paid_and_named(begin: Begin) -> None:
    town = begin(payout_schedule="manual")
    order = town.sold(TEN, ("bo", "10.00", "1.00"), bank_days=7)
    town.operator("deny", id=town.bill_of(order, "ann").id)
    town.billcom.payout_run(actor="eve")
    town.passes()
    town.waits(bank_days=3)

    assert town.payouts_to("ann") == []
    town.ends(
        collected="20.00",
        paid_out="9.00",
        owed="9.00",
        fees="2.00",
        clearing={Account.SELLER_RESERVED: "-9.00"},
        waiting=["payout parked: difference"],
        states={"1": "funded"},
    )


def test_a_refused_payout_is_tried_again_by_two_people_where_two_decide(begin: Begin) -> None:
    town = begin(payout_schedule="manual", approvers=2)
    town.sold(TEN, bank_days=7)
    town.breaks("bdc:BDC_9999", "PayBills")
    town.billcom.payout_run(actor="eve")
    town.passes()
    (refused,) = town.operations("pay", "rejected")
    with pytest.raises(NotPossible, match="two people decide"):
        town.billcom.retry(refused.id, actor="eve", reason="it was their fault")
    with pytest.raises(NotPossible, match="somebody else"):
        town.billcom.retry(refused.id, actor="eve", reason="it was their fault", second="eve")
    assert [each.state for each in town.operations("pay")] == ["rejected"]
    town.billcom.retry(refused.id, actor="eve", reason="it was their fault", second="bob")
    town.passes()
    town.waits(bank_days=3)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_refused_charge_is_tried_again_by_two_people_where_two_decide(begin: Begin) -> None:
    town = begin(approvers=2)
    town.operator("authorize", id=town.customer("Ada").id, value=False)
    order = town.sells(TEN)
    town.passes()
    (refused,) = town.operations("charge", "rejected")
    town.operator("authorize", id=town.customer("Ada").id, value=True)
    with pytest.raises(NotPossible, match="two people decide"):
        town.billcom.retry(refused.id, actor="eve", reason="she signed again")
    with pytest.raises(NotPossible, match="two people decide"):
        town.billcom.charge_again(order, actor="eve", reason="she signed again")
    town.waits(bank_days=2)
    assert town.at_billcom("ReceivedPay") == []
    town.billcom.retry(refused.id, actor="eve", reason="she signed again", second="bob")
    town.passes()
    town.waits(bank_days=9)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")
