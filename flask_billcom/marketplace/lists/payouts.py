"""Payouts as they are shown: payments sent to sellers, each with the bills that it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from flask_billcom.models import Document, Party, Payment, PaymentPart, Settlement
from flask_billcom.store import Rows

from .pages import Page, Place, maybe_id, one_of
from .settlements import HoldRow, holds_on
from .sight import Sight

STATUSES = ("scheduled", "paid", "cleared", "failed", "held", "returning", "cancelled", "voided", "escheated")


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutRow:
    """One payment sent to a seller.

    :param party: the seller as the app knows him, such as `Seller 7`; None where he is not known.
    :param numbers: of the bills that it pays.
    """

    id: UUID
    remote_id: str
    party_id: UUID | None
    party: str | None
    numbers: tuple[str, ...]
    status: str
    cents: int
    currency: str
    process_date: date | None
    arrives_on: date | None
    disbursement_status: str | None
    return_code: str | None
    confirmed_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """What a payout pays of one bill.

    :param reference: of the sale that the bill belongs to; None where it belongs to none.
    """

    document_id: UUID
    number: str
    reference: str | None
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutSheet:
    """One payout with what it pays.

    :param evidence: why it counts as coming back, where it does.
    """

    payout: PayoutRow
    parts: tuple[PartRow, ...]
    holds: tuple[HoldRow, ...]
    evidence: str | None


def list_payouts(rows: Rows, sight: Sight, place: Place, *, status: str | None = None) -> Page[PayoutRow]:
    """Return a page of payouts.

    :param status: only those with this status.
    :raises InvalidQuery: there is no such status, or the place is none.
    """
    statement = select(Payment).where(sight.payments(), Payment.kind == "sent")
    if one_of(status, STATUSES, "status") is not None:
        statement = statement.where(Payment.status == status)
    found, after = place.cut(rows, statement, Payment.id)
    return Page(tuple(_shown(rows, found)), after)


def payout_sheet(rows: Rows, sight: Sight, payout_id: str) -> PayoutSheet | None:
    """Return a payout with the bills that it pays, or None where the viewer sees none of this id."""
    found = rows.first(
        select(Payment).where(sight.payments(), Payment.kind == "sent", Payment.id == maybe_id(payout_id))
    )
    if found is None:
        return None
    parts = rows.all(
        select(PaymentPart.document_id, Document.number, Settlement.reference, PaymentPart.cents)
        .join(Document, Document.id == PaymentPart.document_id)
        .outerjoin(Settlement, Settlement.id == Document.origin_id)
        .where(PaymentPart.payment_id == found.id)
        .order_by(PaymentPart.id)
    )
    return PayoutSheet(
        payout=_shown(rows, [found])[0],
        parts=tuple(PartRow(document_id=d, number=n, reference=r, cents=c) for d, n, r, c in parts),
        holds=tuple(holds_on(rows, sight, "payment", found.id)),
        evidence=found.returning_evidence if sight.is_everything else None,
    )


def _shown(rows: Rows, payments: Sequence[Payment]) -> list[PayoutRow]:
    parties, numbers = _parties(rows, payments), _numbers(rows, payments)
    return [
        PayoutRow(
            id=payment.id,
            remote_id=payment.remote_id,
            party_id=payment.party_id,
            party=parties.get(payment.party_id),
            numbers=tuple(numbers.get(payment.id, ())),
            status=payment.status,
            cents=payment.cents,
            currency=payment.currency,
            process_date=payment.process_date,
            arrives_on=payment.arrives_on,
            disbursement_status=payment.disbursement_status,
            return_code=payment.return_code,
            confirmed_at=payment.confirmed_at,
            created_at=payment.created_at,
        )
        for payment in payments
    ]


def _parties(rows: Rows, payments: Sequence[Payment]) -> dict[UUID | None, str]:
    ids = {each.party_id for each in payments if each.party_id is not None}
    found = rows.all(select(Party.id, Party.local_type, Party.local_id).where(Party.id.in_(sorted(ids))))
    return {party_id: f"{local_type} {local_id}" for party_id, local_type, local_id in found}


def _numbers(rows: Rows, payments: Sequence[Payment]) -> dict[UUID, list[str]]:
    found = rows.all(
        select(PaymentPart.payment_id, Document.number)
        .join(Document, Document.id == PaymentPart.document_id)
        .where(PaymentPart.payment_id.in_([each.id for each in payments]))
        .order_by(PaymentPart.id)
    )
    numbers: dict[UUID, list[str]] = {}
    for payment_id, number in found:
        numbers.setdefault(payment_id, []).append(number)
    return numbers
