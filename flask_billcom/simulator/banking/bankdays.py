"""When banks work: the calendar of the Federal Reserve, and the hours of Pacific time at which Bill.com acts.

A holiday on a Saturday is not moved to Friday; one on a Sunday is kept on Monday.
Cut-off of 6 pm Pacific: https://help.bill.com/hc/en-us/articles/115005322726
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from flask_billcom.simulator.clock import millis_of, moment

__all__ = ["PACIFIC", "at_hour", "bank_days_after", "is_bank_day", "next_bank_day", "pacific_date", "pacific_hour"]

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
CUT_OFF_HOUR: Final = 18
_SATURDAY: Final = 5


@lru_cache(maxsize=512)
def _holidays(year: int) -> frozenset[date]:
    from holidays import financial_holidays

    return frozenset(financial_holidays("FED", years=year))


@lru_cache(maxsize=4096)
def is_bank_day(day: date) -> bool:
    """Return whether banks move money on that day."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def next_bank_day(day: date) -> date:
    """Return the first bank day after that day."""
    return bank_days_after(day, 1)


def bank_days_after(day: date, count: int) -> date:
    """Return the bank day that many bank days after that day."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_bank_day(day)
    return day


def bank_day_before(day: date) -> date:
    """Return the last bank day before that day."""
    day -= timedelta(days=1)
    while not is_bank_day(day):
        day -= timedelta(days=1)
    return day


@lru_cache(maxsize=1024)
def at_hour(day: date, hour: int) -> int:
    """Return the milliseconds since 1970 of a full hour of that day in Pacific time."""
    return millis_of(datetime(day.year, day.month, day.day, hour, tzinfo=PACIFIC))


def pacific_date(millis: int) -> date:
    """Return the day that it is in Pacific time."""
    return moment(millis).astimezone(PACIFIC).date()


def pacific_hour(millis: int) -> int:
    """Return the hour of the day that it is in Pacific time."""
    return moment(millis).astimezone(PACIFIC).hour


def first_process_date(millis: int) -> date:
    """Return the first day on which a payment made now can be processed: the next bank day, or the one after it."""
    today = pacific_date(millis)
    late = pacific_hour(millis) >= CUT_OFF_HOUR and is_bank_day(today)
    return bank_days_after(today, 2 if late else 1)
