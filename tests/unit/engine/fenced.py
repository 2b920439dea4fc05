"""Attempts without an answer, on which the fence acts, and what it has noted and asked."""

from __future__ import annotations

import json
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
    """Return when the fence took a session out of use, and when something was noted of sessions' ends."""
    found = shop.rows(Mark, Mark.name)
    assert {each.organization_id for each in found} <= {shop.organization_id}
    return {each.name: each.updated_at for each in found}


def known(shop: Workshop, gen: int = 1) -> dict[str, datetime]:
    """Return what is noted of the end of one session."""
    (found,) = (each.value for each in shop.rows(Mark, Mark.name) if each.name == f"fence/{gen}")
    return {name: datetime.fromisoformat(value) for name, value in json.loads(found).items()}


def proof(shop: Workshop) -> list[str]:
    """Return what was asked of Bill.com after the first login."""
    return shop.journal()[1:]
