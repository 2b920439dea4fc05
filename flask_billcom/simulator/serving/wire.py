"""A request off the wire, and an answer onto it: no framework between WSGI and the simulator.

Form fields come urlencoded or as multipart, in the body or the query string, in any order; the body wins.
https://developer.bill.com/v2/docs/api-request-format
"""

from __future__ import annotations

import json
import re
from binascii import a2b_qp
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, unquote_to_bytes

from flask_billcom.simulator.errors import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIEnvironment

__all__ = ["LARGEST_BODY", "Reply", "Request", "TooLarge", "parse_data", "read_request"]

LARGEST_BODY: Final = 32 * 1024 * 1024
_BOUNDARY: Final = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)
_PART_NAME: Final = re.compile(r'[;\s]name=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))', re.IGNORECASE)
_FILE_NAME: Final = re.compile(r'[;\s]filename=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))', re.IGNORECASE)
_LONG_NAME: Final = re.compile(r";\s*filename\*=[^']*'[^']*'([^\s;]+)", re.IGNORECASE)
_DISPOSITION: Final = re.compile(r"^content-disposition:(.*)$", re.IGNORECASE | re.MULTILINE)
_ESCAPED: Final = re.compile(r'\\(["\\])')
_BARE_PERCENT: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_SID: Final = re.compile(r'(?:^|[;,]\s*)sid="?([^;,"\s]*)')
_SLASHES: Final = re.compile(r"//+")


class TooLarge(Exception):  # noqa: N818 - an answer, not a fault
    """The body is larger than the simulator takes."""


@dataclass(slots=True)
class Request:
    """One request."""

    method: str
    path: str
    form: dict[str, str]
    files: dict[str, tuple[str, bytes]]
    base_url: str
    cookie: str = ""
    body: bytes = b""
    session_header: str = ""


@dataclass(slots=True)
class Reply:
    """One answer.

    :param fault: what the wire does instead of delivering it, if anything.
    """

    body: bytes
    status: str = "200 OK"
    kind: str = "application/json;charset=UTF-8"
    headers: list[tuple[str, str]] = field(default_factory=list)
    fault: str = ""
    seconds: float = 0.0


def read_request(environ: WSGIEnvironment) -> Request:
    """Return the request of a WSGI environment.

    :raises TooLarge: its body is.
    """
    body = _body(environ)
    kind = environ.get("CONTENT_TYPE", "")
    query = environ.get("QUERY_STRING", "")
    form = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    files: dict[str, tuple[str, bytes]] = {}
    if kind.lower().startswith("multipart/form-data"):
        _read_parts(body, kind, form, files)
    elif body and not environ["PATH_INFO"].startswith("/simulator"):
        form.update(_read_fields(body))
    return Request(
        environ["REQUEST_METHOD"],
        _path(environ["PATH_INFO"]),
        form,
        files,
        _base_url(environ),
        _session_cookie(environ.get("HTTP_COOKIE", "")),
        body,
        environ.get("HTTP_SESSIONID", ""),
    )


def _path(given: str) -> str:
    # A base address that ends in a slash, with a path that begins with one: what most servers and proxies take for one.
    return _SLASHES.sub("/", given) if "//" in given else given


def _body(environ: WSGIEnvironment) -> bytes:
    length = environ.get("CONTENT_LENGTH")
    if length and length.isdigit():
        if int(length) > LARGEST_BODY:
            raise TooLarge
        body = environ["wsgi.input"].read(int(length))
    elif environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read(LARGEST_BODY + 1)
    else:
        return b""
    if len(body) > LARGEST_BODY:
        raise TooLarge
    return bytes(body)


def _base_url(environ: WSGIEnvironment) -> str:
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{environ['wsgi.url_scheme']}://{host}"


def _session_cookie(header: str) -> str:
    found = _SID.search(header) if "sid=" in header else None
    return found[1] if found is not None else ""


def _read_fields(body: bytes) -> dict[str, str]:
    found = {}
    for pair in body.split(b"&"):
        name, _, value = pair.partition(b"=")
        if name:
            found[_unquoted(name)] = _unquoted(value)
    return found


def _unquoted(text: bytes) -> str:
    # Percent signs become the equals signs of quoted-printable, which the standard library decodes in C: much faster.
    if b"%" in text and _BARE_PERCENT.search(text):
        return unquote_to_bytes(text.replace(b"+", b" ")).decode("utf-8", "replace")
    plain = a2b_qp(text.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"="))
    return plain.decode("utf-8", "replace")


def _read_parts(body: bytes, kind: str, form: dict[str, str], files: dict[str, tuple[str, bytes]]) -> None:
    boundary = _BOUNDARY.search(kind)
    if boundary is None:
        return
    # The line break before a boundary belongs to it; all others belong to the file. Some clients end lines by LF alone.
    mark = b"--" + boundary[1].strip().encode()
    line = b"\n" if mark + b"\n" in body else b"\r\n"
    for part in (line + body).split(line + mark)[1:-1]:
        head, _, content = part.partition(line)[2].partition(line + line)
        about = _DISPOSITION.search(head.decode("utf-8", "replace"))
        name = _parameter(_PART_NAME, about[1]) if about is not None else None
        if about is None or name is None:
            continue
        file_name = _file_name(about[1])
        if file_name is None:
            form[name] = content.decode("utf-8", "replace")
        else:
            files[name] = (file_name, content)


def _file_name(about: str) -> str | None:
    """Return the name of a part's file; None for a field."""
    plain = _parameter(_FILE_NAME, about)
    if plain is not None:
        return plain
    long = _LONG_NAME.search(about)
    return unquote(long[1]) if long is not None else None


def _parameter(pattern: re.Pattern[str], about: str) -> str | None:
    """Return a parameter of a part's disposition: quoted, or bare as .NET writes it."""
    found = pattern.search(about)
    if found is None:
        return None
    return _ESCAPED.sub(r"\1", found[1]) if found[1] is not None else found[2]


def _refuse_constant(text: str) -> Any:  # noqa: ANN401 - never returns
    raise ValueError(text)


_DECODER: Final = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)


def parse_data(text: str | None) -> Mapping[str, Any]:
    """Return the `data` field of a call; missing, empty and `null` are the same as `{}`.

    :raises Refusal: BDC_1122 for what is not a JSON object.
    """
    if text is None or not text.strip():
        return {}
    try:
        found = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise refusal("BDC_1122") from error
    if found is None or found == []:  # where an empty map and an empty list are one, clients send the latter
        return {}
    if not isinstance(found, dict):
        raise refusal("BDC_1122")
    return found
