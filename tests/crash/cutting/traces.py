"""A failure, told with the fewest cuts that are enough for it, and with the calls that Bill.com saw then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from tests.crash.cutting.cuts import Cut
from tests.crash.cutting.theatre import TOGETHER, Theatre
from tests.crash.judging.shrinking import shortest
from tests.crash.judging.total import End
from tests.crash.sharing.crew import say
from tests.crash.tale.story import Run

MOST = 40
"""Most steps of a trace that are shown; calls of one endpoint that follow each other are one step."""
QUIET = ("List", "Crud/Read", "GetSessionInfo", "MFA", "Login", "Crud/Create", "SetCustomerAuthorization")
"""Calls that change nothing, and those of people; as their names begin."""


def trace_of(run: Run, most: int = MOST) -> str:
    """Return the first calls of a telling that changed something, or might have."""
    names = [
        f"{entry.endpoint}{' !' + (entry.fault or entry.code) if entry.fault or entry.code else ''}"
        for entry in run.world.simulator.journal
        if not entry.endpoint.startswith(QUIET)
    ]
    steps = [f"{name} x{count}" if count > 1 else name for name, count in _counted(names)]
    return " > ".join(steps[:most]) + (" > ..." if len(steps) > most else "")


def _counted(names: list[str]) -> list[tuple[str, int]]:
    return [(name, len(list(same))) for name, same in groupby(names)]


def shortened(house: Theatre, end: End, cuts: Sequence[Cut], run: Run) -> End:
    """Return the end of a telling that failed as that of the fewest cuts that are enough, with its calls.

    :param run: the telling; its own calls are told where its cuts alone, told again, do not fail.
    """
    say(f"FAILED {end.name} {end.verdict.notes}; looking for the fewest that are enough")
    seen = trace_of(run)
    few = shortest(list(cuts), lambda some: bool(some) and not house.end_of(some).verdict.is_clean)
    name = TOGETHER.join(cut.name for cut in few)
    again, verdict, _ = house.play(few)
    if verdict.is_clean:
        return replace(end, name=name, trace=seen)
    return replace(end, name=name, verdict=verdict, trace=trace_of(again))
