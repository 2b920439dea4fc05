from __future__ import annotations

from datetime import timedelta

from flask_billcom.engine.timing import Timing

TIMING = Timing(landing_s=600, list_lag_s=120, margin_s=180, call_s=120, write_s=10)


def test_absence_is_believed_after_landing_lag_and_margin_and_after_an_answer_without_landing() -> None:
    assert TIMING.grace == timedelta(minutes=15)
    assert TIMING.doubt == timedelta(minutes=5)


def test_a_claim_is_held_for_the_writing_the_call_and_half_a_minute() -> None:
    assert TIMING.lease == timedelta(seconds=160)


def test_what_was_read_before_a_claim_is_believed_for_as_long_as_all_those_reads_may_take() -> None:
    assert TIMING.belief(0) == TIMING.lease
    assert TIMING.belief(3) == TIMING.lease + timedelta(seconds=6)
