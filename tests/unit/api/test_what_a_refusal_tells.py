"""What people and programs read of a refusal: its code, its words, the call and the server's time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flask_billcom import errors
from flask_billcom.api import CODES, Certainty, Reply, classify
from flask_billcom.api.codes import error_of_change, error_of_read

AT = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def refusal(code: str | None, message: str | None = "words") -> Reply:
    return Reply(200, 1, "Error", {}, AT, code, message)


def test_a_verdict_repeats_code_words_and_row() -> None:
    verdict = classify(refusal("BDC_1109"))

    assert (verdict.code, verdict.message, verdict.row) == ("BDC_1109", "words", CODES["BDC_1109"])


def test_a_refusal_without_code_and_words_is_open() -> None:
    verdict = classify(refusal(None, None))

    assert (verdict.certainty, verdict.code, verdict.message, verdict.row) == (Certainty.DOUBTFUL, None, "", None)


def test_a_raised_error_is_judged_by_its_code_and_its_words() -> None:
    unknown = error_of_read(refusal("BDC_9999", "This bill was already paid."), "PayBills")
    verdict = classify(unknown)

    assert (verdict.certainty, verdict.code) == (Certainty.PRESENCE, "BDC_9999")
    assert verdict.message == "This bill was already paid."


def test_an_error_that_is_not_the_servers_has_no_words_of_it() -> None:
    verdict = classify(errors.TokenUnreadable())

    assert (verdict.certainty, verdict.message) == (Certainty.DOUBTFUL, "")


def test_several_bills_are_in_doubt_also_by_a_raised_error() -> None:
    raised = error_of_read(refusal("BDC_1119"), "PayBills")

    assert classify(raised, bills_in_call=2).certainty is Certainty.DOUBTFUL
    assert classify(raised).certainty is Certainty.REFUSED


def test_a_wire_failure_says_what_happened() -> None:
    assert classify(errors.RequestTimedOut("no answer in 120 s")).message == "no answer in 120 s"


@pytest.mark.parametrize("code", ["BDC_1205", "BDC_9999"])
def test_a_refused_read_carries_everything_that_was_said(code: str) -> None:
    raised = error_of_read(refusal(code), "Crud/Read/Bill")

    assert (raised.code, raised.api_message, raised.method, raised.server_date) == (code, "words", "Crud/Read/Bill", AT)


def test_a_refused_read_without_code_and_words_says_at_least_what_was_called() -> None:
    raised = error_of_read(refusal(None, None), "Crud/Read/Bill")

    assert (type(raised), raised.code, raised.api_message) == (errors.APIError, None, "")
    assert raised.method == "Crud/Read/Bill"


def test_a_change_that_was_surely_refused_carries_what_was_called() -> None:
    raised = error_of_change(refusal("BDC_1119"), "PayBills")

    assert isinstance(raised, errors.InvalidRequest)
    assert (raised.method, raised.server_date) == ("PayBills", AT)


def test_a_change_of_several_bills_is_open_where_one_of_them_may_be_the_cause() -> None:
    raised = error_of_change(refusal("BDC_1119"), "PayBills", bills_in_call=2)

    assert isinstance(raised, errors.OutcomeUnknown)
    assert raised.answered


def test_an_open_change_says_what_was_answered_and_what_comes_next() -> None:
    read_back = "the change may or may not have happened, read back first"

    assert str(error_of_change(refusal("BDC_1205"), "PayBills")) == (
        f"PayBills: Bill.com answered BDC_1205 words; {read_back}"
    )
    assert str(error_of_change(refusal(None, None), "PayBills")) == (
        f"PayBills: Bill.com answered an error; {read_back}"
    )
