"""One POST, one answer: the only place that talks to Bill.com.

    call(path, data) --form--> one request, one deadline --bytes--> Reply
                                   |                          `---> MalformedReply   may have happened
                                   |  before the first byte -----> ConnectionFailed  nothing happened
                                   `- after it ------------------> RequestTimedOut   may have happened

It never repeats a request, follows a redirect, keeps a cookie, asks the environment for a proxy, or signs in. What was
sent is never part of an error or a log line.

Wire: https://developer.bill.com/v2/docs/api-request-format
"""

from __future__ import annotations

import logging
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

from flask_billcom.errors import (
    ConfigurationError,
    ConnectionFailed,
    MalformedReply,
    NotSent,
    RequestTimedOut,
    TransportError,
)

from .budget import Budget
from .connection import TimedAdapter
from .envelope import OK, Reply, parse_date, read_reply
from .secret import Secret, reveal
from .wire import dumps

logger = logging.getLogger(__name__)

MAX_BODY: Final = 16 * 1024 * 1024
"""Longest answer that is read, in bytes, after unpacking."""

_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "flask-billcom"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that travels with a call.

    :param name: its file name with extension.
    :param content: its bytes.
    :param content_type: its media type.
    """

    name: str
    content: bytes
    content_type: str = "application/octet-stream"


class Transport:
    """Send single calls to one Bill.com environment; safe to share between threads.

    :param base_url: where Login goes, such as `https://api-stage.bill.com/api/v2`.
    :param dev_key: the developer key.
    :param timeout_s: from the start of a call to the last byte of its answer, in seconds.
    :param connect_timeout_s: for all attempts to connect together, in seconds.
    :param session_factory: makes the `requests.Session` of a thread; tests mount the simulator on theirs.
    :param monotonic: seconds that never go back.
    :param allowed_hosts: every address, written like `base_url`, that a call may go to; `base_url` alone if left out.
    """

    def __init__(
        self,
        base_url: str,
        *,
        dev_key: Secret | str,
        timeout_s: float = 120.0,
        connect_timeout_s: float = 10.0,
        session_factory: Callable[[], requests.Session] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        allowed_hosts: Iterable[str] = (),
    ) -> None:
        self.base_url = base_url.removesuffix("/")
        self.timeout_s = timeout_s
        self.connect_timeout_s = connect_timeout_s
        self.monotonic = monotonic
        self._allowed = frozenset({self.base_url, *(host.removesuffix("/") for host in allowed_hosts)})
        self._dev_key = Secret(dev_key)
        self._session_factory = session_factory or requests.Session
        self._mount = session_factory is None
        self._local = threading.local()

    def call(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        session_id: Secret | str | None = None,
        form: Mapping[str, Secret | str] | None = None,
        upload: Upload | None = None,
        end_point: str | None = None,
        not_after: float | None = None,
        idempotent: bool,
    ) -> Reply:
        """Send one request and return its answer, success or error.

        :param path: below the base, such as `Crud/Read/Vendor.json`.
        :param data: what goes into the form field `data`; None leaves the field out.
        :param session_id: the session; None for Login, ListOrgs and Errors.
        :param form: further form fields.
        :param upload: a file; the request is then multipart.
        :param end_point: the address that Login named, if not the base.
        :param not_after: monotonic time past which nothing is written.
        :param idempotent: whether the call changes nothing, so that a connection idle for long will do.
        :raises NotSent: `not_after` or the time for connecting had passed before the first byte.
        :raises ConnectionFailed: Bill.com was not reached; nothing was sent.
        :raises RequestTimedOut: the deadline passed or the connection broke; read back before sending again.
        :raises MalformedReply: the answer is none; read back before sending again.
        """
        fields = self._fields(data, session_id, form)
        request = self._prepare(f"{self._address(end_point)}/{path}", fields, upload)
        started = self.monotonic()
        outcome = self._attempt(request, not_after=not_after, idle_allowed=idempotent)
        took_ms = (self.monotonic() - started) * 1000
        shown = outcome.code or "ok" if isinstance(outcome, Reply) else type(outcome).__name__
        logger.debug("%s %s %.0f ms", path, shown, took_ms)
        if isinstance(outcome, Reply):
            return outcome
        # Raised out here, not where it was caught: the cause holds the request and with it the form.
        raise outcome

    def fetch(
        self, path: str, query: Mapping[str, str], *, session_id: Secret | str, end_point: str | None = None
    ) -> Download:
        """Fetch a file from the root of the host, such as an invoice as PDF.

        :param path: below the host, such as `Invoice2PdfServlet`.
        :param query: parameters of the address; never the session, which travels as a header.
        :raises TransportError: nothing usable came; a fetch changes nothing and may be repeated.

        Wire: https://developer.bill.com/v2/docs/get-invoice-pdf
        """
        parts = urlsplit(self._address(end_point))
        request = requests.PreparedRequest()
        request.prepare(
            method="GET",
            url=f"{parts.scheme}://{parts.netloc}/{path}?{urlencode(query)}",
            headers={**_HEADERS, "Accept": "*/*", "sessionId": reveal(session_id)},
        )
        outcome = self._exchange(request, not_after=None, idle_allowed=True)
        if isinstance(outcome, TransportError):
            raise outcome
        if outcome.http != OK:
            raise MalformedReply(f"HTTP {outcome.http} instead of a file", http=outcome.http, server_date=outcome.date)
        return Download(outcome.content_type, outcome.body)

    def check(self, end_point: str) -> str:
        """Return an address that Login named, if calls may go to it.

        :raises ConfigurationError: it is not, letter for letter, one of the allowed ones; nothing is sent to it.
        """
        address = end_point.removesuffix("/")
        if address not in self._allowed:
            raise ConfigurationError(
                "Login named an address that does not belong to this environment, so nothing was sent to it; "
                "check the environment and the address of the service"
            )
        return address

    def close(self) -> None:
        """Close this thread's connections."""
        session = getattr(self._local, "session", None)
        if session is not None:
            session.close()
            del self._local.session

    # -- one request ---------------------------------------------------------------------------------------------

    def _fields(
        self,
        data: Mapping[str, Any] | None,
        session_id: Secret | str | None,
        form: Mapping[str, Secret | str] | None,
    ) -> dict[str, Secret]:
        fields = {"devKey": self._dev_key}
        if session_id is not None:
            fields["sessionId"] = Secret(session_id)
        fields.update({key: Secret(value) for key, value in (form or {}).items()})
        if data is not None:
            fields["data"] = Secret(dumps(data))
        return fields

    def _address(self, end_point: str | None) -> str:
        return self.check(end_point) if end_point else self.base_url

    def _prepare(self, url: str, fields: Mapping[str, Secret], upload: Upload | None) -> requests.PreparedRequest:
        request = requests.PreparedRequest()
        plain = {key: value.reveal() for key, value in fields.items()}
        if upload is None:
            request.prepare(method="POST", url=url, headers=_HEADERS, data=plain)
        else:
            files = {"file": (upload.name, upload.content, upload.content_type)}
            request.prepare(method="POST", url=url, headers=_HEADERS, data=plain, files=files)
        return request

    def _attempt(
        self, request: requests.PreparedRequest, *, not_after: float | None, idle_allowed: bool
    ) -> Reply | TransportError:
        outcome = self._exchange(request, not_after=not_after, idle_allowed=idle_allowed)
        if isinstance(outcome, TransportError):
            return outcome
        try:
            return read_reply(outcome.http, outcome.body, outcome.date)
        except MalformedReply as error:
            return error

    def _exchange(
        self, request: requests.PreparedRequest, *, not_after: float | None, idle_allowed: bool
    ) -> _Answer | TransportError:
        session, budget = self._session()
        budget.renew(
            timeout_s=self.timeout_s,
            connect_timeout_s=self.connect_timeout_s,
            not_after=not_after,
            idle_allowed=idle_allowed,
        )
        adapter = session.get_adapter(request.url or "")
        timed = isinstance(adapter, TimedAdapter)
        date = None
        try:
            if not timed:
                budget.before_write()
            # Straight to the adapter: a Session would follow redirects, keep cookies and read the whole body.
            timeout = (self.connect_timeout_s, self.timeout_s)
            with closing(adapter.send(request, stream=True, timeout=timeout, verify=session.verify)) as response:
                date = parse_date(response.headers.get("Date"))
                body = b"".join(_unpacked(response, budget))
                content_type = response.headers.get("Content-Type", "")
                return _Answer(response.status_code, content_type, date, body)
        except TransportError as error:
            error.server_date = error.server_date or date
            return error
        except (requests.RequestException, HTTPError, OSError) as error:
            untouched = not budget.written if timed else _is_refusal(error)
            return _failure(error, untouched=untouched, server_date=date)

    def _session(self) -> tuple[requests.Session, Budget]:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._session_factory()
            session.trust_env = False
            session.max_redirects = 0
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            self._local.session, self._local.budget = session, Budget(self.monotonic)
            if self._mount:
                adapter = TimedAdapter(self._local.budget)
                session.mount("https://", adapter)
                session.mount("http://", adapter)
        return session, self._local.budget


