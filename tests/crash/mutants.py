"""Deliberate mistakes in the protocol, each caught by the judge of a told story.

A mutant is played against ways of being hurt until the judge finds something. An engine without a mistake passes the
same ways clean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from flask_billcom.errors import BillcomError
from tests.crash.cutting.theatre import Theatre, theatre
from tests.crash.cutting.traces import trace_of
from tests.crash.judging.judge import Verdict
from tests.crash.mistakes import MUTANTS, Hurt, Mutant
from tests.crash.overlapping.tellings import crossroads

__all__ = ["MUTANTS", "Mutant", "caught", "play_mutants"]
MOST = 14
"""Most calls of a trace that are shown."""
SEEDS = 3
"""How many seeds are tried before a mistake counts as not caught."""


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

    :param harm: in the words of the judge.
    :param trace: the changing calls from the chapter of the hurt on, as Bill.com saw them.
    """

    hurt: Hurt
    harm: str
    trace: str

    def __str__(self) -> str:
        names = " + ".join(cut.name for cut in self.hurt)
        return f"{names}: {self.trace} => {self.harm}"


def caught(house: Theatre, mutant: Mutant) -> Caught | None:
    """Return the first way to be hurt in which the judge finds the harm that a mistake does, or None."""
    for hurt in mutant.hurts:
        try:
            with mistaken(mutant):
                run, found, _ = house.play(hurt)
        except BillcomError:
            # People were told no until they gave up: the story has no end that could be judged.
            continue
        if getattr(found, mutant.shown_by):
            return Caught(hurt, _told(found, mutant.shown_by), trace_of(run, MOST))
    return None


class NotClean(AssertionError):  # noqa: N818 - it is what became of the telling
    """The engine without a mistake does not pass, so that no mistake can be told from it."""


def assert_clean(house: Theatre, hurt: Hurt) -> None:
    """Let the engine as it is be hurt in some way.

    :raises NotClean: it does not pass, or was not hurt.
    """
    names = [cut.name for cut in hurt]
    try:
        _, found, unfired = house.play(hurt)
    except BillcomError as error:
        raise NotClean(f"{names}: the story has no end: {error}") from error
    if not found.is_clean:
        raise NotClean(f"{names}: {found.notes}")
    if unfired:
        raise NotClean(f"never happened: {unfired}")


def _told(found: Verdict, what: str) -> str:
    return next(note for note in found.notes if note.startswith(f"{what}: "))


def play_mutants(seed: int, only: str | None, say: Callable[[str], None]) -> tuple[int, int]:
    """Play every mutant and, in the same ways, the engine as it is; return how many were caught, and of how many.

    None is caught by what the engine as it is does not pass either.
    """
    chosen = [mutant for mutant in MUTANTS if only in {None, mutant.name}]
    with ExitStack() as stack:
        season = Season(stack)
        found = [season.first(mutant, range(seed, seed + SEEDS), say) for mutant in chosen]
    return sum(found), len(chosen)


class Season:
    """The theatres of a run: one for each seed and each server, and what passed there without a mistake.

    :param stack: closes them.
    """

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._houses: dict[tuple[int, str], Theatre] = {}
        self._clean: set[tuple[Theatre, Hurt]] = set()

    def first(self, mutant: Mutant, seeds: Iterable[int], say: Callable[[str], None]) -> bool:
        """Return whether a mutant is caught with one of some seeds, and say with which first, and how."""
        for seed in seeds:
            house = self._house(seed, mutant)
            try:
                self._pass_without(house, mutant)
            except NotClean as error:
                say(f"{mutant.name}: NOT CAUGHT, the engine as it is fails with seed {seed}: {error}")
                return False
            found = caught(house, mutant)
            if found is not None:
                say(f"{mutant.name}: seed {seed}, {found}")
                return True
        say(f"{mutant.name}: NOT CAUGHT")
        return False

    def _pass_without(self, house: Theatre, mutant: Mutant) -> None:
        for hurt in mutant.hurts:
            if (house, hurt) not in self._clean:
                assert_clean(house, hurt)
                self._clean.add((house, hurt))

    def _house(self, seed: int, mutant: Mutant) -> Theatre:
        key = (seed, f"{sorted(mutant.simulator.items())} {mutant.are_two}")
        if key not in self._houses:
            opened = (
                crossroads("postgresql", seed) if mutant.are_two else theatre(seed=seed, simulator=mutant.simulator)
            )
            self._houses[key] = self._stack.enter_context(opened)
        return self._houses[key]
