"""A server of raw sockets, so that a test decides on every byte and every silence."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

SUCCESS = b'{"response_status":0,"response_message":"Success","response_data":{"id":"00901AAAAAAAAAAAAAAA"}}'


@dataclass
class Heard:
    """What reached the server."""

    url: str
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


Answer = Callable[[socket.socket, Heard], object]


def http(body: bytes = SUCCESS, *headers: str, status: str = "200 OK") -> bytes:
    """Return an answer as bytes."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Date: Mon, 02 Mar 2026 18:00:00 GMT", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def whole(answer: bytes) -> Answer:
    """Answer at once."""
    return lambda sock, _: sock.sendall(answer)


@contextmanager
def served(answer: Answer) -> Iterator[Heard]:
    """Answer every request on a free port in the given way; the connection stays open unless the answer closes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard = Heard(f"http://127.0.0.1:{listener.getsockname()[1]}/api/v2")
    threads = [threading.Thread(target=_accept, args=(listener, heard, answer), daemon=True)]
    threads[0].start()
    try:
        yield heard
    finally:
        heard.closing.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        threads[0].join(5)


def _accept(listener: socket.socket, heard: Heard, answer: Answer) -> None:
    workers = []
    while True:
        try:
            sock, _ = listener.accept()
        except OSError:
            break
        heard.connections += 1
        workers.append(threading.Thread(target=_converse, args=(sock, heard, answer), daemon=True))
        workers[-1].start()
    for worker in workers:
        worker.join(5)


def _converse(sock: socket.socket, heard: Heard, answer: Answer) -> None:
    sock.settimeout(0.1)
    with sock, suppress(OSError):
        while (request := _read(sock, heard)) and not heard.closing.is_set():
            heard.requests.append(request)
            answer(sock, heard)


def _read(sock: socket.socket, heard: Heard) -> bytes:
    data, length = b"", None
    while length is None or len(data) < length:
        if heard.closing.is_set():
            return b""
        try:
            piece = sock.recv(65536)
        except TimeoutError:
            continue
        if not piece:
            return b""
        data += piece
        head, mark, _ = data.partition(b"\r\n\r\n")
        if mark:
            sizes = [
                int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
            ]
            length = len(head) + 4 + (sizes[0] if sizes else 0)
    return data
