from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask_billcom.clock import ManualClock
from flask_billcom.engine.errors import NoCapacity, QuotaUsed
from flask_billcom.engine.servertime import ServerTime

THERE = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)


def test_it_is_ours_until_an_answer_tells_it(clock: ManualClock) -> None:
    time = ServerTime(clock)
    time.note(None)

    assert time.now() == clock.now()


def test_it_goes_on_from_the_last_answer_that_told_it(clock: ManualClock) -> None:
    time = ServerTime(clock)
    clock.advance(timedelta(seconds=7))
    time.note(THERE)
    clock.advance(timedelta(seconds=30))
    time.note(None)

    assert time.now() == THERE + timedelta(seconds=30)
    time.note(THERE - timedelta(hours=1))
    assert time.now() == THERE - timedelta(hours=1)


def test_what_is_used_up_says_until_when() -> None:
    used = QuotaUsed("mail", THERE)

    assert (used.name, used.retry_at) == ("mail", THERE)
    assert str(used) == "the calls of class 'mail' are used up for now"
    assert str(NoCapacity("no slot", retry_at=THERE)) == "no slot"
    assert NoCapacity("no slot", retry_at=THERE).retry_at == THERE
    assert NoCapacity().retry_at is None
