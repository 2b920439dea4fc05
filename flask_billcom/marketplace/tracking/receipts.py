"""A ReceivedPay compared with our row of it: values only, nothing is read or written.

    theirs   scheduled ──> paid ──────────> void                  canceled, void before it was paid
    ours     scheduled     paid ─ cleared   returning ─ voided    cancelled, voided
                                                └─ until the bank has taken the money back

Wire: https://developersupport.bill.com/hc/en-us/articles/209725723-ReceivedPay
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from flask_billcom.api.records import ReceivedPay, ReceivedPayStatus
from flask_billcom.api.wire import NO_ID
from flask_billcom.marketplace.postings import Share
from flask_billcom.money import to_cents

BOOKED = ("paid", "cleared", "escheated")
"""Statuses in which the books hold a payment."""
BACK = ("returning", "voided")
_DEAD = (*BACK, "cancelled")
_STANDS = (ReceivedPayStatus.PAID, ReceivedPayStatus.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Our row of a ReceivedPay.

    :param is_banked: whether the bank has confirmed it.
    :param parts: what it holds for our invoices, by remote id of the InvoicePay.
    """

    id: UUID
    status: str
    cents: int
    unapplied_cents: int
    party_id: UUID | None
    process_date: date | None
    bank_account_id: str | None
    is_banked: bool
    updated: datetime | None
    parts: Mapping[str, Share]

    @property
    def held_cents(self) -> int:
        """What it holds for our invoices and as the buyer's credit."""
        return sum(share.cents for share in self.parts.values()) + self.unapplied_cents

    @property
    def booked_unapplied(self) -> int:
        """What the books hold of it as the buyer's credit."""
        return self.unapplied_cents if self.status in BOOKED else 0

    @property
    def banked_cents(self) -> int:
        """What the books hold of it at the bank; a payment that comes back is there until the bank takes it."""
        return self.held_cents if self.is_banked and self.status in (*BOOKED, "returning") else 0

    def booked_parts(self) -> dict[UUID, Share]:
        """Return what the books hold of it for each invoice."""
        sums: dict[UUID, Share] = {}
        for share in self.parts.values() if self.status in BOOKED else ():
            before = sums.get(share.document_id)
            sums[share.document_id] = share if before is None else replace(share, cents=before.cents + share.cents)
        return sums


def next_status(ours: str, theirs: str, *, is_banked: bool) -> str | None:
    """Return the status that a payment moves to, or None where it stays.

    :param is_banked: whether the bank has it, so that it has to take it back.
    """
    match ours, theirs:
        case "scheduled", ReceivedPayStatus.PAID:
            return "paid"
        case "scheduled", ReceivedPayStatus.VOID:
            return "voided"
        case "scheduled", ReceivedPayStatus.CANCELED:
            return "cancelled"
        case (("paid" | "cleared"), (ReceivedPayStatus.VOID | ReceivedPayStatus.CANCELED)):
            return "returning" if is_banked else "voided"
        case (("paid" | "cleared"), ReceivedPayStatus.ESCHEATED):
            return "escheated"
    return None


def move_of(ours: Receipt, there: ReceivedPay) -> str | None:
    """Return the status that our row moves to, or None; recorded payments have no bank that takes anything back."""
    return next_status(ours.status, str(there.status), is_banked=ours.is_banked and is_online(there))


def newest_of(records: Iterable[ReceivedPay]) -> dict[str, ReceivedPay]:
    """Return each payment once, as last changed, by remote id."""
    newest: dict[str, ReceivedPay] = {}
    for each in records:
        if each.id is None:
            continue
        other = newest.get(each.id)
        if other is None or not is_older(each.updated_time, other.updated_time):
            newest[each.id] = each
    return newest


def brought_up(ours: Receipt, there: ReceivedPay, invoices: Mapping[str, Share]) -> Receipt:
    """Return our row as it has to be after what Bill.com shows; the same row where that is old or tells nothing new.

    :param invoices: our invoices by remote id.
    """
    if is_older(there.updated_time, ours.updated) or ours.status in _DEAD:
        return ours
    status = move_of(ours, there) or ours.status
    after = replace(
        ours,
        status=status,
        process_date=there.payment_date or ours.process_date,
        bank_account_id=ours.bank_account_id or account_of(there),
        # Money that Bill.com only recorded lies where it was paid in; no movement of Bill.com's will confirm it.
        is_banked=ours.is_banked or (status == "paid" and not is_online(there)),
    )
    if stands(there):
        # A payment that is void keeps what it held, so that it can be taken back.
        parts = parts_of(there, invoices)
        after = replace(after, cents=cents_of(there), unapplied_cents=_unapplied(there), parts=parts)
    return ours if after == ours else replace(after, updated=there.updated_time or ours.updated)


def parts_of(there: ReceivedPay, invoices: Mapping[str, Share]) -> dict[str, Share]:
    """Return what a payment holds for our invoices, by remote id of the InvoicePay.

    :param invoices: our invoices by remote id.
    """
    return {
        pay.id: replace(invoices[pay.invoice_id], cents=to_cents(pay.amount))
        for pay in there.invoice_pays
        if pay.id is not None and pay.invoice_id in invoices and pay.amount
    }


def differences(before: Mapping[UUID, Share], after: Mapping[UUID, Share]) -> Iterator[Share]:
    """Yield by how much more, or less, each invoice has been paid."""
    for document_id in sorted({*before, *after}):
        old, new = before.get(document_id), after.get(document_id)
        share = new or old
        cents = (new.cents if new else 0) - (old.cents if old else 0)
        if share is not None and cents:
            yield replace(share, cents=cents)


def stands(there: ReceivedPay) -> bool:
    """Return whether a payment is scheduled or paid, so that its parts mean something."""
    return there.status in _STANDS


def is_online(there: ReceivedPay) -> bool:
    """Return whether Bill.com moves the money of a payment."""
    return there.is_online is not False


def is_older(time: datetime | None, than: datetime | None) -> bool:
    """Return whether one time is certainly before another."""
    return time is not None and than is not None and time < than


def cents_of(there: ReceivedPay) -> int:
    """Return the whole amount of a payment in cents."""
    return to_cents(there.amount) if there.amount is not None else sum(to_cents(p.amount) for p in there.invoice_pays)


def account_of(there: ReceivedPay) -> str | None:
    """Return the bank account that Bill.com moves a payment to, or None; what it only records goes through none."""
    if not is_online(there):
        return None
    return there.pay_to_bank_account_id if there.pay_to_bank_account_id not in {None, "", NO_ID} else None


def _unapplied(there: ReceivedPay) -> int:
    if there.unapplied_amount is not None:
        return to_cents(there.unapplied_amount)
    return cents_of(there) - sum(to_cents(pay.amount) for pay in there.invoice_pays)
