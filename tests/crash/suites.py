"""The suites: each tells the story again and again, cut in another way, and has every end judged.

boundaries   a crash at every boundary, every fault at every call and commit that it fits
crashes      a crash at every single passing of every boundary
pairs        two crashes, in every order
random       some hundred settlements in a world, hurt by chance
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from tests.crash.asked import Asked
from tests.crash.crew import share
from tests.crash.cuts import (
    Cut,
    every_boundary,
    first_of_each_name,
    other_faults,
    packed,
    some_of,
    wire_faults,
)
from tests.crash.fair import randomly
from tests.crash.pairs import Pair, every_pair, play_pair
from tests.crash.shrinking import shortest
from tests.crash.story import CHAPTERS
from tests.crash.theatre import TOGETHER, Theatre, shared_server, theatre
from tests.crash.total import End, Total, joined

Say = Callable[[str], None]


@contextmanager
def opened(asked: Asked, simulator: dict[str, object] | None = None) -> Iterator[Theatre]:
    """Open the theatre that was asked for."""
    with theatre(asked.database, seed=asked.seed, simulator=simulator) as house:
        yield house


def play_each(asked: Asked, count: int, play: Callable[[Sequence[int]], list[End]], house: Theatre) -> Total:
    """Play tellings in as many processes as were asked for, and sum them up."""
    total = Total(asked.suite, asked.database, boundaries=house.boundaries)
    total.add(house.clean_end)
    total.add_all(share(count, asked.jobs, play))
    return total


# -- one cut in each chapter ---------------------------------------------------------------------------------------


def cuts_of(house: Theatre, asked: Asked) -> list[Cut]:
    """Return the cuts that a suite plays."""
    if asked.suite == "crashes":
        cuts = every_boundary(house.trail)
    else:
        cuts = [*first_of_each_name(house.trail), *other_faults(house.trail), *wire_faults(house.trail)]
    if asked.only:
        wanted = asked.only.split(TOGETHER)
        return [cut for cut in cuts if cut.name in wanted]
    return some_of(cuts, asked.count, asked.seed)


def tellings_of(house: Theatre, asked: Asked) -> list[list[Cut]]:
    """Return the tellings of a suite: each has a few cuts of every chapter, so that one story serves many."""
    cuts = cuts_of(house, asked)
    return [cuts] if asked.only else packed(cuts, CHAPTERS, deep=asked.deep)


def cut_up(asked: Asked, say: Say) -> Total:
    """Hurt the story in every place."""
    with shared_server(asked.database), opened(asked) as house:
        tellings = tellings_of(house, asked)
        say(f"{sum(map(len, tellings))} cuts in {len(tellings)} tellings")
        return play_each(asked, len(tellings), partial(_play_tellings, asked), house)


def _play_tellings(asked: Asked, numbers: Iterable[int]) -> list[End]:
    with opened(asked) as house:
        tellings = tellings_of(house, asked)
        return [play_all(house, tellings[number]) for number in numbers]


def play_all(house: Theatre, cuts: list[Cut]) -> End:
    """Play cuts together; those that met nothing there again, each alone; a failure with as few as are enough."""
    end = house.end_of(cuts)
    if len(cuts) == 1:
        return end
    if not end.verdict.is_clean:
        return house.end_of(shortest(cuts, lambda some: bool(some) and not house.end_of(some).verdict.is_clean))
    missed = [cut for cut in cuts if any(name.startswith(cut.name) for name in end.unfired)]
    return joined([replace(end, unfired=()), *(house.end_of([cut]) for cut in missed)])


# -- pairs ---------------------------------------------------------------------------------------------------------


def pairs_of(house: Theatre, asked: Asked) -> list[Pair]:
    """Return the pairs that are played: all, or a seeded sample."""
    found = every_pair(house.trail)
    if asked.only:
        return [pair for pair in found if pair.name == asked.only]
    if asked.count is None or asked.count >= len(found):
        return found
    return random.Random(asked.seed).sample(found, asked.count)


def pairs(asked: Asked, say: Say) -> Total:
    """Kill the worker twice in each telling."""
    with shared_server(asked.database), opened(asked) as house:
        count = len(pairs_of(house, asked))
        say(f"{count} of {len(every_pair(house.trail))} ordered pairs")
        return play_each(asked, count, partial(_play_pairs, asked), house)


def _play_pairs(asked: Asked, numbers: Iterable[int]) -> list[End]:
    with opened(asked) as house:
        found = pairs_of(house, asked)
        return [play_pair(house, found[number]) for number in numbers]


SUITES: dict[str, Callable[[Asked, Say], Total]] = {
    "boundaries": cut_up,
    "crashes": cut_up,
    "pairs": pairs,
    "random": randomly,
}

__all__ = ["SUITES", "Cut", "Theatre", "first_of_each_name", "some_of", "theatre", "wire_faults"]
