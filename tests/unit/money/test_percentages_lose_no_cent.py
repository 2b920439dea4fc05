from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_billcom import fee_of, fees_of, split

AMOUNTS = st.integers(0, 10_000_000).map(lambda cents: Decimal(cents) / 100)
PERCENTS = st.decimals(0, 100, places=3)
SHARES = st.lists(st.decimals(0, 1000, places=2), min_size=1, max_size=12).filter(lambda shares: sum(shares) > 0)
CENT = Decimal("0.01")


def test_half_a_cent_rounds_up() -> None:
    assert fee_of(Decimal("0.05"), Decimal(10)) == Decimal("0.01")
    assert fee_of(Decimal("0.04"), Decimal(10)) == Decimal("0.00")
    assert fee_of(Decimal("19.99"), Decimal("12.5")) == Decimal("2.50")


def test_the_left_over_cent_goes_to_the_largest_fraction_and_then_to_the_earlier() -> None:
    assert split(Decimal("1.00"), [1, 1, 1]) == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]
    assert split(Decimal("1.00"), [Decimal("0.1"), Decimal("0.2"), Decimal("0.3")]) == [
        Decimal("0.17"),
        Decimal("0.33"),
        Decimal("0.50"),
    ]
    assert fees_of([Decimal("0.33")] * 3, Decimal(10)) == [Decimal("0.04"), Decimal("0.03"), Decimal("0.03")]


@given(AMOUNTS, PERCENTS)
def test_a_fee_is_within_half_a_cent_of_the_percentage_and_within_the_amount(amount: Decimal, percent: Decimal) -> None:
    fee = fee_of(amount, percent)

    assert -CENT / 2 < fee - amount * percent / 100 <= CENT / 2
    assert 0 <= fee <= amount
    assert fee == fee.quantize(CENT)


@given(st.lists(AMOUNTS, max_size=20), PERCENTS)
def test_fees_of_many_lines_are_the_fee_of_their_sum(amounts: list[Decimal], percent: Decimal) -> None:
    fees = fees_of(amounts, percent)

    assert sum(fees) == fee_of(sum(amounts, Decimal(0)), percent)
    assert all(0 <= fee <= amount for fee, amount in zip(fees, amounts, strict=True))
    assert all(
        abs(fee - amount * percent / 100) < CENT * Decimal("1.5") for fee, amount in zip(fees, amounts, strict=True)
    )


@given(AMOUNTS, SHARES)
def test_parts_add_up_and_lie_within_a_cent_of_their_share(amount: Decimal, shares: list[Decimal]) -> None:
    parts = split(amount, shares)

    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):
        assert abs(part * sum(shares) - amount * share) < CENT * sum(shares)
    assert all(part == 0 for part, share in zip(parts, shares, strict=True) if share == 0)


@pytest.mark.parametrize(
    ("amount", "percent"),
    [
        (1.5, Decimal(10)),
        (Decimal("1.50"), 10),
        (Decimal("1.505"), Decimal(10)),
        (Decimal("-1.00"), Decimal(10)),
        (Decimal("1.00"), Decimal("100.01")),
        (Decimal("1.00"), Decimal(-1)),
        (Decimal("1.00"), Decimal("NaN")),
    ],
)
def test_what_is_no_amount_or_percentage_is_refused(amount: Decimal, percent: Decimal) -> None:
    with pytest.raises((TypeError, ValueError)):
        fee_of(amount, percent)


@pytest.mark.parametrize("shares", [[], [0], [0.5], [True], [Decimal("Infinity")], [Decimal(-1), 2]])
def test_what_cannot_be_shares_is_refused(shares: list[Decimal | int]) -> None:
    with pytest.raises((TypeError, ValueError)):
        split(Decimal("1.00"), shares)
