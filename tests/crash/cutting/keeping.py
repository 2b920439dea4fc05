"""Keep a world at the start of a chapter, and go back to it as often as needed.

The database is copied as `tests.support.copies` does it; the simulator is a pickle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.crash.boundaries import Boundaries
from tests.crash.judging.bystander import Bystander
from tests.crash.tale.chapters import CHAPTERS
from tests.crash.tale.story import Run
from tests.support.copies import Copy, Tables, copy_file, copy_of, copy_out, put_back
from tests.support.world import Stage

__all__ = ["Kept", "Tables", "chapters_from", "copy_file", "copy_out", "go_back", "keep", "let_go", "put_back"]


@dataclass(frozen=True)
class Kept:
    """A world at the start of a chapter.

    :param database: a file of SQLite, or the rows of PostgreSQL by table.
    :param boundaries: how many had passed by then.
    """

    chapter: str
    database: Copy
    simulator: bytes
    clock: tuple[int, Any, timedelta]
    settings: Any
    boundaries: int


def keep(run: Run, folder: Path, chapter: str) -> Kept:
    """Copy a world as it is now.

    :param folder: for the copy of a file.
    """
    let_go(run)
    database = copy_of(run.stage.engine, folder / chapter)
    clock = run.world.clock
    state = (clock._count, clock._random.getstate(), clock.offset)
    return Kept(chapter, database, run.world.simulator.pickled(), state, run.world.settings, len(run.boundaries.trail))


def go_back(stage: Stage, kept: Kept, boundaries: Boundaries, *, like: Run) -> Run:
    """Return a run that stands where one was kept."""
    run = replace(like, boundaries=boundaries, crashes=0, bystander=Bystander(), errands={}, past=set())
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


def chapters_from(name: str) -> list[str]:
    """Return the chapters from one on."""
    names = list(CHAPTERS)
    return names[names.index(name) :]
