"""Keep a world at the start of a chapter, and go back to it as often as needed.

On SQLite the database is a file and the simulator a pickle, so going back takes milliseconds; on PostgreSQL the story
is told again from its beginning instead.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.crash.boundaries import Boundaries
from tests.crash.story import CHAPTERS, Run
from tests.support.world import Stage


@dataclass(frozen=True)
class Kept:
    """A world at the start of a chapter.

    :param boundaries: how many had passed by then.
    """

    chapter: str
    database: Path
    simulator: bytes
    clock: tuple[int, Any, timedelta]
    settings: Any
    boundaries: int


def keep(run: Run, folder: Path, chapter: str) -> Kept:
    """Copy a world of SQLite as it is now."""
    engine = run.stage.engine
    with run.world.app() as session:
        session.remove()
    with engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
    copy = folder / f"{chapter}.sqlite"
    shutil.copy(str(engine.url.database), copy)
    clock = run.world.clock
    state = (clock._count, clock._random.getstate(), clock.offset)
    return Kept(chapter, copy, run.world.simulator.pickled(), state, run.world.settings, len(run.boundaries.trail))


def go_back(stage: Stage, kept: Kept, boundaries: Boundaries, *, like: Run) -> Run:
    """Return a run that stands where one was kept."""
    run = Run(stage, boundaries, seed=like.seed, simulator=like.simulator, orders=like.orders)
    with run.world.app() as session:
        session.remove()
    stage.engine.dispose()
    path = Path(str(stage.engine.url.database))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    shutil.copy(kept.database, path)
    run.world.simulator.unpickle(kept.simulator)
    clock = run.world.clock
    clock._count, clock.offset = kept.clock[0], kept.clock[2]
    clock._random.setstate(kept.clock[1])
    run.world.settings = kept.settings
    run.world.restart()
    run.listen()
    return run


def chapters_from(name: str) -> list[str]:
    """Return the chapters from one on."""
    names = list(CHAPTERS)
    return names[names.index(name) :]
