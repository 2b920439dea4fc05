from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_billcom import InvalidSale, Sale, SaleLine
from flask_billcom.money import MAX_CENTS

CENTS = st.integers(0, MAX_CENTS)


@given(CENTS, st.integers(0, MAX_CENTS))
def test_cents_go_through_unchanged(cents: int, fee_cents: int) -> None:
    fee_cents = min(cents, fee_cents)

    line = SaleLine.from_cents(seller="s", cents=cents, fee_cents=fee_cents)

    assert (line.cents, line.fee_cents) == (cents, fee_cents)
    assert line.amount == Decimal(cents) / 100


@pytest.mark.parametrize("amount", [1, 1.0, "1.00", None, True])
@pytest.mark.parametrize("name", ["amount", "fee"])
def test_what_is_no_decimal_is_refused_with_the_hint(name: str, amount: Any) -> None:
    with pytest.raises(InvalidSale, match=rf"the {name} of a line is a Decimal.*SaleLine\.from_cents"):
        SaleLine(**{"seller": "s", "amount": Decimal(5), name: amount})


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (Decimal("-0.01"), "not negative"),
        (Decimal("0.001"), "two decimal places"),
        (Decimal("NaN"), "finite"),
        (Decimal("Infinity"), "finite"),
        (Decimal(2**63), "larger than"),
        (Decimal("1E+20"), "larger than"),
    ],
)
def test_an_amount_that_is_none_is_refused(amount: Decimal, reason: str) -> None:
    with pytest.raises(InvalidSale, match=reason):
        SaleLine(seller="s", amount=amount)


@pytest.mark.parametrize("cents", [1.0, "1", True, Decimal(1)])
def test_cents_are_whole(cents: Any) -> None:
    with pytest.raises(InvalidSale, match="cents must be an int"):
        SaleLine.from_cents(cents=cents)


def test_a_fee_lies_between_zero_and_the_amount() -> None:
    with pytest.raises(InvalidSale, match=r"fee of a line is 1\.01, more than its amount 1\.00"):
        SaleLine(seller="s", amount=Decimal("1.00"), fee=Decimal("1.01"))
    with pytest.raises(InvalidSale, match="leave its fee at zero"):
        SaleLine(amount=Decimal("1.00"), fee=Decimal("0.01"))


@given(st.text())
def test_a_description_shows_all_that_it_holds(text: str) -> None:
    description = SaleLine(amount=Decimal(1), description=text).description

    assert len(description) <= 200
    assert not {unicodedata.category(each) for each in description} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert SaleLine(amount=Decimal(1), description=description).description == description


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "ab"),
        ("  two\n\tlines  ", "two lines"),
        ("e\u0301", "\u00e9"),
        ("x" * 300, "x" * 200),
        ("\x00\x1b[31mred", "[31mred"),
    ],
)
def test_what_nobody_sees_is_taken_out(text: str, shown: str) -> None:
    assert SaleLine(amount=Decimal(1), description=text).description == shown


@pytest.mark.parametrize("reference", ["", "x" * 201, "a\nb", "a\u202eb", " padded ", 7])
def test_a_reference_can_be_seen_and_stored(reference: Any) -> None:
    with pytest.raises(InvalidSale, match="reference of a sale"):
        Sale(buyer="b", lines=[SaleLine(amount=Decimal(1))], reference=reference)


@pytest.mark.parametrize("lines", [[], "lines", None, [1], [SaleLine(amount=Decimal(0))]])
def test_lines_are_sale_lines_and_cost_something(lines: Any) -> None:
    with pytest.raises(InvalidSale, match="line"):
        Sale(buyer="b", lines=lines)


def test_a_sale_has_an_end() -> None:
    with pytest.raises(InvalidSale, match="at most 999 lines"):
        Sale(buyer="b", lines=[SaleLine(amount=Decimal(1))] * 1000)
    with pytest.raises(InvalidSale, match=r"at most 9999999999\.99 dollars"):
        Sale(buyer="b", lines=[SaleLine.from_cents(cents=MAX_CENTS)] * 2)


def test_a_sale_does_not_change() -> None:
    lines = [SaleLine(amount=Decimal(1))]
    sale = Sale(buyer="b", lines=lines)
    lines.clear()

    assert len(sale.lines) == 1
