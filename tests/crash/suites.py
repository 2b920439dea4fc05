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
from functools import partial

from tests.crash.asked import Asked
from tests.crash.crew import share
from tests.crash.cuts import (
    Cut,
    every_boundary,
    first_of_each_name,
    other_faults,
    some_of,
    wire_faults,
)
from tests.crash.fair import randomly
from tests.crash.pairs import Pair, every_pair, play_pair
from tests.crash.theatre import Theatre, shared_server, theatre
from tests.crash.total import End, Total

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


# -- one cut at a time ---------------------------------------------------------------------------------------------


def cuts_of(house: Theatre, asked: Asked) -> list[Cut]:
    """Return the cuts that a suite plays."""
    if asked.suite == "crashes":
        cuts = every_boundary(house.trail)
    else:
        cuts = [*first_of_each_name(house.trail), *other_faults(house.trail), *wire_faults(house.trail)]
    if asked.only:
        return [cut for cut in cuts if cut.name == asked.only]
    return some_of(cuts, asked.count, asked.seed)


def singly(asked: Asked, say: Say) -> Total:
    """Hurt the story once in each telling."""
    with shared_server(asked.database), opened(asked) as house:
        count = len(cuts_of(house, asked))
        say(f"{count} cuts")
        return play_each(asked, count, partial(_play_cuts, asked), house)


def _play_cuts(asked: Asked, numbers: Iterable[int]) -> list[End]:
    with opened(asked) as house:
        cuts = cuts_of(house, asked)
        return [house.end_of([cuts[number]]) for number in numbers]


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
    "boundaries": singly,
    "crashes": singly,
    "pairs": pairs,
    "random": randomly,
}

__all__ = ["SUITES", "Cut", "Theatre", "first_of_each_name", "some_of", "theatre", "wire_faults"]
