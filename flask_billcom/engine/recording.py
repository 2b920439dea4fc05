"""Write the end of a call: T3 done, T4 planned or rejected, T5 unknown; one transaction, guarded.

The call's outcome is written once. If somebody else wrote it first (the janitor, after a freeze), the answer is late:
it is kept as evidence and changes no state.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, update

from flask_billcom.api.codes import Scope
from flask_billcom.api.envelope import Reply
from flask_billcom.audit import Act, record
from flask_billcom.bankdays import PACIFIC
from flask_billcom.clock import Clock
from flask_billcom.errors import TransportError
from flask_billcom.models import Call, Operation, OperationState
from flask_billcom.store import Rows, Store

from . import operations
from .claims import Claimed
from .errors import LateReply
from .holds import ALL, PROBE_EVERY, Parking
from .kinds import Applied, Kind
from .limits import Limits
from .outcomes import Fate, Outcome
from .sessions import Sessions
from .timing import FIRST_LOOK, Timing

SENDING = OperationState.SENDING
UNREACHED = timedelta(seconds=15)
ENDED_AGAIN = timedelta(minutes=1)
_CLOSE = (
    update(Call)
    .where(Call.id == bindparam("call"), Call.outcome.is_(None))
    .values(outcome=bindparam("end"), http=bindparam("status"), bdc=bindparam("code"), server_date=bindparam("date"))
)


class Recorder:
    """Records what became of calls."""

    def __init__(
        self,
        organization_id: str,
        *,
        store: Store,
        clock: Clock,
        sessions: Sessions,
        limits: Limits,
        parking: Parking,
        timing: Timing,
    ) -> None:
        self.organization_id = organization_id
        self._store = store
        self._clock = clock
        self._sessions = sessions
        self._limits = limits
        self._parking = parking
        self._timing = timing

    def record(self, kind: Kind, claimed: Claimed, end: Reply | TransportError, outcomes: Sequence[Outcome]) -> None:
        """Write the end of a call and everything that follows from it.

        :raises LateReply: the claim has passed to somebody else; nothing was written.
        """
        now = self._clock.now()
        with self._store.write() as rows:
            self._close_call(rows, claimed, end)
            if isinstance(end, Reply) or not end.may_have_happened:
                self._limits.release(rows, claimed.slot, now)
            by_fate: dict[Fate, list[Outcome]] = {}
            for outcome in outcomes:
                by_fate.setdefault(outcome.fate, []).append(outcome)
            self._done(rows, kind, claimed, by_fate.get(Fate.DONE, []))
            self._retry(rows, claimed, by_fate.get(Fate.RETRY, []), end, now)
            self._park(rows, kind, claimed, by_fate.get(Fate.PARK, []), now)
            self._reject(rows, kind, claimed, by_fate.get(Fate.REJECT, []))
            alone = len(claimed.ready) == 1 or bool(kind.followers)
            self._answered(rows, claimed, by_fate.get(Fate.ANSWERED, []), now, alone=alone)
            self._unanswered(rows, claimed, by_fate.get(Fate.UNANSWERED, []), now)

    def keep_late(self, claimed: Claimed, end: Reply | TransportError) -> None:
        """Keep a late answer as evidence and have its operations looked at again at once.

        An operation that is sent again forgets its call; what it was told late stands among its acts.
        """
        now = self._clock.now()
        said = (end.code or "success") if isinstance(end, Reply) else type(end).__name__
        with self._store.write() as rows:
            rows.change(
                update(Call).where(Call.id == claimed.call_id).values(late_evidence=f"{now.isoformat()} {said}")
            )
            operations.move(
                rows,
                [r.operation.id for r in claimed.ready],
                from_={"state": OperationState.UNKNOWN, "call_id": claimed.call_id},
                to={"check_after": now},
            )
            told = [(ready.operation.id, {"kind": ready.operation.kind, "said": said}) for ready in claimed.ready]
            acts = [Act("answered_late", "operation", operation_id, detail) for operation_id, detail in told]
            record(rows, self._clock, self.organization_id, acts)

    def quarantine(
        self,
        rows: Rows,
        doubtful: Sequence[Operation],
        reason: str,
        *,
        state: OperationState,
        guard: dict[str, Any] | None = None,
        evidence: dict[str, Any] | None = None,
    ) -> None:
        """Set operations aside for a person."""
        kept = {"reason": reason, **(evidence or {})}
        for operation in doubtful:
            whole = {**(operation.evidence or {}), **kept}
            moved = operations.move(
                rows,
                [operation.id],
                from_={"state": state, **(guard or {})},
                to={"state": OperationState.QUARANTINED, "evidence": whole},
            )
            if moved:
                act = Act("quarantined", "operation", operation.id, {"kind": operation.kind, **kept})
                record(rows, self._clock, self.organization_id, [act])

    # -- the fates -----------------------------------------------------------------------------------------------

    def _close_call(self, rows: Rows, claimed: Claimed, end: Reply | TransportError) -> None:
        if isinstance(end, Reply):
            outcome, http, date = ("success" if end.ok else "error"), end.http, end.server_date
            code = end.code
        else:
            outcome = "lost" if end.may_have_happened else "unsent"
            http, code, date = None, None, getattr(end, "server_date", None)
        closed = rows.change(
            _CLOSE, {"call": claimed.call_id, "end": outcome, "status": http, "code": code, "date": date}
        )
        if closed != 1:
            raise LateReply("the answer came after its lease had ended")

    def _move(self, rows: Rows, claimed: Claimed, outcomes: Sequence[Outcome], to: dict[str, Any]) -> None:
        moved = operations.move(
            rows,
            [o.operation.id for o in outcomes],
            from_={"state": SENDING, "call_id": claimed.call_id},
            to=to,
        )
        if moved != len(outcomes):
            raise LateReply("some of its operations have moved on")

    def _done(self, rows: Rows, kind: Kind, claimed: Claimed, outcomes: Sequence[Outcome]) -> None:
        if not outcomes:
            return
        digests = {r.operation.id: r.digest for r in claimed.ready}
        applied = [Applied(o.operation, o.remote, digests[o.operation.id]) for o in outcomes if o.remote is not None]
        finish(rows, applied, from_={"state": SENDING, "call_id": claimed.call_id})
        kind.apply(rows, applied)
        self._parking.proved(rows, claimed.started_at, kind.capability)

    def _retry(
        self,
        rows: Rows,
        claimed: Claimed,
        outcomes: Sequence[Outcome],
        end: Reply | TransportError,
        now: datetime,
    ) -> None:
        """Not applied, try later; the attempt does not count."""
        if not outcomes:
            return
        first = outcomes[0]
        not_before = now
        if isinstance(end, TransportError):
            not_before = now + UNREACHED
        elif first.code == "BDC_1109":
            self._sessions.retire(rows, claimed.live.gen)
            if first.operation.error_code == first.code:
                # The new session ended at once as well: sign-ins are few, and another one would end the same.
                not_before = now + ENDED_AGAIN
        elif first.scope is Scope.HOUR:
            not_before = self._limits.close_hour(rows, now, self._clock.jitter(0, 60))
        elif first.scope is Scope.LOGIN:
            self._parking.close(rows, f"sign-in refused ({first.code})", now)
        elif first.code == "BDC_1152":
            not_before = next_pacific_day(now)
        else:
            not_before = now + timedelta(seconds=self._clock.jitter(1, 8))
        self._back_to_planned(rows, claimed, outcomes, not_before)

    def _park(self, rows: Rows, kind: Kind, claimed: Claimed, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Not applied, and somebody has to switch something on before the next try."""
        if not outcomes:
            return
        first = outcomes[0]
        everything = first.scope is Scope.ORGANIZATION
        if first.code == "BDC_1361":
            self._sessions.untrusted(rows, claimed.live.gen)
        self._parking.close(
            rows,
            f"{first.code}: {first.message}"[:200],
            now,
            capability=ALL if everything else kind.capability,
            probe_after=now + PROBE_EVERY if first.code == "BDC_1107" else None,
        )
        self._back_to_planned(rows, claimed, outcomes, now)

    def _back_to_planned(self, rows: Rows, claimed: Claimed, outcomes: Sequence[Outcome], not_before: datetime) -> None:
        self._move(
            rows,
            claimed,
            outcomes,
            {
                "state": OperationState.PLANNED,
                "attempt": Operation.attempt - 1,
                "call_id": None,
                "call_pos": None,
                "not_before": not_before,
                "error_code": outcomes[0].code,
            },
        )

    def _reject(self, rows: Rows, kind: Kind, claimed: Claimed, outcomes: Sequence[Outcome]) -> None:
        for said, alike in _alike(outcomes):
            self._move(
                rows,
                claimed,
                alike,
                {
                    "state": OperationState.REJECTED,
                    "error_code": said.code,
                    "evidence": {"code": said.code, "message": said.message},
                },
            )
        dropped = [o.operation for o in outcomes]
        if dropped:
            kind.dropped(rows, dropped)
            self._tell(rows, "operation_rejected", outcomes)

    def _answered(
        self, rows: Rows, claimed: Claimed, outcomes: Sequence[Outcome], now: datetime, *, alone: bool
    ) -> None:
        for said, alike in _alike(outcomes):
            self._move(
                rows,
                claimed,
                alike,
                {
                    "state": OperationState.UNKNOWN,
                    "answered": True,
                    "unknown_since": now,
                    "check_after": now if said.present else now + FIRST_LOOK,
                    "absent_after": now + self._timing.doubt,
                    "error_code": said.code,
                    "evidence": {
                        "code": said.code,
                        "message": said.message,
                        "alone": alone,
                        "present": said.present,
                    },
                },
            )
        if outcomes:
            self._tell(rows, "outcome_doubtful", outcomes)

    def _unanswered(self, rows: Rows, claimed: Claimed, outcomes: Sequence[Outcome], now: datetime) -> None:
        if not outcomes:
            return
        self._move(
            rows,
            claimed,
            outcomes,
            {
                "state": OperationState.UNKNOWN,
                "answered": False,
                "unknown_since": now,
                "unsafe_gen": claimed.live.gen,
                "check_after": now + FIRST_LOOK,
                "absent_after": now + self._timing.grace,
                "error_code": outcomes[0].code,
                "evidence": {"code": outcomes[0].code, "message": outcomes[0].message},
            },
        )
        self._tell(rows, "outcome_unknown", outcomes)

    def _tell(self, rows: Rows, action: str, outcomes: Sequence[Outcome]) -> None:
        record(
            rows,
            self._clock,
            self.organization_id,
            [Act(action, "operation", o.operation.id, {"kind": o.operation.kind, "code": o.code}) for o in outcomes],
        )


def _alike(outcomes: Sequence[Outcome]) -> Iterator[tuple[Outcome, list[Outcome]]]:
    """Yield outcomes of which the same was said, behind the first of them: they are written by one statement."""
    said: dict[tuple[str | None, str, bool], list[Outcome]] = {}
    for outcome in outcomes:
        said.setdefault((outcome.code, outcome.message, outcome.present), []).append(outcome)
    for alike in said.values():
        yield alike[0], alike


def finish(rows: Rows, applied: Sequence[Applied], *, from_: dict[str, Any]) -> None:
    """Move operations to done with the ids of what they made.

    :raises LateReply: one of them has moved on.
    """
    done = {"state": OperationState.DONE, "check_id": None, "error_code": None, "parked": None}
    made = [(a.operation.id, {**done, "remote_id": a.remote.remote_id}) for a in applied]
    if operations.move_each(rows, from_=from_, to=made) != len(made):
        raise LateReply("some of its operations have moved on")


def next_pacific_day(now: datetime) -> datetime:
    """Return the first minute of the next Pacific day: a refused process date is computed anew then."""
    local = now.astimezone(PACIFIC)
    return local.replace(hour=0, minute=1, second=0, microsecond=0) + timedelta(days=1)
