"""HTTP connections that obey a `Budget`: one deadline over write, headers and body, byte by byte.

urllib3's time-outs start anew at every read, so a server that sends a byte a minute could hold a call for ever. Here
each single read and write gets only what is left of the whole, and then fails like any time-out.

Wire: https://urllib3.readthedocs.io/en/stable/reference/urllib3.connection.html
"""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from functools import partial
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from .budget import Budget

CHUNK = 16 * 1024


class TimedReader(io.RawIOBase):
    """A socket's bytes, each read limited to what is left of the budget."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, budget: Budget) -> None:
        self._raw, self._sock, self._budget = raw, sock, budget

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        """Read once."""
        self._sock.settimeout(self._budget.left_s())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Give the socket back."""
        self._raw.close()
        super().close()


class TimedResponse(HTTPResponse):
    """A response whose status line, headers and body are read within the budget."""

    def __init__(self, sock: socket.socket, *args: Any, budget: Budget, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(TimedReader(self.fp.detach(), sock, budget))


class _Timed(HTTPConnection):
    """Connecting, writing and reuse within the budget."""

    budget: Budget
    idle_since: float

    def connect(self) -> None:
        self.timeout = self.budget.connecting_s()
        super().connect()

    def _new_conn(self) -> socket.socket:
        # urllib3 gives every address of a host the whole time anew; here they share it.
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from None
        failure: OSError | None = None
        for family, kind, protocol, _, address in found:
            left_s = self.budget.connecting_s()
            try:
                return self._connected(socket.socket(family, kind, protocol), address, left_s)
            except OSError as error:
                failure = error
        raise NewConnectionError(self, f"no address of the host answers: {failure}")

    def _connected(self, sock: socket.socket, address: Any, left_s: float) -> socket.socket:  # noqa: ANN401
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(left_s)
            sock.connect(address)
        except OSError:
            sock.close()
            raise
        return sock

    @property
    def is_connected(self) -> bool:
        return self.budget.is_fresh(self.idle_since) and super().is_connected

    def send(self, data: Any) -> None:  # noqa: ANN401 - bytes or what http.client reads bytes from
        if self.sock is None:
            self.connect()
        content = data if isinstance(data, (bytes, bytearray, memoryview)) else b"".join(data)
        for start in range(0, len(content), CHUNK):
            self.budget.before_write()
            self.sock.settimeout(self.budget.left_s())
            self.sock.sendall(content[start : start + CHUNK])

    def getresponse(self) -> Any:  # noqa: ANN401 - urllib3's own response
        self.timeout = self.budget.left_s()
        responses: Any = partial(TimedResponse, budget=self.budget)
        self.response_class = responses
        response = super().getresponse()
        self.idle_since = self.budget.monotonic()
        return response


class TimedHTTPConnection(_Timed):
    """Plain HTTP, for a simulator on this machine."""

    def __init__(self, *args: Any, budget: Budget, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **kwargs)
        self.budget, self.idle_since = budget, budget.monotonic()


class TimedHTTPSConnection(_Timed, HTTPSConnection):
    """HTTP over TLS."""

    def __init__(self, *args: Any, budget: Budget, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **kwargs)
        self.budget, self.idle_since = budget, budget.monotonic()


class TimedAdapter(HTTPAdapter):
    """What `requests` sends through: one connection, only connecting is repeated, everything within the budget.

    :param budget: renewed by the transport before each call.
    """

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        retry = Retry(total=3, connect=3, read=0, redirect=0, status=0, other=0)
        super().__init__(pool_connections=4, pool_maxsize=1, max_retries=retry)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        """Make pools whose connections know the budget."""
        super().init_poolmanager(*args, **kwargs)
        pools: Any = {
            "http": partial(_pool, HTTPConnectionPool, TimedHTTPConnection, self.budget),
            "https": partial(_pool, HTTPSConnectionPool, TimedHTTPSConnection, self.budget),
        }
        self.poolmanager.pool_classes_by_scheme = pools


def _pool(
    pool_class: type[HTTPConnectionPool],
    connection_class: Callable[..., HTTPConnection],
    budget: Budget,
    *args: Any,  # noqa: ANN401 - passed on
    **kwargs: Any,  # noqa: ANN401
) -> HTTPConnectionPool:
    pool = pool_class(*args, **kwargs)
    connections: Any = partial(connection_class, budget=budget)
    pool.ConnectionCls = connections
    return pool
