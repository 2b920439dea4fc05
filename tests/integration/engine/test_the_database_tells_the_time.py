"""The clock of a real database, wherever it stands and whatever zone its sessions have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask_billcom.engine.clocks import DatabaseClock
from tests.support.database import Database

OPTIONS: dict[str, dict[str, Any]] = {
    "sqlite": {},
    "postgresql": {"connect_args": {"options": "-c timezone=Asia/Tokyo"}},
}


def test_the_time_is_the_databases_in_utc_and_goes_on(database: Database) -> None:
    clock = DatabaseClock(database.engine(**OPTIONS[database.dialect]))

    first = clock.now()
    second = clock.now()

    # The database of the tests stands on this machine.
    assert abs(first - datetime.now(UTC)) < timedelta(seconds=30)
    assert first.utcoffset() == timedelta(0)
    assert first <= second
