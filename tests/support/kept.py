"""What worlds live through in the same way, lived through once: afterwards they are put back to where it had led.

A world repeats bit for bit, so what follows from the same state is the same. The state is looked at, not told: every
row of the database, all of the simulator, the clock and the settings.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from tests.support.copies import Copy, copy_of, digest, put_back

if TYPE_CHECKING:
    from tests.support.world import World


@dataclass(frozen=True)
class Kept:
    """A world as it was at some time.

    :param orders: how many its shop had.
    :param diary: what whoever tells of it had to know.
    """

    database: Copy
    simulator: bytes
    journal: bytes
    clock: tuple[Any, ...]
    orders: int
    diary: Any


def keep(world: World, engine: Engine, path: Path) -> Kept:
    """Copy a world as it is now.

    :param path: for the copy of a file.
    """
    world.let_go()
    bill = world.simulator
    return Kept(
        copy_of(engine, path),
        bill.pickled(),
        pickle.dumps(bill.journal),
        world.clock.state(),
        world.orders,
        world.diary,
    )


def go_back(world: World, engine: Engine, kept: Kept) -> None:
    """Let a world be as it was when it was kept; its worker begins anew."""
    world.let_go()
    put_back(engine, kept.database)
    world.simulator.unpickle(kept.simulator)
    world.simulator.journal = pickle.loads(kept.journal)
    world.clock.set_state(kept.clock)
    world.orders, world.diary = kept.orders, kept.diary
    world.restart()


class Memories:
    """What the worlds of one stage have lived through.

    :param engine: of the stage's database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: list[tuple[object, Kept]] = []

    def live(self, world: World, live: Callable[..., None], args: tuple[Any, ...], values: dict[str, Any]) -> None:
        """Live through something; from the second time on from the same state, put back its end."""
        world.let_go()
        bill = sha256(world.simulator.pickled() + pickle.dumps(world.simulator.journal)).digest()
        told = (world.orders, world.diary, world.settings)
        start = (live, args, values, digest(self._engine), bill, world.clock.state(), told)
        kept = next((kept for known, kept in self._known if known == start), None)
        if kept is None:
            live(world, *args, **values)
            kept = keep(world, self._engine, Path(f"{self._engine.url.database}-{len(self._known)}"))
            self._known.append((start, kept))
        # The first time too, so that every world goes on from the same.
        go_back(world, self._engine, kept)
