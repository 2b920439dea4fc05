"""Signals: what happened, told to the app after it was committed.

    act --audit row--> sealed by tick() --cursor--> each receiver, in an app context of its own
                                            `-- it raised: the event is kept and tried again, later and later

An event is delivered at least once: receivers drop repeats by `event_id`. A receiver that raises holds up neither the
operation, which stands, nor the other events; `flask billcom doctor` names it.

    from flask_billcom.marketplace.events import payout_paid

    @payout_paid.connect
    def tell_seller(app, *, event_id, subject_id, **extra): ...

Every act of the audit trail is a signal: `signals.signal("its_action")`. Those below are the ones to build on.
"""

from __future__ import annotations

import json
import logging
import weakref
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from blinker import NamedSignal, Namespace
from sqlalchemy import bindparam, select

from flask_billcom.clock import Clock
from flask_billcom.engine.noted import value_of
from flask_billcom.models import Audit, Mark
from flask_billcom.store import Rows, Store

from .marks import compare_and_set

if TYPE_CHECKING:
    from flask import Flask

logger = logging.getLogger(__name__)

signals = Namespace()

#: A sale was settled. `reference`, `gross_cents`; the subject is the settlement.
settled = signals.signal("settled")
#: Bill.com knows a buyer or seller. `role`, `remote_id`; the subject is the party.
party_created = signals.signal("party_created")
#: Bill.com was told of a change of a buyer or seller. `role`; the subject is the party.
party_updated = signals.signal("party_updated")
#: An invoice was made at Bill.com; the subject is the document.
invoice_created = signals.signal("invoice_created")
#: A bill was made at Bill.com; the subject is the document.
bill_created = signals.signal("bill_created")
#: An invoice was sent to its buyer; the subject is the document.
invoice_sent = signals.signal("invoice_sent")
#: A charge of a buyer's account was scheduled.
charge_scheduled = signals.signal("charge_scheduled")
#: A buyer's payment is safe: paid, seen at the bank, and the days for returns have passed.
charge_funded = signals.signal("charge_funded")
#: A buyer's payment came back.
charge_returned = signals.signal("charge_returned")
#: A payout was given to Bill.com.
payout_sent = signals.signal("payout_sent")
#: A payout arrived.
payout_paid = signals.signal("payout_paid")
#: A payout failed, was returned or voided; nothing is paid again before a person decides.
payout_failed = signals.signal("payout_failed")
#: Somebody asked for a refund; the subject is the settlement. ``refund``, ``cents``, ``fee_cents``, ``reason``.
refund_requested = signals.signal("refund_requested")
#: The buyer has his money back, or does not owe it any more; the subject is the settlement. ``refund``, ``cents``.
refunded = signals.signal("refunded")
#: The payment that gave a buyer his money back has come back; he is owed it again. The subject is the settlement.
#: ``refund``, ``cents``.
refund_returned = signals.signal("refund_returned")
#: A sale was taken back before it was collected; the subject is the settlement. ``refund``, ``cents``.
cancelled = signals.signal("cancelled")
#: Money that came elsewhere is noted at Bill.com. `payment`, `cents`; the subject is the invoice.
payment_recorded = signals.signal("payment_recorded")
#: An open invoice is sent once more. `days` after its due date, or `reference`; the subject is the invoice.
reminded = signals.signal("reminded")
#: A person has a buyer charged again whose debit came back. `cents`, `try`; the subject is the invoice.
charged_again = signals.signal("charged_again")
#: A fine, bonus or write-off counts now. `kind`, `cents`, `reference`; the subject is the adjustment.
adjustment_booked = signals.signal("adjustment_booked")
#: What a seller owes was taken off his bill. `number`, `cents`, `left_cents`; the subject is the document.
debt_netted = signals.signal("debt_netted")
#: A buyer disputes a sale; its money waits. `cents`, `reference`, `line`; the subject is the adjustment.
dispute_opened = signals.signal("dispute_opened")
#: An operation needs a person: its outcome cannot be told for certain.
quarantined = signals.signal("quarantined")
#: The trust that a person confirmed with a code ends soon.
mfa_expiring = signals.signal("mfa_expiring")

CURSOR, ERRORS = "events", "events_error"
BATCH = 200
MOST_FAILING = 1000
"""With more failing events than this the cursor waits for them."""
_NEXT = (
    select(Audit)
    .where(Audit.organization_id == bindparam("organization_id"), Audit.sequence > bindparam("cursor"))
    .order_by(Audit.sequence)
    .limit(BATCH)
)
_FIRST_RETRY, _LONGEST_RETRY = timedelta(seconds=10), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Failing:
    """An event that a receiver did not take.

    :param sequence: its place in the audit trail.
    :param error: class of the exception, and the receiver.
    """

    sequence: int
    action: str
    attempts: int
    retry_at: str
    error: str

    def is_due(self, now: datetime) -> bool:
        """Return whether it is time to try again."""
        return datetime.fromisoformat(self.retry_at) <= now


