"""On SQLite a transaction of ours has the write lock before it reads, however the app's engine begins transactions."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from flask_billcom.models import Mark
from flask_billcom.store import Rows, Store
from tests.support.at_once import at_once
from tests.support.database import Database
from tests.support.factories import MONDAY
from tests.support.shop import sqlite_safe

RECOMMENDED, AS_IT_COMES = "as recommended", "as the driver has it"


@pytest.fixture(params=[RECOMMENDED, AS_IT_COMES])
def store(billcom_database: Database, request: pytest.FixtureRequest) -> Store:
    engine = billcom_database.engine()
    return Store(sqlite_safe(engine) if request.param == RECOMMENDED else engine)


def count_on(rows: Rows) -> None:
    """Read a number and write the next one, as whoever decides by what he has read."""
    number = int(rows.first(select(Mark.value)))
    rows.change(update(Mark).values(value=str(number + 1)))


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_nobody_decides_by_what_another_one_is_changing(store: Store) -> None:
    with store.write() as rows:
        rows.insert(Mark, [{"organization_id": "o", "name": "count", "value": "0", "updated_at": MONDAY}])

    def then() -> None:
        with store.write() as rows:
            count_on(rows)

    at_once(store, count_on, then=then)

    with store.read() as rows:
        assert rows.all(select(Mark.value)) == ["2"]
