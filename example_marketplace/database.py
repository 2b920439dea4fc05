"""SQLite, set up so that money is safe in it.

The driver's own transactions begin too late: two requests that read and then write may both succeed on old figures.
Here every transaction begins with the first statement, and one that reads and then writes asks for the write lock at
its start. PostgreSQL needs none of this and ignores it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event

from example_marketplace.extensions import db

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON")


def sqlite_safe(engine: Engine) -> Engine:
    """Make an SQLite engine begin its own transactions, and immediately where the write lock is asked for."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own class
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("billcom_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def ask_for_write_lock() -> None:
    """Take the write lock before the request reads what it is about to change; it must not have read anything yet."""
    db.session.rollback()
    db.session.connection(execution_options={"billcom_write": True})
