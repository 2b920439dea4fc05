"""Take payments that somebody made in Bill.com's own page for the payouts of the bills that they pay.

    SentPays made by hand --adopt--> each bill's payout: planned and done by them, in one transaction

    our payout of the bill      planned, kept by a difference   done by that payment instead
                                none                            planned and done
                                proved void                     given up; another generation is planned and done
                                coming back, or any other       refused until that is settled

    a bill that several pay     the first is its payout, each other one a `pay_part` beside it, which is never sent;
                                together they pay all of it. One that comes back leaves the bill paid in part: the
                                rest is paid by hand again, and that is taken likewise

A refund that waits for the bill finds it paid then, and goes the way that paid bills go. Nothing is sent. A payment of
another amount is cancelled or voided at Bill.com, and our payout pays the whole; once it has arrived, the bill may be
taken as it was paid, see `as_paid`.

Acts: operation_adopted, of each bill and payment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
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
from flask_billcom.marketplace.tracking.payments import PAY, PAY_PART, SENT
from flask_billcom.models import Document, Operation, OperationState, Party, PaymentPart
from flask_billcom.money import from_cents, to_cents
from flask_billcom.store import Rows

from .as_paid import OtherAmount, change_payout, expect_settled, expect_the_same_there, take
from .earlier import Earlier, Stand, payouts_of

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

_DEAD = (SentPayStatus.CANCELED, SentPayStatus.VOID)
_Chosen = Sequence[tuple[UUID, Remote]]


@dataclass(frozen=True, slots=True)
class AdoptedPayment:
    """Bills whose payout some payments were adopted as.

    :param payment: its id at Bill.com; several stand with commas between.
    :param numbers: of the bills.
    :param cents: what is paid of them.
    :param rest_cents: what is left of them, which bills of their own ask for.
    :param excess_cents: what is too much, which their sellers owe.
    """

    payment: str
    numbers: tuple[str, ...]
    cents: int
    is_dry_run: bool = False
    rest_cents: int = 0
    excess_cents: int = 0


@dataclass(frozen=True, slots=True)
class _Part:
    """What one payment pays of a bill."""

    remote: Remote
    cents: int

    @property
    def payment(self) -> str:
        return str(self.remote.parent.id)


@dataclass(frozen=True, slots=True)
class _Paid:
    """One of our bills, and what pays it.

    :param parts: the payments that are taken now.
    :param kept: payouts of ours that pay a part of it already.
    :param left: what our bill comes to beyond all of that; below zero where it is too much.
    """

    bill: Document
    parts: Sequence[_Part]
    kept: Sequence[Earlier]
    left: int

    @property
    def cents(self) -> int:
        """What the payments that are taken now pay of it."""
        return sum(part.cents for part in self.parts)

    @property
    def has_payout(self) -> bool:
        """Whether its payout is done, so that more of it is paid beside that."""
        return any(each.kind == PAY for each in self.kept)


def adopt(
    domain: Domain, decisions: Decisions, sent_pay_ids: Sequence[str], person: Person | None, *, as_paid: bool = False
) -> AdoptedPayment:
    """Take payments at Bill.com for the payouts of the bills that they pay in full, alone or together.

    The payouts are planned and done in one transaction: one that was only planned could be sent when the payment is
    taken back, and a seller would be paid before his buyer has.

    :param sent_pay_ids: ids of the SentPays.
    :param person: who decides, and why; None only says what would be.
    :param as_paid: whether bills that they pay with another amount are taken as they were paid.
    :raises NotPossible: Bill.com knows no such living payment, it pays none of our bills, one of them with another
        amount, to somebody else, or one that is paid or being paid by another payment; or a second person has to agree.
    """
    there = [_read(domain, each) for each in sorted(set(sent_pay_ids))]
    what = ", ".join(str(each.id) for each in there)
    found = _looked_at(domain, there, as_paid=as_paid)

    def choose(rows: Rows) -> Iterator[_Chosen]:
        found[:], earlier = _paid_by(rows, domain.organization_id, there, as_paid=as_paid)
        _give_up(rows, [each for each in earlier if each.stand == Stand.VOID])
        for each in found:
            if each.left and person is not None:
                take(rows, domain, _other(each), person)
        yield from _planned(rows, domain, found, {e.bill_id: e for e in earlier if e.stand == Stand.WAITS})

    if person is not None:
        decisions.take(PAY, choose, person, what=f"payment {what}")
    return AdoptedPayment(
        what,
        tuple(sorted(each.bill.number for each in found)),
        sum(each.cents for each in found),
        is_dry_run=person is None,
        rest_cents=sum(each.left for each in found if each.left > 0),
        excess_cents=-sum(each.left for each in found if each.left < 0),
    )


def _looked_at(domain: Domain, there: Sequence[SentPay], *, as_paid: bool) -> list[_Paid]:
    """Return what payments pay, after a look whether they may be taken for ours."""
    with domain.store.read() as rows:
        found, _ = _paid_by(rows, domain.organization_id, there, as_paid=as_paid)
        others = [each for each in found if each.left]
        for each in others:
            expect_settled(rows, domain, each.bill, has_rest=each.left > 0)
    for each in others:
        expect_the_same_there(domain, _other(each))
    return found


def _other(paid: _Paid) -> OtherAmount:
    payments = {part.payment for part in paid.parts} | {str(each.payment) for each in paid.kept}
    return OtherAmount(paid.bill, paid.bill.cents - paid.left, paid.parts[0].payment, frozenset(payments))


def _read(domain: Domain, sent_pay_id: str) -> SentPay:
    there = domain.reads.one(SentPay, sent_pay_id)
    if there is None:
        raise NotPossible(
            f"Bill.com knows no payment {sent_pay_id}; `flask billcom books reconcile` names those it has"
        )
    if there.status in _DEAD:
        raise NotPossible(f"payment {sent_pay_id} was taken back; nothing has to be done about it")
    return there


def _paid_by(
    rows: Rows, organization_id: str, there: Sequence[SentPay], *, as_paid: bool
) -> tuple[list[_Paid], list[Earlier]]:
    """Return what payments pay of our bills, and our own payouts of these."""
    bills: dict[str, Document] = {}
    parts: dict[str, list[_Part]] = {}
    for each in there:
        ours = _bills_of(rows, organization_id, each)
        bills |= ours
        for remote_id, part in _parts_of(each, ours).items():
            parts.setdefault(remote_id, []).append(part)
    found = sorted(bills.items(), key=lambda item: item[1].id)
    earlier = payouts_of(rows, [bill.id for _, bill in found])
    paid = []
    for remote_id, bill in found:
        kept = [each for each in earlier if each.bill_id == bill.id and each.stand == Stand.PART]
        left = bill.cents - sum(each.cents for each in kept) - sum(part.cents for part in parts[remote_id])
        if left and not as_paid:
            raise NotPossible(_not_all_of_it(bill, parts[remote_id], kept))
        paid.append(_Paid(bill, parts[remote_id], kept, left))
    _expect_free(rows, paid, earlier)
    return paid, earlier


def _bills_of(rows: Rows, organization_id: str, there: SentPay) -> dict[str, Document]:
    """Return the bills of ours that a payment pays, by Bill.com's id."""
    found = rows.all(
        select(Document, Party.remote_id)
        .join(Party, Party.id == Document.party_id)
        .where(
            Document.organization_id == organization_id,
            Document.kind == "bill",
            Document.remote_id.in_(sorted(part.bill_id for part in there.bill_pays if part.bill_id is not None)),
        )
    )
    if not found:
        raise NotPossible(f"payment {there.id} pays none of our bills")
    for bill, vendor_id in found:
        if there.vendor_id not in {None, vendor_id}:
            raise NotPossible(f"payment {there.id} of bill {bill.number} went to another vendor; take it back there")
    return {bill.remote_id: bill for bill, _ in found}


