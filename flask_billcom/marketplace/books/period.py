"""Periods: whole days of the organization's time zone.

2026-10                    a month
2026-Q4                    a quarter
2026                       a year
2026-10-05                 a day
2026-10-05..2026-11-04     two days and all between them

A period begins at the midnight that its first day begins with and ends just before the one after its last day, so that
two periods that follow each other share one moment: nothing is in both, and nothing in neither. A day on which the
clocks change has 23 or 25 hours.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_billcom.marketplace.lists.pages import InvalidQuery

_MONTHS_OF_QUARTER = 3
_LAST_MONTH = 12
_SHAPES = (
    re.compile(r"(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-[Qq](?P<quarter>[1-4])"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})"),
)


@dataclass(frozen=True, slots=True)
class Period:
    """Some days.

    :param first: its first day.
    :param last: its last day, which belongs to it.
    :param label: as it was asked for.
    """

    first: date
    last: date
    label: str

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise InvalidQuery(f"the period {self.label} ends before it begins")

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the moment it begins at and the one that it ends before, both aware and in UTC."""
        return midnight(self.first, zone), midnight(self.last + timedelta(days=1), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment that a day begins at, aware and in UTC."""
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def parse_period(words: str) -> Period:
    """Return the period that a text names.

    :raises InvalidQuery: it names none.
    """
    given = words.strip()
    for shape in _SHAPES:
        found = shape.fullmatch(given)
        if found is not None:
            return _months(given, **{name: int(value) for name, value in found.groupdict().items()})
    first, _, last = given.partition("..")
    try:
        return Period(date.fromisoformat(first), date.fromisoformat(last or first), given)
    except ValueError:
        raise InvalidQuery(
            f"{given!r} is no period; say 2026-10, 2026-Q4, 2026, a day, or two days as 2026-10-05..2026-11-04"
        ) from None


def year_of(year: int) -> Period:
    """Return a calendar year."""
    return _months(str(year), year=year)


def _months(label: str, *, year: int, quarter: int | None = None, month: int | None = None) -> Period:
    start = month if month is not None else 1 + _MONTHS_OF_QUARTER * ((quarter or 1) - 1)
    count = 1 if month is not None else _MONTHS_OF_QUARTER if quarter is not None else _LAST_MONTH
    end = start + count - 1
    if not 1 <= start <= _LAST_MONTH or not 1 <= year < 9999:  # noqa: PLR2004 - the calendar's last year
        raise InvalidQuery(f"{label!r} is no period of the calendar")
    return Period(date(year, start, 1), date(year, end, monthrange(year, end)[1]), label)
