"""How the documents stand that refunds have still to reach: one read for a page of them.

document   its open parts, newest operation of each sort, what pays it and how far that is
part       of an invoice that came back: the bill that pays the buyer back meanwhile
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Integer, bindparam, func, select

from flask_billcom.engine.operations import lane_of_document
from flask_billcom.marketplace.collection.elsewhere import RECORD
from flask_billcom.marketplace.returns.voidable import VOID, VOID_PART
from flask_billcom.marketplace.states import PAID
from flask_billcom.marketplace.strays import may_be_there
from flask_billcom.marketplace.tracking.payments import PAYS
from flask_billcom.models import (
    LIVE,
    OPEN_LANE,
    AdjustmentPart,
    Document,
    Operation,
    OperationState,
    Payment,
    PaymentPart,
)
from flask_billcom.store import Rows, written

INVOICE, BILL, REFUND = "invoice", "bill", "refund"
CORRECTIONS = ("update_invoice", "update_bill", "delete_invoice", "delete_bill")
MAKERS = ("create_invoice", "create_bill")
PAYERS = ("charge", *PAYS)
VOIDS = (VOID, VOID_PART)
COMING_BACK = ("returning", "failed")
ASKED_BACK = "to be taken back"
_STANDS = ("scheduled", "paid", "cleared", "held")
DONE = "done"
_OPEN = (
    select(AdjustmentPart.document_id)
    .where(AdjustmentPart.organization_id == bindparam("organization_id"), AdjustmentPart.state != DONE)
    .distinct()
    .order_by(AdjustmentPart.document_id)
    .limit(bindparam("most", type_=Integer))
)


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_FRESH = {"populate_existing": True}
_OPEN_PARTS = (
    select(AdjustmentPart)
    .where(AdjustmentPart.document_id.in_(_IDS), AdjustmentPart.state != DONE)
    .order_by(AdjustmentPart.id)
    .execution_options(**_FRESH)
)
_DOCUMENTS = select(Document).where(Document.id.in_(_IDS)).execution_options(**_FRESH)
_OPERATIONS = (
    select(Operation)
    .where(Operation.subject_id.in_(_IDS), Operation.kind.in_((*MAKERS, *PAYERS, *CORRECTIONS)))
    .order_by(Operation.id)
    .execution_options(**_FRESH)
)
_PAYMENTS = (
    select(
        PaymentPart.document_id,
        Payment.kind,
        Payment.status,
        Payment.void_request,
        func.sum(PaymentPart.cents).label("cents"),
    )
    .join(Payment, Payment.id == PaymentPart.payment_id)
    .where(PaymentPart.document_id.in_(_IDS))
    .group_by(PaymentPart.document_id, Payment.kind, Payment.status, Payment.void_request)
)


_IN_LANES = select(Operation).where(
    Operation.organization_id == bindparam("organization_id"), Operation.lane.in_(bindparam("lanes", expanding=True))
)
_BUSY = _IN_LANES.where(Operation.state.in_(written(OPEN_LANE)))
_COMING = _IN_LANES.where(
    Operation.kind.in_((RECORD, *VOIDS)), Operation.state.in_(written(LIVE)), Operation.state == OperationState.PLANNED
)
"""By the index of live operations, of which few are of these kinds."""


@dataclass(slots=True)
class Facts:
    """How one document stands.

    :param parts: what is still to be taken off it, the oldest first.
    :param make: the newest operation that makes it at Bill.com.
    :param pay: the newest operation that charges or pays it.
    :param correct: the newest operation that lowers or deletes it.
    :param busy: an operation that has its lane: under way or in doubt.
    :param recording: a payment received elsewhere that Bill.com is not told of yet.
    :param paid_cents: what payments of it hold.
    :param scheduled_cents: what payments of it will take on a coming day.
    :param may_be_there: whether it is planned here, and a lost timeline may have made it.
    :param coming_back: the status of a payout of it that comes back or is to be taken back, or None.
    :param back: the bills that pay the buyer back, by adjustment.
    """

    document: Document
    parts: list[AdjustmentPart] = field(default_factory=list)
    make: Operation | None = None
    pay: Operation | None = None
    correct: Operation | None = None
    busy: Operation | None = None
    recording: Operation | None = None
    paid_cents: int = 0
    scheduled_cents: int = 0
    may_be_there: bool = False
    coming_back: str | None = None
    back: dict[UUID, Facts] = field(default_factory=dict)

    @property
    def due_cents(self) -> int:
        """What no payment holds."""
        return max(0, self.document.cents - self.paid_cents)

    @property
    def unpaid_cents(self) -> int:
        """What no payment holds nor will take on a coming day."""
        return max(0, self.due_cents - self.scheduled_cents)


def open_cents(part: AdjustmentPart) -> int:
    """Return what of a part neither lowered its document nor came too late for that."""
    return part.cents - part.lowered_cents - part.turned_cents


def open_documents(rows: Rows, organization_id: str, *, after: UUID | None, limit: int) -> list[UUID]:
    """Return documents that refunds have still to reach, by their index, in order."""
    statement = _OPEN if after is None else _OPEN.where(AdjustmentPart.document_id > after)
    found: list[UUID] = rows.all(statement, {"organization_id": organization_id, "most": limit})
    return found


def facts_of(rows: Rows, document_ids: Collection[UUID]) -> dict[UUID, Facts]:
    """Return how some documents stand, by row id."""
    facts = _facts(rows, document_ids)
    parts = rows.all(_OPEN_PARTS, {"ids": sorted(facts)})
    for part in parts:
        facts[part.document_id].parts.append(part)
    _add_back(rows, facts, [part for part in parts if part.kind == INVOICE and part.turned_cents])
    return facts


def _facts(rows: Rows, document_ids: Collection[UUID]) -> dict[UUID, Facts]:
    ids = {"ids": sorted(document_ids)}
    facts = {document.id: Facts(document) for document in rows.all(_DOCUMENTS, ids)}
    for operation in rows.all(_OPERATIONS, ids):
        _place(facts[operation.subject_id], operation)
    _add_busy(rows, facts)
    _add_payments(rows, facts)
    _add_strays(rows, facts)
    return facts


def _place(facts: Facts, operation: Operation) -> None:
    if operation.kind in MAKERS:
        facts.make = operation
    elif operation.kind in CORRECTIONS:
        facts.correct = operation
    else:
        facts.pay = operation


def _add_busy(rows: Rows, facts: dict[UUID, Facts]) -> None:
    lanes = {lane_of_document(document_id): document_id for document_id in facts}
    if not facts:
        return
    organization_id = next(iter(facts.values())).document.organization_id
    wanted = {"organization_id": organization_id, "lanes": sorted(lanes)}
    for operation in (*rows.all(_BUSY, wanted), *rows.all(_COMING, wanted)):
        each = facts[lanes[operation.lane]]
        if operation.state != OperationState.PLANNED:
            each.busy = operation
        elif operation.kind == RECORD:
            each.recording = operation
        else:
            each.coming_back = ASKED_BACK


def _add_payments(rows: Rows, facts: dict[UUID, Facts]) -> None:
    for row in rows.all(_PAYMENTS, {"ids": sorted(facts)}):
        each = facts[row.document_id]
        if row.status in PAID:
            each.paid_cents += int(row.cents)
        elif row.status == "scheduled":
            each.scheduled_cents += int(row.cents)
        if row.kind == "sent" and row.status in COMING_BACK:
            each.coming_back = row.status
        elif row.kind == "sent" and row.status in _STANDS and row.void_request is not None:
            each.coming_back = ASKED_BACK


def _add_strays(rows: Rows, facts: dict[UUID, Facts]) -> None:
    unmade = [each.document for each in facts.values() if each.document.status == "planned"]
    for document_id in may_be_there(rows, unmade[0].organization_id, unmade) if unmade else ():
        facts[document_id].may_be_there = True


def _add_back(rows: Rows, facts: dict[UUID, Facts], parts: Sequence[AdjustmentPart]) -> None:
    """Add the bills that pay buyers back to the invoices that are to be lowered after all."""
    if not parts:
        return
    found = rows.all(
        select(Document.id, Document.origin_id).where(
            Document.origin_type == "adjustment",
            Document.origin_id.in_(sorted({part.adjustment_id for part in parts})),
            Document.is_refund.is_(True),
        )
    )
    bills = _facts(rows, [row.id for row in found])
    by_adjustment = {row.origin_id: bills[row.id] for row in found}
    for part in parts:
        if part.adjustment_id in by_adjustment:
            facts[part.document_id].back[part.adjustment_id] = by_adjustment[part.adjustment_id]


def is_live(operation: Operation | None) -> bool:
    """Return whether an operation has not come to its end."""
    return operation is not None and operation.state in LIVE
