"""The closed table, row by row against what the protocol allows to be called certain, and how it is read."""

from __future__ import annotations

import pytest

from flask_billcom import errors
from flask_billcom.api import CODES, Certainty, Reply, Scope, classify
from flask_billcom.api.codes import error_of_change, error_of_read

RETRY, PARK, REFUSED = Certainty.NOT_APPLIED_RETRY, Certainty.NOT_APPLIED_PARK, Certainty.REFUSED
PRESENCE, DOUBTFUL, NONE = Certainty.PRESENCE, Certainty.DOUBTFUL, Certainty.NO_ANSWER

EXPECTED = {
    RETRY: "1101 1102 1103 1104 1109 1110 1144 1152 1322",
    PARK: "1105 1107 1150 1151 1361",
    REFUSED: "1108 1114 1115 1116 1117 1118 1119 1121 1122 1124 1128 1129 1130 1131",
    PRESENCE: "1159 1171",
    NONE: "1001 1002 1246",
    DOUBTFUL: "1000 1003 1005 1018 1106 1111 1113 1120 1123 1125 1126 1127 1205 1332 1333 1354 1356 1358 1374 1402"
    " 5324",
}
ROWS = [(f"BDC_{number}", certainty) for certainty, numbers in EXPECTED.items() for number in numbers.split()]

ERRORS = {
    errors.SessionExpired: "1109",
    errors.AuthenticationFailed: "1018 1101 1102 1103 1104 1106 1110 1111 1113 1123",
    errors.PermissionDenied: "1105 1150 1151",
    errors.RateLimited: "1107 1144 1322",
    errors.MFARequired: "1354 1356 1358 1361 1374 5324",
    errors.NotFound: "1120 1205",
    errors.DuplicateDocument: "1171",
    errors.APIError: "1001 1002 1125 1126 1127 1246",
}
CLASSES = {f"BDC_{number}": error for error, numbers in ERRORS.items() for number in numbers.split()}


def refusal(code: str, message: str = "") -> Reply:
    return Reply(200, 1, "Error", {"error_code": code, "error_message": message}, None, code, message)


@pytest.mark.parametrize(("code", "certainty"), ROWS)
def test_each_row_says_what_the_protocol_allows(code: str, certainty: Certainty) -> None:
    verdict = classify(refusal(code))
    assert verdict.certainty is certainty
    assert verdict.answered is (certainty is not NONE)
    assert verdict.not_applied is (certainty in {RETRY, PARK, REFUSED})


def test_the_table_holds_these_rows_and_no_others() -> None:
    assert set(CODES) == {code for code, _ in ROWS}
    assert len(ROWS) == len(CODES)


@pytest.mark.parametrize("row", CODES.values(), ids=list(CODES))
def test_each_row_names_its_meaning_source_and_what_a_read_raises(row: object) -> None:
    assert row.meaning  # type: ignore[attr-defined]
    assert row.source.startswith("https://") or row.source == "seen in clients, undocumented"  # type: ignore[attr-defined]
    raised = error_of_read(refusal(row.code, "words"), "Crud/Read/Vendor")  # type: ignore[attr-defined]
    assert type(raised) is CLASSES.get(row.code, errors.InvalidRequest)  # type: ignore[attr-defined]
    assert raised.code == row.code  # type: ignore[attr-defined]
    assert raised.api_message == "words"


@pytest.mark.parametrize(("code", "certainty"), ROWS)
def test_a_refused_change_raises_its_own_error_only_where_nothing_happened(code: str, certainty: Certainty) -> None:
    raised = error_of_change(refusal(code), "PayBills")
    if certainty in {RETRY, PARK, REFUSED} or code == "BDC_1171":
        assert type(raised) is CLASSES.get(code, errors.InvalidRequest)
    else:
        assert isinstance(raised, errors.OutcomeUnknown)
        assert raised.answered is (certainty is not NONE)
        assert raised.code == code


def test_an_unknown_code_leaves_a_change_open_and_fails_a_read() -> None:
    assert classify(refusal("BDC_9999")).certainty is DOUBTFUL
    assert type(error_of_read(refusal("BDC_9999"), "x")) is errors.APIError
    assert isinstance(error_of_change(refusal("BDC_9999"), "x"), errors.OutcomeUnknown)


@pytest.mark.parametrize("text", ["This bill was already paid.", "The amount exceeds due amount."])
def test_words_tell_presence_where_the_code_is_unknown(text: str) -> None:
    assert classify(refusal("BDC_9999", text)).certainty is PRESENCE
    assert classify(refusal("BDC_1109", text)).certainty is RETRY


@pytest.mark.parametrize("code", ["BDC_1117", "BDC_1119", "BDC_1124", "BDC_1129", "BDC_1159", "BDC_1171"])
def test_one_bad_bill_of_several_leaves_all_of_them_open(code: str) -> None:
    assert classify(refusal(code), bills_in_call=2).certainty is DOUBTFUL


@pytest.mark.parametrize("code", ["BDC_1108", "BDC_1121", "BDC_1122", "BDC_1109", "BDC_1361", "BDC_1152", "BDC_1322"])
def test_a_refusal_of_the_whole_call_stays_certain_with_several_bills(code: str) -> None:
    assert classify(refusal(code), bills_in_call=200).not_applied


def test_success_is_applied() -> None:
    assert classify(Reply(200, 0, "Success", {})).certainty is Certainty.APPLIED


@pytest.mark.parametrize(
    ("error", "certainty"),
    [
        (errors.ConnectionFailed(), RETRY),
        (errors.NotSent(), RETRY),
        (errors.RequestTimedOut(), NONE),
        (errors.MalformedReply(), NONE),
    ],
)
def test_a_failure_of_the_wire_is_judged_by_whether_it_may_have_happened(
    error: errors.TransportError, certainty: Certainty
) -> None:
    verdict = classify(error)
    assert verdict.certainty is certainty
    assert verdict.transport is error


def test_an_error_that_was_raised_is_judged_like_its_reply() -> None:
    assert classify(error_of_read(refusal("BDC_1109"), "x")).certainty is RETRY


def test_the_scope_tells_what_to_stop() -> None:
    scopes = {
        "BDC_1144": Scope.HOUR,
        "BDC_1361": Scope.PAYMENTS,
        "BDC_1101": Scope.LOGIN,
        "BDC_1107": Scope.ORGANIZATION,
    }
    assert {code: classify(refusal(code)).scope for code in scopes} == scopes
    assert classify(refusal("BDC_9999")).scope is Scope.CALL
