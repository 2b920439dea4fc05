"""Lower a document at Bill.com that a refund has reached, or delete it.

    before the claim  active, same party, of the amount that we know, due as far as nothing of ours pays it, nothing
                      scheduled
    update            every line that is left, under an id read from Bill.com; those that are left out go
    no answer         Read: as wanted -> done; as it was, and nothing paid or scheduled -> sent once more after the
                      fence; anything else -> a person

Source: https://developersupport.bill.com/hc/en-us/articles/208155056-Invoice
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from flask_billcom.api import requests as wire
from flask_billcom.api.codec import from_wire
from flask_billcom.api.envelope import Reply
from flask_billcom.api.records import Bill, Invoice
from flask_billcom.engine.kinds import (
    Absent,
    Applied,
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
from flask_billcom.marketplace.context import Domain
from flask_billcom.marketplace.refunds.correcting import corrected, still_planned
from flask_billcom.marketplace.refunds.facts import Facts, facts_of
from flask_billcom.models import Document, Operation
from flask_billcom.money import to_cents
from flask_billcom.store import Rows

from .base import BaseKind, digest_of
from .bills import CreateBill
from .documents import DocumentKind, Draft
from .invoices import CreateInvoice

DIFFERENCE = "difference"
AGAIN = timedelta(minutes=5)
ACTIVE = "1"


@dataclass(frozen=True, slots=True)
class Correction:
    """A document that is to be lowered.

    :param draft: with the lines that are left.
    :param due_cents: what is due of it before, as far as our rows know.
    :param line_ids: of its lines as just read; none before that.
    """

    document: Document
    draft: Draft
    cents: int
    due_cents: int
    line_ids: Sequence[str] = ()


class Correct(BaseKind):
    """What lowering and deleting share.

    :param maker: renders documents of the kind.
    """

    policy = Policy(Absent.RESEND, resends=1, fenced=True)
    money = True
    dated = False
    verb: str

    def __init__(self, domain: Domain, maker: DocumentKind) -> None:
        super().__init__(domain)
        self._maker = maker
        self.record_type: type[Any] = maker.record_type
        self.name = f"{self.verb.lower()}_{maker.record_type.__name__.lower()}"
        self.endpoint = f"Crud/{self.verb}/{maker.record_type.__name__}"

    @classmethod
    def of_invoices(cls, domain: Domain) -> Correct:
        """Return the kind for invoices."""
        return cls(domain, CreateInvoice(domain))

    @classmethod
    def of_bills(cls, domain: Domain) -> Correct:
        """Return the kind for bills."""
        return cls(domain, CreateBill(domain))

    def request(self, ready: Sequence[Ready], now: datetime) -> wire.Call:
        """Return the one call of the kind."""
        raise NotImplementedError

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:
        """Return what the answer says."""
        raise NotImplementedError

    # -- sending -------------------------------------------------------------------------------------------------

    def render(self, rows: Rows, operations: Sequence[Operation]) -> Sequence[Rendered]:
        """Return each document with the lines that are left, unless its refund has taken another way meanwhile."""
        ids = [operation.subject_id for operation in operations]
        facts, drafts = facts_of(rows, ids), self._maker.drafts(rows, ids, planned=True)
        planned = still_planned(rows, operations)
        return [
            self._ready(operation, facts[operation.subject_id], drafts[operation.subject_id])
            if operation.id in planned
            else Needless(operation, "its refund is carried out otherwise")
            for operation in operations
        ]

    def _ready(self, operation: Operation, facts: Facts, draft: Draft | None) -> Rendered:
        if draft is None or draft.problem is not None:
            problem = "its party is not known" if draft is None else draft.problem
            evidence = {"number": facts.document.number, "difference": problem}
            return Wait(operation, DIFFERENCE, evidence, again=AGAIN)
        document = facts.document
        digest = digest_of(
            self.organization_id,
            self.name,
            operation.natural_key,
            draft.party_remote_id,
            document.remote_id,
            [line.cents for line in draft.lines] if operation.amount_cents else [],
            operation.amount_cents,
        )
        due = facts.due_cents - (facts.scheduled_cents if document.kind == "bill" else 0)
        return Ready(operation, Correction(document, draft, operation.amount_cents, due), digest)

    def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:
        """Return what may be sent after a fresh read of each document."""
        return [self._checked(reads, item) for item in ready]

    def _checked(self, reads: Reads, item: Ready) -> Rendered:
        correction: Correction = item.payload
        there = reads.one(self.record_type, correction.document.remote_id or "")
        problem = self._problem(correction, there)
        if problem is not None or there is None:
            resolve = f"flask billcom ops show {item.operation.id}"
            evidence = {"number": correction.document.number, "difference": problem, "resolve": resolve}
            return Wait(item.operation, DIFFERENCE, evidence, again=AGAIN)
        ids = [line.id for line in lines_of(there) if line.id is not None]
        return replace(item, payload=replace(correction, line_ids=ids))

    def _problem(self, correction: Correction, there: Any) -> str | None:  # noqa: ANN401 - of the record type
        if there is None:
            return "Bill.com does not know it"
        if self._is_wanted(correction, there):
            return None
        problems = {
            "it was deleted at Bill.com": there.is_active != ACTIVE,
            "it belongs to another party at Bill.com": self._maker.party_of(there) != correction.draft.party_remote_id,
            f"its amount at Bill.com is {there.amount}": _cents(there.amount) != correction.document.cents,
            f"{there.scheduled_amount} of it are scheduled by a payment": bool(_cents(there.scheduled_amount)),
            f"{_due(there)} cents are open at Bill.com, not {correction.due_cents}": _due(there)
            != correction.due_cents,
        }
        return next((problem for problem, is_so in problems.items() if is_so), None)

    def gate(self, rows: Rows, ready: Sequence[Ready], now: datetime) -> Sequence[Ready]:  # noqa: ARG002
        """Return those that are planned as they were checked."""
        planned = still_planned(rows, [item.operation for item in ready], locks=True)
        ids = [item.payload.document.id for item in ready]
        current = dict(rows.all(select(Document.id, Document.cents).where(Document.id.in_(ids))))
        return [
            item
            for item in ready
            if item.operation.id in planned and current[item.payload.document.id] == item.payload.document.cents
        ]

    def _is_wanted(self, correction: Correction, there: Any) -> bool:  # noqa: ANN401
        raise NotImplementedError

    # -- reading back --------------------------------------------------------------------------------------------

    def find(self, reads: Reads, operations: Sequence[Operation]) -> Mapping[UUID, Finding]:
        """Return how each document stands: as wanted, as it was, or otherwise."""
        with self.domain.store.read() as rows:
            ids = [operation.subject_id for operation in operations]
            facts, drafts = facts_of(rows, ids), self._maker.drafts(rows, ids, planned=True)
        return {
            operation.id: self._finding(reads, operation, facts[operation.subject_id], drafts[operation.subject_id])
            for operation in operations
        }

    def _finding(self, reads: Reads, operation: Operation, facts: Facts, draft: Draft | None) -> Finding:
        there, server_date = reads.dated(self.record_type, facts.document.remote_id or "")
        if there is None or draft is None:
            return Finding(server_date=server_date, conflict="Bill.com does not know the document")
        correction = Correction(facts.document, draft, operation.amount_cents, facts.due_cents)
        if self._is_wanted(correction, there):
            return Finding([Remote(None, there)], [True], server_date)
        if there.is_active != ACTIVE or _cents(there.amount) != facts.document.cents:
            return Finding(server_date=server_date, conflict="the document stands neither as it was nor as wanted")
        if _cents(there.scheduled_amount) or _due(there) != facts.due_cents:
            return Finding(server_date=server_date, blocked="a payment of the document came in between")
        return Finding(server_date=server_date)

    # -- recording -----------------------------------------------------------------------------------------------

    def apply(self, rows: Rows, applied: Sequence[Applied]) -> None:
        """Let our rows and the books follow."""
        for item in applied:
            corrected(rows, self.domain, item.operation)


class UpdateDocument(Correct):
    """Lower a document."""

    verb = "Update"

    def request(self, ready: Sequence[Ready], now: datetime) -> wire.Call:  # noqa: ARG002
        """Return the call, with an id on every line."""
        (item,) = ready
        correction: Correction = item.payload
        record = self._maker.record_of(correction.draft)
        lines = _with_ids(lines_of(record), correction.line_ids)
        remote_id = correction.document.remote_id
        if isinstance(record, Invoice):
            return wire.update_one(replace(record, id=remote_id, invoice_line_items=lines))
        return wire.update_one(replace(record, id=remote_id, bill_line_items=lines))

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:
        """Return success where the answer repeats the document with its new amount."""
        (item,) = ready
        try:
            there = from_wire(self.record_type, reply.data)
        except (MalformedReply, TypeError, AttributeError):
            return [None]
        is_ours = there.id == item.payload.document.remote_id and _cents(there.amount) == item.payload.cents
        return [Remote(None, there) if is_ours else None]

    def _is_wanted(self, correction: Correction, there: Any) -> bool:  # noqa: ANN401
        wanted = Counter(line.cents for line in correction.draft.lines)
        return (
            there.is_active == ACTIVE
            and self._maker.party_of(there) == correction.draft.party_remote_id
            and _cents(there.amount) == correction.cents
            and Counter(_cents(line.amount) for line in lines_of(there)) == wanted
        )


class DeleteDocument(Correct):
    """Delete a document of which nothing is left."""

    verb = "Delete"

    def request(self, ready: Sequence[Ready], now: datetime) -> wire.Call:  # noqa: ARG002
        """Return the call."""
        (item,) = ready
        return wire.delete(self.record_type, item.payload.document.remote_id)

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:  # noqa: ARG002
        """Return success: the answer holds nothing else that could be believed."""
        return [Remote(None, None) for _ in ready]

    def _is_wanted(self, correction: Correction, there: Any) -> bool:  # noqa: ANN401
        del correction
        return bool(there.is_active != ACTIVE)


def lines_of(document: Invoice | Bill) -> list[Any]:
    """Return the lines of a document."""
    return list(document.invoice_line_items if isinstance(document, Invoice) else document.bill_line_items)


def _with_ids(lines: Sequence[Any], ids: Sequence[str]) -> list[Any]:
    """Return lines under ids of those that are there, each used once; ids that are left over go."""
    named = [replace(line, id=row) for line, row in zip(lines, ids, strict=False)]
    return [*named, *lines[len(named) :]]


def _due(document: Invoice | Bill) -> int:
    return _cents(document.amount_due if isinstance(document, Invoice) else document.due_amount)


def _cents(amount: Decimal | None) -> int:
    return 0 if amount is None else to_cents(amount)
