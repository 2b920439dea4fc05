"""When a payout has arrived: nobody says so, so everything that would speak against it is looked at.

    SentPay paid, and arrival time past              asked again after that time
    its movement confirmed, or none of its day       asked again after that time
    not failed, void or held among the disbursements one look after both

Arrival is two bank days after the process date. A payment whose bank account shows no line at all is taken as confirmed
after ten; one whose day does not add up waits and shows up in the reconciliation.

A seller's bank sends back what it does not take within days of that, when the payout has cleared: the failed ones are
looked for daily for a week, then weekly.

Acts: payout_paid.

Wire: https://developer.bill.com/v2/reference/ap-vendortransactions-listpayments
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, or_, select

from flask_billcom.api.records import DisbursementStatus
from flask_billcom.audit import Act, record
from flask_billcom.marketplace import marks, states
from flask_billcom.models import Payment
from flask_billcom.store import Rows

from . import sent
from .bankhours import ARRIVED_DAYS, LATE, reached
from .movements import UNMATCHED_DAYS, confirm_some, has_lines
from .payments import SENT, days_of, move, next_of, shares_of

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

DISBURSEMENTS = "poll:disbursements"
TROUBLE = (DisbursementStatus.FAILED, DisbursementStatus.VOID, DisbursementStatus.HOLD)
HELD_EVERY = timedelta(hours=1)
CLEARED_EVERY, LATER_EVERY = timedelta(days=1), timedelta(days=7)
SENT_BACK = timedelta(days=7)
"""How long after arrival most payouts come back that a seller's bank does not take."""
LOOK_EVERY = timedelta(seconds=60)


def clear(domain: Domain, payments_seen: datetime | None) -> int:
    """Clear the payouts that have arrived, after one look at the disbursements, and return how many.

    :param payments_seen: our time at the last whole poll of SentPays.
    """
    if payments_seen is None:
        return 0
    now = domain.clock.now()
    with domain.store.read() as rows:
        progress = marks.read(rows, domain.organization_id, DISBURSEMENTS)
        finished = None if progress is None else progress.finished
        asks = _asks(rows, domain, now, payments_seen, finished)
    if asks:
        finished = _read_trouble(domain, progress, now) or finished
    if finished is None:
        return 0
    arrived = _arrived(domain.organization_id, reached(now, UNMATCHED_DAYS))
    return _clear_all(domain, arrived, min(now, payments_seen, finished), finished)


def _arrived(
    organization_id: str | BindParameter[str], unmatched_until: date | BindParameter[date]
) -> ColumnElement[bool]:
    """Return the condition that nothing but time stands between a paid payout and its arrival.

    :param unmatched_until: the last process date that the bank may show no line of.
    """
    unmatched = and_(
        Payment.confirmed_at.is_(None), Payment.process_date <= unmatched_until, ~has_lines(organization_id, SENT)
    )
    return and_(Payment.void_request.is_(None), or_(Payment.confirmed_at.is_not(None), unmatched))


_ARRIVED = (
    select(Payment.id)
    .where(
        Payment.organization_id == bindparam("of"),
        Payment.kind == SENT,
        Payment.status == "paid",
        Payment.process_date <= bindparam("until"),
        _arrived(bindparam("of"), bindparam("unmatched_until")),
    )
    .limit(1)
)
_ARRIVED_SINCE = _ARRIVED.where(
    or_(Payment.process_date > bindparam("looked_until"), Payment.confirmed_at > bindparam("looked"))
)


