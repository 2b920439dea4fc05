"""What SentPays and their disbursements do to our rows.

    SentPay        scheduled ──> paid                        canceled, void          escheated
    disbursement                  scheduled ──> done                  failed   hold, void
    ours           scheduled ──> paid ──> cleared            returning         held ──> paid again

`returning` is any sign that the money comes back. It stays there, out of everybody's reach in payout_returned, until a
person or the proof of two reads decides: a payout is never repeated by itself. A failed disbursement leaves its SentPay
paid, so both are read.

Acts: payout_returned, payout_failed, payout_held, payout_resumed.

Wire: https://developer.bill.com/v2/reference/ap-vendortransactions-listpayments
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from flask_billcom import ledger
from flask_billcom.api.records import DisbursementStatus, SentPay, SentPayStatus
from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.ledger import Posting
from flask_billcom.marketplace import postings, states
from flask_billcom.marketplace.core import PAYMENT
from flask_billcom.marketplace.refunds.returning import owe_again
from flask_billcom.models import OPEN_LANE, Document, Operation, Payment
from flask_billcom.store import Rows

from .payments import SENT, change, move, shares_of
from .receipts import is_older

_UNDER_WAY = ("scheduled", "paid", "cleared", "held")
_LEFT = ("paid", "cleared", "held")
"""Statuses of payments that have left the organization's account."""
ROWS = 1000


def next_status(ours: str, theirs: str) -> str | None:
    """Return the status that a payment moves to, or None where it stays."""
    match ours, theirs:
        case "scheduled", SentPayStatus.PAID:
            return "paid"
        case _, (SentPayStatus.CANCELED | SentPayStatus.VOID) if ours in _UNDER_WAY:
            return "returning"
        case _, SentPayStatus.ESCHEATED if ours in _UNDER_WAY:
            return "escheated"
    return None


def in_batches(records: Sequence[SentPay]) -> Iterable[Sequence[SentPay]]:
    """Yield records in batches that one short transaction can take."""
    for start in range(0, len(records), ROWS):
        yield records[start : start + ROWS]


def take_in(rows: Rows, clock: Clock, organization_id: str, records: Sequence[SentPay]) -> datetime | None:
    """Bring our rows up to what some SentPays say; payments that are not ours are passed over.

    A payment that PayBills of ours in flight may have made is left to the outcome of that call.

    :return: the earliest change that was left and has to be read again, or None.
    """
    there = {each.id: each for each in sorted(records, key=_changed) if each.id is not None}
    known = _known(rows, organization_id, there)
    news = {
        remote_id: there[remote_id]
        for remote_id, ours in known.items()
        if not is_older(there[remote_id].updated_time, ours.remote_updated_at) and _differs(ours, there[remote_id])
    }
    if news:
        _move(rows, clock, organization_id, known, news)
    return _left_in_flight(rows, organization_id, [each for key, each in there.items() if key not in known])


def note_trouble(
    rows: Rows, clock: Clock, organization_id: str, records: Sequence[SentPay], status: DisbursementStatus
) -> set[UUID]:
    """Note that the disbursement of some payments failed, is void or is held; return which of them are ours."""
    known = _known(rows, organization_id, [each.id for each in records if each.id is not None])
    to = "returning" if status is DisbursementStatus.FAILED else "held"
    for from_ in ("paid", "cleared", "held"):
        if from_ == to:
            continue
        ids = [ours.id for ours in known.values() if ours.status == from_]
        values: dict[str, Any] = {"disbursement_status": status.name.lower()}
        if to == "returning":
            values |= {
                "returning_since": clock.now(),
                "returning_evidence": "Bill.com lists its disbursement as failed",
            }
        moved = move(rows, ids, from_=from_, to=to, **values)
        _follow(rows, clock, organization_id, moved, from_, to, "payout_failed" if to == "returning" else "payout_held")
    return {ours.id for ours in known.values()}


def resume(rows: Rows, clock: Clock, organization_id: str, *, still: Collection[UUID]) -> None:
    """Let held payments go on whose disbursement is no longer held.

    :param still: those that Bill.com still lists.
    """
    held = rows.all(
        select(Payment.id).where(
            Payment.organization_id == organization_id, Payment.kind == SENT, Payment.status == "held"
        )
    )
    free = [payment_id for payment_id in held if payment_id not in still]
    moved = move(rows, free, from_="held", to="paid", disbursement_status=None)
    _follow(rows, clock, organization_id, moved, "held", "paid", "payout_resumed")


