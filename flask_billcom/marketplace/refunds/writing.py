"""Rows that follow when a document was lowered, or when it was too late for that.

    lowered   part, document, books, settlement                    here, or after Bill.com has done it
    turned    the bill that pays the buyer back, or the seller's debt

Acts: refunded, cancelled, document_lowered, document_dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, func, select, update

from flask_billcom.audit import Act, record
from flask_billcom.ledger import Posting, post
from flask_billcom.marketplace import states
from flask_billcom.marketplace.core import DOCUMENT
from flask_billcom.marketplace.locking import lock_beside
from flask_billcom.models import Adjustment, AdjustmentPart, Document, Operation, OperationState, Settlement
from flask_billcom.store import Rows

from . import entries
from .asking import CANCEL, REQUESTED
from .facts import INVOICE, REFUND, Facts, open_cents
from .stages import Amounts

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

PAYING_BACK, REFUNDED, CANCELLED = "paying_back", "refunded", "cancelled"
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_PART = AdjustmentPart.__table__
_LOCK = update(DOCUMENT).where(DOCUMENT.c.id == bindparam("row")).values(status=DOCUMENT.c.status)
_WRITE_PART = (
    update(_PART)  # type: ignore[arg-type]  # a declarative class types its table loosely
    .where(
        _PART.c.id == bindparam("row"),
        _PART.c.lowered_cents == bindparam("lowered_before"),
        _PART.c.turned_cents == bindparam("turned_before"),
    )
    .values(
        lowered_cents=bindparam("lowered"),
        turned_cents=bindparam("turned"),
        planned_cents=0,
        operation_key=None,
        state=bindparam("then"),
    )
)
_ADJUSTMENTS = select(Adjustment).where(Adjustment.id.in_(_IDS)).execution_options(populate_existing=True)
_OF_INVOICES = (
    select(
        AdjustmentPart.adjustment_id,
        func.count().filter(AdjustmentPart.state != "done").label("open"),
        func.sum(AdjustmentPart.turned_cents).label("turned"),
    )
    .where(AdjustmentPart.adjustment_id.in_(_IDS), AdjustmentPart.kind == INVOICE)
    .group_by(AdjustmentPart.adjustment_id)
)
# Locked: whoever notes meanwhile that such a payment comes back finds the refund as it is left here.
_CLEARED = (
    select(Document.origin_id)
    .where(
        Document.origin_type == "adjustment",
        Document.origin_id.in_(_IDS),
        Document.is_refund.is_(True),
        Document.cleared_at.is_not(None),
    )
    .with_for_update()
)


def lock_document(rows: Rows, document_id: UUID) -> None:
    """Let everybody else who lowers, plans to pay or sends this document wait until the transaction ends."""
    lock_documents(rows, [document_id])


def lock_documents(rows: Rows, document_ids: Collection[UUID]) -> None:
    """Let everybody else who lowers, plans to pay or sends one of these documents wait until the transaction ends.

    The other documents of their sales go with them: an invoice that is lowered may let its bills be paid.
    """
    lock_beside(rows, document_ids)
    for document_id in sorted(document_ids):
        rows.change(_LOCK, {"row": document_id})


def sales_of(rows: Rows, adjustments: Collection[Adjustment]) -> set[UUID]:
    """Return the sales that some adjustments concern; a debt may be taken off the bill of a bonus, which is of none."""
    sales = {each.origin_id for each in adjustments if each.origin_type == "settlement"}
    bills = [each.origin_id for each in adjustments if each.origin_type == "document"]
    if not bills:
        return sales
    of_bills = select(Document.origin_id).where(Document.id.in_(bills), Document.origin_type == "settlement")
    return sales | set(rows.all(of_bills))


def settlement_of(rows: Rows, adjustment_id: UUID) -> Settlement:
    """Return the sale that a refund is of."""
    found: Settlement | None = rows.first(
        select(Settlement)
        .join(Adjustment, Adjustment.origin_id == Settlement.id)
        .where(Adjustment.id == adjustment_id)
        .execution_options(populate_existing=True)
    )
    assert found is not None
    return found


def lower(rows: Rows, domain: Domain, facts: Facts, amounts: Amounts) -> None:
    """Write that a document is lowered by these parts, and what follows from it."""
    document, by_id = facts.document, {part.id: part for part in facts.parts}
    off = sum(cents for _, cents in amounts)
    _write_document(rows, domain, document, off)
    postings: list[Posting] = []
    for part_id, cents in amounts:
        part = by_id[part_id]
        _write_part(rows, part, lowered=cents, turned=-_undone(part, cents))
        postings += _entries(rows, domain, facts, part, cents)
    post(rows, domain.clock, domain.organization_id, postings)
    action = "document_dropped" if off == document.cents else "document_lowered"
    detail = {"number": document.number, "cents": off, "left_cents": document.cents - off}
    record(rows, domain.clock, domain.organization_id, [Act(action, "document", document.id, detail)])
    follow(rows, domain, {by_id[part_id].adjustment_id for part_id, _ in amounts})


def _write_document(rows: Rows, domain: Domain, document: Document, off: int) -> None:
    if off == document.cents:
        values: dict[str, object] = {"status": "inactive", "due_cents": None, "scheduled_cents": None}
    else:
        values = {"cents": document.cents - off}
    changed = rows.change(
        update(Document).where(Document.id == document.id, Document.cents == document.cents).values(**values)
    )
    if changed != 1:
        raise RuntimeError(f"{document.kind} {document.number} changed while it was being lowered")
    if off != document.cents:
        states.refresh_documents(rows, [document.id], domain.clock.now())
    else:
        _give_up_refused(rows, document)


def _give_up_refused(rows: Rows, document: Document) -> None:
    """Give up what Bill.com has refused of a document that is taken back: nobody can try it again any more."""
    rows.change(
        update(Operation)
        .where(Operation.subject_id == document.id, Operation.state == OperationState.REJECTED)
        .values(state=OperationState.CANCELLED)
    )


def _entries(rows: Rows, domain: Domain, facts: Facts, part: AdjustmentPart, cents: int) -> Sequence[Posting]:
    """Return what a lowered document does to the books; for a seller's bill that was posted when it was asked for."""
    if part.kind not in {REFUND, INVOICE}:
        return []
    sale = settlement_of(rows, part.adjustment_id)
    if part.kind == REFUND:
        return [entries.owed_as_vendor(-cents, sale.buyer_id, facts.document.party_id, sale.id)]
    undone, bill = _undone(part, cents), facts.back.get(part.adjustment_id)
    if undone and bill is not None and not bill.unpaid_cents:
        loss = entries.lost(undone, sale.buyer_id, sale.id)
        return [entries.not_owed(cents - undone, sale.buyer_id, sale.id), loss]
    if undone and bill is not None:
        _take_back(rows, domain, part.adjustment_id, bill.document, undone)
    return [entries.not_owed(cents, sale.buyer_id, sale.id)]


