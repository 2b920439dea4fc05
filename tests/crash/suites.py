"""The suites: each tells the story again and again, cut in another way, and has every end judged.

boundaries   a crash at every boundary, every fault at every call and commit that it fits
crashes      a crash at every single passing of every boundary
pairs        two crashes, in every order
overlaps     two workers, or a worker and a person, in transactions of one moment
random       some hundred settlements in a world, hurt by chance
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from tests.crash.asked import Asked, CannotPlay, part_of
from tests.crash.cutting.chains import THEN, Pair
from tests.crash.cutting.cuts import (
    Cut,
    every_boundary,
    every_fault,
    first_of_each_name,
    named,
    packed,
    some_of,
    wire_faults,
)
from tests.crash.cutting.pairs import every_pair, in_chains, pairs_of_some_places, play_pair, shards_of
from tests.crash.cutting.recoveries import Detour, detours_of, hurt_tellings, listen
from tests.crash.cutting.theatre import TOGETHER, Theatre, end_of, shared_server, theatre
from tests.crash.cutting.traces import shortened
from tests.crash.judging.total import End, Total
from tests.crash.overlapping.tellings import overlaps
from tests.crash.sharing.crew import tell
from tests.crash.sharing.troupe import Troupe, troupe
from tests.crash.tale.chapters import CHAPTERS
from tests.crash.tale.orders import ORDERS
from tests.crash.tale.trade import WITH_TRADE
from tests.crash.worlds.fair import randomly

T = TypeVar("T")
Say = Callable[[str], None]
Play = Callable[[Theatre, T], End]


@contextmanager
def opened(asked: Asked, simulator: dict[str, object] | None = None) -> Iterator[Theatre]:
    """Open the theatre that was asked for; for pairs one with so much trade that places are passed again and again."""
    orders = WITH_TRADE if asked.suite == "pairs" else ORDERS
    with theatre(asked.database, seed=asked.seed, simulator=simulator, orders=orders) as house:
        yield house


@contextmanager
def players_of(asked: Asked) -> Iterator[Troupe[Theatre]]:
    """Open the theatre that was asked for in as many processes as were asked for."""
    with shared_server(asked.database), troupe(1 if asked.only else asked.jobs, partial(opened, asked)) as players:
        yield players


def play_each(players: Troupe[Theatre], tellings: Sequence[T], play: Play[T]) -> list[End]:
    """Play tellings, and return their ends in the same order.

    :param play: can be pickled, and so can the tellings.
    """
    numbered = [(f"{number} of {len(tellings)}", telling) for number, telling in enumerate(tellings, start=1)]
    return players.play(numbered, partial(_play_and_tell, play))


def _play_and_tell(play: Play[T], house: Theatre, telling: tuple[str, T]) -> End:
    end = play(house, telling[1])
    tell(telling[0], end)
    return end


def total_of(asked: Asked, house: Theatre) -> Total:
    """Begin to sum up."""
    total = Total(asked.suite, asked.database, boundaries=house.boundaries)
    total.add(house.clean_end)
    return total


# -- many cuts in each telling -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Telling:
    """Cuts that share a telling.

    :param hurts: what else hurts it, so that their places are passed.
    """

    hurts: tuple[Cut, ...]
    cuts: list[Cut]

    @property
    def all(self) -> list[Cut]:
        return [*self.hurts, *self.cuts]


Placed = tuple[tuple[Cut, ...], Cut]
"""A cut, behind what leads to its place."""


def cuts_of(asked: Asked, house: Theatre, found: Iterable[Detour]) -> list[Placed]:
    """Return the cuts that a suite plays."""
    if asked.suite == "crashes":
        cuts: list[Placed] = [((), cut) for cut in every_boundary(house.trail)]
    else:
        cuts = [((), cut) for cut in every_fault(house.trail)]
        cuts += [(detour.hurts, cut) for detour in found for cut in detour.cuts()]
    return list(part_of(asked, some_of(cuts, asked.count, asked.seed)))


def cut_up(asked: Asked, say: Say) -> Total:
    """Hurt the story in every place."""
    with players_of(asked) as players:
        house = players.house
        total = total_of(asked, house)
        if asked.only:
            total.add(play_cuts(house, Telling((), named(asked.only.split(TOGETHER)))))
            return total
        hurt = hurt_tellings(house.trail, asked.seed) if asked.suite == "boundaries" else []
        found = list(detours_of(house.trail, players.play(hurt, listen)))
        total.boundaries += sum(detour.boundaries for detour in found)
        total.add_all(detour.end for detour in found)
        waiting = cuts_of(asked, house, found)
        # What met nothing among many others is played again with few, and with none in the end.
        for deep in (asked.deep, 2, 1):
            tellings = tellings_of(waiting, deep)
            say(f"{len(waiting)} cuts in {len(tellings)} tellings")
            waiting = add_all(total, tellings, play_each(players, tellings, play_cuts))
        say(f"{len(waiting)} cuts, each alone")
        total.add_all(play_each(players, [Telling(hurts, [cut]) for hurts, cut in waiting], play_cuts))
        return total


def tellings_of(cuts: Iterable[Placed], deep: int) -> list[Telling]:
    """Return tellings that hold a few cuts of each chapter, of those that the same hurts lead to."""
    groups: dict[tuple[Cut, ...], list[Cut]] = {}
    for hurts, cut in cuts:
        groups.setdefault(hurts, []).append(cut)
    return [Telling(hurts, some) for hurts, group in groups.items() for some in packed(group, CHAPTERS, deep=deep)]


def add_all(total: Total, tellings: Sequence[Telling], ends: Sequence[End]) -> list[Placed]:
    """Count the ends of tellings, and return the cuts that met nothing."""
    missed: list[Placed] = []
    for telling, end in zip(tellings, ends, strict=True):
        missed += [(telling.hurts, cut) for cut in telling.cuts if cut.name in end.unfired]
        total.add(replace(end, unfired=()))
    return missed


def play_cuts(house: Theatre, telling: Telling) -> End:
    """Play cuts together; a failure is told with as few of them as are enough."""
    run, verdict, unfired = house.play(telling.all)
    end = end_of(telling.all, run, verdict, unfired)
    return end if verdict.is_clean else shortened(house, end, telling.all, run)


# -- pairs ---------------------------------------------------------------------------------------------------------


def pairs_of(house: Theatre, asked: Asked) -> Sequence[Pair]:
    """Return the pairs that are played: all, a part of them, or a seeded sample.

    :raises CannotPlay: there is no such pair.
    """
    found = every_pair(house.trail)
    if asked.only:
        known = [pair for pair in found if pair.name == asked.only]
        if not known:
            places = "places that the story passes one after the other, such as 'connect Login >> effect PayBills'"
            raise CannotPlay(f"--only: {asked.only!r} is no pair of {places}; a failure's replay line names its own")
        return known
    if asked.count is not None:
        found = pairs_of_some_places(found, asked.count, random.Random(asked.seed))
    return part_of(asked, found)


def pairs(asked: Asked, say: Say) -> Total:
    """Kill the worker at one place after the other, until each has followed each."""
    if asked.only and THEN not in asked.only:
        return cut_up(asked, say)
    with players_of(asked) as players:
        house = players.house
        total, found = total_of(asked, house), pairs_of(house, asked)
        if asked.only:
            total.add_all(play_pair(house, pair) for pair in found)
            return total
        shards = shards_of(found)
        say(f"{len(found)} of {len(every_pair(house.trail))} ordered pairs in {len(shards)} parts")
        total.add_all(play_each(players, shards, in_chains))
        return total


SUITES: dict[str, Callable[[Asked, Say], Total]] = {
    "boundaries": cut_up,
    "crashes": cut_up,
    "pairs": pairs,
    "overlaps": overlaps,
    "random": randomly,
}

__all__ = ["SUITES", "Cut", "Theatre", "first_of_each_name", "some_of", "theatre", "wire_faults"]
