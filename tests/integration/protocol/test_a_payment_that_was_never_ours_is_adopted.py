"""A bill that somebody paid in Bill.com's own page before our payment of it was planned: a person adopts it."""

from __future__ import annotations

from flask_billcom.engine.decisions import Person
from flask_billcom.models import Settlement
from flask_billcom.schedule import Schedule
from tests.integration.engine.conftest import MakeWorld

WHO = Person("Eve", "somebody had paid it by hand")


def test_a_payment_from_before_ours_was_planned_is_adopted_and_followed(make_world: MakeWorld) -> None:
    world = make_world(collect="charge", payout_schedule=Schedule.parse("daily"), float_cents=0)
    world.onboard(sellers=["ann"], buyers=["Ada"])
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.person_does("pay_bill", id=world.simulator.books.bills[0].id)
    for _ in range(10):
        world.advance(business_days=1)
        world.tick()
    operation = world.operation("pay")
    assert (operation.state, operation.parked) == ("planned", "difference")
    (payment,) = world.simulator.books["SentPay"]

    world.parts.decisions.adopt(operation.id, payment["billPays"][0].id, WHO)
    for _ in range(3):
        world.advance(business_days=1)
        world.tick()

    assert world.paid_cents() == {"FB-1-1": 900}
    assert [each.state for each in world.rows(Settlement)] == ["paid_out"]
