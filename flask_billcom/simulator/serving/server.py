"""The simulator over HTTP: a small threaded server that can also do to a socket what networks do to it.

    connection ──thread──> request ──> simulator ──> answer, or: reset, silence, half an answer, a byte at a time

Servers made for production hide the socket from the application, and the faults need it; so this one is ours. It keeps
connections alive, takes chunked bodies, and answers `Expect: 100-continue`.
"""

from __future__ import annotations

import re
import socket
import ssl
import struct
from contextlib import suppress
from io import BytesIO
from threading import BoundedSemaphore, Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import unquote

from flask_billcom.simulator.clock import pause

from .wire import LARGEST_BODY, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Server", "serve"]

Headers = list[tuple[str, str]]
_LARGEST_HEAD: Final = 64 * 1024
_BACKLOG: Final = 128
_IDLE_S: Final = 120.0
_STEP_S: Final = 0.05
_LOOK_S: Final = 0.25
_SILENCE_S: Final = 3600.0
_THROUGH_A_PROXY: Final = re.compile(r"^https?://[^/?]*(?=/)", re.IGNORECASE)
_RESET: Final = struct.pack("ii", 1, 0)


class _Gone(Exception):  # noqa: N818 - ends a connection, no fault of ours
    """The connection is over."""


class Server:
    """Serves one application.

    :param app: the WSGI application.
    :param host: interface to listen on.
    :param port: port to listen on; 0 takes a free one.
    :param threads: requests answered at once; more wait.
    :param tls: the certificate to speak HTTPS with; HTTP by default.
    """

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        threads: int = 16,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._app = app
        self._tls = tls
        self._stopping = Event()
        self._turns = BoundedSemaphore(threads)
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._thread: Thread | None = None
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        # A signal that comes just before accept() blocks is seen only when it returns: so it returns now and then.
        self._socket.settimeout(_LOOK_S)
        self.host, self.port = self._socket.getsockname()[:2]

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{'http' if self._tls is None else 'https'}://{self.host}:{self.port}"

    def run(self) -> None:
        """Accept connections until told to stop."""
        while not self._stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            except OSError:
                break
            with self._lock:
                self._open.add(connection)
            Thread(target=self._attend, args=(connection,), daemon=True).start()
        self._socket.close()

    def start(self) -> Server:
        """Accept connections in a thread of its own."""
        self._thread = Thread(target=self.run, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Accept nothing more and close what is open."""
        self._stopping.set()
        _shut(self._socket)
        self._socket.close()
        with self._lock:
            for connection in self._open:
                _shut(connection)
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *unused: object) -> None:
        self.stop()

    def _attend(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(_IDLE_S)
        try:
            connection = self._secured(connection)
            talk = _Talk(connection, self._stopping)
            while not self._stopping.is_set():
                environ = talk.read()
                with self._turns:
                    keep = talk.answer(self._app, environ)
                if not keep:
                    break
        except (_Gone, OSError):
            pass  # the peer left, or a fault made us leave: there is nobody to tell
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _secured(self, connection: socket.socket) -> socket.socket:
        if self._tls is None:
            return connection
        secured = self._tls.wrap_socket(connection, server_side=True)
        with self._lock:
            self._open.discard(connection)
            self._open.add(secured)
        return secured


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):  # not connected: accept() is woken by the close that follows
        sock.shutdown(socket.SHUT_RDWR)


class _Talk:
    """One connection: requests in, answers out."""

    def __init__(self, connection: socket.socket, stopping: Event) -> None:
        self._connection = connection
        self._stopping = stopping
        self._file = connection.makefile("rb")
        self._sent = False

    def read(self) -> dict[str, Any]:
        """Return the WSGI environment of the next request."""
        line = self._file.readline(_LARGEST_HEAD)
        if line in {b"\r\n", b"\n"}:  # some clients end a body with a line break that its length does not count
            line = self._file.readline(_LARGEST_HEAD)
        if not line:
            raise _Gone
        try:
            method, target, version = line.decode("latin-1").split()
        except ValueError as error:
            raise _Gone from error
        headers = self._headers()
        if headers.get("HTTP_EXPECT", "").lower() == "100-continue":
            self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._body(headers)
        path, _, query = _THROUGH_A_PROXY.sub("", target).partition("?")
        host, port = self._connection.getsockname()[:2]
        return {
            **headers,
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": version,
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "CONTENT_TYPE": headers.get("HTTP_CONTENT_TYPE", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "https" if isinstance(self._connection, ssl.SSLSocket) else "http",
            "wsgi.input": BytesIO(body),
            "simulator.serving.wire": self._fault,
        }

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        size = 0
        while True:
            line = self._file.readline(_LARGEST_HEAD)
            size += len(line)
            if line in {b"\r\n", b"\n"}:
                return headers
            if not line or size > _LARGEST_HEAD:
                raise _Gone
            name, _, value = line.decode("latin-1").partition(":")
            headers[f"HTTP_{name.strip().upper().replace('-', '_')}"] = value.strip()

    def _body(self, headers: dict[str, str]) -> bytes:
        if "chunked" in headers.get("HTTP_TRANSFER_ENCODING", "").lower():
            return self._chunks()
        length = headers.get("HTTP_CONTENT_LENGTH", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self._send("413 Content Too Large", [("Connection", "close"), ("Content-Length", "0")], b"")
            raise _Gone
        body = self._file.read(int(length))
        if len(body) < int(length):
            raise _Gone
        return body

    def _chunks(self) -> bytes:
        parts: list[bytes] = []
        total = 0
        while True:
            try:
                size = int(self._file.readline(_LARGEST_HEAD).partition(b";")[0], 16)
            except ValueError as error:
                raise _Gone from error
            total += size
            if total > LARGEST_BODY:
                raise _Gone
            if not size:
                self._headers()
                return b"".join(parts)
            parts.append(self._file.read(size))
            self._file.readline(_LARGEST_HEAD)

    def answer(self, app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> bool:
        """Send the application's answer; return whether the connection stays."""
        started: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, exc_info: object = None) -> Callable[[bytes], object]:
            del exc_info
            started.append((status, headers))
            return lambda data: data

        self._sent = False
        body = b"".join(app(environ, start))
        wanted = environ.get("HTTP_CONNECTION", "").lower()
        is_old = environ["SERVER_PROTOCOL"] == "HTTP/1.0"
        keep = bool(wanted != "close" and (not is_old or wanted == "keep-alive"))
        if not self._sent:
            status, headers = started[0]
            if is_old or not keep:
                headers = [*headers, ("Connection", "keep-alive" if keep else "close")]
            self._send(status, headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else body)
        return keep

    def _send(self, status: str, headers: Headers, body: bytes) -> None:
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers), "", ""]
        self._connection.sendall("\r\n".join(lines).encode("latin-1") + body)
        self._sent = True

    def _fault(self, reply: Reply, headers: Headers, start: Callable[..., object]) -> list[bytes]:
        """Do to the socket what the fault says."""
        del start
        if reply.fault == "slow":
            self._stopping.wait(reply.seconds or 1.0)
            self._send(reply.status, headers, reply.body)
            return []
        if reply.fault == "dribble":
            self._send(reply.status, headers, b"")
            for place in range(len(reply.body)):
                pause(reply.seconds or _STEP_S)
                self._connection.sendall(reply.body[place : place + 1])
            return []
        if reply.fault == "cut":
            self._send(reply.status, headers, reply.body[: len(reply.body) // 2])
        elif reply.fault == "timeout":
            self._wait_for_the_client()
        elif reply.fault != "idle_close":
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        raise _Gone

    def _wait_for_the_client(self) -> None:
        """Say nothing until the client gives up."""
        self._connection.settimeout(_SILENCE_S)
        self._connection.recv(1)


def serve(
    app: Callable[..., Iterable[bytes]],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    threads: int = 16,
    tls: ssl.SSLContext | None = None,
) -> Server:
    """Return a server that listens already; `run()` or `start()` makes it answer."""
    return Server(app, host=host, port=port, threads=threads, tls=tls)
