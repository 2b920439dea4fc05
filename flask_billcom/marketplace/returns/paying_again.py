"""Pay the bills of a void payout again: a person decides, and the next payout run judges them like any other.

    void or cancelled payout --pay_again--> its operations give up `done`, its bills are released no longer
        --what the seller owes is taken off--> lowered at Bill.com, or deleted
        --payout run--> a payment of each, of the next generation

    one of several payments of a bill is void, its seller owes something --pay_again--> taken off what is left of it

Acts: paid_again, debt_netted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select, update

from flask_billcom.audit import Act, record
from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.marketplace import states
from flask_billcom.marketplace.corrections import netting_again
from flask_billcom.marketplace.corrections.netting_again import Netted
from flask_billcom.marketplace.tracking.payments import PAYS, SENT
from flask_billcom.models import Document, Operation, OperationState, Payment, PaymentPart
from flask_billcom.store import Rows

from .by_others import PARTIAL

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

_OVER = (OperationState.DONE, OperationState.CANCELLED, OperationState.REJECTED)


@dataclass(frozen=True, slots=True)
class PaidAgain:
    """Bills that the next payout run judges like any other.

    :param numbers: of the bills, and of those paid in part that are only lowered.
    :param cents: what is paid again.
    :param netted_cents: what is taken off the bills before, since their seller owes it.
    """

    numbers: tuple[str, ...]
    cents: int
    is_dry_run: bool = False
    netted_cents: int = 0


def pay_again(domain: Domain, payment_id: UUID, person: Person | None) -> PaidAgain:
    """Give the bills of a void payout back to the payout runs; a new payment of each has the next generation.

    Those that another payment pays by now, such as one made by hand and adopted, are left out. Where it pays a part, no
    run pays the rest, but what the seller owes is taken off it.

    :param person: who decides, and why; None only says what would be.
    :raises NotPossible: there is no such payout, it is not void yet, or its bills are paid or being paid.
    """
    with domain.store.write() as rows:
        payment = sent_payment(rows, domain.organization_id, payment_id)
        if payment.status not in {"voided", "cancelled"}:
            raise NotPossible(f"the payout is {payment.status}; it is paid again only after it is proved void")
        netting_again.lock(rows, bills_of(rows, payment))
        found = bills_of(rows, payment)
        rests = [bill for bill in found if bill.status == PARTIAL]
        is_owed = bool(netting_again.owed_of(rows, domain, rests))
        bills = _left_to_pay(rows, payment, found, may_be_none=is_owed)
        netted = netting_again.owed_of(rows, domain, [*bills, *rests])
        again = _paid_again(bills, netted, is_dry_run=person is None)
        if person is not None:
            _release(rows, domain, bills)
            netting_again.take_off(rows, domain, netted)
            detail = {"reason": person.reason, "second": person.second, "bills": list(again.numbers)}
            off = {"netted_cents": again.netted_cents} if netted else {}
            tell(rows, domain, "paid_again", payment, detail | off, person.name)
    return again


def _paid_again(bills: Sequence[Document], netted: Sequence[Netted], *, is_dry_run: bool) -> PaidAgain:
    off = sum(each.cents for each in netted)
    cents = sum(bill.cents for bill in bills) - sum(each.cents for each in netted if each.bill in bills)
    numbers = tuple(sorted({bill.number for bill in bills} | {each.bill.number for each in netted}))
    return PaidAgain(numbers, cents, is_dry_run=is_dry_run, netted_cents=off)


def bills_of(rows: Rows, payment: Payment) -> list[Document]:
    """Return the bills that a payout pays; those that a refund has deleted since are left out."""
    found: list[Document] = rows.all(
        select(Document)
        .join(PaymentPart, PaymentPart.document_id == Document.id)
        .where(PaymentPart.payment_id == payment.id, Document.status != "inactive")
        .order_by(Document.id)
        .execution_options(populate_existing=True)
    )
    return found


def _left_to_pay(
    rows: Rows, payment: Payment, bills: Sequence[Document], *, may_be_none: bool = False
) -> list[Document]:
    """Return the bills of a void payout that no other payment of ours pays.

    :param may_be_none: whether there is something else to do.
    :raises NotPossible: there are none, one of them is being paid, or they are with the payout runs.
    """
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
            Operation.kind.in_(PAYS),
            Operation.state.not_in((OperationState.DONE, OperationState.CANCELLED, OperationState.REJECTED)),
        )
    )
    left = [bill for bill in bills if bill.id not in elsewhere]
    if may_be_none and all(bill.released_at is None for bill in left):
        return []
    refused = [bill.number for bill in left or bills if bill.id in {*elsewhere, *open_} or bill.status != "open"]
    if refused:
        raise NotPossible(f"paid or being paid already: {', '.join(sorted(refused))}")
    if left and all(bill.released_at is None for bill in left):
        raise NotPossible("its bills are with the payout runs already")
    return left


def _release(rows: Rows, domain: Domain, bills: Sequence[Document]) -> None:
    ids = [bill.id for bill in bills]
    rows.change(
        update(Operation)
        .where(Operation.subject_id.in_(ids), Operation.kind.in_(PAYS), Operation.state == OperationState.DONE)
        .values(state=OperationState.CANCELLED, evidence={"message": "its payment was void and is made again"})
    )
    # Whoever adopts another payment of one of them at this moment has the same operation, and then the bill.
    given_back = update(Document).where(Document.id.in_(ids), Document.status == "open")
    if rows.change(given_back.values(released_at=None, read_at=None)) != len(ids):
        raise NotPossible("one of its bills has changed meanwhile; look again")
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
        raise NotPossible("there is no such payout; `flask billcom pay list` shows them")
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
        raise NotPossible(f"no payout of ours is {remote_id} at Bill.com; `flask billcom pay list` shows them")
    return found


def tell(  # noqa: PLR0917 - an act is as many facts
    rows: Rows, domain: Domain, action: str, payment: Payment, detail: Mapping[str, Any], actor: str
) -> None:
    """Record an act on a payout."""
    act = Act(action, "payment", payment.id, {"payment": payment.remote_id, **detail}, actor)
    record(rows, domain.clock, domain.organization_id, [act])