def failing_events(rows: Rows, organization_id: str) -> list[Failing]:
    """Return the events that receivers did not take, for `doctor`."""
    return _failing(value_of(rows, organization_id, ERRORS))


def _failing(value: str | None) -> list[Failing]:
    return [Failing(**each) for each in json.loads(value or "[]")]


class Events:
    """Delivers the events of one app.

    :param app_of: returns the app, or None when it has ended.
    """

    def __init__(
        self, organization_id: str, store: Store, clock: Clock, app_of: Callable[[], Flask | None] | weakref.ref[Flask]
    ) -> None:
        self._organization_id = organization_id
        self._store = store
        self._clock = clock
        self._app_of = app_of

    def deliver(self) -> bool:
        """Deliver what was sealed since the last time and what is due again; return whether there was anything."""
        app = self._app_of()
        if app is None:
            return False
        moved = self._retry(app)
        while self._next(app):
            moved = True
        return moved

    def _next(self, app: Flask) -> bool:
        """Deliver the next batch and move the cursor behind it; return whether there may be more."""
        with self._store.read() as rows:
            cursor = value_of(rows, self._organization_id, CURSOR)
            failing = failing_events(rows, self._organization_id)
            acts = self._acts(rows, int(cursor or 0))
        if not acts or len(failing) > MOST_FAILING:
            return False
        failed = [each for act in acts if (each := self._tell(app, act, attempts=0)) is not None]
        with self._store.write() as rows:
            if not self._swap(rows, CURSOR, cursor, str(acts[-1].sequence)):
                return False  # another tick was faster; it has kept what failed
            if failed:
                self._keep(rows, {each.sequence: each for each in failed})
        return len(acts) == BATCH

    def _retry(self, app: Flask) -> bool:
        now = self._clock.now()
        with self._store.read() as rows:
            due = [each for each in failing_events(rows, self._organization_id) if each.is_due(now)]
            acts = self._acts_at(rows, [each.sequence for each in due])
        outcomes: dict[int, Failing | None] = {}
        for each in due:
            act = acts.get(each.sequence)
            outcomes[each.sequence] = None if act is None else self._tell(app, act, attempts=each.attempts)
        if outcomes:
            with self._store.write() as rows:
                self._keep(rows, outcomes)
        return bool(outcomes)

    def _tell(self, app: Flask, act: Audit, *, attempts: int) -> Failing | None:
        """Call every receiver of an act and return what is to be kept if one raised."""
        signal: NamedSignal = signals.signal(act.action)
        failed: Failing | None = None
        for receiver in list(signal.receivers_for(app)):
            try:
                with app.app_context():
                    receiver(app, **_arguments(act))
            except Exception as error:  # recorded below and tried again; a receiver may raise anything
                name = f"{getattr(receiver, '__module__', '')}.{getattr(receiver, '__qualname__', receiver)}"
                logger.exception("the receiver %s of the event %s raised", name, act.action)
                wait = min(_FIRST_RETRY * 2**attempts, _LONGEST_RETRY)
                failed = Failing(
                    sequence=act.sequence or 0,
                    action=act.action,
                    attempts=attempts + 1,
                    retry_at=(self._clock.now() + wait).isoformat(),
                    error=f"{type(error).__name__} in {name}",
                )
        return failed

    def _keep(self, rows: Rows, outcomes: dict[int, Failing | None]) -> None:
        """Write which events fail now: those that were told are dropped, those that failed are added or replaced."""
        swapped = False
        while not swapped:  # another tick may write its own between our read and our write
            value = value_of(rows, self._organization_id, ERRORS)
            kept: dict[int, Failing | None] = {each.sequence: each for each in _failing(value)}
            kept.update(outcomes)
            text = json.dumps([asdict(each) for _, each in sorted(kept.items()) if each is not None])
            swapped = self._swap(rows, ERRORS, value, text)

    def _swap(self, rows: Rows, name: str, old: str | None, new: str) -> bool:
        """Write a mark if it still holds what was read, and return whether it did."""
        now = self._clock.now()
        if old is None:
            row = {"organization_id": self._organization_id, "name": name, "value": new, "updated_at": now}
            rows.insert_new(Mark, [row])
            return value_of(rows, self._organization_id, name) == new
        return compare_and_set(rows, self._organization_id, name, old, new, now)

    def _acts(self, rows: Rows, cursor: int) -> list[Audit]:
        acts: list[Audit] = rows.all(_NEXT, {"organization_id": self._organization_id, "cursor": cursor})
        return acts

    def _acts_at(self, rows: Rows, sequences: Sequence[int]) -> dict[int, Audit]:
        if not sequences:
            return {}
        acts: list[Audit] = rows.all(
            select(Audit).where(Audit.organization_id == self._organization_id, Audit.sequence.in_(sequences))
        )
        return {act.sequence or 0: act for act in acts}


def _arguments(act: Audit) -> dict[str, Any]:
    return {
        **act.detail,
        "event_id": act.id.hex,
        "action": act.action,
        "at": act.at,
        "actor": act.actor,
        "organization_id": act.organization_id,
        "subject_type": act.subject_type,
        "subject_id": act.subject_id,
    }
