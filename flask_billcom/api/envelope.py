"""From the bytes of an answer to a `Reply`, or to an error that says nothing certain came.

    {"response_status": 0, "response_message": "Success", "response_data": {...}}
    {"response_status": 1, "response_message": "Error",   "response_data": {"error_code": "BDC_1109", ...}}

Only such an envelope with HTTP 200, or HTTP 404 that carries BDC_1121, is an answer. Everything else leaves open what
the server did.

Wire: https://developer.bill.com/v2/docs/api-response-format
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from flask_billcom.errors import MalformedReply

from .wire import UnreadableJSON, loads

SUCCESS, ERROR = 0, 1
OK, NOT_FOUND = 200, 404
UNSUPPORTED = "BDC_1121"
_CODE = re.compile(r"BDC_\d{1,6}")
_ENVELOPE = {"response_status", "response_message", "response_data"}


@dataclass(frozen=True, slots=True)
class Reply:
    """One well-formed answer, success or error."""

    http: int
    status: int
    message: str
    data: Any = field(repr=False)
    server_date: datetime | None = None
    code: str | None = None
    error_message: str | None = None

    @property
    def ok(self) -> bool:
        """Return whether Bill.com says that it did what was asked."""
        return self.status == SUCCESS

    @property
    def has_items(self) -> bool:
        """Return whether it is a bulk answer, in which each object has an envelope of its own."""
        return isinstance(self.data, Mapping) and isinstance(self.data.get("bulk"), list)


def read_reply(http: int, body: bytes, server_date: datetime | None = None) -> Reply:
    """Return the answer that a body holds.

    :param http: HTTP status.
    :param server_date: what the Date header said.
    :raises MalformedReply: it is not a v2 envelope, or its HTTP status makes it doubtful.
    """
    problem = f"HTTP {http} instead of an answer"
    if http in {OK, NOT_FOUND}:
        try:
            reply = read_envelope(loads(body), http=http, server_date=server_date)
        except (UnreadableJSON, MalformedReply) as error:
            problem = str(error)
        else:
            if http == OK or reply.code == UNSUPPORTED:
                return reply
    raise MalformedReply(
        f"no usable answer ({problem}); the request may have taken effect, read back before sending again",
        http=http,
        server_date=server_date,
    )


def read_envelope(value: Any, *, http: int = OK, server_date: datetime | None = None) -> Reply:  # noqa: ANN401
    """Return the answer in a parsed envelope: the outer one, or one of a bulk answer.

    :param value: parsed JSON.
    :raises MalformedReply: it is not an envelope.
    """
    if not isinstance(value, Mapping):
        raise MalformedReply("the envelope is not an object")
    status, message = value.get("response_status"), value.get("response_message")
    if isinstance(status, bool) or status not in (SUCCESS, ERROR) or not isinstance(message, str):
        raise MalformedReply("the envelope has no known status")
    if status == SUCCESS:
        return Reply(http, SUCCESS, message, _success(value), server_date)
    code, text, data = _refusal(value.get("response_data"))
    return Reply(http, ERROR, message, data, server_date, code, text)


def _success(envelope: Mapping[str, Any]) -> Any:  # noqa: ANN401
    # Older samples of the network calls put their answer beside the status, not inside response_data:
    # https://developersupport.bill.com/hc/en-us/articles/213994086-GetNetworkStatus
    beside = {key: item for key, item in envelope.items() if key not in _ENVELOPE}
    data = envelope.get("response_data", beside)
    if isinstance(data, Mapping):
        if "error_code" in data:
            raise MalformedReply("the envelope says success and holds an error")
        return {**beside, **data} if beside else data
    if not isinstance(data, (list, str)) and data is not None:
        raise MalformedReply("the envelope holds neither an object nor a list")
    return data


def _refusal(data: Any) -> tuple[str | None, str, Any]:  # noqa: ANN401
    if not isinstance(data, Mapping):
        raise MalformedReply("the envelope says error and names none")
    code, text = data.get("error_code"), data.get("error_message")
    if code is None and isinstance(data.get("bulk"), list):
        return None, "", data
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise MalformedReply("the envelope says error and has no code")
    return code, text if isinstance(text, str) else "", data


def parse_date(header: str | None) -> datetime | None:
    """Return the time of a Date header as aware UTC, or None where it is missing or unreadable."""
    if not header:
        return None
    try:
        moment = parsedate_to_datetime(header)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
