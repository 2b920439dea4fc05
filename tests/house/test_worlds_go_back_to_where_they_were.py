"""What a world lives through is lived through once from each state, and leads to the same when it is put back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_billcom.models import Party
from tests.support.copies import digest
from tests.support.world import Stage, World

Began = Callable[[], World]


@pytest.fixture
def began(dialect: str, request: pytest.FixtureRequest) -> Began:
    """Give a function that begins a world, on SQLite, and then on PostgreSQL."""
    stage: Stage = request.getfixturevalue(f"{dialect}_stage")
    return stage.world


class Sale:
    """A sale that counts how often it is made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, world: World, price: str) -> None:
        self.times += 1
        world.settle(("ann", price, "1.00"))
        world.advance(seconds=5)
        world.tick()


def seen(world: World) -> tuple[Any, ...]:
    """Return all that can be told of a world, what it does next included."""
    world.advance(business_days=1)
    report = world.tick()
    order = world.settle(("bo", "7.00"))
    rows = digest_of_documents(world), [row.id for row in world.operations()], world.trial()
    return rows, order, report.batches, world.clock.now(), world.clock.new_id(), len(world.simulator.journal)


def digest_of_documents(world: World) -> list[str]:
    return world.numbers("Bill") + world.numbers("Invoice") + [str(row.remote_id) for row in world.rows(Party)]


def test_a_world_that_is_put_back_goes_on_as_the_first_one_did(began: Began) -> None:
    sale = Sale()
    ends = []
    for _ in range(3):
        world = began()
        world.lives_through(sale, "10.00")
        ends.append(seen(world))

    assert sale.times == 1
    assert ends[0] == ends[1] == ends[2]


def test_all_rows_are_put_back(began: Began) -> None:
    sale = Sale()
    began().lives_through(sale, "10.00")
    world = began()
    world.lives_through(sale, "10.00")
    kept = digest(world.store.engine)
    world.settle(("ann", "20.00"))
    assert digest(world.store.engine) != kept

    world = began()
    world.lives_through(sale, "10.00")

    assert sale.times == 1
    assert digest(world.store.engine) == kept


def test_another_act_value_row_setting_or_time_is_lived_through_itself(began: Began) -> None:
    sale = Sale()
    began().lives_through(sale, "10.00")
    began().lives_through(sale, "11.00")
    assert sale.times == 2

    world = began()
    world.person("buyer", "Zoe")
    world.lives_through(sale, "10.00")
    assert sale.times == 3

    world = began()
    world.restart(due_days=9)
    world.lives_through(sale, "10.00")
    assert sale.times == 4

    world = began()
    world.advance(seconds=1)
    world.lives_through(sale, "10.00")
    assert sale.times == 5

    world = began()
    world.simulator.plan_fault("timeout_after", "Bulk/Crud/Create/Vendor")
    world.lives_through(sale, "10.00")
    assert sale.times == 6


def test_where_somebody_listens_everything_happens(began: Began) -> None:
    sale = Sale()
    began().lives_through(sale, "10.00")
    heard: list[str] = []
    world = began()
    world.on_call = lambda moment, endpoint: heard.append(f"{moment} {endpoint}")

    world.lives_through(sale, "10.00")

    assert sale.times == 2
    assert "effect Bulk/Crud/Create/Vendor" in heard
