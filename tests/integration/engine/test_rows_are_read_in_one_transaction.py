"""Columns and entities of one look come from one transaction, however their statements were built."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, event, select

from flask_billcom.models import Operation
from flask_billcom.store import Store
from tests.support.world import Stage, World

OF_KIND = Operation.kind == bindparam("kind")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def world(request: pytest.FixtureRequest) -> World:
    stage: Stage = request.getfixturevalue(f"{request.param}_stage")
    world = stage.world()
    world.ready_to_pay(2)
    return world


@pytest.fixture
def begun(world: World) -> Iterator[list[Connection]]:
    """Tell which transactions have begun."""
    connections: list[Connection] = []
    engine = world.store.engine

    def begin(connection: Connection) -> None:
        connections.append(connection)

    event.listen(engine, "begin", begin)
    yield connections
    event.remove(engine, "begin", begin)


def _looks(store: Store) -> Any:
    with store.read() as rows:
        columns = rows.all(select(Operation.id, Operation.state).where(OF_KIND), {"kind": "pay"})
        entities = rows.all(select(Operation).where(OF_KIND), {"kind": "pay"})
        assert rows.all(select(Operation).where(Operation.kind == "pay")) == entities, "the same objects"
        assert rows.all(select(Operation.id, Operation.state).where(Operation.kind == "pay")) == columns
    assert [(each.id, each.state) for each in entities] == columns
    return columns


def test_a_look_is_one_transaction(world: World, begun: list[Connection]) -> None:
    assert [state for _, state in _looks(world.store)] == ["planned", "planned"]

    assert len(begun) == 1


def test_a_look_takes_nothing_with_it(world: World) -> None:
    pool: Any = world.store.engine.pool
    before = pool.checkedout()

    _looks(world.store)

    assert pool.checkedout() == before
