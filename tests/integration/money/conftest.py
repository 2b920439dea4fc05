"""A marketplace's rows on a fresh database, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from flask_billcom.clock import ManualClock
from flask_billcom.store import Store
from tests.support.database import Database
from tests.support.factories import MONDAY, Shop


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


@pytest.fixture
def shop(billcom_database: Database, clock: ManualClock) -> Shop:
    return Shop(Store(billcom_database.engine()), clock)
