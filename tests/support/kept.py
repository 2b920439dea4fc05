"""What worlds begin with, lived through once: afterwards they are put back to where it had led.

A world repeats bit for bit, so what follows from the same beginning is the same. Whether a world stands at its very
beginning is looked at, not told: nothing may have been asked of Bill.com, no id made, and no row of the shop written.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, text

from tests.support.copies import Copy, copy_of, put_back

if TYPE_CHECKING:
    from tests.support.world import World


@dataclass(frozen=True)
class Kept:
    """A world as it was at some time.

    :param orders: how many its shop had.
    """

    database: Copy
    simulator: bytes
    journal: bytes
    clock: tuple[Any, ...]
    orders: int


def keep(world: World, engine: Engine, path: Path) -> Kept:
    """Copy a world as it is now; its worker begins anew, as it does whenever the world is put back.

    :param path: for the copy of a file.
    """
    world.let_go()
    bill = world.simulator
    kept = Kept(copy_of(engine, path), bill.pickled(), pickle.dumps(bill.journal), world.clock.state(), world.orders)
    world.restart()
    return kept


def go_back(world: World, engine: Engine, kept: Kept) -> None:
    """Let a world be as it was when it was kept."""
    world.let_go()
    put_back(engine, kept.database)
    world.simulator.unpickle(kept.simulator)
    world.simulator.journal = pickle.loads(kept.journal)
    world.clock.set_state(kept.clock)
    world.orders = kept.orders
    world.restart()


class Beginnings:
    """The beginnings of one stage's worlds.

    :param engine: of the stage's database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: list[tuple[object, Kept]] = []

    def live(self, world: World, live: Callable[..., None], args: tuple[Any, ...], values: dict[str, Any]) -> None:
        """Live through something; from the second world on that begins with it, put back its end."""
        if not self._is_new(world):
            live(world, *args, **values)
            return
        start = (live, args, values, world.settings, world.simulator.pickled(), world.clock.state())
        for known, kept in self._known:
            if known == start:
                go_back(world, self._engine, kept)
                return
        live(world, *args, **values)
        path = Path(f"{self._engine.url.database}-{len(self._known)}")
        self._known.append((start, keep(world, self._engine, path)))

    def _is_new(self, world: World) -> bool:
        if world.is_heard or world.clock.made_ids or len(world.simulator.journal):
            return False
        with self._engine.connect() as connection:
            return not any(connection.scalar(text(f"select count(*) from {name}")) for name in _OF_THE_SHOP)


_OF_THE_SHOP = ("buyer", "seller", "shop_order")
