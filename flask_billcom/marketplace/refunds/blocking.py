"""Documents whose money must not move, since a refund has still to reach them.

open part of the document itself               it is going to be lowered
bill to the buyer, open part of his invoice    his own payment came back, so the bill is going to be taken back
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from flask_billcom.models import AdjustmentPart, Document
from flask_billcom.store import Rows

DONE, INVOICE = "done", "invoice"
_ANY_OPEN = (
    select(AdjustmentPart.id)
    .where(AdjustmentPart.organization_id == bindparam("organization_id"), AdjustmentPart.state != DONE)
    .limit(1)
)
_OWN = AdjustmentPart.document_id == Document.id
_OF_BUYER = (
    Document.is_refund.is_(True)
    & (AdjustmentPart.adjustment_id == Document.origin_id)
    & (AdjustmentPart.kind == INVOICE)
)
_BLOCKED = (
    select(Document.id)
    .join(AdjustmentPart, or_(_OWN, _OF_BUYER))
    .where(
        Document.id.in_(bindparam("ids", expanding=True)),
        AdjustmentPart.organization_id == bindparam("organization_id"),
        AdjustmentPart.state != DONE,
    )
)


def blocked(rows: Rows, organization_id: str, document_ids: Collection[UUID]) -> set[UUID]:
    """Return those of some documents that must not be charged or paid now; one look into an index where nothing is."""
    if not document_ids or rows.first(_ANY_OPEN, {"organization_id": organization_id}) is None:
        return set()
    found: set[UUID] = set()
    ids = sorted(document_ids)
    for start in range(0, len(ids), 500):
        wanted = {"organization_id": organization_id, "ids": ids[start : start + 500]}
        found |= set(rows.all(_BLOCKED, wanted))
    return found