def _asks(rows: Rows, domain: Domain, now: datetime, payments_seen: datetime, finished: datetime | None) -> bool:
    """Return whether the disbursements have to be read: a payout has arrived, or may go on, since the last look."""
    by = {
        "of": domain.organization_id,
        "until": reached(min(now, payments_seen), ARRIVED_DAYS),
        "unmatched_until": reached(now, UNMATCHED_DAYS),
    }
    if finished is None:
        arrived = rows.first(_ARRIVED, by)
    else:
        arrived = rows.first(
            _ARRIVED_SINCE, {**by, "looked_until": reached(finished, ARRIVED_DAYS), "looked": finished}
        )
    if arrived is not None:
        return True
    if finished is None:
        return rows.first(select(Payment.id).where(_of(domain, "held")).limit(1)) is not None
    age = now - finished
    watched = [
        (HELD_EVERY, _of(domain, "held")),
        (CLEARED_EVERY, _of(domain, "cleared") & (Payment.process_date >= reached(now - SENT_BACK, ARRIVED_DAYS))),
        (LATER_EVERY, _of(domain, "cleared") & (Payment.process_date >= (now - LATE).date())),
    ]
    which = [condition for every, condition in watched if age >= every]
    return bool(which) and rows.first(select(Payment.id).where(or_(*which)).limit(1)) is not None


def _of(domain: Domain, status: str) -> ColumnElement[bool]:
    return and_(Payment.organization_id == domain.organization_id, Payment.kind == SENT, Payment.status == status)


def _read_trouble(domain: Domain, progress: marks.Progress | None, now: datetime) -> datetime | None:
    """Read all payments that Bill.com lists as failed, void or held; return when, or None if somebody else reads."""
    if progress is None:
        progress = marks.Progress(since=now)
        with domain.store.write() as rows:
            marks.start(rows, domain.organization_id, DISBURSEMENTS, progress, now)
    poll = marks.Poll(domain, DISBURSEMENTS, progress)
    if not progress.may_look(now, LOOK_EVERY) or not poll.take():
        return None
    try:
        poll.began(None)
        still: set[UUID] = set()
        for status in TROUBLE:
            still |= _read_list(domain, status)
        with domain.store.write() as rows:
            sent.resume(rows, domain.clock, domain.organization_id, still=still)
        return poll.progress.finished if poll.passed(0) else None
    finally:
        poll.let_go()


def _read_list(domain: Domain, status: DisbursementStatus) -> set[UUID]:
    ours: set[UUID] = set()
    start = 0
    while True:
        page = domain.reads.payments(status.value, start=start)
        for some in sent.in_batches(page.records):
            with domain.store.write() as rows:
                ours |= sent.note_trouble(rows, domain.clock, domain.organization_id, some, status)
        if len(page.records) < marks.PAGE:
            return ours
        start += marks.PAGE


def _clear_all(domain: Domain, arrived: ColumnElement[bool], seen: datetime, finished: datetime) -> int:
    """Clear what has arrived.

    :param seen: payments and disbursements are known as they were then.
    :param finished: the look at the disbursements, which has to come after the bank's confirmation.
    """
    organization_id = domain.organization_id
    looked_after = or_(Payment.confirmed_at.is_(None), Payment.confirmed_at <= finished)
    with domain.store.read() as rows:
        days = list(days_of(rows, organization_id, SENT, "paid", reached(seen, ARRIVED_DAYS)))
    cleared = 0
    for day in days:
        last: UUID | None = None
        while True:
            with domain.store.write() as rows:
                some = next_of(rows, organization_id, SENT, "paid", day, last, arrived, looked_after)
                cleared += len(_clear_some(domain, rows, some))
            if not some:
                break
            last = some[-1]
    return cleared


def _clear_some(domain: Domain, rows: Rows, payment_ids: list[UUID]) -> list[UUID]:
    clock, organization_id = domain.clock, domain.organization_id
    moved = move(rows, payment_ids, from_="paid", to="cleared")
    if not moved:
        return moved
    confirm_some(rows, clock, organization_id, SENT, moved)
    by_payment = shares_of(rows, moved)
    shares = [share for of_it in by_payment.values() for share in of_it]
    states.refresh_documents(rows, {share.document_id for share in shares}, clock.now())
    sales = {share.settlement_id for share in shares if share.settlement_id is not None}
    states.refresh(rows, organization_id, sales, now=clock.now())
    acts = [
        Act("payout_paid", "payment", payment_id, {"cents": sum(share.cents for share in of_it)})
        for payment_id, of_it in by_payment.items()
    ]
    record(rows, clock, organization_id, acts)
    return moved
