"""Only a v2 envelope is an answer."""

from __future__ import annotations

import json

import pytest
import requests
import responses

from flask_billcom.api import Transport
from flask_billcom.api.envelope import parse_date, read_reply
from flask_billcom.errors import MalformedReply

BASE = "https://api-stage.bill.com/api/v2"
EXPIRED = {"error_code": "BDC_1109", "error_message": "Session is invalid. Please log in."}


def envelope(status: object = 0, message: object = "Success", **rest: object) -> bytes:
    return json.dumps({"response_status": status, "response_message": message, **rest}).encode()


def test_success_holds_what_stands_under_response_data() -> None:
    reply = read_reply(200, envelope(response_data=[{"id": "x"}]))
    assert reply.ok
    assert reply.data == [{"id": "x"}]


def test_success_may_stand_beside_the_status() -> None:
    assert read_reply(200, envelope(requestId="nrr01", networkId="1")).data == {"requestId": "nrr01", "networkId": "1"}
    assert read_reply(200, envelope(requestId="nrr01", response_data={})).data == {"requestId": "nrr01"}


def test_an_error_holds_code_and_words() -> None:
    reply = read_reply(200, envelope(1, "Error", response_data=EXPIRED))
    assert (reply.ok, reply.code, reply.error_message) == (False, "BDC_1109", "Session is invalid. Please log in.")


def test_an_error_may_hold_one_envelope_for_each_object() -> None:
    reply = read_reply(200, envelope(1, "Error", response_data={"bulk": []}))
    assert not reply.ok
    assert reply.has_items
    assert reply.code is None


def test_404_is_an_answer_only_with_its_own_code() -> None:
    unknown = {"error_code": "BDC_1121", "error_message": "API not supported."}
    assert read_reply(404, envelope(1, "Error", response_data=unknown)).code == "BDC_1121"
    with pytest.raises(MalformedReply):
        read_reply(404, envelope(1, "Error", response_data=EXPIRED))
    with pytest.raises(MalformedReply):
        read_reply(404, envelope(response_data={}))


@pytest.mark.parametrize("http", [201, 204, 301, 302, 400, 401, 403, 409, 422, 429, 500, 502, 503, 504])
def test_any_other_http_status_is_no_answer_whatever_it_says(http: int) -> None:
    with pytest.raises(MalformedReply) as caught:
        read_reply(http, envelope(response_data={}))
    assert caught.value.http == http


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"Success"',
        b"<html>502</html>",
        envelope()[:-1],
        envelope(2),
        envelope("0"),
        envelope(True),
        envelope(0, None),
        envelope(0, "Success", response_data=5),
        envelope(0, "Success", response_data=EXPIRED),
        envelope(1, "Error"),
        envelope(1, "Error", response_data=[]),
        envelope(1, "Error", response_data={}),
        envelope(1, "Error", response_data={"error_code": None}),
        envelope(1, "Error", response_data={"error_code": 1109}),
        envelope(1, "Error", response_data={"error_code": "1109"}),
        envelope(1, "Error", response_data={"bulk": {}}),
        json.dumps({"response_message": "Success", "response_data": {}}).encode(),
    ],
)
def test_what_is_no_envelope_is_no_answer(body: bytes) -> None:
    with pytest.raises(MalformedReply):
        read_reply(200, body)


@pytest.mark.parametrize("header", [None, "", "yesterday", "Mon, 99 Foo 2026 18:00:00 GMT", "0"])
def test_an_unreadable_date_is_no_date(header: str | None) -> None:
    assert parse_date(header) is None


@responses.activate
@pytest.mark.parametrize(
    ("body", "status"), [(b"<html>maintenance</html>", 200), (b"", 200), (b"Bad Gateway", 502), (b'{"a"', 200)]
)
def test_a_malformed_answer_keeps_the_servers_time(body: bytes, status: int) -> None:
    responses.post(f"{BASE}/PayBills.json", body=body, status=status, headers={"Date": "Mon, 02 Mar 2026 18:00:00 GMT"})
    transport = Transport(BASE, dev_key="k")
    with pytest.raises(MalformedReply) as caught:
        transport.call("PayBills.json", {}, idempotent=False)
    transport.close()
    assert caught.value.server_date is not None
    assert caught.value.server_date.hour == 18
    assert caught.value.http == status
    assert len(responses.calls) == 1


@responses.activate
def test_a_session_that_a_test_provides_is_used_and_tamed() -> None:
    responses.post(f"{BASE}/Errors.json", body=envelope(response_data=[]), headers={"Set-Cookie": "sid=1"})
    made: list[requests.Session] = []

    def factory() -> requests.Session:
        made.append(requests.Session())
        return made[-1]

    transport = Transport(BASE, dev_key="k", session_factory=factory)
    assert transport.call("Errors.json", idempotent=True).data == []
    assert transport.call("Errors.json", idempotent=True).data == []
    assert len(made) == 1
    assert not made[0].trust_env
    assert not list(made[0].cookies)
    assert "Cookie" not in responses.calls[1].request.headers
    transport.close()
