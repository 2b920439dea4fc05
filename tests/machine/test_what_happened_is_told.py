"""A run counts what happened, and owes what never did."""

from __future__ import annotations

from collections import Counter

from tests.machine.machine import Machine
from tests.machine.told import ENOUGH, NAMES, lines, missing

ALL = Counter({**dict.fromkeys(NAMES, 1), "sequences": ENOUGH})


def test_every_rule_is_counted() -> None:
    assert [rule for rule in Machine.setup_state().rules if not hasattr(rule.function, "__wrapped__")] == []


def test_a_long_run_owes_whatever_never_happened() -> None:
    assert list(missing(ALL, wanted=ENOUGH)) == []
    assert list(missing(ALL - Counter(["rule voids"]), wanted=ENOUGH)) == ["never happened: rule voids"]


def test_a_run_owes_the_sequences_that_were_not_played() -> None:
    assert list(missing(Counter(sequences=2), wanted=3)) == ["only 2 of 3 sequences were played"]


def test_what_happened_seldom_is_told_first() -> None:
    assert "rule: voids 1, sells 3" in lines(Counter({"rule sells": 3, "rule voids": 1}))
