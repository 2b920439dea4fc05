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
from typing import Any
from uuid import UUID

from sqlalchemy import Case, ColumnElement, and_, case, func, or_, select, update

from flask_billcom.models import Document, Payment, PaymentPart, Settlement, SettlementState
from flask_billcom.store import Rows

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
    for part in chunks(document_ids):
        sums = (
            select(
                Document.id.label("document_id"),
                _sum(Payment.status.in_(PAID)).label("paid"),
                _sum(Payment.status == "scheduled").label("scheduled"),
                _sum(Payment.status == "cleared").label("cleared"),
            )
            .outerjoin(PaymentPart, PaymentPart.document_id == Document.id)
            .outerjoin(Payment, Payment.id == PaymentPart.payment_id)
            .where(Document.id.in_(part))
            .group_by(Document.id)
            .subquery()
        )
        paid, scheduled = sums.c.paid, sums.c.scheduled
        rows.execute(
            update(Document)
            .where(Document.id == sums.c.document_id, Document.status.not_in(("planned", "inactive")))
            .values(
                status=case(
                    (paid >= Document.cents, "paid"),
                    (and_(paid > 0, paid + scheduled < Document.cents), "partial"),
                    (scheduled > 0, "scheduled"),
                    else_="open",
                ),
                due_cents=case((paid >= Document.cents, 0), else_=Document.cents - paid - _not_due(scheduled)),
                scheduled_cents=scheduled,
                cleared_at=case(
                    (
                        and_(Document.kind == "bill", sums.c.cleared >= Document.cents),
                        func.coalesce(Document.cleared_at, now),
                    ),
                    else_=None,
                ),
            )
        )


def _not_due(scheduled: ColumnElement[int]) -> ColumnElement[int]:
    """Return the scheduled cents that are no longer due: those of a bill; an invoice's are due until they are paid."""
    return case((Document.kind == "bill", scheduled), else_=0)


def refresh(
    rows: Rows, organization_id: str, settlement_ids: Collection[UUID], *, now: datetime | None = None
) -> dict[UUID, str]:
    """Set the state of settlements from their documents.

    :param now: when a settlement counts as collected that has just become it; left out where that cannot happen.
    :return: the new state of each settlement that moved.
    """
    moved: dict[UUID, str] = {}
    for part in chunks(settlement_ids):
        stand = _stand(organization_id, part)
        state = _state(stand)
        is_collected = and_(stand.c.unpaid == 0, stand.c.invoices > 0)
        values: dict[str, Any] = {
            "state": state,
            "funded_at": case((is_collected, Settlement.funded_at), else_=None),
        }
        collected_at: ColumnElement[Any] = func.coalesce(Settlement.collected_at, now)
        values["collected_at"] = case((is_collected, collected_at), else_=None)
        found = rows.all(
            update(Settlement)
            .where(
                Settlement.id == stand.c.origin_id,
                Settlement.state != SettlementState.CANCELLED,
                stand.c.invoices > 0,
                or_(
                    Settlement.state != state,
                    and_(is_collected, Settlement.collected_at.is_(None)),
                ),
            )
            .values(values)
            .returning(Settlement.id, Settlement.state)
        )
        moved |= dict(found)
    return moved


def _stand(organization_id: str, settlement_ids: Sequence[UUID]) -> Any:  # noqa: ANN401 - a subquery with labels
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
            Document.organization_id == organization_id,
            Document.origin_type == "settlement",
            Document.origin_id.in_(settlement_ids),
            Document.status != "inactive",
        )
        .group_by(Document.origin_id)
        .subquery()
    )


def _state(stand: Any) -> Case[str]:  # noqa: ANN401
    return case(
        (stand.c.planned > 0, SettlementState.SETTLED),
        (stand.c.open > 0, SettlementState.INVOICED),
        (stand.c.unpaid > 0, SettlementState.COLLECTING),
        (Settlement.funded_at.is_(None), SettlementState.COLLECTED),
        (stand.c.idle > 0, SettlementState.FUNDED),
        (stand.c.uncleared > 0, SettlementState.PAYING),
        else_=SettlementState.PAID_OUT,
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, PaymentPart.cents), else_=0)), 0)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
