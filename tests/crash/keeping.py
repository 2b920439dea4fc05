"""Keep a world at the start of a chapter, and go back to it as often as needed.

On SQLite the database is a file that is copied; on PostgreSQL the rows of every table are copied out and in again. The
simulator is a pickle either way.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from tests.crash.boundaries import Boundaries
from tests.crash.story import CHAPTERS, Run
from tests.support.world import Stage

Tables = dict[str, bytes]


@dataclass(frozen=True)
class Kept:
    """A world at the start of a chapter.

    :param database: a file of SQLite, or the rows of PostgreSQL by table.
    :param boundaries: how many had passed by then.
    """

    chapter: str
    database: Path | Tables
    simulator: bytes
    clock: tuple[int, Any, timedelta]
    settings: Any
    boundaries: int


def keep(run: Run, folder: Path, chapter: str) -> Kept:
    """Copy a world as it is now.

    :param folder: for the copy of a file.
    """
    let_go(run)
    engine = run.stage.engine
    database = copy_out(engine) if engine.dialect.name == "postgresql" else copy_file(engine, folder / chapter)
    clock = run.world.clock
    state = (clock._count, clock._random.getstate(), clock.offset)
    return Kept(chapter, database, run.world.simulator.pickled(), state, run.world.settings, len(run.boundaries.trail))


def go_back(stage: Stage, kept: Kept, boundaries: Boundaries, *, like: Run) -> Run:
    """Return a run that stands where one was kept."""
    run = replace(like, boundaries=boundaries, crashes=0, quarantined={})
    let_go(run)
    put_back(stage.engine, kept.database)
    run.world.simulator.unpickle(kept.simulator)
    clock = run.world.clock
    clock._count, clock.offset = kept.clock[0], kept.clock[2]
    clock._random.setstate(kept.clock[1])
    run.world.settings = kept.settings
    run.world.restart()
    run.listen()
    return run


def let_go(run: Run) -> None:
    """End the app's open transaction."""
    with run.world.app() as session:
        session.remove()


def put_back(engine: Engine, database: Path | Tables) -> None:
    """Let a database be as it was when it was copied."""
    if isinstance(database, Path):
        put_file(engine, database)
    else:
        copy_in(engine, database)


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


def chapters_from(name: str) -> list[str]:
    """Return the chapters from one on."""
    names = list(CHAPTERS)
    return names[names.index(name) :]
