"""United States bank days and the Pacific cut-off.

Banks close on the Federal Reserve's holidays; one that falls on a Saturday is not moved to Friday, one on a Sunday is
observed on Monday. A payment asked for by 6 pm Pacific is processed on the next bank day, never on the same day.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
CUT_OFF = time(18, 0)
_SATURDAY = 5


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    from holidays.financial.federal_reserve import FederalReserve

    return frozenset(FederalReserve(years=year))  # type: ignore[no-untyped-call]  # the library types the class, not its constructor


def is_bank_day(day: date) -> bool:
    """Return whether banks move money on this date."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


@lru_cache(maxsize=1000)
def add_bank_days(day: date, count: int) -> date:
    """Return the date a number of bank days later; zero gives the day itself or the next bank day after it.

    :param count: bank days, zero or more.
    """
    while not is_bank_day(day):
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while not is_bank_day(day):
            day += timedelta(days=1)
    return day


def bank_days_between(start: date, end: date) -> int:
    """Return how many bank days lie after the start, up to and including the end."""
    return sum(is_bank_day(start + timedelta(days=i)) for i in range(1, (end - start).days + 1))


def pacific_date(moment: datetime) -> date:
    """Return the Pacific date of an aware moment."""
    return moment.astimezone(PACIFIC).date()


def next_process_date(moment: datetime) -> date:
    """Return the first process date that a payment asked for now can have.

    :param moment: aware; past 6 pm Pacific the day counts as over.
    """
    local = moment.astimezone(PACIFIC)
    day = local.date() + timedelta(days=1)
    if local.time() >= CUT_OFF:
        day = add_bank_days(day, 0) + timedelta(days=1)
    return add_bank_days(day, 0)
