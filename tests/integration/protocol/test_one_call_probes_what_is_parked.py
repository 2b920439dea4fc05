"""A parked capability with a time to probe: one call goes when the time has come, all others wait for its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from flask_billcom.models import Hold
from tests.support.world import World

QUARTER_S = 15 * 60
LOCKED = "bdc:BDC_1107"


@pytest.fixture
def locked(world: World) -> World:
    """Give a world whose organization was locked at a payment, with bills to make as well, and the probe due."""
    world.ready_to_pay(2)
    world.simulator.plan_fault(LOCKED, "PayBills")
    world.tick()
    assert world.states("pay") == ["planned", "planned"]
    world.settle(("bo", "5.00"))
    world.advance(seconds=QUARTER_S)
    return world


def changes(world: World) -> int:
    return sum(1 for entry in world.simulator.journal if entry.endpoint.startswith(("Bulk/Crud/Create", "PayBills")))


def while_the_first_change_runs(world: World, act: object) -> None:
    """Do something once, while the next changing call is on its way."""
    left = [act]

    def on_call(moment: str, endpoint: str) -> None:
        if moment == "connect" and endpoint.startswith(("Bulk/Crud/Create", "PayBills")) and left:
            left.pop()()  # type: ignore[operator]  # a function

    world.on_call = on_call


def test_nobody_else_sends_while_the_probe_is_on_its_way(locked: World) -> None:
    before = changes(locked)
    seen: list[int] = []
    other = locked.process()

    def look() -> None:
        locked.tick(other)
        seen.append(changes(locked))

    while_the_first_change_runs(locked, look)
    locked.tick()

    assert seen == [before], "the other worker has sent nothing while the probe was out"
    assert set(locked.states()) == {"done"}, "its success lets everything go"
    assert locked.holds() == []


def test_one_call_finds_the_lock_and_nothing_else_is_sent_in_that_quarter(locked: World) -> None:
    locked.simulator.plan_fault(LOCKED, "*", count=100)
    before = changes(locked)

    locked.tick()
    locked.advance(seconds=60)
    locked.tick()

    assert changes(locked) <= before + 1
    assert locked.holds() != []


@pytest.mark.parametrize("fault", ["timeout_before", "connect_refused"])
def test_a_probe_without_an_answer_is_followed_by_one_a_quarter_later(locked: World, fault: str) -> None:
    for endpoint in ("Bulk/Crud/Create/Vendor", "Bulk/Crud/Create/Bill", "Bulk/Crud/Create/Invoice", "PayBills"):
        locked.simulator.plan_fault(fault, endpoint)
    before = changes(locked)

    locked.tick()
    locked.advance(seconds=60)
    locked.tick()
    sent = changes(locked) - before

    assert sent <= 1, "the hold is closed again behind the probe"
    assert len(locked.simulator.faults.planned) == 3, "one call met its fault"
    assert locked.holds() != []


def test_the_success_of_a_call_from_before_the_lock_proves_nothing(world: World) -> None:
    world.ready_to_pay(1)
    world.settle(("ann", "7.00", "1.00"))
    world.advance(seconds=5)

    def lock() -> None:
        with world.store.write() as rows:
            world.parts.parking.close(
                rows, "BDC_1107", world.clock.now(), probe_after=world.clock.now() + timedelta(minutes=15)
            )

    while_the_first_change_runs(world, lock)
    world.tick()

    assert world.holds() == ["BDC_1107"]


def test_a_probe_waits_for_a_person_where_the_hold_says_so(locked: World) -> None:
    with locked.store.write() as rows:
        rows.change(update(Hold).values(probe_after=None))
    before = changes(locked)

    locked.run(3600)

    assert changes(locked) == before
