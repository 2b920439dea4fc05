"""Claims, slots and quotas under many threads at once, on both databases."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from flask_billcom.clock import SystemClock
from flask_billcom.engine import operations as ops
from flask_billcom.engine.errors import NoCapacity
from flask_billcom.engine.limits import Allowance, Limits
from flask_billcom.models import Operation, Quota
from flask_billcom.store import Store
from tests.support.database import Database
from tests.support.shop import sqlite_safe

ORGANIZATION = "00801TESTORGANIZATN1"
NOW = datetime(2031, 3, 3, 17, 0, tzinfo=UTC)
THREADS = 4


RECOMMENDED, AS_IT_COMES = "as recommended", "as the driver has it"
pytestmark = pytest.mark.parametrize(
    ("dialect", "mode"),
    [
        ("sqlite", RECOMMENDED),
        ("sqlite", AS_IT_COMES),
        pytest.param("postgresql", AS_IT_COMES, marks=pytest.mark.needs("postgresql")),
    ],
    indirect=["dialect"],
)


@pytest.fixture
def store(billcom_database: Database, mode: str) -> Store:
    """Give a store whose SQLite sessions take the write lock at once, or one in the driver's own mode."""
    engine = billcom_database.engine()
    return Store(sqlite_safe(engine) if mode == RECOMMENDED else engine)


def planned(store: Store, count: int, *, lanes: int | None = None) -> list[UUID]:
    clock = SystemClock()
    plans = [
        ops.Plan("create_bill", "document", clock.new_id(), f"lane:{n % (lanes or count)}", f"key {n}", not_before=NOW)
        for n in range(count)
    ]
    with store.write() as rows:
        ops.plan(rows, clock, ORGANIZATION, plans)
    with store.read() as rows:
        return list(rows.all(select(Operation.id).order_by(Operation.id)))


def claim_everything(store: Store, start: Barrier, batch: int) -> list[UUID]:
    """Claim batches as a worker does: look what is due, then take it."""
    mine: list[UUID] = []
    clock = SystemClock()
    start.wait()
    while True:
        with store.read() as rows:
            found = ops.due(rows, ORGANIZATION, "create_bill", NOW, batch)
        due = list({operation.lane: operation.id for operation in found}.values())
        if not due:
            return mine
        try:
            with store.write() as rows:
                mine += ops.claim(rows, due, clock.new_id(), NOW)
        except (IntegrityError, OperationalError):
            continue  # the database refused one of two at once: nothing was claimed


def test_no_row_is_claimed_twice_and_none_is_left(store: Store) -> None:
    ids = planned(store, 240)
    start = Barrier(THREADS)

    with ThreadPoolExecutor(THREADS) as threads:
        claims = list(threads.map(lambda _: claim_everything(store, start, 20), range(THREADS)))

    counted = Counter(row for mine in claims for row in mine)
    assert set(counted) == set(ids)
    assert set(counted.values()) == {1}
    with store.read() as rows:
        assert set(rows.all(select(Operation.attempt))) == {1}


def test_one_lane_carries_one_operation_however_many_want_it(store: Store) -> None:
    planned(store, 60, lanes=5)
    start = Barrier(THREADS)

    with ThreadPoolExecutor(THREADS) as threads:
        claims = list(threads.map(lambda _: claim_everything(store, start, 20), range(THREADS)))

    assert sum(len(mine) for mine in claims) == 5
    with store.read() as rows:
        lanes = rows.all(select(Operation.lane).where(Operation.state == "sending"))
    assert sorted(lanes) == [f"lane:{n}" for n in range(5)]


def test_three_slots_are_never_four_and_the_hour_is_never_exceeded(store: Store) -> None:
    limits = Limits(ORGANIZATION, "key", Allowance(hourly=100, reserve=0.1))
    inside, most = Counter[str](), Counter[str]()
    start = Barrier(THREADS)

    def work(_: int) -> int:
        done = 0
        start.wait()
        for _ in range(40):
            try:
                with store.write() as rows:
                    slot = limits.take(rows, NOW, until=NOW + timedelta(minutes=1), changes=True)
            except (NoCapacity, OperationalError):
                continue
            inside["now"] += 1
            most["ever"] = max(most["ever"], inside["now"])
            inside["now"] -= 1
            done += 1
            free(store, limits, slot)
        return done

    with ThreadPoolExecutor(THREADS) as threads:
        taken = sum(threads.map(work, range(THREADS)))

    assert most["ever"] <= 3
    with store.read() as rows:
        used = rows.first(select(Quota.used))
    assert taken == used <= 90


def free(store: Store, limits: Limits, slot: object) -> None:
    while True:
        try:
            with store.write() as rows:
                limits.release(rows, slot, NOW)  # type: ignore[arg-type]  # a lease, as it was given
        except OperationalError:
            continue
        return
