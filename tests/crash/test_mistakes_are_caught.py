"""One of the deliberate mistakes; `python -m tests.crash --suite mutants` plays them all."""

from __future__ import annotations

import pytest

from tests.crash.mutants import MUTANTS, Mutant, caught
from tests.crash.suites import theatre

SOME = [mutant for mutant in MUTANTS if mutant.name == "treat silence as failure"]


@pytest.mark.parametrize("mutant", SOME, ids=lambda mutant: mutant.name)
def test_a_mistake_is_caught_and_the_engine_as_it_is_passes(mutant: Mutant) -> None:
    with theatre(simulator=mutant.simulator) as house:
        assert caught(house, None, mutant.hurts) is None
        assert caught(house, mutant, mutant.hurts) is not None


def test_there_are_twenty_five_of_them_each_of_another_kind() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len({mutant.apply for mutant in MUTANTS}) == 25