def _parts_of(there: SentPay, bills: Mapping[str, Document]) -> dict[str, _Part]:
    """Return what a payment pays of bills, by their id at Bill.com."""
    shown = {part.bill_id: part for part in there.bill_pays if part.id is not None}
    found = {}
    for remote_id, bill in bills.items():
        part = shown.get(remote_id)
        cents = 0 if part is None or part.amount is None else to_cents(part.amount)
        if part is None or cents <= 0:
            raise NotPossible(f"Bill.com does not say what payment {there.id} pays of bill {bill.number}; look again")
        found[remote_id] = _Part(Remote(part.id, part, there.created_time, there), cents)
    return found


def _not_all_of_it(bill: Document, parts: Sequence[_Part], kept: Sequence[Earlier]) -> str:
    paid = " and ".join(f"payment {part.payment} pays {from_cents(part.cents)}" for part in parts)
    before = f", {from_cents(sum(each.cents for each in kept))} of which is paid" if kept else ""
    return (
        f"{paid} of bill {bill.number}, which is about {from_cents(bill.cents)}{before}; where another payment pays "
        f"the rest, name it as well; else cancel or void it at Bill.com, then our payout pays the whole. Once it has "
        f"arrived, set the bill there to what was paid, and say --as-paid"
    )


def _expect_free(rows: Rows, paid: Sequence[_Paid], earlier: Sequence[Earlier]) -> None:
    """Expect that our own payouts of bills can pay nothing of them any more by themselves.

    :raises NotPossible: one may be on its way, comes back, or has paid.
    """
    by_bill: dict[UUID, list[Earlier]] = {}
    for payout in earlier:
        by_bill.setdefault(payout.bill_id, []).append(payout)
    for each in paid:
        bill = each.bill
        for payout in by_bill.get(bill.id, ()):
            if payout.stand == Stand.COMES_BACK:
                raise NotPossible(
                    f"payout {payout.payment}, which paid bill {bill.number} before, is not proved void yet: that takes"
                    " two looks, and its credit if its money had left; `flask billcom doctor` says what is missing"
                )
            if payout.stand == Stand.BUSY:
                raise NotPossible(
                    f"the payout of bill {bill.number} is {payout.state}; it is settled first: "
                    f"flask billcom ops list --subject {bill.id}"
                )
        if bill.status != "open" and not each.kept:
            raise NotPossible(f"bill {bill.number} is {bill.status} in our rows, not open")
    ids = [str(part.remote.remote_id) for each in paid for part in each.parts]
    of_ours = (PaymentPart.organization_id == paid[0].bill.organization_id, PaymentPart.kind == SENT)
    known = rows.first(select(PaymentPart.remote_id).where(*of_ours, PaymentPart.remote_id.in_(ids)).limit(1))
    if known is not None:
        raise NotPossible(f"BillPay {known} is known as a payout of ours already")


