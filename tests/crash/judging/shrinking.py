"""The shortest trace of a failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
TRIES = 60


def shortest(places: list[T], fails: Callable[[list[T]], bool], *, most: int = TRIES) -> list[T]:
    """Leave out ever smaller parts of a list as long as it still fails without them, and return what is left.

    :param most: how often it is tried.
    """
    size = len(places)
    while size > 1 and most > 0:
        size = (size + 1) // 2
        start = 0
        while start < len(places) and most > 0:
            without = places[:start] + places[start + size :]
            most -= 1
            if fails(without):
                places = without
            else:
                start += size
    return places
