"""Tell Bill.com of money that was received elsewhere; it moves nothing, but it pays an invoice.

Without an answer it is looked for among the buyer's payments under our own number. Sent twice it would pay twice, so
nothing sends it again by itself: a person decides, as for a charge. The same look comes before it is sent: a database
that was restored may have forgotten that it was, and a part of an invoice leaves room for another one.

Source: https://developersupport.bill.com/hc/en-us/articles/213911106-RecordARPayment
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from flask_billcom.api import requests as wire
from flask_billcom.api.envelope import Reply
from flask_billcom.api.query import Sort, equals, since
from flask_billcom.api.records import Invoice, ReceivedPay
from flask_billcom.api.replies import parse_object
from flask_billcom.audit import Act, record
from flask_billcom.engine.kinds import Absent, Applied, Finding, Policy, Ready, Refusal, Remote, Rendered, Wait
from flask_billcom.engine.reads import Reads
from flask_billcom.engine.timing import DIFFERENCE_RETRY
from flask_billcom.errors import MalformedReply
from flask_billcom.marketplace.collection.charging import give_way
from flask_billcom.marketplace.collection.elsewhere import METHODS, RECORD
from flask_billcom.marketplace.tracking import received
from flask_billcom.models import Document, Operation, Party, RecordedPayment
from flask_billcom.money import from_cents, to_cents
from flask_billcom.store import Rows

from .base import BaseKind, digest_of, earliest_attempt
from .money import DIFFERENCE
from .sides import RECEIVABLE

AWAITING_INVOICE = "awaiting_invoice"
SOON = timedelta(minutes=1)
ACTIVE = "1"


@dataclass(frozen=True, slots=True)
class Received:
    """One payment with its invoice and buyer."""

    payment: RecordedPayment
    invoice: Document
    party: Party


@dataclass(frozen=True, slots=True)
class Seen:
    """What Bill.com shows of one payment.

    :param unnamed: payments of the same amount for the same invoice, without a number.
    :param since: from what time of the server they were looked for.
    """

    ours: Sequence[ReceivedPay]
    unnamed: Sequence[ReceivedPay]
    server_date: datetime | None
    since: datetime


class RecordReceipt(BaseKind):
    """Record one payment."""

    name = RECORD
    endpoint = "RecordARPayment"
    policy = Policy(Absent.QUARANTINE)
    money = True

    # -- sending -------------------------------------------------------------------------------------------------

    def render(self, rows: Rows, operations: Sequence[Operation]) -> Sequence[Rendered]:
        """Return each payment whose invoice is at Bill.com."""
        known = _received(rows, operations)
        return [self._ready(operation, known[operation.subject_id]) for operation in operations]

    def _ready(self, operation: Operation, got: Received) -> Rendered:
        if got.invoice.remote_id is None and got.invoice.status != "inactive":
            return Wait(operation, AWAITING_INVOICE, {"number": got.invoice.number}, again=SOON)
        problem = _problem_here(got)
        if problem is not None:
            return _difference(operation, got, problem)
        digest = digest_of(
            self.organization_id,
            self.name,
            operation.natural_key,
            got.party.remote_id,
            got.invoice.remote_id,
            got.payment.cents,
            got.payment.applied_cents,
            got.payment.method,
            got.payment.received_on,
        )
        return Ready(operation, got, digest)

    def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:
        """Return what is not there yet, for an invoice of the buyer of which as much is open as the payment takes."""
        return [self._checked(reads, item) for item in ready]

    def _checked(self, reads: Reads, item: Ready) -> Rendered:
        got: Received = item.payload
        ours = self._look(reads, item.operation, got).ours
        if ours:
            problem = f"Bill.com has a payment of this number already: {ours[0].id}"
            resolve = f"flask billcom ops resolve {item.operation.id} --adopt {ours[0].id}"
            return _difference(item.operation, got, problem, resolve)
        problem_there = _problem_there(got, reads.one(Invoice, got.invoice.remote_id or ""))
        return item if problem_there is None else _difference(item.operation, got, problem_there)

    def gate(self, rows: Rows, ready: Sequence[Ready], now: datetime) -> Sequence[Ready]:  # noqa: ARG002
        """Return those whose invoice was not cancelled meanwhile."""
        known = _received(rows, [item.operation for item in ready])
        return [item for item in ready if _problem_here(known[item.operation.subject_id]) is None]

    def request(self, ready: Sequence[Ready], now: datetime) -> wire.Call:  # noqa: ARG002
        """Return the call, with our own number as its reference and the app's in words."""
        got: Received = ready[0].payload
        return wire.record_ar_payment(
            got.party.remote_id or "",
            [wire.InvoicePayment(got.invoice.remote_id or "", from_cents(got.payment.applied_cents))],
            amount=from_cents(got.payment.cents),
            payment_date=got.payment.received_on,
            payment_type=METHODS[got.payment.method],
            deposit_to_account_id=self.domain.settings.chart_of_accounts.get("deposit"),
            description=got.payment.reference,
            ref_number=ready[0].operation.natural_key,
        )

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:
        """Return the payment that was made; it must have our number, cents and invoice."""
        try:
            there = parse_object(ReceivedPay, reply)
        except MalformedReply:
            return [None]
        is_ours = there.ref_number == ready[0].operation.natural_key and _is_same(ready[0].payload, there)
        return [Remote(there.id, there, there.created_time) if is_ours else None]

    # -- reading back --------------------------------------------------------------------------------------------

    def find(self, reads: Reads, operations: Sequence[Operation]) -> Mapping[UUID, Finding]:
        """Return what carries our numbers among the buyers' payments since our first attempt."""
        with self.domain.store.read() as rows:
            known = _received(rows, operations)
        return {each.id: self._finding(reads, each, known[each.subject_id]) for each in operations}

    def _finding(self, reads: Reads, operation: Operation, got: Received) -> Finding:
        seen = self._look(reads, operation, got)
        # Somebody may have recorded the same payment by hand; only a person can tell, and adopt it.
        is_doubtful = seen.unnamed and not seen.ours
        doubt = "a payment without a number has the same amount and may be this one" if is_doubtful else None
        matches = seen.ours or seen.unnamed
        return Finding(
            [Remote(each.id, each, each.created_time, gone=each.status in RECEIVABLE.dead) for each in matches],
            [_is_same(got, each) for each in matches],
            seen.server_date,
            conflict=doubt,
            since=seen.since,
        )

    def _look(self, reads: Reads, operation: Operation, got: Received) -> Seen:
        """Return what carries our number among the buyer's payments, and what has no number and may be it.

        Since our first attempt, or since the invoice where there was none: a lost timeline may have recorded it.
        """
        start = earliest_attempt([operation])
        if operation.first_sent_at is None:
            start = min(start, got.invoice.remote_created_at or start)
        filters = [equals("customer_id", got.party.remote_id), since("created_time", start)]
        ours: list[ReceivedPay] = []
        unnamed: list[ReceivedPay] = []
        server_date = None
        for page in reads.pages(ReceivedPay, filters=filters, sort=[Sort("created_time")], nested=True):
            server_date = page.server_date
            ours += [each for each in page.records if each.ref_number == operation.natural_key]
            unnamed += [each for each in page.records if not each.ref_number and _is_same(got, each)]
        return Seen(ours, unnamed, server_date, start)

    # -- recording -----------------------------------------------------------------------------------------------

    def apply(self, rows: Rows, applied: Sequence[Applied]) -> None:
        """Take the payments in like any other; one that a poll has seen before stays as it is."""
        clock = self.domain.clock
        received.take_in(rows, clock, self.organization_id, [each.remote.record for each in applied], read_back=True)
        known = _received(rows, [each.operation for each in applied])
        give_way(rows, {got.invoice.id for got in known.values()})
        acts = [
            Act(
                "payment_recorded",
                "document",
                known[each.operation.subject_id].invoice.id,
                {"payment": each.remote.remote_id, "cents": each.operation.amount_cents},
            )
            for each in applied
        ]
        record(rows, clock, self.organization_id, acts)


