"""What became of an unknown operation.

    unknown --claim--> checking --find--> one equal match, made after our first attempt   -> done
                                          anything else under the natural key              -> quarantined
                                          nothing, too early to believe it                 -> unknown, look later
                                          nothing, and that is certain                     -> `absent`

Presence may be believed at once. Absence only when both our clock and the server's `Date` have passed the waiting time,
and, before an effect that must not happen twice is sent again, when every earlier session is proved dead.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.errors import APIError, BillcomError, TransportError
from flask_billcom.models import Call, Operation, OperationState, Session
from flask_billcom.store import Rows, Store

from . import operations
from .errors import LateReply, NoCapacity
from .kinds import LOOKED_FROM, Absent, Applied, Finding, Kind, Policy, Remote
from .reads import Reads
from .recording import Recorder, finish, next_pacific_day
from .timing import A_READ, CHECK_LEASE, SECOND_LOOK, Timing

logger = logging.getLogger(__name__)

CHECK_BATCH = 200
WRITE_BATCH = 100
"""So many decisions are written in one short transaction."""
ALONE = 8
"""So many halvings leave one operation in a call."""
AGAIN = timedelta(seconds=30)
REFUSED_DATE = "BDC_1402"
_TO_CHECK = (
    select(Operation.id)
    .where(
        Operation.organization_id == bindparam("organization_id"),
        operations.kind_of_few() == bindparam("kind"),
        operations.TO_CHECK,
    )
    .order_by(Operation.id)
    .limit(CHECK_BATCH)
    .with_for_update(skip_locked=True)
)
_OF_CHECK = (
    select(Operation)
    .where(Operation.id.in_(bindparam("ids", expanding=True)), Operation.check_id == bindparam("check_id"))
    .order_by(Operation.id)
)
_CHECK = (
    update(Operation)
    .where(
        Operation.id.in_(bindparam("ids", expanding=True)),
        Operation.state.in_((OperationState.UNKNOWN, OperationState.CHECKING)),
    )
    .values(state=OperationState.CHECKING, check_id=bindparam("check"), check_lease=bindparam("until"))
)
_ANSWERED = select(Call.id, Call.server_date).where(Call.id.in_(bindparam("ids", expanding=True)))
_DEATHS = select(
    func.count().filter(Session.dead_at.is_(None)), func.max(Session.dead_at), func.max(Session.dead_server_date)
).where(Session.organization_id == bindparam("organization_id"), Session.gen <= bindparam("unsafe_gen"))


class Step(Enum):
    """Where a checked operation goes."""

    DONE = "done"
    WAIT = "wait"
    RESEND = "resend"
    REPEAT = "repeat"
    HALVE = "halve"
    REJECT = "reject"
    POSTPONE = "postpone"
    QUARANTINE = "quarantine"


_WRITTEN_APART = (Step.DONE, Step.QUARANTINE)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with one checked operation.

    :param until: when to look or send again.
    :param evidence: what a person's own look must see as well.
    """

    step: Step
    remote: Remote | None = None
    reason: str = ""
    until: datetime | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known about the time since the last attempt.

    :param fenced_at: when the last session that could still carry an attempt was proved dead, or None.
    :param fenced_server_date: the same by the server's clock.
    :param answered_server_date: the server's time of the error that answered the attempt, or None.
    """

    fenced_at: datetime | None = None
    fenced_server_date: datetime | None = None
    answered_server_date: datetime | None = None


def decide(
    operation: Operation, finding: Finding, policy: Policy, *, dated: bool, now: datetime, timing: Timing, proof: Proof
) -> Decision:
    """Return where a checked operation goes; decides only."""
    if finding.conflict is not None:
        return _set_aside(finding, finding.conflict)
    if finding.matches:
        return _present(operation, finding, dated=dated, timing=timing)
    if operation.absent_after is None or now < operation.absent_after or finding.server_date is None:
        return Decision(Step.WAIT, until=max(_next_look(operation, now), now + AGAIN))
    absent = _absent_after_answer if operation.answered else _absent_without_answer
    decision = absent(operation, finding.server_date, policy, now=now, timing=timing, proof=proof)
    if finding.blocked is not None and decision.step is not Step.WAIT:
        return Decision(Step.QUARANTINE, reason=finding.blocked)
    return decision


def _present(operation: Operation, finding: Finding, *, dated: bool, timing: Timing) -> Decision:
    if len(finding.matches) > 1:
        return _set_aside(finding, f"{len(finding.matches)} effects stand under its natural key")
    match = finding.matches[0]
    if not finding.equal[0]:
        return _set_aside(finding, "what stands under its natural key has other cents, party or content")
    if dated and (match.created is None or match.created < earliest_effect(operation, timing)):
        return _set_aside(finding, "what stands under its natural key is older than our first attempt")
    return Decision(Step.DONE, remote=match)


def earliest_effect(operation: Operation, timing: Timing) -> datetime:
    """Return the server's time before which nothing can have been made by an operation."""
    return (operation.first_sent_at or operation.created_at) - timing.skew


