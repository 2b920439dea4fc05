"""Refunds whose payment to the buyer comes back: he is owed again, and nothing is paid again by itself.

    refunded, cancelled --its payment comes back, or is held--> paying_back --paid, or paid again--> as before

Acts: refund_returned.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, update

from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.models import Adjustment, Document
from flask_billcom.store import Rows

from .writing import CANCELLED, PAYING_BACK, REFUNDED


def owe_again(rows: Rows, clock: Clock, organization_id: str, document_ids: Collection[UUID]) -> None:
    """Let refunds be paid back once more, those of some bills whose payment has not arrived any more."""
    gone = rows.all(
        select(Adjustment)
        .join(Document, Document.origin_id == Adjustment.id)
        .where(
            Document.id.in_(sorted(document_ids)),
            Document.is_refund.is_(True),
            Document.cleared_at.is_(None),
            Document.status != "inactive",
            Adjustment.state.in_((REFUNDED, CANCELLED)),
        )
    )
    if not gone:
        return
    ids = sorted(each.id for each in gone)
    rows.change(update(Adjustment).where(Adjustment.id.in_(ids)).values(state=PAYING_BACK))
    acts = [
        Act("refund_returned", "settlement", each.origin_id, {"refund": each.reference, "cents": each.cents})
        for each in gone
    ]
    record(rows, clock, organization_id, acts)
