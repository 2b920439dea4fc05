"""Adjustments as they are shown: fines, bonuses, refunds, disputes, debts taken off bills and given up.

Staff see all of them. A seller or buyer sees those that concern him, once they count, and not who asked or approved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from flask_billcom.marketplace.corrections.adjustments import DENIED, DOCUMENT, PROPOSED, SETTLEMENT
from flask_billcom.models import Adjustment, Settlement
from flask_billcom.store import Rows

from .pages import Page, Place, maybe_id, one_of
from .sight import Sight

KINDS = (
    "fine",
    "charge",
    "bonus",
    "credit",
    "write_off",
    "netting",
    "rest",
    "excess",
    "dispute",
    "refund",
    "cancel",
)
STATES = (
    "proposed",
    "denied",
    "booked",
    "open",
    "won",
    "withdrawn",
    "lost",
    "requested",
    "paying_back",
    "refunded",
    "cancelled",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentRow:
    """One adjustment.

    :param settlement_id: the sale it is about, or None.
    :param settlement: that sale's reference.
    :param document_id: the bill that it was taken off, or None.
    :param actor: who asked for it; None where that may not be seen.
    """

    id: UUID
    kind: str
    state: str
    party_id: UUID | None
    settlement_id: UUID | None
    settlement: str | None
    document_id: UUID | None
    line: int | None
    cents: int
    fee_cents: int | None
    currency: str
    reference: str
    reason: str
    actor: str | None
    approver: str | None
    created_at: datetime


def list_adjustments(
    rows: Rows, sight: Sight, place: Place, *, kind: str | None = None, state: str | None = None
) -> Page[AdjustmentRow]:
    """Return a page of adjustments.

    :param kind: only of this kind.
    :param state: only those that stand so.
    :raises InvalidQuery: there is no such kind or state, or the place is none.
    """
    statement = _visible(sight)
    if one_of(kind, KINDS, "kind") is not None:
        statement = statement.where(Adjustment.kind == kind)
    if one_of(state, STATES, "state") is not None:
        statement = statement.where(Adjustment.state == state)
    found, after = place.cut(rows, statement, Adjustment.id)
    references = _references(rows, [each.origin_id for each in found if each.origin_type == SETTLEMENT])
    return Page(tuple(_shown(each, references, sight) for each in found), after)


def adjustment_row(rows: Rows, sight: Sight, adjustment_id: str) -> AdjustmentRow | None:
    """Return an adjustment, or None where the viewer sees none of this id."""
    found = rows.first(_visible(sight).where(Adjustment.id == maybe_id(adjustment_id)))
    if found is None:
        return None
    return _shown(found, _references(rows, [found.origin_id]), sight)


def _visible(sight: Sight) -> Any:  # noqa: ANN401 - a select, typed otherwise in each version of SQLAlchemy
    statement = select(Adjustment).where(sight.adjustments())
    return statement if sight.is_everything else statement.where(Adjustment.state.not_in((PROPOSED, DENIED)))


def _references(rows: Rows, settlement_ids: list[UUID]) -> dict[UUID, str]:
    return dict(rows.all(select(Settlement.id, Settlement.reference).where(Settlement.id.in_(settlement_ids))))


def _shown(row: Adjustment, references: dict[UUID, str], sight: Sight) -> AdjustmentRow:
    return AdjustmentRow(
        id=row.id,
        kind=row.kind,
        state=row.state,
        party_id=row.party_id,
        settlement_id=row.origin_id if row.origin_type == SETTLEMENT else None,
        settlement=references.get(row.origin_id),
        document_id=row.origin_id if row.origin_type == DOCUMENT else None,
        line=row.line,
        cents=row.cents,
        # What the marketplace gives back of its fee is no business of the buyer's.
        fee_cents=row.fee_cents if sight.is_everything else None,
        currency=row.currency,
        reference=row.reference,
        reason=row.reason,
        actor=row.actor if sight.is_everything else None,
        approver=row.approver if sight.is_everything else None,
        created_at=row.created_at,
    )
