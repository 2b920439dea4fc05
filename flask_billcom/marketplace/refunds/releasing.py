"""When what a buyer gets back may be paid: once it is certain that he has paid himself, and no longer.

sale funded              its bills to the buyer are released, without the hold days
his debit comes back     they are not released any more, and what was paid back is to be lowered after all
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update

from flask_billcom.models import Adjustment, AdjustmentPart, Document
from flask_billcom.store import Rows

from .facts import DONE, INVOICE


def release_refunds(rows: Rows, settlement_ids: Sequence[UUID], now: datetime) -> None:
    """Let the bills to the buyers of funded sales be paid."""
    rows.change(
        update(Document)
        .where(
            Document.origin_type == "adjustment",
            Document.origin_id.in_(_refunds(settlement_ids)),
            Document.is_refund.is_(True),
            Document.release_after.is_(None),
        )
        .values(release_after=now)
    )


def reopen(rows: Rows, settlement_ids: Sequence[UUID]) -> None:
    """Look again at refunds that were to be paid back: the buyer's own payment has come back."""
    refunds = _refunds(settlement_ids)
    rows.change(
        update(Document)
        .where(
            Document.origin_type == "adjustment",
            Document.origin_id.in_(refunds),
            Document.is_refund.is_(True),
            Document.released_at.is_(None),
        )
        .values(release_after=None)
    )
    rows.change(
        update(AdjustmentPart)
        .where(
            AdjustmentPart.adjustment_id.in_(refunds),
            AdjustmentPart.kind == INVOICE,
            AdjustmentPart.turned_cents > 0,
            AdjustmentPart.state == DONE,
        )
        .values(state="open")
    )


def _refunds(settlement_ids: Sequence[UUID]) -> Select[Any]:
    return select(Adjustment.id).where(
        Adjustment.origin_type == "settlement", Adjustment.origin_id.in_(list(settlement_ids))
    )
