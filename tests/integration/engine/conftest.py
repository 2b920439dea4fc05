"""Worlds for the engine's tests: one shop for each kind of database, emptied before every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.postgres import Server
from tests.support.world import Stage, World

MakeWorld = Callable[..., World]


@pytest.fixture(scope="module")
def sqlite_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(f"sqlite:///{tmp_path_factory.mktemp('engine')}/world.sqlite")
    yield stage
    stage.close()


@pytest.fixture
def make_world(sqlite_stage: Stage) -> MakeWorld:
    """Give a function that begins a world, with switches of the simulator and settings of the extension."""
    return sqlite_stage.world


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """Give a world as shipped."""
    return make_world()


@pytest.fixture(scope="module")
def postgresql_stage(pg_server: Server) -> Iterator[Stage]:
    pg_server.cleaner("engine_world")
    stage = Stage(pg_server.url("engine_world"))
    yield stage
    stage.close()


@pytest.fixture
def world_on(dialect: str, request: pytest.FixtureRequest) -> World:
    """Give a world on SQLite, and then one on PostgreSQL."""
    stage: Stage = request.getfixturevalue(f"{dialect}_stage")
    return stage.world()
