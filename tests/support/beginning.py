"""SQLite whose dialect begins each transaction: `sqlite+beginning:///town.sqlite`.

It does what the manual's listener does, without one: an engine that has a listener pays for it at every statement. For
suites that make millions of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

NAME = "sqlite+beginning"
WRITE = "billcom_write"


class Beginning(SQLiteDialect_pysqlite):
    """Begins with the first statement, and at once with the write lock where an option asks for it."""

    supports_statement_cache = True
    begin = "BEGIN"
    writing: Beginning | None = None
    """The same, for engines that only write."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._asked: WeakSet[Any] = WeakSet()

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin a transaction."""
        begin = "BEGIN IMMEDIATE" if dbapi_connection in self._asked else self.begin
        dbapi_connection.dbapi_connection.execute(begin)

    def set_engine_execution_options(self, engine: Engine, opts: Mapping[str, Any]) -> None:
        """Let an engine with the option write."""
        super().set_engine_execution_options(engine, opts)
        if opts.get(WRITE):
            if self.writing is None:
                self.writing = copy(self)
                self.writing.begin = "BEGIN IMMEDIATE"
            engine.dialect = self.writing

    def set_connection_execution_options(self, connection: Connection, opts: Mapping[str, Any]) -> None:
        """Let a connection with the option write, until it is given back."""
        super().set_connection_execution_options(connection, opts)
        if opts.get(WRITE):
            self._asked.add(connection.connection)


registry.register("sqlite.beginning", __name__, Beginning.__name__)
