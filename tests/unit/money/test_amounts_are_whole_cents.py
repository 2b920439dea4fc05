"""Dollars at the edge, cents inside: what is accepted, to the cent, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.money import MAX_CENTS, from_cents, percent_of, spread, to_cents


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("12.34", 1234), ("0", 0), ("-0.01", -1), ("1E+2", 10_000), ("9999999999.99", MAX_CENTS), ("7.100", 710)],
)
def test_dollars_become_cents(amount: str, cents: int) -> None:
    found = to_cents(Decimal(amount))

    assert found == cents
    assert type(found) is int


@pytest.mark.parametrize("amount", ["10000000000.00", "-10000000000.00", "999999999999", "999999999999.01", "1E+30"])
def test_ten_billion_dollars_are_too_much(amount: str) -> None:
    with pytest.raises(ValueError, match=r"^bonus is larger than 9999999999\.99 dollars$"):
        to_cents(Decimal(amount), name="bonus")


@pytest.mark.parametrize("amount", ["0.001", "-1.999", "1E-9"])
def test_part_of_a_cent_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match=r"^amount has more than two decimal places$"):
        to_cents(Decimal(amount))


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_what_is_not_finite_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match=r"^amount must be a finite amount$"):
        to_cents(Decimal(amount))


@pytest.mark.parametrize("amount", [12, 12.34, "12.34", True, None])
def test_a_number_without_a_unit_is_refused_as_dollars(amount: Any) -> None:
    with pytest.raises(TypeError, match=rf"^amount must be a Decimal .*not {type(amount).__name__}"):
        to_cents(amount)


@pytest.mark.parametrize(("cents", "amount"), [(1234, "12.34"), (0, "0.00"), (-5, "-0.05"), (100, "1.00")])
def test_cents_become_dollars_with_two_places(cents: int, amount: str) -> None:
    assert str(from_cents(cents)) == amount


@pytest.mark.parametrize("cents", [True, 1.0, "1", Decimal(1), None])
def test_only_whole_numbers_are_cents(cents: Any) -> None:
    with pytest.raises(TypeError, match=rf"^cents must be an int, not {type(cents).__name__}$"):
        from_cents(cents)


@pytest.mark.parametrize(
    ("cents", "percent", "expected"),
    [(0, "10", 0), (5, "10", 1), (4, "10", 0), (1999, "12.5", 250), (100, "0", 0), (333, "100", 333), (1, "50", 1)],
)
def test_a_percentage_is_rounded_half_up(cents: int, percent: str, expected: int) -> None:
    found = percent_of(cents, Decimal(percent))

    assert found == expected
    assert type(found) is int


def test_a_percentage_of_a_debt_and_a_percentage_that_is_no_decimal_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^cents must not be negative$"):
        percent_of(-1, Decimal(10))
    with pytest.raises(TypeError, match=r"^percent must be a Decimal, not float$"):
        percent_of(1, 10.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1, 1, 1], [34, 34, 33]),
        (100, [10, 20, 30], [17, 33, 50]),
        (1, [1, 2], [0, 1]),
        (5, [3, 3, 1], [2, 2, 1]),
        (0, [1, 2], [0, 0]),
        (7, [0, 1], [0, 7]),
        (2, [1], [2]),
        (10, [3, 7], [3, 7]),
        (5, [1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0, 0, 0]),
    ],
)
def test_the_rest_goes_cent_by_cent_to_the_largest_fractions(total: int, weights: list[int], shares: list[int]) -> None:
    assert spread(total, weights) == shares


@pytest.mark.parametrize(("total", "weights"), [(1, []), (1, [0, 0]), (-1, [1]), (1, [2, -1]), (1, [-1, -1])])
def test_weights_without_a_meaning_are_refused(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"^spread needs a total"):
        spread(total, weights)
