"""Attempts without an answer, on which the fence acts, and what it has noted and asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_billcom.models import Mark, OperationState
from tests.unit.engine.workshop import Workshop

KINDS = ["vendor", "pay"]
MINUTES = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def unanswered(shop: Workshop, number: int = 1, gen: int = 1, **values: Any) -> None:
    """Add an operation whose attempt with a session got no answer two minutes ago."""
    known = {
        "state": OperationState.UNKNOWN,
        "unsafe_gen": gen,
        "unknown_since": shop.now - 2 * MINUTES,
        "absent_after": shop.now,
    }
    shop.plan(number, **{**known, **values})


def marks(shop: Workshop) -> dict[str, datetime]:
    """Return when the fence did what it notes, by the name of it."""
    found = shop.rows(Mark, Mark.name)
    assert {each.organization_id for each in found} <= {shop.organization_id}
    assert all(each.updated_at == datetime.fromisoformat(each.value) for each in found)
    return {each.name: datetime.fromisoformat(each.value) for each in found}


def proof(shop: Workshop) -> list[str]:
    """Return what was asked of Bill.com after the first login."""
    return shop.journal()[1:]
