"""Kill the marketplace at every boundary, and say what became of the money.

    python -m tests.crash --suite boundaries [--database sqlite] [--count N] [--seed S] [--only CUT]

The last line of standard output is the sum; the exit code is 1 for any double, loss, cent, idle or unexplained state.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.crash import mutants, suites


def main(arguments: list[str] | None = None) -> int:
    """Run one suite and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--suite", choices=[*sorted(suites.SUITES), "mutants"], required=True)
    parser.add_argument("--database", choices=["sqlite"], default="sqlite")
    parser.add_argument("--count", type=int, help="how many tellings; all of them if left out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="replay the telling of this name")
    given = parser.parse_args(arguments)
    with silent():
        return play(given)


def play(given: argparse.Namespace) -> int:
    """Play the suite that was asked for and print its sum."""
    random.seed(given.seed)
    if given.suite == "mutants":
        count, of = mutants.play_mutants(given.seed, given.only, say)
        print(f"crash: suite=mutants caught={count}/{of}")
        return 0 if count == of else 1
    total = suites.SUITES[given.suite](given.count, given.seed, given.only, say)
    for name, verdict in total.failures[:1]:
        say(f"first failure: {name}")
        say(f"  {'; '.join(verdict.notes)}")
        cut = name.rpartition(" (")[0]
        say(f"  replay: python -m tests.crash --suite {given.suite} --seed {given.seed} --only '{cut}'")
    for name in total.unfired[:5]:
        say(f"never happened: {name}")
    print(total)
    return 0 if total.is_clean else 1


@contextmanager
def silent() -> Iterator[None]:
    """Log nothing: each fault would be told many times over."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def say(text: str) -> None:
    """Tell progress, apart from the result."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
