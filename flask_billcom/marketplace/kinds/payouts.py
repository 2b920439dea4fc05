"""Pay sellers' bills, up to 200 of several sellers in one call; always the full open balance of a bill.

    before the claim  bill active, same vendor, open in full, nothing scheduled, not denied; vendor and bank account as
                      last confirmed
    in the claim      holds, kill switch, `BILLCOM_PAYMENTS_ENABLED`, cover
    no answer         looked up in the payments since our first attempt, and in the bill itself

Source: https://developer.bill.com/v2/reference/ap-vendortransactions-paybills
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update

from flask_billcom.api import requests as wire
from flask_billcom.api.envelope import Reply
from flask_billcom.api.records import Bill
from flask_billcom.api.replies import parse_sent_pays
from flask_billcom.bankdays import next_process_date
from flask_billcom.engine.kinds import (
    Absent,
    Applied,
    Capability,
    Finding,
    Policy,
    Ready,
    Refusal,
    Remote,
    Rendered,
    Wait,
)
from flask_billcom.engine.reads import Reads
from flask_billcom.engine.timing import DIFFERENCE_RETRY
from flask_billcom.errors import MalformedReply
from flask_billcom.ledger import Account, Posting, post, transfer
from flask_billcom.marketplace import holds
from flask_billcom.marketplace.context import Domain
from flask_billcom.marketplace.paying.gate import Gate, Wanted
from flask_billcom.marketplace.postings import owed_from
from flask_billcom.marketplace.refunds.blocking import blocked
from flask_billcom.marketplace.tracking.catching_up import catch_up
from flask_billcom.models import Document, Operation
from flask_billcom.money import from_cents
from flask_billcom.store import Rows

from .balances import Balances
from .base import MANY, BaseKind, as_they_stand, digest_of
from .funding_account import funding_account
from .money import (
    DIFFERENCE,
    HELD_RETRY,
    Debt,
    PaymentFacts,
    apart,
    compare,
    debts,
    made,
    tell_sent,
    write_payments,
)
from .sides import PAYABLE, finding_of, look, only_part, parts_in
from .watch import watch_vendors


class Pay(BaseKind):
    """Pay bills of any sellers."""

    name = "pay"
    endpoint = "PayBills"
    capability = Capability.PAYOUTS
    batch_size = MANY
    policy = Policy(Absent.RESEND, resends=1, fenced=True)
    money = True
    protected = True

    def __init__(self, domain: Domain) -> None:
        super().__init__(domain)
        self._balances = Balances(domain, Bill)
        self._gate = Gate(domain)

    # -- sending -------------------------------------------------------------------------------------------------

    def choose(self, rows: Rows, due: Sequence[Operation]) -> Sequence[Operation]:  # noqa: ARG002
        """Return all that are due, or nothing while payments are switched off."""
        return due if self.domain.settings.payments_enabled else ()

    def render(self, rows: Rows, operations: Sequence[Operation]) -> Sequence[Rendered]:
        """Return each bill with its seller."""
        found = debts(rows, operations)
        free, waiting = apart(rows, self.organization_id, operations)
        stopped = self._gate.stopped(rows, [_wanted(operation, found[operation.subject_id]) for operation in free])
        waiting += [
            Wait(o, stopped[o.id], {"number": found[o.subject_id].document.number}, again=HELD_RETRY)
            for o in free
            if o.id in stopped
        ]
        return [*waiting, *(self._ready(o, found[o.subject_id]) for o in free if o.id not in stopped)]

    def _ready(self, operation: Operation, debt: Debt) -> Rendered:
        if debt.party.merged_into is not None or not debt.party.is_active:
            problem = "the vendor was merged" if debt.party.merged_into else "the vendor is not active"
            evidence = {"number": debt.document.number, "difference": problem}
            return Wait(operation, DIFFERENCE, evidence, again=DIFFERENCE_RETRY)
        digest = digest_of(
            self.organization_id,
            self.name,
            operation.natural_key,
            debt.party.remote_id,
            debt.document.remote_id,
            operation.amount_cents,
        )
        return Ready(operation, debt, digest)

    def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:
        """Return what may be sent after the reads."""
        watch_vendors(self.domain, reads)
        funding_account(self.domain, reads)
        standing = self._balances.read(reads, [(r.payload.document, r.payload.party.remote_id) for r in ready])
        return [compare(item, standing[item.payload.document.id]) for item in ready]

    def gate(self, rows: Rows, ready: Sequence[Ready], now: datetime) -> Sequence[Ready]:  # noqa: ARG002
        """Return what no hold stops and cover and caps allow, if the seller is as he was when checked."""
        if not self.domain.settings.payments_enabled:
            return []
        ids = [r.operation.subject_id for r in ready]
        kept = {*holds.held(rows, self.organization_id, ids), *blocked(rows, self.organization_id, ids)}
        current = debts(rows, [r.operation for r in ready])
        free = [
            r
            for r in ready
            if r.operation.subject_id not in kept
            and self._is_payable(current[r.operation.subject_id], r.payload)
            and current[r.operation.subject_id].document.cents == r.operation.amount_cents
        ]
        wanted = [_wanted(r.operation, current[r.operation.subject_id]) for r in free]
        stopped = self._gate.stopped(rows, wanted, claims=True)
        return [r for r in free if r.operation.id not in stopped]

    @staticmethod
    def _is_payable(now: Debt, checked: Debt) -> bool:
        return (
            now.party.is_active
            and now.party.merged_into is None
            and now.party.bank_account_id == checked.party.bank_account_id
            and now.document.status == "open"
        )

    def process_date(self, now: datetime) -> date:
        """Return the next bank day that a payment asked for now can have."""
        return next_process_date(now)

    def request(self, ready: Sequence[Ready], now: datetime) -> wire.Call:
        """Return one call, with the process date and the funding account named."""
        return wire.pay_bills(
            [
                wire.BillPayment(item.payload.document.remote_id, from_cents(item.operation.amount_cents))
                for item in ready
            ],
            process_date=self.process_date(now),
            bank_account_id=funding_account(self.domain, None),
        )

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:
        """Return the part of a payment for each bill; each must be there with its cents."""
        try:
            payments = parse_sent_pays(reply)
        except MalformedReply:
            return [None] * len(ready)
        found = parts_in(PAYABLE, payments)
        return [only_part(PAYABLE, found, item.payload, item.operation) for item in ready]

    # -- reading back --------------------------------------------------------------------------------------------

    def find(self, reads: Reads, operations: Sequence[Operation]) -> Mapping[UUID, Finding]:
        """Return the live payments of each bill since our first attempt, and whether it stands as if it had one."""
        with self.domain.store.read() as rows:
            known = debts(rows, operations)
        shown = look(PAYABLE, reads, operations, known)
        now = self.domain.clock.now()
        return {o.id: finding_of(PAYABLE, reads, o, known[o.subject_id], shown, now) for o in operations}

    # -- recording -----------------------------------------------------------------------------------------------

    def apply(self, rows: Rows, applied: Sequence[Applied]) -> None:
        """Write the payments and their parts, and move the money from reserved to scheduled."""
        current = debts(rows, [item.operation for item in applied])
        parties = {document_id: debt.party.id for document_id, debt in current.items()}
        payments = made(applied)
        facts = {
            each.record.id: PaymentFacts("sent", each.record.process_date, each.record.bank_account_id, parties)
            for each in payments
        }
        write_payments(rows, self.domain, payments, facts)
        self._post(rows, [i.operation for i in applied], current, Account.SELLER_RESERVED, Account.PAYOUT_SCHEDULED)
        catch_up(rows, self.domain.clock, self.organization_id, [str(item.remote.remote_id) for item in applied])
        tell_sent(rows, self.domain, "payout_sent", applied)

    def dropped(self, rows: Rows, operations: Sequence[Operation]) -> None:
        """Give the reservation back; whether to pay again is decided by a person."""
        current = debts(rows, operations)
        self._post(rows, operations, current, Account.SELLER_RESERVED, None)
        ids = [operation.subject_id for operation in operations]
        rows.change(update(Document).where(Document.id.in_(ids)).values(read_at=None))

    def reserved(self, rows: Rows, operations: Sequence[Operation]) -> None:
        """Reserve the sellers' money again, as much as is left of it; no payout run plans it any more."""
        current = debts(rows, operations)
        as_they_stand(rows, operations, [debt.document for debt in current.values()])
        released = update(Document).where(Document.id.in_(sorted(current)), Document.released_at.is_(None))
        rows.change(released.values(released_at=self.domain.clock.now()))
        self._post(rows, operations, current, None, Account.SELLER_RESERVED)

    def _post(
        self,
        rows: Rows,
        operations: Sequence[Operation],
        current: Mapping[UUID, Debt],
        debit: Account | None,
        credit: Account | None,
    ) -> None:
        """Post what moves; None stands for the account that a bill is paid from."""
        post(
            rows,
            self.domain.clock,
            self.organization_id,
            [
                Posting(
                    transfer(debit or owed, credit or owed, operation.amount_cents, debt.party.id),
                    settlement_id=debt.document.origin_id if debt.document.origin_type == "settlement" else None,
                    operation_id=operation.id,
                )
                for operation in operations
                for debt in [current[operation.subject_id]]
                for owed in [owed_from(is_refund=debt.document.is_refund)]
            ],
        )


def _wanted(operation: Operation, debt: Debt) -> Wanted:
    return Wanted(operation.id, debt.party.id, operation.amount_cents, debt.document.is_refund)
