"""Take a payment that somebody made in Bill.com's own page for the payout of the bills that it pays.

    SentPay made by hand --adopt--> each bill's payout: planned and done by that payment, in one transaction

    our payout of the bill      planned, kept by a difference   done by that payment instead
                                none                            planned and done
                                proved void                     given up; another generation is planned and done
                                coming back, or any other       refused until that is settled

A refund that waits for the bill finds it paid then, and goes the way that paid bills go. Nothing is sent. A payment of
another amount is cancelled or voided at Bill.com, and our payout pays the whole; once it has arrived, the bill may be
taken as it was paid, see `as_paid`.

Acts: operation_adopted, of each bill.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select, update

from flask_billcom import ledger
from flask_billcom.api.records import SentPay, SentPayStatus
from flask_billcom.engine.decisions import DIFFERENCE, Decisions, NotPossible, Person
from flask_billcom.engine.kinds import Remote
from flask_billcom.engine.operations import Plan, lane_of_document, move, plan
from flask_billcom.marketplace import postings
from flask_billcom.marketplace.postings import Share
from flask_billcom.models import LIVE, Document, Operation, OperationState, Party, Payment, PaymentPart
from flask_billcom.money import from_cents, to_cents
from flask_billcom.store import Rows

from .as_paid import OtherAmount, expect_settled, expect_the_same_there, take

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

_DEAD = (SentPayStatus.CANCELED, SentPayStatus.VOID)


@dataclass(frozen=True, slots=True)
class AdoptedPayment:
    """Bills whose payout a payment was adopted as.

    :param payment: its id at Bill.com.
    :param numbers: of the bills.
    :param cents: what it pays of them.
    :param rest_cents: what it leaves of them, which bills of their own ask for.
    :param excess_cents: what it is too much, which their sellers owe.
    """

    payment: str
    numbers: tuple[str, ...]
    cents: int
    is_dry_run: bool = False
    rest_cents: int = 0
    excess_cents: int = 0


class Stand(StrEnum):
    """What an earlier payout of ours means for a payment that somebody made by hand."""

    WAITS = "waits"
    """A difference keeps it: that payment can take its place."""
    VOID = "void"
    """It was paid, and is proved void."""
    COMES_BACK = "comes_back"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Earlier:
    """Our own payout of a bill.

    :param state: of its operation.
    :param status: of its payment, which is `payment` at Bill.com; None where it made none.
    """

    bill_id: UUID
    operation_id: UUID
    state: str
    parked: str | None
    status: str | None
    payment: str | None

    @property
    def stand(self) -> Stand:
        """What it means for the other payment."""
        if self.state == OperationState.PLANNED and self.parked == DIFFERENCE:
            return Stand.WAITS
        if self.state == OperationState.DONE and self.status in {"voided", "cancelled"}:
            return Stand.VOID
        if self.state == OperationState.DONE and self.status == "returning":
            return Stand.COMES_BACK
        return Stand.BUSY


@dataclass(frozen=True, slots=True)
class _Paid:
    """One of our bills, and the part of the payment that pays it.

    :param cents: what it pays of it.
    :param left: what our bill came to beyond that; below zero where it is too much.
    """

    bill: Document
    part: Remote
    cents: int
    left: int


def adopt(
    domain: Domain, decisions: Decisions, sent_pay_id: str, person: Person | None, *, as_paid: bool = False
) -> AdoptedPayment:
    """Take a payment at Bill.com for the payouts of the bills that it pays in full.

    The payouts are planned and done in one transaction: one that was only planned could be sent when the payment is
    taken back, and a seller would be paid before his buyer has.

    :param sent_pay_id: id of the SentPay.
    :param person: who decides, and why; None only says what would be.
    :param as_paid: whether bills that it pays with another amount are taken as they were paid.
    :raises NotPossible: Bill.com knows no such living payment, it pays none of our bills, one of them with another
        amount, to somebody else, or one that is paid or being paid by another payment; or a second person has to agree.
    """
    there = _read(domain, sent_pay_id)
    found = _looked_at(domain, there, as_paid=as_paid)

    def choose(rows: Rows) -> Sequence[tuple[UUID, Remote]]:
        found[:] = _paid_by(rows, domain.organization_id, there, as_paid=as_paid)
        bills = [each.bill for each in found]
        earlier = _settled(rows, bills)
        _give_up(rows, [each for each in earlier if each.stand == Stand.VOID])
        payouts = {each.bill_id: each.operation_id for each in earlier if each.stand == Stand.WAITS}
        for each in found:
            if each.left and person is not None:
                take(rows, domain, _other(each, sent_pay_id, payouts.get(each.bill.id)), person)
        payouts |= _plan(rows, domain, [bill for bill in bills if bill.id not in payouts])
        return [(payouts[each.bill.id], each.part) for each in found]

    if person is not None:
        decisions.take("pay", choose, person, what=f"payment {sent_pay_id}")
    return AdoptedPayment(
        sent_pay_id,
        tuple(sorted(each.bill.number for each in found)),
        sum(each.cents for each in found),
        is_dry_run=person is None,
        rest_cents=sum(each.left for each in found if each.left > 0),
        excess_cents=-sum(each.left for each in found if each.left < 0),
    )


def _looked_at(domain: Domain, there: SentPay, *, as_paid: bool) -> list[_Paid]:
    """Return what a payment pays, after a look whether it may be taken for ours."""
    with domain.store.read() as rows:
        found = _paid_by(rows, domain.organization_id, there, as_paid=as_paid)
        _settled(rows, [each.bill for each in found])
        others = [each for each in found if each.left]
        for each in others:
            expect_settled(rows, domain, each.bill, has_rest=each.left > 0)
    for each in others:
        expect_the_same_there(domain, _other(each, str(there.id)))
    return found


def _other(paid: _Paid, sent_pay_id: str, payout: UUID | None = None) -> OtherAmount:
    return OtherAmount(paid.bill, paid.cents, sent_pay_id, payout)


def _read(domain: Domain, sent_pay_id: str) -> SentPay:
    there = domain.reads.one(SentPay, sent_pay_id)
    if there is None:
        raise NotPossible(
            f"Bill.com knows no payment {sent_pay_id}; `flask billcom books reconcile` names those it has"
        )
    if there.status in _DEAD:
        raise NotPossible(f"payment {sent_pay_id} was taken back; nothing has to be done about it")
    return there


def _paid_by(rows: Rows, organization_id: str, there: SentPay, *, as_paid: bool) -> list[_Paid]:
    parts = {part.bill_id: part for part in there.bill_pays if part.bill_id is not None and part.id is not None}
    bills = rows.all(
        select(Document, Party.remote_id)
        .join(Party, Party.id == Document.party_id)
        .where(
            Document.organization_id == organization_id, Document.kind == "bill", Document.remote_id.in_(sorted(parts))
        )
        .order_by(Document.id)
    )
    if not bills:
        raise NotPossible(f"payment {there.id} pays none of our bills")
    paid = []
    for bill, vendor_id in bills:
        part = parts[bill.remote_id]
        cents = 0 if part.amount is None else to_cents(part.amount)
        if cents <= 0 or (cents != bill.cents and not as_paid):
            raise NotPossible(
                f"payment {there.id} pays {from_cents(cents)} of bill {bill.number}, which is about "
                f"{from_cents(bill.cents)}; cancel or void it at Bill.com, then our payout pays the whole. Once it has "
                f"arrived, set the bill there to what was paid, and say --as-paid"
            )
        if there.vendor_id not in {None, vendor_id}:
            raise NotPossible(f"payment {there.id} of bill {bill.number} went to another vendor; take it back there")
        paid.append(_Paid(bill, Remote(part.id, part, there.created_time, there), cents, bill.cents - cents))
    return paid


def payouts_of(rows: Rows, bill_ids: Collection[UUID]) -> list[Earlier]:
    """Return our own payouts of some bills that were not given up."""
    part = (PaymentPart.document_id == Operation.subject_id) & (PaymentPart.remote_id == Operation.remote_id)
    found = rows.all(
        select(Operation.subject_id, Operation.id, Operation.state, Operation.parked, Payment.status, Payment.remote_id)
        .outerjoin(PaymentPart, part)
        .outerjoin(Payment, Payment.id == PaymentPart.payment_id)
        .where(
            Operation.subject_id.in_(sorted(bill_ids)),
            Operation.kind == "pay",
            Operation.state.in_((*LIVE, OperationState.DONE)),
        )
        .order_by(Operation.id)
    )
    return [Earlier(bill_id, operation_id, *row) for bill_id, operation_id, *row in found]


def _settled(rows: Rows, bills: Sequence[Document]) -> list[Earlier]:
    """Return our own payouts of bills, none of which can pay anything any more by itself.

    :raises NotPossible: one may be on its way, comes back, or has paid.
    """
    found = payouts_of(rows, [bill.id for bill in bills])
    by_bill = {each.bill_id: each for each in found}
    for bill in bills:
        earlier = by_bill.get(bill.id)
        if earlier is not None and earlier.stand == Stand.COMES_BACK:
            raise NotPossible(
                f"payout {earlier.payment}, which paid bill {bill.number} before, is not proved void yet: that takes "
                "two looks, and its credit if its money had left; `flask billcom doctor` says what is missing"
            )
        if earlier is not None and earlier.stand == Stand.BUSY:
            raise NotPossible(
                f"the payout of bill {bill.number} is {earlier.state}; it is settled first: "
                f"flask billcom ops list --subject {bill.id}"
            )
        if bill.status != "open":
            raise NotPossible(f"bill {bill.number} is {bill.status} in our rows, not open")
    return found


def _give_up(rows: Rows, void: Sequence[Earlier]) -> None:
    """Let payouts that are proved void be the last ones of their bills no longer."""
    to = {"state": OperationState.CANCELLED, "evidence": {"message": "its payment was void and is made by hand"}}
    if void and move(rows, [each.operation_id for each in void], from_={"state": OperationState.DONE}, to=to) != len(
        void
    ):
        raise NotPossible("somebody has its bills paid again meanwhile; look again")


def _plan(rows: Rows, domain: Domain, bills: Sequence[Document]) -> dict[UUID, UUID]:
    """Plan payouts that nothing sends, and reserve their money; return them by bill."""
    ids = [bill.id for bill in bills]
    generations = dict(
        rows.all(
            select(Operation.subject_id, func.max(Operation.generation))
            .where(Operation.subject_id.in_(ids), Operation.kind == "pay")
            .group_by(Operation.subject_id)
        )
    )
    plans = {
        bill.id: Plan(
            "pay",
            "document",
            bill.id,
            lane_of_document(bill.id),
            bill.id.hex,
            amount_cents=bill.cents,
            generation=generations.get(bill.id, 0) + 1,
            parked=DIFFERENCE,
        )
        for bill in bills
    }
    planned = plan(rows, domain.clock, domain.organization_id, list(plans.values()))
    operations = {bill_id: planned[each.kind, each.natural_key, each.generation] for bill_id, each in plans.items()}
    released = update(Document).where(Document.id.in_(ids), Document.status == "open")
    if rows.change(released.values(released_at=domain.clock.now())) != len(ids):
        raise NotPossible("one of its bills has changed meanwhile; look again")
    shares = [
        Share(
            bill.id,
            bill.party_id,
            bill.origin_id if bill.origin_type == "settlement" else None,
            bill.cents,
            operations[bill.id],
            postings.owed_from(is_refund=bill.is_refund),
        )
        for bill in bills
    ]
    ledger.post(rows, domain.clock, domain.organization_id, postings.reserved(shares))
    return operations
