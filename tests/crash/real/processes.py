"""Real processes: a worker that is killed or stopped at every boundary, beside a simulator of its own process.

    this process       the shop's own requests, people, and whoever moves the simulator's clock
    worker             does the rounds; SIGKILL, or SIGSTOP past its lease and SIGCONT, where it says that it is
    another worker     goes on
    simulator          python -m flask_billcom.simulator --clock manual, over HTTP

Lease and grace are as shipped. The story, the boundaries and the judge are those of the other suites. What only a hurt
story passes, the janitor, read-backs and fences, is found by listening to two hurt tellings, and hurt in those.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from flask_billcom.vault import generate_key
from tests.crash.asked import Asked, part_of
from tests.crash.cutting.cuts import Cut, named
from tests.crash.cutting.recoveries import QUIET
from tests.crash.cutting.theatre import TOGETHER, shared_server
from tests.crash.judging.shrinking import shortest
from tests.crash.judging.total import End, Total
from tests.crash.real.hand import KEY
from tests.crash.real.works import Works, works
from tests.crash.sharing.crew import share, told
from tests.crash.suites import Placed, Telling, add_all, tellings_of
from tests.crash.tale.chapters import UNHURT

REPEATS = 3
FAULTS = ("kill", "stop")
LEADING = {"effect": "kill", "connect": "stop"}
"""What leads to what only a hurt story passes: an effect that nobody wrote down, and a worker that wakes up late."""
TRIES = 20
"""How often a failure is told again to find out which of its hurts are enough."""
Lead = tuple[Cut, ...]


def leads_of(house: Works) -> list[Lead]:
    """Return two ways to be hurt at every call that changes something."""
    return [tuple(_leading(house, moment, fault)) for moment, fault in LEADING.items()]


def _leading(house: Works, moment: str, fault: str) -> list[Cut]:
    labels = [label for chapter, labels in house.trail.items() if chapter not in UNHURT for label in labels]
    return [_first(label, fault) for label in dict.fromkeys(labels) if _is_change(label, moment)]


def _first(label: str, fault: str) -> Cut:
    return Cut(label.partition(": ")[0], -1, fault, label=label, nth=1)


def _is_change(label: str, moment: str) -> bool:
    what, _, endpoint = label.partition(": ")[2].partition(" ")
    return what == moment and not endpoint.startswith(QUIET)


def places_of(house: Works, total: Total) -> dict[Lead, list[str]]:
    """Return the boundaries of another name in each chapter: of the unhurt story, and new ones behind each lead.

    :param total: counts the tellings that are listened to.
    """
    labels = {label for chapter, labels in house.trail.items() if chapter not in UNHURT for label in labels}
    found: dict[Lead, list[str]] = {(): sorted(labels)}
    for lead in leads_of(house):
        end, trail = house.listen(lead)
        total.add(end)
        new = {label for label in trail if label.partition(": ")[0] not in UNHURT} - labels
        total.boundaries += len(new)
        found[lead] = sorted(new)
        labels |= new
    return found


def hurts_of(places: dict[Lead, list[str]], seed: int) -> list[Placed]:
    """Return a kill and a stop at the first passing of each place, so often, in another order each time.

    The order is the same in each run, so that the parts of the suite together are the whole.
    """
    hurts = [(lead, _first(label, fault)) for lead, labels in places.items() for label in labels for fault in FAULTS]
    chance = random.Random(seed)
    return [hurt for _ in range(REPEATS) for hurt in chance.sample(hurts, len(hurts))]


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
        hurts = list(part_of(asked, hurts_of(places_of(house, total), asked.seed)))
        tellings = tellings_of(hurts, asked.deep)
        if asked.count is not None:
            tellings = random.Random(asked.seed).sample(tellings, min(asked.count, len(tellings)))
        # What was not passed among many others is hurt again with few, and with none in the end.
        for deep in (max(2, asked.deep // 2), 2, 1):
            hurts = add_all(total, tellings, _played(asked, house, tellings, say))
            tellings = tellings_of(hurts, deep)
        hurts = add_all(total, tellings, _played(asked, house, tellings, say))
        total.add_all(_played(asked, house, [Telling(lead, [cut]) for lead, cut in hurts], say))
    say(f"{total.kills} killed, {total.faults - total.kills} stopped and woken, {len(total.unfired)} never reached")
    return total


def _played(asked: Asked, house: Works, tellings: Sequence[Telling], say: Callable[[str], None]) -> list[End]:
    say(f"{sum(len(telling.cuts) for telling in tellings)} hurts in {len(tellings)} tellings")
    if asked.jobs < 2 or len(tellings) <= asked.jobs:
        return told(range(len(tellings)), tellings, partial(play, house))
    return share(len(tellings), asked.jobs, partial(_played_elsewhere, asked, tellings))


def _played_elsewhere(asked: Asked, tellings: Sequence[Telling], numbers: Sequence[int]) -> list[End]:
    with works(asked.database, asked.seed) as house:
        house.tell()
        return told(numbers, tellings, partial(play, house))


def play(house: Works, telling: Telling) -> End:
    """Play hurts together; a failure is told with as few of them as were enough again."""
    end = house.end_of(telling.all)
    wanted = {cut.name for cut in telling.cuts}
    end = replace(end, unfired=tuple(name for name in end.unfired if name in wanted))
    if end.verdict.is_clean or len(telling.all) == 1:
        return end
    few = shortest(telling.all, lambda some: bool(some) and not house.end_of(some).verdict.is_clean, most=TRIES)
    return replace(end, name=TOGETHER.join(cut.name for cut in few))
