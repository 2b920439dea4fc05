"""Several processes that share a suite: each plays every n-th telling, and the ends come back in their order.

    tellings  0 1 2 3 4 5 6 ...
    process   a b a b a b a

What a telling comes to does not depend on who plays it, so neither do the sum and the hash of the events.
"""

from __future__ import annotations

import logging
import multiprocessing
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from tests.crash.judging.total import End
from tests.support.garbage import collect_seldom

S = TypeVar("S")
T = TypeVar("T")
Say = Callable[[str], None]
Play = Callable[[Sequence[int]], list[T]]
"""Plays the tellings of some numbers."""


def share(count: int, jobs: int, play: Play[T]) -> list[T]:
    """Return what `play` says of each number below `count`, from several processes if there are to be more than one.

    :param play: can be pickled.
    """
    if jobs <= 1:
        return play(range(count))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=begin) as pool:
        parts = [pool.submit(play, range(first, count, jobs)) for first in range(jobs)]
        ends = [part.result() for part in parts]
    return [ends[number % jobs][number // jobs] for number in range(count)]


def begin() -> None:
    """Begin as the first process does."""
    logging.disable(logging.CRITICAL)
    collect_seldom()


def told(numbers: Iterable[int], tellings: Sequence[S], play: Callable[[S], End]) -> list[End]:
    """Play some of the tellings, and say of each how it ended as soon as it has."""
    ends = []
    for number in numbers:
        ends.append(play(tellings[number]))
        tell(f"{number + 1} of {len(tellings)}", ends[-1])
    return ends


def tell(telling: str, end: End) -> None:
    """Say how a telling ended."""
    how = f"{end.faults} faults" if end.verdict.is_clean else f"FAILED {end.name} {end.verdict.notes}"
    say(f"{telling}: {how}")


def say(text: str) -> None:
    """Tell progress, apart from the result."""
    print(text, file=sys.stderr, flush=True)
