"""Where documents and settlements stand, derived from the rows below them and never counted by hand.

    payment, part  ──refresh_documents──>  document    open, scheduled, partial, paid; due and scheduled cents
    document       ──refresh──>            settlement  settled < invoiced < collecting < collected < funded
                                                       < paying < paid_out

A settlement is as far as the least advanced of its documents. It goes back only where one of them did: a debit that was
returned reopens the invoice, a payout that comes back reopens the bill. A cancelled settlement stays cancelled.

Acts are recorded where they are first known: charge_paid and charge_returned in `received`, charge_funded in `funding`,
payout_planned in `payouts`, payout_failed, payout_returned, payout_held and payout_resumed in `sent`, payout_paid in
`clearing`, bank_return in `movements`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Subquery,
    Update,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from flask_billcom.models import Document, Payment, PaymentPart, SettlementState
from flask_billcom.models.base import UTCDateTime
from flask_billcom.store import Rows

from .core import DOCUMENT, SETTLEMENT
from .locking import lock

ROWS = 1000
"""Rows that one statement changes."""
PAID = ("paid", "cleared", "held", "escheated")
"""Payments whose parts count as paid."""


def chunks(ids: Collection[UUID]) -> Iterator[Sequence[UUID]]:
    """Yield ids in order, a thousand at a time and each once."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), ROWS):
        yield ordered[start : start + ROWS]


def refresh_documents(rows: Rows, document_ids: Collection[UUID], now: datetime) -> None:
    """Set status, due and scheduled cents, and the time of clearing, of documents from their payments.

    :param now: when a bill counts as cleared whose payments are.
    """
    for ids in chunks(document_ids):
        lock(rows, DOCUMENT, ids)
        rows.execute(_documents_statement(), {"ids": ids, "now": now})


def refresh(
    rows: Rows, organization_id: str, settlement_ids: Collection[UUID], *, now: datetime | None = None
) -> dict[UUID, str]:
    """Set the state of settlements from their documents.

    :param now: when a settlement counts as collected that has just become it; left out where that cannot happen.
    :return: the new state of each settlement that moved.
    """
    moved: dict[UUID, str] = {}
    for ids in chunks(settlement_ids):
        lock(rows, SETTLEMENT, ids)
        values = {"ids": ids, "organization": organization_id, "now": now}
        moved |= {row.id: row.state for row in rows.execute(_settlements_statement(), values)}
    return moved


def cancel_empty(rows: Rows, organization_id: str, settlement_ids: Collection[UUID]) -> list[UUID]:
    """Cancel settlements of which no document is left, and return them."""
    cancelled: list[UUID] = []
    for ids in chunks(settlement_ids):
        cancelled += rows.all(_emptied_statement(), {"ids": ids, "organization": organization_id})
    return cancelled


# These statements are large, and are run for every page of a million rows: they are put together once. They are Core
# statements, since the ORM would take their parameters for rows.


@cache
def _emptied_statement() -> ReturningUpdate[Any]:
    table = SETTLEMENT
    has_document = select(DOCUMENT.c.id).where(
        DOCUMENT.c.origin_type == "settlement",
        DOCUMENT.c.origin_id == table.c.id,
        DOCUMENT.c.status != "inactive",
    )
    return (
        update(table)
        .where(
            table.c.organization_id == bindparam("organization"),
            table.c.id.in_(bindparam("ids", expanding=True)),
            table.c.state != SettlementState.CANCELLED,
            ~has_document.exists(),
        )
        .values(state=SettlementState.CANCELLED)
        .returning(table.c.id)
    )


@cache
def _documents_statement() -> Update:
    table = DOCUMENT
    sums = (
        select(
            Document.id.label("document_id"),
            _sum(Payment.status.in_(PAID)).label("paid"),
            _sum(Payment.status == "scheduled").label("scheduled"),
            _sum(Payment.status == "cleared").label("cleared"),
        )
        .outerjoin(PaymentPart, PaymentPart.document_id == Document.id)
        .outerjoin(Payment, Payment.id == PaymentPart.payment_id)
        .where(Document.id.in_(bindparam("ids", expanding=True)))
        .group_by(Document.id)
        .subquery()
    )
    paid, scheduled = sums.c.paid, sums.c.scheduled
    # A bill is no longer due in as far as it is scheduled; an invoice is due until it is paid.
    not_due = case((table.c.kind == "bill", scheduled), else_=0)
    is_cleared = and_(table.c.kind == "bill", sums.c.cleared >= table.c.cents)
    return (
        update(table)
        .where(table.c.id == sums.c.document_id, table.c.status.not_in(("planned", "inactive")))
        .values(
            status=case(
                (paid >= table.c.cents, "paid"),
                (and_(paid > 0, paid + scheduled < table.c.cents), "partial"),
                (scheduled > 0, "scheduled"),
                else_="open",
            ),
            due_cents=case((paid >= table.c.cents, 0), else_=table.c.cents - paid - not_due),
            scheduled_cents=scheduled,
            cleared_at=case((is_cleared, func.coalesce(table.c.cleared_at, _now())), else_=None),
        )
    )


@cache
def _settlements_statement() -> ReturningUpdate[Any]:
    table = SETTLEMENT
    stand = _stand()
    has_invoice = stand.c.invoices > 0
    state = case(
        # Its sellers were paid, and the invoice was deleted when the buyer's payment came back after a refund.
        (~has_invoice, SettlementState.PAID_OUT),
        (stand.c.planned > 0, SettlementState.SETTLED),
        (stand.c.open > 0, SettlementState.INVOICED),
        (stand.c.unpaid > 0, SettlementState.COLLECTING),
        (table.c.funded_at.is_(None), SettlementState.COLLECTED),
        (stand.c.idle > 0, SettlementState.FUNDED),
        (stand.c.uncleared > 0, SettlementState.PAYING),
        else_=SettlementState.PAID_OUT,
    )
    is_collected = and_(has_invoice, stand.c.unpaid == 0)
    return (
        update(table)
        .where(
            table.c.id == stand.c.origin_id,
            # Asked of the documents, it would lead SQLite to an index of all of them.
            table.c.organization_id == bindparam("organization"),
            table.c.state != SettlementState.CANCELLED,
            or_(has_invoice, stand.c.uncleared == 0),
            or_(table.c.state != state, and_(is_collected, table.c.collected_at.is_(None))),
        )
        .values(
            state=state,
            collected_at=case((is_collected, func.coalesce(table.c.collected_at, _now())), else_=None),
            funded_at=case((is_collected, table.c.funded_at), else_=None),
        )
        .returning(table.c.id, table.c.state)
    )


def _stand() -> Subquery:
    """Return how many documents of each sale are how far."""
    invoice, bill = Document.kind == "invoice", Document.kind == "bill"
    return (
        select(
            Document.origin_id,
            _count(invoice).label("invoices"),
            _count(and_(invoice, Document.status == "planned")).label("planned"),
            _count(and_(invoice, Document.status.in_(("planned", "open")))).label("open"),
            _count(and_(invoice, Document.status != "paid")).label("unpaid"),
            _count(and_(bill, Document.status.in_(("planned", "open")))).label("idle"),
            _count(and_(bill, Document.cleared_at.is_(None))).label("uncleared"),
        )
        .where(
            Document.origin_type == "settlement",
            Document.origin_id.in_(bindparam("ids", expanding=True)),
            Document.status != "inactive",
        )
        .group_by(Document.origin_id)
        .subquery()
    )


def _now() -> BindParameter[datetime]:
    return bindparam("now", type_=UTCDateTime())


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, PaymentPart.cents), else_=0)), 0)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