def _received(rows: Rows, operations: Sequence[Operation]) -> dict[UUID, Received]:
    found = rows.all(
        select(RecordedPayment, Document, Party)
        .join(Document, Document.id == RecordedPayment.document_id)
        .join(Party, Party.id == Document.party_id)
        .where(RecordedPayment.id.in_([operation.subject_id for operation in operations]))
    )
    return {payment.id: Received(payment, invoice, party) for payment, invoice, party in found}


def _difference(operation: Operation, got: Received, problem: str, resolve: str | None = None) -> Wait:
    way_on = resolve or f"flask billcom ops cancel {operation.id}"
    evidence = {"number": got.invoice.number, "difference": problem, "resolve": way_on}
    return Wait(operation, DIFFERENCE, evidence, again=DIFFERENCE_RETRY)


def _problem_here(got: Received) -> str | None:
    if got.invoice.status == "inactive":
        return "the invoice was cancelled"
    if got.party.merged_into is not None or not got.party.is_active:
        return "the customer was merged" if got.party.merged_into else "the customer is not active"
    return None


def _problem_there(got: Received, there: Invoice | None) -> str | None:
    if there is None or there.amount_due is None:
        return "Bill.com does not know it"
    if there.is_active != ACTIVE:
        return "it was deleted at Bill.com"
    if there.customer_id != got.party.remote_id:
        return "it belongs to another party at Bill.com"
    due = to_cents(there.amount_due) - to_cents(there.scheduled_amount or from_cents(0))
    if due < got.payment.applied_cents:
        return f"{due} cents are open at Bill.com, less than {got.payment.applied_cents}"
    return None


def _is_same(got: Received, there: ReceivedPay) -> bool:
    parts = [(part.invoice_id, to_cents(part.amount)) for part in there.invoice_pays]
    return (
        there.customer_id in {None, got.party.remote_id}
        and there.amount is not None
        and to_cents(there.amount) == got.payment.cents
        and parts == [(got.invoice.remote_id, got.payment.applied_cents)]
    )
