"""What people have left undecided: adjustments and disputes, and parties that Bill.com does not list any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from flask_billcom.marketplace.agreement.unlisted import unlisted as missed
from flask_billcom.marketplace.corrections.adjustments import OPEN, PROPOSED
from flask_billcom.models import Adjustment
from flask_billcom.money import from_cents

from .checks import Check, Subject, age, counted, problem, warning, well

_STEPS = {
    PROPOSED: ("adjustment", "waiting for approval", "`flask billcom pay approve-adjustment`, or deny-adjustment"),
    OPEN: ("dispute", "open, its money on hold", "`flask billcom pay resolve-dispute` once its outcome is known"),
}


def unlisted(subject: Subject, now: datetime) -> Iterator[Check]:
    """Name buyers and sellers whom the last whole reconciliation did not meet at Bill.com."""
    with subject.store.read() as rows:
        found = missed(rows, subject.organization_id)
    for each in found[:20]:
        message = (
            f"{each.role} {each.remote_id}, {each.name}, is not listed at Bill.com, missed for {age(now, each.since)}"
        )
        confirm = f"`flask billcom parties confirm {each.name} REMOTE_ID --reason WHY`"
        yield problem("parties", message, f"{confirm} once he is there again; else `flask billcom books reconcile`")
    if not found:
        yield well("parties", "the last whole reconciliation met everybody whom we know")


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
