"""Deliberate mistakes in the protocol, each caught by the judge of a told story.

A mutant is played against ways of being hurt until the judge finds something. An engine without a mistake passes the
same ways clean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import groupby

from flask_billcom.errors import BillcomError
from tests.crash.judge import Verdict
from tests.crash.mistakes import MUTANTS, Hurt, Mutant
from tests.crash.story import Run
from tests.crash.theatre import Theatre, theatre

__all__ = ["MUTANTS", "Mutant", "caught", "play_mutants"]
MOST = 14
"""Most calls of a trace that are shown."""
SEEDS = 3
"""How many seeds are tried before a mistake counts as not caught."""
QUIET = ("List", "Crud/Read", "GetSessionInfo", "MFA", "Login", "Crud/Create", "SetCustomerAuthorization")
"""Calls that change nothing, and those of people; as their names begin."""


@contextmanager
def mistaken(mutant: Mutant | None) -> Iterator[None]:
    """Let the engine make one mistake for a while."""
    with ExitStack() as stack:
        if mutant is not None:
            mutant.apply(stack)
        yield


@dataclass(frozen=True)
class Caught:
    """A way to be hurt in which the judge found something.

    :param trace: the changing calls from the chapter of the hurt on, as Bill.com saw them.
    """

    hurt: Hurt
    verdict: Verdict
    trace: str

    def __str__(self) -> str:
        names = " + ".join(cut.name for cut in self.hurt)
        return f"{names}: {self.trace} => {self.verdict.notes[0]}"


def caught(house: Theatre, mutant: Mutant | None, hurts: tuple[Hurt, ...]) -> Caught | None:
    """Return the first way to be hurt in which the judge finds something, or None."""
    for hurt in hurts:
        try:
            with mistaken(mutant):
                run, found, unfired = house.play(hurt)
        except BillcomError as refused:
            if mutant is None:
                raise
            return Caught(hurt, _broken(refused), "the story comes to no end")
        if mutant is None:
            assert not unfired, unfired
        if not found.is_clean:
            return Caught(hurt, found, trace_of(run))
    return None


def _broken(refused: BillcomError) -> Verdict:
    """Return what is to be said where the facts at Bill.com keep a person of the story from what he has to do."""
    verdict = Verdict()
    verdict.find("unexplained", 1, f"a person of the story was refused: {refused}")
    return verdict


def trace_of(run: Run) -> str:
    """Return the first calls of a telling that changed something, or might have."""
    names = [
        f"{entry.endpoint}{' !' + (entry.fault or entry.code) if entry.fault or entry.code else ''}"
        for entry in run.world.simulator.journal
        if not entry.endpoint.startswith(QUIET)
    ]
    steps = [f"{name} x{count}" if count > 1 else name for name, count in _counted(names)]
    return " > ".join(steps[:MOST]) + (" > ..." if len(steps) > MOST else "")


def _counted(names: list[str]) -> list[tuple[str, int]]:
    return [(name, len(list(same))) for name, same in groupby(names)]


def play_mutants(seed: int, only: str | None, say: Callable[[str], None]) -> tuple[int, int]:
    """Play every mutant and, in the same ways, the engine as it is; return how many were caught, and of how many.

    :raises AssertionError: the engine without a mistake does not pass.
    """
    chosen = [mutant for mutant in MUTANTS if only in {None, mutant.name}]
    count = 0
    houses: dict[tuple[int, str], Theatre] = {}
    with ExitStack() as stack:
        for mutant in chosen:
            found = None
            for tried in range(seed, seed + SEEDS):
                key = (tried, repr(sorted(mutant.simulator.items())))
                if key not in houses:
                    houses[key] = stack.enter_context(theatre(seed=tried, simulator=mutant.simulator))
                clean = caught(houses[key], None, mutant.hurts)
                assert clean is None, (mutant.name, str(clean))
                found = caught(houses[key], mutant, mutant.hurts)
                if found is not None:
                    say(f"{mutant.name}: seed {tried}, {found}")
                    break
            else:
                say(f"{mutant.name}: NOT CAUGHT")
            count += found is not None
    return count, len(chosen)
