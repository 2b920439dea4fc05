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
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update

from flask_billcom import ledger
from flask_billcom.api.records import ReceivedPay
from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.models import OPEN_LANE, Document, Operation, Payment, PaymentPart, Settlement
from flask_billcom.store import Rows

from . import holds, postings, states
from .payments import RECEIVED, NewPart, NewPayment, add_parts, add_payments, move, write_facts
from .postings import Share
from .receipts import (
    BACK,
    BOOKED,
    Receipt,
    account_of,
    cents_of,
    differences,
    facts_of,
    is_news,
    is_online,
    move_of,
    newest_of,
    parts_of,
    stands,
)

CHARGE_RETURNED = "charge returned"
"""The hold on a sale whose buyer's payment came back; it is released when the sale is funded anew."""
PARTS = 1000
"""Parts of payments that one transaction takes."""


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
) -> datetime | None:
    """Bring our rows up to what some ReceivedPays say; payments for none of our invoices are passed over.

    A payment that a charge of ours in flight may have made is left to the outcome of that charge.

    :param read_back: whether this is that outcome.
    :return: the earliest change that was left and has to be read again, or None.
    """
    intake = _Intake(rows, clock, organization_id, newest_of(records))
    again_from = None if read_back else intake.leave_those_in_flight()
    intake.add_new()
    intake.change()
    return again_from


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

    def change(self) -> None:
        """Bring payments, parts, invoices, books and settlements up to what is news."""
        before = self._known
        news = {key: there for key, there in self._ours.items() if is_news(before[key], there, self._invoices)}
        if not news:
            return
        self._change_parts(news)
        self._move(news)
        after = self._find(news)
        paid = [each for key in news for each in differences(before[key].booked_parts(), after[key].booked_parts())]
        shares = {
            share.document_id: share for key in news for of in (before, after) for share in of[key].parts.values()
        }
        states.refresh_documents(self._rows, shares, self._clock.now())
        self._book([(before[key], after[key]) for key in news], paid, shares)
        self._spread(
            shares,
            {
                after[key].id: list(before[key].parts.values())
                for key in news
                if before[key].status in BOOKED and after[key].status in BACK
            },
        )

    # -- what is there -------------------------------------------------------------------------------------------

    def _find_invoices(self, records: Iterable[ReceivedPay]) -> dict[str, Share]:
        """Return our invoices among those that payments name, by remote id; their cents are the invoices'."""
        wanted = sorted({pay.invoice_id for each in records for pay in each.invoice_pays})
        found = self._rows.all(
            select(Document.remote_id, *_SHARE, Document.cents).where(
                Document.organization_id == self._organization_id,
                Document.kind == "invoice",
                Document.remote_id.in_(wanted),
            )
        )
        return {row.remote_id: _share(row) for row in found}

    def _find(self, remote_ids: Iterable[str]) -> dict[str, Receipt]:
        found = self._rows.all(
            select(Payment).where(
                Payment.organization_id == self._organization_id,
                Payment.kind == RECEIVED,
                Payment.remote_id.in_(sorted(remote_ids)),
            )
        )
        parts: dict[UUID, dict[str, Share]] = {each.id: {} for each in found}
        for row in self._rows.all(
            select(PaymentPart.payment_id, PaymentPart.remote_id, *_SHARE, PaymentPart.cents)
            .join(Document, Document.id == PaymentPart.document_id)
            .where(PaymentPart.payment_id.in_(sorted(parts)))
        ):
            parts[row.payment_id][row.remote_id] = _share(row)
        return {each.remote_id: _receipt(each, parts[each.id]) for each in found}

    # -- what is written -----------------------------------------------------------------------------------------

    def _change_parts(self, news: Mapping[str, ReceivedPay]) -> None:
        """Make the parts of payments those that Bill.com shows; one that is applied otherwise now is another part."""
        new: list[NewPart] = []
        gone: list[str] = []
        for key, there in news.items():
            if not stands(there):
                continue
            ours, theirs = self._known[key].parts, parts_of(there, self._invoices)
            gone += [each for each, share in ours.items() if theirs.get(each) != share]
            new += [
                NewPart(self._known[key].id, share.document_id, share.cents, each)
                for each, share in theirs.items()
                if ours.get(each) != share
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

    def _move(self, news: Mapping[str, ReceivedPay]) -> None:
        """Write what Bill.com says of payments, and move those whose status moves."""
        now = self._clock.now()
        moves: dict[tuple[str, str, datetime | None], list[UUID]] = defaultdict(list)
        for key, there in news.items():
            to = move_of(self._known[key], there)
            if to is not None:
                since = (there.updated_time or now) if to == "returning" else None
                moves[self._known[key].status, to, since].append(self._known[key].id)
        write_facts(self._rows, [facts_of(self._known[key], there) for key, there in news.items()])
        for (from_, to, since), ids in moves.items():
            values: dict[str, Any] = {"returning_since": since} if since is not None else {}
            move(self._rows, ids, from_=from_, to=to, **values)
        recorded = [self._known[key].id for key, there in news.items() if not is_online(there)]
        if recorded:
            # Money that Bill.com only recorded lies where it was paid in; no movement of Bill.com's will confirm it.
            self._rows.change(
                update(Payment)
                .where(Payment.id.in_(sorted(recorded)), Payment.status == "paid", Payment.confirmed_at.is_(None))
                .values(confirmed_at=now)
            )

    def _book(
        self, changes: Sequence[tuple[Receipt, Receipt]], paid: Sequence[Share], shares: Mapping[UUID, Share]
    ) -> None:
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
        """Keep the sellers of sales whose money came back from being paid, unless they are paid in any case."""
        back = sorted(each for each in settlement_ids if each is not None)
        if not back:
            return
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


_SHARE = (Document.id.label("document_id"), Document.party_id, Document.origin_type, Document.origin_id)


def _share(row: Any) -> Share:  # noqa: ANN401 - a row of `_SHARE` and cents
    settlement_id = row.origin_id if row.origin_type == "settlement" else None
    return Share(row.document_id, row.party_id, settlement_id, row.cents)


def _receipt(payment: Payment, parts: Mapping[str, Share]) -> Receipt:
    return Receipt(
        id=payment.id,
        status=payment.status,
        cents=payment.cents,
        unapplied_cents=payment.unapplied_cents,
        party_id=payment.party_id,
        process_date=payment.process_date,
        bank_account_id=payment.bank_account_id,
        is_banked=payment.confirmed_at is not None,
        updated=payment.remote_updated_at,
        parts=parts,
    )
