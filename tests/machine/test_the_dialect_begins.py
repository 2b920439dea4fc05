"""The machine's dialect begins transactions as the manual's listener does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text

from tests.support.beginning import NAME
from tests.support.shop import sqlite_safe

WRITES = {"billcom_write": True}


@pytest.fixture(params=[NAME, "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    return sqlite_safe(create_engine(f"{request.param}:///{tmp_path}/town.sqlite"))


@pytest.fixture
def heard(engine: Engine) -> list[str]:
    """Tell what the database hears from here on."""
    told: list[str] = []

    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, _record: object) -> None:
        dbapi.set_trace_callback(told.append)

    return told


def test_who_reads_begins_with_the_first_statement(engine: Engine, heard: list[str]) -> None:
    with engine.connect() as connection:
        assert heard == []
        connection.execute(text("select 1"))

    assert heard[:2] == ["BEGIN", "select 1"]


def test_who_writes_asks_for_the_lock_at_once(engine: Engine, heard: list[str]) -> None:
    with engine.execution_options(**WRITES).begin():
        assert heard == ["BEGIN IMMEDIATE"]


def test_a_connection_may_ask_for_the_lock_until_it_is_given_back(engine: Engine, heard: list[str]) -> None:
    with engine.connect() as connection:
        asking = connection.execution_options(**WRITES)
        for _ in range(2):
            with asking.begin():
                asking.execute(text("select 1"))
    with engine.begin():
        pass

    assert [each for each in heard if each.startswith("BEGIN")] == ["BEGIN IMMEDIATE", "BEGIN IMMEDIATE", "BEGIN"]
