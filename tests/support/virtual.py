"""Virtual time and the virtual wire of a world: the simulator's clock for everybody, and calls without a socket."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import requests

from flask_billcom.clock import uuid7
from flask_billcom.simulator import Simulator, WSGIAdapter

BASE_URL = "http://127.0.0.1:9/api/v2"


class WorldClock:
    """The simulator's time, for everybody; waiting moves it.

    :param seed: of ids and jitter.
    """

    def __init__(self, simulator: Simulator, *, seed: int = 0) -> None:
        self.simulator = simulator
        self.offset = timedelta(0)
        """How far the database's clock is from Bill.com's."""
        self.late = timedelta(0)
        """How much of the database's time a machine that was suspended has not counted, until it asks anew."""
        self.waits: Callable[[float], None] | None = None
        """What waiting does instead of moving the time, where threads wait for each other."""
        self._start = simulator.clock.now()
        self._random = random.Random(seed)
        self._count = 0
        self._lock = threading.Lock()

    @property
    def made_ids(self) -> int:
        """How many ids were made."""
        return self._count

    def state(self) -> tuple[Any, ...]:
        """Return what `set_state` goes back to."""
        return self._count, self._random.getstate(), self.offset, self._start

    def set_state(self, state: tuple[Any, ...]) -> None:
        """Go on as at some other time; the time itself is the simulator's."""
        self._count, chance, self.offset, self._start = state
        self._random.setstate(chance)

    def now(self) -> datetime:
        return self.simulator.clock.now() + self.offset - self.late

    def fresh(self) -> datetime:
        self.late = timedelta(0)
        return self.now()

    def monotonic(self) -> float:
        return (self.simulator.clock.now() - self._start).total_seconds()

    def rewind(self, seconds: float) -> None:
        """Let the machine's own clock forget some seconds, as one that was suspended does."""
        self._start += timedelta(seconds=seconds)

    def sleep(self, seconds: float) -> None:
        if self.waits is not None:
            self.waits(seconds)
        else:
            self.simulator.clock.advance(seconds=max(seconds, 0.001))

    def jitter(self, low: float, high: float) -> float:
        with self._lock:
            return self._random.uniform(low, high)

    def new_id(self) -> UUID:
        with self._lock:
            self._count += 1
            chance = self._count << 32 | self._random.getrandbits(32)
        # The time of Bill.com, not of the database: ids must grow also where a clock jumps back.
        return uuid7(self.simulator.clock.now(), chance)


class Wire(WSGIAdapter):
    """The way to the simulator, with a place to stop at before and after each call.

    :param on_call: is told of each moment and endpoint; what it raises goes through to whoever called.
    """

    def __init__(self, simulator: Simulator, on_call: Callable[[str, str], None]) -> None:
        super().__init__(simulator, wait=self._drip)
        self._clock = simulator.clock
        self._left_s = 0.0
        self._on_call = on_call

    def _drip(self, seconds: float) -> None:
        """Let time pass between two bytes; past the deadline of the call the connection is shut, as on a socket."""
        self._clock.advance(seconds=seconds)
        self._left_s -= seconds
        if self._left_s <= 0:
            raise TimeoutError

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        self._left_s = options["timeout"][1]
        endpoint = str(request.url).rpartition("/api/v2/")[2].removesuffix(".json")
        self._on_call("connect", endpoint)
        response = super().send(request, **options)
        self._on_call("effect", endpoint)
        return response
