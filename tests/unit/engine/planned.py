"""Rows of operations and calls for the tests of single modules, with everything that a test does not name filled in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from flask_billcom.clock import ManualClock
from flask_billcom.models import Audit, Call, Operation, OperationState
from flask_billcom.store import Rows

OURS, OTHERS = "ours", "others"


def operation(number: int, now: datetime, **values: Any) -> Operation:
    """Return an operation on a document of its own, planned and due now."""
    known = {
        "id": UUID(int=number),
        "organization_id": OURS,
        "kind": "pay",
        "subject_type": "document",
        "subject_id": UUID(int=1000 + number),
        "lane": f"document:{number}",
        "natural_key": f"key {number}",
        "generation": 1,
        "amount_cents": 0,
        "state": OperationState.PLANNED,
        "attempt": 0,
        "resends": 0,
        "splits": 0,
        "answered": False,
        "unsafe_gen": 0,
        "not_before": now,
        "created_at": now,
    }
    return Operation(**{**known, **values})


def call(number: int, now: datetime, **values: Any) -> Call:
    """Return a call that has just been claimed."""
    known = {
        "id": UUID(int=5000 + number),
        "organization_id": OURS,
        "endpoint": "PayBills",
        "n_items": 1,
        "session_gen": 1,
        "slot": 0,
        "slot_fence": 1,
        "started_at": now,
        "lease_until": now + timedelta(seconds=160),
        "not_after": now + timedelta(seconds=10),
    }
    return Call(**{**known, **values})


def add(rows: Rows, *items: Any) -> None:
    """Write rows."""
    rows.session.add_all(items)
    rows.session.flush()
    rows.session.expunge_all()


def read(rows: Rows, number: int) -> Operation:
    """Return an operation as the database has it."""
    found = rows.first(select(Operation).where(Operation.id == UUID(int=number)))
    assert isinstance(found, Operation)
    rows.session.expunge_all()
    return found


def numbers(found: Iterable[Operation | UUID]) -> list[int]:
    """Return the numbers of operations, in their order."""
    return [each.int if isinstance(each, UUID) else each.id.int for each in found]


def acts(rows: Rows) -> list[tuple[str, str, int, dict[str, Any], str, str, datetime]]:
    """Return what was written down, the oldest first."""
    found = rows.all(select(Audit).order_by(Audit.id))
    return [
        (a.action, a.subject_type, a.subject_id.int if a.subject_id else 0, a.detail, a.actor, a.organization_id, a.at)
        for a in found
    ]


def ticking(clock: ManualClock, seconds: float) -> datetime:
    """Move a clock and return its time."""
    clock.advance(timedelta(seconds=seconds))
    return clock.now()
