"""Send one batch of a kind: claim, one call, record.

    due -> render -> check            our rows; then reads, before anything is claimed
    T1  claim, slot, quota, call row  one transaction; nothing claimed, no slot, or checked long ago: rolled back
    T2  one POST                      no transaction, no retry, not after `not_after`
    T3  record                        one transaction, guarded by state and call: outcome, ids, domain rows, slot

A crash before T1 leaves the row planned, after it sending: the janitor turns that into unknown once the lease is over.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.exc import IntegrityError

from flask_billcom.api.envelope import Reply
from flask_billcom.api.transport import Transport
from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.errors import BillcomError, TransportError
from flask_billcom.models import Call, Operation, OperationState
from flask_billcom.store import Rows, Store

from . import operations
from .claims import Claimed
from .decisions import DIFFERENCE
from .errors import LateReply, NoCapacity
from .holds import Parking
from .kinds import Absent, Kind, Needless, Ready, Rendered, Wait
from .limits import ALL, Limits
from .outcomes import judge
from .reads import Reads
from .recording import Recorder
from .servertime import ServerTime
from .sessions import Live, Sessions
from .timing import NOT_SHOWN_RETRY, Timing

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Moment:
    """When something began, by the clock that all share and by the machine's own: either may jump or stand still."""

    at: datetime
    monotonic: float

    def age(self, now: datetime, monotonic: float) -> timedelta:
        """Return how long ago that was, by whichever clock says more."""
        return max(now - self.at, timedelta(seconds=monotonic - self.monotonic))