def _set_aside(finding: Finding, reason: str) -> Decision:
    """Return that a person decides, with what stands there and how far back it was looked for.

    One look is for many operations, and goes back to the first attempt of the oldest. A person's is for one alone: from
    that one's own first attempt it might miss what was seen, and take it for absent.
    """
    seen = {shown_id(each): None if each.created is None else each.created.isoformat() for each in finding.matches}
    kept = {"seen": seen, LOOKED_FROM: None if finding.since is None else finding.since.isoformat()}
    return Decision(Step.QUARANTINE, reason=reason, evidence={name: value for name, value in kept.items() if value})


def shown_id(match: Remote) -> str | None:
    """Return the id by which a person names an effect; what only changed an object has no id of its own."""
    return match.remote_id or getattr(match.record, "id", None)


def _next_look(operation: Operation, now: datetime) -> datetime:
    """Return the next time to look: at two minutes once, then when absence may be believed."""
    second = (operation.unknown_since or now) + SECOND_LOOK
    end = operation.absent_after or now + AGAIN
    return second if now < second < end else end


def _absent_after_answer(
    operation: Operation, server_date: datetime, policy: Policy, *, now: datetime, timing: Timing, proof: Proof
) -> Decision:
    if proof.answered_server_date is None:
        # Without the server's time of the refusal absence can never be proved.
        return Decision(Step.QUARANTINE, reason="refused without a date, and nothing to be seen")
    if server_date < proof.answered_server_date + timing.doubt:
        return Decision(Step.WAIT, until=now + AGAIN)
    said = operation.evidence or {}
    if said.get("present"):
        return Decision(Step.QUARANTINE, reason="Bill.com says that it exists, yet shows nothing that is ours")
    if not said.get("alone", True):
        return Decision(Step.HALVE)
    return _refused_alone(operation, policy, now)


def _refused_alone(operation: Operation, policy: Policy, now: datetime) -> Decision:
    if operation.error_code == REFUSED_DATE:
        return Decision(Step.POSTPONE, until=next_pacific_day(now))
    if policy.absent is Absent.REPEAT and operation.attempt < 2:  # noqa: PLR2004 - one more try, then a person
        return Decision(Step.REPEAT)
    return Decision(Step.REJECT, reason="refused, and proved absent")


def _absent_without_answer(
    operation: Operation, server_date: datetime, policy: Policy, *, now: datetime, timing: Timing, proof: Proof
) -> Decision:
    if policy.absent is Absent.QUARANTINE:
        return Decision(Step.QUARANTINE, reason="no answer, nothing to be seen, and never sent again by itself")
    if policy.fenced and operation.unsafe_gen:
        if proof.fenced_at is None or proof.fenced_server_date is None:
            return Decision(Step.WAIT, until=now + AGAIN)
        if now < proof.fenced_at + timing.grace or server_date < proof.fenced_server_date + timing.grace:
            return Decision(Step.WAIT, until=max(now + AGAIN, proof.fenced_at + timing.grace))
    if policy.absent is Absent.RESEND and operation.resends >= policy.resends:
        return Decision(Step.QUARANTINE, reason=f"absent after {operation.attempt} attempts without an answer")
    return Decision(Step.RESEND)


def proof_of(rows: Rows, operation: Operation) -> Proof:
    """Return what is known of the sessions and answers of an operation's attempts."""
    return proofs_of(rows, [operation])[operation.id]


def proofs_of(rows: Rows, doubtful: Sequence[Operation]) -> dict[UUID, Proof]:
    """Return what is known of the sessions and answers of operations' attempts, by operation id."""
    answered = dict(rows.all(_ANSWERED, {"ids": sorted({o.call_id for o in doubtful if o.call_id is not None})}))
    died = {of: _deaths(rows, *of) for of in {(o.organization_id, o.unsafe_gen) for o in doubtful if o.unsafe_gen}}
    return {
        operation.id: Proof(
            *died.get((operation.organization_id, operation.unsafe_gen), (None, None)),
            answered.get(operation.call_id),
        )
        for operation in doubtful
    }


