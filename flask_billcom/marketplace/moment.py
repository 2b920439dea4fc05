"""One moment: a clock that is asked the time once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_billcom.clock import Clock


class Moment:
    """Another clock, standing still: what is done together happens at one time, and asking may cost a round trip.

    :param clock: asked for the time when it is first needed.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now: datetime | None = None

    def now(self) -> datetime:
        """Return the moment as an aware UTC datetime."""
        if self._now is None:
            self._now = self._clock.now()
        return self._now

    def fresh(self) -> datetime:
        """Return the same moment."""
        return self.now()

    def monotonic(self) -> float:
        """Return the other clock's seconds."""
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait with the other clock."""
        self._clock.sleep(seconds)

    def jitter(self, low: float, high: float) -> float:
        """Return a random number of the other clock."""
        return self._clock.jitter(low, high)

    def new_id(self) -> UUID:
        """Return a new UUIDv7 of the other clock."""
        return self._clock.new_id()
