from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_billcom.marketplace.counterparties.matching import bare_name, same_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme, Inc.", "ACME INC"),
        ("Acme Incorporated", "acme"),
        ("The O'Neil Co.", "ONeil"),
        ("Café Olé LLC", "Cafe Ole"),
        ("Smith & Sons Ltd", "smith   sons"),
        ("Müller GmbH", "MULLER"),
    ],
)
def test_names_that_differ_in_form_alone_are_similar(one: str, other: str) -> None:
    assert bare_name(one) == bare_name(other)
    assert same_name(one) != same_name(other)


@pytest.mark.parametrize(("one", "other"), [("Ann", "Anne"), ("Acme East", "Acme West"), ("Inc", "Ltd")])
def test_other_names_are_not(one: str, other: str) -> None:
    assert bare_name(one) != bare_name(other)


def test_case_and_spaces_are_not_part_of_a_name() -> None:
    assert same_name("  Ann\tSmith ") == same_name("ann smith")


@given(st.text())
def test_a_name_compared_twice_is_the_same(name: str) -> None:
    assert bare_name(bare_name(name)) == bare_name(name)
    assert same_name(same_name(name)) == same_name(name)
