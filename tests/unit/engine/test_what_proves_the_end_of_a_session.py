"""To the second: how long a session must have been idle, and how long one is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flask_billcom.engine.endings import LONGEST_IDLE, Ending, Found

NOON = datetime(2031, 3, 3, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FIVE = timedelta(minutes=5)


def denied_at(there: datetime) -> Found:
    """Return what is found where Logout is refused for another reason, and the session is not known."""
    return Found(is_gone=True, server_date=there, logged_out=False, is_unknown=False)


@pytest.mark.parametrize(("short", "proved"), [(timedelta(0), True), (SECOND, False)])
def test_a_session_is_idle_after_forty_minutes(short: timedelta, *, proved: bool) -> None:
    now = NOON + LONGEST_IDLE - short
    ending = Ending(NOON, denied=now - FIVE)

    assert ending.is_proved_by(denied_at(now), NOON, now) is proved


@pytest.mark.parametrize(("short", "proved"), [(timedelta(0), True), (SECOND, False)])
def test_a_session_that_was_asked_after_is_idle_forty_minutes_later(short: timedelta, *, proved: bool) -> None:
    now = NOON + LONGEST_IDLE - short
    ending = Ending(NOON, denied=now - FIVE, touched=NOON)

    assert ending.is_proved_by(denied_at(now), NOON - LONGEST_IDLE, now) is proved


@pytest.mark.parametrize(("longer", "rests"), [(timedelta(0), True), (SECOND, False)])
def test_a_rest_is_never_longer_than_any_may_be_idle(longer: timedelta, *, rests: bool) -> None:
    assert Ending(NOON, again=NOON + LONGEST_IDLE + longer).is_resting(NOON) is rests


def test_what_is_noted_is_read_back_whole() -> None:
    ending = Ending(NOON, denied=NOON + FIVE, touched=NOON + SECOND, again=NOON + LONGEST_IDLE)

    assert Ending.of(ending.noted()) == ending
