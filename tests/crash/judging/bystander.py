"""Who sees, while a story is told, which calls are hurt, and how it stands with what is left to people.

hurt    a call gets no answer: by the wire, or as its worker dies or stands still in the midst of it
left    an operation is left to a person: what is there of it at Bill.com just then

Neither is taken from what the engine says of itself. A fault is noted when it happens, for the operations that were in
that call, and what is there of an effect is asked of the simulator's own books.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from flask_billcom.models import OPEN_LANE, Call, Operation, OperationState
from flask_billcom.store import written
from tests.crash.boundaries import Act
from tests.crash.judging.effects import Books, its_own
from tests.support.world import World

STANDS_S = 160.0
"""Who stands still for longer than this, or whose clock jumps, has outlived his lease."""
SAID = ("bdc", "bdc_after", "bdc_some", "connect_refused", "slow", "stale_list")
"""Faults of the wire that tell whoever called what became of it."""
STILL_AT_WORK = ("BDC_1001", "BDC_1002")
"""But not these refusals: they are failures of Bill.com itself."""
_OURS = (Operation.organization_id == bindparam("organization_id"), Operation.state.in_(written(OPEN_LANE)))
_SENDING = select(Operation.id, Operation.call_id).where(*_OURS, Operation.state == OperationState.SENDING)
_NEWEST = (
    select(Call.id)
    .where(Call.organization_id == bindparam("organization_id"), Call.endpoint == bindparam("endpoint"))
    .order_by(Call.id.desc())
    .limit(1)
    .scalar_subquery()
)
_IN_NEWEST = _SENDING.where(Operation.call_id == _NEWEST)
_LEFT = select(Operation).where(*_OURS, Operation.state == OperationState.QUARANTINED).order_by(Operation.id)


class Moment:
    """A moment by Bill.com's clock and by ours."""

    def __init__(self, world: World) -> None:
        self.theirs: datetime = world.simulator.clock.now()
        self.ours: datetime = world.clock.now()

    def until(self, later: Moment) -> timedelta:
        """Return how much time passes, by the clock that says more."""
        return max(later.theirs - self.theirs, later.ours - self.ours)


@dataclass(frozen=True)
class Left:
    """An operation that was left to a person, and how it stood.

    :param silences: how many of its calls were hurt so that no answer came.
    :param waited_s: seconds since the last of them.
    :param shown_s: for how long lists had shown its effect; 0 if they did not.
    :param is_strange: whether there was something else that might be its effect.
    """

    name: str
    reason: str
    silences: int = 0
    waited_s: float = 0.0
    shown_s: float = 0.0
    is_strange: bool = False

    @property
    def kind(self) -> str:
        """Return what kind of operation it is."""
        return self.name.partition(" ")[0]


@dataclass
class Bystander:
    """Who sees it.

    :param hurt: when calls were hurt, by operation and call.
    :param left: what was left to people, by operation and how often that had been sent.
    """

    hurt: dict[UUID, dict[UUID, Moment]] = field(default_factory=dict)
    left: dict[tuple[UUID, int], Left] = field(default_factory=dict)

    def copy(self) -> Bystander:
        """Return one who has seen the same."""
        return Bystander({row: dict(calls) for row, calls in self.hurt.items()}, dict(self.left))

    # -- what is hurt ----------------------------------------------------------------------------------------------

    def sees_call(self, world: World, endpoint: str) -> None:
        """See a call that is just being sent, whose answer the wire is perhaps going to lose."""
        planned = world.simulator.faults.planned
        fault = next((each for each in planned if fnmatchcase(endpoint, each.endpoint)), None)
        if fault is not None and (fault.name not in SAID or fault.code in STILL_AT_WORK):
            self._note(_rows(world, _IN_NEWEST, endpoint=endpoint), Moment(world))

    def sees_act(self, world: World, act: Act) -> None:
        """Let something happen at a boundary, and see whether the worker dies of it, or outlives its lease."""
        sending, since = _rows(world, _SENDING), Moment(world)
        try:
            act()
        except BaseException:
            self._note(sending, since)
            raise
        if since.until(Moment(world)).total_seconds() > STANDS_S:
            self._note(sending, since)

    def sees_signal(self, world: World) -> None:
        """See that the worker is killed or stopped."""
        self._note(_rows(world, _SENDING), Moment(world))

    def _note(self, sending: list[Any], when: Moment) -> None:
        for operation_id, call_id in sending:
            self.hurt.setdefault(operation_id, {}).setdefault(call_id, when)

    # -- what is left to people ------------------------------------------------------------------------------------

    def looks(self, world: World) -> None:
        """Look at what is left to people, and at what Bill.com has of it."""
        new = [row for row in _rows(world, _LEFT) if (row.id, row.attempt) not in self.left]
        if new:
            books = Books(world)
            self.left.update({(row.id, row.attempt): self._how_it_stands(books, row) for row in new})

    def _how_it_stands(self, books: Books, row: Operation) -> Left:
        hurt = sorted(self.hurt.get(row.id, {}).values(), key=lambda moment: moment.theirs)
        name, reason = f"{row.kind} {row.natural_key}", str((row.evidence or {}).get("reason", ""))
        if not hurt:
            return Left(name, reason)
        found = books.effects_of(row)
        effect = its_own(found, row, hurt[0].theirs)
        return Left(
            name,
            reason,
            silences=len(hurt),
            waited_s=hurt[-1].until(Moment(books.world)).total_seconds(),
            shown_s=books.shown_s(effect) if effect else 0.0,
            is_strange=bool(found) and effect is None,
        )

    @property
    def reasons(self) -> dict[str, str]:
        """Return why people had to decide about operations, by kind and natural key."""
        return {each.name: each.reason for each in self.left.values()}


def _rows(world: World, statement: Any, **values: str) -> list[Any]:
    with world.store.read() as rows:
        return list(rows.all(statement, {"organization_id": world.organization_id, **values}))
