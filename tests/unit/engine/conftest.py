"""Our tables in memory, and a clock that moves only when told: what one module of the engine needs, and no more."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from flask_billcom.clock import ManualClock
from flask_billcom.models import Base
from flask_billcom.store import Rows, Store
from tests.unit.engine.workshop import Workshop

MONDAY = datetime(2026, 3, 2, 17, 30, 20, 500, tzinfo=UTC)


@cache
def tables() -> Store:
    """Make our tables once in this process, so that the ones that it forks for mutants need not."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    atexit.register(engine.dispose)
    return Store(engine)


@pytest.fixture
def store() -> Store:
    """Give our tables without rows."""
    with tables().engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
    return tables()


@pytest.fixture
def rows(store: Store) -> Iterator[Rows]:
    """Give an open transaction on them."""
    with store.write() as opened:
        yield opened


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY, seed=1)


@pytest.fixture
def shop(store: Store) -> Workshop:
    """Give the engine's parts in front of a local Bill.com."""
    return Workshop(store)


@pytest.fixture
def backwards(store: Store) -> Iterator[None]:
    """Let rows that nobody asked an order of come the other way round, as another database might give them."""
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA reverse_unordered_selects = ON")
    yield
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA reverse_unordered_selects = OFF")
