"""Real processes: a worker that is killed or stopped at every boundary, beside a simulator of its own process.

    this process       the shop's own requests, people, and whoever moves the simulator's clock
    worker             does the rounds; SIGKILL, or SIGSTOP past its lease and SIGCONT, where it says that it is
    another worker     goes on
    simulator          python -m flask_billcom.simulator --clock manual, over HTTP

Lease and grace are as shipped. The story, the boundaries and the judge are those of the other suites.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from flask_billcom.vault import generate_key
from tests.crash.asked import Asked
from tests.crash.chapters import CHAPTERS, UNHURT
from tests.crash.crew import share, told
from tests.crash.cuts import Cut, named, packed
from tests.crash.hand import KEY
from tests.crash.shrinking import shortest
from tests.crash.theatre import TOGETHER, shared_server
from tests.crash.total import End, Total
from tests.crash.works import Works, works

REPEATS = 3
FAULTS = ("kill", "stop")
ALONE = 0
TRIES = 20
"""How often a failure is told again to find out which of its hurts are enough."""
Telling = Sequence[Cut]


def hurts_of(house: Works, seed: int) -> list[Cut]:
    """Return a kill and a stop at the first passing of each boundary of another name, so often in another order each.

    The order is the same in each run, so that the parts of the suite together are the whole.
    """
    cuts = [
        Cut(chapter, -1, fault, label=label, nth=1)
        for chapter, labels in house.trail.items()
        if chapter not in UNHURT
        for label in sorted(set(labels))
        for fault in FAULTS
    ]
    chance = random.Random(seed)
    return [cut for _ in range(REPEATS) for cut in chance.sample(cuts, len(cuts))]


def tellings_of(house: Works, asked: Asked) -> list[Telling]:
    """Return the tellings that are played: those of a part, or a seeded sample of it."""
    found = asked.part.of(packed(hurts_of(house, asked.seed), CHAPTERS, deep=asked.deep))
    if asked.count is None:
        return list(found)
    return list(random.Random(asked.seed).sample(found, min(asked.count, len(found))))


def processes(asked: Asked, say: Callable[[str], None]) -> Total:
    """Kill and stop real workers at each boundary."""
    os.environ.setdefault(KEY, generate_key())
    with shared_server(asked.database), works(asked.database, asked.seed) as house:
        unhurt = house.tell()
        total = Total(asked.suite, asked.database, boundaries=house.boundaries)
        total.add(unhurt)
        if asked.only:
            total.add(house.end_of(named(asked.only.split(TOGETHER))))
            return total
        tellings = tellings_of(house, asked)
        # What was not passed among many others is hurt again with few, and with none in the end.
        for deep in (2, 1, ALONE):
            missed = _add_all(total, tellings, _played(asked, house, tellings, say))
            tellings = _apart(missed, deep)
        total.add_all(_played(asked, house, tellings, say))
    say(f"{total.kills} killed, {total.faults - total.kills} stopped and woken, {len(total.unfired)} never reached")
    return total


def _apart(cuts: Sequence[Cut], deep: int) -> list[Telling]:
    return [[cut] for cut in cuts] if deep == ALONE else list(packed(cuts, CHAPTERS, deep=deep))


def _add_all(total: Total, tellings: Sequence[Telling], ends: Sequence[End]) -> list[Cut]:
    """Count the ends of tellings, and return the cuts whose place was not passed."""
    missed: list[Cut] = []
    for cuts, end in zip(tellings, ends, strict=True):
        missed += [cut for cut in cuts if cut.name in end.unfired]
        total.add(replace(end, unfired=()))
    return missed


def _played(asked: Asked, house: Works, tellings: Sequence[Telling], say: Callable[[str], None]) -> list[End]:
    say(f"{sum(len(cuts) for cuts in tellings)} hurts in {len(tellings)} tellings")
    if asked.jobs < 2 or len(tellings) <= asked.jobs:
        return told(range(len(tellings)), tellings, partial(play, house))
    return share(len(tellings), asked.jobs, partial(_played_elsewhere, asked, tellings))


def _played_elsewhere(asked: Asked, tellings: Sequence[Telling], numbers: Sequence[int]) -> list[End]:
    with works(asked.database, asked.seed) as house:
        house.tell()
        return told(numbers, tellings, partial(play, house))


def play(house: Works, cuts: Telling) -> End:
    """Play hurts together; a failure is told with as few of them as were enough again."""
    end = house.end_of(cuts)
    if end.verdict.is_clean or len(cuts) == 1:
        return end
    few = shortest(list(cuts), lambda some: bool(some) and not house.end_of(some).verdict.is_clean, most=TRIES)
    return replace(end, name=TOGETHER.join(cut.name for cut in few))
