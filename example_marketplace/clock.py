"""The time that the shop goes by: that of Bill.com's calendar, which a local one has for itself."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from example_marketplace.extensions import billcom
from flask_billcom.clock import SystemClock
from flask_billcom.errors import ConnectionFailed

HOME = ZoneInfo("America/Los_Angeles")


def now() -> datetime:
    """Return the time as the shop stores it: UTC, without a zone, to the second."""
    return _aware().replace(tzinfo=None, microsecond=0)


def today() -> date:
    """Return the date at the shop."""
    return _aware().astimezone(HOME).date()


def _aware() -> datetime:
    try:
        return billcom.state_of().clock.now()
    except ConnectionFailed:
        return SystemClock().now()  # the local Bill.com is not running; the shop is
