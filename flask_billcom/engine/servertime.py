"""Bill.com's time, as far as its answers tell it.

    answer with `Date` --note()--> counted on by the monotonic clock --now()--> the time there

Bill.com stamps what it makes with its own time. If ours was an hour ahead when a call was sent, everything that the
call made would look older than the call: it would not be found, and be made a second time. So the time of the first
attempt is kept in Bill.com's time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_billcom.clock import Clock


class ServerTime:
    """The server's clock as this process knows it.

    :param clock: tells how long ago the last answer was, and the time itself before the first one.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: tuple[datetime, float] | None = None

    def note(self, date: datetime | None) -> None:
        """Take the time that an answer carries."""
        if date is not None:
            self._known = (date, self._clock.monotonic())

    def now(self) -> datetime:
        """Return the server's time, never later than it is; ours if no answer has told it yet."""
        if self._known is None:
            return self._clock.now()
        date, at = self._known
        return date + timedelta(seconds=self._clock.monotonic() - at)
