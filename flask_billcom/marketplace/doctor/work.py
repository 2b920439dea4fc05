"""The work: ticks, holds, operations that do not move, the audit trail and the events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from flask_billcom.engine.holds import ENGINE
from flask_billcom.engine.timing import Timing
from flask_billcom.engine.worker import LAST_ERROR, last_tick
from flask_billcom.ledger import trial_balance
from flask_billcom.marketplace.counterparties.confirming import BANK_CHANGED
from flask_billcom.marketplace.events import failing_events
from flask_billcom.marketplace.lists.operations import GIVEN_UP, NEED_A_PERSON, since_of, stuck_condition
from flask_billcom.marketplace.status import holds_in_force
from flask_billcom.marketplace.strays import RESTORED
from flask_billcom.models import Audit, Mark, Operation, OperationState

from .checks import Check, Subject, age, counted, problem, warning, well

TICK_EVERY = timedelta(minutes=5)
"""Without a tick for longer than this, nobody works."""
OVERDUE = timedelta(minutes=15)
PATIENCE = timedelta(days=1)
"""How long an operation may wait for somebody of the app before it is worth a warning."""
AGES = 1000
"""Of so many operations at most the age is looked at, those first that were planned first."""
_OPS = "`flask billcom ops list --stuck`"


def ticks(subject: Subject, now: datetime) -> Iterator[Check]:
    """Look when the last tick ended, and whether it could do its work."""
    last = last_tick(subject.store, subject.organization_id)
    step = "start `flask billcom worker`, or look why it does not run"
    if last is None:
        yield problem("tick", "no tick has ever run, so nothing is sent", step)
    elif now - last > TICK_EVERY:
        yield problem("tick", f"the last tick ended {age(now, last)} ago", step)
    else:
        yield from _last_outcome(subject, now, last)


def _last_outcome(subject: Subject, now: datetime, last: datetime) -> Iterator[Check]:
    with subject.store.read() as rows:
        error = rows.first(
            select(Mark.value).where(Mark.organization_id == subject.organization_id, Mark.name == LAST_ERROR)
        )
    if error:
        yield warning("tick", f"the last tick, {age(now, last)} ago, stopped early: {error}", "mend what it names")
    else:
        yield well("tick", f"the last tick ended {age(now, last)} ago")


def holds(subject: Subject, now: datetime) -> Iterator[Check]:
    """Name the holds in force: those of the engine have a cause to be mended, those of people are meant."""
    with subject.store.read() as rows:
        found = holds_in_force(rows, subject.organization_id)
    for hold in found:
        are = "are" if hold.on.startswith("all ") else "is"
        message = f"{hold.on} {are} held for {age(now, hold.placed_at)} by {hold.actor}: {hold.reason}"
        if hold.reason.endswith(RESTORED):
            yield problem("holds", message, "`flask billcom books reconcile`, then the same with --resume")
        elif hold.reason == BANK_CHANGED:
            yield problem("holds", message, "ask the seller, then `flask billcom parties confirm-account`")
        elif hold.actor == ENGINE:
            yield problem("holds", message, "mend its cause, then run `flask billcom session login` or `session mfa`")
        else:
            yield warning("holds", message, "release it when its reason is gone")
    if not found:
        yield well("holds", "nothing is held")


def stuck(subject: Subject, now: datetime) -> Iterator[Check]:
    """Name the operations that move no further without a person, by state and reason."""
    found = _grouped(subject, stuck_condition())
    since = _since_when(subject, stuck_condition()) if found else {}
    for state, parked, count, planned in found:
        oldest = since.get((state, parked), planned)
        what = parked if parked in NEED_A_PERSON else GIVEN_UP if state == OperationState.CANCELLED else state
        message = f"{counted(count, 'operation')} {what}, the oldest for {age(now, oldest)}"
        yield problem(f"operations.{what}", message, f"{_OPS} shows them, `flask billcom ops show` the evidence")
    if not found:
        yield well("operations", "no operation waits for a person")


def slow(subject: Subject, now: datetime) -> Iterator[Check]:
    """Name the operations that take longer than they should."""
    settings = subject.settings
    timing = Timing(settings.landing_s, settings.list_lag_s, settings.grace_margin_s)
    long_unknown = now - timing.lease - 2 * timing.grace
    unknown = Operation.state.in_((OperationState.UNKNOWN, OperationState.CHECKING))
    doubtful = _grouped(subject, unknown & (Operation.unknown_since < long_unknown), Operation.unknown_since)
    for _, _, count, oldest in doubtful:
        message = f"{counted(count, 'operation')} unknown for longer than it should take, for {age(now, oldest)}"
        yield problem("operations.unknown", message, "look whether ticks run and Bill.com answers")
    free = (Operation.state == OperationState.PLANNED) & Operation.parked.is_(None)
    for _, _, count, oldest in _grouped(subject, free & (Operation.not_before < now - OVERDUE)):
        message = f"{counted(count, 'operation')} due for more than 15 min, planned {age(now, oldest)} ago"
        step = "look whether a worker runs, at holds and limits, and in its log whether Bill.com answers too slowly"
        yield warning("operations.overdue", message, step)
    waiting = (Operation.state == OperationState.PLANNED) & Operation.parked.is_not(None)
    waiting &= Operation.parked.not_in(NEED_A_PERSON) & (Operation.created_at < now - PATIENCE)
    held_up = _grouped(subject, waiting)
    since = _since_when(subject, waiting) if held_up else {}
    for state, parked, count, planned in held_up:
        oldest = since.get((state, parked), planned)
        message = f"{counted(count, 'operation')} {parked}, the oldest for {age(now, oldest)}"
        yield warning(f"operations.{parked}", message, "`flask billcom ops list --state planned` shows them")


def _since_when(subject: Subject, condition: ColumnElement[bool]) -> dict[tuple[str, str | None], datetime]:
    """Return since when the first of some operations stand where they stand, by state and reason."""
    first: dict[tuple[str, str | None], datetime] = {}
    with subject.store.read() as rows:
        where = (Operation.organization_id == subject.organization_id, condition)
        found: list[Operation] = rows.all(select(Operation).where(*where).order_by(Operation.id).limit(AGES))
        since = since_of(rows, found)
    for each in found:
        began = since[each.id] or each.created_at
        key = each.state, each.parked
        first[key] = min(began, first.get(key, began))
    return first


def _grouped(
    subject: Subject,
    condition: ColumnElement[bool],
    since: InstrumentedAttribute[Any] = Operation.created_at,
) -> list[tuple[str, str | None, int, Any]]:
    with subject.store.read() as rows:
        return rows.all(
            select(Operation.state, Operation.parked, func.count(), func.min(since))
            .where(Operation.organization_id == subject.organization_id, condition)
            .group_by(Operation.state, Operation.parked)
            .order_by(Operation.state, Operation.parked)
        )


def audit(subject: Subject, now: datetime) -> Iterator[Check]:
    """Look whether old acts are still unsealed, and could be changed without a trace."""
    with subject.store.read() as rows:
        count, oldest = rows.first(
            select(func.count(), func.min(Audit.at)).where(
                Audit.organization_id == subject.organization_id, Audit.sequence.is_(None)
            )
        )
    if count and now - oldest > TICK_EVERY:
        message = f"{counted(count, 'act')} not sealed, the oldest for {age(now, oldest)}"
        yield problem("audit", message, "look whether ticks run; `flask billcom audit verify` checks the sealed ones")
    else:
        yield well("audit", "every older act is sealed")


def events(subject: Subject, now: datetime) -> Iterator[Check]:
    """Name the receivers that do not take their events."""
    with subject.store.read() as rows:
        failing = failing_events(rows, subject.organization_id)
    by_error: dict[str, int] = {}
    for each in failing:
        by_error[each.error] = by_error.get(each.error, 0) + 1
    for error, count in sorted(by_error.items()):
        nearest = min(datetime.fromisoformat(each.retry_at) for each in failing if each.error == error)
        message = f"{counted(count, 'event')} not delivered: {error}"
        step = f"mend the receiver; it is called again by itself{' soon' if nearest > now else ''}"
        yield problem("events", message, step)
    if not failing:
        yield well("events", "every event was delivered")


def books(subject: Subject) -> Iterator[Check]:
    """Look whether the books sum to zero."""
    with subject.store.read() as rows:
        rest = sum(trial_balance(rows, subject.organization_id).values())
    if rest:
        message = f"the books are {rest} cents off"
        yield problem("books", message, "somebody changed entries by hand; `flask billcom books trial` shows the sums")
    else:
        yield well("books", "the books sum to zero")
