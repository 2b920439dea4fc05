"""What a seller owes is taken off his next bills, before they are made at Bill.com.

    debt 5.00, bill 9.00     bill of 4.00, debt 0
    debt 5.00, bill 3.00     no bill, debt 2.00 carried to the next one

Bills that are to be paid again after a void are lowered as well, see `netting_again`. Of all others only those are
touched that were never sent. The operation that would make such a bill is cancelled, and another one of
the next generation makes it with the lower amount: a worker that has rendered the old one cannot claim it any more.
Bills that wait here are not sent meanwhile, see `waiting`.

What a refund is about to take off a bill is left alone. Each netting is an adjustment with a part that lowers the bill,
so that the lines of the bill add up to what is left of it.

Acts: debt_netted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update

from flask_billcom.audit import Act, record
from flask_billcom.engine import operations as ops
from flask_billcom.ledger import Account, Posting, post, transfer
from flask_billcom.marketplace import states
from flask_billcom.marketplace.strays import may_be_there
from flask_billcom.models import LIVE, Adjustment, AdjustmentPart, Document, Operation, OperationState
from flask_billcom.store import Rows, written

from . import clawback
from .adjustments import BOOKED, DOCUMENT, NETTING, SETTLEMENT

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

CREATE_BILL = "create_bill"
AWAITING_PARTY = "awaiting_party"
DONE = "done"
_MOST = 100
"""Bills that one transaction nets."""
_REASON = "what the seller owes is taken off"


class _Bill(NamedTuple):
    """A bill that was never sent, and the operation that would make it.

    :param free: cents of it that no refund is about to take off.
    """

    document: Document
    operation: Operation
    free: int


class _Moved(Exception):  # noqa: N818 - rolls the netting back
    """Somebody else changes the bill at this moment; the next tick sees what became of it."""


def net(domain: Domain) -> int:
    """Take what sellers owe off their bills that were never sent, and return how many were lowered; no network."""
    with domain.store.read() as rows:
        sellers = _sellers(rows, domain.organization_id)
    return sum(_net_seller(domain, seller) for seller in sellers)


def waiting(rows: Rows, organization_id: str, operations: Sequence[Operation]) -> set[UUID]:
    """Return those operations whose bills may be lowered before they are sent, since their sellers owe something."""
    fresh = {operation.subject_id: operation.id for operation in operations if operation.first_sent_at is None}
    if not fresh:
        return set()
    found = rows.all(select(Document).where(Document.id.in_(sorted(fresh)), Document.is_refund.is_(False)))
    owing = clawback.in_debt(rows, organization_id, {each.party_id for each in found})
    theirs = [each for each in found if each.party_id in owing]
    taken = being_taken(rows, [each.id for each in theirs])
    there = may_be_there(rows, organization_id, theirs)
    return {fresh[each.id] for each in theirs if each.cents > taken.get(each.id, 0) and each.id not in there}


def _sellers(rows: Rows, organization_id: str) -> list[UUID]:
    """Return the sellers who owe something and have bills that were never sent."""
    owing = clawback.in_debt(rows, organization_id)
    if not owing:
        return []
    found: list[UUID] = rows.all(
        select(Document.party_id)
        .join(Operation, Operation.subject_id == Document.id)
        .where(Document.party_id.in_(sorted(owing)), Operation.organization_id == organization_id, *_unsent())
        .distinct()
    )
    return sorted(found)


def _unsent() -> tuple[ColumnElement[bool], ...]:
    return (
        Document.kind == "bill",
        Document.status == "planned",
        Document.is_refund.is_(False),
        Operation.kind == CREATE_BILL,
        Operation.state.in_(written(LIVE)),
        Operation.state == OperationState.PLANNED,
        Operation.first_sent_at.is_(None),
        # What is parked as a difference may have to be adopted as it is.
        or_(Operation.parked.is_(None), Operation.parked == AWAITING_PARTY),
    )


def _net_seller(domain: Domain, seller: UUID) -> int:
    count = 0
    while True:
        try:
            with domain.store.write() as rows:
                lowered, owed = _net_some(rows, domain, seller)
        except _Moved:
            return count
        count += lowered
        if not lowered or owed <= 0:
            return count


def _net_some(rows: Rows, domain: Domain, seller: UUID) -> tuple[int, int]:
    """Net a seller's next bills and return how many were lowered, and what he still owes."""
    clawback.lock(rows, seller)
    owed = clawback.owed_by(rows, domain.organization_id, seller)
    lowered = 0
    for bill in _bills(rows, domain.organization_id, seller):
        if owed <= 0:
            break
        off = _net_bill(rows, domain, bill, min(owed, bill.free)) if bill.free > 0 else 0
        owed -= off
        lowered += off > 0
    return lowered, owed


