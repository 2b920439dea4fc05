"""A run counts what happened, and owes what never did."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from collections.abc import Iterator

from tests.machine.calls import APART, CALLS, PUBLIC
from tests.machine.machine import Machine
from tests.machine.told import ENOUGH, NAMES, lines, missing

ALL = Counter({**dict.fromkeys(NAMES, 1), **{f"done {name}": 1 for name in CALLS}, "sequences": ENOUGH})


def test_every_rule_is_counted() -> None:
    assert [rule for rule in Machine.setup_state().rules if not hasattr(rule.function, "__wrapped__")] == []


def named_by_rules() -> Iterator[str]:
    """Yield every text and every attribute in the classes that hold the rules."""
    for cls in Machine.__mro__:
        if cls.__module__.startswith("tests.machine"):
            tree = ast.parse(inspect.getsource(inspect.getmodule(cls) or cls))
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
                elif isinstance(node, ast.Attribute):
                    yield node.attr


def test_every_public_call_is_made_by_a_rule_or_is_named_with_the_reason() -> None:
    assert APART.keys() <= PUBLIC
    assert CALLS - set(named_by_rules()) == set(), "write a rule for it, or say in tests/machine/calls.py why none is"
    assert all(APART.values())


def test_a_long_run_owes_whatever_never_happened() -> None:
    assert list(missing(ALL, wanted=ENOUGH)) == []
    assert list(missing(ALL - Counter(["rule voids"]), wanted=ENOUGH)) == ["never happened: rule voids"]


def test_a_run_owes_the_sequences_that_were_not_played() -> None:
    assert list(missing(Counter(sequences=2), wanted=3)) == ["only 2 of 3 sequences were played"]


def test_what_happened_seldom_is_told_first() -> None:
    assert "rule: voids 1, sells 3" in lines(Counter({"rule sells": 3, "rule voids": 1}))
