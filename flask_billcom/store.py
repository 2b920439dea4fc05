"""Our rows in the app's database: sessions of our own, and statements inside the app's.

    with store.write() as rows:       one short transaction; on SQLite it has the write lock before it reads
        rows.execute(update(Operation)...)

    rows = store.within(db.session)   the same statements inside a transaction of the app

No network call is made while either is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    Executable,
    Insert,
    Result,
    Select,
    Table,
    UpdateBase,
    literal_column,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session as OrmSession

from .errors import ConfigurationError

SUPPORTED = ("sqlite", "postgresql")
ROWS_PER_STATEMENT = 1000
"""Keeps every write transaction below 50 ms."""
_HAS_BEGUN = "in_transaction"
"""Which a driver of SQLite says of itself; another one than Python's may not."""

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Rows:
    """Statements on our tables inside one open transaction.

    A statement of a module with values of its own, in `bindparam`, is built and compiled once. Given with its values it
    costs a quarter of one that is built where it is used; so that is how the statements of every tick are written.

    :param owner: the session whose transaction they belong to, or the connection, where most only ask for columns.
    :param engine: where our tables are.
    :param schema: the database schema of our tables, or None.
    """

    def __init__(self, owner: OrmSession | Connection, engine: Engine, schema: str | None, *, ours: bool) -> None:
        self.dialect = engine.dialect.name
        self._connection = owner if isinstance(owner, Connection) else None
        self._session = owner if isinstance(owner, OrmSession) else None
        self._ours = ours
        self._bind = {"bind": self._connection if self._connection is not None else engine}
        self._options: dict[str, Any] = {"synchronize_session": False}
        if schema is not None:
            self._options["schema_translate_map"] = {None: schema}

    @property
    def session(self) -> OrmSession:
        """The session of this transaction; one that only reads gets it with its first entity."""
        if self._session is None:
            self._session = OrmSession(self._connection, expire_on_commit=False)
        return self._session

    def execute(self, statement: Executable, parameters: Parameters | None = None) -> Result[Any]:
        """Execute a statement and return its result."""
        if self._ours and not _needs_session(statement, is_kept=parameters is not None):
            return self._on_connection().execute(statement, parameters, execution_options=self._options)
        return self.session.execute(
            statement, parameters, execution_options=self._options, bind_arguments=dict(self._bind)
        )

    def all(self, statement: Executable, parameters: Parameters | None = None) -> list[Any]:
        """Return all rows of a select; a single selected entity or column comes without its tuple."""
        result = self.execute(statement, parameters)
        if len(result.keys()) != 1:
            return list(result.all())
        if isinstance(result, CursorResult):
            return [row[0] for row in result.all()]
        return list(result.scalars())

    def first(self, statement: Executable, parameters: Parameters | None = None) -> Any:  # noqa: ANN401 - the statement decides
        """Return the first row of a select, or None."""
        found = self.all(statement, parameters)
        return found[0] if found else None

    def change(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """Execute a guarded update, once or for each set of parameters, and return how many rows it changed."""
        result = self.execute(statement, parameters)
        assert isinstance(result, CursorResult)
        return result.rowcount

    def insert(self, table: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, given as mappings with the same keys, in statements of a thousand."""
        for start in range(0, len(rows), ROWS_PER_STATEMENT):
            self.execute(_inserting(_table(table)), list(rows[start : start + ROWS_PER_STATEMENT]))

    def insert_new(self, table: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, leaving alone those that a unique constraint knows already."""
        for start in range(0, len(rows), ROWS_PER_STATEMENT):
            self.execute(_inserting_new(_table(table), self.dialect), list(rows[start : start + ROWS_PER_STATEMENT]))

    def end(self) -> None:
        """Let go of the entities that were read."""
        if self._session is not None:
            self._session.close()

    def _on_connection(self) -> Connection:
        """Return the connection of our own transaction; a session adds nothing where no entity comes back."""
        if self._connection is None:
            self._connection = self.session.connection(bind_arguments=dict(self._bind))
        return self._connection


def _needs_session(statement: Executable, *, is_kept: bool) -> bool:
    """Return whether a statement returns entities of a session; our changes return columns alone.

    :param is_kept: whether it is built once, so that the answer is kept as well.
    """
    if isinstance(statement, UpdateBase):
        return False
    return _kept_gives_entities(statement) if is_kept else _gives_entities(statement)


@lru_cache(maxsize=1000)
def _kept_gives_entities(statement: Executable) -> bool:
    return _gives_entities(statement)


def _gives_entities(statement: Executable) -> bool:
    if not isinstance(statement, Select):
        return True
    columns = statement.column_descriptions
    return any(column.get("entity") is not None and column["expr"] is column["entity"] for column in columns)


@lru_cache(maxsize=100)
def _inserting(table: Table) -> Insert:
    return Insert(table)


@lru_cache(maxsize=100)
def _inserting_new(table: Table, dialect: str) -> Insert:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing()


def _table(model: type[Any]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def written(words: Iterable[str]) -> list[ColumnElement[str]]:
    """Return words of ours as part of a statement's text: a database takes a partial index only where it sees them."""
    return [literal_column(f"'{word}'") for word in words]


def begin_at_once(connection: Connection) -> None:
    """Take the write lock of SQLite, which locks no rows, for a transaction that has done nothing yet.

    Where the app's engine begins none, the driver does at the first change: what was read before that has changed by
    then, and nobody is told.
    """
    if connection.dialect.name == "sqlite" and not getattr(connection.connection.driver_connection, _HAS_BEGUN, True):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


class Store:
    """Opens sessions of our own on the app's database.

    :param engine: the app's SQLAlchemy engine for our bind; never changed, only given execution options of our own.
    :param schema: the database schema of our tables, or None.
    :raises ConfigurationError: the database is neither SQLite nor PostgreSQL.
    """

    def __init__(self, engine: Engine, *, schema: str | None = None) -> None:
        if engine.dialect.name not in SUPPORTED:
            raise ConfigurationError(
                f"flask_billcom needs SQLite or PostgreSQL (partial unique indexes, UPDATE ... RETURNING), "
                f"not {engine.dialect.name}; use the bind_key of a database that has them"
            )
        self.engine = engine
        self.schema = schema
        self._writing = engine.execution_options(billcom_write=True)

    @contextmanager
    def write(self) -> Iterator[Rows]:
        """Open one short write transaction; it commits at the end and rolls back on any error."""
        with OrmSession(self._writing, expire_on_commit=False) as session, session.begin():
            if self.engine.dialect.name == "sqlite":  # elsewhere its connection is opened by its first statement
                begin_at_once(session.connection())
            yield Rows(session, self._writing, self.schema, ours=True)

    @contextmanager
    def read(self) -> Iterator[Rows]:
        """Open a transaction that only reads."""
        with self.engine.connect() as connection:
            rows = Rows(connection, self.engine, self.schema, ours=True)
            try:
                yield rows
            finally:
                rows.end()

    def within(self, session: OrmSession) -> Rows:
        """Return our rows inside a transaction of the app's; it commits or rolls back with the app's rows."""
        return Rows(session, self.engine, self.schema, ours=False)
