from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest

from flask_billcom.marketplace.plain import plain


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Sum:
    gross_cents: int
    fee_cents: int | None
    cents: int


def test_cents_come_with_their_dollars_as_text() -> None:
    assert plain(Sum(1234, None, -5)) == {
        "gross": "12.34",
        "gross_cents": 1234,
        "fee": None,
        "fee_cents": None,
        "amount": "-0.05",
        "cents": -5,
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (UUID(int=10), "0" * 31 + "a"),
        (datetime(2031, 3, 3, 12, tzinfo=timezone(timedelta(hours=2))), "2031-03-03T10:00:00+00:00"),
        (date(2031, 3, 3), "2031-03-03"),
        (Decimal("7.50"), "7.50"),
        (Colour.RED, "red"),
        ({Colour.RED: (1, None, True)}, {"red": [1, None, True]}),
        (datetime(2031, 3, 3, tzinfo=UTC), "2031-03-03T00:00:00+00:00"),
    ],
)
def test_values_become_what_json_has(value: Any, shown: Any) -> None:
    assert plain(value) == shown
    assert json.loads(json.dumps(plain(value))) == shown


@pytest.mark.parametrize("value", [1.5, b"bytes", object(), Sum])
def test_what_is_not_known_is_not_shown(value: object) -> None:
    with pytest.raises(TypeError):
        plain(value)


def test_a_truth_value_is_no_amount() -> None:
    assert plain({"has_cents": True, "cents": False}) == {"has_cents": True, "cents": False}
