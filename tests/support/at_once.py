"""Two transactions of one moment: one is held open while the other one acts, until that ends or waits for it.

    at_once(store, first, then=second)                a transaction of the test's own
    domain.store = HeldOpen(store, then=second)       one that what is tested opens itself

On PostgreSQL nothing else may wait for a lock in the same database meanwhile. On SQLite whoever is about to write, or
to begin a transaction that will, can only wait; what he has read before that is what matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread, current_thread
from typing import Any

from sqlalchemy import Engine, event, text

from flask_billcom.store import Rows, Store

_WAITING = text("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")
_WRITES = ("BEGIN IMMEDIATE", "INSERT", "UPDATE", "DELETE")


def until_it_ends_or_waits(store: Store, other: Thread) -> None:
    """Start somebody, and wait until he has come to his end, or waits for another transaction."""
    with _writing(store, other) as writes:
        other.start()
        while other.is_alive():
            other.join(0.01)
            if writes.is_set() or _is_waiting(store):
                return


def _is_waiting(store: Store) -> bool:
    if store.engine.dialect.name == "sqlite":
        return False
    with store.engine.connect() as connection:
        return bool(connection.execute(_WAITING).scalar_one())


@contextmanager
def _writing(store: Store, other: Thread) -> Iterator[Event]:
    """Tell when somebody begins to write on SQLite, where he has to wait for who writes already."""
    writes = Event()

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if current_thread() is other and statement.startswith(_WRITES):
            writes.set()

    if store.engine.dialect.name != "sqlite":
        yield writes
        return
    # Of every engine: another process has one of its own.
    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield writes
    finally:
        event.remove(Engine, "before_cursor_execute", listen)


class HeldOpen(Store):
    """A store whose first transaction that writes stays open, with all it has done, while somebody else acts.

    :param then: what the other one does, in a thread of its own.
    """

    def __init__(self, store: Store, then: Callable[[], Any]) -> None:
        super().__init__(store.engine, schema=store.schema)
        self._then: Callable[[], Any] | None = then
        self._other: Thread | None = None
        self.raised: list[BaseException] = []

    @contextmanager
    def write(self) -> Iterator[Rows]:
        """Open a transaction; the other one begins before the first of them commits."""
        with super().write() as rows:
            yield rows
            if self._then is not None:
                self._other, self._then = Thread(target=self._act, args=(self._then,)), None
                until_it_ends_or_waits(self, self._other)

    def wait(self) -> None:
        """Wait until the other one has come to its end; raise what it raised."""
        assert self._other is not None, "nothing was written"
        self._other.join()
        for error in self.raised:
            raise error

    def _act(self, then: Callable[[], Any]) -> None:
        try:
            then()
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self.raised.append(error)


def at_once(store: Store, first: Callable[[Rows], Any], *, then: Callable[[], Any]) -> None:
    """Do one thing in a transaction, and another one before that commits."""
    held = HeldOpen(store, then)
    with held.write() as rows:
        first(rows)
    held.wait()
