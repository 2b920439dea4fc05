"""One call outside the operations: a read, or a pass-through that a person waits for.

    slot + quota + session --one call--> answer --> slot released, limits and session noted

A read may be repeated once after a new sign-in; a change never. No transaction is open during the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flask_billcom.api.codes import Scope, classify, error_of_change, error_of_read
from flask_billcom.api.envelope import Reply
from flask_billcom.api.requests import Call as WireCall
from flask_billcom.api.transport import Download, Transport
from flask_billcom.clock import Clock
from flask_billcom.errors import RateLimited, SessionExpired, TransportError
from flask_billcom.store import Rows, Store

from .errors import NoCapacity
from .limits import ALL, Limits, SlotLease
from .servertime import ServerTime
from .sessions import Live, Sessions
from .timing import Timing

BUSY = timedelta(seconds=1)


class Gateway:
    """Calls inside the shared session and limits of one organization."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        transport: Transport,
        sessions: Sessions,
        limits: Limits,
        timing: Timing,
        server_time: ServerTime,
    ) -> None:
        self.sessions = sessions
        self._server_time = server_time
        self._store = store
        self._clock = clock
        self._transport = transport
        self._limits = limits
        self._timing = timing

    def read(self, call: WireCall) -> Reply:
        """Return the answer to a read; sign in anew and repeat it once if the session has ended.

        :raises NoCapacity: no slot, quota or session is free now.
        :raises APIError: Bill.com refused it.
        :raises TransportError: no usable answer came.
        """
        try:
            return self._once(call)
        except SessionExpired:
            return self._once(call)

    def change(self, call: WireCall, *, classes: Sequence[str] = (ALL,)) -> Reply:
        """Return the answer to a change that is no operation; it is sent once, and the caller reads back.

        A bulk answer comes back even if objects in it were refused.

        :param classes: the quota classes that it counts in.
        :raises NoCapacity: nothing was sent: no slot, quota or session is free now.
        :raises APIError: Bill.com refused it and nothing happened.
        :raises OutcomeUnknown: it may or may not have happened.
        :raises TransportError: no usable answer came.
        """
        return self._once(call, classes=classes)

    def fetch(self, path: str, query: Mapping[str, str]) -> Download:
        """Return a file from the root of the host, such as an invoice as PDF.

        :raises NoCapacity: no slot, quota or session is free now.
        :raises TransportError: nothing usable came.
        """
        live, slot = self._take((ALL,), changes=False)
        try:
            file = self._transport.fetch(path, query, session_id=live.token, end_point=live.end_point or None)
        except TransportError as error:
            self._release_unless_running(slot, error)
            raise
        self._release(slot)
        return file

    def _once(self, call: WireCall, *, classes: Sequence[str] = (ALL,)) -> Reply:
        live, slot = self._take(classes, changes=call.changes)
        try:
            reply = self._transport.call(
                call.path,
                call.data,
                session_id=live.token,
                end_point=live.end_point or None,
                upload=call.upload,
                idempotent=not call.changes,
            )
        except TransportError as error:
            self._release_unless_running(slot, error)
            raise
        self.note(live, reply, slot)
        if reply.ok or (call.changes and reply.has_items):
            return reply
        if call.changes:
            raise error_of_change(reply, call.name, bills_in_call=call.items)
        raise error_of_read(reply, call.name)

    def _take(self, classes: Sequence[str], *, changes: bool) -> tuple[Live, SlotLease]:
        """Return the session and a slot for one call, by one transaction where nobody has to sign in first."""
        with self._store.write() as rows:
            live = self.sessions.within(rows)
            if live is not None:
                return live, self._slot(rows, classes, changes=changes)
        live = self.sessions.live()
        with self._store.write() as rows:
            return live, self._slot(rows, classes, changes=changes)

    def _slot(self, rows: Rows, classes: Sequence[str], *, changes: bool) -> SlotLease:
        now = self._clock.now()
        return self._limits.take(rows, now, until=now + self._timing.lease, classes=classes, changes=changes)

    def _release_unless_running(self, slot: SlotLease, error: TransportError) -> None:
        """Give a slot back whose call never left; else the server may still be running it until the lease ends."""
        if not error.may_have_happened:
            self._release(slot)

    def _release(self, slot: SlotLease) -> None:
        with self._store.write() as rows:
            self._limits.release(rows, slot, self._clock.now())

    def note(self, live: Live, reply: Reply, slot: SlotLease) -> None:
        """Release the slot and remember what the answer says about session and limits.

        :raises NoCapacity: Bill.com's own count of calls is used up.
        """
        now = self._clock.now()
        self._server_time.note(reply.server_date)
        retry_at: datetime | None = None
        with self._store.write() as rows:
            self._limits.release(rows, slot, now)
            if reply.code == "BDC_1109":
                self.sessions.retire(rows, live.gen)
            elif reply.code is not None:
                verdict = classify(reply)
                if verdict.row is not None and verdict.row.scope is Scope.HOUR:
                    retry_at = self._limits.close_hour(rows, now, self._clock.jitter(0, 60))
                elif verdict.row is not None and issubclass(verdict.row.error, RateLimited):
                    retry_at = now + BUSY
        if retry_at is not None:
            raise NoCapacity(f"Bill.com refuses further calls for now ({reply.code})", retry_at=retry_at)
