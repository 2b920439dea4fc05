"""Calls whose lease has passed: their worker crashed or froze, so their operations are unknown.

A frozen worker may still wake and write: `not_after` narrows that, the fence and the read-back close it. Its session is
ended even where its operations are found, as something else may have been taken for them, or changed since.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.models import Call, Operation, OperationState
from flask_billcom.store import Rows, Store

from .fence import note_sleeper
from .timing import Timing

BATCH = 50
_ABANDONED = (
    select(Call)
    .where(
        Call.organization_id == bindparam("organization_id"),
        Call.outcome.is_(None),
        Call.lease_until <= bindparam("now"),
    )
    .order_by(Call.id)
    .limit(BATCH)
)
_ANY_ABANDONED = _ABANDONED.with_only_columns(Call.id).limit(1)


def sweep(organization_id: str, store: Store, clock: Clock, timing: Timing) -> int:
    """Turn the operations of abandoned calls into unknown ones and return how many there were."""
    past = {"organization_id": organization_id, "now": clock.now()}
    with store.read() as rows:
        if rows.first(_ANY_ABANDONED, past) is None:
            return 0
    with store.write() as rows:
        abandoned = rows.all(_ABANDONED, past)
        return sum(_abandon(rows, clock, timing, call) for call in abandoned)


def _abandon(rows: Rows, clock: Clock, timing: Timing, call: Call) -> int:
    closed = rows.change(update(Call).where(Call.id == call.id, Call.outcome.is_(None)).values(outcome="abandoned"))
    if closed != 1:
        return 0
    note_sleeper(rows, call.organization_id, call.session_gen, clock.now())
    lost = rows.all(
        update(Operation)
        .where(Operation.call_id == call.id, Operation.state == OperationState.SENDING)
        .values(
            state=OperationState.UNKNOWN,
            answered=False,
            unsafe_gen=call.session_gen,
            unknown_since=call.lease_until,
            check_after=clock.now(),
            absent_after=call.lease_until + timing.grace,
            evidence={"message": "its worker ended or froze before the answer was recorded"},
        )
        .returning(Operation.id)
    )
    record(
        rows,
        clock,
        call.organization_id,
        [Act("outcome_unknown", "operation", row, {"endpoint": call.endpoint, "code": None}) for row in lost],
    )
    return len(lost)
