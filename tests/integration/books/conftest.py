"""Worlds whose money goes all the way, to be looked at in the books."""

from __future__ import annotations

from typing import Any

import pytest

from flask_billcom.schedule import Schedule
from tests.support.world import Stage, World


def settled_world(stage: Stage, **settings: Any) -> World:
    """Return a world in which buyers are charged and sellers paid daily."""
    world = stage.world(**{"payout_schedule": Schedule.parse("daily"), "collect": "charge", **settings})
    world.onboard(sellers=["ann", "cid"], buyers=["Ada", "Bob"])
    return world


@pytest.fixture
def world(sqlite_stage: Stage) -> World:
    return settled_world(sqlite_stage)


def settle_some(world: World) -> None:
    """Settle three orders: 150.00 of goods, 15.00 of fees and 5.00 of shipping."""
    world.lives_through(_settle_some)


def _settle_some(world: World) -> None:
    world.settle(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), buyer="Ada", own="5.00")
    world.settle(("ann", "20.00", "2.00"), buyer="Ada")
    world.settle(("cid", "30.00", "3.00"), buyer="Bob")


def round_of(world: World, *, days: int = 0) -> None:
    """Let bank days pass and then do everything that is due."""
    if days:
        world.advance(business_days=days)
    world.rounds()


def pay_out(world: World) -> None:
    """Let the orders walk from the charge to the cleared payout."""
    world.lives_through(_pay_out)


def _pay_out(world: World) -> None:
    for days in (0, 1, 5, 1, 2):
        round_of(world, days=days)
