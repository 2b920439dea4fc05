"""What ReceivedPays do to our rows: charges made by us, payments by link, payments recorded elsewhere.

    ReceivedPay ──compared──> payment, parts ──> invoices ──> settlements
                                   └──> books: collected, or back; the rest of a payment is the buyer's credit

A repeated page changes nothing and an older one is passed over. Books follow from what a payment holds before and
after, so an amount that is applied later, or taken off an invoice, is posted as the difference.

Acts: charge_paid, charge_returned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, delete, func, select, update

from flask_billcom import ledger
from flask_billcom.api.records import ReceivedPay
from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.marketplace import holds, postings, states
from flask_billcom.marketplace.collection import charging
from flask_billcom.marketplace.core import DOCUMENT, PART, PAYMENT
from flask_billcom.marketplace.locking import lock_papers
from flask_billcom.marketplace.postings import Share
from flask_billcom.marketplace.refunds.releasing import reopen
from flask_billcom.models import OPEN_LANE, Document, Operation, Payment, PaymentPart, Settlement
from flask_billcom.store import Rows

from .payments import RECEIVED, NewPart, NewPayment, add_parts, add_payments, change
from .receipts import BACK, BOOKED, Receipt, account_of, brought_up, cents_of, differences, newest_of

CHARGE_RETURNED = "charge returned"
"""The hold on a sale whose buyer's payment came back; it is released when the sale is funded anew."""
PARTS = 1000
"""Parts of payments that one transaction takes."""

_GONE = (*BACK, "cancelled")

Change = tuple[Receipt, Receipt]
"""A payment before and after."""


class Taken(NamedTuple):
    """What became of some ReceivedPays.

    :param again_from: the earliest change that was left and has to be read again, or None.
    :param freed: sales whose invoices one of these payments pays no longer, nor is going to.
    """

    again_from: datetime | None
    freed: Sequence[UUID]


def in_batches(records: Iterable[ReceivedPay]) -> Iterator[Sequence[ReceivedPay]]:
    """Yield records in batches that one short transaction can take."""
    batch: list[ReceivedPay] = []
    parts = 0
    for each in records:
        size = 1 + len(each.invoice_pays)
        if batch and parts + size > PARTS:
            yield batch
            batch, parts = [], 0
        batch.append(each)
        parts += size
    if batch:
        yield batch


def take_in(
    rows: Rows, clock: Clock, organization_id: str, records: Sequence[ReceivedPay], *, read_back: bool = False
) -> Taken:
    """Bring our rows up to what some ReceivedPays say; payments for none of our invoices are passed over.

    A payment that a charge of ours in flight may have made is left to the outcome of that charge.

    :param read_back: whether this is that outcome.
    """
    intake = _Intake(rows, clock, organization_id, newest_of(records))
    again_from = None if read_back else intake.leave_those_in_flight()
    intake.add_new()
    return Taken(again_from, intake.change())


