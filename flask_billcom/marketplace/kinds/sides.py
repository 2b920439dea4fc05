"""The two sides of the money, read back in one way.

    side         payment       part         document   open amount
    RECEIVABLE   ReceivedPay   InvoicePay   Invoice    amountDue
    PAYABLE      SentPay       BillPay      Bill       dueAmount

An operation that got no answer is looked for among the payments made since its first attempt, by the document that
they pay. Where none is to be seen, the document itself must stand as if it had none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_billcom.api.query import Filter, Sort, since
from flask_billcom.api.records import Bill, Invoice, ReceivedPay, ReceivedPayStatus, SentPay, SentPayStatus
from flask_billcom.engine.kinds import Finding, Remote
from flask_billcom.engine.reads import Reads
from flask_billcom.models import Operation, OperationState
from flask_billcom.money import to_cents

from .base import earliest_attempt
from .money import Debt


@dataclass(frozen=True, slots=True)
class Side:
    """What payments and documents of one side are called.

    :param parts: the parts of a payment.
    :param document_of: the document that a part is for.
    :param party_of: the party that a payment names.
    :param due: what is open on a document.
    :param dead: statuses of payments that were taken back.
    """

    payment: type[Any]
    document: type[Any]
    parts: Callable[[Any], Sequence[Any]]
    document_of: Callable[[Any], str | None]
    party_of: Callable[[Any], str | None]
    due: Callable[[Any], Decimal | None]
    dead: tuple[str, ...]


RECEIVABLE = Side(
    ReceivedPay,
    Invoice,
    parts=lambda payment: payment.invoice_pays,
    document_of=lambda part: part.invoice_id,
    party_of=lambda payment: payment.customer_id,
    due=lambda invoice: invoice.amount_due,
    dead=(ReceivedPayStatus.VOID, ReceivedPayStatus.CANCELED),
)
PAYABLE = Side(
    SentPay,
    Bill,
    parts=lambda payment: payment.bill_pays,
    document_of=lambda part: part.bill_id,
    party_of=lambda payment: payment.vendor_id,
    due=lambda bill: bill.due_amount,
    dead=(SentPayStatus.CANCELED, SentPayStatus.VOID),
)

Parts = Mapping[str, Mapping[str, Remote]]
"""Parts of payments by document and by their own id."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What Bill.com shows of payments made since some time.

    :param since: that time.
    """

    parts: Parts
    server_date: datetime | None
    since: datetime | None = None


def parts_in(side: Side, payments: Iterable[Any]) -> dict[str, dict[str, Remote]]:
    """Return the parts of payments by document and by their own id."""
    found: dict[str, dict[str, Remote]] = {}
    for payment in payments:
        for part in side.parts(payment) or ():
            document_id = side.document_of(part)
            if document_id is not None and part.id is not None and payment.id is not None:
                remote = Remote(part.id, part, payment.created_time, payment, gone=payment.status in side.dead)
                found.setdefault(document_id, {})[part.id] = remote
    return found


def look(
    side: Side,
    reads: Reads,
    operations: Sequence[Operation],
    known: Mapping[UUID, Debt],
    filters: Sequence[Filter] = (),
) -> Shown:
    """Return the payments made since the first attempt of some operations, or since the document where there was none.

    :param known: the documents, by id: a person may adopt what was paid before our payment was even planned.
    """
    living: dict[str, dict[str, Remote]] = {}
    dead: dict[str, dict[str, Remote]] = {}
    server_date = None
    start = _earliest(operations, known)
    wanted = [*filters, since("created_time", start)]
    for page in reads.pages(side.payment, filters=wanted, sort=[Sort("created_time")], nested=True):
        server_date = page.server_date
        for payment in page.records:
            kept = dead if payment.status in side.dead else living
            for document_id, parts in parts_in(side, [payment]).items():
                kept.setdefault(document_id, {}).update(parts)
    # One that a person has taken back meanwhile was made all the same: it is ours, and not made again.
    return Shown({**dead, **living}, server_date, start)


def _earliest(operations: Sequence[Operation], known: Mapping[UUID, Debt]) -> datetime:
    made = [
        known[each.subject_id].document.remote_created_at or each.created_at
        for each in operations
        if each.first_sent_at is None
    ]
    return min([earliest_attempt(operations), *made])


def finding_of(  # noqa: PLR0917
    side: Side, reads: Reads, operation: Operation, debt: Debt, shown: Shown, now: datetime
) -> Finding:
    """Return what is shown of one operation, and whether its document stands as if it had a payment."""
    matches = list(shown.parts.get(debt.document.remote_id or "", {}).values())
    if matches:
        equal = [_is_his(side, each, debt, operation) for each in matches]
        apart = _are_others(side, reads, matches, operation, debt)
        return Finding(matches, equal, shown.server_date, apart=apart, since=shown.since)
    if _is_early(operation, now):
        # Nothing is made of its absence yet, so its document is not read for it: no date, no proof.
        return Finding()
    document: Any = reads.one(side.document, debt.document.remote_id or "")
    due = None if document is None else side.due(document)
    untouched = document is not None and due is not None and to_cents(due) == debt.document.cents
    if untouched and not document.scheduled_amount:
        return Finding(server_date=shown.server_date)
    word = side.document.__name__.lower()
    blocked = f"the {word} stands as if it were paid, yet no payment of it can be seen"
    return Finding(server_date=shown.server_date, blocked=blocked)


def _is_early(operation: Operation, now: datetime) -> bool:
    """Return whether the engine checks an operation before its absence may be believed; a person's look is whole."""
    checked = operation.state == OperationState.CHECKING
    return checked and (operation.absent_after is None or now < operation.absent_after)


