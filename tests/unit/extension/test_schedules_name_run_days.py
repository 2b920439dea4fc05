from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_billcom.bankdays import is_bank_day
from flask_billcom.schedule import WEEKDAYS, Schedule

WORDS = [
    "daily",
    "manual",
    *(f"weekly:{day}" for day in WEEKDAYS),
    *(f"monthly:{n}" for n in range(1, 31)),
    "monthly:last",
]
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize("text", WORDS)
def test_it_reads_what_it_writes(text: str) -> None:
    assert str(Schedule.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "hourly", "daily:1", "weekly", "weekly:sat", "monthly:0", "monthly:32", "monthly:"]
)
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be daily, weekly:mon"):
        Schedule.parse(text)


@pytest.mark.parametrize(
    ("text", "due", "not_due"),
    [
        ("daily", "2026-03-02", "2026-03-01"),
        ("weekly:fri", "2026-03-06", "2026-03-05"),
        ("weekly:mon", "2026-01-20", "2026-01-19"),  # Martin Luther King day moves Monday to Tuesday
        ("monthly:15", "2026-03-16", "2026-03-13"),  # the 15th is a Sunday
        ("monthly:last", "2026-03-02", "2026-02-27"),  # 28 February is a Saturday
        ("monthly:30", "2026-03-02", "2026-02-27"),
        ("monthly:31", "2026-04-30", "2026-05-01"),
        ("manual", "", "2026-03-02"),
    ],
)
def test_closed_days_move_to_the_next_bank_day(text: str, due: str, not_due: str) -> None:
    schedule = Schedule.parse(text)

    assert not due or schedule.is_due(date.fromisoformat(due))
    assert not schedule.is_due(date.fromisoformat(not_due))


@given(st.sampled_from(WORDS), DAYS)
def test_payouts_run_on_bank_days_only(text: str, day: date) -> None:
    assert not Schedule.parse(text).is_due(day) or is_bank_day(day)


@given(st.integers(1, 31), st.integers(2026, 2030))
def test_a_monthly_schedule_runs_twelve_times_a_year(day: int, year: int) -> None:
    schedule = Schedule("monthly", day)
    first = date(year, 1, 10)

    assert sum(schedule.is_due(first + timedelta(days=n)) for n in range(365)) in {11, 12, 13}
