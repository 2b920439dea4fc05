"""A bill that somebody paid by hand with another amount: it becomes what was paid, and the difference is kept.

    paid less   our bill is lowered; what is left of it is owed by a bill of its own, which waits for the same day
    paid more   our bill is raised; the seller owes what is too much, and it is taken off his next bills

Before that, somebody makes the bill at Bill.com come to what the payment pays. Then nothing of it is open there that
could be paid once more, and both sides say the same. The difference is an adjustment: of the sale that the bill is of,
so that what holds the sale holds its rest, or else of the seller.

Acts: adjustment_booked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from sqlalchemy import select, update

from flask_billcom import ledger
from flask_billcom.api.query import equals
from flask_billcom.api.records import Bill, BillPay
from flask_billcom.audit import Act, record
from flask_billcom.engine.decisions import DIFFERENCE, NotPossible, Person
from flask_billcom.engine.operations import lane_of_document
from flask_billcom.ledger import Account, Posting, transfer
from flask_billcom.marketplace import postings
from flask_billcom.marketplace.corrections import adjustments
from flask_billcom.marketplace.corrections.adjustments import BOOKED, EXCESS, REST, SETTLEMENT, Wanted
from flask_billcom.marketplace.corrections.credits import write_credit
from flask_billcom.marketplace.postings import Share
from flask_billcom.models import LIVE, OPEN_LANE, Adjustment, AdjustmentPart, Document, Operation, OperationState
from flask_billcom.money import from_cents, to_cents
from flask_billcom.store import Rows

from .by_others import LIVING_PARTS
from .earlier import Earlier

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

ACTIVE = "1"
_CORRECTIONS = ("update_bill", "delete_bill")
_OURS = UUID("b0a7d3c2-6e0f-4d0b-8a43-7b1d5b1f9a26")
"""Namespace of what the numbers of rests are made from."""


@dataclass(frozen=True, slots=True)
class OtherAmount:
    """A bill of ours, and what payments pay of it instead.

    :param cents: what they pay together.
    :param payment: the SentPay that names the difference, one of those that are taken now.
    :param payments: all of them.
    """

    bill: Document
    cents: int
    payment: str
    payments: frozenset[str]


def expect_the_same_there(domain: Domain, other: OtherAmount) -> None:
    """Read the bill at Bill.com.

    :raises NotPossible: it does not come to exactly what the payment pays, something of it is open, or another payment
        pays it too.
    """
    bill = other.bill
    there = domain.reads.one(Bill, bill.remote_id or "")
    if there is None or there.is_active != ACTIVE:
        raise NotPossible(f"Bill.com has no active bill {bill.number}; undelete it there first")
    if there.amount is None or to_cents(there.amount) != other.cents or there.due_amount:
        raise NotPossible(
            f"bill {bill.number} comes to {there.amount} at Bill.com, and {there.due_amount} of it is due; "
            f"set it to {from_cents(other.cents)} there, which {_named(other)}, and say it again"
        )
    parts = domain.reads.page(BillPay, filters=[equals("bill_id", bill.remote_id)])
    for part in parts.records:
        is_living = part.bill_id == bill.remote_id and part.payment_status in LIVING_PARTS
        if is_living and part.sent_pay_id not in other.payments:
            raise NotPossible(
                f"payment {part.sent_pay_id} pays bill {bill.number} as well; void it at Bill.com, or name it as well, "
                "and say it again"
            )


def expect_settled(rows: Rows, domain: Domain, bill: Document, *, has_rest: bool) -> None:
    """Refuse a bill of which something else is on its way.

    :param has_rest: whether something is left of it, which must not be paid before it may be.
    :raises NotPossible: it pays a buyer back, its rest is not due yet, or it is being changed at Bill.com.
    """
    if bill.is_refund:
        raise NotPossible(f"bill {bill.number} pays a buyer back; only a seller's bill is taken as it was paid")
    if has_rest and (bill.release_after is None or bill.release_after > domain.clock.now()):
        raise NotPossible(
            f"bill {bill.number} may not be paid yet, nor what is left of it; say it again once it is due"
        )
    sent = Operation.kind.in_(_CORRECTIONS) & Operation.first_sent_at.is_not(None) & Operation.state.in_(LIVE)
    busy = rows.first(
        select(Operation.id)
        .where(
            Operation.organization_id == bill.organization_id,
            Operation.lane == lane_of_document(bill.id),
            Operation.state.in_(OPEN_LANE) | sent,
        )
        .limit(1)
    )
    if busy is not None:
        raise NotPossible(f"operation {busy} may still change bill {bill.number}; it is settled first")


def take(rows: Rows, domain: Domain, other: OtherAmount, person: Person) -> None:
    """Let a bill come to what was paid, and keep the difference.

    :raises NotPossible: it, or its payout, has moved on meanwhile.
    """
    bill, ours = other.bill, other.bill.cents
    changed = rows.change(
        update(Document)
        .where(Document.id == bill.id, Document.status.in_(("open", "partial")), Document.cents == ours)
        .values(cents=other.cents, read_at=None)
    )
    if changed != 1:
        raise NotPossible(f"bill {bill.number} has changed meanwhile; look again")
    expect_settled(rows, domain, bill, has_rest=other.cents < ours)
    bill.cents = other.cents
    adjustment = _book(rows, domain, other, other.cents - ours, person)
    if adjustment.kind == REST:
        _write_part(rows, domain, bill, adjustment)
        write_credit(rows, domain, adjustment, release_after=bill.release_after, named_by=_name_of_rest(other))
    else:
        legs = transfer(Account.SELLER_CLAWBACK, Account.SELLER_PAYABLE, adjustment.cents, bill.party_id)
        ledger.post(rows, domain.clock, domain.organization_id, [Posting(legs, settlement_id=_sale_of(bill))])


def _book(rows: Rows, domain: Domain, other: OtherAmount, more: int, person: Person) -> Adjustment:
    """Write the difference, which is too much or, below zero, a rest, as an adjustment that counts."""
    bill, kind, cents = other.bill, EXCESS if more > 0 else REST, abs(more)
    wanted = Wanted(
        kind=kind,
        cents=cents,
        reference=f"of {bill.number} after {other.payment}",
        reason=person.reason,
        party_id=bill.party_id,
        settlement_id=_sale_of(bill) or _sale_of_adjustment(rows, bill),
    )
    row, is_new = adjustments.add(rows, domain, wanted, actor=person.name, state=BOOKED)
    if not is_new:
        raise NotPossible(f"bill {bill.number} was taken as {other.payment} pays it before")
    detail = {
        "kind": kind,
        "cents": cents,
        "reference": wanted.reference,
        "reason": person.reason,
        "second": person.second,
    }
    record(
        rows,
        domain.clock,
        domain.organization_id,
        [Act("adjustment_booked", "adjustment", row.id, detail, person.name)],
    )
    return row


def _write_part(rows: Rows, domain: Domain, bill: Document, adjustment: Adjustment) -> None:
    """Write by how much the bill was lowered, so that its lines come to what is left."""
    part = {
        "id": domain.clock.new_id(),
        "organization_id": domain.organization_id,
        "adjustment_id": adjustment.id,
        "document_id": bill.id,
        "kind": bill.kind,
        "generation": 1,
        "cents": adjustment.cents,
        "lowered_cents": adjustment.cents,
        "turned_cents": 0,
        "planned_cents": 0,
        "state": "done",
        "created_at": domain.clock.now(),
    }
    rows.insert(AdjustmentPart, [part])


def change_payout(rows: Rows, domain: Domain, bill: Document, payout: Earlier, cents: int) -> None:
    """Let our planned payout of a bill, which nothing sends, be about what was paid, and reserve as much.

    :raises NotPossible: it has moved on meanwhile.
    """
    changed = rows.change(
        update(Operation)
        .where(
            Operation.id == payout.operation_id,
            Operation.state == OperationState.PLANNED,
            Operation.parked == DIFFERENCE,
            Operation.amount_cents == payout.cents,
        )
        .values(amount_cents=cents)
    )
    if changed != 1:
        raise NotPossible(f"the payout of bill {bill.number} has moved on meanwhile; look again")
    owed = postings.owed_from(is_refund=bill.is_refund)
    share = Share(bill.id, bill.party_id, _sale_of(bill), cents - payout.cents, payout.operation_id, owed)
    ledger.post(rows, domain.clock, domain.organization_id, postings.reserved([share]))


def _named(other: OtherAmount) -> str:
    if len(other.payments) == 1:
        return f"payment {other.payment} pays"
    return f"payments {', '.join(sorted(other.payments))} pay"


def _name_of_rest(other: OtherAmount) -> UUID:
    """Return what the number of a rest's bill is made from.

    Where a restored backup has forgotten it and a person takes the payment once more, the bill gets the same number,
    and is recognized.
    """
    return uuid5(_OURS, f"{other.bill.organization_id} {other.bill.number} {other.payment}")


def _sale_of(bill: Document) -> UUID | None:
    return bill.origin_id if bill.origin_type == SETTLEMENT else None


def _sale_of_adjustment(rows: Rows, bill: Document) -> UUID | None:
    found: UUID | None = rows.first(
        select(Adjustment.origin_id).where(Adjustment.id == bill.origin_id, Adjustment.origin_type == SETTLEMENT)
    )
    return found