def only_part(side: Side, parts: Parts, debt: Debt, operation: Operation) -> Remote | None:
    """Return the part of a payment for a document, if there is one alone, for its party, with all of its cents."""
    found = list(parts.get(debt.document.remote_id or "", {}).values())
    return found[0] if len(found) == 1 and _is_his(side, found[0], debt, operation) else None


def _is_his(side: Side, part: Remote, debt: Debt, operation: Operation) -> bool:
    if operation.first_sent_at is None and part.parent.status in side.dead:
        # Nothing of ours was taken back there, and what somebody else took back pays nothing.
        return False
    amount = part.record.amount
    is_whole = amount is not None and to_cents(amount) == operation.amount_cents
    return is_whole and side.party_of(part.parent) in {None, debt.party.remote_id}


def _are_others(side: Side, reads: Reads, parts: Sequence[Remote], operation: Operation, debt: Debt) -> bool:
    """Return whether parts of payments cannot be an operation's, and the document stands as if it had them alone."""
    if not all(_is_anothers(side, each, operation) for each in parts):
        return False
    living = sum(to_cents(each.record.amount) for each in parts if each.parent.status not in side.dead)
    document: Any = reads.one(side.document, debt.document.remote_id or "")
    return document is not None and _open_cents(side, document) == debt.document.cents - living


def _is_anothers(side: Side, part: Remote, operation: Operation) -> bool:
    """Return whether a part has other cents, and its payment has none left that could have been taken off it."""
    amount = part.record.amount
    if amount is None or to_cents(amount) == operation.amount_cents:
        return False
    total = part.parent.amount
    applied = sum(to_cents(each.amount) for each in side.parts(part.parent) if each.amount is not None)
    return total is None or to_cents(total) == applied or to_cents(total) < (operation.amount_cents or 0)


def _open_cents(side: Side, document: Any) -> int | None:  # noqa: ANN401 - an Invoice or Bill
    due = side.due(document)
    if due is None:
        return None
    # A bill is no longer due in as far as it is scheduled; an invoice is due until it is paid.
    scheduled = document.scheduled_amount if side is RECEIVABLE else None
    return to_cents(due) - (to_cents(scheduled) if scheduled is not None else 0)
