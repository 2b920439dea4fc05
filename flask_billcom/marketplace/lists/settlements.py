"""Settlements as they are shown.

Staff see all of a sale. A seller sees his own lines and bills and what they add up to, a buyer what he pays; neither
sees what the others get.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from flask_billcom.marketplace.holds import names_of
from flask_billcom.marketplace.settlement.snapshots import PAID
from flask_billcom.models import Document, Hold, Settlement, SettlementLine, SettlementState
from flask_billcom.store import Rows

from .pages import Page, Place, one_of
from .sight import Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRow:
    """One settlement; cents that the viewer may not see are None."""

    id: UUID
    reference: str
    state: str
    is_paid: bool
    buyer_id: UUID | None
    currency: str
    gross_cents: int
    fee_cents: int | None
    own_cents: int | None
    net_cents: int | None
    settled_at: datetime
    collected_at: datetime | None
    funded_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One line of a settlement.

    :param seller_id: the party that sold it; None for the marketplace's own, or where it may not be seen.
    """

    position: int
    seller_id: UUID | None
    cents: int
    fee_cents: int | None
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """An invoice or bill of a settlement."""

    id: UUID
    kind: str
    number: str
    party_id: UUID
    status: str
    cents: int
    due_cents: int | None
    scheduled_cents: int | None
    document_date: date
    due_date: date
    remote_id: str | None
    released_at: datetime | None
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """Why something waits.

    :param on: what waits, in words: `Seller 1`, `sale 17`, `all payouts`.
    """

    id: UUID
    scope: str
    scope_id: str
    on: str
    reason: str
    actor: str
    placed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementSheet:
    """One settlement with what belongs to it."""

    settlement: SettlementRow
    lines: tuple[LineRow, ...]
    documents: tuple[DocumentRow, ...]
    holds: tuple[HoldRow, ...]


def list_settlements(rows: Rows, sight: Sight, place: Place, *, state: str | None = None) -> Page[SettlementRow]:
    """Return a page of settlements.

    :param state: only those in this state.
    :raises InvalidQuery: there is no such state, or the place is none.
    """
    statement = select(Settlement).where(sight.settlements())
    if one_of(state, SettlementState, "state") is not None:
        statement = statement.where(Settlement.state == state)
    found, after = place.cut(rows, statement, Settlement.id)
    lines = {} if sight.is_everything else _lines(rows, [each.id for each in found])
    return Page(tuple(_shown(each, lines.get(each.id, ()), sight) for each in found), after)


def settlement_sheet(rows: Rows, sight: Sight, reference: str) -> SettlementSheet | None:
    """Return a settlement with its lines, documents and holds, or None where the viewer has none of this reference."""
    found: Settlement | None = rows.first(
        select(Settlement).where(sight.settlements(), Settlement.reference == reference)
    )
    if found is None:
        return None
    lines = _lines(rows, [found.id]).get(found.id, ())
    documents = rows.all(
        select(Document)
        .where(sight.documents(), Document.origin_type == "settlement", Document.origin_id == found.id)
        .order_by(Document.kind.desc(), Document.number)
    )
    return SettlementSheet(
        settlement=_shown(found, lines, sight),
        lines=tuple(_line(each, sight) for each in lines if _may_see(found, each, sight)),
        documents=tuple(_document(each) for each in documents),
        holds=tuple(holds_on(rows, sight, "settlement", found.id)),
    )


def holds_on(rows: Rows, sight: Sight, scope: str, row_id: UUID) -> list[HoldRow]:
    """Return the holds in force on one row; their reasons are for staff alone."""
    if not sight.is_everything:
        return []
    found = rows.all(
        select(Hold)
        .where(
            Hold.organization_id == sight.organization_id,
            Hold.released_at.is_(None),
            Hold.scope == scope,
            Hold.scope_id == row_id.hex,
        )
        .order_by(Hold.id)
    )
    return hold_rows(rows, found)


def hold_rows(rows: Rows, found: Sequence[Hold]) -> list[HoldRow]:
    """Return holds as they are shown."""
    names = names_of(rows, found)
    return [
        HoldRow(
            id=hold.id,
            scope=hold.scope,
            scope_id=hold.scope_id,
            on=names[hold.id],
            reason=hold.reason,
            actor=hold.actor,
            placed_at=hold.placed_at,
        )
        for hold in found
    ]


def _lines(rows: Rows, settlement_ids: Sequence[UUID]) -> dict[UUID, Sequence[SettlementLine]]:
    by_settlement: dict[UUID, list[SettlementLine]] = {}
    found = rows.all(
        select(SettlementLine)
        .where(SettlementLine.settlement_id.in_(settlement_ids))
        .order_by(SettlementLine.settlement_id, SettlementLine.position)
    )
    for line in found:
        by_settlement.setdefault(line.settlement_id, []).append(line)
    return dict(by_settlement)


def _may_see(settlement: Settlement, line: SettlementLine, sight: Sight) -> bool:
    return sight.sees(settlement.buyer_id) or sight.sees(line.seller_id)


def _shown(settlement: Settlement, lines: Sequence[SettlementLine], sight: Sight) -> SettlementRow:
    gross, fee, own, net = _amounts(settlement, lines, sight)
    return SettlementRow(
        id=settlement.id,
        reference=settlement.reference,
        state=settlement.state,
        is_paid=settlement.state in PAID,
        buyer_id=settlement.buyer_id if sight.sees(settlement.buyer_id) else None,
        currency=settlement.currency,
        gross_cents=gross,
        fee_cents=fee,
        own_cents=own,
        net_cents=net,
        settled_at=settlement.settled_at,
        collected_at=settlement.collected_at,
        funded_at=settlement.funded_at,
    )


def _amounts(
    settlement: Settlement, lines: Sequence[SettlementLine], sight: Sight
) -> tuple[int, int | None, int | None, int | None]:
    if sight.is_everything:
        return settlement.gross_cents, settlement.fee_cents, settlement.own_cents, settlement.net_cents
    gross = sum(line.cents for line in lines if _may_see(settlement, line, sight))
    sold = [line for line in lines if sight.sees(line.seller_id)]
    if not sold:
        return gross, None, None, None
    fee = sum(line.fee_cents for line in sold)
    return gross, fee, None, sum(line.cents for line in sold) - fee


def _line(line: SettlementLine, sight: Sight) -> LineRow:
    is_seen = sight.sees(line.seller_id)
    return LineRow(
        position=line.position,
        seller_id=line.seller_id if is_seen else None,
        cents=line.cents,
        fee_cents=line.fee_cents if is_seen else None,
        description=line.description,
    )


def _document(document: Document) -> DocumentRow:
    return DocumentRow(
        id=document.id,
        kind=document.kind,
        number=document.number,
        party_id=document.party_id,
        status=document.status,
        cents=document.cents,
        due_cents=document.due_cents,
        scheduled_cents=document.scheduled_cents,
        document_date=document.document_date,
        due_date=document.due_date,
        remote_id=document.remote_id,
        released_at=document.released_at,
        cleared_at=document.cleared_at,
    )
