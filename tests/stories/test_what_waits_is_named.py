"""What the doctor says of money that waits is why it waits."""

from __future__ import annotations

from flask_billcom.marketplace.idle import idle
from tests.stories.conftest import Begin


def test_a_bill_given_back_to_the_runs_waits_for_its_buyer_and_not_for_its_void_payout(begin: Begin) -> None:
    town = begin(collect="send")
    order = town.sold(("ann", "10.00", "1.00"))
    town.operator("pay_bill", id=town.bill_of(order, "ann").id)
    payment = town.payout_to("ann").id
    town.billcom.adopt_payment(payment, actor="eve", second="bob", reason="paid by hand")
    (payout,) = town.billcom.payouts_of(town.seller("ann"))
    town.billcom.void(payout.id, "not yet", actor="eve")
    town.waits(bank_days=6, step=1)

    town.billcom.pay_again(payout.id, actor="eve", reason="once the buyer has paid")

    (waits,) = idle(town.world.parts.domain)
    assert waits.reason == "the sale is invoiced, not funded"


def test_a_payout_that_somebody_gave_up_waits_for_him_and_goes_out_once_he_tries_it_again(begin: Begin) -> None:
    town = begin(approval_threshold_cents=9_00)
    town.sold(("ann", "10.00", "1.00"), bank_days=9)
    (given_up,) = town.operations("pay")
    town.billcom.cancel_operation(given_up.id, actor="bob", reason="denied: she is under review")

    (stuck,) = town.billcom.lists().operations(stuck=True).items
    assert (stuck.id, stuck.kind) == (given_up.id, "pay")

    town.billcom.retry(given_up.id, actor="eve", reason="she is all right")
    town.passes()
    for run in town.billcom.waiting_runs():
        town.billcom.approve(run.id, actor="bob", reason="looked")
    town.waits_long()
    assert not town.billcom.lists().operations(stuck=True).items
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")
