"""JSON on the wire: Decimals, never floats."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_billcom.api import PaymentStatus, Secret
from flask_billcom.api.wire import UnreadableJSON, dumps, loads

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_what_is_written_is_read_back(value: object) -> None:
    assert loads(dumps(value)) == value


@pytest.mark.parametrize(
    ("amount", "written"),
    [("5", "5.00"), ("5.1", "5.10"), ("5.10", "5.10"), ("1E+3", "1000.00"), ("0.12345", "0.12345"), ("-0.5", "-0.50")],
)
def test_an_amount_has_two_places_or_more(amount: str, written: str) -> None:
    assert dumps({"amount": Decimal(amount)}) == f'{{"amount":{written}}}'


def test_a_float_is_refused_wherever_it_stands() -> None:
    with pytest.raises(TypeError, match="use Decimal"):
        dumps({"billPays": [{"amount": 0.1}]})


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_an_amount_that_is_none_is_refused(value: Decimal) -> None:
    with pytest.raises(ValueError, match="finite"):
        dumps(value)


def test_dates_times_choices_and_secrets_are_written_as_bill_com_reads_them() -> None:
    pacific = timezone(timedelta(hours=-8))
    value = {
        "day": date(2031, 3, 4),
        "time": datetime(2031, 3, 4, 10, 0, 0, 123456, pacific),
        "status": PaymentStatus.OPEN,
        "password": Secret('a"b'),
    }
    assert json.loads(dumps(value)) == {
        "day": "2031-03-04",
        "time": "2031-03-04T18:00:00.123+0000",
        "status": "1",
        "password": 'a"b',
    }


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        dumps(datetime(2031, 3, 4))  # noqa: DTZ001 - the point of the test


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        dumps(b"x")


@pytest.mark.parametrize("text", ["", "{", "NaN", '{"a":Infinity}', "nul", b"\xff\xfe", "1" * 5000, "[" * 100_000])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(UnreadableJSON):
        loads(text)


def test_nesting_has_a_limit() -> None:
    assert loads("[" * 40 + "]" * 40)
    with pytest.raises(UnreadableJSON, match="deeper"):
        loads("[" * 41 + "]" * 41)


def test_numbers_become_decimals_not_floats() -> None:
    read = loads('{"amount": 12.30, "large": 1e2, "count": 3}')
    assert [type(value) for value in read.values()] == [Decimal, Decimal, int]
    assert str(read["amount"]) == "12.30"
