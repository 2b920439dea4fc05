"""Several processes that each hold what it takes to play, until the suite ends; the first of them plays too.

    tellings   0 1 2 3 4 5 6 7
    process    a b a a b a b b      each takes the next one that nobody has taken

What a telling comes to does not depend on who plays it, and what comes of them is returned in their order.
"""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.util import Finalize
from typing import Any, Generic, NamedTuple, TypeVar

from tests.crash.sharing.crew import begin, say

H = TypeVar("H")
S = TypeVar("S")
T = TypeVar("T")
Open = Callable[[], AbstractContextManager[H]]


class Own(NamedTuple):
    """What a process plays with.

    :param taken: how many of the tellings somebody has taken, in memory that all processes share.
    """

    house: Any
    taken: Synchronized[int]


_own: list[Own] = []
"""What this process plays with, if it is not the first one."""


class Troupe(Generic[H]):
    """All of them.

    :param others: the processes but the first one, and how many they are.
    """

    def __init__(self, own: Own, others: ProcessPoolExecutor | None = None, count: int = 0) -> None:
        self.house: H = own.house
        self._own = own
        self._others = others
        self._count = count

    def play(self, tellings: Sequence[S], play: Callable[[H, S], T]) -> list[T]:
        """Play tellings, and return what comes of each.

        :param play: can be pickled, and so can the tellings and what comes of them.
        """
        self._own.taken.value = 0
        others = [self._others.submit(_play_there, tellings, play) for _ in range(self._count)] if self._others else []
        found = _play_some(self._own, tellings, play)
        for other in others:
            found.update(other.result())
        return [found[number] for number in range(len(tellings))]


@contextmanager
def troupe(jobs: int, opened: Open[H]) -> Iterator[Troupe[H]]:
    """Open what it takes to play in so many processes.

    :param opened: can be pickled.
    """
    context = multiprocessing.get_context("spawn")
    taken = context.Value("i", 0)
    if jobs < 2:
        with opened() as house:
            yield Troupe(Own(house, taken))
        return
    with ProcessPoolExecutor(jobs - 1, context, initializer=_join, initargs=(opened, taken)) as others:
        others.submit(begin)  # the others open theirs while this process opens its own
        with opened() as house:
            yield Troupe(Own(house, taken), others, jobs - 1)


def _join(opened: Open[Any], taken: Synchronized[int]) -> None:
    begin()
    stack = ExitStack()
    _own.append(Own(stack.enter_context(opened()), taken))
    Finalize(None, stack.close, exitpriority=0)


def _play_there(tellings: Sequence[S], play: Callable[[Any, S], T]) -> dict[int, T]:
    """Play what nobody has taken; what breaks is said at once, since the first process asks only when it is done."""
    try:
        return _play_some(_own[0], tellings, play)
    except Exception:
        say(f"BROKEN {traceback.format_exc()}")
        raise


def _play_some(own: Own, tellings: Sequence[S], play: Callable[[Any, S], T]) -> dict[int, T]:
    """Play what nobody has taken, and return what comes of it by number."""
    found: dict[int, T] = {}
    while (number := _take(own.taken)) < len(tellings):
        try:
            found[number] = play(own.house, tellings[number])
        except Exception:
            own.taken.value = len(tellings)  # nobody begins another one
            raise
    return found


def _take(taken: Synchronized[int]) -> int:
    with taken.get_lock():
        taken.value += 1
        return taken.value - 1
