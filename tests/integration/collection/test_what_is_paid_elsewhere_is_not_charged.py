"""A buyer who has paid elsewhere is not charged as well, before Bill.com has been told of it either."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.marketplace.lists.operations import stuck_condition
from flask_billcom.models import Operation
from tests.integration.collection.conftest import MakeWorld
from tests.integration.collection.test_money_received_elsewhere_is_recorded_once import differences, enter
from tests.support.world import World

EVE = Person("Eve", "it seemed right")


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """Give a world in which a buyer may be charged."""
    world = make_world(collect="charge")
    world.onboard(sellers=["ann"], buyers=["Ada"])
    return world


def received(world: World) -> list[int]:
    return [row["amount"] for row in world.simulator.books.received_pays]


@pytest.mark.parametrize("dollars", ["10.00", "4.00"])
@pytest.mark.parametrize("fault", ["bdc:BDC_1322", "timeout_after", "timeout_before"])
def test_what_he_paid_before_his_invoice_was_made(world: World, fault: str, dollars: str) -> None:
    world.simulator.plan_fault(fault, "Bulk/Crud/Create/Invoice")
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    enter(world, amount=Decimal(dollars))
    world.tick()
    assert world.states("charge") == []

    world.run_until(lambda: world.states("record") == ["done"])

    assert received(world) == [int(Decimal(dollars) * 100)]
    assert (world.sent("ChargeCustomer"), world.states("charge")) == ([], ["cancelled"])
    assert differences(world) == []


def stuck(world: World) -> list[str]:
    """Return the kinds of what moves no further without a person."""
    with world.store.read() as rows:
        found: list[str] = rows.all(select(Operation.kind).where(stuck_condition()))
    return found


def given_up_for_it(world: World) -> None:
    """Let a planned charge be given up for a payment that Bill.com is still to be told of."""
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.restart(linger_s=3600)
    world.tick()
    world.restart(linger_s=0)
    assert enter(world).gave_up_charge


def test_nobody_tries_the_charge_again_that_was_given_up_for_it(world: World) -> None:
    given_up_for_it(world)

    with pytest.raises(NotPossible, match="FB-1 is paid elsewhere"):
        world.parts.decisions.retry(world.operation("charge").id, EVE)
    world.tick()

    assert (received(world), world.sent("ChargeCustomer")) == ([10_00], [])


def test_a_charge_is_named_that_was_given_up_for_what_never_came(world: World) -> None:
    given_up_for_it(world)
    assert stuck(world) == []

    world.parts.decisions.cancel(world.operation("record").id, EVE)

    assert stuck(world) == ["charge"]
    world.parts.decisions.retry(world.operations("charge")[0].id, EVE)
    world.tick()
    assert len(world.sent("ChargeCustomer")) == 1
    assert stuck(world) == []
