from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus, unquote_plus

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from flask_billcom.simulator.serving.server import serve
from flask_billcom.simulator.serving.wire import LARGEST_BODY, _read_fields
from tests.simulator.caller import Caller, MakeCaller, Refuse


def test_every_answer_carries_the_simulators_date(bill: Caller) -> None:
    assert bill.post("CurrentTime.json").headers["Date"] == "Mon, 02 Mar 2026 17:00:00 GMT"
    bill.simulator.clock.advance(seconds=86_400)
    assert bill.post("Nonsense.json").headers["Date"] == "Tue, 03 Mar 2026 17:00:00 GMT"
    assert bill.http.get("https://x.test/simulator/clock", timeout=5).headers["Date"] == "Tue, 03 Mar 2026 17:00:00 GMT"


def test_errors_come_with_http_200_and_unknown_paths_with_404(bill: Caller) -> None:
    assert bill.post("Crud/Read/Vendor.json", {"id": "x"}).status_code == 200
    reply = bill.post("Nonsense.json")
    assert reply.status_code == 404
    assert reply.json()["response_data"]["error_code"] == "BDC_1121"


def test_credentials_may_stand_in_the_query_string(bill: Caller) -> None:
    settings = bill.simulator.settings
    query = {"devKey": settings.dev_key, "sessionId": bill.session_id}
    reply = bill.http.post(f"{bill.base}/GetSessionInfo.json", params=query, timeout=5)
    assert reply.json()["response_status"] == 0


def test_login_may_be_multipart(bill: Caller) -> None:
    settings = bill.simulator.settings
    form = {
        "userName": settings.user_name,
        "password": settings.password,
        "orgId": settings.org_id,
        "devKey": settings.dev_key,
    }
    parts = {name: (None, value) for name, value in form.items()}
    assert bill.http.post(f"{bill.base}/Login.json", files=parts, timeout=5).json()["response_status"] == 0


def test_appkey_is_another_name_of_devkey(bill: Caller) -> None:
    form = {"appkey": bill.simulator.settings.dev_key, "sessionId": bill.session_id}
    assert bill.http.post(f"{bill.base}/CurrentTime.json", data=form, timeout=5).json()["response_status"] == 0


@pytest.mark.parametrize("data", ["{", "[1]", '"x"', "NaN", '{"a": NaN}', "[" * 100_000, "\x00"])
def test_what_is_no_json_object_is_refused(bill: Caller, refused: Refuse, data: Any) -> None:
    refused("BDC_1122", bill, "Crud/Read/Vendor", data)


@pytest.mark.parametrize("data", [None, "", "{}", "null"])
def test_no_data_can_be_said_in_many_ways(bill: Caller, data: Any) -> None:
    assert bill("CurrentTime", data) == {"currentTime": "2026-03-02T17:00:00.000+0000"}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v1/Login.json", "BDC_1005"),
        ("/api/v9/Login.json", "BDC_1003"),
        ("/api/v2/Login", "BDC_1121"),
        ("/", "BDC_1121"),
    ],
)
def test_other_versions_and_paths(bill: Caller, path: Any, code: Any) -> None:
    reply = bill.http.post(f"https://api-stage.bill.com{path}", data={"devKey": "x"}, timeout=5)
    assert reply.json()["response_data"]["error_code"] == code


def test_bulk_works_without_json_in_its_path(bill: Caller) -> None:
    form = {"data": json.dumps({"bulk": [{"obj": {"entity": "Vendor", "name": "V"}}]})}
    assert bill.post("Bulk/Crud/Create/Vendor", form["data"]).json()["response_status"] == 0


