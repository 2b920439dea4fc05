"""The embedded runner: one thread that ticks until it is told to stop.

It takes no new claim once stopping, and whoever stops it waits for the tick under way, so that no call is cut.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)

IDLE_S = 1.0
AFTER_ERROR_S = 5.0


class ThreadRunner:
    """Ticks in a daemon thread.

    :param tick: one round; called again at once while it returns True.
    :param idle_s: pause after a round that moved nothing, in seconds.
    """

    def __init__(self, tick: Callable[[], bool], *, idle_s: float = IDLE_S) -> None:
        self._tick = tick
        self._idle_s = idle_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="billcom-runner", daemon=True)

    def start(self) -> None:
        """Start ticking."""
        self._thread.start()

    def end(self) -> None:
        """Begin no further tick, and do not wait for the one under way; safe in a signal handler."""
        self._stopping.set()

    def stop(self, timeout_s: float | None = None) -> None:
        """Stop after the tick under way and wait for it.

        :param timeout_s: how long to wait, in seconds; without end if left out.
        """
        self.end()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    @property
    def is_running(self) -> bool:
        """Return whether the thread lives."""
        return self._thread.is_alive()

    def run(self) -> None:
        """Tick in the calling thread until `stop` is called from another one or from a signal."""
        self._loop()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                pause = 0.0 if self._tick() else self._idle_s
            except Exception:
                # The loop is the last line: whatever a tick raises is logged, and the rows are still the truth.
                logger.exception("a tick failed; the next one starts in %.0f s", AFTER_ERROR_S)
                pause = AFTER_ERROR_S
            if pause:
                self._stopping.wait(pause)
