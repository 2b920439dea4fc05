"""The random suite: worlds of some hundred settlements each, until there are as many as were asked for.

What does not differ between worlds, the buyers and sellers that Bill.com knows, is made once and put back for each.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.crash.asked import Asked
from tests.crash.boundaries import Boundaries
from tests.crash.cutting.keeping import Kept, keep, let_go, put_back
from tests.crash.cutting.theatre import empty_database, events_of, shared_server
from tests.crash.cutting.traces import trace_of
from tests.crash.judging.judge import Verdict, judge
from tests.crash.judging.shrinking import shortest
from tests.crash.judging.total import End, Total
from tests.crash.quiet import collect_rarely
from tests.crash.sharing.crew import Say, share
from tests.crash.worlds.chances import KINDS, Chances
from tests.crash.worlds.market import BUYERS, SELLERS, Market, orders_of
from tests.crash.worlds.meddling import ACTS
from tests.crash.worlds.readings import drawn
from tests.support.world import Stage

SIZES = (40, 500, 1000, 1500)
"""Large worlds cost less for each settlement: a call carries a hundred of them."""
SETTLEMENTS = 1000
"""How many are played where nobody says."""
MANY = 10_000
"""Settlements among which each kind of fault and of meddling has to happen."""
FEW, TOLD = 8, 2400
"""How often a world is told again at least to find the faults that matter, and how many settlements may be for that."""


@dataclass(frozen=True)
class Lot:
    """One world that is to be played.

    :param size: its settlements.
    """

    seed: int
    number: int
    size: int

    @property
    def name(self) -> str:
        """Return what the command line takes."""
        return f"{self.number}:{self.size}"


def lots_of(asked: Asked) -> list[Lot]:
    """Return the worlds of a run."""
    if asked.only:
        number, size = asked.only.split(":")
        return [Lot(asked.seed, int(number), int(size))]
    chance = random.Random(asked.seed)
    lots: list[Lot] = []
    left = SETTLEMENTS if asked.count is None else asked.count
    while left > 0:
        lots.append(Lot(asked.seed, len(lots), min(left, chance.choice(SIZES))))
        left -= lots[-1].size
    return lots


class Fair:
    """Where worlds are played, one after the other."""

    def __init__(self, url: str, folder: Path) -> None:
        self.stage = Stage(url)
        self._folder = folder
        first = Market(self.stage, Boundaries(), orders=())
        first.world.onboard(sellers=SELLERS, buyers=BUYERS)
        self._kept: Kept = keep(first, folder, "fair")
        collect_rarely()

    def close(self) -> None:
        """Let go of the database."""
        self.stage.close()

    def play(self, lot: Lot, only: Collection[tuple[str, int]] | None = None) -> tuple[Market, Verdict]:
        """Play one world and judge it.

        :param only: the places at which it may be hurt; everywhere if left out.
        """
        seed = f"{lot.seed}/{lot.number}/{lot.size}"
        chance = random.Random(seed)
        with Chances(seed, only, size=lot.size) as chances:
            market = Market(self.stage, chances, orders=orders_of(chance, lot.size), chance=chance, folder=self._folder)
            chances.market = market
            self._put_back(market, seed)
            reading = drawn(chance)
            market.world.simulator.switch(buyers_pay=True, **reading.switches)
            market.world.restart(**reading.settings)
            market.listen()
            market.live()
        was_ahead = any(fired.fault == "clock_forward" for fired in market.fired)
        changed = market.meddler.changed
        return market, judge(market, was_ahead=was_ahead, changed=changed)

    def _put_back(self, market: Market, seed: str) -> None:
        let_go(market)
        put_back(self.stage.engine, self._kept.database)
        market.world.simulator.unpickle(self._kept.simulator)
        clock = market.world.clock
        clock._count, clock._random = self._kept.clock[0], random.Random(f"clock {seed}")

    def end_of(self, lot: Lot) -> End:
        """Play one world and return how it ended."""
        market, verdict = self.play(lot)
        return End(
            lot.name,
            verdict,
            weight=lot.size,
            faults=sum(fired.hits for fired in market.fired),
            kills=market.crashes,
            events=events_of(market),
            fired=tuple(sorted(Counter([*(fired.fault for fired in market.fired), *market.meddler.done]).items())),
        )


@contextmanager
def fair(database: str) -> Iterator[Fair]:
    """Open a fair on a database of its own."""
    with empty_database(database) as (url, folder):
        place = Fair(url, folder)
        try:
            yield place
        finally:
            place.close()


def randomly(asked: Asked, say: Say) -> Total:
    """Play random worlds."""
    lots = lots_of(asked)
    say(f"{len(lots)} worlds")
    with shared_server(asked.database):
        total = Total(asked.suite, asked.database)
        began = time.monotonic()
        total.add_all(share(len(lots), asked.jobs, partial(_play_lots, asked)))
        took = time.monotonic() - began
        pace, dense = total.runs / took / max(1, asked.jobs), total.faults / max(1, total.runs)
        say(f"{dense:.1f} faults for each settlement, {pace:.1f} settlements a second of each process")
        tell_kinds(total, say)
        for lot in [lot for lot in lots if any(end.name == lot.name for end in total.failures)][:1]:
            with fair(asked.database) as place:
                tell_shortest(place, lot, say)
    return total


def tell_kinds(total: Total, say: Say) -> None:
    """Say how often each kind of fault and of meddling happened; among many settlements each one has to."""
    say("; ".join(f"{kind} {total.fired[kind]}" for kind in sorted({*KINDS, *ACTS})))
    if total.runs >= MANY:
        total.unfired += sorted({*KINDS, *ACTS} - total.fired.keys())
    for kind in total.unfired:
        say(f"never happened: {kind}")


def tell_shortest(place: Fair, lot: Lot, say: Say) -> None:
    """Say which faults are enough to make a world fail."""
    market, _ = place.play(lot)
    places = [(fired.label, fired.nth) for fired in market.fired]
    left = shortest(places, lambda some: not _is_clean(place, lot, some), most=max(FEW, TOLD // lot.size))
    market, verdict = place.play(lot, only=left)
    say(f"world {lot.name} fails with {len(market.fired)} faults alone: {'; '.join(verdict.notes)}")
    for fired in market.fired:
        say(f"    {fired}")
    say(f"    calls: {trace_of(market)}")


def _is_clean(place: Fair, lot: Lot, only: Collection[tuple[str, int]]) -> bool:
    return place.play(lot, only)[1].is_clean


def _play_lots(asked: Asked, numbers: Iterable[int]) -> list[End]:
    lots = lots_of(asked)
    with fair(asked.database) as place:
        return [place.end_of(lots[number]) for number in numbers]
