"""Kill the marketplace at every boundary, and say what became of the money.

    python -m tests.crash --suite boundaries [--database sqlite] [--count N] [--seed S] [--only NAME] [--jobs J]

The last line of standard output is the sum; the exit code is 1 for any double, loss, cent, idle or unexplained state,
and where nothing was hurt, and 2 for a command that asks for what is not there.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterable

from tests.crash import mutants, suites
from tests.crash.asked import Asked, CannotPlay, Part, at_least_one
from tests.crash.judging.total import End, Total
from tests.crash.naming import check_name
from tests.crash.quiet import silent
from tests.crash.real import processes
from tests.crash.sharing.crew import say
from tests.support.garbage import collect_seldom

_ALL = frozenset({"suite", "database", "count", "seed", "only", "jobs", "deep", "part"})
TAKES = {
    "boundaries": _ALL,
    "crashes": _ALL,
    "pairs": _ALL - {"deep"},
    "processes": _ALL,
    "overlaps": _ALL - {"deep"},
    "random": _ALL - {"deep", "part"},
    "mutants": frozenset({"suite", "seed", "only"}),
}
"""The options of each suite; any other one would be passed over in silence."""
OF_MANY = frozenset({"count", "jobs", "deep", "part"})
"""Options that say nothing of one telling."""


def main(arguments: list[str] | None = None) -> int:
    """Run one suite and return the exit code."""
    parser = _parser()
    given = vars(parser.parse_args(arguments))
    asked = Asked(**given)
    try:
        _check(asked, given)
        collect_seldom()
        with silent():
            return play(asked)
    except CannotPlay as error:
        parser.error(str(error))


def _parser() -> argparse.ArgumentParser:
    # What is not given is left to `Asked`, so that what is can be told from it.
    parser = argparse.ArgumentParser(
        prog="python -m tests.crash", description=__doc__, argument_default=argparse.SUPPRESS
    )
    parser.add_argument("--suite", choices=sorted(TAKES), required=True)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    parser.add_argument("--count", type=at_least_one, help="how many tellings; all of them if left out")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--only", help="replay the telling of this name")
    parser.add_argument("--jobs", type=at_least_one, help="processes that share the work")
    parser.add_argument("--deep", type=at_least_one, help="how many cuts of each chapter share a telling")
    parser.add_argument("--part", type=Part.parse, help="K/N plays the K-th of N parts")
    return parser


def _check(asked: Asked, given: Iterable[str]) -> None:
    """Look whether a suite takes what was given.

    :raises CannotPlay: it does not.
    """
    foreign = sorted(set(given) - TAKES[asked.suite])
    if foreign:
        raise CannotPlay(f"--{foreign[0]}: the suite {asked.suite} does not take it")
    if asked.only is None:
        return
    idle = sorted(OF_MANY.intersection(given))
    if idle:
        raise CannotPlay(f"--{idle[0]}: --only plays one telling")
    check_name(asked.suite, asked.only)


def play(asked: Asked) -> int:
    """Play the suite that was asked for and print its sum."""
    random.seed(asked.seed)
    if asked.suite == "mutants":
        count, of = mutants.play_mutants(asked.seed, asked.only, say)
        print(f"crash: suite=mutants caught={count}/{of}")
        return 0 if count == of > 0 else 1
    suite = processes.processes if asked.suite == "processes" else suites.SUITES[asked.suite]
    total = suite(asked, say)
    for end in total.failures:
        _tell(asked, end)
    print(total)
    return 0 if is_clean(total) else 1


def is_clean(total: Total) -> bool:
    """Return whether a suite has hurt something, and found nothing that must not be."""
    if not total.faults:
        say("nothing was hurt, which proves nothing")
    return total.is_clean and total.faults > 0


def _tell(asked: Asked, end: End) -> None:
    say(f"failed: {end.name}")
    for note in (*end.verdict.notes, *(f"never happened: {name}" for name in end.unfired)):
        say(f"    {note}")
    if end.trace:
        say(f"  calls: {end.trace}")
    options = f"--suite {asked.suite} --database {asked.database} --seed {asked.seed}"
    say(f"  replay: python -m tests.crash {options} --only '{end.name}'")


if __name__ == "__main__":
    sys.exit(main())
