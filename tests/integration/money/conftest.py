"""A marketplace's rows on a fresh database, on SQLite and on PostgreSQL; and whole worlds with Bill.com and banks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flask_billcom.clock import ManualClock
from flask_billcom.store import Store
from tests.support.database import Database
from tests.support.factories import MONDAY, Shop
from tests.support.postgres import Server
from tests.support.world import Stage


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


@pytest.fixture
def shop(billcom_database: Database, clock: ManualClock) -> Shop:
    return Shop(Store(billcom_database.engine()), clock)


@pytest.fixture(scope="module")
def sqlite_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(f"sqlite:///{tmp_path_factory.mktemp('money')}/world.sqlite")
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def postgresql_stage(pg_server: Server) -> Iterator[Stage]:
    pg_server.cleaner("money_world")
    stage = Stage(pg_server.url("money_world"))
    yield stage
    stage.close()
