from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from flask_billcom.marketplace.marks import Progress

times = st.datetimes(datetime(2031, 1, 1), datetime(2032, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001
maybe = st.none() | times
MINUTE = timedelta(minutes=1)


@given(
    st.builds(Progress, times, st.integers(0, 10**6), maybe, maybe, maybe, maybe, maybe, maybe, st.none() | st.text())
)
def test_a_mark_reads_as_it_was_written(progress: Progress) -> None:
    assert Progress.parse(str(progress)) == progress


NOON = datetime(2031, 3, 3, 12, tzinfo=UTC)


def test_a_poll_that_was_stopped_goes_on_at_once() -> None:
    assert Progress(NOON, start=999, began=NOON, looked=NOON).may_look(NOON, MINUTE)


def test_nothing_is_asked_twice_within_a_minute() -> None:
    progress = Progress(NOON, looked=NOON)

    assert not progress.may_look(NOON + timedelta(seconds=59), MINUTE)
    assert progress.may_look(NOON + MINUTE, MINUTE)


def test_only_one_worker_reads_until_its_lease_is_over() -> None:
    progress = Progress(NOON, leased_until=NOON + MINUTE)

    assert not progress.may_look(NOON, MINUTE)
    assert progress.may_look(NOON + MINUTE, MINUTE)
