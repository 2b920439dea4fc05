"""Two crashes, one after the other: every place followed by every place that is passed after it.

A place is a name of a boundary, in whatever chapter: the first crash comes at its first passing, the second at the next
passing of its own name after that, be it in the recovery or a week later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.crash.boundaries import Act, Boundaries, Crash
from tests.crash.judge import judge
from tests.crash.keeping import chapters_from, go_back
from tests.crash.story import UNHURT
from tests.crash.theatre import Theatre, events_of
from tests.crash.total import End


@dataclass(frozen=True)
class Pair:
    """Two places.

    :param chapter: where the first one is passed first.
    """

    chapter: str
    first: str
    second: str

    @property
    def name(self) -> str:
        """Return what the command line takes."""
        return f"{self.first} >> {self.second}"


def every_pair(trail: Mapping[str, list[str]]) -> list[Pair]:
    """Return every ordered pair of places, the second of which is passed after the first passing of the first."""
    passed = [(chapter, label.partition(": ")[2]) for chapter, labels in trail.items() for label in labels]
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for number, (_, name) in enumerate(passed):
        first.setdefault(name, number)
        last[name] = number
    return [Pair(passed[at][0], name, other) for name, at in first.items() for other in last if last[other] > at]


def play_pair(house: Theatre, pair: Pair) -> End:
    """Tell the story with both crashes and return how it ended."""
    fired: list[str] = []
    with Boundaries() as boundaries:
        run = go_back(house.stage, house.kept[pair.chapter], boundaries, like=house.first)
        boundaries.coming[pair.first] = _crash(boundaries, pair.first, fired, then=pair.second)
        for chapter in chapters_from(pair.chapter):
            boundaries.is_listening = chapter not in UNHURT
            run.tell([chapter])
    unfired = () if len(fired) == 2 else (pair.name,)
    return End(
        pair.name,
        judge(run, hurts=2),
        faults=len(fired),
        kills=run.crashes,
        events=events_of(run),
        unfired=unfired,
    )


def _crash(boundaries: Boundaries, name: str, fired: list[str], *, then: str | None = None) -> Act:
    def act() -> None:
        fired.append(name)
        if then is not None:
            boundaries.coming[then] = _crash(boundaries, then, fired)
        raise Crash

    return act
