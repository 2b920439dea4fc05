"""What a suite is asked for on the command line."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

T = TypeVar("T")

DEEP = 4


class CannotPlay(Exception):  # noqa: N818 - it is what becomes of the run
    """There is nothing of what was asked for; the text names the option."""


def at_least_one(text: str) -> int:
    """Read a number of things, which is no run without any."""
    if not (text.isdecimal() and int(text) > 0):
        raise ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


@dataclass(frozen=True)
class Part:
    """One of several equal parts of a suite, so that a long one can be played in pieces, on another day or machine.

    :param number: which one, from 1.
    :param count: of how many.
    """

    number: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `K/N`."""
        number, _, count = text.partition("/")
        if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
            raise ArgumentTypeError(f"{text!r} is no part such as 2/5")
        return cls(int(number), int(count))

    def of(self, whole: Sequence[T]) -> Sequence[T]:
        """Return every n-th, from the one with the number of the part on."""
        return whole[self.number - 1 :: self.count]

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


WHOLE = Part()


@dataclass(frozen=True)
class Asked:
    """What to play, and where.

    :param count: how many tellings, or settlements; all that there are if left out.
    :param only: replay the telling of this name.
    :param jobs: processes that share the work.
    :param deep: how many cuts of each chapter share a telling.
    :param part: which part of all that to play.
    """

    suite: str
    database: str = "sqlite"
    count: int | None = None
    seed: int = 1
    only: str | None = None
    jobs: int = 1
    deep: int = DEEP
    part: Part = WHOLE


def part_of(asked: Asked, whole: Sequence[T]) -> Sequence[T]:
    """Return the part that is to be played.

    :raises CannotPlay: it is empty, and an empty run would pass for a clean one.
    """
    some = asked.part.of(whole)
    if not some:
        raise CannotPlay(f"--part: {asked.part} is empty, there are {len(whole)} to be played")
    return some
