"""The lines of a sale as they stand on a document after what was refunded.

    line of the sale --less each part of an adjustment that has lowered the document--> line of the document

A refund takes cents and fee off the lines it was spread over. Where a document was lowered by less than that, or by
more than a line of it has left, the cents are spread over the lines; no line goes below zero.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, func, select

from flask_billcom.models import Adjustment, AdjustmentLine, AdjustmentPart, Document, SettlementLine
from flask_billcom.money import from_cents, spread
from flask_billcom.store import Rows

BILL, NETTING = "bill", "netting"
LONGEST_DESCRIPTION = 200


class Taken(NamedTuple):
    """What a refund takes back of one line of a sale, in cents."""

    cents: int
    fee_cents: int

    @property
    def net(self) -> int:
        """What the seller bears."""
        return self.cents - self.fee_cents


class Lowering(NamedTuple):
    """By how much one adjustment has lowered a document.

    :param taken: what it takes back, by line of the sale.
    """

    document_id: UUID
    cents: int
    taken: dict[UUID, Taken]
    is_netted: bool = False
    """Whether it is a debt of the seller that was taken off, and no refund."""


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_PARTS = (
    select(
        AdjustmentPart.document_id,
        AdjustmentPart.adjustment_id,
        AdjustmentPart.lowered_cents,
        AdjustmentPart.planned_cents,
        Adjustment.kind,
    )
    .join(Adjustment, Adjustment.id == AdjustmentPart.adjustment_id)
    .where(AdjustmentPart.document_id.in_(_IDS))
    .order_by(AdjustmentPart.document_id, AdjustmentPart.id)
)
_TAKEN = select(
    AdjustmentLine.adjustment_id, AdjustmentLine.settlement_line_id, AdjustmentLine.cents, AdjustmentLine.fee_cents
).where(AdjustmentLine.adjustment_id.in_(_IDS))
_PLANNED = (
    select(AdjustmentPart.document_id, func.sum(AdjustmentPart.planned_cents))
    .where(AdjustmentPart.document_id.in_(_IDS), AdjustmentPart.state == "planned")
    .group_by(AdjustmentPart.document_id)
)


def lowerings(rows: Rows, document_ids: Collection[UUID], *, planned: bool = False) -> dict[UUID, list[Lowering]]:
    """Return what has lowered some documents, by document and in order.

    :param planned: whether what is about to be sent counts as well.
    """
    found = rows.all(_PARTS, {"ids": sorted(document_ids)})
    parts = [
        (row.document_id, row.adjustment_id, row.lowered_cents + (row.planned_cents if planned else 0), row.kind)
        for row in found
    ]
    taken = _taken(rows, {adjustment_id for _, adjustment_id, cents, _ in parts if cents})
    by_document: dict[UUID, list[Lowering]] = {}
    for document_id, adjustment_id, cents, kind in parts:
        if cents:
            lowering = Lowering(document_id, cents, taken.get(adjustment_id, {}), kind == NETTING)
            by_document.setdefault(document_id, []).append(lowering)
    return by_document


def _taken(rows: Rows, adjustment_ids: Collection[UUID]) -> dict[UUID, dict[UUID, Taken]]:
    if not adjustment_ids:
        return {}
    by_adjustment: dict[UUID, dict[UUID, Taken]] = {}
    for row in rows.all(_TAKEN, {"ids": sorted(adjustment_ids)}):
        by_adjustment.setdefault(row.adjustment_id, {})[row.settlement_line_id] = Taken(row.cents, row.fee_cents)
    return by_adjustment


def planned_cents(rows: Rows, document_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return by how much some documents are about to be lowered."""
    found = rows.all(_PLANNED, {"ids": sorted(document_ids)})
    return {document_id: int(cents) for document_id, cents in found}


def lines_left(
    document: Document, lines: Sequence[SettlementLine], lowered: Sequence[Lowering]
) -> Sequence[SettlementLine]:
    """Return a document's lines of a sale, lowered; they are copies that belong to no session.

    :param lines: all lines of the sale, in order.
    """
    if document.kind == BILL:
        lines = [line for line in lines if line.seller_id == document.party_id]
    if not lowered:
        return lines
    left = [_copy(line) for line in lines]
    for each in lowered:
        _lower(left, each, is_bill=document.kind == BILL)
    return left


def _lower(lines: Sequence[SettlementLine], lowering: Lowering, *, is_bill: bool) -> None:
    taken = [lowering.taken.get(line.id, Taken(0, 0)) for line in lines]
    if is_bill and lowering.cents == sum(each.net for each in taken) and _fits(lines, taken):
        # A bill that is lowered by all of it: the fee goes back as the refund says.
        for line, each in zip(lines, taken, strict=True):
            line.cents, line.fee_cents = line.cents - each.cents, line.fee_cents - each.fee_cents
        return
    values = [line.cents - line.fee_cents if is_bill else line.cents for line in lines]
    weights = [max(0, each.net) if is_bill else each.cents for each in taken]
    for line, cents in zip(lines, share_out(lowering.cents, weights, values), strict=True):
        line.cents -= cents
        if lowering.is_netted and cents:
            line.description = described(line.description, cents)


def described(description: str, cents: int) -> str:
    """Return the description of a line that a debt was taken off, at most 200 characters."""
    note = f" (less {from_cents(cents)} that was owed)"
    return description[: LONGEST_DESCRIPTION - len(note)] + note


def _fits(lines: Sequence[SettlementLine], taken: Sequence[Taken]) -> bool:
    return all(
        each.net <= line.cents - line.fee_cents and each.fee_cents <= line.fee_cents
        for line, each in zip(lines, taken, strict=True)
    )


def share_out(cents: int, weights: Sequence[int], most: Sequence[int]) -> list[int]:
    """Return an amount spread by weights, no share above what there is; what does not fit goes to the first that can.

    :param cents: at most the sum of `most`.
    """
    wanted = spread(cents, list(weights)) if sum(weights) else [0] * len(weights)
    shares = [min(share, limit) for share, limit in zip(wanted, most, strict=True)]
    missing = cents - sum(shares)
    for place, limit in enumerate(most):
        more = min(missing, limit - shares[place])
        shares[place] += more
        missing -= more
    if missing:
        raise ValueError(f"{missing} cents more are taken off than the lines have")
    return shares


def _copy(line: SettlementLine) -> SettlementLine:
    return SettlementLine(**{column.key: getattr(line, column.key) for column in SettlementLine.__table__.columns})
