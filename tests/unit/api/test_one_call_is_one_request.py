"""The transport over real sockets: one request, one deadline, nothing followed, kept or repeated."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import time

import pytest

from flask_billcom.api import Secret, Transport
from flask_billcom.errors import (
    ConfigurationError,
    ConnectionFailed,
    MalformedReply,
    NotSent,
    RequestTimedOut,
    TransportError,
)
from tests.unit.api.wire_server import SUCCESS, Heard, http, served, whole


class Watch:
    """Seconds that a test can move on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


def transport(heard: Heard, **options: object) -> Transport:
    return Transport(heard.url, dev_key=Secret("KEY-CANARY"), timeout_s=0.4, **options)  # type: ignore[arg-type]


def send(heard: Heard, **options: object) -> object:
    sender = transport(heard, **options)
    try:
        return sender.call("Crud/Read/Vendor.json", {"id": "x"}, session_id="SID-CANARY", idempotent=False).data
    finally:
        sender.close()


def dribble(sock: socket.socket, heard: Heard, answer: bytes) -> None:
    for place in range(len(answer)):
        if heard.closing.wait(0.05):
            return
        sock.sendall(answer[place : place + 1])


def test_an_answer_comes_back_with_the_servers_time() -> None:
    with served(whole(http())) as heard:
        sender = transport(heard)
        reply = sender.call("Crud/Read/Vendor.json", {"id": "x"}, session_id="sid", idempotent=True)
        sender.close()
    assert reply.ok
    assert reply.server_date is not None
    assert reply.server_date.isoformat() == "2026-03-02T18:00:00+00:00"
    assert heard.requests[0].startswith(b"POST /api/v2/Crud/Read/Vendor.json HTTP/1.1\r\n")
    assert heard.requests[0].endswith(b"devKey=KEY-CANARY&sessionId=sid&data=%7B%22id%22%3A%22x%22%7D")


def test_a_dribbled_body_ends_at_the_deadline() -> None:
    with served(lambda sock, heard: dribble(sock, heard, http())) as heard:
        started = time.monotonic()
        with pytest.raises(RequestTimedOut):
            send(heard)
        assert time.monotonic() - started < 1


def test_dribbled_headers_end_at_the_deadline() -> None:
    answer = b"HTTP/1.1 200 OK\r\n" + b"X-Filler: abcdefgh\r\n" * 100
    with served(lambda sock, heard: dribble(sock, heard, answer)) as heard, pytest.raises(RequestTimedOut):
        send(heard)


def test_silence_ends_at_the_deadline_and_the_socket_is_shut() -> None:
    gone = threading.Event()

    def listen(sock: socket.socket, _: Heard) -> None:
        sock.settimeout(5)
        if sock.recv(1) == b"":
            gone.set()

    with served(listen) as heard, pytest.raises(RequestTimedOut) as caught:
        send(heard)
    assert gone.wait(5)
    assert caught.value.may_have_happened


def test_a_reset_after_the_write_leaves_the_outcome_open() -> None:
    def reset(sock: socket.socket, _: Heard) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()

    with served(reset) as heard, pytest.raises(RequestTimedOut):
        send(heard)
    assert len(heard.requests) == 1


def test_a_connection_closed_without_an_answer_is_not_tried_again() -> None:
    with served(lambda sock, _: sock.close()) as heard, pytest.raises(RequestTimedOut):
        send(heard)
    assert len(heard.requests) == 1


def test_a_refused_connection_proves_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard = Heard(f"http://127.0.0.1:{listener.getsockname()[1]}/api/v2")
    with pytest.raises(ConnectionFailed) as caught:
        send(heard)
    assert not caught.value.may_have_happened


Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int]]


def addresses(*ports: int) -> list[Address]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)) for port in ports]


def test_the_next_address_of_a_host_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    with served(whole(http())) as heard:
        port = int(heard.url.split(":")[2].partition("/")[0])
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses(closed, port))
        assert send(heard)


def test_all_addresses_and_attempts_share_one_time_for_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    looked_up: list[object] = []

    def look_up(*_: object, **__: object) -> list[Address]:
        looked_up.append(None)
        watch.ahead += 4
        return addresses(closed, closed)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    sender = Transport(f"http://127.0.0.1:{closed}/api/v2", dev_key="k", connect_timeout_s=10, monotonic=watch)
    with pytest.raises(NotSent):
        sender.call("Errors.json", idempotent=True)
    sender.close()
    assert len(looked_up) == 3


def test_an_unknown_host_was_never_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    sender = Transport("http://127.0.0.1:1/api/v2", dev_key="k")
    with pytest.raises(ConnectionFailed):
        sender.call("Errors.json", idempotent=True)
    sender.close()


def test_what_fails_before_tls_is_there_was_never_sent() -> None:
    with served(lambda sock, _: sock.close()) as heard:
        secure = Heard(heard.url.replace("http://", "https://"))
        with pytest.raises(ConnectionFailed):
            send(secure)


def test_past_not_after_nothing_is_written() -> None:
    watch = Watch()
    with served(whole(http())) as heard:
        sender = transport(heard, monotonic=watch)
        sender.call("Errors.json", idempotent=True)
        with pytest.raises(NotSent):
            sender.call("PayBills.json", {}, not_after=watch() - 1, idempotent=False)
        sender.close()
    assert len(heard.requests) == 1


