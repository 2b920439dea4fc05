"""Follow payments to their end: which polls are worth a call now, and in which order they come.

    poll            reads while                                                   at most every
    received        an invoice is open, a charge is due, return days are over     minute
                    a payment is paid and not yet counted on                      day
                    a payment was counted on in the last two months, as debits
                    may come back that long                                       day
    sent            a payout is due, or has arrived                               minute
                    one is scheduled, paid or held                                day
                    one has cleared in the last four months, as checks may lapse  week
    movements       a paid payment waits for the bank, after banks have opened    quarter of an hour
    disbursements   a payout has arrived, or one is held                          minute, hour
                    one has arrived in the last week, in the last two months      day, week

A poll reads what changed since its mark, so whoever changes a payment, in whichever program, is noticed. When nothing
could have changed, nothing is read: a quiet marketplace makes a call or two a day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, bindparam, func, select

from flask_billcom.api.records import MoneyMovement, ReceivedPay, SentPay
from flask_billcom.marketplace import marks
from flask_billcom.marketplace.collection.funding import RECEIVED_POLL, fund_sales
from flask_billcom.models import Payment, Settlement, SettlementState
from flask_billcom.store import Rows

from . import movements, received, sent
from .bankhours import ARRIVED_DAYS, CONFIRMED_DAYS, LATE, UNCASHED, last_opening, reached
from .clearing import clear
from .payments import RECEIVED, SENT

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

SENT_POLL, MOVEMENT_POLL = marks.POLL_OF["sent"], "poll:movements"
EVERY = timedelta(seconds=60)
MOVEMENTS_EVERY = timedelta(minutes=15)
HOURLY, DAILY, WEEKLY = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
SKEW = timedelta(minutes=5)
_OLDEST = (
    select(Settlement.settled_at)
    .where(Settlement.organization_id == bindparam("organization_id"), Settlement.state == bindparam("state"))
    .order_by(Settlement.id)
    .limit(1)
)
_OF = (Payment.organization_id == bindparam("organization_id"), Payment.kind == bindparam("kind"))
_ANY = select(Payment.id).where(*_OF, Payment.status == bindparam("status")).limit(1)
_FIRST_MADE = select(func.min(func.coalesce(Payment.remote_created_at, Payment.created_at))).where(*_OF)


def follow(domain: Domain) -> int:
    """Read what changed about payments and bank movements, as far as anything can have, and let our rows follow.

    :return: how many polls were done to their end.
    """
    done = [follow_received(domain), follow_sent(domain), follow_movements(domain)]
    with domain.store.read() as rows:
        progress = marks.read(rows, domain.organization_id, SENT_POLL)
    clear(domain, None if progress is None else progress.finished)
    return sum(done)


def follow_received(domain: Domain) -> bool:
    """Poll ReceivedPays if one of ours can have changed; return whether it was done to the end."""
    progress = _look(domain, RECEIVED_POLL, EVERY, _first_received, _received_can_change)
    if progress is None:
        return False

    def consume(page: Sequence[ReceivedPay]) -> datetime | None:
        left: list[datetime] = []
        for some in received.in_batches(page):
            again_from = take_in_received(domain, some)
            left += [again_from] if again_from is not None else []
        return min(left, default=None)

    return marks.read_changes(domain, RECEIVED_POLL, progress, ReceivedPay, consume)


def take_in_received(domain: Domain, records: Sequence[ReceivedPay]) -> datetime | None:
    """Bring our rows up to what some ReceivedPays say, and return the earliest change that has to be read again."""
    with domain.store.write() as rows:
        again_from, freed = received.take_in(rows, domain.clock, domain.organization_id, records)
        # What pays them beside it may have been counted on long ago; nothing else would look at them again.
        fund_sales(rows, domain, freed)
    return again_from


def follow_sent(domain: Domain) -> bool:
    """Poll SentPays if one of ours can have changed; return whether it was done to the end."""
    progress = _look(domain, SENT_POLL, EVERY, _first_sent, _sent_can_change)
    if progress is None:
        return False

    def consume(page: Sequence[SentPay]) -> datetime | None:
        left: list[datetime] = []
        for some in sent.in_batches(page):
            with domain.store.write() as rows:
                again_from = sent.take_in(rows, domain.clock, domain.organization_id, some)
            left += [again_from] if again_from is not None else []
        return min(left, default=None)

    return marks.read_changes(domain, SENT_POLL, progress, SentPay, consume)


def follow_movements(domain: Domain) -> bool:
    """Poll MoneyMovements if one is expected, and confirm the payments that they cover."""
    progress = _look(domain, MOVEMENT_POLL, EVERY, _first_movement, _movements_can_change)
    if progress is None:
        return False

    def consume(page: Sequence[MoneyMovement]) -> None:
        for start in range(0, len(page), sent.ROWS):
            with domain.store.write() as rows:
                movements.take_in(rows, domain.clock, domain.organization_id, page[start : start + sent.ROWS])

    done = marks.read_changes(domain, MOVEMENT_POLL, progress, MoneyMovement, consume)
    movements.confirm(domain)
    if done:
        movements.confirm_unseen(domain)
    movements.take_back(domain)
    return done


First = Callable[[Rows, "Domain"], "datetime | None"]
"""Returns from when on changes matter, or None while nothing has to be followed."""
CanChange = Callable[[Rows, "Domain", marks.Progress, datetime], bool]
"""Returns whether anything of ours can have changed since the mark."""


def _look(domain: Domain, name: str, every: timedelta, first: First, can_change: CanChange) -> marks.Progress | None:
    """Return the mark of a poll that is worth a call now, or None; a look that found nothing is noted."""
    now = domain.clock.now()
    with domain.store.read() as rows:
        progress = marks.read(rows, domain.organization_id, name)
        if progress is None:
            since = first(rows, domain)
            if since is None:
                return None
            progress = marks.Progress(since=since - SKEW, looked=since)
            is_new = True
        else:
            is_new = False
        wanted = progress.may_look(now, every) and (progress.is_under_way or can_change(rows, domain, progress, now))
    if is_new:
        with domain.store.write() as rows:
            marks.start(rows, domain.organization_id, name, progress, now)
    elif not wanted and progress.may_look(now, every):
        marks.swap(domain, name, progress, replace(progress, looked=now))
    return progress if wanted else None


# -- received ----------------------------------------------------------------------------------------------------


def _first_received(rows: Rows, domain: Domain) -> datetime | None:
    """Return when the oldest sale was settled that is not collected, or the first payment was seen."""
    firsts = [_oldest(rows, domain, state) for state in (SettlementState.INVOICED, SettlementState.COLLECTING)]
    firsts.append(_first_payment(rows, domain, RECEIVED))
    return min((each for each in firsts if each is not None), default=None)


def _received_can_change(rows: Rows, domain: Domain, progress: marks.Progress, now: datetime) -> bool:
    oldest = _oldest(rows, domain, SettlementState.INVOICED)
    if oldest is not None and oldest <= now - EVERY:
        return True
    if _any(rows, domain, RECEIVED, "scheduled", Payment.process_date <= reached(now, 0)):
        return True
    days = domain.settings.return_days
    if _any(rows, domain, RECEIVED, "paid", *_passed_since(progress.finished, now, days)):
        return True
    age = _age(progress, now)
    if age >= HOURLY and _oldest(rows, domain, SettlementState.COLLECTING) is not None:
        return True
    if age < DAILY:
        return False
    # A seller may be paid with it on any day, so a debit that comes back late is noticed before the next one.
    late = Payment.process_date >= (now - LATE).date()
    return _any(rows, domain, RECEIVED, "paid") or _any(rows, domain, RECEIVED, "cleared", late)


def _oldest(rows: Rows, domain: Domain, state: SettlementState) -> datetime | None:
    found: datetime | None = rows.first(_OLDEST, {"organization_id": domain.organization_id, "state": state})
    return found


# -- sent --------------------------------------------------------------------------------------------------------


def _first_sent(rows: Rows, domain: Domain) -> datetime | None:
    return _first_payment(rows, domain, SENT)


def _sent_can_change(rows: Rows, domain: Domain, progress: marks.Progress, now: datetime) -> bool:
    if _any(rows, domain, SENT, "scheduled", Payment.process_date <= reached(now, 0)):
        return True
    if _any(rows, domain, SENT, "paid", *_passed_since(progress.finished, now, ARRIVED_DAYS)):
        return True
    age = _age(progress, now)
    if age >= HOURLY and _any(rows, domain, SENT, "paid", Payment.void_request.is_not(None)):
        return True
    if age >= DAILY and any(_any(rows, domain, SENT, status) for status in ("scheduled", "paid", "held", "returning")):
        return True
    return age >= WEEKLY and _any(rows, domain, SENT, "cleared", Payment.process_date >= (now - UNCASHED).date())


# -- movements ---------------------------------------------------------------------------------------------------


def _first_movement(rows: Rows, domain: Domain) -> datetime | None:
    firsts = [_first_payment(rows, domain, kind) for kind in (RECEIVED, SENT)]
    return min((each for each in firsts if each is not None), default=None)


def _movements_can_change(rows: Rows, domain: Domain, progress: marks.Progress, now: datetime) -> bool:
    seen = progress.finished
    if seen is not None and seen >= last_opening(now) and seen + MOVEMENTS_EVERY > now:
        return False
    waiting = (Payment.confirmed_at.is_(None), Payment.process_date <= reached(now, CONFIRMED_DAYS))
    return (
        any(_any(rows, domain, kind, status, *waiting) for kind in (RECEIVED, SENT) for status in movements.AWAITED)
        or _any(rows, domain, RECEIVED, "returning")
        or _any(rows, domain, SENT, "returning")
    )


# -- questions ---------------------------------------------------------------------------------------------------


def _any(rows: Rows, domain: Domain, kind: str, status: str, *which: ColumnElement[bool]) -> bool:
    of = {"organization_id": domain.organization_id, "kind": kind, "status": status}
    return rows.first(_ANY.where(*which) if which else _ANY, of) is not None


def _passed_since(seen: datetime | None, now: datetime, bank_days: int) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a number of bank days has passed for a payment since something was last seen."""
    until = Payment.process_date <= reached(now, bank_days)
    if seen is None:
        return (until,)
    return (and_(until, Payment.process_date > reached(seen, bank_days)),)


def _first_payment(rows: Rows, domain: Domain, kind: str) -> datetime | None:
    """Return when Bill.com made the oldest payment: our row may be days younger, and it has changed since."""
    found: datetime | None = rows.first(_FIRST_MADE, {"organization_id": domain.organization_id, "kind": kind})
    return found


def _age(progress: marks.Progress, now: datetime) -> timedelta:
    """Return how long ago the last whole poll began, or the mark was made."""
    return now - (progress.finished or progress.since)
