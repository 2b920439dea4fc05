"""Requests as the HTTP libraries of many languages write them are understood."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

import pytest

from flask_billcom.simulator.serving.server import Server, serve
from tests.simulator.caller import Caller

URLENCODED = "application/x-www-form-urlencoded"


@pytest.fixture
def server(bill: Caller) -> Iterator[Server]:
    with serve(bill.simulator) as running:
        yield running


def signed(bill: Caller, **fields: str) -> dict[str, str]:
    return {"devKey": bill.simulator.settings.dev_key, "sessionId": bill.session_id, **fields}


def urlencoded(bill: Caller, **fields: str) -> bytes:
    return "&".join(f"{name}={quote_plus(value)}" for name, value in signed(bill, **fields).items()).encode()


def posted(bill: Caller, path: str, body: bytes, kind: str = URLENCODED) -> Any:
    url = f"{bill.base.removesuffix('/api/v2')}{path}"
    return bill.http.post(url, data=body, headers={"Content-Type": kind}, timeout=5).json()


def spoken(server: Server, *said: bytes) -> bytes:
    """Say something to a server, and return all that it answers until it hangs up."""
    with socket.create_connection((server.host, server.port), timeout=5) as connection:
        for each in said:
            connection.sendall(each)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


def written(bill: Caller, path: str, *, version: str = "1.1", **headers: str) -> bytes:
    body = urlencoded(bill)
    head = {"Host": "x.test", "Content-Type": URLENCODED, "Content-Length": str(len(body)), **headers}
    lines = [f"POST {path} HTTP/{version}", *(f"{name}: {value}" for name, value in head.items()), "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize("name", ["100% sure", "50%% off", "a%zz", "%", "5% + 3%"])
def test_a_percent_sign_that_stands_for_itself_is_kept(bill: Caller, name: str) -> None:
    data = json.dumps({"obj": {"entity": "Vendor", "name": name.replace("+", "and")}})
    body = b"&".join([urlencoded(bill), b"data=" + data.encode()])
    made = posted(bill, "/api/v2/Crud/Create/Vendor.json", body)
    assert made["response_data"]["name"] == name.replace("+", "and")


def test_json_that_is_not_percent_encoded_is_read(bill: Caller) -> None:
    data = json.dumps({"obj": {"entity": "Vendor", "name": 'Ünï "q" = x'}}, ensure_ascii=False, indent=2)
    body = urlencoded(bill) + b"&data=" + data.encode()
    assert posted(bill, "/api/v2/Crud/Create/Vendor.json", body)["response_data"]["name"] == 'Ünï "q" = x'


@pytest.mark.parametrize(
    "path", ["/api/v2//CurrentTime.json", "//api/v2/CurrentTime.json", "/api//v2/CurrentTime.json"]
)
def test_a_base_address_with_a_slash_too_many_works(bill: Caller, path: str) -> None:
    assert posted(bill, path, urlencoded(bill))["response_status"] == 0


@pytest.mark.parametrize("kind", [f"{URLENCODED}; charset=UTF-8", URLENCODED.upper(), "text/plain", ""])
def test_a_form_is_read_whatever_it_is_called(bill: Caller, kind: str) -> None:
    assert posted(bill, "/api/v2/CurrentTime.json", urlencoded(bill), kind)["response_status"] == 0


@pytest.mark.parametrize(
    ("line", "disposition"),
    [
        ("\r\n", 'Content-Disposition: form-data; name="{}"'),
        ("\r\n", "Content-Disposition: form-data; name={}"),
        ("\n", 'Content-Disposition: form-data; name="{}"'),
        ("\r\n", 'content-disposition:form-data;name="{}"'),
        ("\r\n", 'Content-Type: text/plain; charset=utf-8{0}Content-Disposition: form-data; name="{1}"'),
        ("\r\n", 'Content-Disposition: form-data; name="{1}"{0}Content-Type: text/plain; name="x"{0}Content-Length: 9'),
    ],
)
def test_parts_of_a_form_may_be_written_in_many_ways(bill: Caller, line: str, disposition: str) -> None:
    def part(name: str, value: str) -> str:
        head = disposition.format(line, name) if "{0}" in disposition else disposition.format(name)
        return f"--the mark{line}{head}{line}{line}{value}{line}"

    body = "".join(part(name, value) for name, value in signed(bill, data="{}").items()) + f"--the mark--{line}"
    kind = 'multipart/form-data; boundary="the mark"'
    assert posted(bill, "/api/v2/CurrentTime.json", body.encode(), kind)["response_status"] == 0


@pytest.mark.parametrize(
    "disposition",
    [
        'form-data; name="file"; filename="B-1.txt"',
        'form-data; filename="B-1.txt"; name="file"',
        "form-data; name=file; filename=B-1.txt; filename*=utf-8''B-1.txt",
        "form-data; name=\"file\"; filename*=utf-8''B%2D1.txt",
    ],
)
def test_a_file_is_found_however_its_part_is_headed(bill: Caller, disposition: str) -> None:
    found = bill.bill(bill.vendor())
    fields = signed(bill, data=json.dumps({"id": found["id"], "fileName": "B-1.txt"}))
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    parts.append(f"--b\r\nContent-Disposition: {disposition}\r\nContent-Type: text/plain\r\n\r\none\r\ntwo")
    body = "\r\n".join([*parts, "--b--", ""]).encode()
    answer = posted(bill, "/api/v2/UploadAttachment.json", body, "multipart/form-data; boundary=b")
    assert answer["response_status"] == 0
    assert bill("GetDocuments", {"id": found["id"]})["documents"][0]["fileName"] == "B-1.txt"


def test_http_1_0_is_answered_and_hung_up_on(bill: Caller, server: Server) -> None:
    answer = spoken(server, written(bill, "/api/v2/CurrentTime.json", version="1.0"))
    assert b"Connection: close" in answer
    assert b'"response_status":0' in answer


def test_http_1_0_may_ask_to_keep_the_connection(bill: Caller, server: Server) -> None:
    said = written(bill, "/api/v2/CurrentTime.json", version="1.0", Connection="Keep-Alive")
    answer = spoken(server, said, said)
    assert answer.count(b"Connection: keep-alive") == 2
    assert answer.count(b'"response_status":0') == 2


def test_several_requests_may_be_sent_before_the_first_answer(bill: Caller, server: Server) -> None:
    said = written(bill, "/api/v2/CurrentTime.json")
    assert spoken(server, said * 3).count(b'"response_status":0') == 3


def test_a_line_break_after_a_body_is_no_request(bill: Caller, server: Server) -> None:
    said = written(bill, "/api/v2/CurrentTime.json")
    assert spoken(server, said + b"\r\n" + said).count(b'"response_status":0') == 2


def test_a_client_may_take_the_simulator_for_its_proxy(bill: Caller, server: Server) -> None:
    answer = spoken(server, written(bill, "http://api.example.test/api/v2/CurrentTime.json"))
    assert b'"response_status":0' in answer


def test_a_closing_client_is_told_that_the_connection_closes(bill: Caller, server: Server) -> None:
    assert b"Connection: close" in spoken(server, written(bill, "/api/v2/CurrentTime.json", Connection="close"))


@pytest.mark.parametrize(
    "cookie", ["sid={}", "a=b; sid={}; c=d", 'sid="{}"', "a=b;sid={}", "$Version=1; sid={}; $Path=/"]
)
def test_the_session_is_found_among_other_cookies(bill: Caller, cookie: str) -> None:
    form = {"devKey": bill.simulator.settings.dev_key}
    headers = {"Cookie": cookie.format(bill.session_id)}
    reply = bill.http.post(f"{bill.base}/GetSessionInfo.json", data=form, headers=headers, timeout=5)
    assert reply.json()["response_status"] == 0


def test_a_cookie_that_only_ends_like_it_is_none(bill: Caller) -> None:
    form = {"devKey": bill.simulator.settings.dev_key, "sessionId": bill.session_id}
    headers = {"Cookie": "presid=nonsense"}
    reply = bill.http.post(f"{bill.base}/GetSessionInfo.json", data=form, headers=headers, timeout=5)
    assert reply.json()["response_status"] == 0
