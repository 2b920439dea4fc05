"""What a statement says beside the ledger: prices and fees of sales and refunds, payments, reasons.

The ledger knows what a seller is owed, and nothing of gross and fee: the fee of a sale is one entry for all of its
sellers. So each posting is laid beside the frozen rows that it came from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from flask_billcom.marketplace.counterparties.known import chunks
from flask_billcom.models import (
    Adjustment,
    AdjustmentLine,
    Audit,
    Document,
    Operation,
    Payment,
    PaymentPart,
    Settlement,
    SettlementLine,
)
from flask_billcom.store import Rows

BOOKED = "adjustment_booked"


class Sold(NamedTuple):
    """What a seller sold in one sale, in cents."""

    settlement_id: UUID
    reference: str
    at: datetime
    cents: int
    fee_cents: int


class Split(NamedTuple):
    """A refund as far as one seller bears it, in cents.

    :param sale: the reference of the sale.
    :param kind: `refund`, or `cancel` where the whole sale was taken back.
    """

    settlement_id: UUID
    sale: str
    kind: str
    reference: str
    at: datetime
    cents: int
    fee_cents: int


class Reason(NamedTuple):
    """An adjustment that concerns a seller alone."""

    kind: str
    reference: str
    reason: str
    cents: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A payment, and the part of it that a posting is about."""

    id: UUID
    remote_id: str
    status: str
    process_date: date | None
    number: str


def sold(rows: Rows, organization_id: str, seller_id: UUID, since: datetime, until: datetime) -> list[Sold]:
    """Return what a seller sold in a time, by sale, in order of time; also what left him nothing."""
    found = rows.all(
        select(
            Settlement.id,
            Settlement.reference,
            Settlement.settled_at,
            func.sum(SettlementLine.cents),
            func.sum(SettlementLine.fee_cents),
        )
        .join(SettlementLine, SettlementLine.settlement_id == Settlement.id)
        .where(
            Settlement.organization_id == organization_id,
            SettlementLine.seller_id == seller_id,
            Settlement.settled_at >= since,
            Settlement.settled_at < until,
        )
        .group_by(Settlement.id, Settlement.reference, Settlement.settled_at)
        .order_by(Settlement.settled_at, Settlement.id)
    )
    return [Sold(id_, reference, at, int(cents), int(fee)) for id_, reference, at, cents, fee in found]


def sold_in(rows: Rows, seller_id: UUID, settlement_ids: Collection[UUID]) -> dict[UUID, Sold]:
    """Return what a seller sold in some sales."""
    sales: dict[UUID, Sold] = {}
    for part in chunks(sorted(settlement_ids)):
        for id_, reference, at, cents, fee in rows.all(
            select(
                Settlement.id,
                Settlement.reference,
                Settlement.settled_at,
                func.coalesce(func.sum(SettlementLine.cents), 0),
                func.coalesce(func.sum(SettlementLine.fee_cents), 0),
            )
            .outerjoin(
                SettlementLine,
                (SettlementLine.settlement_id == Settlement.id) & (SettlementLine.seller_id == seller_id),
            )
            .where(Settlement.id.in_(part))
            .group_by(Settlement.id, Settlement.reference, Settlement.settled_at)
        ):
            sales[id_] = Sold(id_, reference, at, int(cents), int(fee))
    return sales


def splits(rows: Rows, seller_id: UUID, settlement_ids: Collection[UUID]) -> list[Split]:
    """Return the refunds of some sales as far as a seller bears them."""
    found: list[Split] = []
    for part in chunks(sorted(settlement_ids)):
        found += _splits(rows, seller_id, SettlementLine.settlement_id.in_(part))
    return found


def even_splits(rows: Rows, seller_id: UUID, since: datetime, until: datetime) -> list[Split]:
    """Return the refunds of a time that cost a seller nothing, since all that went back of his lines was fee."""
    some = _splits(rows, seller_id, Adjustment.created_at >= since, Adjustment.created_at < until)
    return [each for each in some if each.cents == each.fee_cents]


