"""The time that the shop goes by: that of Bill.com's calendar, which a local one has for itself."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

from flask_billcom.clock import Clock, SystemClock
from flask_billcom.engine.clocks import SimulatorClock
from flask_billcom.errors import ConnectionFailed
from flask_billcom.simulator.clock import DEFAULT_START

HOME = ZoneInfo("America/Los_Angeles")


class LocalClock(SimulatorClock):
    """The time of the local Bill.com; before that was ever started, an early time that is due for it in any case.

    So the shop sells and settles also while nothing listens, and what was settled is sent as soon as something does.
    """

    def now(self) -> datetime:
        """Return the time as an aware UTC datetime."""
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
