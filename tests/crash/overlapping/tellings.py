"""The suite: the story is told again and again, each time with others who act at other commits.

7/3/9                               at every 7th transaction that writes, from the fourth on, whoever's turn it is
sell/3:before commit of engine.delivery._claim/overlap@fund        at this one
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from tests.crash.asked import Asked, CannotPlay, part_of
from tests.crash.cutting.cuts import Cut, named, some_of
from tests.crash.cutting.theatre import TOGETHER, empty_database, end_of, shared_server
from tests.crash.cutting.traces import shortened
from tests.crash.judging.total import End, Total
from tests.crash.overlapping.house import Crossroads
from tests.crash.overlapping.overlaps import OVERLAP, Turns
from tests.crash.sharing.crew import tell
from tests.crash.sharing.troupe import troupe

Say = Callable[[str], None]
SPARSE = (2, 3, 5, 7)
"""At every how many transactions somebody acts: where that is seldom, more is left for him to do."""
ERRANDS = (
    (),
    ("pay out/-1/two_approve",),
    ("collect/-1/fine", "refund/-1/dispute", "pay out/-1/account"),
    ("correct/-1/remind", "recall/-1/wait_and_see", "take back/-1/look_around"),
)
"""What people do on the side, in one telling after the other."""


@dataclass(frozen=True)
class Telling:
    """One telling.

    :param hurts: what else happens in it.
    """

    turns: Turns | None
    hurts: tuple[Cut, ...] = ()

    @property
    def name(self) -> str:
        """Return what the command line takes."""
        turns = [str(self.turns)] if self.turns else []
        return TOGETHER.join([*turns, *(cut.name for cut in self.hurts)])

    @classmethod
    def parse(cls, name: str) -> Telling:
        """Read a name.

        :raises ValueError: it is none.
        """
        words = name.split(TOGETHER)
        turns = [Turns.parse(word) for word in words if Turns.names(word)]
        if len(turns) > 1:
            raise ValueError(f"{name!r} names more than one way to take turns")
        return cls(turns[0] if turns else None, tuple(named(word for word in words if not Turns.names(word))))


def every_telling(house: Crossroads) -> list[Telling]:
    """Return tellings in which nearly each transaction that writes meets each of the others."""
    return [
        Telling(Turns(nth, shift % nth, shift), tuple(named(ERRANDS[(shift + place) % len(ERRANDS)])))
        for shift in range(house.most)
        for place, nth in enumerate(SPARSE)
    ]


@contextmanager
def crossroads(database: str, seed: int) -> Iterator[Crossroads]:
    """Open a theatre for two workers on a database of its own."""
    with empty_database(database) as (url, folder):
        house = Crossroads(url, folder, seed=seed)
        try:
            yield house
        finally:
            house.close()


def overlaps(asked: Asked, say: Say) -> Total:
    """Let two workers, or a worker and a person, act at one moment."""
    opened = partial(crossroads, asked.database, asked.seed)
    with shared_server(asked.database), troupe(1 if asked.only else asked.jobs, opened) as players:
        house = players.house
        total = Total(asked.suite, asked.database, boundaries=house.boundaries)
        total.add(house.clean_end)
        if asked.only:
            tellings: Sequence[Telling] = [known(house, Telling.parse(asked.only))]
        else:
            tellings = part_of(asked, some_of(every_telling(house), asked.count, asked.seed))
        numbered = [(f"{number} of {len(tellings)}", telling) for number, telling in enumerate(tellings, start=1)]
        total.add_all(players.play(numbered, _play_and_tell))
    say(" ".join(f"{what}={count}" for what, count in sorted(total.fired.items())))
    return total


def known(house: Crossroads, telling: Telling) -> Telling:
    """Look whether everybody is known who is to act.

    :raises CannotPlay: somebody is not.
    """
    for cut in telling.hurts:
        if cut.fault == OVERLAP and cut.endpoint not in house.everybody:
            raise CannotPlay(f"--only: nobody is called {cut.endpoint!r}; there are {', '.join(house.everybody)}")
    return telling


def _play_and_tell(house: Crossroads, numbered: tuple[str, Telling]) -> End:
    number, telling = numbered
    end = play(house, telling)
    tell(number, end)
    return end


def play(house: Crossroads, telling: Telling) -> End:
    """Tell the story once; a failure is told with as few overlaps as are enough."""
    run, verdict, unfired, heard = house.told(telling.hurts, telling.turns)
    cuts = [cut for cut in telling.hurts if cut.fault != OVERLAP and cut.name not in unfired] + heard.done
    if telling.turns and not heard.done:
        unfired = [*unfired, telling.name]
    end = replace(
        end_of(cuts, run, verdict, unfired), name=telling.name, faults=len(cuts), fired=_sorted(heard.seen.counts)
    )
    return end if verdict.is_clean else replace(shortened(house, end, cuts, run), fired=end.fired)


def _sorted(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items()))