def _splits(rows: Rows, seller_id: UUID, *which: ColumnElement[bool]) -> list[Split]:
    found = rows.all(
        select(
            SettlementLine.settlement_id,
            Settlement.reference.label("sale"),
            Adjustment.kind,
            Adjustment.reference,
            Adjustment.created_at,
            func.sum(AdjustmentLine.cents),
            func.sum(AdjustmentLine.fee_cents),
        )
        .join_from(AdjustmentLine, Adjustment, Adjustment.id == AdjustmentLine.adjustment_id)
        .join(SettlementLine, SettlementLine.id == AdjustmentLine.settlement_line_id)
        .join(Settlement, Settlement.id == SettlementLine.settlement_id)
        .where(AdjustmentLine.seller_id == seller_id, *which)
        .group_by(
            Adjustment.id,
            SettlementLine.settlement_id,
            Settlement.reference,
            Adjustment.kind,
            Adjustment.reference,
            Adjustment.created_at,
        )
        .order_by(Adjustment.created_at, Adjustment.id)
    )
    return [
        Split(id_, sale, kind, reference, at, int(cents), int(fee))
        for id_, sale, kind, reference, at, cents, fee in found
    ]


def reasons(rows: Rows, organization_id: str, seller_id: UUID) -> list[Reason]:
    """Return the adjustments of a seller that were booked, with the time at which they were."""
    found = rows.all(
        select(Adjustment.kind, Adjustment.reference, Adjustment.reason, Adjustment.cents, func.max(Audit.at))
        .join(Audit, (Audit.subject_id == Adjustment.id) & (Audit.action == BOOKED))
        .where(Adjustment.organization_id == organization_id, Adjustment.party_id == seller_id)
        .group_by(Adjustment.id, Adjustment.kind, Adjustment.reference, Adjustment.reason, Adjustment.cents)
    )
    return [Reason(*row) for row in found]


def paid_by_operation(rows: Rows, operation_ids: Collection[UUID]) -> dict[UUID, Paid]:
    """Return the payments that some operations made, by operation."""
    found: dict[UUID, Paid] = {}
    for part in chunks(sorted(operation_ids)):
        for row in rows.all(
            _PAID.add_columns(Operation.id.label("operation_id"))
            .join(
                Operation,
                (Operation.organization_id == PaymentPart.organization_id)
                & (Operation.remote_id == PaymentPart.remote_id),
            )
            .where(Operation.id.in_(part), PaymentPart.kind == "sent")
        ):
            found[row.operation_id] = _paid(row)
    return found


def paid_by_sale(rows: Rows, seller_id: UUID, settlement_ids: Collection[UUID]) -> dict[UUID, Paid]:
    """Return the last payment of a seller for each of some sales."""
    found: dict[UUID, Paid] = {}
    for part in chunks(sorted(settlement_ids)):
        for row in rows.all(
            _PAID.add_columns(Document.origin_id)
            .where(Document.origin_id.in_(part), Document.party_id == seller_id, PaymentPart.kind == "sent")
            .order_by(PaymentPart.generation)
        ):
            found[row.origin_id] = _paid(row)
    return found


def take(found: list[Any], at: datetime, fits: Iterable[Any]) -> Any | None:  # noqa: ANN401 - Split or Reason
    """Remove and return what was written closest to a moment, among those that fit; None where none does."""
    best = min(fits, key=lambda each: abs((each.at - at).total_seconds()), default=None)
    if best is not None:
        found.remove(best)
    return best


_PAID = (
    select(Payment.id, Payment.remote_id, Payment.status, Payment.process_date, Document.number)
    .join_from(PaymentPart, Payment, Payment.id == PaymentPart.payment_id)
    .join(Document, Document.id == PaymentPart.document_id)
)


def _paid(row: Any) -> Paid:  # noqa: ANN401 - a row of _PAID
    return Paid(id=row.id, remote_id=row.remote_id, status=row.status, process_date=row.process_date, number=row.number)
