"""The time that the shop goes by: that of Bill.com's calendar, which a local one has for itself."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

from flask_billcom.clock import Clock, SystemClock
from flask_billcom.engine.clocks import SimulatorClock
from flask_billcom.errors import ConnectionFailed
from flask_billcom.simulator.clock import DEFAULT_START

FRESH_S = 0.1
HOME = ZoneInfo("America/Los_Angeles")


class LocalClock(SimulatorClock):
    """The time of the local Bill.com; before that was ever started, an early time that is due for it in any case.

    So the shop sells and settles also while nothing listens, and what was settled is sent as soon as something does.
    A time is taken as good for a tenth of a second, since a tick looks at the clock hundreds of times.

    :param base_url: of the local Bill.com's API.
    """

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url)
        self._known: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """Return the time as an aware UTC datetime."""
        known = self._known
        if known is None or self.monotonic() > known[1]:
            known = self._known = (self._told(), self.monotonic() + FRESH_S)
        return known[0]

    def forget(self) -> None:
        """Ask again next time: whoever has just moved the local Bill.com's clock wants to see it."""
        self._known = None

    def _told(self) -> datetime:
        try:
            return super().now()
        except ConnectionFailed:
            return min(DEFAULT_START, SystemClock().now())


def now() -> datetime:
    """Return the time as the shop stores it: UTC, without a zone, to the second."""
    return _clock().now().replace(tzinfo=None, microsecond=0)


def today() -> date:
    """Return the date at the shop."""
    return _clock().now().astimezone(HOME).date()


def _clock() -> Clock:
    clock: Clock = current_app.extensions["shop_clock"]
    return clock
