from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_billcom.marketplace.books.period import Period, midnight, parse_period, year_of
from flask_billcom.marketplace.lists import InvalidQuery

PACIFIC = ZoneInfo("America/Los_Angeles")
ZONES = ("America/Los_Angeles", "America/Santiago", "Asia/Beirut", "Australia/Lord_Howe", "UTC", "Pacific/Apia")


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31)),
        ("2027-02", date(2027, 2, 1), date(2027, 2, 28)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2100-02", date(2100, 2, 1), date(2100, 2, 28)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        (" 2026-10-05 ", date(2026, 10, 5), date(2026, 10, 5)),
        ("2026-10-05..2026-11-04", date(2026, 10, 5), date(2026, 11, 4)),
    ],
)
def test_a_text_names_days(words: str, first: date, last: date) -> None:
    period = parse_period(words)

    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    "words",
    ["", "2026-13", "2026-00", "2026-Q5", "26-10", "2026-10-05..2026-10-04", "0000", "9999", "last month", ".."],
)
def test_a_text_that_names_none_is_refused(words: str) -> None:
    with pytest.raises(InvalidQuery):
        parse_period(words)


def test_a_day_of_summer_time_has_another_length() -> None:
    spring = Period(date(2026, 3, 8), date(2026, 3, 8), "").bounds(PACIFIC)
    autumn = Period(date(2026, 11, 1), date(2026, 11, 1), "").bounds(PACIFIC)

    assert spring[1] - spring[0] == timedelta(hours=23)
    assert autumn[1] - autumn[0] == timedelta(hours=25)


def test_a_year_ends_with_the_last_minute_of_its_zone() -> None:
    since, until = year_of(2026).bounds(PACIFIC)

    assert since == datetime(2026, 1, 1, 8, tzinfo=UTC)
    assert until == datetime(2027, 1, 1, 8, tzinfo=UTC)
    assert since <= datetime(2026, 12, 31, 23, 59, 59, tzinfo=PACIFIC) < until
    assert not since <= datetime(2027, 1, 1, tzinfo=PACIFIC) < until


@given(day=st.dates(date(2000, 1, 1), date(2060, 1, 1)), name=st.sampled_from(ZONES))
def test_days_follow_each_other_without_gap_or_overlap(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    one = Period(day, day, "").bounds(zone)
    next_ = Period(day + timedelta(days=1), day + timedelta(days=1), "").bounds(zone)

    assert one[1] == next_[0]
    assert one[0] <= one[1]
    assert midnight(day, zone).tzinfo is UTC
