"""Charge a buyer's bank account for his invoices, up to 200 in one call.

A debit of somebody else's account is never sent again by itself: without an answer, and with nothing to be seen after
the waiting time, a person decides.

Source: https://developer.bill.com/v2/reference/ar-customertransactions-chargecustomer
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from flask_billcom.api import requests as wire
from flask_billcom.api.envelope import Reply
from flask_billcom.api.query import equals
from flask_billcom.api.records import Invoice
from flask_billcom.api.replies import parse_charge
from flask_billcom.bankdays import next_process_date
from flask_billcom.engine.decisions import NotPossible
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
    Wait,
)
from flask_billcom.engine.reads import Reads
from flask_billcom.errors import MalformedReply
from flask_billcom.marketplace import holds
from flask_billcom.marketplace.collection.charging import PAID_ELSEWHERE
from flask_billcom.marketplace.collection.elsewhere import being_recorded
from flask_billcom.marketplace.context import Domain
from flask_billcom.marketplace.refunds.blocking import blocked
from flask_billcom.marketplace.tracking.received import CHARGE_RETURNED
from flask_billcom.models import Document, Operation, OperationState
from flask_billcom.money import from_cents
from flask_billcom.store import Rows

from .balances import Balances
from .base import MANY, BaseKind, as_they_stand, digest_of
from .money import Debt, PaymentFacts, apart, compare, debts, made, tell_sent, write_payments
from .sides import RECEIVABLE, finding_of, look, only_part, parts_in
from .watch import watch_customers

AWAITING_AUTHORIZATION = "awaiting_authorization"
_BUYER = select(Document.party_id).where(Document.id == bindparam("first")).scalar_subquery()
_OF_ONE_BUYER = (
    select(Operation)
    .join(Document, Document.id == Operation.subject_id)
    .where(
        Operation.organization_id == bindparam("organization_id"),
        Operation.kind == bindparam("kind"),
        Operation.state == OperationState.PLANNED,
        Operation.parked.is_(None),
        Operation.splits == bindparam("splits"),
        Operation.not_before <= bindparam("until"),
        Document.party_id == _BUYER,
    )
    .order_by(Operation.id)
    .limit(MANY)
)


class Charge(BaseKind):
    """Collect invoices of one buyer."""

    name = "charge"
    endpoint = "ChargeCustomer"
    capability = Capability.CHARGES
    batch_size = MANY
    policy = Policy(Absent.QUARANTINE)
    money = True

    def __init__(self, domain: Domain) -> None:
        super().__init__(domain)
        self._balances = Balances(domain, Invoice)

    # -- sending -------------------------------------------------------------------------------------------------

    def choose(self, rows: Rows, due: Sequence[Operation]) -> Sequence[Operation]:
        """Return the due charges of the first one's buyer, or nothing while payments are switched off."""
        if not self.domain.settings.payments_enabled:
            return ()
        first = due[0]
        like = {
            "organization_id": self.organization_id,
            "kind": self.name,
            "splits": first.splits,
            "until": max(first.not_before, self.domain.clock.now()),
            "first": first.subject_id,
        }
        same: Sequence[Operation] = rows.all(_OF_ONE_BUYER, like)
        return same

    def render(self, rows: Rows, operations: Sequence[Operation]) -> Sequence[Rendered]:
        """Return each charge whose buyer has consented and has a bank account."""
        found = debts(rows, operations)
        paid = being_recorded(rows, list(found))
        needless = [Needless(each, PAID_ELSEWHERE) for each in operations if each.subject_id in paid]
        left = [each for each in operations if each.subject_id not in paid]
        free, waiting = apart(rows, self.organization_id, left, besides=(CHARGE_RETURNED,))
        return [*needless, *waiting, *(self._ready(operation, found[operation.subject_id]) for operation in free)]

    def _ready(self, operation: Operation, debt: Debt) -> Rendered:
        party = debt.party
        if debt.document.status == "paid":
            return Needless(operation, "the invoice is paid")
        if not (party.authorized and party.bank_account_id and party.is_active):
            return Wait(operation, AWAITING_AUTHORIZATION, {"number": debt.document.number})
        digest = digest_of(
            self.organization_id,
            self.name,
            operation.natural_key,
            party.remote_id,
            debt.document.remote_id,
            operation.amount_cents,
        )
        return Ready(operation, debt, digest)

    def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:
        """Return what may be sent after the reads: authorized, open in full, nothing scheduled."""
        watch_customers(self.domain, reads)
        standing = self._balances.read(reads, [(r.payload.document, r.payload.party.remote_id) for r in ready])
        return [compare(item, standing[item.payload.document.id]) for item in ready]

    def gate(self, rows: Rows, ready: Sequence[Ready], now: datetime) -> Sequence[Ready]:  # noqa: ARG002
        """Return what no hold stops, if payments are switched on and the buyer still consents."""
        if not self.domain.settings.payments_enabled:
            return []
        ids = [r.operation.subject_id for r in ready]
        held = holds.held(rows, self.organization_id, ids, besides=(CHARGE_RETURNED,))
        kept = {*held, *blocked(rows, self.organization_id, ids)}
        current = debts(rows, [r.operation for r in ready])
        allowed = {d.party.id for d in current.values() if d.party.authorized and d.party.bank_account_id}
        return [
            r
            for r in ready
            if r.operation.subject_id not in kept
            and r.payload.party.id in allowed
            and current[r.operation.subject_id].document.cents == r.operation.amount_cents
        ]

    def reserved(self, rows: Rows, operations: Sequence[Operation]) -> None:
        """Charge as much as is left of the invoices; nothing has to be reserved.

        :raises NotPossible: one is paid elsewhere, and Bill.com is still to be told.
        """
        current = debts(rows, operations)
        for document_id in being_recorded(rows, list(current)):
            raise NotPossible(f"{current[document_id].document.number} is paid elsewhere: that is recorded first")
        as_they_stand(rows, operations, [debt.document for debt in current.values()])

    def process_date(self, now: datetime) -> date:
        """Return the next bank day."""
        return next_process_date(now)

    def request(self, ready: Sequence[Ready], now: datetime) -> wire.Call:
        """Return one call for all invoices of the buyer, with their numbers in the memo."""
        party = ready[0].payload.party
        numbers = " ".join(item.payload.document.number for item in ready)
        return wire.charge_customer(
            party.remote_id,
            [
                wire.InvoicePayment(item.payload.document.remote_id, from_cents(item.operation.amount_cents))
                for item in ready
            ],
            payment_account_id=party.bank_account_id,
            payment_date=self.process_date(now),
            memo=numbers[:200],
        )

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:
        """Return the part of the payment for each invoice; each must be there with its cents."""
        try:
            payment = parse_charge(reply)
        except MalformedReply:
            return [None] * len(ready)
        if payment.customer_id != ready[0].payload.party.remote_id:
            return [None] * len(ready)
        found = parts_in(RECEIVABLE, [payment])
        return [only_part(RECEIVABLE, found, item.payload, item.operation) for item in ready]

    # -- reading back --------------------------------------------------------------------------------------------

    def find(self, reads: Reads, operations: Sequence[Operation]) -> Mapping[UUID, Finding]:
        """Return the live payments of each invoice since our first attempt, and whether it stands as if it had one."""
        with self.domain.store.read() as rows:
            known = debts(rows, operations)
        findings: dict[UUID, Finding] = {}
        for party in {debt.party.id: debt.party for debt in known.values()}.values():
            theirs = [o for o in operations if known[o.subject_id].party.id == party.id]
            shown = look(RECEIVABLE, reads, theirs, known, [equals("customer_id", party.remote_id)])
            now = self.domain.clock.now()
            findings |= {o.id: finding_of(RECEIVABLE, reads, o, known[o.subject_id], shown, now) for o in theirs}
        return findings

    # -- recording -----------------------------------------------------------------------------------------------

    def apply(self, rows: Rows, applied: Sequence[Applied]) -> None:
        """Write the payment and its parts; the money itself is followed by the polls."""
        current = debts(rows, [item.operation for item in applied])
        parties = {document_id: debt.party.id for document_id, debt in current.items()}
        payments = made(applied)
        facts = {
            each.record.id: PaymentFacts(
                "received",
                each.record.payment_date,
                current[each.applied[0].operation.subject_id].party.bank_account_id,
                parties,
            )
            for each in payments
        }
        write_payments(rows, self.domain, payments, facts)
        tell_sent(rows, self.domain, "charge_sent", applied)
