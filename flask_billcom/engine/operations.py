"""Operations: planned as rows, found when due, moved only by guarded updates.

Every function here is one or two statements; whoever calls it holds the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Integer,
    Update,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from flask_billcom.clock import Clock
from flask_billcom.models import OPEN_LANE, Operation, OperationState
from flask_billcom.store import Rows, written

PLANNED, SENDING, UNKNOWN = OperationState.PLANNED, OperationState.SENDING, OperationState.UNKNOWN
CHECKING, QUARANTINED = OperationState.CHECKING, OperationState.QUARANTINED


def _lane_is_busy() -> ColumnElement[bool]:
    busy = aliased(Operation)
    return exists().where(
        busy.organization_id == Operation.organization_id,
        busy.lane == Operation.lane,
        busy.state.in_(written(OPEN_LANE)),
    )


def kind_of_few() -> ColumnElement[str]:
    """Return the kind where few are found by their state: by an index of kinds SQLite walks through all there are."""
    return func.coalesce(Operation.kind, "")


_MOST = bindparam("most", type_=Integer)
_OURS = Operation.organization_id == bindparam("organization_id")
_READY = (_OURS, Operation.state == PLANNED, Operation.parked.is_(None))
TO_CHECK = Operation.state.in_(written((UNKNOWN, CHECKING))) & or_(
    (Operation.state == UNKNOWN) & (Operation.check_after <= bindparam("now")),
    (Operation.state == CHECKING) & (Operation.check_lease <= bindparam("now")),
)
"""What is to be looked up `now`."""
_KINDS_DUE = select(Operation.kind).where(*_READY, Operation.not_before <= bindparam("until")).distinct()
_KINDS_TO_CHECK = select(kind_of_few()).where(_OURS, TO_CHECK).distinct()
_DUE = (
    select(Operation)
    .where(*_READY, Operation.kind == bindparam("kind"), Operation.not_before <= bindparam("now"), ~_lane_is_busy())
    .order_by(Operation.splits.desc(), Operation.not_before, Operation.id)
    .limit(_MOST)
)
_FULL = select(func.count()).select_from(
    select(Operation.id).where(*_READY, Operation.kind == bindparam("kind")).limit(_MOST).subquery()
)
_CLAIM = (
    update(Operation)
    .where(
        Operation.id.in_(bindparam("ids", expanding=True)),
        Operation.state == PLANNED,
        Operation.parked.is_(None),
        ~_lane_is_busy(),
    )
    .values(
        state=SENDING,
        attempt=Operation.attempt + 1,
        call_id=bindparam("call"),
        answered=False,
        first_sent_at=func.coalesce(
            Operation.first_sent_at, bindparam("server_time", type_=Operation.first_sent_at.type)
        ),
    )
    .returning(Operation.id)
)
_TABLE = Operation.__table__
_NUMBER = (
    update(_TABLE)  # type: ignore[arg-type]  # a declarative class types its table loosely
    .where(_TABLE.c.id == bindparam("row"), _TABLE.c.call_id == bindparam("call"))
    .values(call_pos=bindparam("place"), digest=bindparam("hash"))
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One wanted effect.

    :param lane: the document or party that only one open operation may touch at a time.
    :param natural_key: what finds the effect at Bill.com, at most 64 characters.
    :param parked: why it has to wait, or None.
    :param not_before: when it may be sent; the clock's time plus the linger if left out.
    """

    kind: str
    subject_type: str
    subject_id: UUID
    lane: str
    natural_key: str
    amount_cents: int = 0
    generation: int = 1
    parked: str | None = None
    not_before: datetime | None = None
    supersedes: UUID | None = None


def following(
    before: Operation, *, amount_cents: int, parked: str | None = None, not_before: datetime | None = None
) -> Plan:
    """Return the plan of the same effect in the next generation, which stands in the place of an operation."""
    return Plan(
        kind=before.kind,
        subject_type=before.subject_type,
        subject_id=before.subject_id,
        lane=before.lane,
        natural_key=before.natural_key,
        amount_cents=amount_cents,
        generation=before.generation + 1,
        parked=parked,
        not_before=not_before,
        supersedes=before.id,
    )


def lane_of_document(document_id: UUID) -> str:
    """Return the lane of a document."""
    return f"document:{document_id.hex}"


def lane_of_party(party_id: UUID) -> str:
    """Return the lane of a party."""
    return f"party:{party_id.hex}"


def plan(
    rows: Rows, clock: Clock, organization_id: str, plans: Iterable[Plan], *, linger_s: float = 0.0
) -> dict[tuple[str, str, int], UUID]:
    """Plan operations; one that a unique index knows already is left as it is.

    :param linger_s: how long a new operation waits for others to share its call, in seconds.
    :return: the ids given to the rows by (kind, natural key, generation), also where an older row stood in the way.
    """
    now = clock.now()
    due = now + timedelta(seconds=linger_s)
    ids = {}
    values = []
    for item in plans:
        row_id = clock.new_id()
        ids[item.kind, item.natural_key, item.generation] = row_id
        values.append(
            {
                "id": row_id,
                "organization_id": organization_id,
                "kind": item.kind,
                "subject_type": item.subject_type,
                "subject_id": item.subject_id,
                "lane": item.lane,
                "natural_key": item.natural_key,
                "generation": item.generation,
                "supersedes": item.supersedes,
                "amount_cents": item.amount_cents,
                "state": PLANNED,
                "parked": item.parked,
                "attempt": 0,
                "resends": 0,
                "splits": 0,
                "answered": False,
                "unsafe_gen": 0,
                "not_before": item.not_before or due,
                "created_at": now,
            }
        )
    rows.insert_new(Operation, values)
    return ids


