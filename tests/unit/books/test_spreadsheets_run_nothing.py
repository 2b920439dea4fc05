from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_billcom.ledger import Account
from flask_billcom.marketplace.books.csvs import csv_lines, safe
from flask_billcom.settings import BOOKS


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1"])
def test_what_looks_like_a_formula_is_text(words: str) -> None:
    assert safe(words).startswith("'")


@pytest.mark.parametrize("words", ["FB-1042", "Order 7", "a=b", "1-2", "", "O'Neil"])
def test_other_text_stays_what_it_is(words: str) -> None:
    assert safe(words) == words


@given(st.text())
def test_no_text_begins_a_formula_or_a_second_line(words: str) -> None:
    ((found,),) = list(csv.reader(io.StringIO("".join(csv_lines(["a"], [[words]])))))[1:] or [[""]]

    assert not found.lstrip().startswith(("=", "+", "-", "@"))
    assert "\n" not in found
    assert "\r" not in found


def test_amounts_and_dates_are_not_touched() -> None:
    moment = datetime(2026, 10, 5, 12, 30, tzinfo=UTC)
    lines = list(csv_lines(["a", "b"], [[Decimal("-12.30"), -5], [date(2026, 10, 5), moment], [None, 'x,"y"']]))

    assert lines == [
        "a,b\r\n",
        "-12.30,-5\r\n",
        "2026-10-05,2026-10-05T12:30:00+00:00\r\n",
        ',"x,""y"""\r\n',
    ]


def test_the_settings_know_every_account() -> None:
    assert sorted(BOOKS) == sorted(Account)
