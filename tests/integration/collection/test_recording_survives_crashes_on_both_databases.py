"""A worker dies at any moment of RecordARPayment, two of them race, or two people say the same: one payment."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.models import RecordedPayment
from tests.support.world import Stage, World


class Crash(BaseException):
    """The worker process is gone."""


@pytest.fixture
def world(dialect: str, request: pytest.FixtureRequest) -> World:
    """Give a world with an invoice of ten dollars, on SQLite, and then on PostgreSQL."""
    stage: Stage = request.getfixturevalue(f"{dialect}_stage")
    world = stage.world()
    world.settle(("ann", "10.00", "1.00"))
    for _ in range(2):
        world.tick()
        world.advance(seconds=5)
    return world


def enter(world: World, reference: str = "check 1043") -> Any:
    with world.app() as session:
        return world.shop.billcom.record_payment(
            session.get(world.shop.Order, 1),
            amount=Decimal("10.00"),
            date=date(2026, 1, 5),
            reference=reference,
            actor="bea",
        )


def ends_right(world: World) -> None:
    assert [row["amount"] for row in world.simulator.books.received_pays] == [1000]
    assert {account.value: cents for account, cents in world.trial().items() if cents} == {
        "bank": 1000,
        "seller_payable": -900,
        "fee_income": -100,
    }
    with world.app():
        assert world.shop.billcom.reconcile().differences == []


@pytest.mark.parametrize("moment", ["connect", "effect", "answer"])
def test_a_crash_at_any_moment_of_the_call_records_at_most_once(world: World, moment: str) -> None:
    enter(world)

    def stop(now_at: str, of: str) -> None:
        if (now_at, of) == (moment, "RecordARPayment"):
            world.on_call = lambda _moment, _endpoint: None
            raise Crash

    world.on_call = stop
    with pytest.raises(Crash):
        world.tick()
    world.restart()
    assert world.states("record") == ["sending"]

    world.run_until(lambda: world.states("record") in (["done"], ["quarantined"]), within=3 * 3600)

    if moment == "connect":
        # Nobody can know that nothing was sent; a person looks, and lets it go again.
        assert world.states("record") == ["quarantined"]
        with world.app():
            world.shop.billcom.resolve(world.operation("record").id, actor="bea", reason="not at Bill.com")
        world.tick()
    assert world.states("record") == ["done"]
    ends_right(world)


def test_two_workers_send_it_once(world: World) -> None:
    enter(world)
    other = world.process()

    world.tick()
    world.tick(other)

    assert len(world.sent("RecordARPayment")) == 1
    ends_right(world)


def test_two_people_who_say_the_same_at_once_say_it_once(world: World) -> None:
    said: list[Any] = []
    gate = threading.Barrier(4)

    def say() -> None:
        gate.wait()
        try:
            said.append(enter(world))
        except Exception as error:  # noqa: BLE001 - told below
            said.append(error)

    threads = [threading.Thread(target=say) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.tick()

    assert not [each for each in said if isinstance(each, Exception)], said
    assert sorted(each.is_new for each in said) == [False, False, False, True]
    assert len(world.rows(RecordedPayment)) == 1
    ends_right(world)


def test_two_people_with_two_references_cannot_pay_the_same_due_twice(world: World) -> None:
    said: list[Any] = []
    gate = threading.Barrier(2)

    def say(reference: str) -> None:
        gate.wait()
        try:
            said.append(enter(world, reference))
        except Exception as error:  # noqa: BLE001 - told below
            said.append(error)

    threads = [threading.Thread(target=say, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.tick()

    (refused,) = [each for each in said if isinstance(each, Exception)]
    assert "nothing is due" in str(refused)
    ends_right(world)
