"""Two crashes, one after the other: every place followed by every place that is passed after it.

A place is a name of a boundary, in whatever chapter. A pair is a crash at one place, and the next crash at the next
passing of another one, be it in the recovery or a week later.

    a x b x c       a chain of crashes: three places, two pairs
    a >> b, b >> c

One telling carries a chain: at each place that makes a pair which is still wanted with the place of the last crash, the
worker is killed. What no chain has reached is told alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.crash.boundaries import Act, Boundaries, Crash
from tests.crash.chapters import CHAPTERS, UNHURT
from tests.crash.crew import say
from tests.crash.cuts import Cut
from tests.crash.judge import Verdict, judge
from tests.crash.keeping import chapters_from, go_back
from tests.crash.shrinking import shortest
from tests.crash.story import Run
from tests.crash.theatre import TOGETHER, Theatre, events_of
from tests.crash.total import End, joined

THEN = " >> "
PART = 2000
"""How many pairs share chains; the parts are what processes share."""
PER_CHAPTER = 8
"""How many crashes of a chain fall into one chapter, so that the story still resembles a life."""


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
        return f"{self.first}{THEN}{self.second}"


def every_pair(trail: Mapping[str, list[str]]) -> list[Pair]:
    """Return every ordered pair of places, the second of which is passed after the first passing of the first."""
    passed = [(chapter, label.partition(": ")[2]) for chapter, labels in trail.items() for label in labels]
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for number, (_, name) in enumerate(passed):
        first.setdefault(name, number)
        last[name] = number
    return [Pair(passed[at][0], name, other) for name, at in first.items() for other in last if last[other] > at]


def pairs_of_some_places(pairs: Sequence[Pair], count: int, chance: random.Random) -> list[Pair]:
    """Return a sample: the pairs between a few places, which chains cover better than pairs between all of them."""
    places = sorted({pair.first for pair in pairs} | {pair.second for pair in pairs})
    chance.shuffle(places)
    chosen: set[str] = set()
    some: list[Pair] = []
    while places and len(some) < count:
        chosen.add(places.pop())
        some = [pair for pair in pairs if pair.first in chosen and pair.second in chosen]
    return some[:count]


def shards_of(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """Return the pairs in parts, which do not depend on how many processes share them."""
    count = max(2, -(-len(pairs) // PART))
    return [list(pairs[first::count]) for first in range(count)]


# -- chains --------------------------------------------------------------------------------------------------------


class Chain(Boundaries):
    """Kills wherever that makes a wanted pair with the last kill.

    :param pairs: the wanted ones.
    :param trail: the places that an unhurt story passes.
    """

    def __init__(self, pairs: Iterable[Pair], trail: Mapping[str, list[str]]) -> None:
        super().__init__()
        self.reached: list[Pair] = []
        self.kills: list[Cut] = []
        self._last = ""
        self._here = 0
        self._names = {chapter: {label.partition(": ")[2] for label in labels} for chapter, labels in trail.items()}
        self._wanted: dict[str, dict[str, Pair]] = {}
        for pair in pairs:
            self._wanted.setdefault(pair.first, {})[pair.second] = pair

    def open(self, chapter: str) -> None:
        """Begin a chapter."""
        self._here = 0
        super().open(chapter)

    def act_at(self, number: int, label: str, nth: int) -> Act | None:
        """Kill here, if that is wanted."""
        del number
        name = label.partition(": ")[2]
        if self._here >= PER_CHAPTER or not (self._ends(name) or self._begins(name)):
            return None
        self._here += 1
        self._last = name
        self.kills.append(Cut(self.chapter, -1, "crash", label=label, nth=nth))
        return _crash

    def _ends(self, name: str) -> bool:
        """Return whether a kill here ends a wanted pair."""
        pair = self._wanted.get(self._last, {}).pop(name, None)
        if pair is not None:
            self.reached.append(pair)
        return pair is not None

    def _begins(self, name: str) -> bool:
        """Return whether a chain begins here: the last one leads nowhere, or only to later chapters."""
        ahead = chapters_from(self.chapter)
        return self._leads(name, [self.chapter]) > self._leads(self._last, [self.chapter]) == 0 or (
            self._leads(name, ahead) > self._leads(self._last, ahead) == 0
        )

    def _leads(self, name: str, chapters: Iterable[str]) -> int:
        """Return how many wanted pairs lead from a place into some chapters."""
        seconds = self._wanted.get(name)
        return sum(len(seconds.keys() & self._names.get(chapter, set())) for chapter in chapters) if seconds else 0


def in_chains(house: Theatre, pairs: Sequence[Pair]) -> End:
    """Tell the story with chains until they have reached all pairs, or no more; the others alone."""
    waiting, ends = list(pairs), [End("pairs", Verdict(), weight=0)]
    while waiting:
        end, reached = play_chain(house, waiting)
        if not reached:
            break
        ends.append(end)
        waiting = [pair for pair in waiting if pair not in reached]
        say(f"{len(reached)} pairs, {len(waiting)} left{'' if end.is_clean else f'; FAILED {end.verdict.notes}'}")
    ends += [play_pair(house, pair) for pair in waiting]
    failed = [end.name for end in ends if not end.is_clean]
    return replace(joined(ends), name=failed[0] if failed else f"{len(pairs)} pairs")


def play_chain(house: Theatre, pairs: Sequence[Pair]) -> tuple[End, set[Pair]]:
    """Tell the story with one chain through some of the pairs; a failure is told with as few crashes as are enough."""
    first = min((pair.chapter for pair in pairs), key=list(CHAPTERS).index)
    with Chain(pairs, house.trail) as chain:
        run = _tell(house, chain, first)
    end = replace(_end_of(run, len(chain.kills), f"{len(chain.kills)} crashes"), weight=len(chain.reached))
    if not end.is_clean:
        say(f"FAILED {end.name} {end.verdict.notes}; looking for the fewest that are enough")
        few = shortest(chain.kills, lambda some: bool(some) and not house.end_of(some).verdict.is_clean)
        end = replace(end, name=TOGETHER.join(cut.name for cut in few))
    return end, set(chain.reached)


def _crash() -> None:
    raise Crash


# -- one pair alone ------------------------------------------------------------------------------------------------


def play_pair(house: Theatre, pair: Pair) -> End:
    """Tell the story with both crashes and return how it ended."""
    fired: list[str] = []
    with Boundaries() as boundaries:
        boundaries.coming[pair.first] = _crash_at(boundaries, pair.first, fired, then=pair.second)
        run = _tell(house, boundaries, pair.chapter)
    return replace(_end_of(run, len(fired), pair.name), unfired=() if len(fired) == 2 else (pair.name,))


def _crash_at(boundaries: Boundaries, name: str, fired: list[str], *, then: str | None = None) -> Act:
    def act() -> None:
        fired.append(name)
        if then is not None:
            boundaries.coming[then] = _crash_at(boundaries, then, fired)
        raise Crash

    return act


def _tell(house: Theatre, boundaries: Boundaries, chapter: str) -> Run:
    """Tell the story from a chapter on."""
    run = go_back(house.stage, house.kept[chapter], boundaries, like=house.first)
    for each in chapters_from(chapter):
        boundaries.is_listening = each not in UNHURT
        run.tell([each])
    return run


def _end_of(run: Run, faults: int, name: str) -> End:
    return End(name, judge(run, hurts=faults), faults=faults, kills=run.crashes, events=events_of(run))