class _Intake:
    """One transaction's worth of ReceivedPays, by remote id."""

    def __init__(self, rows: Rows, clock: Clock, organization_id: str, records: Mapping[str, ReceivedPay]) -> None:
        self._rows = rows
        self._clock = clock
        self._organization_id = organization_id
        self._invoices = self._find_invoices(records.values())
        self._known = self._find(records)
        self._ours = {
            remote_id: there
            for remote_id, there in records.items()
            if remote_id in self._known or any(pay.invoice_id in self._invoices for pay in there.invoice_pays)
        }

    def leave_those_in_flight(self) -> datetime | None:
        """Leave out payments that a charge in flight may have made, and return the earliest change among them."""
        by_invoice = {
            self._invoices[pay.invoice_id].document_id: remote_id
            for remote_id, there in self._ours.items()
            if remote_id not in self._known
            for pay in there.invoice_pays
            if pay.invoice_id in self._invoices
        }
        in_flight = self._rows.all(
            select(Operation.subject_id).where(
                Operation.subject_id.in_(sorted(by_invoice)),
                Operation.kind == "charge",
                Operation.state.in_(OPEN_LANE),
            )
        )
        left = [self._ours.pop(remote_id) for remote_id in {by_invoice[document_id] for document_id in in_flight}]
        return min((each.updated_time for each in left if each.updated_time is not None), default=None)

    def add_new(self) -> None:
        """Add the payments that are new, without parts yet."""
        new = [
            NewPayment(
                remote_id,
                next(
                    self._invoices[p.invoice_id].party_id for p in there.invoice_pays if p.invoice_id in self._invoices
                ),
                cents_of(there),
                there.payment_date,
                account_of(there),
                created=there.created_time,
            )
            for remote_id, there in self._ours.items()
            if remote_id not in self._known
        ]
        if new:
            add_payments(self._rows, self._clock, self._organization_id, RECEIVED, new)
            self._known = self._find(self._ours)

    def _buyer(self, there: ReceivedPay) -> UUID:
        return next(self._invoices[p.invoice_id].party_id for p in there.invoice_pays if p.invoice_id in self._invoices)

    def change(self) -> Sequence[UUID]:
        """Bring payments, parts, invoices, books and settlements up to what is news, and return the freed sales."""
        changes = []
        for key, there in self._ours.items():
            before = self._known[key]
            after = brought_up(before, there, self._invoices)
            if after is not before:
                changes.append((before, after))
        if not changes:
            return []
        self._change_parts(changes)
        self._move(changes)
        paid = [share for old, new in changes for share in differences(old.booked_parts(), new.booked_parts())]
        shares = {share.document_id: share for each in changes for of in each for share in of.parts.values()}
        freed = {sale for old, new in changes for sale in _sales_of(old) - _sales_of(new)}
        if freed:  # what follows concerns their bills too
            lock_papers(self._rows, freed, also=shares)
        states.refresh_documents(self._rows, shares, self._clock.now())
        if paid:
            charging.drop_needless(self._rows, {share.document_id for share in paid})
        self._book(changes, paid, shares)
        back = {new.id: list(old.parts.values()) for old, new in changes if old.status in BOOKED and new.status in BACK}
        self._spread(shares, back)
        return sorted(freed)

    # -- what is there -------------------------------------------------------------------------------------------

    def _find_invoices(self, records: Iterable[ReceivedPay]) -> dict[str, Share]:
        """Return our invoices among those that payments name, by remote id; their cents are the invoices'."""
        wanted = sorted({pay.invoice_id for each in records for pay in each.invoice_pays})
        found = self._rows.execute(
            select(DOCUMENT.c.remote_id, *_SHARE, DOCUMENT.c.cents).where(
                DOCUMENT.c.organization_id == self._organization_id,
                DOCUMENT.c.kind == "invoice",
                DOCUMENT.c.remote_id.in_(wanted),
            )
        )
        return {row.remote_id: _share(row) for row in found}

    def _find(self, remote_ids: Iterable[str]) -> dict[str, Receipt]:
        """Return our payments; they stay as they are until the transaction ends."""
        found = self._rows.execute(
            select(*_RECEIPT)
            .where(
                PAYMENT.c.organization_id == self._organization_id,
                PAYMENT.c.kind == RECEIVED,
                PAYMENT.c.remote_id.in_(sorted(remote_ids)),
            )
            .with_for_update()
        ).all()
        parts: dict[UUID, dict[str, Share]] = {row.id: {} for row in found}
        for row in self._rows.execute(
            select(PART.c.payment_id, PART.c.remote_id, *_SHARE, PART.c.cents)
            .join_from(PART, DOCUMENT, DOCUMENT.c.id == PART.c.document_id)
            .where(PART.c.payment_id.in_(sorted(parts)))
        ):
            parts[row.payment_id][row.remote_id] = _share(row)
        return {row.remote_id: _receipt(row, parts[row.id]) for row in found}

    # -- what is written -----------------------------------------------------------------------------------------

    def _change_parts(self, changes: Sequence[Change]) -> None:
        """Write the parts of payments; one that is applied otherwise now is another part."""
        new: list[NewPart] = []
        gone: list[str] = []
        for old, after in changes:
            if old.parts == after.parts:
                continue
            gone += [each for each, share in old.parts.items() if after.parts.get(each) != share]
            new += [
                NewPart(after.id, share.document_id, share.cents, each)
                for each, share in after.parts.items()
                if old.parts.get(each) != share
            ]
        if gone:
            self._rows.execute(
                delete(PaymentPart).where(
                    PaymentPart.organization_id == self._organization_id,
                    PaymentPart.kind == RECEIVED,
                    PaymentPart.remote_id.in_(sorted(gone)),
                )
            )
        add_parts(self._rows, self._clock, self._organization_id, RECEIVED, new)

    def _move(self, changes: Sequence[Change]) -> None:
        now = self._clock.now()
        change(
            self._rows,
            [
                {
                    "id": after.id,
                    "before": old.status,
                    "status": after.status,
                    "cents": after.cents,
                    "unapplied_cents": after.unapplied_cents,
                    "process_date": after.process_date,
                    "bank_account_id": after.bank_account_id,
                    "remote_updated_at": after.updated,
                    "returning_since": (after.updated or now) if after.status == "returning" else None,
                }
                for old, after in changes
            ],
        )
        recorded = [after.id for old, after in changes if after.is_banked and not old.is_banked]
        if recorded:
            self._rows.change(update(Payment).where(Payment.id.in_(sorted(recorded))).values(confirmed_at=now))

    def _book(self, changes: Sequence[Change], paid: Sequence[Share], shares: Mapping[UUID, Share]) -> None:
        """Post what payments hold now and did not hold before, and the other way round."""
        entries = list(postings.collected(paid))
        for old, new in changes:
            entries += postings.unapplied(new.booked_unapplied - old.booked_unapplied, new.party_id)
            if new.banked_cents != old.banked_cents:
                entries.append(postings.banked_in(new.banked_cents - old.banked_cents, new.party_id))
        entries += postings.overpaid(self._excess(paid, shares))
        ledger.post(self._rows, self._clock, self._organization_id, entries)

    def _excess(self, paid: Sequence[Share], shares: Mapping[UUID, Share]) -> Iterator[Share]:
        """Yield by how much more, or less, invoices are overpaid than before."""
        changes: dict[UUID, int] = defaultdict(int)
        for share in paid:
            changes[share.document_id] += share.cents
        totals = self._rows.all(
            select(Document.id, Document.cents, func.coalesce(func.sum(PaymentPart.cents), 0))
            .outerjoin(
                PaymentPart,
                (PaymentPart.document_id == Document.id)
                & PaymentPart.payment_id.in_(select(Payment.id).where(Payment.status.in_(states.PAID))),
            )
            .where(Document.id.in_(sorted(changes)))
            .group_by(Document.id, Document.cents)
        )
        for document_id, cents, total in totals:
            now, earlier = int(total), int(total) - changes[document_id]
            excess = max(0, now - cents) - max(0, earlier - cents)
            if excess:
                yield replace(shares[document_id], cents=excess)

    def _spread(self, shares: Mapping[UUID, Share], back: Mapping[UUID, Sequence[Share]]) -> None:
        """Let settlements and the audit trail follow.

        :param back: what came back, by payment.
        """
        sales = {share.settlement_id: share for share in shares.values() if share.settlement_id is not None}
        moved = states.refresh(self._rows, self._organization_id, sales, now=self._clock.now())
        acts = [
            Act("charge_paid", "settlement", settlement_id, {"invoice": sales[settlement_id].document_id.hex})
            for settlement_id, state in moved.items()
            if state == "collected"
        ]
        acts += [
            Act("charge_returned", "settlement", share.settlement_id, {"payment": payment_id.hex, "cents": share.cents})
            for payment_id, of_it in back.items()
            for share in of_it
        ]
        self._hold_back({share.settlement_id for of_it in back.values() for share in of_it})
        record(self._rows, self._clock, self._organization_id, acts)

    def _hold_back(self, settlement_ids: Iterable[UUID | None]) -> None:
        """Keep the sellers of sales whose money came back from being paid, unless they are paid in any case.

        A sale that its other payments still pay goes on.
        """
        given = sorted(each for each in settlement_ids if each is not None)
        unpaid = select(Settlement.id).where(Settlement.id.in_(given), Settlement.collected_at.is_(None))
        back = sorted(self._rows.all(unpaid)) if given else []
        if not back:
            return
        reopen(self._rows, back)
        waiting = self._rows.all(
            select(Settlement.id).where(Settlement.id.in_(back), Settlement.release == "when_funded")
        )
        self._rows.change(
            update(Document)
            .where(Document.origin_id.in_(sorted(waiting)), Document.kind == "bill", Document.released_at.is_(None))
            .values(release_after=None)
        )
        for settlement_id in waiting:
            on = holds.HoldOn.row(holds.SETTLEMENT, settlement_id)
            holds.place(self._rows, self._clock, self._organization_id, on, reason=CHARGE_RETURNED, actor="engine")


