"""Send an invoice by e-mail with its payment link. No money moves; a second mail is a nuisance, not a loss.

Source: https://developersupport.bill.com/hc/en-us/articles/208197236-SendInvoice
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from flask_billcom.api import requests as wire
from flask_billcom.api.envelope import Reply
from flask_billcom.api.records import Invoice
from flask_billcom.audit import Act, record
from flask_billcom.engine.kinds import (
    Absent,
    Applied,
    Capability,
    Finding,
    Needless,
    Policy,
    Ready,
    Refusal,
    Remote,
    Rendered,
)
from flask_billcom.engine.limits import MAIL
from flask_billcom.engine.reads import Reads
from flask_billcom.marketplace.collection.reminders import disputed, is_reminder
from flask_billcom.models import Document, Operation
from flask_billcom.store import Rows

from .base import BaseKind, digest_of

ACTIVE = "1"
ZERO = Decimal(0)


class SendInvoice(BaseKind):
    """E-mail one invoice."""

    name = "send_invoice"
    endpoint = "SendInvoice"
    capability = Capability.MAIL
    policy = Policy(Absent.RESEND, resends=1, fenced=False)
    quota: str | None = MAIL

    def render(self, rows: Rows, operations: Sequence[Operation]) -> Sequence[Rendered]:
        """Return each invoice that is still open."""
        found = rows.all(select(Document).where(Document.id.in_([o.subject_id for o in operations])))
        documents = {document.id: document for document in found}
        reminded = [each.subject_id for each in operations if is_reminder(each)]
        quiet = disputed(rows, reminded) if reminded else set()
        return [
            Needless(operation, "its buyer disputes the sale")
            if operation.subject_id in quiet and is_reminder(operation)
            else self._ready(operation, documents[operation.subject_id])
            for operation in operations
        ]

    def _ready(self, operation: Operation, document: Document) -> Rendered:
        if document.remote_id is None or document.status in {"paid", "inactive"}:
            return Needless(operation, f"the invoice is {document.status}")
        return Ready(operation, document, digest_of(self.organization_id, self.name, document.remote_id))

    def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:
        """Return first e-mails as they are, and reminders of invoices that are unpaid at this moment."""
        return [self._wanted(reads, item) if is_reminder(item.operation) else item for item in ready]

    @staticmethod
    def _wanted(reads: Reads, item: Ready) -> Rendered:
        there = reads.one(Invoice, item.payload.remote_id)
        if there is None or there.is_active != ACTIVE:
            return Needless(item.operation, "the invoice is not there any more")
        open_ = (there.amount_due or ZERO) - (there.scheduled_amount or ZERO)
        return item if open_ > 0 else Needless(item.operation, "the invoice is paid, or scheduled to be paid")

    def request(self, ready: Sequence[Ready], now: datetime) -> wire.Call:  # noqa: ARG002
        """Return the call for one invoice, with Bill.com's default text and recipients."""
        return wire.send_invoice(ready[0].payload.remote_id)

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:  # noqa: ARG002
        """Return success: the answer holds nothing else."""
        return [Remote(None, None) for _ in ready]

    def find(self, reads: Reads, operations: Sequence[Operation]) -> Mapping[UUID, Finding]:
        """Return whether each invoice was sent since our first attempt."""
        with self.domain.store.read() as rows:
            found = rows.all(select(Document).where(Document.id.in_([o.subject_id for o in operations])))
        remote_ids = {document.id: document.remote_id or "" for document in found}
        findings = {}
        for operation in operations:
            invoice, server_date = reads.dated(Invoice, remote_ids[operation.subject_id])
            findings[operation.id] = self._finding(operation, invoice, server_date)
        return findings

    def _finding(self, operation: Operation, invoice: Invoice | None, server_date: datetime | None) -> Finding:
        sent = None if invoice is None else invoice.last_sent_time
        earliest = (operation.first_sent_at or operation.created_at).replace(microsecond=0)
        if sent is None or sent < earliest:
            return Finding(server_date=server_date)
        return Finding([Remote(None, invoice, sent)], [True], server_date)

    def apply(self, rows: Rows, applied: Sequence[Applied]) -> None:
        """Tell that the invoices were sent."""
        acts = [Act("invoice_sent", "document", item.operation.subject_id, {}) for item in applied]
        record(rows, self.domain.clock, self.organization_id, acts)
