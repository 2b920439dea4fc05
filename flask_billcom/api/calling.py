"""Sending a `Call` with a session: reads may be repeated once after a new sign-in, changes never.

    client ──Call──> Calls.read / Calls.change ──> Reply, or the error that says what to do next

`Direct` is the plain way. The engine brings its own, inside its shared session and limits.

Wire: https://developer.bill.com/v2/docs/authentication-overview
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from .codes import error_of_change, error_of_read
from .envelope import Reply
from .requests import Call
from .secret import Secret
from .transport import Download, Transport

EXPIRED = "BDC_1109"


class SessionProvider(Protocol):
    """Who knows the session."""

    @property
    def end_point(self) -> str | None:
        """Return where calls go, if Login named a place."""

    def session_id(self) -> Secret | str:
        """Return a session's id, signing in when needed."""

    def expired(self, session_id: Secret | str) -> None:
        """Hear that Bill.com no longer knows a session."""


class Calls(Protocol):
    """What carries out calls and raises where Bill.com refuses them."""

    def read(self, call: Call) -> Reply:
        """Return the answer to a call that changes nothing."""

    def change(self, call: Call) -> Reply:
        """Return the answer to a call that changes something; it is sent once."""


class Fetches(Protocol):
    """What fetches files."""

    def fetch(self, path: str, query: Mapping[str, str]) -> Download:
        """Return a file from the root of the host."""


class Direct:
    """Calls over a transport with a session of one's own.

    :param transport: sends single calls.
    :param session: knows the session.
    """

    def __init__(self, transport: Transport, session: SessionProvider) -> None:
        self.transport = transport
        self.session = session

    def read(self, call: Call) -> Reply:
        """Return the answer to a read; after BDC_1109 sign in anew and ask once more.

        :raises APIError: Bill.com refused it.
        :raises TransportError: no usable answer came.
        """
        reply = self._once(call)
        if reply.code == EXPIRED:
            reply = self._once(call)
        if reply.ok:
            return reply
        raise error_of_read(reply, call.name)

    def change(self, call: Call) -> Reply:
        """Return the answer to a change; a bulk answer comes back even if objects in it were refused.

        :raises APIError: Bill.com refused it, and nothing happened.
        :raises OutcomeUnknown: it may or may not have happened; read back first.
        :raises TransportError: no usable answer came; its class says whether it may have happened.
        """
        reply = self._once(call)
        if reply.ok or reply.has_items:
            return reply
        raise error_of_change(reply, call.name, bills_in_call=call.items)

    def fetch(self, path: str, query: Mapping[str, str]) -> Download:
        """Return a file from the root of the host."""
        session_id = self.session.session_id()
        return self.transport.fetch(path, query, session_id=session_id, end_point=self.session.end_point)

    def _once(self, call: Call) -> Reply:
        session_id = self.session.session_id()
        reply = self.transport.call(
            call.path,
            call.data,
            session_id=session_id,
            end_point=self.session.end_point,
            upload=call.upload,
            idempotent=not call.changes,
        )
        if reply.code == EXPIRED:
            self.session.expired(session_id)
        return reply
