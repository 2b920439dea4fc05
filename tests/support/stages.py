"""One stage for each kind of database and worker, and worlds on them; each world begins on an emptied database.

sqlite_stage, postgresql_stage   made when the first test asks; making one costs more than most tests
make_world                       a function that begins a world on SQLite, with switches and settings of its own
world                            a world as shipped, on SQLite
world_on                         the same on SQLite, and then on PostgreSQL

A test that changes the shop itself, its mapping or its functions, makes a `Stage` of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.postgres import Server

if TYPE_CHECKING:
    from tests.support.world import Stage, World

MakeWorld = Callable[..., "World"]


@pytest.fixture(scope="session")
def sqlite_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give the stage on SQLite."""
    from tests.support.world import Stage

    stage = Stage(f"sqlite:///{tmp_path_factory.mktemp('stage')}/world.sqlite")
    yield stage
    stage.close()


@pytest.fixture(scope="session")
def postgresql_stage(pg_server: Server) -> Iterator[Stage]:
    """Give the stage on PostgreSQL."""
    from tests.support.world import Stage

    pg_server.cleaner("world")
    stage = Stage(pg_server.url("world"))
    yield stage
    stage.close()


@pytest.fixture
def make_world(sqlite_stage: Stage) -> MakeWorld:
    """Give a function that begins a world, with switches of the simulator and settings of the extension."""
    return sqlite_stage.world


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """Give a world as shipped, in which nothing is collected by itself."""
    return make_world()


@pytest.fixture
def world_on(dialect: str, request: pytest.FixtureRequest) -> World:
    """Give a world on SQLite, and then one on PostgreSQL."""
    stage: Stage = request.getfixturevalue(f"{dialect}_stage")
    return stage.world()