_SHARE = (DOCUMENT.c.id.label("document_id"), DOCUMENT.c.party_id, DOCUMENT.c.origin_type, DOCUMENT.c.origin_id)
_RECEIPT = tuple(
    PAYMENT.c[name]
    for name in (
        "id",
        "remote_id",
        "status",
        "cents",
        "unapplied_cents",
        "party_id",
        "process_date",
        "bank_account_id",
        "confirmed_at",
        "remote_updated_at",
    )
)


def _sales_of(receipt: Receipt) -> set[UUID]:
    """Return the sales whose invoices a payment pays, or is going to."""
    held = () if receipt.status in _GONE else receipt.parts.values()
    return {share.settlement_id for share in held if share.settlement_id is not None}


def _share(row: Row[Any]) -> Share:
    settlement_id = row.origin_id if row.origin_type == "settlement" else None
    return Share(row.document_id, row.party_id, settlement_id, row.cents)


def _receipt(row: Row[Any], parts: Mapping[str, Share]) -> Receipt:
    return Receipt(
        id=row.id,
        status=row.status,
        cents=row.cents,
        unapplied_cents=row.unapplied_cents,
        party_id=row.party_id,
        process_date=row.process_date,
        bank_account_id=row.bank_account_id,
        is_banked=row.confirmed_at is not None,
        updated=row.remote_updated_at,
        parts=parts,
    )
