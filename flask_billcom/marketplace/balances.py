"""What a seller has earned, and where each cent of it is.

earned = available + held + kept + reserved + in transit + returned + paid

available    payable, nothing against it but time: not released yet, or waiting for the next run
held         payable, but a hold on the seller, the sale, the bill or on all payouts stands before it
kept         payable, but kept as the seller's reserve, as far as what is held does not fill it
reserved     a payout is planned
in transit   Bill.com has the payout: scheduled, processed, on its way
returned     a payout that comes back; a person decides about it
paid         arrived

Beside these, `owes` is what the seller owes: it is taken off his next bills, and no part of the above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from flask_billcom.ledger import Account, balances_of
from flask_billcom.models import Document, Entry, Operation, Payment, PaymentPart
from flask_billcom.money import from_cents
from flask_billcom.store import Rows

from . import holds
from .tracking.payments import SENT

_SENT = (Account.PAYOUT_SCHEDULED, Account.PROVIDER_CLEARING_OUT, Account.BANK)


@dataclass(frozen=True, slots=True)
class Balance:
    """What a seller has earned and where it is, in cents; each has its dollars as a property without `_cents`."""

    available_cents: int
    held_cents: int
    reserved_cents: int
    in_transit_cents: int
    returned_cents: int
    paid_cents: int
    kept_cents: int = 0
    owes_cents: int = 0

    @property
    def earned_cents(self) -> int:
        """All of it."""
        return (
            self.available_cents
            + self.held_cents
            + self.kept_cents
            + self.reserved_cents
            + self.in_transit_cents
            + self.returned_cents
            + self.paid_cents
        )

    @property
    def earned(self) -> Decimal:
        """All of it, in dollars."""
        return from_cents(self.earned_cents)

    @property
    def available(self) -> Decimal:
        """What nothing but time stands before, in dollars."""
        return from_cents(self.available_cents)

    @property
    def held(self) -> Decimal:
        """What a hold stands before, in dollars."""
        return from_cents(self.held_cents)

    @property
    def kept(self) -> Decimal:
        """What is kept as his reserve, in dollars."""
        return from_cents(self.kept_cents)

    @property
    def owes(self) -> Decimal:
        """What he owes, in dollars."""
        return from_cents(self.owes_cents)

    @property
    def reserved(self) -> Decimal:
        """What planned payouts have reserved, in dollars."""
        return from_cents(self.reserved_cents)

    @property
    def in_transit(self) -> Decimal:
        """What is on its way, in dollars."""
        return from_cents(self.in_transit_cents)

    @property
    def returned(self) -> Decimal:
        """What comes back, in dollars."""
        return from_cents(self.returned_cents)

    @property
    def paid(self) -> Decimal:
        """What has arrived, in dollars."""
        return from_cents(self.paid_cents)


@dataclass(frozen=True, slots=True)
class Payout:
    """One payment to a seller.

    :param status: scheduled, paid, cleared, held, returning, cancelled, voided, failed or escheated.
    :param numbers: the bills in it.
    """

    id: UUID
    remote_id: str
    status: str
    cents: int
    process_date: date | None
    confirmed_at: datetime | None
    numbers: Sequence[str]

    @property
    def amount(self) -> Decimal:
        """What it comes to, in dollars."""
        return from_cents(self.cents)


def balance_of(rows: Rows, organization_id: str, party_id: UUID, *, reserve_cents: int = 0) -> Balance:
    """Return the balance of a vendor; what he gets back as a buyer is no part of it.

    :param reserve_cents: his reserve; see `reserves`.
    """
    owed = {account: -cents for account, cents in balances_of(rows, organization_id, party_id).items()}
    for account, cents in _paid_back(rows, organization_id, party_id).items():
        owed[account] = owed.get(account, 0) + cents
    payable = owed.get(Account.SELLER_PAYABLE, 0)
    held = min(max(payable, 0), _held(rows, organization_id, party_id))
    kept = min(max(payable - held, 0), max(reserve_cents - held, 0))
    paid = _paid(rows, organization_id, party_id)
    # The bank's line comes before a payout arrives, so what has left the bank counts as on its way until then.
    sent = sum(owed.get(account, 0) for account in _SENT)
    return Balance(
        available_cents=payable - held - kept,
        held_cents=held,
        reserved_cents=owed.get(Account.SELLER_RESERVED, 0),
        in_transit_cents=sent - paid,
        returned_cents=owed.get(Account.PAYOUT_RETURNED, 0),
        paid_cents=paid,
        kept_cents=kept,
        owes_cents=-owed.get(Account.SELLER_CLAWBACK, 0),
    )


def payouts_of(
    rows: Rows, organization_id: str, party_id: UUID, *, before: UUID | None = None, limit: int = 100
) -> list[Payout]:
    """Return the payments to a vendor, the newest first.

    :param before: the last one of the page before.
    """
    where = [Payment.organization_id == organization_id, Payment.kind == SENT, Payment.party_id == party_id]
    if before is not None:
        where.append(Payment.id < before)
    payments = rows.all(select(Payment).where(*where).order_by(Payment.id.desc()).limit(limit))
    numbers: dict[UUID, list[str]] = {payment.id: [] for payment in payments}
    for payment_id, number in rows.all(
        select(PaymentPart.payment_id, Document.number)
        .join(Document, Document.id == PaymentPart.document_id)
        .where(PaymentPart.payment_id.in_(sorted(numbers)))
        .order_by(PaymentPart.id)
    ):
        numbers[payment_id].append(number)
    return [
        Payout(
            id=each.id,
            remote_id=each.remote_id,
            status=each.status,
            cents=each.cents,
            process_date=each.process_date,
            confirmed_at=each.confirmed_at,
            numbers=tuple(numbers[each.id]),
        )
        for each in payments
    ]


def _held(rows: Rows, organization_id: str, party_id: UUID) -> int:
    """Return the cents of a vendor's unpaid bills that a hold stands before."""
    bills = [
        Document.organization_id == organization_id,
        Document.kind == "bill",
        Document.party_id == party_id,
        Document.status.in_(("planned", "open")),
        Document.released_at.is_(None),
        Document.is_refund.is_(False),
    ]
    if holds.stop_of(rows, organization_id, holds.PAYOUTS) is None:
        bills.append(holds.is_held())
    return int(rows.first(select(func.coalesce(func.sum(Document.cents), 0)).where(*bills)))


