"""A worker was away for days: what its last call made is found, and what became of it since is read too."""

from __future__ import annotations

from flask_billcom.ledger import Account
from flask_billcom.models import Payment
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World


def days_pass(world: World, count: int) -> None:
    for _ in range(count):
        world.advance(business_days=2)
        world.tick()
        world.tick()


def test_a_payment_that_cleared_before_it_was_found_clears_here_too(world: World) -> None:
    world.ready_to_pay(1)
    world.simulator.plan_fault("timeout_after", "PayBills")
    world.tick()

    world.advance(business_days=10)
    days_pass(world, 3)

    assert [payment.status for payment in world.rows(Payment)] == ["cleared"]
    assert world.trial()[Account.PAYOUT_SCHEDULED] == 0
    assert world.trial()[Account.BANK] == -900


def test_a_charge_that_was_paid_before_it_was_found_is_booked_here_too(make_world: MakeWorld) -> None:
    world = make_world(collect="charge")
    world.onboard(sellers=["ann"], buyers=["Ada"])
    world.simulator.plan_fault("timeout_after", "ChargeCustomer")
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()

    world.advance(business_days=10)
    days_pass(world, 3)

    assert [payment.status for payment in world.rows(Payment)] == ["cleared"]
    assert world.trial()[Account.BANK] == 1000


def test_a_payout_that_came_back_while_the_worker_was_away_is_proved_void(world: World) -> None:
    world.ready_to_pay(1)
    world.tick()
    days_pass(world, 1)
    (payment,) = world.rows(Payment)
    assert payment.status == "paid"
    world.person_does("void", id=payment.remote_id)

    world.advance(business_days=8)
    world.run(2 * 3600)

    assert [payment.status for payment in world.rows(Payment)] == ["voided"]
    assert world.trial()[Account.PAYOUT_RETURNED] == 0
