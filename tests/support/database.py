"""Fresh databases, cheaply: each test that takes one runs on SQLite and on PostgreSQL.

    database              no tables; for applications that make their own
    database_of(metadata) these tables, no rows
    billcom_database      the tables of flask_billcom, no rows

Making tables is what costs (some 150 ms for ours), so `database_of` makes each set once per worker: on SQLite a test
receives a copy of the file (1 ms), on PostgreSQL the rows of the last test are deleted (2 ms; TRUNCATE takes 50).

One dialect alone: `pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from sqlalchemy import URL, Engine, MetaData, create_engine, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from tests.support.postgres import Server


@dataclass
class Database:
    """One database of one test."""

    dialect: str
    url: str
    _engines: list[Engine] = field(default_factory=list)

    def engine(self, **options: Any) -> Engine:
        """Return a new engine on it, disposed of after the test; takes the options of `create_engine`."""
        self._engines.append(create_engine(self.url, **options))
        return self._engines[-1]

    def close(self) -> None:
        """Dispose of the engines that it made."""
        for engine in self._engines:
            engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def dialect(request: pytest.FixtureRequest) -> str:
    """Name the kind of database that the test runs on."""
    return str(request.param)


@pytest.fixture
def database(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give an empty database without tables."""
    url = request.getfixturevalue("pg_url") if dialect == "postgresql" else _sqlite_url(tmp_path / "empty.sqlite")
    fresh = Database(dialect, url)
    yield fresh
    fresh.close()


@pytest.fixture
def database_of(
    dialect: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[[MetaData], Database]]:
    """Give a function from a set of tables to a database that has them, without rows."""
    made: list[Database] = []

    def make(metadata: MetaData) -> Database:
        if dialect == "postgresql":
            url = _postgresql_with(metadata, request.getfixturevalue("pg_server"))
        else:
            url = _sqlite_with(metadata, tmp_path_factory.getbasetemp(), tmp_path)
        made.append(Database(dialect, url))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def billcom_database(database_of: Callable[[MetaData], Database]) -> Database:
    """Give a database with the tables of flask_billcom, without rows."""
    from flask_billcom.models import Base

    return database_of(Base.metadata)


def _sqlite_url(path: Path) -> str:
    return URL.create("sqlite", database=str(path)).render_as_string()


def _sqlite_with(metadata: MetaData, templates: Path, folder: Path) -> str:
    name = f"{_digest(metadata)}.sqlite"
    if not (templates / name).exists():
        engine = create_engine(_sqlite_url(templates / name))
        with engine.begin() as connection:
            metadata.create_all(connection)
        engine.dispose()
    shutil.copy(templates / name, folder / name)
    return _sqlite_url(folder / name)


def _postgresql_with(metadata: MetaData, server: Server) -> str:
    name = _digest(metadata)
    cleaner = server.cleaner(name, metadata)
    cleaner.execute(text("set session_replication_role = replica"))  # no foreign key and no trigger objects
    cleaner.execute(text("; ".join(f"delete from {table.fullname}" for table in metadata.tables.values())))
    return server.url(name)


_DIGESTS: WeakKeyDictionary[MetaData, str] = WeakKeyDictionary()


def _digest(metadata: MetaData) -> str:
    if metadata not in _DIGESTS:
        _DIGESTS[metadata] = _digest_of_tables(metadata)
    return _DIGESTS[metadata]


def _digest_of_tables(metadata: MetaData) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # untyped upstream
    tables = metadata.sorted_tables
    indexes = [index for table in tables for index in sorted(table.indexes, key=lambda index: str(index.name))]
    statements = [CreateTable(table) for table in tables] + [CreateIndex(index) for index in indexes]
    return sha256("".join(str(each.compile(dialect=dialect)) for each in statements).encode()).hexdigest()[:12]