class Delivery:
    """Sends the due operations of one organization."""

    def __init__(
        self,
        organization_id: str,
        *,
        store: Store,
        clock: Clock,
        transport: Transport,
        sessions: Sessions,
        limits: Limits,
        parking: Parking,
        reads: Reads,
        recorder: Recorder,
        timing: Timing,
        server_time: ServerTime,
        linger_s: float,
    ) -> None:
        self.organization_id = organization_id
        self._store = store
        self._clock = clock
        self._transport = transport
        self._sessions = sessions
        self._limits = limits
        self._parking = parking
        self._reads = reads
        self._timing = timing
        self._server_time = server_time
        self.linger = timedelta(seconds=linger_s)
        self._recorder = recorder
        self._splits: dict[str, int] = {}
        """How often what came first of a kind was halved when it was last looked at: a guess of what comes next."""

    def round(self, kind: Kind) -> bool:
        """Send one batch of a kind and return whether anything moved.

        :raises NoCapacity: no slot, quota or session is free now; nothing was claimed.
        """
        ready, parked = self._prepare(kind)
        if not ready:
            return parked
        checked = self._moment()
        ready, moved = self._settle_aside(self._checked(kind, ready))
        parked = moved or parked
        if kind.policy.absent is not Absent.REPEAT:
            ready = self._same_digest(ready)
        if not ready:
            return parked
        live = self._sessions.live()
        if kind.protected and not live.trusted:
            self._park_untrusted(kind)
            return True
        claimed = self._claim(kind, ready, live, checked)
        if claimed is None:
            return parked
        end = self._send(kind, claimed)
        self._record(kind, claimed, end)
        return True

    # -- before the claim ----------------------------------------------------------------------------------------

    def _prepare(self, kind: Kind) -> tuple[list[Ready], bool]:
        now = self._clock.now()
        with self._store.read() as rows:
            if self._parking.is_closed(rows, now, kind.capability):
                return [], False
            horizon = now
            if self.linger and operations.is_full(rows, self.organization_id, kind.name, kind.batch_size):
                horizon = now + self.linger
            chosen = self._chosen(rows, kind, horizon)
            rendered = kind.render(rows, chosen) if chosen else []
        return self._settle_aside(rendered)

    def _chosen(self, rows: Rows, kind: Kind, until: datetime) -> list[Operation]:
        """Return what goes into the next call.

        Where the last call held a part of a batch, this one will most likely too: no more is read at first.
        """
        chosen: list[Operation] = []
        for most in sorted({_share(kind, self._splits.get(kind.name, 0)), kind.batch_size}):
            due = operations.due(rows, self.organization_id, kind.name, until, most)
            self._splits[kind.name] = due[0].splits if due else 0
            able = kind.choose(rows, due) if due else []
            chosen = list(able) if kind.followers else _alike(kind, able)
            if len(due) < most or (chosen and len(chosen) >= _share(kind, chosen[0].splits)):
                break
        return chosen

    def _checked(self, kind: Kind, ready: Sequence[Ready]) -> Sequence[Rendered]:
        """Return operations as they stand after the reads; what Bill.com does not show keeps nothing else waiting.

        Which one that is, halves tell in few reads.
        """
        try:
            return kind.check(self._reads, ready)
        except BillcomError as error:
            if error.about is None:
                raise
            if len(ready) == 1 or kind.followers:
                return [_not_shown(item.operation, error) for item in ready]
        half = len(ready) // 2
        return [*self._checked(kind, ready[:half]), *self._checked(kind, ready[half:])]

    def _settle_aside(self, rendered: Sequence[Rendered]) -> tuple[list[Ready], bool]:
        """Return what can be sent, and whether anything else was parked or found needless."""
        waiting = [i for i in rendered if isinstance(i, Wait)]
        needless = [i for i in rendered if isinstance(i, Needless)]
        if waiting:
            self._park(waiting)
        if needless:
            self._cancel(needless)
        return [i for i in rendered if isinstance(i, Ready)], bool(waiting or needless)

    def _cancel(self, needless: Sequence[Needless]) -> None:
        with self._store.write() as rows:
            for item in needless:
                operations.move(
                    rows,
                    [item.operation.id],
                    from_={"state": OperationState.PLANNED},
                    to={"state": OperationState.CANCELLED, "evidence": {"message": item.reason}},
                )

    def _park(self, waiting: Sequence[Wait]) -> None:
        """Park operations that cannot be sent, with the reason in the row."""
        with self._store.write() as rows:
            for item in waiting:
                operations.move(
                    rows,
                    [item.operation.id],
                    from_={"state": OperationState.PLANNED, "parked": None},
                    to={
                        "parked": item.parked,
                        "evidence": dict(item.evidence) or None,
                        "not_before": self._clock.now() + (item.again or timedelta(0)),
                    },
                )
            record(
                rows,
                self._clock,
                self.organization_id,
                [
                    Act("operation_parked", "operation", i.operation.id, {"reason": i.parked, **i.evidence})
                    for i in waiting
                ],
            )

    def _same_digest(self, ready: Sequence[Ready]) -> list[Ready]:
        """Quarantine operations whose content is no longer what an earlier attempt carried."""
        changed = [r.operation for r in ready if r.operation.digest not in (None, r.digest)]
        if changed:
            with self._store.write() as rows:
                self._recorder.quarantine(
                    rows, changed, "its content differs from that of an earlier attempt", state=OperationState.PLANNED
                )
        return [r for r in ready if r.operation.digest in (None, r.digest)]

    def _park_untrusted(self, kind: Kind) -> None:
        with self._store.write() as rows:
            self._parking.close(
                rows,
                "no MFA trust: run `flask billcom session mfa`",
                self._clock.now(),
                capability=kind.capability,
            )

    # -- T1, T2, T3 ----------------------------------------------------------------------------------------------

    def _moment(self) -> Moment:
        return Moment(self._clock.now(), self._clock.monotonic())

    def _claim(self, kind: Kind, ready: Sequence[Ready], live: Live, checked: Moment) -> Claimed | None:
        """Return the call that got the operations, or None when nothing may or can go now; then nothing is written."""
        try:
            with self._store.write() as rows:
                return self._take(rows, kind, ready, live, checked)
        except (_NothingClaimed, IntegrityError):
            return None

    def _take(self, rows: Rows, kind: Kind, ready: Sequence[Ready], live: Live, checked: Moment) -> Claimed:
        now, monotonic = self._clock.fresh(), self._clock.monotonic()
        age = checked.age(now, monotonic)
        if age > self._timing.belief(len(ready)):
            # Somebody may have paid since; the next round looks again.
            told = "%s operations of kind %s were not sent: looking at Bill.com before that has taken %s"
            logger.warning(told, len(ready), kind.name, age)
            raise _NothingClaimed
        call_id = self._clock.new_id()
        if not self._parking.admits(rows, now, kind.capability):
            raise _NothingClaimed
        if not self._sessions.may_use(rows, live):
            raise NoCapacity("the session was replaced meanwhile; the next round takes the new one")
        allowed = kind.gate(rows, ready, now)
        if not allowed:
            raise _NothingClaimed
        classes = (ALL, kind.quota) if kind.quota else (ALL,)
        slot = self._limits.take(rows, now, until=now + self._timing.lease, classes=classes, changes=True)
        got = operations.claim(rows, [r.operation.id for r in allowed], call_id, self._server_time.now())
        sent = [r for r in allowed if r.operation.id in got]
        if not sent or (kind.followers and len(sent) != len(ready)):
            raise _NothingClaimed
        claimed = Claimed(call_id, sent, live, slot, now, monotonic + self._timing.write_s)
        self._write_call(rows, kind, claimed)
        operations.number(rows, call_id, [(r.operation.id, r.digest) for r in sent])
        return claimed

    def _write_call(self, rows: Rows, kind: Kind, claimed: Claimed) -> None:
        now = claimed.started_at
        rows.insert(
            Call,
            [
                {
                    "id": claimed.call_id,
                    "organization_id": self.organization_id,
                    "endpoint": kind.endpoint,
                    "n_items": len(claimed.ready),
                    "digest": _digest_of(claimed.ready),
                    "session_gen": claimed.live.gen,
                    "slot": claimed.slot.slot,
                    "slot_fence": claimed.slot.fence,
                    "started_at": now,
                    "lease_until": claimed.slot.until,
                    "not_after": now + self._timing.write,
                    "process_date": kind.process_date(now),
                }
            ],
        )

    def _send(self, kind: Kind, claimed: Claimed) -> Reply | TransportError:
        call = kind.request(claimed.ready, claimed.started_at)
        try:
            return self._transport.call(
                call.path,
                call.data,
                session_id=claimed.live.token,
                end_point=claimed.live.end_point or None,
                not_after=claimed.not_after,
                idempotent=False,
            )
        except TransportError as error:
            return error

    def _record(self, kind: Kind, claimed: Claimed, end: Reply | TransportError) -> None:
        outcomes = judge(kind, end, claimed.ready)
        try:
            self._recorder.record(kind, claimed, end, outcomes)
        except LateReply:
            self._recorder.keep_late(claimed, end)


class _NothingClaimed(Exception):  # noqa: N818 - rolls the claim back
    """Every operation was taken by somebody else."""


def _not_shown(operation: Operation, error: BillcomError) -> Wait:
    evidence = {
        "difference": f"Bill.com does not show it: {type(error).__name__} {error}",
        "id": error.about,
        "resolve": f"flask billcom ops show {operation.id}",
    }
    return Wait(operation, DIFFERENCE, evidence, again=NOT_SHOWN_RETRY)


def _digest_of(ready: Sequence[Ready]) -> str:
    """Return the hash of what a call carries, in the order of its request."""
    return sha256("\n".join(item.digest for item in ready).encode()).hexdigest()


def _alike(kind: Kind, chosen: Sequence[Operation]) -> list[Operation]:
    """Return operations that may share one call: halved equally often, each lane once, no more than that allows."""
    if not chosen:
        return []
    splits = chosen[0].splits
    lanes: dict[str, Operation] = {}
    for operation in chosen:
        if operation.splits == splits:
            lanes.setdefault(operation.lane, operation)
    return list(lanes.values())[: _share(kind, splits)]


def _share(kind: Kind, splits: int) -> int:
    """Return how many operations may share a call that were halved so often."""
    return max(1, kind.batch_size >> splits)
