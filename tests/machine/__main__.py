"""Make public calls in any order and any trouble, and look after each step.

    python -m tests.machine --sequences 500 --steps 100 --seed 1 --jobs 2
    python -m tests.machine --seed 1 --only 7          one handful of sequences again, bit for bit
    python -m tests.machine --mistakes --sequences 120 --seed 7      whether so many find each mistake made on purpose

The last line counts; the exit code is 1 if anything was found.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from tests.machine.ground import begin
from tests.machine.mistakes import MISTAKES, made
from tests.machine.shards import HANDFUL, Played, Shard, played, shards
from tests.machine.told import lines, missing, summed
from tests.support.garbage import collect_seldom


def main() -> int:
    """Play, tell what was found, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.machine", description=__doc__)
    parser.add_argument("--sequences", type=int, default=500)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one handful")
    parser.add_argument("--unshortened", action="store_true", help="show what fails as it was found, at once")
    parser.add_argument("--mistakes", action="store_true", help="make mistakes on purpose, which must be found")
    given = parser.parse_args()
    if given.mistakes:
        return _mistakes(shards(given.sequences, given.steps, given.seed, shortens=False))
    wanted = shards(given.sequences, given.steps, given.seed, shortens=not given.unshortened)
    if given.only is not None:
        wanted = [Shard(given.seed, given.only, HANDFUL, given.steps, not given.unshortened)]
    began = time.monotonic()
    counted: Counter[str] = Counter()
    found = 0
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn"), initializer=collect_seldom) as crew:
        for done in as_completed([crew.submit(played, shard) for shard in wanted]):
            result = done.result()
            counted += result.counted
            found += bool(result.error)
            _tell(result)
    owed = [] if found else list(missing(counted, wanted=sum(shard.sequences for shard in wanted)))
    print(*lines(counted), *owed, summed(counted, found, time.monotonic() - began), sep="\n")
    return int(found > 0 or bool(owed))


def _mistakes(wanted: list[Shard]) -> int:
    """Make one mistake after the other until it is found, and return the exit code."""
    begin({}, {}, is_young=False)  # the towns are founded without mistakes
    begin({}, {}, is_young=True)
    missed = 0
    for name in MISTAKES:
        with made(name):
            found = next((shard for shard in wanted if played(shard).error), None)
        print(f"{name}: {'missed' if found is None else f'found in handful {found.number}'}", flush=True)
        missed += found is None
    print(f"machine: mistakes={len(MISTAKES)} found={len(MISTAKES) - missed}")
    return int(missed > 0)


def _tell(result: Played) -> None:
    if result.error:
        shard = result.shard
        print(result.error)
        again = f"python -m tests.machine --seed {shard.seed} --steps {shard.steps} --only {shard.number}"
        print(f"play it again: {again}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
