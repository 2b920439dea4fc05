"""Claims of real processes at once, on both databases, and on SQLite in the driver's own mode of transactions too."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pytest
from sqlalchemy import select

from flask_billcom.clock import SystemClock
from flask_billcom.engine import operations as ops
from flask_billcom.models import Operation
from flask_billcom.store import Store
from tests.support.claimants import KIND
from tests.support.database import Database
from tests.support.shop import ORGANIZATION, START

PROCESSES, ROWS, LANES = 4, 480, 5

pytestmark = pytest.mark.parametrize(
    ("dialect", "mode"),
    [
        ("sqlite", "safe"),
        ("sqlite", "plain"),
        pytest.param("postgresql", "plain", marks=pytest.mark.needs("postgresql")),
    ],
    indirect=["dialect"],
)


def planned(database: Database, *, lanes: int = ROWS) -> Store:
    """Plan rows that share so many lanes."""
    store, clock = Store(database.engine()), SystemClock()
    plans = [
        ops.Plan(KIND, "document", clock.new_id(), f"lane:{n % lanes}", f"key {n}", not_before=START)
        for n in range(ROWS)
    ]
    with store.write() as rows:
        ops.plan(rows, clock, ORGANIZATION, plans)
    return store


def claims_of_all(database: Database, mode: str) -> list[list[str]]:
    """Let the processes claim, and return what each of them got."""
    command = [sys.executable, "-m", "tests.support.claimants", database.url, mode, str(PROCESSES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    claims: list[list[str]] = json.loads(done.stdout)["claims"]
    return claims


def test_no_row_is_claimed_by_two_processes_and_none_is_left(billcom_database: Database, mode: str) -> None:
    store = planned(billcom_database)

    claims = claims_of_all(billcom_database, mode)

    counted = Counter(row for mine in claims for row in mine)
    assert len(claims) == PROCESSES
    assert set(counted.values()) == {1}
    with store.read() as rows:
        assert set(counted) == {str(row) for row in rows.all(select(Operation.id))}
        assert set(rows.all(select(Operation.attempt))) == {1}


def test_a_lane_goes_to_one_process_however_many_want_it(billcom_database: Database, mode: str) -> None:
    store = planned(billcom_database, lanes=LANES)

    claims = claims_of_all(billcom_database, mode)

    assert sum(len(mine) for mine in claims) == LANES
    with store.read() as rows:
        assert sorted(rows.all(select(Operation.lane).where(Operation.state == "sending"))) == [
            f"lane:{n}" for n in range(LANES)
        ]
