"""What people have left undecided: adjustments that wait for approval, and disputes that are open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from flask_billcom.marketplace.corrections.adjustments import OPEN, PROPOSED
from flask_billcom.models import Adjustment
from flask_billcom.money import from_cents

from .checks import Check, Subject, age, counted, warning, well

_STEPS = {
    PROPOSED: ("adjustment", "waiting for approval", "`flask billcom pay approve-adjustment`, or deny-adjustment"),
    OPEN: ("dispute", "open, its money on hold", "`flask billcom pay resolve-dispute` once its outcome is known"),
}


def undecided(subject: Subject, now: datetime) -> Iterator[Check]:
    """Name adjustments and disputes that nobody has decided about."""
    with subject.store.read() as rows:
        found = rows.all(
            select(Adjustment.state, func.count(), func.sum(Adjustment.cents), func.min(Adjustment.created_at))
            .where(Adjustment.organization_id == subject.organization_id, Adjustment.state.in_(tuple(_STEPS)))
            .group_by(Adjustment.state)
            .order_by(Adjustment.state)
        )
    for state, count, cents, oldest in found:
        what, stand, step = _STEPS[state]
        message = (
            f"{counted(count, what)}, {from_cents(int(cents))} dollars, {stand}, the oldest since {age(now, oldest)}"
        )
        yield warning("adjustments", message, step)
    if not found:
        yield well("adjustments", "no adjustment or dispute waits for a decision")
