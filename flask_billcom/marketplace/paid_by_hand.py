"""Take a payment that somebody made in Bill.com's own page for the payout of the bills that it pays.

    SentPay made by hand --adopt--> each bill's payout: planned and done by that payment, in one transaction

A refund that waits for the bill finds it paid then, and goes the way that paid bills go. Nothing is sent. A payment of
a part is taken for nothing: it is cancelled or voided at Bill.com, and our payout pays the whole.

Acts: operation_adopted, of each bill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select, update

from flask_billcom import ledger
from flask_billcom.api.records import SentPay, SentPayStatus
from flask_billcom.engine.decisions import DIFFERENCE, Decisions, NotPossible, Person
from flask_billcom.engine.kinds import Remote
from flask_billcom.engine.operations import Plan, lane_of_document, plan
from flask_billcom.models import LIVE, Document, Operation, OperationState, Party
from flask_billcom.money import from_cents, to_cents
from flask_billcom.store import Rows

from . import postings
from .postings import Share

if TYPE_CHECKING:
    from .context import Domain

_DEAD = (SentPayStatus.CANCELED, SentPayStatus.VOID)


@dataclass(frozen=True, slots=True)
class AdoptedPayment:
    """Bills whose payout a payment was adopted as.

    :param payment: its id at Bill.com.
    :param numbers: of the bills.
    """

    payment: str
    numbers: tuple[str, ...]
    cents: int
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Paid:
    """One of our bills, and the part of the payment that pays it."""

    bill: Document
    part: Remote


def adopt(domain: Domain, decisions: Decisions, sent_pay_id: str, person: Person | None) -> AdoptedPayment:
    """Take a payment at Bill.com for the payouts of the bills that it pays in full.

    The payouts are planned and done in one transaction: one that was only planned could be sent when the payment is
    taken back, and a seller would be paid before his buyer has.

    :param sent_pay_id: id of the SentPay.
    :param person: who decides, and why; None only says what would be.
    :raises NotPossible: Bill.com knows no such living payment, it pays none of our bills, one of them only in part, to
        somebody else, or one that is paid or being paid by another payment; or a second person has to agree.
    """
    there = _read(domain, sent_pay_id)
    found: list[_Paid] = []

    def choose(rows: Rows) -> Sequence[tuple[UUID, Remote]]:
        found[:] = _paid_by(rows, domain.organization_id, there)
        payouts = _waiting(rows, [each.bill for each in found])
        payouts |= _plan(rows, domain, [each.bill for each in found if each.bill.id not in payouts])
        return [(payouts[each.bill.id], each.part) for each in found]

    if person is None:
        with domain.store.read() as rows:
            found[:] = _paid_by(rows, domain.organization_id, there)
            _waiting(rows, [each.bill for each in found])
    else:
        decisions.take("pay", choose, person, what=f"payment {sent_pay_id}")
    bills = sorted((each.bill for each in found), key=lambda bill: bill.number)
    numbers = tuple(bill.number for bill in bills)
    return AdoptedPayment(sent_pay_id, numbers, sum(bill.cents for bill in bills), is_dry_run=person is None)


def _read(domain: Domain, sent_pay_id: str) -> SentPay:
    there = domain.reads.one(SentPay, sent_pay_id)
    if there is None:
        raise NotPossible(
            f"Bill.com knows no payment {sent_pay_id}; `flask billcom books reconcile` names those it has"
        )
    if there.status in _DEAD:
        raise NotPossible(f"payment {sent_pay_id} was taken back; nothing has to be done about it")
    return there


def _paid_by(rows: Rows, organization_id: str, there: SentPay) -> list[_Paid]:
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
        if cents != bill.cents:
            raise NotPossible(
                f"payment {there.id} pays {from_cents(cents)} of bill {bill.number}, which is about "
                f"{from_cents(bill.cents)}; cancel or void it at Bill.com, then our payout pays the whole"
            )
        if there.vendor_id not in {None, vendor_id}:
            raise NotPossible(f"payment {there.id} of bill {bill.number} went to another vendor; take it back there")
        paid.append(_Paid(bill, Remote(part.id, part, there.created_time, there)))
    return paid


def _waiting(rows: Rows, bills: Sequence[Document]) -> dict[UUID, UUID]:
    """Return the payouts that a difference keeps, by bill.

    :raises NotPossible: a bill has another one, or one that may be on its way.
    """
    operations = rows.all(
        select(Operation).where(
            Operation.subject_id.in_([bill.id for bill in bills]),
            Operation.kind == "pay",
            Operation.state.in_((*LIVE, OperationState.DONE)),
        )
    )
    busy = {
        each.subject_id: each.state
        for each in operations
        if each.state != OperationState.PLANNED or each.parked != DIFFERENCE
    }
    for bill in bills:
        if bill.id in busy:
            raise NotPossible(
                f"the payout of bill {bill.number} is {busy[bill.id]}; it is settled first: "
                f"flask billcom ops list --subject {bill.id}"
            )
        if bill.status != "open":
            raise NotPossible(f"bill {bill.number} is {bill.status} in our rows, not open")
    return {each.subject_id: each.id for each in operations}


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