@dataclass(frozen=True, slots=True)
class Download:
    """A file that Bill.com sent."""

    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Answer:
    http: int
    content_type: str
    date: Any
    body: bytes


def _failure(error: Exception, *, untouched: bool, server_date: Any) -> TransportError:  # noqa: ANN401
    if untouched:
        return ConnectionFailed(server_date=server_date)
    slow = isinstance(error, (requests.Timeout, ReadTimeoutError, TimeoutError))
    what = "no answer came in time" if slow else "the connection broke before the whole answer was there"
    return RequestTimedOut(
        f"{what}; the request may have taken effect, read back before sending again", server_date=server_date
    )


def _is_refusal(error: Exception) -> bool:
    """Return whether a mounted adapter says that it never connected."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    refusals = (requests.ConnectTimeout, ConnectTimeoutError, NewConnectionError, ConnectionRefusedError)
    return isinstance(error, refusals) or isinstance(reason, refusals)


def _unpacked(response: requests.Response, budget: Budget) -> Iterator[bytes]:
    """Yield the body in pieces, unpacked, within the deadline and never longer than `MAX_BODY`."""
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if packing not in {"", "identity", "gzip"}:
        raise MalformedReply("the answer is packed in a way that was not asked for", http=response.status_code)
    unpack = zlib.decompressobj(wbits=31) if packing == "gzip" else None
    size = 0
    while piece := response.raw.read(64 * 1024):
        budget.left_s()
        try:
            plain = unpack.decompress(piece, MAX_BODY + 1) if unpack else piece
        except zlib.error:
            raise MalformedReply("the answer cannot be unpacked", http=response.status_code) from None
        size += len(plain)
        if size > MAX_BODY or (unpack and unpack.unconsumed_tail):
            raise MalformedReply("the answer is longer than 16 MB", http=response.status_code)
        yield plain
    if unpack and not unpack.eof:
        raise MalformedReply("the answer ends too early", http=response.status_code)


__all__ = ["MAX_BODY", "Download", "NotSent", "Reply", "Transport", "Upload"]
