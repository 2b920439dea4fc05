"""The simulator behind a `requests.Session`, without a socket: mounted like any transport adapter.

Faults of the wire become the exceptions that requests raises for them on a real socket.
"""

from __future__ import annotations

import sys
from email.message import Message
from http.client import RemoteDisconnected
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from flask_billcom.simulator.clock import pause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from requests import PreparedRequest, Response

    from .wire import Reply

__all__ = ["WSGIAdapter"]

_WSGI: Final[Mapping[str, Any]] = {
    "SCRIPT_NAME": "",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}
_STEP_S: Final = 0.05
Headers = list[tuple[str, str]]


class _Original:
    """What requests looks for cookies in."""

    def __init__(self, headers: Headers) -> None:
        self.msg = Message()
        for name, value in headers:
            self.msg[name] = value

    def isclosed(self) -> bool:
        """Say that there is no connection left to wait for."""
        return True

    def close(self) -> None:
        """Do nothing."""


class _Dribble(BytesIO):
    """A body that comes a byte at a time."""

    def __init__(self, body: bytes, step_s: float, wait: Callable[[float], object]) -> None:
        super().__init__(body)
        self._step_s = step_s
        self._wait = wait

    def read(self, size: int | None = -1) -> bytes:
        if size == 0:
            return b""
        self._wait(self._step_s)
        return super().read(1)

    read1 = read

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        some = self.read(1)
        buffer[: len(some)] = some
        return len(some)


class WSGIAdapter(BaseAdapter):
    """A transport adapter that calls a WSGI application.

    :param app: the application, a `Simulator` as a rule.
    :param wait: what lets the time pass between two bytes of a body that dribbles; a test gives one that moves its
        clock.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], *, wait: Callable[[float], object] = pause) -> None:
        super().__init__()
        self._app = app
        self._wait = wait

    def send(  # type: ignore[override] # keywords of requests that a call in process has no use for
        self,
        request: PreparedRequest,
        *,
        timeout: Any = None,  # noqa: ANN401 - as requests passes it
        **unused: Any,  # noqa: ANN401
    ) -> Response:
        """Return the application's answer to a request."""
        del unused
        answer = _Answer(request, timeout, self._wait)
        body = b"".join(self._app(answer.environ(), answer.start))
        return answer.response(body)

    def close(self) -> None:
        """Do nothing: there is no connection to close."""


class _Answer:
    """One exchange."""

    def __init__(
        self,
        request: PreparedRequest,
        timeout: Any,  # noqa: ANN401 - as requests takes it
        wait: Callable[[float], object],
    ) -> None:
        self.request = request
        self.wait = wait
        self.timeout = timeout[1] if isinstance(timeout, tuple) else timeout
        self.status = 200
        self.reason = "OK"
        self.headers: Headers = []
        self.raw: BytesIO | None = None

    def environ(self) -> dict[str, Any]:
        """Return the WSGI environment of the request."""
        request = self.request
        url = urlsplit(str(request.url))
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else bytes(body)  # type: ignore[arg-type] # never a stream here
        headers = {f"HTTP_{name.upper().replace('-', '_')}": str(value) for name, value in request.headers.items()}
        headers.setdefault("HTTP_HOST", url.netloc.rpartition("@")[2])
        return {
            **_WSGI,
            **headers,
            "REQUEST_METHOD": request.method,
            "PATH_INFO": unquote(url.path),
            "QUERY_STRING": url.query,
            "SERVER_NAME": url.hostname,
            "SERVER_PORT": str(url.port or (443 if url.scheme == "https" else 80)),
            "wsgi.url_scheme": url.scheme,
            "wsgi.input": BytesIO(content),
            "CONTENT_LENGTH": str(len(content)),
            "CONTENT_TYPE": headers.get("HTTP_CONTENT_TYPE", ""),
            "simulator.serving.wire": self.realise,
        }

    def start(self, status: str, headers: Headers, exc_info: object = None) -> Callable[[bytes], object]:
        """Take the status and headers."""
        del exc_info
        self.status, self.reason = int(status[:3]), status[4:]
        self.headers = headers
        return lambda data: data

    def realise(self, reply: Reply, headers: Headers, start: Callable[..., object]) -> Iterator[bytes] | list[bytes]:
        """Do to the answer what a fault of the wire does."""
        if reply.fault in {"slow", "dribble", "cut"}:
            if reply.fault == "slow" and self.timeout is not None and reply.seconds >= self.timeout:
                raise requests.ReadTimeout(f"read timed out (read timeout={self.timeout})", request=self.request)
            start(reply.status, headers)
            if reply.fault == "dribble":
                self.raw = _Dribble(reply.body, reply.seconds or _STEP_S, self.wait)
            return [reply.body[: len(reply.body) // 2] if reply.fault == "cut" else reply.body]
        raise self._failure(reply.fault)

    def _failure(self, fault: str) -> requests.RequestException:
        url = urlsplit(str(self.request.url))
        if fault == "timeout":
            return requests.ReadTimeout(f"read timed out (read timeout={self.timeout})", request=self.request)
        if fault == "connect_refused":
            host, port = url.hostname or "", url.port or 443
            refused = NewConnectionError(HTTPConnection(host, port), "[Errno 111] Connection refused")
            return requests.ConnectionError(
                MaxRetryError(HTTPConnectionPool(host, port), url.path, refused), request=self.request
            )
        if fault == "idle_close":
            cause: Exception = RemoteDisconnected("Remote end closed connection without response")
        else:
            cause = ConnectionResetError(104, "Connection reset by peer")
        return requests.ConnectionError(ProtocolError("Connection aborted.", cause), request=self.request)

    def response(self, body: bytes) -> Response:
        """Return what requests would have made of the answer."""
        response = requests.Response()
        response.status_code = self.status
        response.reason = self.reason
        response.headers = CaseInsensitiveDict(self.headers)
        response.url = str(self.request.url)
        response.request = self.request
        response.encoding = "utf-8"
        response.raw = HTTPResponse(
            body=self.raw or BytesIO(body),
            headers=dict(self.headers),
            status=self.status,
            reason=self.reason,
            preload_content=False,
            enforce_content_length=True,
            request_method=self.request.method,
        )
        if any(name == "Set-Cookie" for name, _ in self.headers):
            response.raw._original_response = _Original(self.headers)  # noqa: SLF001 - requests reads it
        return response
