"""Faults by chance, everywhere: each passing of a boundary has its own, drawn from the seed and the boundary alone.

So the same seed hurts a world in the same way, bit for bit; and a world that is told again with some faults left out is
still hurt in the other places, which is how the shortest trace is found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from flask_billcom.models import Call, Document, Operation, OperationState
from tests.crash.boundaries import Act, Boundaries, Crash
from tests.crash.cutting.cuts import HOUR

if TYPE_CHECKING:
    from tests.crash.worlds.market import Market

Weights = tuple[tuple[str, int], ...]
APPLIED: Weights = (
    ("timeout_after", 2),
    ("reset_after", 2),
    ("http_5xx_after", 2),
    ("garbage", 2),
    ("truncated", 2),
    ("cut", 2),
    ("empty", 2),
    ("html", 2),
    ("dribble", 1),
)
REFUSED: Weights = (
    ("connect_refused", 3),
    ("bdc:BDC_1109", 3),
    ("bdc:BDC_1322", 3),
    ("bdc:BDC_1144", 1),
    ("bdc:BDC_9999", 2),
    ("bdc_after:BDC_9999", 2),
)
NOT_APPLIED: Weights = (
    ("timeout_before", 1),
    ("reset_before", 1),
    ("http_5xx_before", 1),
    ("idle_close", 1),
    ("late_effect", 3),
)
AROUND: Weights = (("crash", 4), ("freeze", 2), ("second_runner", 2), ("clock_forward", 1), ("clock_back", 1))
OF_CHANGES: Weights = (*APPLIED, *REFUSED, *NOT_APPLIED, *AROUND)
OF_BULKS: Weights = (*OF_CHANGES, ("short_bulk", 3), ("reordered_bulk", 3))
OF_READS: Weights = (
    ("connect_refused", 1),
    ("timeout_before", 1),
    ("garbage", 1),
    ("bdc:BDC_1109", 1),
    ("stale_list", 2),
    ("crash", 1),
)
BEFORE_COMMITS: Weights = (("commit_error", 3), ("crash", 3))
AFTER_COMMITS: Weights = (("commit_ack_lost", 3), ("crash", 3), ("second_runner", 1), ("freeze", 1))
AFTER_EFFECTS: Weights = (("crash", 3), ("freeze", 1), ("second_runner", 1))
SECONDS = {"late_effect": 300.0, "stale_list": 120.0, "dribble": 1.0}
MILLION = 1_000_000
READS = ("List", "Crud/Read", "GetSessionInfo", "Login", "Logout", "MFA")
OFTEN, IN_EACH = 2, 160
"""How many passings of one name on one day are in danger, and for how many settlements there is one more; after that
the world calms down."""


@dataclass(frozen=True)
class Danger:
    """What may happen at a boundary.

    :param chance: in millionths.
    """

    chance: int
    faults: Weights

    def fault_of(self, number: int) -> str:
        """Return the fault that a large number stands for."""
        place = number % sum(weight for _, weight in self.faults)
        for name, weight in self.faults:
            if place < weight:
                return name
            place -= weight
        raise AssertionError(number)


CHANGE = Danger(400_000, OF_CHANGES)
LONE = Danger(150_000, OF_CHANGES)
"""Of a change of one document: there are many of them, and each fault hits one settlement."""
BULK = Danger(450_000, OF_BULKS)
READ = Danger(12_000, OF_READS)
EFFECT = Danger(220_000, AFTER_EFFECTS)
LONE_EFFECT = Danger(40_000, AFTER_EFFECTS)
COMMIT = Danger(6_000, BEFORE_COMMITS)
CLAIM = Danger(60_000, BEFORE_COMMITS)
RECORD = Danger(320_000, BEFORE_COMMITS)
"""Bill.com has done it, and we forget that it said so."""
COMMITTED = Danger(6_000, AFTER_COMMITS)
CLAIMED = Danger(60_000, AFTER_COMMITS)


KINDS = frozenset(
    name for faults in (OF_BULKS, OF_READS, BEFORE_COMMITS, AFTER_COMMITS, AFTER_EFFECTS) for name, _ in faults
)
"""Everything that may happen at a boundary."""


def danger_of(name: str) -> Danger:
    """Return what may happen at a boundary of this name."""
    if " commit of " in name:
        is_before = name.startswith("before")
        if name.endswith("recording.record"):
            return RECORD if is_before else CLAIMED
        if name.endswith("delivery._claim"):
            return CLAIM if is_before else CLAIMED
        return COMMIT if is_before else COMMITTED
    moment, _, endpoint = name.partition(" ")
    if endpoint.startswith(READS):
        return READ if moment == "connect" else Danger(READ.chance, (("crash", 1),))
    if moment == "connect":
        return BULK if endpoint.startswith("Bulk/") else LONE if endpoint.startswith("Crud/") else CHANGE
    return LONE_EFFECT if endpoint.startswith("Crud/") else EFFECT


@dataclass(frozen=True)
class Fired:
    """A fault that happened.

    :param nth: which passing of the label it was.
    :param hits: how many settlements were under way in a call.
    """

    label: str
    nth: int
    fault: str
    hits: int

    def __str__(self) -> str:
        return f"{self.label} #{self.nth}: {self.fault}, {self.hits} settlements under way"


class Chances(Boundaries):
    """Boundaries at each of which something may happen.

    :param seed: of all chances.
    :param size: of the world, in settlements.
    :param only: the (label, passing) at which something may happen; everywhere if left out.
    """

    def __init__(self, seed: str, only: Collection[tuple[str, int]] | None = None, *, size: int = 0) -> None:
        super().__init__()
        self._often = OFTEN + size // IN_EACH
        self.fired: list[Fired] = []
        self.market: Market | None = None
        self._seed = seed
        self._only = only
        self.is_beside = False

    def act_at(self, number: int, label: str, nth: int) -> Act | None:
        """Return what happens at a boundary, or None."""
        del number  # the label and its passing tell
        if self._only is not None and (label, nth) not in self._only:
            return None
        fault = self.fault_at(label, nth)
        return None if fault is None else self._act(label, nth, fault)

    def fault_at(self, label: str, nth: int) -> str | None:
        """Return the fault that the seed has for a boundary, or None."""
        danger = danger_of(label.partition(": ")[2])
        if nth > self._often:
            return None
        drawn = hashlib.blake2b(f"{self._seed}|{label}|{nth}".encode(), digest_size=12).digest()
        if int.from_bytes(drawn[:6], "big") % MILLION >= danger.chance:
            return None
        fault = danger.fault_of(int.from_bytes(drawn[6:], "big"))
        # Another worker, whose round is an act of this one, does not die of it; the wire may break in his calls too.
        return None if self.is_beside and fault in HAPPENINGS else fault

    def _act(self, label: str, nth: int, fault: str) -> Act:
        def act() -> None:
            assert self.market is not None
            self.fired.append(Fired(label, nth, fault, _hit(self.market, label)))
            happen = HAPPENINGS.get(fault)
            if happen is not None:
                self._happen(happen, is_beside=fault in BESIDE)
                return
            endpoint = label.rpartition(" ")[2]
            self.market.world.simulator.plan_fault(fault, endpoint, seconds=SECONDS.get(fault, 0.0))

        return act

    def _happen(self, happen: Callable[[Market], None], *, is_beside: bool) -> None:
        assert self.market is not None
        self.is_beside = self.is_listening = is_beside
        try:
            happen(self.market)
        finally:
            self.is_beside = self.is_listening = False


def _hit(market: Market, label: str) -> int:
    """Return how many settlements a fault hits: around a call those in calls of its endpoint, at least one."""
    if " commit of " in label:
        return market.under_way()
    statement = (
        select(func.count(func.distinct(Document.origin_id)))
        .join(Operation, Operation.subject_id == Document.id)
        .join(Call, Call.id == Operation.call_id)
        .where(Operation.state == OperationState.SENDING, Call.endpoint == label.rpartition(" ")[2])
    )
    with market.world.store.read() as rows:
        return max(1, int(rows.first(statement)))


def _crash(_: Market) -> None:
    raise Crash


def _no_commit(_: Market) -> None:
    raise OperationalError("commit", {}, Exception("the connection is gone"))


def _freeze(market: Market) -> None:
    """Let this worker stand still past its lease, while another one works."""
    other = market.world.process()
    for seconds in (170, 30, 1000):
        market.world.advance(seconds=seconds)
        market.world.tick(other)


def _second_runner(market: Market) -> None:
    market.world.tick(market.world.process())


def _forward(market: Market) -> None:
    market.world.clock.offset += HOUR


def _back(market: Market) -> None:
    market.world.clock.offset -= HOUR


BESIDE = frozenset({"freeze", "second_runner"})
"""What lets another worker do a round meanwhile."""
HAPPENINGS: dict[str, Callable[[Market], None]] = {
    "crash": _crash,
    "commit_error": _no_commit,
    "commit_ack_lost": _no_commit,
    "freeze": _freeze,
    "second_runner": _second_runner,
    "clock_forward": _forward,
    "clock_back": _back,
}