def _undone(part: AdjustmentPart, cents: int) -> int:
    """Return how much of what is lowered was to be paid back to the buyer, whose own payment has come back since."""
    return max(0, cents - open_cents(part))


def _take_back(rows: Rows, domain: Domain, adjustment_id: UUID, bill: Document, cents: int) -> None:
    """Let the bill that was to pay the buyer back be lowered like any other document."""
    last = rows.first(
        select(func.coalesce(func.max(AdjustmentPart.generation), 0)).where(
            AdjustmentPart.document_id == bill.id, AdjustmentPart.adjustment_id == adjustment_id
        )
    )
    rows.insert(
        AdjustmentPart,
        [
            {
                "id": domain.clock.new_id(),
                "organization_id": domain.organization_id,
                "adjustment_id": adjustment_id,
                "document_id": bill.id,
                "kind": REFUND,
                "generation": int(last) + 1,
                "cents": cents,
                "state": "open",
                "created_at": domain.clock.now(),
            }
        ],
    )


def turn(rows: Rows, domain: Domain, facts: Facts, amounts: Amounts) -> None:
    """Write that it is too late to lower a document by these parts, and what follows from it."""
    from .paying_back import write_bill

    by_id = {part.id: part for part in facts.parts}
    postings = []
    for part_id, cents in amounts:
        part = by_id[part_id]
        _write_part(rows, part, turned=cents)
        if part.kind not in {INVOICE, REFUND}:
            postings.append(entries.clawed_back(cents, facts.document.party_id, _sale_of(facts.document)))
            continue
        sale = settlement_of(rows, part.adjustment_id)
        if part.kind == INVOICE:
            postings.append(write_bill(rows, domain, sale, part.adjustment_id, cents))
        else:
            postings.append(entries.paid_all_the_same(cents, sale.buyer_id, sale.id))
    post(rows, domain.clock, domain.organization_id, postings)
    follow(rows, domain, {by_id[part_id].adjustment_id for part_id, _ in amounts})


