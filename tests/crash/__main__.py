"""Kill the marketplace at every boundary, and say what became of the money.

    python -m tests.crash --suite boundaries [--database sqlite] [--count N] [--seed S] [--only NAME] [--jobs J]

The last line of standard output is the sum; the exit code is 1 for any double, loss, cent, idle or unexplained state.
"""

from __future__ import annotations

import argparse
import random
import sys

from tests.crash import mutants, suites
from tests.crash.asked import DEEP, WHOLE, Asked, Part
from tests.crash.quiet import silent
from tests.crash.real import processes
from tests.crash.sharing.crew import say
from tests.support.garbage import collect_seldom

IN_PARTS = {"boundaries", "crashes", "pairs", "processes"}
"""Suites that know parts."""


def main(arguments: list[str] | None = None) -> int:
    """Run one suite and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--suite", choices=[*sorted(suites.SUITES), "mutants", "processes"], required=True)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--count", type=int, help="how many tellings; all of them if left out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="replay the telling of this name")
    parser.add_argument("--jobs", type=int, default=1, help="processes that share the work")
    parser.add_argument("--deep", type=int, default=DEEP, help="how many cuts of each chapter share a telling")
    parser.add_argument("--part", type=Part.parse, default=WHOLE, help="K/N plays the K-th of N parts")
    given = parser.parse_args(arguments)
    if given.part != WHOLE and given.suite not in IN_PARTS:
        parser.error(f"{given.suite} is not played in parts")
    collect_seldom()
    with silent():
        return play(Asked(**vars(given)))


def play(asked: Asked) -> int:
    """Play the suite that was asked for and print its sum."""
    random.seed(asked.seed)
    if asked.suite == "mutants":
        count, of = mutants.play_mutants(asked.seed, asked.only, say)
        print(f"crash: suite=mutants caught={count}/{of}")
        return 0 if count == of else 1
    suite = processes.processes if asked.suite == "processes" else suites.SUITES[asked.suite]
    total = suite(asked, say)
    for end in total.failures:
        say(f"failed: {end.name}")
        for note in (*end.verdict.notes, *(f"never happened: {name}" for name in end.unfired)):
            say(f"    {note}")
        options = f"--suite {asked.suite} --database {asked.database} --seed {asked.seed}"
        say(f"  replay: python -m tests.crash {options} --only '{end.name}'")
    print(total)
    return 0 if total.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
