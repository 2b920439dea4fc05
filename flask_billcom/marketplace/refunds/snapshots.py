"""A refund as it is shown: what it takes back of each line, and how far it is with each document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from flask_billcom.models import Adjustment, AdjustmentLine, AdjustmentPart, Document, SettlementLine
from flask_billcom.money import from_cents
from flask_billcom.store import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """What goes back of one line of the sale, in cents.

    :param position: of the line, counted from one.
    :param seller_id: the vendor who bears it, or None for a line of the marketplace's own.
    :param fee_cents: what the marketplace gives back of its fee.
    """

    position: int
    seller_id: UUID | None
    cents: int
    fee_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPart:
    """How far a refund is with one document, in cents.

    :param number: of the document.
    :param kind: invoice, bill, or refund for a bill to the buyer that is taken back.
    :param lowered_cents: by how much the document was lowered.
    :param turned_cents: what came too late for that: paid back to the buyer, or owed by the seller.
    :param state: open, planned or done.
    """

    number: str
    kind: str
    cents: int
    lowered_cents: int
    turned_cents: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSnapshot:
    """A refund or a cancelled sale; its dollars are `amount`.

    :param id: None where it was only rehearsed.
    :param kind: refund or cancel.
    :param state: requested, paying_back, refunded or cancelled.
    :param line: position of the one line that it is of, or None.
    :param fee_cents: what the marketplace gives back of its fees.
    :param numbers: the bills that pay the buyer back.
    """

    id: UUID | None
    settlement_id: UUID
    kind: str
    state: str
    reference: str
    line: int | None
    cents: int
    fee_cents: int
    currency: str
    reason: str
    actor: str
    created_at: datetime
    lines: tuple[RefundLine, ...]
    parts: tuple[RefundPart, ...] = ()
    numbers: tuple[str, ...] = ()
    is_dry_run: bool = False

    @property
    def amount(self) -> Decimal:
        """What the buyer gets back, in dollars."""
        return from_cents(self.cents)

    @property
    def is_done(self) -> bool:
        """Whether the buyer has his money, or does not owe it any more."""
        return self.state in {"refunded", "cancelled"}


def snapshot_of(
    rows: Rows, adjustment: Adjustment, *, lines: Sequence[AdjustmentLine] | None = None, is_dry_run: bool = False
) -> RefundSnapshot:
    """Return a refund as it stands.

    :param lines: of one that has no rows yet.
    """
    if lines is None:
        lines = rows.all(select(AdjustmentLine).where(AdjustmentLine.adjustment_id == adjustment.id))
    return RefundSnapshot(
        id=None if is_dry_run else adjustment.id,
        settlement_id=adjustment.origin_id,
        kind=adjustment.kind,
        state=adjustment.state,
        reference=adjustment.reference,
        line=adjustment.line,
        cents=adjustment.cents,
        fee_cents=adjustment.fee_cents,
        currency=adjustment.currency,
        reason=adjustment.reason,
        actor=adjustment.actor,
        created_at=adjustment.created_at,
        lines=_lines(rows, lines),
        parts=() if is_dry_run else _parts(rows, adjustment.id),
        numbers=() if is_dry_run else _numbers(rows, adjustment.id),
        is_dry_run=is_dry_run,
    )


def _lines(rows: Rows, lines: Sequence[AdjustmentLine]) -> tuple[RefundLine, ...]:
    ids = [line.settlement_line_id for line in lines]
    positions = dict(
        rows.all(select(SettlementLine.id, SettlementLine.position).where(SettlementLine.id.in_(sorted(ids))))
    )
    shown = [
        RefundLine(
            position=positions[line.settlement_line_id],
            seller_id=line.seller_id,
            cents=line.cents,
            fee_cents=line.fee_cents,
        )
        for line in lines
    ]
    return tuple(sorted(shown, key=lambda line: line.position))


def _parts(rows: Rows, adjustment_id: UUID) -> tuple[RefundPart, ...]:
    found = rows.all(
        select(
            Document.number,
            AdjustmentPart.kind,
            AdjustmentPart.cents,
            AdjustmentPart.lowered_cents,
            AdjustmentPart.turned_cents,
            AdjustmentPart.state,
        )
        .join(Document, Document.id == AdjustmentPart.document_id)
        .where(AdjustmentPart.adjustment_id == adjustment_id)
        .order_by(AdjustmentPart.id)
    )
    return tuple(RefundPart(**row._mapping) for row in found)  # noqa: SLF001 - the documented way to a row's names


def _numbers(rows: Rows, adjustment_id: UUID) -> tuple[str, ...]:
    return tuple(
        rows.all(
            select(Document.number)
            .where(
                Document.origin_type == "adjustment",
                Document.origin_id == adjustment_id,
                Document.is_refund.is_(True),
                Document.status != "inactive",
            )
            .order_by(Document.id)
        )
    )
