"""One round of everything that is due.

    janitor -> witness -> fence -> checks -> creates and updates -> charges -> payments -> polls -> seal

A tick is safe to run twice, late, or from many machines: rows decide, guarded by their states. Crash recovery is no
separate path. When Bill.com cannot be reached, or its limits are used up, the steps that need it end and the others go
on; any other trouble ends its own step, or its own kind, alone. The next tick takes up the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import bindparam, update
from sqlalchemy.exc import IntegrityError, OperationalError

from flask_billcom import audit
from flask_billcom.clock import Clock
from flask_billcom.errors import BillcomError, ConnectionFailed, RateLimited, RequestTimedOut
from flask_billcom.models import Mark
from flask_billcom.store import Store

from . import janitor, operations
from .delivery import Delivery
from .errors import NoCapacity, QuotaUsed
from .fence import Fence
from .kinds import Absent, Kind
from .noted import value_of
from .readback import ReadBack
from .timing import Timing

logger = logging.getLogger(__name__)

LAST_TICK = "last_tick"
LAST_ERROR = "last_error"
AWAY = (ConnectionFailed, RequestTimedOut, RateLimited)
"""What every further call of a tick would meet as well."""
ROUNDS = 10_000
"""Most batches of one kind in a tick; a bound on a loop, far above what an hour's quota allows."""
_MARK = Mark.__table__
_NOTE = (
    update(_MARK)  # type: ignore[arg-type]  # a declarative class types its table loosely
    .where(_MARK.c.organization_id == bindparam("of"), _MARK.c.name == bindparam("mark"))
    .values(value=bindparam("what"), updated_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the domain.

    :param run: what it does; it opens its own transactions.
    :param network: whether it needs Bill.com, so that it is left out when that cannot be reached.
    :param guards: whether nothing that is guarded may happen in a tick that did not carry it out to its end.
    :param guarded: whether it changes what may be at Bill.com.
    :param counts: what the number is that it returns, for the report; empty where it returns none.
    """

    name: str
    run: Callable[[], object]
    network: bool = True
    guards: bool = False
    guarded: bool = False
    counts: str = ""


@dataclass(slots=True)
class TickReport:
    """What one tick did.

    :param batches: rounds that sent, parked or cancelled something, by kind.
    :param checked: rounds of read-backs, by kind.
    :param brought: what the steps of the domain counted, such as funded sales; those that counted nothing are left out.
    :param stopped: why the network steps ended early, or None.
    :param failed: steps that raised, with the error's text.
    :param unguarded: why nothing was changed, as a step that guards others did not come to its end, or None.
    """

    batches: dict[str, int] = field(default_factory=dict)
    checked: dict[str, int] = field(default_factory=dict)
    brought: dict[str, int] = field(default_factory=dict)
    stopped: str | None = None
    failed: dict[str, str] = field(default_factory=dict)
    unguarded: str | None = None

    @property
    def moved(self) -> bool:
        """Return whether anything was sent or looked up."""
        return bool(self.batches or self.checked)


class Worker:
    """Runs the rounds of one organization.

    :param unpark: lets parked operations go on whose reason is gone, and returns how many.
    :param before: steps that come before anything is sent: the witness.
    :param after: steps that come after: polls, funding, payout plans, events.
    """

    def __init__(
        self,
        organization_id: str,
        *,
        store: Store,
        clock: Clock,
        delivery: Delivery,
        readback: ReadBack,
        fence: Fence,
        timing: Timing,
        kinds: Sequence[Kind],
        unpark: Callable[[], int],
        before: Sequence[Step] = (),
        after: Sequence[Step] = (),
    ) -> None:
        self.organization_id = organization_id
        self._store = store
        self._clock = clock
        self._delivery = delivery
        self._readback = readback
        self._fence = fence
        self._timing = timing
        self._kinds = kinds
        self._unpark = unpark
        self._before = before
        self._after = after

    def tick(self) -> TickReport:
        """Do one round of everything that is due and return what was done."""
        report = TickReport()
        steps = [
            Step("janitor", self._sweep, network=False),
            Step("unpark", self._unpark, network=False),
            *self._before,
            Step("fence", self._prove),
            Step("checks", lambda: self._check(report)),
            Step("delivery", lambda: self._deliver(report), guarded=True),
            *self._after,
            Step("seal", self._seal, network=False),
            Step("finish", lambda: self._finish(report), network=False),
        ]
        for step in steps:
            if step.guarded and report.unguarded is not None:
                continue
            self._run(step, report)
            if step.guards:
                report.unguarded = report.unguarded or report.failed.get(step.name) or report.stopped
        return report

    def _run(self, step: Step, report: TickReport) -> None:
        """Carry out a step; whatever it raises ends this step, and only what concerns all calls ends the others too."""
        if step.network and report.stopped is not None:
            return
        try:
            count = step.run()
            if step.counts and isinstance(count, int) and count:
                report.brought[step.counts] = report.brought.get(step.counts, 0) + count
        except NoCapacity as full:
            report.stopped = str(full)
        except BillcomError as error:
            # The rows say what is left to do. Where Bill.com is away or has no room, the others would find the same.
            logger.warning("the step %s of a tick ended early: %s", step.name, type(error).__name__)
            report.failed[step.name] = f"{type(error).__name__}: {error}"
            if step.network and isinstance(error, AWAY):
                report.stopped = report.failed[step.name]
        except (IntegrityError, OperationalError) as error:
            # Two ticks met on the same rows, or the database was busy: rolled back whole, repeated by the next tick.
            logger.warning("the step %s of a tick was rolled back: %s", step.name, type(error).__name__)
            report.failed[step.name] = type(error).__name__
        except Exception as error:
            # A mistake in one kind, ours or the app's, must not keep the money of the others from moving.
            logger.exception("the step %s of a tick failed", step.name)
            report.failed[step.name] = f"{type(error).__name__}: {error}"

    def _sweep(self) -> None:
        janitor.sweep(self.organization_id, self._store, self._clock, self._timing)

    def _prove(self) -> None:
        self._fence.round([k.name for k in self._kinds if k.policy.fenced and k.policy.absent is not Absent.REPEAT])

    def _check(self, report: TickReport) -> None:
        with self._store.read() as rows:
            waiting = operations.kinds_to_check(rows, self.organization_id, self._clock.now())
        for kind in self._kinds:
            if kind.name in waiting:
                self._run(Step(f"check {kind.name}", partial(self._check_kind, kind, report)), report)

    def _check_kind(self, kind: Kind, report: TickReport) -> None:
        for _ in range(ROUNDS):
            if not self._readback.round(kind):
                return
            report.checked[kind.name] = report.checked.get(kind.name, 0) + 1

    def _deliver(self, report: TickReport) -> None:
        """Send kind after kind, and once more whatever these have let go on: a bill waits for its vendor."""
        self._unpark()
        while True:
            due = self._due()
            for kind in self._kinds:
                if kind.name not in due:
                    continue
                if not self._is_guarded(report):
                    return
                before = report.batches.get(kind.name, 0)
                self._run(Step(f"deliver {kind.name}", partial(self._deliver_kind, kind, report)), report)
                if report.batches.get(kind.name, 0) != before:
                    due = self._due()
            if report.stopped is not None or not self._unpark():
                return

    def _is_guarded(self, report: TickReport) -> bool:
        """Let the guards look once more now that something is due, and return whether they came to their end.

        At the beginning of the tick there may have been nothing to guard: steps in between, and the app, plan as well.
        """
        for step in self._before:
            if step.guards:
                self._run(step, report)
                report.unguarded = report.unguarded or report.failed.get(step.name) or report.stopped
        return report.unguarded is None

    def _due(self) -> set[str]:
        with self._store.read() as rows:
            return operations.kinds_due(rows, self.organization_id, self._clock.now() + self._delivery.linger)

    def _deliver_kind(self, kind: Kind, report: TickReport) -> None:
        for _ in range(ROUNDS):
            try:
                moved = self._delivery.round(kind)
            except QuotaUsed as full:
                if full.name != kind.quota:
                    raise
                return
            if not moved:
                return
            report.batches[kind.name] = report.batches.get(kind.name, 0) + 1

    def _seal(self) -> None:
        with self._store.read() as rows:
            if not audit.is_unsealed(rows, self.organization_id):
                return
        while True:
            with self._store.write() as rows:
                sealed = audit.seal(rows, self.organization_id)
            if sealed < audit.SEAL_BATCH:
                return

    def _finish(self, report: TickReport) -> None:
        now = self._clock.now()
        told = {LAST_TICK: now.isoformat(), LAST_ERROR: report.stopped or report.unguarded or ""}
        notes = [{"of": self.organization_id, "mark": name, "what": value, "at": now} for name, value in told.items()]
        with self._store.write() as rows:
            if rows.change(_NOTE, notes) == len(notes):
                return
            first = [
                {"organization_id": self.organization_id, "name": name, "value": "", "updated_at": now} for name in told
            ]
            rows.insert_new(Mark, first)
            rows.change(_NOTE, notes)


def last_tick(store: Store, organization_id: str) -> datetime | None:
    """Return when the last tick of an organization ended, or None."""
    with store.read() as rows:
        value = value_of(rows, organization_id, LAST_TICK)
    return datetime.fromisoformat(value) if value else None
