"""A bank account passes through its form: a form with an error comes back without it."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from example_marketplace import sample
from tests.support.visitors import Visitor

_, SELLER, BUYER = sample.emails()
NUMBERS = {"routing_number": "021000021", "account_number": "739014628850"}
FORM = {"name_on_account": "Blue Kiln Pottery", "kind": "Checking", **NUMBERS}
NewVisitor = Callable[[], Visitor]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"routing_number": "021000022"}, "This is not a routing number"),
        ({"routing_number": "12345"}, "9 digits."),
        ({"routing_number": "abcdefghi"}, "9 digits."),
        ({"account_number": "12-34"}, "4 to 17 digits."),
        ({"account_number": "\u0663\u0663\u0663\u0663\u0663"}, "4 to 17 digits."),
        ({"name_on_account": ""}, "This field is required."),
        ({"kind": "offshore"}, "Not a valid choice"),
    ],
)
def test_a_form_with_an_error_comes_back_without_its_numbers(
    visitor: NewVisitor, wrong: dict[str, str], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    form = FORM | wrong

    answer = visitor().signed_in(SELLER).post("/account/seller/bank", on="/account/seller/bank", **form)

    assert says in answer.text
    for number in (form["routing_number"], form["account_number"], *NUMBERS.values()):
        assert number not in answer.text
        assert number not in caplog.text


def test_browsers_are_told_to_keep_nothing(visitor: NewVisitor) -> None:
    answer = visitor().signed_in(SELLER).get("/account/seller/bank")

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text.count('autocomplete="off"') == 4


def test_a_buyer_is_not_charged_without_consent(visitor: NewVisitor) -> None:
    answer = visitor().signed_in(BUYER).post("/account/buyer/bank", on="/account/buyer/bank", **FORM)

    assert "Without your consent" in answer.text


def test_nobody_enters_an_account_for_a_role_that_he_does_not_have(visitor: NewVisitor) -> None:
    assert visitor().signed_in(BUYER).get("/account/seller/bank").status_code == 403
    assert visitor().signed_in(SELLER).get("/account/buyer/bank").status_code == 403
    assert visitor().get("/account/seller/bank").status_code == 302
