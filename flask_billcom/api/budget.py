"""What one call may still spend: its deadline, the time for connecting, and the last moment to write.

    start ----connect (10 s in all)----> write, unless `not_after` has passed ----> last byte read, by the deadline

The budget also remembers whether the first byte was written. That one flag decides whether a failure left
Bill.com untouched, so no error has to be interpreted for it.
"""

from __future__ import annotations

from collections.abc import Callable

from flask_billcom.errors import NotSent

MAX_IDLE_S = 5.0
"""Longest that a connection may have been idle, in seconds, to carry a change."""

MAX_IDLE_READ_S = 60.0
"""The same for a read, where a connection closed at the wrong moment costs only another try."""


class Budget:
    """The limits of one call at a time; it is renewed for the next one.

    :param monotonic: seconds that never go back.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.monotonic = monotonic
        self.written = False
        self._deadline = self._connect_by = self._write_by = monotonic()
        self._max_idle_s = MAX_IDLE_S

    def renew(self, *, timeout_s: float, connect_timeout_s: float, not_after: float | None, idle_allowed: bool) -> None:
        """Start the limits of another call.

        :param timeout_s: from now to the last byte of the answer, in seconds.
        :param connect_timeout_s: for all attempts to connect together, in seconds.
        :param not_after: monotonic time past which nothing may be written.
        :param idle_allowed: whether a connection that was idle for long may be used.
        """
        now = self.monotonic()
        self.written = False
        self._deadline = now + timeout_s
        self._connect_by = now + min(connect_timeout_s, timeout_s)
        self._write_by = self._deadline if not_after is None else min(not_after, self._deadline)
        self._max_idle_s = MAX_IDLE_READ_S if idle_allowed else MAX_IDLE_S

    def is_fresh(self, idle_since: float) -> bool:
        """Return whether a connection last used at that monotonic time may be used again."""
        return self.monotonic() - idle_since <= self._max_idle_s

    def connecting_s(self) -> float:
        """Return the seconds left for connecting.

        :raises NotSent: none are left.
        """
        left = min(self._connect_by, self._write_by) - self.monotonic()
        if left <= 0:
            raise NotSent("the time for connecting has passed; nothing was sent, so it is safe to send again")
        return left

    def before_write(self) -> None:
        """Note that a byte is about to be written.

        :raises NotSent: it would be the first one, and it comes too late.
        """
        if not self.written and self.monotonic() > self._write_by:
            raise NotSent
        self.written = True

    def left_s(self) -> float:
        """Return the seconds until the deadline.

        :raises TimeoutError: none are left.
        """
        left = self._deadline - self.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the call has passed")
        return left
