"""Pairs of crashes that lie far apart, each from a world that was kept after the first of them.

    meet      crash at a
    enter ... quiet; the world is kept at the start of each chapter
    arrive    from there: crash at b, and on to the end
    arrive    from there once more: crash at c, ...

What chains could not reach is mostly this: a place that only an early chapter passes, and one that only a late chapter
passes. No other crash may lie between, so each telling carries one of them across; but the days between are told only
once for each first place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.crash.boundaries import Boundaries
from tests.crash.cutting.chains import Chain, Pair, die, end_of_chain, tell_from
from tests.crash.cutting.cuts import Cut
from tests.crash.cutting.keeping import Kept, chapters_from, go_back, keep
from tests.crash.cutting.theatre import Theatre
from tests.crash.judging.bystander import Bystander
from tests.crash.judging.total import End
from tests.crash.tale.chapters import CHAPTERS, UNHURT
from tests.crash.tale.story import Run


@dataclass(frozen=True)
class Wake:
    """A world after its first crash, kept at the start of a later chapter, with what its telling has noted."""

    crash: Cut
    place: str
    kept: Kept
    bystander: Bystander
    past: set[tuple[str, int]]
    crashes: int

    def again(self, house: Theatre, boundaries: Boundaries) -> Run:
        """Go back to it."""
        run = go_back(house.stage, self.kept, boundaries, like=house.first)
        run.bystander, run.past, run.crashes = self.bystander.copy(), set(self.past), self.crashes
        return run


def chapters_of(trail: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the chapters that pass each place."""
    found: dict[str, list[str]] = {}
    for chapter, labels in trail.items():
        for name in {label.partition(": ")[2] for label in labels}:
            found.setdefault(name, []).append(chapter)
    return found


def crossing(pairs: Sequence[Pair], trail: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], list[Pair]]:
    """Return the pairs whose second place comes in a later chapter, by the first one and where it is best passed."""
    passing, order = chapters_of(trail), list(CHAPTERS)
    found: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        last = order.index(passing[pair.second][-1])
        before = [chapter for chapter in passing[pair.first] if order.index(chapter) < last]
        if before:
            found.setdefault((pair.first, before[-1]), []).append(pair)
    return found


def distant(house: Theatre, pairs: Sequence[Pair]) -> Iterator[tuple[End, set[Pair]]]:
    """Tell pairs that lie far apart, and yield how each telling ended and what it reached."""
    waiting = set(pairs)
    for (first, chapter), some in crossing(pairs, house.trail).items():
        wanted = waiting.intersection(some)
        for wake in wakes(house, first, chapter) if wanted else ():
            here = {label.partition(": ")[2] for label in house.trail[wake.kept.chapter]}
            near = {pair for pair in wanted if pair.second in here}
            wanted -= near
            while near & waiting:
                # What should have been reached in an earlier chapter is no next passing any more.
                end, reached = play_from(house, wake, (waiting - set(some)) | (near & waiting))
                yield end, reached
                waiting -= reached
                if not near & reached:
                    break


def wakes(house: Theatre, name: str, chapter: str) -> list[Wake]:
    """Crash at the first passing of a place in a chapter, and keep the world at the start of every later one."""
    crash = Cut(chapter, -1, "crash", label=f"{chapter}: {name}", nth=1)
    found: list[Wake] = []
    folder = house.folder / "wakes"
    folder.mkdir(exist_ok=True)
    with Boundaries() as boundaries:
        boundaries.named[crash.label, 1] = die
        run = go_back(house.stage, house.kept[chapter], boundaries, like=house.first)
        for each in chapters_from(chapter):
            if run.crashes and each not in UNHURT:
                kept = keep(run, folder, each)
                found.append(Wake(crash, name, kept, run.bystander.copy(), set(run.past), run.crashes))
                run.world.restart()
                run.listen()
            boundaries.is_listening = each not in UNHURT
            run.tell([each])
    return found


def play_from(house: Theatre, wake: Wake, pairs: set[Pair]) -> tuple[End, set[Pair]]:
    """Go on from a kept world with a chain that begins with the crash before it."""
    with Chain(sorted(pairs, key=lambda pair: pair.name), house.trail, last=wake.place) as chain:
        run = wake.again(house, chain)
        tell_from(run, wake.kept.chapter)
    return end_of_chain(house, run, chain, before=(wake.crash,)), set(chain.reached)
