"""Copies of a database, to be put back as often as needed: a file of SQLite, or the rows of PostgreSQL."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

Tables = dict[str, bytes]
Copy = Path | Tables


def copy_of(engine: Engine, path: Path) -> Copy:
    """Copy a database as it is now.

    :param path: of the copy, where it is a file.
    """
    return copy_out(engine) if engine.dialect.name == "postgresql" else copy_file(engine, path)


def put_back(engine: Engine, database: Copy) -> None:
    """Let a database be as it was when it was copied."""
    if isinstance(database, Path):
        put_file(engine, database)
    else:
        copy_in(engine, database)


def digest(engine: Engine) -> bytes:
    """Return the hash of all rows."""
    found = sha256()
    if engine.dialect.name == "postgresql":
        for name, rows in copy_out(engine).items():
            found.update(name.encode() + rows)
        return found.digest()
    with engine.connect() as connection:
        for name in (
            connection.execute(text("select name from sqlite_master where type = 'table' order by name"))
            .scalars()
            .all()
        ):
            found.update(repr((name, connection.execute(text(f'select * from "{name}"')).all())).encode())
    return found.digest()


# -- SQLite --------------------------------------------------------------------------------------------------------


def copy_file(engine: Engine, copy: Path) -> Path:
    """Copy a database of SQLite into a file and return its path."""
    with engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
    shutil.copy(str(engine.url.database), copy)
    return copy


def put_file(engine: Engine, copy: Path) -> None:
    """Put a copied file back in the place of the database."""
    engine.dispose()
    path = Path(str(engine.url.database))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    shutil.copy(copy, path)


# -- PostgreSQL ----------------------------------------------------------------------------------------------------


def copy_out(engine: Engine) -> Tables:
    """Return the rows of every table that has any."""
    found = {}
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        for name in _tables(connection):
            with cursor.copy(f'COPY "{name}" TO STDOUT') as copy:
                rows = b"".join(bytes(part) for part in copy)
            if rows:
                found[name] = rows
    return found


def copy_in(engine: Engine, tables: Tables) -> None:
    """Replace the rows of every table."""
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text("; ".join(f'delete from "{name}"' for name in _tables(connection))))
        cursor = connection.connection.cursor()
        for name, rows in tables.items():
            with cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                copy.write(rows)


def _tables(connection: Any) -> list[str]:
    return list(
        connection.execute(
            text("select tablename from pg_tables where schemaname = 'public' order by tablename")
        ).scalars()
    )
