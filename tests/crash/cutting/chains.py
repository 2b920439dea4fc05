"""A chain of crashes through one telling: each next one makes a pair with the last that is still wanted.

a x b x c       three places, two pairs
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.crash.boundaries import Act, Boundaries, Crash
from tests.crash.cutting.cuts import Cut
from tests.crash.cutting.keeping import chapters_from, go_back
from tests.crash.cutting.theatre import Theatre, events_of
from tests.crash.cutting.traces import shortened
from tests.crash.judging.judge import judge
from tests.crash.judging.total import End
from tests.crash.tale.chapters import CHAPTERS, UNHURT
from tests.crash.tale.story import Run

THEN = " >> "
PER_CHAPTER = 40
"""How many crashes of a chain fall into one chapter, so that the story still resembles a life, if a hard one."""


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


class Chain(Boundaries):
    """Kills wherever that makes a wanted pair with the last kill.

    :param pairs: the wanted ones.
    :param trail: the places that an unhurt story passes.
    :param last: where it was killed before.
    """

    def __init__(self, pairs: Iterable[Pair], trail: Mapping[str, list[str]], *, last: str = "") -> None:
        super().__init__()
        self.reached: list[Pair] = []
        self.kills: list[Cut] = []
        self._last = last
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
        return die

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


def play_chain(house: Theatre, pairs: Sequence[Pair]) -> tuple[End, set[Pair]]:
    """Tell the story with one chain through some of the pairs."""
    first = min((pair.chapter for pair in pairs), key=list(CHAPTERS).index)
    with Chain(pairs, house.trail) as chain:
        run = go_back(house.stage, house.kept[first], chain, like=house.first)
        tell_from(run, first)
    return end_of_chain(house, run, chain), set(chain.reached)


def end_of_chain(house: Theatre, run: Run, chain: Chain, *, before: Sequence[Cut] = ()) -> End:
    """Return how a chain ended; a failure is told with as few crashes as are enough.

    :param before: where it was killed before the chain.
    """
    kills = [*before, *chain.kills]
    end = replace(end_of(run, len(kills), f"{len(kills)} crashes"), weight=len(chain.reached))
    return end if end.is_clean else shortened(house, end, kills, run)


def end_of(run: Run, faults: int, name: str) -> End:
    """Judge a run."""
    return End(name, judge(run), faults=faults, kills=run.crashes, events=events_of(run))


def tell_from(run: Run, chapter: str) -> None:
    """Tell the story from a chapter on."""
    for each in chapters_from(chapter):
        run.boundaries.is_listening = each not in UNHURT
        run.tell([each])


def die() -> None:
    """End the process."""
    raise Crash
