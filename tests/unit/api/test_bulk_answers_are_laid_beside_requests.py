"""What a bulk answer says of each object: only a true echo is believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from flask_billcom.api import Certainty, Reply
from flask_billcom.api.replies import ItemReply, parse_bulk

NONE, APPLIED, REFUSED = Certainty.NO_ANSWER, Certainty.APPLIED, Certainty.REFUSED
SENT = ["N-1", "N-2", "N-3"]


def made(number: str, place: int = 0) -> dict[str, Any]:
    data = {"entity": "Bill", "id": f"00n01{number}{place:012}", "invoiceNumber": number}
    return {"response_status": 0, "response_message": "Success", "response_data": data}


def refused(code: str) -> dict[str, Any]:
    data = {"error_code": code, "error_message": "no"}
    return {"response_status": 1, "response_message": "Error", "response_data": data}


def judged(bulk: object, *, status: int = 0, sent: list[str] = SENT) -> list[ItemReply]:
    return parse_bulk(
        Reply(200, status, "", {"bulk": bulk}),
        sent,
        number=lambda number: number,
        echo=lambda w: w.get("invoiceNumber"),
    )


def certainties(items: list[ItemReply]) -> list[Certainty]:
    return [item.verdict.certainty for item in items]


def test_all_good() -> None:
    items = judged([made(number) for number in SENT])
    assert certainties(items) == [APPLIED] * 3
    assert [item.index for item in items] == [0, 1, 2]
    assert [item.remote_id for item in items] == [f"00n01{number}{0:012}" for number in SENT]


@pytest.mark.parametrize("status", [0, 1])
def test_the_inner_envelopes_decide_whatever_the_outer_one_says(status: int) -> None:
    items = judged([made("N-1"), refused("BDC_1119"), made("N-3")], status=status)
    assert certainties(items) == [APPLIED, REFUSED, APPLIED]
    assert items[1].remote_id is None


def test_a_plain_error_is_judged_as_one() -> None:
    for code, certainty in (("BDC_1109", Certainty.NOT_APPLIED_RETRY), ("BDC_1122", REFUSED), ("BDC_1001", NONE)):
        reply = Reply(200, 1, "Error", {"error_code": code}, None, code, "")
        items = parse_bulk(reply, SENT, number=str, echo=lambda w: w)
        assert certainties(items) == [certainty] * 3


def test_a_plain_refusal_that_one_object_may_have_caused_leaves_all_open() -> None:
    reply = Reply(200, 1, "Error", {"error_code": "BDC_1117"}, None, "BDC_1117", "")
    assert certainties(parse_bulk(reply, SENT, number=str, echo=lambda w: w)) == [Certainty.DOUBTFUL] * 3
    assert certainties(parse_bulk(reply, SENT[:1], number=str, echo=lambda w: w)) == [REFUSED]


def test_a_short_answer_leaves_the_tail_unknown() -> None:
    assert certainties(judged([made("N-1"), made("N-2")])) == [APPLIED, APPLIED, NONE]
    assert certainties(judged([])) == [NONE] * 3


@pytest.mark.parametrize(
    "bulk",
    [
        [made("N-2"), made("N-1"), made("N-3")],
        [made("N-1"), made("X"), made("N-3")],
        [made("N-1"), made("N-2"), made("N-3"), made("N-4")],
        [made("N-1"), made("N-1"), made("N-3")],
        [{**made("N-1"), "response_data": {"id": "00n01"}}, made("N-2"), made("N-3")],
        [{**made("N-1"), "response_data": {"id": "same", "invoiceNumber": number}} for number in SENT],
        None,
        {},
        "bulk",
    ],
    ids=["other order", "foreign echo", "too long", "twice", "no echo", "one id", "none", "object", "text"],
)
def test_an_answer_that_does_not_fit_leaves_everything_unknown(bulk: object) -> None:
    assert certainties(judged(bulk)) == [NONE] * 3


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        {},
        {"response_status": 0},
        {**made("N-2"), "response_data": None},
        {**made("N-2"), "response_data": []},
        {**made("N-2"), "response_data": {"invoiceNumber": "N-2"}},
        {**made("N-2"), "response_data": {"invoiceNumber": "N-2", "id": 5}},
        {**refused("BDC_1119"), "response_status": 0},
        refused("nonsense"),
    ],
)
def test_a_broken_envelope_leaves_its_own_object_unknown(broken: object) -> None:
    assert certainties(judged([made("N-1"), broken, made("N-3")])) == [APPLIED, NONE, APPLIED]


def test_an_object_may_be_wrapped_once_more() -> None:
    wrapped: Mapping[str, Any] = {**made("N-1"), "response_data": {"obj": made("N-1")["response_data"]}}
    assert certainties(judged([wrapped], sent=["N-1"])) == [APPLIED]


def test_success_without_a_list_is_no_answer() -> None:
    reply = Reply(200, 0, "Success", {"id": "00n01"})
    assert certainties(parse_bulk(reply, SENT, number=str, echo=lambda w: w)) == [NONE] * 3
