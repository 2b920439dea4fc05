"""What the areas of the client share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_billcom.api.calling import Calls, Fetches
from flask_billcom.api.envelope import Reply
from flask_billcom.api.replies import parse_mapping
from flask_billcom.api.requests import Call
from flask_billcom.api.transport import Download
from flask_billcom.errors import InvalidRequest


class Area:
    """Calls over whatever carries them out.

    :param calls: carries out calls.
    :param fetches: fetches files; None where no files can be had.
    """

    def __init__(self, calls: Calls, fetches: Fetches | None = None) -> None:
        self._calls = calls
        self._fetches = fetches

    def _send(self, call: Call) -> Reply:
        return self._calls.change(call) if call.changes else self._calls.read(call)

    def _send_for_fields(self, call: Call) -> Mapping[str, Any]:
        return parse_mapping(self._send(call))

    def _fetch(self, path: str, query: Mapping[str, str]) -> Download:
        if self._fetches is None:
            raise InvalidRequest("this client carries out calls but fetches no files")
        return self._fetches.fetch(path, query)