def test_not_after_is_checked_at_the_first_byte_not_before_connecting() -> None:
    watch = Watch()
    with served(whole(http())) as heard:
        sender = transport(heard, monotonic=watch)
        session, budget = sender._session()
        connected: list[bool] = []

        class Slow(type(session.get_adapter(heard.url))):  # type: ignore[misc]  # the transport's own adapter
            def send(self, *args: object, **kwargs: object) -> object:
                connected.append(True)
                watch.ahead += 60
                return super().send(*args, **kwargs)

        session.mount("http://", Slow(budget))
        with pytest.raises(NotSent):
            sender.call("PayBills.json", {}, not_after=watch() + 10, idempotent=False)
        sender.close()
    assert connected
    assert heard.requests == []


@pytest.mark.parametrize(
    ("idle_s", "idempotent", "connections"), [(4, False, 1), (6, False, 2), (6, True, 1), (61, True, 2)]
)
def test_a_change_takes_no_connection_that_was_idle_for_long(
    idle_s: int,
    idempotent: bool,  # noqa: FBT001 - a column of the table above
    connections: int,
) -> None:
    watch = Watch()
    with served(whole(http())) as heard:
        sender = transport(heard, monotonic=watch)
        sender.call("Errors.json", idempotent=True)
        watch.ahead += idle_s
        sender.call("PayBills.json", {}, idempotent=idempotent)
        sender.close()
    assert heard.connections == connections


def test_a_redirect_is_not_followed() -> None:
    answer = http(b"", "Location: http://169.254.169.254/latest/", status="302 Found")
    with served(whole(answer)) as heard, pytest.raises(MalformedReply) as caught:
        send(heard)
    assert len(heard.requests) == 1
    assert caught.value.http == 302
    assert caught.value.server_date is not None


def test_a_cookie_is_never_sent_back() -> None:
    with served(whole(http(SUCCESS, "Set-Cookie: sid=OLD; Path=/"))) as heard:
        sender = transport(heard)
        for _ in range(2):
            sender.call("Errors.json", idempotent=True)
        session, _ = sender._session()
        sender.close()
    assert not list(session.cookies)
    assert all(b"cookie" not in request.lower() for request in heard.requests)


def test_a_proxy_of_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with served(whole(http())) as heard:
        assert send(heard) == {"id": "00901AAAAAAAAAAAAAAA"}


def test_a_packed_answer_is_unpacked() -> None:
    with served(whole(http(gzip.compress(SUCCESS), "Content-Encoding: gzip"))) as heard:
        assert send(heard) == {"id": "00901AAAAAAAAAAAAAAA"}


LONG = SUCCESS[:-1] + b" " * 17_000_000 + SUCCESS[-1:]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (http(gzip.compress(LONG), "Content-Encoding: gzip"), "longer than 16 MB"),
        (http(LONG), "longer than 16 MB"),
        (http(gzip.compress(SUCCESS)[:-9], "Content-Encoding: gzip"), "ends too early"),
        (http(b"not gzip", "Content-Encoding: gzip"), "cannot be unpacked"),
        (http(SUCCESS, "Content-Encoding: br"), "was not asked for"),
        (http(b"[" * 100_000), "not JSON"),
        (http(b'{"a":' * 60 + b"1" + b"}" * 60), "nested deeper"),
    ],
    ids=["bomb", "long", "cut", "garbage", "unasked", "deep garbage", "deep"],
)
def test_an_answer_that_is_too_much_is_refused(answer: bytes, problem: str) -> None:
    with served(whole(answer)) as heard:
        sender = Transport(heard.url, dev_key="k", timeout_s=10)
        with pytest.raises(MalformedReply, match=problem):
            sender.call("Errors.json", idempotent=True)
        sender.close()


def test_an_answer_shorter_than_announced_is_none() -> None:
    def cut(sock: socket.socket, _: Heard) -> None:
        sock.sendall(http()[:-5])
        sock.close()

    with served(cut) as heard, pytest.raises(TransportError) as caught:
        send(heard)
    assert caught.value.may_have_happened


def test_an_address_that_was_not_allowed_gets_no_request() -> None:
    with served(whole(http())) as heard, served(whole(http())) as other:
        sender = transport(heard)
        with pytest.raises(ConfigurationError):
            sender.call("Errors.json", end_point=other.url, idempotent=True)
        sender.close()
    assert other.connections == 0
    assert heard.connections == 0


def test_each_thread_has_its_own_connection() -> None:
    with served(whole(http())) as heard:
        sender = transport(heard)

        def call() -> None:
            sender.call("Errors.json", idempotent=True)
            sender.close()

        threads = [threading.Thread(target=call) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
    assert heard.connections == 3


@pytest.fixture
def failures() -> list[TransportError]:
    found: list[TransportError] = []
    for answer in (whole(b"garbage"), whole(http(b"<html>")), lambda sock, _: sock.close()):
        with served(answer) as heard:
            try:
                send(heard)
            except TransportError as error:
                found.append(error)
    return found


def test_no_error_carries_what_was_sent(failures: list[TransportError]) -> None:
    assert len(failures) == 3
    for error in failures:
        assert error.__cause__ is None
        assert error.__context__ is None
        assert "CANARY" not in repr(error) + str(error) + repr(vars(error))
