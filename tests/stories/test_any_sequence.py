"""Whatever people, banks and the wire do, in whatever order: when the dust has settled, every cent is accounted for.

`python -m tests.stories --sequences 300` tries as many; a run of the tests tries a few.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stories.conftest import Begin
from tests.stories.life import OFTEN, ORDINARY, Life
from tests.stories.oracle import check_dust

SEQUENCES = int(os.environ.get("BILLCOM_SEQUENCES", "2"))

NUMBERS = st.integers(0, 99_999)
STEP = st.tuples(st.sampled_from(OFTEN), NUMBERS, NUMBERS)


@settings(
    max_examples=SEQUENCES,
    deadline=None,
    derandomize=SEQUENCES < 100,
    suppress_health_check=list(HealthCheck),
)
@given(steps=st.lists(STEP, min_size=4, max_size=14))
def test_after_any_sequence_of_acts_the_books_the_service_and_the_banks_agree(
    begin: Begin, steps: list[tuple[str, int, int]]
) -> None:
    town = begin(**ORDINARY)
    life = Life(town)
    life.does("sell", 0, 12_00)
    for act, first, second in steps:
        life.does(act, first, second)
    life.settles_the_dust()

    check_dust(town, bonuses=life.bonuses())
