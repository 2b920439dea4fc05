from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_billcom.marketplace.tracking.bankhours import last_opening, moment, reached

moments = st.datetimes(datetime(2024, 1, 1), datetime(2034, 12, 31)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001


@given(now=moments, days=st.integers(0, 12))
def test_the_last_reached_date_is_reached_and_the_next_is_not(now: datetime, days: int) -> None:
    day = reached(now, days)

    assert moment(day, days) <= now
    assert moment(day + timedelta(days=1), days) > now


@given(now=moments)
def test_banks_opened_last_at_nine_in_the_morning_of_a_bank_day(now: datetime) -> None:
    opened = last_opening(now)

    assert opened <= now
    assert (opened.hour, opened.minute) == (9, 0)
    assert opened.weekday() < 5
    assert now - opened <= timedelta(days=5)


@pytest.mark.parametrize(
    ("process_date", "bank_days", "expected"),
    [
        (date(2031, 3, 4), 0, "2031-03-04T09:00:00-08:00"),
        (date(2031, 3, 7), 1, "2031-03-10T09:00:00-07:00"),  # over the weekend and the change to summer time
        (date(2031, 7, 3), 1, "2031-07-07T09:00:00-07:00"),  # Independence Day on a Friday
        (date(2031, 3, 3), 5, "2031-03-10T09:00:00-07:00"),
    ],
)
def test_moments_in_pacific_time(process_date: date, bank_days: int, expected: str) -> None:
    assert moment(process_date, bank_days).isoformat() == expected