def _bills(rows: Rows, organization_id: str, seller: UUID) -> list[_Bill]:
    found = rows.all(
        select(Document, Operation)
        .join(Operation, Operation.subject_id == Document.id)
        .where(
            Operation.organization_id == organization_id,
            Document.party_id == seller,
            *_unsent(),
        )
        .order_by(Document.id)
        .limit(_MOST)
    )
    taken = being_taken(rows, [document.id for document, _ in found])
    there = may_be_there(rows, organization_id, [document for document, _ in found])
    return [
        _Bill(document, operation, document.cents - taken.get(document.id, 0))
        for document, operation in found
        if document.id not in there
    ]


def being_taken(rows: Rows, document_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return what is about to be taken off each of these bills, in cents."""
    open_cents = AdjustmentPart.cents - AdjustmentPart.lowered_cents - AdjustmentPart.turned_cents
    found = rows.all(
        select(AdjustmentPart.document_id, func.sum(open_cents))
        .where(AdjustmentPart.document_id.in_(document_ids), AdjustmentPart.state != DONE)
        .group_by(AdjustmentPart.document_id)
    )
    return {document_id: int(cents) for document_id, cents in found}


def _net_bill(rows: Rows, domain: Domain, bill: _Bill, off: int) -> int:
    """Lower one bill and return by how many cents; the document comes first, as wherever both are changed."""
    document, operation = bill.document, bill.operation
    _lower(rows, document, off)
    cancelled = ops.move(
        rows,
        [operation.id],
        from_={"state": OperationState.PLANNED, "first_sent_at": None, "parked": operation.parked},
        to={"state": OperationState.CANCELLED, "parked": None, "evidence": {"message": _REASON}},
    )
    if not cancelled:
        raise _Moved
    if off < document.cents:
        _plan_again(rows, domain, bill, document.cents - off)
    _book(rows, domain, bill, off)
    return off


def _lower(rows: Rows, document: Document, off: int) -> None:
    """Write what is left of a bill; one that is netted whole is never made."""
    values: dict[str, object] = {"status": "inactive"} if off == document.cents else {"cents": document.cents - off}
    changed = rows.change(
        update(Document)
        .where(Document.id == document.id, Document.status == "planned", Document.cents == document.cents)
        .values(**values)
    )
    if changed != 1:
        raise _Moved


def _plan_again(rows: Rows, domain: Domain, bill: _Bill, cents: int) -> None:
    before = bill.operation
    plan = ops.following(before, amount_cents=cents, parked=before.parked, not_before=before.not_before)
    ops.plan(rows, domain.clock, domain.organization_id, [plan])


def _book(rows: Rows, domain: Domain, bill: _Bill, off: int) -> None:
    document, clock, organization_id = bill.document, domain.clock, domain.organization_id
    write(rows, domain, document, off, f"netting {bill.operation.generation}", is_lowered=True)
    if document.origin_type == SETTLEMENT and off == document.cents:
        states.refresh(rows, organization_id, [document.origin_id], now=clock.now())


def write(rows: Rows, domain: Domain, document: Document, off: int, reference: str, *, is_lowered: bool) -> None:
    """Write that so much of a seller's debt is paid by one of his bills: adjustment, part, books and act.

    :param is_lowered: whether the bill is lowered already; if not, what carries refunds out lowers it at Bill.com.
    """
    clock, organization_id = domain.clock, domain.organization_id
    row_id = clock.new_id()
    rows.insert(
        Adjustment,
        [
            {
                "id": row_id,
                "organization_id": organization_id,
                "kind": NETTING,
                "origin_type": DOCUMENT,
                "origin_id": document.id,
                "party_id": document.party_id,
                "cents": off,
                "fee_cents": 0,
                "is_whole": False,
                "keeps_fee": False,
                "currency": document.currency,
                "reference": reference,
                "reason": _REASON,
                "actor": "engine",
                "state": BOOKED,
                "created_at": clock.now(),
            }
        ],
    )
    part = {
        "id": clock.new_id(),
        "organization_id": organization_id,
        "adjustment_id": row_id,
        "document_id": document.id,
        "kind": document.kind,
        "generation": 1,
        "cents": off,
        "lowered_cents": off if is_lowered else 0,
        "turned_cents": 0,
        "planned_cents": 0,
        "state": DONE if is_lowered else "open",
        "created_at": clock.now(),
    }
    rows.insert(AdjustmentPart, [part])
    settlement_id = document.origin_id if document.origin_type == SETTLEMENT else None
    legs = transfer(Account.SELLER_PAYABLE, Account.SELLER_CLAWBACK, off, document.party_id)
    post(rows, clock, organization_id, [Posting(legs, settlement_id=settlement_id)])
    detail = {"number": document.number, "cents": off, "left_cents": document.cents - off}
    record(rows, clock, organization_id, [Act("debt_netted", "document", document.id, detail)])