def kinds_due(rows: Rows, organization_id: str, until: datetime) -> set[str]:
    """Return the kinds of which something may be sent by then, so that the others cost nothing."""
    return set(rows.all(_KINDS_DUE, {"organization_id": organization_id, "until": until}))


def kinds_to_check(rows: Rows, organization_id: str, now: datetime) -> set[str]:
    """Return the kinds of which something unknown is to be looked up now."""
    return set(rows.all(_KINDS_TO_CHECK, {"organization_id": organization_id, "now": now}))


def due(rows: Rows, organization_id: str, kind: str, now: datetime, limit: int) -> list[Operation]:
    """Return operations of a kind that may be sent now, the most halved ones first.

    Those that were halved together must not join a full batch again, so they come apart and ahead.
    """
    found: list[Operation] = rows.all(
        _DUE, {"organization_id": organization_id, "kind": kind, "now": now, "most": limit}
    )
    return found


def is_full(rows: Rows, organization_id: str, kind: str, size: int) -> bool:
    """Return whether at least a whole batch of a kind is planned, so that lingering gains nothing."""
    return bool(rows.first(_FULL, {"organization_id": organization_id, "kind": kind, "most": size}) >= size)


def claim(rows: Rows, operation_ids: Sequence[UUID], call_id: UUID, server_time: datetime) -> set[UUID]:
    """Give planned operations to one call and return those that it got; busy lanes are skipped.

    :param server_time: Bill.com's time: nothing that the call makes is older.
    """
    wanted = {"ids": sorted(operation_ids), "call": call_id, "server_time": server_time}
    claimed = rows.all(_CLAIM, wanted)
    return set(claimed)


def number(rows: Rows, call_id: UUID, places: Sequence[tuple[UUID, str]]) -> None:
    """Write place and digest of each claimed operation of a call.

    :param places: (operation id, digest) in the order of the request.
    """
    rows.execute(
        _NUMBER,
        [{"row": row, "call": call_id, "place": place, "hash": digest} for place, (row, digest) in enumerate(places)],
    )


def move(
    rows: Rows,
    operation_ids: Sequence[UUID],
    *,
    from_: Mapping[str, Any],
    to: Mapping[str, Any],
) -> int:
    """Move operations from one state to another and return how many moved.

    :param from_: columns that must still hold these values, the state among them.
    :param to: the new values.
    """
    if not operation_ids:
        return 0
    ordered = sorted(operation_ids)
    if any(isinstance(value, ClauseElement) for value in to.values()):
        # What is counted from the row itself is part of the statement.
        statement, values = _moving(tuple(_guards(from_)), ()).values(**to), {}
    else:
        statement, values = _moving(tuple(_guards(from_)), tuple(to)), _named("to", to)
    values |= _held(from_)
    return sum(
        rows.change(statement, {**values, "ids": ordered[start : start + 500]}) for start in range(0, len(ordered), 500)
    )


def move_each(rows: Rows, *, from_: Mapping[str, Any], to: Sequence[tuple[UUID, Mapping[str, Any]]]) -> int:
    """Move operations to values of their own in one statement and return how many moved.

    :param to: (operation id, new values); all with the same columns.
    """
    if not to:
        return 0
    guard = _held(from_)
    return rows.change(
        _moving_each(tuple(_guards(from_)), tuple(to[0][1])),
        [{**guard, "row": row, **_named("to", new)} for row, new in to],
    )


def _guards(from_: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Return the columns of a guard, each with whether it must be empty."""
    return [(name, value is None) for name, value in from_.items()]


def _held(from_: Mapping[str, Any]) -> dict[str, Any]:
    return _named("from", {name: value for name, value in from_.items() if value is not None})


def _named(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}_{name}": value for name, value in values.items()}


@lru_cache(maxsize=200)
def _moving(guards: tuple[tuple[str, bool], ...], columns: tuple[str, ...]) -> Update:
    """Return the statement that moves some operations to the same values, built once for these columns."""
    statement = update(_TABLE).where(_TABLE.c.id.in_(bindparam("ids", expanding=True)), *_guarded(guards))  # type: ignore[arg-type]
    return statement.values({name: bindparam(f"to_{name}") for name in columns}) if columns else statement


@lru_cache(maxsize=200)
def _moving_each(guards: tuple[tuple[str, bool], ...], columns: tuple[str, ...]) -> Update:
    """Return the statement that moves operations to values of their own, built once for these columns."""
    statement = update(_TABLE).where(_TABLE.c.id == bindparam("row"), *_guarded(guards))  # type: ignore[arg-type]
    return statement.values({name: bindparam(f"to_{name}") for name in columns})


def _guarded(guards: tuple[tuple[str, bool], ...]) -> list[ColumnElement[bool]]:
    return [
        _TABLE.c[name].is_(None) if is_empty else _TABLE.c[name] == bindparam(f"from_{name}")
        for name, is_empty in guards
    ]
