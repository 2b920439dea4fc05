"""The towns in which sequences begin: each is founded once in every process, and put back for each sequence."""

from __future__ import annotations

import atexit
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from flask_billcom.simulator import Simulator
from tests.stories.conftest import DEFAULTS, Founded
from tests.stories.town import Order, Town
from tests.support import beginning
from tests.support.shop import never_waiting
from tests.support.world import Stage, World, WorldClock

FLOAT_CENTS = 1_000_000
MEMORY = Path("/dev/shm")


@cache
def _place() -> tuple[Stage, Path]:
    """Return a shop and a folder of its own, in memory where the machine has a place there."""
    place = tempfile.TemporaryDirectory(prefix="machine", dir=MEMORY if MEMORY.is_dir() else None)
    stage = Stage(f"{beginning.NAME}:///{place.name}/town.sqlite")
    # Another runner may come while this one holds the lock; it would wait for it in vain, in real time.
    never_waiting(stage.engine)
    _as_shipped(stage.engine)
    atexit.register(place.cleanup)
    atexit.register(stage.close)
    return stage, Path(place.name)


def _as_shipped(engine: Engine) -> None:
    """Let commits wait until they are on disk, as shipped; in memory that costs next to nothing."""

    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, _record: object) -> None:
        dbapi.execute("PRAGMA synchronous=FULL")

    engine.dispose()


@cache
def _founded(*, is_young: bool) -> tuple[Founded, tuple[Order, ...]]:
    stage, folder = _place()
    stage.empty()
    bill = Simulator(seed=1)
    town = Town(World(stage.shop, bill, WorldClock(bill, seed=1), stage._settings), stage, folder)
    town.onboard()
    town.ticks()
    if not is_young:
        town.restarts(**{**DEFAULTS, "float_cents": FLOAT_CENTS})
        _live(town)
    database = town.backs_up().rename(folder / ("young.sqlite" if is_young else "grown.sqlite"))
    clock = town.world.clock
    state = (clock._count, clock._random.getstate())
    kept = Founded(stage, folder, database, town.world.simulator.pickled(), dict(town.people), state)
    return kept, tuple(town.orders)


def _live(town: Town) -> None:
    """Sell on several days, so that each stage of a sale has one: arrived, sent, planned, collected, invoiced, new."""
    town.sells(("ann", "60.00", "6.00"), ("bo", "20.00", "2.00"), to="Ada", own="3.00")
    town.passes()
    town.waits(bank_days=3, step=3)
    town.sells(("ann", "30.00", "3.00"), to="Ben")
    town.passes()
    town.waits(bank_days=2, step=2)
    town.sells(("bo", "25.00", "2.50"), ("cy", "0.99"), to="Ada")
    town.passes()
    town.waits(bank_days=3, step=1)
    town.sells(("cy", "80.00", "8.00"), to="Cleo")
    town.passes()


def begin(switches: dict[str, Any], settings: dict[str, Any], *, is_young: bool) -> Town:
    """Return a town as it was founded.

    :param switches: of the simulator.
    :param settings: of the extension, where they differ from those of the stories.
    :param is_young: whether nothing was sold yet.
    """
    founded, orders = _founded(is_young=is_young)
    town = founded.town(switches, {**DEFAULTS, "float_cents": FLOAT_CENTS, **settings})
    town.orders = list(orders)
    return town
