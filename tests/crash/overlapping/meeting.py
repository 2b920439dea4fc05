"""Two transactions of one moment: the first stays open, all its writes done, until another worker ends or waits for it.

    first    write ... write | held ............ | commit | stands still ..... | goes on
    second                   | reads, writes ... , waits  , goes on ... ends   |

On PostgreSQL who waits is asked of the server, and only who waits for the first transaction counts. On SQLite a writer
waits for any other one, so there the other worker is seen when he wants to write.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

LIMIT_S = 60.0
"""How long either of them may take; it takes a few hundredths of a second."""
LOOK_S = 0.002
WRITES = ("BEGIN IMMEDIATE", "INSERT", "UPDATE", "DELETE")
_WAITS = text(
    "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() "
    "and cast(:first as integer) = any(pg_blocking_pids(pid)))"
)


class Stuck(BaseException):
    """The two of them neither end nor wait for each other; nothing of the engine may catch this."""


class Watcher:
    """Sees whether another worker waits for a transaction.

    :param own: the engine that it looks with.
    :param others: the engine of the other worker.
    """

    def __init__(self, own: Engine, others: Engine) -> None:
        self._writes = Event()
        self._connection = None
        if own.dialect.name == "sqlite":
            event.listen(others, "before_cursor_execute", self._hear)
        else:
            self._connection = own.connect().execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None:
            self._connection.close()

    def begin(self) -> None:
        """Forget what was heard before."""
        self._writes.clear()

    def sees_waiting(self, first: int) -> bool:
        """Return whether the other worker waits.

        :param first: the process of the server that holds the transaction.
        """
        if self._connection is None:
            return self._writes.is_set()
        return bool(self._connection.execute(_WAITS, {"first": first}).scalar_one())

    def _hear(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(WRITES):
            self._writes.set()


class Meeting:
    """One transaction that is held open, and what somebody else does meanwhile.

    :param session: whose transaction it is.
    :param act: what the other one does.
    """

    def __init__(self, session: Session, watcher: Watcher, act: Callable[[Meeting], object]) -> None:
        self.session = session
        self.has_waited = False
        self.error: BaseException | None = None
        self._watcher = watcher
        self._act = act
        self._gives_way = Event()
        self._is_over = Event()
        self._other = Thread(target=self._do, name="the other worker", daemon=True)

    def begin(self) -> None:
        """Let the other one act until that ends, or waits for the transaction.

        :raises Stuck: it does neither.
        """
        first = process_of(self.session)
        self._watcher.begin()
        self._other.start()
        looks = 0
        while self._other.is_alive():
            self._other.join(LOOK_S)
            if self._gives_way.is_set() or self._watcher.sees_waiting(first):
                self.has_waited = True
                return
            looks += 1
            self._check(in_time=looks * LOOK_S < LIMIT_S)

    def end(self) -> None:
        """Wait until the other one has come to his end, now that the transaction is over.

        :raises Stuck: he does not.
        """
        self._is_over.set()
        self._other.join(LIMIT_S)
        self._check(in_time=not self._other.is_alive())

    def give_way(self) -> None:
        """Let the other one, who was refused, stand back until the transaction is over."""
        self._gives_way.set()
        if not self._is_over.wait(LIMIT_S):
            raise Stuck(f"the first transaction is not over within {LIMIT_S:.0f} s")

    def _do(self) -> None:
        try:
            self._act(self)
        except BaseException as error:  # noqa: BLE001 - told where it is waited for
            self.error = error

    def _check(self, *, in_time: bool) -> None:
        if not in_time:
            frame = sys._current_frames().get(self._other.ident or 0)
            where = "".join(traceback.format_stack(frame)) if frame else "it has ended"
            raise Stuck(f"neither ends nor waits for a lock within {LIMIT_S:.0f} s:\n{where}")


def process_of(session: Session) -> int:
    """Return the process of the server that carries a transaction; 0 on SQLite, which has none."""
    if session.connection().dialect.name == "sqlite":
        return 0
    return int(session.connection().execute(text("select pg_backend_pid()")).scalar_one())


def has_written(session: Session, changes: dict[Any, int]) -> bool:
    """Return whether a transaction has changed or locked anything.

    :param changes: how many rows each connection of SQLite had changed when it was asked last.
    """
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        return bool(connection.execute(text("select pg_current_xact_id_if_assigned() is not null")).scalar_one())
    driver: Any = connection.connection.dbapi_connection
    before, changes[driver] = changes.get(driver, 0), driver.total_changes
    return bool(driver.total_changes != before)