def _sale_of(document: Document) -> UUID | None:
    return document.origin_id if document.origin_type == "settlement" else None


def _write_part(rows: Rows, part: AdjustmentPart, *, lowered: int = 0, turned: int = 0) -> None:
    left = open_cents(part) - lowered - turned
    changed = rows.change(
        _WRITE_PART,
        {
            "row": part.id,
            "lowered_before": part.lowered_cents,
            "turned_before": part.turned_cents,
            "lowered": part.lowered_cents + lowered,
            "turned": part.turned_cents + turned,
            "then": "open" if left else "done",
        },
    )
    if changed != 1:
        raise RuntimeError("a part of a refund changed while its document was being lowered")


def close(rows: Rows, domain: Domain, parts: Collection[AdjustmentPart]) -> None:
    """Write that nothing is left to do for some parts."""
    ids = sorted(part.id for part in parts)
    rows.change(
        update(AdjustmentPart)
        .where(AdjustmentPart.id.in_(ids), AdjustmentPart.state == "open")
        .values(state="done", planned_cents=0, operation_key=None)
    )
    follow(rows, domain, {part.adjustment_id for part in parts})


# -- what refunds and sales have become --------------------------------------------------------------------------------


def follow(rows: Rows, domain: Domain, adjustment_ids: Collection[UUID]) -> None:
    """Let refunds and their sales follow their documents."""
    now = domain.clock.now()
    found = rows.all(_ADJUSTMENTS, {"ids": sorted(adjustment_ids)})
    sales = sales_of(rows, found)
    moved = states.refresh(rows, domain.organization_id, sales, now=now)
    _collected(rows, domain, sorted(each for each, state in moved.items() if state == "collected"))
    states.cancel_empty(rows, domain.organization_id, sales)
    standing = _standing(rows, adjustment_ids)
    for each in found:
        state = _state_of(each, standing)
        if each.state in {REFUNDED, CANCELLED} or state == each.state:
            continue
        changed = rows.change(
            update(Adjustment).where(Adjustment.id == each.id, Adjustment.state == each.state).values(state=state)
        )
        # Another worker may have come to the same end meanwhile, with another document of it, and have told of it.
        if changed and state in {REFUNDED, CANCELLED}:
            detail = {"refund": each.reference, "cents": each.cents}
            act = Act(state, "settlement", each.origin_id, detail, each.actor)
            record(rows, domain.clock, domain.organization_id, [act])


def _collected(rows: Rows, domain: Domain, sales: Sequence[UUID]) -> None:
    """Let sales go on whose invoices are paid since what was still due of them is not owed any more."""
    from flask_billcom.marketplace.collection.funding import fund_sales

    if not sales:
        return
    acts = [Act("charge_paid", "settlement", sale, {}) for sale in sales]
    record(rows, domain.clock, domain.organization_id, acts)
    # Its payments may have been counted on long ago; nothing else would look at them again.
    fund_sales(rows, domain, sales)


def _standing(rows: Rows, adjustment_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return how far the buyer's side of some refunds is."""
    of = {"ids": sorted(adjustment_ids)}
    standing: dict[UUID, str] = {}
    for row in rows.all(_OF_INVOICES, of):
        unpaid = PAYING_BACK if row.turned else REQUESTED
        standing[row.adjustment_id] = unpaid if row.open or row.turned else REFUNDED
    return standing | dict.fromkeys(rows.all(_CLEARED, of), REFUNDED)


def _state_of(adjustment: Adjustment, standing: Mapping[UUID, str]) -> str:
    state = standing.get(adjustment.id, adjustment.state)
    return CANCELLED if state == REFUNDED and adjustment.kind == CANCEL else state
