"""What charges and payouts share: documents with their parties, and rows for the payments that were made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, select

from flask_billcom.audit import Act, record
from flask_billcom.engine.kinds import Applied, Ready, Rendered, Wait
from flask_billcom.engine.timing import DIFFERENCE_RETRY
from flask_billcom.marketplace import holds, marks, states
from flask_billcom.marketplace.context import Domain
from flask_billcom.marketplace.tracking.payments import NewPart, NewPayment, add_parts, add_payments
from flask_billcom.models import Document, Operation, Party
from flask_billcom.money import to_cents
from flask_billcom.store import Rows

from .balances import Standing

DIFFERENCE, HELD = "difference", "held"
HELD_RETRY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Debt:
    """A document to be paid, and who pays it or is paid."""

    document: Document
    party: Party


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_ORIGINS = select(Document.origin_id).where(Document.id.in_(_IDS)).distinct()
_WITH_PARTIES = select(Document, Party).join(Party, Party.id == Document.party_id).where(Document.id.in_(_IDS))


def debts(rows: Rows, operations: Sequence[Operation]) -> dict[UUID, Debt]:
    """Return the document and party of each operation, by the document's row id."""
    found = rows.all(_WITH_PARTIES, {"ids": [operation.subject_id for operation in operations]})
    return {document.id: Debt(document, party) for document, party in found}


def apart(
    rows: Rows, organization_id: str, operations: Sequence[Operation], *, besides: Collection[str] = ()
) -> tuple[list[Operation], list[Wait]]:
    """Return the operations whose documents are free, and those that a hold keeps, parked for a while.

    They are parked and not just passed over, so that a full batch of held ones does not stand before the others.

    :param besides: reasons of holds that do not count.
    """
    held = holds.held(rows, organization_id, [operation.subject_id for operation in operations], besides=besides)
    free = [operation for operation in operations if operation.subject_id not in held]
    waiting = [
        Wait(operation, HELD, {"hold": held[operation.subject_id]}, again=HELD_RETRY)
        for operation in operations
        if operation.subject_id in held
    ]
    return free, waiting


def compare(ready: Ready, standing: Standing | None) -> Rendered:
    """Return an operation as it is when its document stands as planned, else as a difference.

    The whole open balance is paid, and only that: a second full payment is an overpayment that Bill.com can see, a
    second partial one is not.
    """
    debt: Debt = ready.payload
    problem = _problem(debt.document, standing)
    if problem is None:
        return ready
    resolve = f"flask billcom ops show {ready.operation.id}"
    if standing is not None and _is_paid_by_others(debt.document, standing):
        resolve = f"flask billcom ops resolve {ready.operation.id} --adopt ID; books reconcile names the ID"
    evidence = {"number": debt.document.number, "difference": problem, "resolve": resolve}
    return Wait(ready.operation, DIFFERENCE, evidence, again=DIFFERENCE_RETRY)


def _problem(document: Document, standing: Standing | None) -> str | None:
    if standing is None:
        return "Bill.com does not know it"
    if standing.problem is not None:
        return standing.problem
    if standing.scheduled_cents:
        return f"{standing.scheduled_cents} cents of it are scheduled by a payment that is not ours"
    if standing.due_cents != document.cents:
        return f"{standing.due_cents} cents are open at Bill.com, not {document.cents}"
    return None


def _is_paid_by_others(document: Document, standing: Standing) -> bool:
    """Return whether a bill is paid, or scheduled to be, by a payment that a person may take for ours."""
    is_paid = standing.due_cents == 0 or standing.scheduled_cents == document.cents
    return document.kind == "bill" and standing.problem is None and is_paid


@dataclass(frozen=True, slots=True)
class Made:
    """One payment that Bill.com made for some operations."""

    record: Any
    applied: Sequence[Applied]


def made(applied: Iterable[Applied]) -> list[Made]:
    """Return the payments above the parts that operations made."""
    by_payment: dict[str, list[Applied]] = {}
    records = {}
    for item in applied:
        records[item.remote.parent.id] = item.remote.parent
        by_payment.setdefault(item.remote.parent.id, []).append(item)
    return [Made(records[remote_id], items) for remote_id, items in by_payment.items()]


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What the rows of a payment need beside its record."""

    kind: str
    process_date: date | None
    bank_account_id: str | None
    party_of: dict[UUID, UUID]
    """The party of each document."""


def tell_sent(rows: Rows, domain: Domain, action: str, applied: Sequence[Applied]) -> None:
    """Record for each document which payment at Bill.com pays it, and how much of it."""
    acts = [
        Act(
            action,
            "document",
            item.operation.subject_id,
            {"payment": item.remote.parent.id, "cents": item.operation.amount_cents},
        )
        for item in applied
    ]
    record(rows, domain.clock, domain.organization_id, acts)


def write_payments(rows: Rows, domain: Domain, payments: Sequence[Made], facts: dict[str, PaymentFacts]) -> None:
    """Add the rows of payments of one kind and their parts; those that a poll has seen before stay as they are.

    :param facts: by remote id of the payment.
    """
    clock, organization_id = domain.clock, domain.organization_id
    kind = facts[payments[0].record.id].kind
    ids = add_payments(rows, clock, organization_id, kind, [_payment(each, facts[each.record.id]) for each in payments])
    parts = [
        NewPart(ids[each.record.id], i.operation.subject_id, i.operation.amount_cents, str(i.remote.remote_id))
        for each in payments
        for i in each.applied
    ]
    add_parts(rows, clock, organization_id, kind, parts)
    made = [each.record.created_time for each in payments if each.record.created_time is not None]
    if made:
        marks.look_back(rows, organization_id, marks.POLL_OF[kind], min(made), clock.now())
    documents = sorted({item.operation.subject_id for each in payments for item in each.applied})
    states.refresh_documents(rows, documents, clock.now())
    origins = rows.all(_ORIGINS, {"ids": documents})
    states.refresh(rows, organization_id, sorted(origins))


def _payment(each: Made, facts: PaymentFacts) -> NewPayment:
    parties = {facts.party_of[item.operation.subject_id] for item in each.applied}
    total = each.record.amount
    return NewPayment(
        each.record.id,
        parties.pop() if len(parties) == 1 else None,
        to_cents(total) if total is not None else sum(i.operation.amount_cents for i in each.applied),
        facts.process_date,
        facts.bank_account_id,
        created=each.record.created_time,
    )