def _paid(rows: Rows, organization_id: str, party_id: UUID) -> int:
    """Return the cents of a vendor's payouts that have arrived."""
    total = rows.first(
        select(func.coalesce(func.sum(PaymentPart.cents), 0))
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(
            Payment.organization_id == organization_id,
            Payment.kind == SENT,
            Payment.party_id == party_id,
            Payment.status == "cleared",
            PaymentPart.document_id.not_in(_refunds_to(party_id)),
        )
    )
    return int(total)


def _paid_back(rows: Rows, organization_id: str, party_id: UUID) -> dict[Account, int]:
    """Return what payments of bills that pay him back as a buyer come to in the books, debits positive."""
    if rows.first(_refunds_to(party_id).limit(1)) is None:
        return {}
    found = rows.all(
        select(Entry.account, func.sum(Entry.cents))
        .join(Operation, Operation.id == Entry.operation_id)
        .where(
            Entry.organization_id == organization_id,
            Entry.party_id == party_id,
            Operation.subject_id.in_(_refunds_to(party_id)),
        )
        .group_by(Entry.account)
    )
    return {Account(account): int(cents) for account, cents in found}


def _refunds_to(party_id: UUID) -> Select[Any]:
    return select(Document.id).where(Document.party_id == party_id, Document.is_refund.is_(True))
