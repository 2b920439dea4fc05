"""Whatever people, banks and the wire do, in whatever order: when the dust has settled, every cent is accounted for.

A run of the tests tries 300 sequences, always the same, in parts that run beside each other;
`python -m tests.stories --sequences 10000` tries others.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.stories.conftest import Begin
from tests.stories.life import OFTEN, ORDINARY, Life
from tests.stories.oracle import check_dust

SEQUENCES = int(os.environ.get("BILLCOM_SEQUENCES", "300"))
SEED = int(os.environ.get("BILLCOM_SEQUENCES_SEED", "0"))
PARTS = 6
PATIENCE_S = max(1800, 30 * SEQUENCES)
"""Longest time for a part; nothing in here waits for a clock, so only a loop without an end takes as long."""
NUMBERS = st.integers(0, 99_999)
STEP = st.tuples(st.sampled_from(OFTEN), NUMBERS, NUMBERS)


@pytest.mark.timeout(PATIENCE_S)
@pytest.mark.parametrize("part", range(PARTS))
def test_after_any_sequence_of_acts_the_books_the_service_and_the_banks_agree(begin: Begin, part: int) -> None:
    @seed(SEED * PARTS + part)
    @settings(
        max_examples=-(-SEQUENCES // PARTS), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(steps=st.lists(STEP, min_size=4, max_size=14))
    def live(steps: list[tuple[str, int, int]]) -> None:
        town = begin(**ORDINARY)
        life = Life(town)
        life.does("sell", 0, 12_00)
        for act, first, second in steps:
            life.does(act, first, second)
        life.settles_the_dust()

        check_dust(town, bonuses=life.bonuses(), differences=life.operator.paid_as_edited)

    live()