_COLUMNS = tuple(
    PAYMENT.c[name]
    for name in (
        "id",
        "remote_id",
        "status",
        "process_date",
        "void_request",
        "remote_updated_at",
        "returning_since",
        "returning_evidence",
    )
)


def _known(rows: Rows, organization_id: str, remote_ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Return our payments; they stay as they are until the transaction ends."""
    found = rows.execute(
        select(*_COLUMNS)
        .where(
            PAYMENT.c.organization_id == organization_id,
            PAYMENT.c.kind == SENT,
            PAYMENT.c.remote_id.in_(sorted(remote_ids)),
        )
        .with_for_update()
    )
    return {row.remote_id: row for row in found}


def _changed(there: SentPay) -> str:
    return there.updated_time.isoformat() if there.updated_time is not None else ""


def _differs(ours: Row[Any], there: SentPay) -> bool:
    return (
        next_status(ours.status, str(there.status)) is not None
        or (there.process_date or ours.process_date) != ours.process_date
        or (there.void_request is not None) != (ours.void_request is not None)
    )


def _move(
    rows: Rows, clock: Clock, organization_id: str, known: Mapping[str, Row[Any]], news: Mapping[str, SentPay]
) -> None:
    now = clock.now()
    moves: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    changes = []
    for remote_id, there in news.items():
        ours = known[remote_id]
        to = next_status(ours.status, str(there.status))
        if to is not None:
            moves[ours.status, to].append(ours.id)
        changes.append(
            {
                "id": ours.id,
                "before": ours.status,
                "status": to or ours.status,
                "process_date": there.process_date or ours.process_date,
                "void_request": "pending" if there.void_request is not None else None,
                "remote_updated_at": there.updated_time or ours.remote_updated_at,
                "returning_since": now if to == "returning" else ours.returning_since,
                "returning_evidence": _evidence(there) if to == "returning" else ours.returning_evidence,
            }
        )
    change(rows, changes)
    for (from_, to), ids in moves.items():
        _follow(rows, clock, organization_id, ids, from_, to, "payout_returned" if to == "returning" else None)


def _evidence(there: SentPay) -> str:
    word = "canceled" if there.status == SentPayStatus.CANCELED else "void"
    return f"Bill.com shows the SentPay as {word}"


def _follow(  # noqa: PLR0917 - a move is as many facts
    rows: Rows,
    clock: Clock,
    organization_id: str,
    payment_ids: Sequence[UUID],
    from_: str,
    to: str,
    action: str | None,
) -> None:
    """Let books, bills, settlements and the audit trail follow payments that have just moved."""
    if not payment_ids:
        return
    by_payment = shares_of(rows, payment_ids)
    shares = [share for of_it in by_payment.values() for share in of_it]
    entries: list[Posting] = []
    if from_ == "scheduled" and to in {"paid", "escheated"}:
        entries += postings.processed(shares)
    elif to == "returning":
        entries += postings.returning(shares, was_processed=from_ in _LEFT)
    ledger.post(rows, clock, organization_id, entries)
    states.refresh_documents(rows, {share.document_id for share in shares}, clock.now())
    sales = {share.settlement_id for share in shares if share.settlement_id is not None}
    states.refresh(rows, organization_id, sales, now=clock.now())
    if to in {"returning", "held"}:
        owe_again(rows, clock, organization_id, {share.document_id for share in shares})
    if action is not None:
        acts = [
            Act(action, "payment", payment_id, {"cents": sum(share.cents for share in of_it), "was": from_})
            for payment_id, of_it in by_payment.items()
        ]
        record(rows, clock, organization_id, acts)


def _left_in_flight(rows: Rows, organization_id: str, strangers: Sequence[SentPay]) -> datetime | None:
    """Return the earliest change among payments that PayBills in flight may have made."""
    by_bill = {pay.bill_id: each for each in strangers for pay in each.bill_pays if pay.bill_id is not None}
    if not by_bill:
        return None
    in_flight = rows.all(
        select(Document.remote_id)
        .join(Operation, Operation.subject_id == Document.id)
        .where(
            Document.organization_id == organization_id,
            Document.kind == "bill",
            Document.remote_id.in_(sorted(by_bill)),
            Operation.kind == "pay",
            Operation.state.in_(OPEN_LANE),
        )
    )
    times = [by_bill[remote_id].updated_time for remote_id in in_flight]
    return min((time for time in times if time is not None), default=None)