def _deaths(rows: Rows, organization_id: str, unsafe_gen: int) -> tuple[datetime | None, datetime | None]:
    """Return when the last of the generations up to one was proved dead, by both clocks, if all of them were."""
    alive, ours, servers = rows.first(_DEATHS, {"organization_id": organization_id, "unsafe_gen": unsafe_gen})
    return (None, None) if alive else (ours, servers)


class ReadBack:
    """Looks up the unknown operations of one organization."""

    def __init__(
        self,
        organization_id: str,
        *,
        store: Store,
        clock: Clock,
        reads: Reads,
        recorder: Recorder,
        timing: Timing,
    ) -> None:
        self.organization_id = organization_id
        self._store = store
        self._clock = clock
        self._reads = reads
        self._recorder = recorder
        self._timing = timing

    def round(self, kind: Kind) -> bool:
        """Look up one batch of unknown operations of a kind and return whether there was any."""
        check_id, claimed = self._claim(kind)
        if not claimed:
            return False
        try:
            findings = self._found(kind, claimed)
        except (NoCapacity, TransportError, APIError):
            self._give_back(check_id, claimed)
            raise
        with self._store.read() as rows:
            proofs = proofs_of(rows, claimed)
        now = self._clock.now()
        decided = [
            (
                operation,
                decide(
                    operation,
                    findings.get(operation.id, Finding()),
                    kind.policy,
                    dated=kind.dated,
                    now=now,
                    timing=self._timing,
                    proof=proofs[operation.id],
                ),
            )
            for operation in claimed
        ]
        if kind.followers:
            # What stands and falls together is written together.
            self._carry_out(kind, check_id, decided)
        else:
            failed: list[Exception] = []
            for start in range(0, len(decided), WRITE_BATCH):
                failed += self._carry_out_some(kind, check_id, decided[start : start + WRITE_BATCH])
            if failed:
                raise failed[0]
        return True

    def _found(self, kind: Kind, claimed: Sequence[Operation]) -> Mapping[UUID, Finding]:
        """Return what is shown of operations; of one that Bill.com does not show nothing is known, so it waits.

        Which one that is, halves tell in few reads.
        """
        try:
            return kind.find(self._reads, claimed)
        except BillcomError as error:
            if error.about is None:
                raise
            if len(claimed) == 1 or kind.followers:
                logger.warning("what became of operation %s cannot be read: %s", claimed[0].id, error)
                return {}
        half = len(claimed) // 2
        return {**self._found(kind, claimed[:half]), **self._found(kind, claimed[half:])}

    def _claim(self, kind: Kind) -> tuple[UUID, list[Operation]]:
        now, check_id = self._clock.now(), self._clock.new_id()
        with self._store.write() as rows:
            due = rows.all(_TO_CHECK, {"organization_id": self.organization_id, "kind": kind.name, "now": now})
            if not due:
                return check_id, []
            if kind.followers:
                first = rows.first(select(Operation).where(Operation.id == due[0]))
                due = [operation.id for operation in kind.company(rows, first)]
            # Each may be read by itself: two that always took over from each other would never come to an end.
            until = now + CHECK_LEASE + len(due) * A_READ
            rows.change(_CHECK, {"ids": due, "check": check_id, "until": until})
            return check_id, rows.all(_OF_CHECK, {"ids": due, "check_id": check_id})

    def _give_back(self, check_id: UUID, claimed: Sequence[Operation]) -> None:
        with self._store.write() as rows:
            operations.move(
                rows,
                [o.id for o in claimed],
                from_={"state": OperationState.CHECKING, "check_id": check_id},
                to={
                    "state": OperationState.UNKNOWN,
                    "check_id": None,
                    "check_lease": None,
                    "check_after": self._clock.now() + AGAIN,
                },
            )

    def _carry_out_some(
        self, kind: Kind, check_id: UUID, decided: Sequence[tuple[Operation, Decision]]
    ) -> Sequence[Exception]:
        """Write decisions together, which is cheap, or one by one where one of them cannot be written; return why."""
        try:
            with self._store.write() as rows:
                self._write(rows, kind, check_id, decided)
        except Exception:
            # Rolled back whole. Alone, each fails by itself, and for its own reason.
            logger.info("%s checks cannot be written together", len(decided), exc_info=True)
            return [error for each in decided for error in self._carry_out_alone(kind, check_id, each)]
        return ()

    def _carry_out_alone(self, kind: Kind, check_id: UUID, decided: tuple[Operation, Decision]) -> Sequence[Exception]:
        """Write one decision and return why it cannot be written: the oldest must not stand before all others."""
        try:
            self._carry_out(kind, check_id, [decided])
        except DBAPIError:
            raise  # the database's trouble, which the others would meet as well
        except Exception as error:
            logger.warning("the check of operation %s cannot be written", decided[0].id, exc_info=True)
            return [error]
        return ()

    def _carry_out(self, kind: Kind, check_id: UUID, group: Sequence[tuple[Operation, Decision]]) -> None:
        """Write decisions that stand and fall together."""
        try:
            with self._store.write() as rows:
                self._write(rows, kind, check_id, group)
        except LateReply:
            logger.info("the check of operation %s had passed its lease; another one decides", group[0][0].id)
        except IntegrityError:
            with self._store.write() as rows:
                for operation, _ in group:
                    self._quarantine(rows, check_id, operation, "its effect already belongs to another operation")

    def _write(self, rows: Rows, kind: Kind, check_id: UUID, group: Sequence[tuple[Operation, Decision]]) -> None:
        done = [(o, d.remote) for o, d in group if d.step is Step.DONE and d.remote is not None]
        self._write_done(rows, kind, check_id, [Applied(o, remote, o.digest) for o, remote in done])
        for operation, decision in group:
            if decision.step is Step.QUARANTINE:
                self._quarantine(rows, check_id, operation, decision.reason, decision.evidence)
        self._write_undone(rows, kind, check_id, [each for each in group if each[1].step not in _WRITTEN_APART])

    def _write_done(self, rows: Rows, kind: Kind, check_id: UUID, applied: Sequence[Applied]) -> None:
        if not applied:
            return
        finish(rows, applied, from_={"state": OperationState.CHECKING, "check_id": check_id})
        kind.apply(rows, applied)
        acts = [self._act("read_back", each.operation, {"remote_id": each.remote.remote_id}) for each in applied]
        record(rows, self._clock, self.organization_id, acts)

    def _write_undone(
        self, rows: Rows, kind: Kind, check_id: UUID, group: Sequence[tuple[Operation, Decision]]
    ) -> None:
        """Write where operations go that are not done; those that go the same way by one statement."""
        now = self._clock.now()
        alike: dict[tuple[tuple[str, object], ...], list[UUID]] = {}
        for operation, decision in group:
            alike.setdefault(tuple(_values(operation, decision, now).items()), []).append(operation.id)
        for values, ids in alike.items():
            self._move(rows, check_id, ids, dict(values))
        rejected = [operation for operation, decision in group if decision.step is Step.REJECT]
        if rejected:
            kind.dropped(rows, rejected)
        acts = [self._act_of(operation, decision) for operation, decision in group if decision.step is not Step.WAIT]
        record(rows, self._clock, self.organization_id, acts)

    def _act_of(self, operation: Operation, decision: Decision) -> Act:
        if decision.step is Step.REJECT:
            return self._act("operation_rejected", operation, {"code": operation.error_code})
        return self._act("proved_absent", operation, {"next": decision.step.value})

    def _move(self, rows: Rows, check_id: UUID, operation_ids: Sequence[UUID], to: Mapping[str, object]) -> None:
        moved = operations.move(
            rows,
            operation_ids,
            from_={"state": OperationState.CHECKING, "check_id": check_id},
            to={**to, "check_id": None, "check_lease": None},
        )
        if moved != len(operation_ids):
            raise LateReply("the check had passed its lease")

    def _quarantine(
        self, rows: Rows, check_id: UUID, operation: Operation, reason: str, evidence: Mapping[str, Any] | None = None
    ) -> None:
        self._recorder.quarantine(
            rows,
            [operation],
            reason,
            state=OperationState.CHECKING,
            guard={"check_id": check_id},
            evidence=dict(evidence or {}),
        )

    @staticmethod
    def _act(action: str, operation: Operation, detail: Mapping[str, object]) -> Act:
        return Act(action, "operation", operation.id, {"kind": operation.kind, **detail})


def _values(operation: Operation, decision: Decision, now: datetime) -> dict[str, object]:
    """Return what becomes of the columns of an operation that is not done."""
    if decision.step is Step.WAIT:
        return {"state": OperationState.UNKNOWN, "check_after": decision.until}
    if decision.step is Step.REJECT:
        return {"state": OperationState.REJECTED}
    planned: dict[str, object] = {
        "state": OperationState.PLANNED,
        "call_id": None,
        "call_pos": None,
        "not_before": decision.until or now,
    }
    if decision.step is Step.HALVE:
        return {**planned, "splits": operation.splits + 1}
    if decision.step is Step.RESEND:
        return {**planned, "splits": ALONE, "resends": operation.resends + 1}
    return planned
