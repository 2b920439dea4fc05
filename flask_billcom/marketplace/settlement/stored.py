"""Sales that were settled before, and how one that is settled again differs from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from flask_billcom.marketplace.counterparties.known import KnownParties, chunks
from flask_billcom.marketplace.shop.freezing import FrozenSale
from flask_billcom.models import Settlement, SettlementLine
from flask_billcom.money import from_cents
from flask_billcom.store import Rows

from .snapshots import SettlementSnapshot, select_snapshots, snapshot


class Line(NamedTuple):
    """What a line was settled with; the amounts are cents."""

    seller_id: UUID | None
    cents: int
    fee_cents: int
    description: str


@dataclass(frozen=True, slots=True)
class Content:
    """What must be the same when a sale is settled again."""

    order: tuple[str, str]
    buyer_id: UUID
    currency: str
    lines: Sequence[Line]

    def difference(self, now: Content) -> str | None:
        """Return how the content of today differs from this one, or None."""
        if self.order != now.order:
            return f"it was {' '.join(self.order)}, now it is {' '.join(now.order)}"
        if self.buyer_id != now.buyer_id:
            return "it has another buyer"
        if self.currency != now.currency:
            return f"it was in {self.currency}, now it is in {now.currency}"
        if len(self.lines) != len(now.lines):
            return f"it had {_count(self.lines)}, now it has {_count(now.lines)}"
        for position, (old, new) in enumerate(zip(self.lines, now.lines, strict=True), start=1):
            if old != new:
                return f"line {position} {_line_difference(old, new)}"
        return None


def content_of(sale: FrozenSale, parties: KnownParties) -> Content:
    """Return the content of a sale as the app describes it now."""
    lines = [
        Line(None if line.seller is None else parties.id(line.seller), line.cents, line.fee_cents, line.description)
        for line in sale.lines
    ]
    return Content((sale.order.local_type, sale.order.local_id), parties.id(sale.buyer), sale.currency, lines)


@dataclass(frozen=True, slots=True)
class StoredSale:
    """A settlement and what it was settled with."""

    settlement: SettlementSnapshot
    content: Content


def find_stored(rows: Rows, organization_id: str, references: Iterable[str]) -> dict[str, StoredSale]:
    """Return the settlements of some references, by reference."""
    stored: dict[str, StoredSale] = {}
    for part in chunks(sorted(references)):
        found = rows.all(
            select_snapshots(organization_id)
            .add_columns(Settlement.local_type, Settlement.local_id)
            .where(Settlement.reference.in_(part))
        )
        lines = _lines_of(rows, [row.id for row in found])
        for row in found:
            each = snapshot(row[:-2])
            order = (row.local_type, row.local_id)
            content = Content(order, each.buyer_id, each.currency, lines.get(each.id, []))
            stored[each.reference] = StoredSale(each, content)
    return stored


def _lines_of(rows: Rows, settlement_ids: Sequence[UUID]) -> dict[UUID, list[Line]]:
    lines: dict[UUID, list[Line]] = {}
    if not settlement_ids:
        return lines
    columns = [getattr(SettlementLine, name) for name in Line._fields]
    found = rows.all(
        select(SettlementLine.settlement_id, *columns)
        .where(SettlementLine.settlement_id.in_(settlement_ids))
        .order_by(SettlementLine.settlement_id, SettlementLine.position)
    )
    for settlement_id, *line in found:
        lines.setdefault(settlement_id, []).append(Line(*line))
    return lines


def _line_difference(old: Line, new: Line) -> str:
    if old.seller_id != new.seller_id:
        return "has another seller"
    if old.cents != new.cents:
        return f"was {from_cents(old.cents)}, now it is {from_cents(new.cents)}"
    if old.fee_cents != new.fee_cents:
        return f"had a fee of {from_cents(old.fee_cents)}, now it has one of {from_cents(new.fee_cents)}"
    return "has another description"


def _count(lines: Sequence[Line]) -> str:
    return f"{len(lines)} line{'s' * (len(lines) != 1)}"
