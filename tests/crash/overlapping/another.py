"""Another process on the same database and the same Bill.com: an app of its own, with its own connections.

It does one step of a round alone, so that it meets a transaction in that step and does not wait in an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from flask import Flask

from flask_billcom.engine.worker import Step, TickReport, Worker
from tests.support.shop import Shop, sqlite_safe
from tests.support.statements import share_statements
from tests.support.world import Stage, World

ROUND = "tick"
"""All steps, one after the other."""


def another_shop(stage: Stage) -> Shop:
    """Return the shop of a stage in an app of its own."""
    shop = stage.shop
    app = Flask("shop")
    app.config.update(shop.app.config)
    shop.db.init_app(app)
    with app.app_context():
        if shop.db.engine.dialect.name == "sqlite":
            sqlite_safe(shop.db.engine)
        share_statements(shop.db.engine)
    shop.billcom.init_app(app, clock=shop.clock)
    return Shop(app, shop.db, shop.billcom, shop.clock, shop.Buyer, shop.Seller, shop.Order, shop.Item)


class Another:
    """The other process.

    :param stage: whose database it shares.
    """

    def __init__(self, stage: Stage) -> None:
        self.shop = another_shop(stage)
        with self.shop.app.app_context():
            self.engine = self.shop.db.engine
        self.world: World | None = None

    def joins(self, world: World) -> World:
        """Return its view of a world, with the settings that this has now."""
        mine = self.world
        if mine is None or mine.simulator is not world.simulator or mine.clock is not world.clock:
            mine = self.world = World(self.shop, world.simulator, world.clock, world.settings)
        elif mine.settings != world.settings:
            mine.settings = world.settings
            mine.restart()
        return mine

    def leaves(self) -> None:
        """End its process, and let go of the database."""
        self.world = None
        with self.shop.app.app_context():
            self.shop.db.session.remove()
        self.engine.dispose()


def does(world: World, name: str) -> TickReport:
    """Do one step of a round, or all of them."""
    with only(world.parts.worker, name):
        return world.tick()


def steps_of(world: World) -> list[str]:
    """Return the names of all steps of a round, in their order."""
    passed: list[str] = []
    worker = world.parts.worker
    with patch.object(worker, "_run", lambda step, _: passed.append(step.name)):  # nothing is carried out
        world.tick()
    return passed


@contextmanager
def only(worker: Worker, name: str) -> Iterator[None]:
    """Let a worker do one step of its rounds alone, with whatever that does inside."""
    if name == ROUND:
        yield
        return
    run: Callable[[Step, TickReport], None] = worker._run
    inside: list[Any] = []

    def run_some(step: Step, report: TickReport) -> None:
        if inside or step.name == name:
            inside.append(step)
            run(step, report)
            inside.pop()

    with patch.object(worker, "_run", run_some):
        yield
