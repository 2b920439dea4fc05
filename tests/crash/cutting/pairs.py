"""Two crashes, one after the other: every place followed by every place that is passed after it.

A place is a name of a boundary, in whatever chapter. A pair is a crash at one place, and the next crash at the next
passing of another one, be it in the recovery or a week later.

    a x b x c       a chain of crashes: three places, two pairs
    a >> b, b >> c

One telling carries a chain: at each place that makes a pair which is still wanted with the place of the last crash, the
worker is killed. What lies far apart is told from worlds that were kept after the first crash, and what nothing has
reached alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tests.crash.boundaries import Act, Boundaries, Crash
from tests.crash.cutting.chains import Pair, end_of, play_chain, tell_from
from tests.crash.cutting.distant import distant
from tests.crash.cutting.keeping import go_back
from tests.crash.cutting.theatre import Theatre
from tests.crash.cutting.traces import trace_of
from tests.crash.judging.judge import Verdict
from tests.crash.judging.total import End, joined
from tests.crash.sharing.crew import say

PART = 17_000
"""How many pairs share chains; the parts are what processes share. Many pairs fill each chain: of 16,000 wanted ones a
telling reaches four hundred, of 1,000 it soon reaches five."""
FEW = 12
"""When a telling reaches fewer pairs, what is left lies far apart."""


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


def in_chains(house: Theatre, pairs: Sequence[Pair]) -> End:
    """Tell the story with chains until they have reached all pairs, or no more; the others alone."""
    ends, left = [End("pairs", Verdict(), weight=0)], len(pairs)
    waiting = set(pairs)
    for end, reached in _tellings(house, pairs, waiting):
        ends.append(end)
        left -= len(reached)
        say(f"{len(reached)} pairs, {left} left{'' if end.is_clean else f'; FAILED {end.name} {end.verdict.notes}'}")
    ends += [play_pair(house, pair) for pair in pairs if pair in waiting]
    failed = [end for end in ends if not end.is_clean]
    if failed:
        return replace(joined(ends), name=failed[0].name, trace=failed[0].trace)
    return replace(joined(ends), name=f"{len(pairs)} pairs")


def _tellings(house: Theatre, pairs: Sequence[Pair], waiting: set[Pair]) -> Iterator[tuple[End, set[Pair]]]:
    """Tell chains as long as they reach many, then what lies far apart, then chains as long as they reach any."""

    def left() -> list[Pair]:
        return [pair for pair in pairs if pair in waiting]

    for few, is_told_by in ((FEW, _chains), (0, distant), (0, _chains)):
        for end, reached in is_told_by(house, left()):
            waiting -= reached
            yield end, reached
            if len(reached) < few:
                break


def _chains(house: Theatre, pairs: Sequence[Pair]) -> Iterator[tuple[End, set[Pair]]]:
    """Tell chains until they reach nothing."""
    waiting = list(pairs)
    while waiting:
        end, reached = play_chain(house, waiting)
        if not reached:
            return
        yield end, reached
        waiting = [pair for pair in waiting if pair not in reached]


# -- one pair alone ------------------------------------------------------------------------------------------------


def play_pair(house: Theatre, pair: Pair) -> End:
    """Tell the story with both crashes and return how it ended."""
    fired: list[str] = []
    with Boundaries() as boundaries:
        boundaries.coming[pair.first] = _crash_at(boundaries, pair.first, fired, then=pair.second)
        run = go_back(house.stage, house.kept[pair.chapter], boundaries, like=house.first)
        tell_from(run, pair.chapter)
    end = end_of(run, len(fired), pair.name)
    unfired = () if len(fired) == 2 else (pair.name,)
    return replace(end, unfired=unfired, trace="" if end.is_clean else trace_of(run))


def _crash_at(boundaries: Boundaries, name: str, fired: list[str], *, then: str | None = None) -> Act:
    def act() -> None:
        fired.append(name)
        if then is not None:
            boundaries.coming[then] = _crash_at(boundaries, then, fired)
        raise Crash

    return act