def test_a_bulk_answer_has_one_envelope_per_object(bill: Caller) -> None:
    objects = [{"obj": {"entity": "Vendor", "name": "A"}}, {"obj": {"entity": "Vendor"}}, "nonsense"]
    answer = bill.envelope("Bulk/Crud/Create/Vendor", {"bulk": objects})
    inner = answer["response_data"]["bulk"]
    assert (answer["response_status"], answer["response_message"]) == (1, "Error")
    assert [each["response_status"] for each in inner] == [0, 1, 1]
    assert inner[0]["response_data"]["name"] == "A"
    assert inner[1]["response_data"]["error_code"] == "BDC_1117"
    deleted = bill("Bulk/Crud/Delete/Vendor", {"bulk": [{"id": inner[0]["response_data"]["id"]}]})
    assert deleted["bulk"][0]["response_data"]["isActive"] == "2"


@pytest.mark.parametrize(
    ("mode", "codes", "made"),
    [
        ("per_item", [None, "BDC_1117"], 1),
        ("rollback", ["BDC_1246", "BDC_1117"], 0),
        ("short", [None], 1),
        ("reordered", ["BDC_1117", None], 1),
    ],
)
def test_bulks_may_fail_in_four_ways(make_caller: MakeCaller, mode: Any, codes: Any, made: Any) -> None:
    bill = make_caller(bulk=mode)
    objects = [{"obj": {"entity": "Vendor", "name": "A"}}, {"obj": {"entity": "Vendor"}}]
    inner = bill.envelope("Bulk/Crud/Create/Vendor", {"bulk": objects})["response_data"]["bulk"]
    assert [each["response_data"].get("error_code") for each in inner] == codes
    assert len(bill.simulator.books.vendors) == made


def test_a_bulk_of_one_object_leaves_what_it_made_and_nothing_of_what_it_could_not_make(
    make_caller: MakeCaller,
) -> None:
    bill = make_caller(bulk="rollback")
    bill("Bulk/Crud/Create/Vendor", {"bulk": [{"obj": {"entity": "Vendor", "name": "A"}}]})
    refused = bill.envelope("Bulk/Crud/Create/Vendor", {"bulk": [{"obj": {"entity": "Vendor"}}]})
    assert refused["response_data"]["bulk"][0]["response_data"]["error_code"] == "BDC_1117"
    assert [vendor["name"] for vendor in bill.simulator.books.vendors] == ["A"]


def test_amounts_survive_without_a_float(bill: Caller) -> None:
    vendor = bill.vendor()
    for number, text in enumerate(("0.1", "0.29", "1234567890.12", "-5.00")):
        made = bill.bill(vendor, text, number=str(number))
        assert made["amount"] == Decimal(text)


def test_text_survives_whole(bill: Caller) -> None:
    text = 'Ünïcødé "quoted" \\ / \t\n 100% + = & 漢字 \U0001f600 \u202e'
    assert bill.create("Vendor", name=text)["name"] == text
    assert bill.list("Vendor", ("name", "=", text))[0]["name"] == text


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=4))
def test_forms_are_read_as_the_standard_library_reads_them(form: Any) -> None:
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in form.items()).encode()
    assert _read_fields(body) == {unquote_plus(quote_plus(name)): value for name, value in form.items()}


def test_too_large_a_body_is_refused(bill: Caller) -> None:
    reply = bill.post("Crud/Create/Vendor.json", "x" * (LARGEST_BODY + 1))
    assert reply.status_code == 413


def test_the_server_keeps_connections_takes_chunks_and_answers_expectations(bill: Caller) -> None:
    with serve(bill.simulator) as server, requests.Session() as session:
        url = f"{server.url}/api/v2/CurrentTime.json"
        body = f"devKey={bill.simulator.settings.dev_key}&sessionId={bill.session_id}".encode()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        for headers, sent in (
            (form, body),
            (form, iter([body[:7], body[7:]])),
            ({**form, "Expect": "100-continue"}, body),
            ({**form, "Connection": "close"}, body),
        ):
            assert session.post(url, data=sent, headers=headers, timeout=5).json()["response_status"] == 0
        assert session.head(f"{server.url}/simulator/clock", timeout=5).status_code in {200, 404}
