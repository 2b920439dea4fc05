"""The simulator's time: whole milliseconds since 1970 in UTC, and the only door to the machine's own time.

manual      stands still until told to move
real        runs with the machine, from the start time on
factor=K    runs K times as fast
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

__all__ = ["Clock", "http_date", "iso_time", "moment", "monotonic", "pause"]

DEFAULT_START: Final = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

monotonic = time.monotonic
pause = time.sleep


def moment(millis: int) -> datetime:
    """Return the aware UTC time of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=millis)


def millis_of(when: datetime | date | str) -> int:
    """Return milliseconds since 1970 of a time; a date alone or a time without a zone is taken as UTC."""
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day)  # noqa: DTZ001 - the zone is set below
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(milliseconds=1)


@lru_cache(maxsize=4096)
def iso_time(millis: int) -> str:
    """Return a time as the wire writes it: 2031-03-04T10:00:00.000+0000."""
    return moment(millis).strftime("%Y-%m-%dT%H:%M:%S.") + f"{millis % 1000:03d}+0000"


@lru_cache(maxsize=64)
def http_date(seconds: int) -> str:
    """Return seconds since 1970 as the `Date` header writes them."""
    return format_datetime(moment(seconds * 1000), usegmt=True)


class Clock:
    """What time it is at Bill.com.

    :param mode: "manual", "real" or "factor=K" with K > 0.
    :param start: where it begins; a real clock begins at the machine's own time by default.
    """

    def __init__(self, mode: str = "manual", start: datetime | date | str | None = None) -> None:
        self.mode = mode
        self._factor = _factor_of(mode)
        began = int(time.time() * 1000) if start is None and mode == "real" else millis_of(start or DEFAULT_START)
        self._base = began
        self._mark = time.monotonic()

    def __getstate__(self) -> dict[str, object]:
        return {"mode": self.mode, "now": self.millis()}

    def __setstate__(self, state: dict[str, int | str]) -> None:
        self.mode = str(state["mode"])
        self._factor = _factor_of(self.mode)
        self._base = int(state["now"])
        self._mark = time.monotonic()

    def millis(self) -> int:
        """Return the present time in milliseconds since 1970."""
        if not self._factor:
            return self._base
        return self._base + int((time.monotonic() - self._mark) * 1000 * self._factor)

    def now(self) -> datetime:
        """Return the present time, aware, in UTC."""
        return moment(self.millis())

    def move_to(self, millis: int) -> None:
        """Set the present time; it never runs backwards."""
        self._base = max(millis, self.millis())
        self._mark = time.monotonic()


def _factor_of(mode: str) -> float:
    if mode == "manual":
        return 0.0
    if mode == "real":
        return 1.0
    name, _, factor = mode.partition("=")
    if name != "factor" or not float(factor) > 0:
        raise ValueError(f"clock is manual, real or factor=K, not {mode!r}")
    return float(factor)
