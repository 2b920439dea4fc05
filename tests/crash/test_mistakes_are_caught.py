"""One of the deliberate mistakes; `python -m tests.crash --suite mutants` plays them all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.mutants import MUTANTS, Mutant, assert_clean, caught
from tests.crash.suites import Theatre, theatre

PAGE = Path(__file__).parents[2] / "docs" / "crashes.rst"
SOME = [mutant for mutant in MUTANTS if mutant.name in {"treat silence as failure", "leave charges to people"}]


@pytest.fixture(scope="module")
def house() -> Iterator[Theatre]:
    with theatre() as opened:
        yield opened


@pytest.mark.parametrize("mutant", SOME, ids=lambda mutant: mutant.name)
def test_a_mistake_is_caught_and_the_engine_as_it_is_passes(house: Theatre, mutant: Mutant) -> None:
    assert not mutant.simulator
    assert_clean(house, mutant.hurts[0])
    assert caught(house, mutant) is not None


def test_there_are_thirty_two_of_them_each_of_another_kind() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len({mutant.apply for mutant in MUTANTS}) == 32


def test_the_page_lists_them_all() -> None:
    section = PAGE.read_text().partition("The mistakes\n---")[2].partition("Reading the last line\n---")[0]

    assert re.findall(r"^   \* - (.+)$", section, re.MULTILINE) == ["mistake", *(mutant.name for mutant in MUTANTS)]
