"""Why each cent that a seller is owed has not been paid: nothing payable lies idle without a name.

    a refund has to reach it   what that waits for
    bill not made yet          the state of the operation that makes it, or that it was given up
    not released               the sale is not funded; hold days
    released, not planned      what the payout run says about it
    planned and not sent       the state of its payment, parked or rejected
    sent and coming back       the payment
    paid in part by hand       what pays the rest

Bills whose payment is under way or done are not listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from flask_billcom.models import Adjustment, Document, Operation, OperationState, Payment, PaymentPart, Settlement
from flask_billcom.money import from_cents
from flask_billcom.store import Rows

from .corrections import clawback
from .paying.payable import Judge, due_bills
from .paying.payouts import stop_of
from .refunds.waiting import reasons_of
from .returns.by_others import PARTIAL, paid_by_hand
from .states import ROWS

if TYPE_CHECKING:
    from .context import Domain

NEXT_RUN = "the next payout run plans it"
IN_PART = "paid in part"
_REST = (
    "flask billcom books reconcile names what pays the rest already; else, once that payment is void, "
    "pay the rest at Bill.com, then flask billcom pay adopt"
)
_PAID_AGAIN = ("voided", "cancelled")
"""Statuses of payouts whose bills a person may give back to the runs."""
_BUSY = (OperationState.SENDING, OperationState.UNKNOWN, OperationState.CHECKING)


@dataclass(frozen=True, slots=True)
class Idle:
    """A bill that is not being paid.

    :param cents: what is not paid of it.
    :param reason: why; None where nothing explains it, which is a fault.
    :param since: since when it could be paid as far as its sale is concerned, or None.
    """

    document_id: UUID
    party_id: UUID
    number: str
    cents: int
    reason: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class _Back:
    """A payout of a bill that comes back, or has come back.

    :param payment: its id at Bill.com.
    """

    status: str
    payment: str

    @property
    def is_over(self) -> bool:
        """Whether a person may decide about its bills."""
        return self.status in _PAID_AGAIN


@dataclass(frozen=True, slots=True)
class _Rest:
    """What nothing of ours pays of a bill that is paid in part.

    :param payments: what others have paid of it since, as far as our reads have shown.
    :param owed_cents: what its seller owes.
    """

    number: str
    payments: Sequence[str]
    owed_cents: int

    def words(self, back: _Back) -> str:
        """Return why it is not paid, and after a semicolon what a person does about it."""
        what = f"bill {self.number} {IN_PART}, the other payment is {back.status}"
        if self.payments:
            adopt = f"flask billcom pay adopt {' '.join(self.payments)} --reason WHY"
            once = "" if back.is_over else f"once payout {back.payment} is void, "
            return f"{what}, {', '.join(self.payments)} by hand; {once}{adopt}; if it was taken back since, {_REST}"
        if self.owed_cents and back.is_over:
            again = f"flask billcom pay again {back.payment} --reason WHY"
            return f"{what}, its seller owes {from_cents(self.owed_cents)}; {again} takes that off the rest"
        return f"{what}; {_REST}"


def idle(domain: Domain) -> Iterator[Idle]:
    """Yield every unpaid bill that is not being paid, with the reason, in pages of short read transactions."""
    with domain.store.read() as rows:
        stop = stop_of(rows, domain)
        judge = Judge(rows, domain)
    last: UUID | None = None
    while True:
        with domain.store.read() as rows:
            bills = _unpaid(rows, domain.organization_id, last)
            found = list(_reasons(rows, domain, bills, judge, stop))
        yield from found
        if len(bills) < ROWS:
            return
        last = bills[-1].id


def _unpaid(rows: Rows, organization_id: str, last: UUID | None) -> list[Document]:
    where = [
        Document.organization_id == organization_id,
        Document.kind == "bill",
        Document.status.in_(("planned", "open", PARTIAL)),
    ]
    if last is not None:
        where.append(Document.id > last)
    found: list[Document] = rows.all(select(Document).where(*where).order_by(Document.id).limit(ROWS))
    return found


def _reasons(rows: Rows, domain: Domain, bills: Sequence[Document], judge: Judge, stop: str | None) -> Iterator[Idle]:
    ids = [bill.id for bill in bills]
    made = _newest(rows, ids, "create_bill")
    paid = _newest(rows, ids, "pay")
    coming_back = _coming_back(rows, ids)
    sales = _sales(rows, bills)
    judged = _judged(rows, domain, bills, judge)
    refunded = reasons_of(rows, domain.organization_id, ids)
    rests = _rests(rows, domain.organization_id, bills)
    reason: str | None
    for bill in bills:
        payment, comes_back = paid.get(bill.id), coming_back.get(bill.id)
        if payment is not None and payment.state == OperationState.CANCELLED and bill.released_at is None:
            payment = None  # given up for a refund, or to be paid again: the next run plans another one
            comes_back = None if comes_back is not None and comes_back.is_over else comes_back
        if bill.id in refunded:
            reason = f"to be lowered: {refunded[bill.id]}"
        elif bill.status == "planned":
            reason = _of_making(made.get(bill.id))
        elif comes_back is not None:
            reason = rests[bill.id].words(comes_back) if bill.id in rests else f"payout {comes_back.status}"
        elif payment is not None:
            if payment.state in _BUSY or (payment.state == OperationState.PLANNED and payment.parked is None):
                continue
            reason = _of_operation("payout", payment)
        elif bill.release_after is None:
            reason = f"the sale is {sales[bill.origin_id]}, not funded" if bill.origin_id in sales else None
        elif bill.id not in judged:
            reason = f"released on {bill.release_after:%Y-%m-%d}"
        else:
            reason = judged[bill.id] or stop or NEXT_RUN
        cents = bill.cents if bill.status != PARTIAL or bill.due_cents is None else bill.due_cents
        yield Idle(bill.id, bill.party_id, bill.number, cents, reason, bill.release_after)


def _judged(rows: Rows, domain: Domain, bills: Sequence[Document], judge: Judge) -> dict[UUID, str | None]:
    """Return what a run says about those that are due."""
    due = due_bills(rows, domain.organization_id, domain.clock.now(), limit=ROWS, among=[bill.id for bill in bills])
    return {bill.id: reason for bill, reason in judge.judge(rows, due)}


def _newest(rows: Rows, document_ids: Sequence[UUID], kind: str) -> dict[UUID, Operation]:
    found = rows.all(
        select(Operation)
        .where(Operation.subject_id.in_(document_ids), Operation.kind == kind)
        .order_by(Operation.generation)
    )
    return {operation.subject_id: operation for operation in found}


def _of_making(operation: Operation | None) -> str | None:
    if operation is not None and operation.state == OperationState.CANCELLED:
        return f"bill given up; flask billcom ops retry {operation.id} makes it anew, or give its sale back"
    return _of_operation("bill", operation)


def _of_operation(what: str, operation: Operation | None) -> str | None:
    if operation is None:
        return None
    if operation.state == OperationState.REJECTED:
        return f"{what} rejected: {operation.error_code}; mend the cause, then flask billcom ops retry {operation.id}"
    if operation.state == OperationState.QUARANTINED:
        return f"{what} in quarantine; flask billcom ops show {operation.id}"
    if operation.parked is not None:
        return f"{what} parked: {operation.parked}"
    return f"{what} {operation.state}"


def _rests(rows: Rows, organization_id: str, bills: Sequence[Document]) -> dict[UUID, _Rest]:
    """Return what ends the rests of bills that are paid in part."""
    in_part = [bill for bill in bills if bill.status == PARTIAL]
    if not in_part:
        return {}
    made: dict[str, set[str]] = {}
    for each in paid_by_hand(rows, organization_id):
        made.setdefault(each.number, set()).update(each.payments)
    owed = clawback.in_debt(rows, organization_id, {bill.party_id for bill in in_part})
    return {
        bill.id: _Rest(
            bill.number, sorted(made.get(bill.number, ())), 0 if bill.is_refund else owed.get(bill.party_id, 0)
        )
        for bill in in_part
    }


def _coming_back(rows: Rows, document_ids: Sequence[UUID]) -> dict[UUID, _Back]:
    found = rows.all(
        select(PaymentPart.document_id, Payment.status, Payment.remote_id)
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(
            PaymentPart.document_id.in_(document_ids),
            Payment.status.in_(("returning", "failed", "voided", "cancelled")),
        )
        .order_by(PaymentPart.generation)
    )
    return {document_id: _Back(status, payment) for document_id, status, payment in found}


def _sales(rows: Rows, bills: Sequence[Document]) -> Mapping[UUID, Any]:
    """Return the states of the sales that bills are of, by the sale or by the adjustment of it."""
    origins = [bill.origin_id for bill in bills]
    of_adjustments = (
        select(Adjustment.id, Settlement.state)
        .join(Settlement, Settlement.id == Adjustment.origin_id)
        .where(Adjustment.id.in_(origins))
    )
    of_sales = select(Settlement.id, Settlement.state).where(Settlement.id.in_(origins))
    return dict([*rows.all(of_sales), *rows.all(of_adjustments)])
