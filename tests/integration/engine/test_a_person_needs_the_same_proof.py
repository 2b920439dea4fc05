"""What was set aside is sent again by a person's word only when its absence is as certain as for the engine itself."""

from __future__ import annotations

import pytest

from flask_billcom.engine.decisions import NotPossible, Person
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World

OPERATOR = Person("operator", "the bank shows nothing")


def test_an_absent_charge_is_made_once_more_by_a_persons_word(make_world: MakeWorld) -> None:
    world = make_world(collect="charge")
    world.onboard(sellers=["ann"], buyers=["Ada"])
    world.simulator.plan_fault("timeout_before", "ChargeCustomer")
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.run_until(lambda: world.states("charge") == ["quarantined"], within=7200)

    world.parts.decisions.resend(world.operation("charge").id, OPERATOR)
    world.tick()

    assert world.states("charge") == ["done"]
    assert [row["amount"] for row in world.simulator.books.received_pays] == [1000]


def test_what_is_there_twice_is_neither_sent_again_nor_given_up(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_after", "PayBills")
    world.tick()
    (ours,) = world.simulator.books.sent_pays
    world.person_does("pay_bill", id=world.simulator.books.bills[0].id, amount_cents=900)
    world.run_until(lambda: world.states("pay") == ["quarantined"], within=3600)
    pay = world.operation("pay")

    for act in (world.parts.decisions.resend, world.parts.decisions.cancel):
        with pytest.raises(NotPossible):
            act(pay.id, OPERATOR)
    world.parts.decisions.adopt(pay.id, ours["billPays"][0].id, OPERATOR)

    assert world.states("pay") == ["done"]
    assert len(world.sent("PayBills")) == 1