def _give_up(rows: Rows, void: Sequence[Earlier]) -> None:
    """Let payouts that are proved void be the last ones of their bills no longer."""
    to = {"state": OperationState.CANCELLED, "evidence": {"message": "its payment was void and is made by hand"}}
    if void and move(rows, [each.operation_id for each in void], from_={"state": OperationState.DONE}, to=to) != len(
        void
    ):
        raise NotPossible("somebody has its bills paid again meanwhile; look again")


def _planned(rows: Rows, domain: Domain, paid: Sequence[_Paid], waiting: Mapping[UUID, Earlier]) -> Iterator[_Chosen]:
    """Plan what the payments are taken for, and yield it: first the payouts of bills, then what is paid beside them."""
    first = [(each.bill, each.parts[0]) for each in paid if not each.has_payout]
    ids = {}
    for bill, part in first:
        payout = waiting.get(bill.id)
        if payout is not None:
            ids[bill.id] = payout.operation_id
            if payout.cents != part.cents:
                change_payout(rows, domain, bill, payout, part.cents)
    new = [(bill, part.cents) for bill, part in first if bill.id not in ids]
    _release(rows, domain, [bill.id for bill, _ in new])
    ids |= _plan(rows, domain, PAY, new)
    if first:
        yield [(ids[bill.id], part.remote) for bill, part in first]
    for place in count():
        beside = [(each.bill, part) for each in paid for part in each.parts[not each.has_payout :][place : place + 1]]
        if not beside:
            return
        ids = _plan(rows, domain, PAY_PART, [(bill, part.cents) for bill, part in beside])
        yield [(ids[bill.id], part.remote) for bill, part in beside]


def _release(rows: Rows, domain: Domain, ids: Sequence[UUID]) -> None:
    released = update(Document).where(Document.id.in_(ids), Document.status.in_(("open", "partial")))
    if rows.change(released.values(released_at=domain.clock.now())) != len(ids):
        raise NotPossible("one of its bills has changed meanwhile; look again")


def _plan(rows: Rows, domain: Domain, kind: str, bills: Sequence[tuple[Document, int]]) -> dict[UUID, UUID]:
    """Plan payouts of so many cents, which nothing sends, and reserve their money; return them by bill."""
    ids = [bill.id for bill, _ in bills]
    generations = dict(
        rows.all(
            select(Operation.subject_id, func.max(Operation.generation))
            .where(Operation.subject_id.in_(ids), Operation.kind == kind)
            .group_by(Operation.subject_id)
        )
    )
    plans = {
        bill.id: Plan(
            kind,
            "document",
            bill.id,
            lane_of_document(bill.id),
            bill.id.hex,
            amount_cents=cents,
            generation=generations.get(bill.id, 0) + 1,
            parked=DIFFERENCE,
        )
        for bill, cents in bills
    }
    planned = plan(rows, domain.clock, domain.organization_id, list(plans.values()))
    operations = {bill_id: planned[each.kind, each.natural_key, each.generation] for bill_id, each in plans.items()}
    shares = [
        Share(
            bill.id,
            bill.party_id,
            bill.origin_id if bill.origin_type == "settlement" else None,
            cents,
            operations[bill.id],
            postings.owed_from(is_refund=bill.is_refund),
        )
        for bill, cents in bills
    ]
    ledger.post(rows, domain.clock, domain.organization_id, postings.reserved(shares))
    return operations
