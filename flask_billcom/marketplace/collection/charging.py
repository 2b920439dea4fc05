"""Charges that a person asks for again, and those that nobody needs any more.

    charge done, its debit came back ──charge_again()──> a charge of the next generation
    charge refused or given up       ──charge_again()──> the same
    charge planned, invoice paid     ──drop_needless()─> cancelled: the buyer was quicker

A debit that the buyer's bank sent back is never made again by itself: the bank may have had a reason, and the rules of
the network allow few tries. A charge collects a whole invoice; of one that is paid in part the rest comes by the link.

Acts: charged_again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select, update

from flask_billcom.audit import Act, record
from flask_billcom.engine import operations as ops
from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.marketplace.states import chunks
from flask_billcom.models import LIVE, Document, Operation, OperationState, Party
from flask_billcom.store import Rows

from .elsewhere import due_cents, entered_cents, invoice_of

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

CHARGE = "charge"
PAID_ELSEWHERE = "the invoice is paid elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedAgain:
    """A charge that is planned anew.

    :param invoice: number of the invoice.
    :param try_: how many charges of it there were, this one included.
    """

    invoice: str
    cents: int
    try_: int
    is_dry_run: bool = False


def charge_again(domain: Domain, settlement_id: UUID, person: Person | None) -> ChargedAgain:
    """Plan another charge of a sale's invoice, whose earlier one came back, was refused or was given up.

    :param person: who decides, and why; None only says what would be.
    :raises NotPossible: it was never charged, a charge is under way, it is paid or partly paid, or the buyer does not
        consent.
    """
    with domain.store.write() as rows:
        invoice = invoice_of(rows, domain.organization_id, settlement_id)
        last = _last_charge(rows, invoice)
        _refuse(rows, invoice, last)
        again = ChargedAgain(
            invoice=invoice.number, cents=invoice.cents, try_=last.generation + 1, is_dry_run=person is None
        )
        if person is not None:
            _plan(rows, domain, invoice, last)
            detail = {"reason": person.reason, "second": person.second, "cents": invoice.cents, "try": again.try_}
            record(
                rows,
                domain.clock,
                domain.organization_id,
                [Act("charged_again", "document", invoice.id, detail, person.name)],
            )
    return again


def give_way(rows: Rows, document_ids: Collection[UUID]) -> None:
    """Cancel the planned charges of invoices that are paid elsewhere, wholly or in part: the rest comes by the link."""
    rows.change(
        update(Operation)
        .where(
            Operation.subject_id.in_(sorted(document_ids)),
            Operation.kind == CHARGE,
            Operation.state == OperationState.PLANNED,
        )
        .values(state=OperationState.CANCELLED, parked=None, evidence={"message": PAID_ELSEWHERE})
    )


def drop_needless(rows: Rows, document_ids: Collection[UUID]) -> None:
    """Cancel the planned charges of invoices that are paid: nothing may be collected twice."""
    for ids in chunks(document_ids):
        paid = select(Document.id).where(Document.id.in_(ids), Document.collection == CHARGE, Document.status == "paid")
        rows.change(
            update(Operation)
            .where(
                Operation.subject_id.in_(paid),
                Operation.kind == CHARGE,
                Operation.state == OperationState.PLANNED,
            )
            .values(state=OperationState.CANCELLED, parked=None, evidence={"message": "the invoice is paid"})
        )


def _last_charge(rows: Rows, invoice: Document) -> Operation:
    found: Operation | None = rows.first(
        select(Operation)
        .where(Operation.subject_id == invoice.id, Operation.kind == CHARGE)
        .order_by(Operation.generation.desc())
        .limit(1)
    )
    if found is None:
        raise NotPossible(
            f'{invoice.number} was never charged; sales are charged that are settled with collect="charge"'
        )
    return found


def _refuse(rows: Rows, invoice: Document, last: Operation) -> None:
    if last.state in LIVE:
        raise NotPossible(f"a charge of {invoice.number} is {last.state} already")
    if due_cents(invoice) - entered_cents(rows, invoice) != invoice.cents:
        raise NotPossible(
            f"{invoice.number} is paid, recorded as paid or scheduled, wholly or in part; a charge collects all of it, "
            "the rest comes by the link in the invoice"
        )
    buyer: Party = rows.first(select(Party).where(Party.id == invoice.party_id))
    if not (buyer.authorized and buyer.bank_account_id):
        raise NotPossible("the buyer does not consent to charges, or has no bank account; record his consent first")


def _plan(rows: Rows, domain: Domain, invoice: Document, last: Operation) -> None:
    if last.state == OperationState.DONE:
        evidence = {"message": "its payment came back and is charged again"}
        ops.move(
            rows,
            [last.id],
            from_={"state": OperationState.DONE},
            to={"state": OperationState.CANCELLED, "evidence": evidence},
        )
    following = ops.following(last, amount_cents=invoice.cents)
    ops.plan(rows, domain.clock, domain.organization_id, [following])
    # What Bill.com showed before the debit came back is old; one way of collecting it stands.
    rows.change(update(Document).where(Document.id == invoice.id).values(read_at=None, collection="charge"))
