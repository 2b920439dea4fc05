"""Pay the bills of a void payout again: a person decides, and the next payout run judges them like any other.

    void or cancelled payout --pay_again--> its operations give up `done`, its bills are released no longer
        --payout run--> a payment of each, of the next generation

Acts: paid_again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select, update

from flask_billcom.audit import Act, record
from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.models import Document, Operation, OperationState, Payment, PaymentPart
from flask_billcom.store import Rows

from . import states
from .payments import SENT

if TYPE_CHECKING:
    from .context import Domain

_OVER = (OperationState.DONE, OperationState.CANCELLED, OperationState.REJECTED)


@dataclass(frozen=True, slots=True)
class PaidAgain:
    """Bills that the next payout run judges like any other.

    :param numbers: of the bills.
    """

    numbers: tuple[str, ...]
    cents: int
    is_dry_run: bool = False


def pay_again(domain: Domain, payment_id: UUID, person: Person | None) -> PaidAgain:
    """Give the bills of a void payout back to the payout runs; a new payment of each has the next generation.

    :param person: who decides, and why; None only says what would be.
    :raises NotPossible: there is no such payout, it is not void yet, or one of its bills is paid or being paid.
    """
    with domain.store.write() as rows:
        payment = sent_payment(rows, domain.organization_id, payment_id)
        if payment.status not in {"voided", "cancelled"}:
            raise NotPossible(f"the payout is {payment.status}; it is paid again only after it is proved void")
        bills = bills_of(rows, payment)
        _refuse_paid(rows, payment, bills)
        again = PaidAgain(
            tuple(sorted(bill.number for bill in bills)), sum(bill.cents for bill in bills), is_dry_run=person is None
        )
        if person is not None:
            _release(rows, domain, bills)
            detail = {"reason": person.reason, "second": person.second, "bills": list(again.numbers)}
            tell(rows, domain, "paid_again", payment, detail, person.name)
    return again


def bills_of(rows: Rows, payment: Payment) -> list[Document]:
    """Return the bills that a payout pays; those that a refund has deleted since are left out."""
    found: list[Document] = rows.all(
        select(Document)
        .join(PaymentPart, PaymentPart.document_id == Document.id)
        .where(PaymentPart.payment_id == payment.id, Document.status != "inactive")
        .order_by(Document.id)
    )
    return found


def _refuse_paid(rows: Rows, payment: Payment, bills: Sequence[Document]) -> None:
    ids = [bill.id for bill in bills]
    elsewhere = rows.all(
        select(PaymentPart.document_id)
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(
            PaymentPart.document_id.in_(ids),
            PaymentPart.payment_id != payment.id,
            Payment.status.not_in(("voided", "cancelled")),
        )
    )
    open_ = rows.all(
        select(Operation.subject_id).where(
            Operation.subject_id.in_(ids),
            Operation.kind == "pay",
            Operation.state.not_in((OperationState.DONE, OperationState.CANCELLED, OperationState.REJECTED)),
        )
    )
    refused = [bill.number for bill in bills if bill.id in {*elsewhere, *open_} or bill.status != "open"]
    if refused:
        raise NotPossible(f"paid or being paid already: {', '.join(sorted(refused))}")
    if bills and all(bill.released_at is None for bill in bills):
        raise NotPossible("its bills are with the payout runs already")


def _release(rows: Rows, domain: Domain, bills: Sequence[Document]) -> None:
    ids = [bill.id for bill in bills]
    rows.change(
        update(Operation)
        .where(Operation.subject_id.in_(ids), Operation.kind == "pay", Operation.state == OperationState.DONE)
        .values(state=OperationState.CANCELLED, evidence={"message": "its payment was void and is made again"})
    )
    rows.change(update(Document).where(Document.id.in_(ids)).values(released_at=None, read_at=None))
    sales = {bill.origin_id for bill in bills if bill.origin_type == "settlement"}
    states.refresh(rows, domain.organization_id, sales, now=domain.clock.now())


def sent_payment(rows: Rows, organization_id: str, payment_id: UUID) -> Payment:
    """Return a payout.

    :raises NotPossible: there is none of this id.
    """
    found: Payment | None = rows.first(
        select(Payment).where(
            Payment.id == payment_id, Payment.organization_id == organization_id, Payment.kind == SENT
        )
    )
    if found is None:
        raise NotPossible("there is no such payout; the payouts of a seller show theirs")
    return found


def id_of(rows: Rows, organization_id: str, remote_id: str) -> UUID:
    """Return the row id of the payout that Bill.com knows by an id.

    :raises NotPossible: there is none.
    """
    found: UUID | None = rows.first(
        select(Payment.id).where(
            Payment.organization_id == organization_id, Payment.kind == SENT, Payment.remote_id == remote_id
        )
    )
    if found is None:
        raise NotPossible(f"no payout of ours is {remote_id} at Bill.com")
    return found


def tell(  # noqa: PLR0917 - an act is as many facts
    rows: Rows, domain: Domain, action: str, payment: Payment, detail: Mapping[str, Any], actor: str
) -> None:
    """Record an act on a payout."""
    act = Act(action, "payment", payment.id, {"payment": payment.remote_id, **detail}, actor)
    record(rows, domain.clock, domain.organization_id, [act])
