"""Worker processes as the suite holds them: the first one, and those that are forked from it to be hurt.

    first = First(url, api, key)     works, and so learns its statements, before others are forked from it
    worker = first.fork()            another process with connections of its own, there in a few milliseconds
    worker.stop(); worker.go_on([])  SIGSTOP and SIGCONT
    worker.kill()                    SIGKILL

A signal has come when the first one, whose child the worker is, was told so by the system.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable
from multiprocessing.connection import Connection, Listener
from typing import Any

from tests.crash.real.hand import work

SETTINGS = {"collect": "charge", "combine_payments": True, "payout_schedule": "daily", "float_cents": 0}


class Worker:
    """One worker process.

    :param words: to and from it.
    """

    def __init__(self, words: Connection) -> None:
        self._words = words
        self._say(settings=SETTINGS)

    def stop_at(self, places: Iterable[tuple[str, int]]) -> None:
        """Let it wait at the n-th passing of some boundaries from now on."""
        self._say(stops=list(places))

    def tick(self) -> dict[str, Any]:
        """Have it do a round, and return what it says: that it is done, or where it waits."""
        self._say(tick=True)
        return self._hear()

    def _say(self, **words: Any) -> None:
        self._words.send(words)

    def _hear(self) -> dict[str, Any]:
        return dict(self._words.recv())


class First(Worker):
    """The worker from which the others are forked.

    :param url: of the database.
    :param api: address of the simulator's API.
    :param key: what all processes of the shop encrypt with.
    """

    def __init__(self, url: str, api: str, key: str) -> None:
        context = multiprocessing.get_context("spawn")
        words, there = context.Pipe()
        self._process = context.Process(target=work, args=(there, url, api, key), daemon=True)
        self._process.start()
        there.close()
        self._door = Listener(family="AF_UNIX")
        super().__init__(words)

    def rest(self) -> None:
        """Have it close its connections."""
        self._say(rest=True)
        self._hear()

    def fork(self) -> Forked:
        """Return another worker."""
        self._say(fork=self._door.address)
        return Forked(self._door.accept(), self)

    def wait_for(self, pid: int) -> int:
        """Return what became of a worker, once it has stopped or ended."""
        self._say(wait=pid)
        return int(self._hear()["status"])

    def end(self) -> None:
        """Let it end."""
        self._words.close()
        self._door.close()
        self._process.join()


class Forked(Worker):
    """A worker that can be hurt."""

    def __init__(self, words: Connection, first: First) -> None:
        self.pid = int(words.recv()["pid"])
        self._first = first
        super().__init__(words)

    def stop(self) -> None:
        """Send SIGSTOP, and wait until it stands still."""
        os.kill(self.pid, signal.SIGSTOP)
        status = self._first.wait_for(self.pid)
        assert os.WIFSTOPPED(status), f"worker {self.pid} did not stop: {status}"

    def go_on(self, places: Iterable[tuple[str, int]]) -> dict[str, Any]:
        """Send SIGCONT, let it go on with its round, and return what it says.

        :param places: where it waits again, counted from now on.
        """
        os.kill(self.pid, signal.SIGCONT)
        self._say(go=list(places))
        return self._hear()

    def kill(self) -> None:
        """Send SIGKILL, and wait until it is gone, and its locks with it."""
        os.kill(self.pid, signal.SIGKILL)
        status = self._first.wait_for(self.pid)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, f"worker {self.pid} ended: {status}"
        self._words.close()
