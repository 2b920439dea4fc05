"""What a whole suite comes to: the last line of its output."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.crash.judging.judge import Verdict

COUNTED = ("doubles", "lost", "cents_off", "idle", "quarantined", "unexplained")


@dataclass(frozen=True)
class End:
    """How one telling ended; plain values, so that it can come from another process.

    :param name: what it is replayed by.
    :param weight: for how many runs it counts.
    :param events: hash of everything that happened in it.
    :param unfired: faults that never happened.
    :param fired: how often each kind of fault happened, where that is counted.
    :param trace: of a failure, the calls that Bill.com saw.
    """

    name: str
    verdict: Verdict
    weight: int = 1
    faults: int = 0
    kills: int = 0
    events: str = ""
    unfired: tuple[str, ...] = ()
    fired: tuple[tuple[str, int], ...] = ()
    trace: str = ""

    @property
    def is_clean(self) -> bool:
        return self.verdict.is_clean and not self.unfired


def joined(ends: Sequence[End]) -> End:
    """Return the ends of some tellings as one, named after the first."""
    verdict = Verdict(notes=[note for end in ends for note in end.verdict.notes])
    for what in COUNTED:
        setattr(verdict, what, sum(getattr(end.verdict, what) for end in ends))
    return End(
        ends[0].name,
        verdict,
        weight=sum(end.weight for end in ends),
        faults=sum(end.faults for end in ends),
        kills=sum(end.kills for end in ends),
        events=" ".join(end.events for end in ends),
        unfired=tuple(name for end in ends for name in end.unfired),
    )


@dataclass
class Total:
    """What a whole suite comes to.

    :param boundaries: how many the story has.
    """

    suite: str
    database: str
    boundaries: int = 0
    runs: int = 0
    faults: int = 0
    kills: int = 0
    sum: Verdict = field(default_factory=Verdict)
    failures: list[End] = field(default_factory=list)
    unfired: list[str] = field(default_factory=list)
    fired: Counter[str] = field(default_factory=Counter)
    events: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, end: End) -> None:
        """Count the end of a telling."""
        self.runs += end.weight
        self.faults += end.faults
        self.kills += end.kills
        self.unfired += end.unfired
        self.fired.update(dict(end.fired))
        for what in COUNTED:
            setattr(self.sum, what, getattr(self.sum, what) + getattr(end.verdict, what))
        if not end.is_clean:
            self.failures.append(end)
        self.events.update(f"{end.name} {end.events} {end.verdict}\n".encode())

    def add_all(self, ends: Iterable[End]) -> None:
        """Count the ends of some tellings, in their order."""
        for end in ends:
            self.add(end)

    @property
    def is_clean(self) -> bool:
        return self.sum.is_clean and not self.unfired

    def __str__(self) -> str:
        s = self.sum
        return (
            f"crash: suite={self.suite} database={self.database} boundaries={self.boundaries} runs={self.runs} "
            f"doubles={s.doubles} lost={s.lost} cents_off={s.cents_off} idle={s.idle} quarantined={s.quarantined} "
            f"faults={self.faults} kills={self.kills} events_sha256={self.events.hexdigest()} "
            f"unexplained={s.unexplained + len(self.unfired)}"
        )
