"""Time, ids, waiting and chance, all injected.

Nothing else in the package reads a clock, sleeps, draws a random number or makes an id. Tests pass a clock that moves
only when told and repeats bit for bit from its seed.
"""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """What the package needs to know about time and chance."""

    def now(self) -> datetime:
        """Return the time as an aware UTC datetime."""

    def fresh(self) -> datetime:
        """Return the time as whoever tells it says it now, not counted on from an earlier answer."""

    def monotonic(self) -> float:
        """Return seconds that never go back, for deadlines inside one process."""

    def sleep(self, seconds: float) -> None:
        """Wait, in seconds."""

    def jitter(self, low: float, high: float) -> float:
        """Return a random number between two bounds."""

    def new_id(self) -> UUID:
        """Return a new UUIDv7."""


def uuid7(now: datetime, chance: int) -> UUID:
    """Return a UUIDv7: its first 48 bits are the time in milliseconds, so that an index grows at one end.

    :param now: the time that the id carries, aware.
    :param chance: 74 bits for the rest; the higher ones decide the order within a millisecond.
    """
    milliseconds = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    chance &= (1 << 74) - 1
    value = milliseconds << 80 | 0x7 << 76 | (chance >> 62) << 64 | 0b10 << 62 | chance & ((1 << 62) - 1)
    return UUID(int=value)


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the time as an aware UTC datetime."""
        return datetime.now(UTC)

    def fresh(self) -> datetime:
        """Return the time as an aware UTC datetime, asked anew where `now` counts on."""
        return self.now()

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait, in seconds."""
        time.sleep(seconds)

    def jitter(self, low: float, high: float) -> float:
        """Return a random number between two bounds."""
        return random.uniform(low, high)  # noqa: S311 - spreads load, guards nothing

    def new_id(self) -> UUID:
        """Return a new UUIDv7 that grows within a millisecond too, also while `now` stands still."""
        return uuid7(self.now(), (time.monotonic_ns() & ((1 << 42) - 1)) << 32 | int.from_bytes(os.urandom(4), "big"))


class ManualClock:
    """A clock that moves only when told and repeats from its seed.

    :param start: the first time it shows, aware.
    :param seed: of the random part of its ids.
    """

    def __init__(self, start: datetime, *, seed: int = 0) -> None:
        self._start = self._now = start.astimezone(UTC)
        self._random = random.Random(seed)  # noqa: S311 - repeats on purpose
        self._count = 0

    def now(self) -> datetime:
        """Return the time as an aware UTC datetime."""
        return self._now

    def fresh(self) -> datetime:
        """Return the same time."""
        return self._now

    def monotonic(self) -> float:
        """Return seconds since the start."""
        return (self._now - self._start).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Move the clock instead of waiting."""
        self.advance(timedelta(seconds=seconds))

    def jitter(self, low: float, high: float) -> float:
        """Return a number between two bounds, the same for the same seed."""
        return self._random.uniform(low, high)

    def new_id(self) -> UUID:
        """Return a new UUIDv7, the same for the same seed."""
        self._count += 1
        return uuid7(self._now, self._count << 32 | self._random.getrandbits(32))

    def advance(self, by: timedelta) -> None:
        """Move the clock."""
        self._now += by
