"""Clocks that all processes share: the database's in production, the simulator's beside it.

Leases and waiting times compare times that different machines wrote, so they are told by one clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock
from urllib.parse import urlsplit
from uuid import UUID

import requests
from sqlalchemy import Engine, text

from flask_billcom.clock import SystemClock
from flask_billcom.errors import ConnectionFailed

RESYNC_S = 60.0
"""How long the distance to the database's clock is taken as known, in seconds."""


class DatabaseClock(SystemClock):
    """The database's time: asked once a minute, counted on by the machine's monotonic clock in between.

    SQLite lives on this machine, so its time is the machine's.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._base: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """Return the database's time as an aware UTC datetime."""
        if self._engine.dialect.name == "sqlite":
            return super().now()
        with self._lock:
            if self._base is None or self.monotonic() - self._base[1] > RESYNC_S:
                self._base = self._ask()
            moment, at = self._base
        return moment + timedelta(seconds=self.monotonic() - at)

    def fresh(self) -> datetime:
        """Return the database's time of this moment: a machine that was suspended has not counted all of it."""
        if self._engine.dialect.name != "sqlite":
            with self._lock:
                self._base = self._ask()
        return self.now()

    def _ask(self) -> tuple[datetime, float]:
        with self._engine.connect() as connection:
            before = self.monotonic()
            moment: datetime = connection.execute(text("select clock_timestamp()")).scalar_one()
            return moment.astimezone(UTC), (before + self.monotonic()) / 2


class SimulatorClock(SystemClock):
    """The time of a simulator, read over its control side, so that bank days pass when it is told to.

    While the simulator cannot be reached its time stands still: what was settled meanwhile is due when it is back.

    :param base_url: of the simulator's API, for example `http://127.0.0.1:8460/api/v2`.
    """

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._url = f"{parts.scheme}://{parts.netloc}/simulator/clock"
        self._session = requests.Session()
        self._session.trust_env = False
        self._lock = Lock()
        self._machine = SystemClock()
        self._last: datetime | None = None

    def now(self) -> datetime:
        """Return the simulator's time as an aware UTC datetime, or the last one that it told.

        :raises ConnectionFailed: the simulator cannot be reached and has never told its time.
        """
        with self._lock:
            try:
                self._last = self._ask()
            except (requests.RequestException, ValueError, KeyError) as error:
                if self._last is None:
                    raise ConnectionFailed(
                        "the simulator does not answer; start it, or correct BILLCOM_BASE_URL"
                    ) from error
            return self._last

    def _ask(self) -> datetime:
        answer = self._session.get(self._url, timeout=10)
        return datetime.fromisoformat(answer.json()["now"]).astimezone(UTC)

    def new_id(self) -> UUID:
        """Return a UUIDv7 of the machine's time: ids need no agreed time, and asking for each would be slow."""
        return self._machine.new_id()
