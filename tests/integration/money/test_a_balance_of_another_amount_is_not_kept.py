"""A bill that reads with another amount than ours tells nothing of what is due of ours."""

from __future__ import annotations

from typing import Any

import pytest

from flask_billcom.api.records import Bill
from flask_billcom.marketplace.kinds.balances import Balances
from flask_billcom.models import Document
from tests.support.stages import MakeWorld
from tests.support.world import World


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    world = make_world()
    world.onboard(sellers=["ann"])
    world.settle_some(1, ("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.advance(seconds=3600)
    return world


def set_there(world: World, **cents: int) -> None:
    """Let a person change the bill in Bill.com's own page."""
    [bill] = world.simulator.books.bills

    def change(there: Any) -> None:
        there.adjust(there.find("Bill", bill.id), **cents)

    world.simulator.under_lock(change)
    world.advance(seconds=60)


def read(world: World) -> Any:
    """Read the balance as another batch does on its way, and return our row after it."""
    [bill] = world.rows(Document, Document.kind == "bill")
    vendor_id = world.simulator.books.vendors[0].id
    Balances(world.parts.domain, Bill).read(world.parts.domain.reads, [(bill, vendor_id)])
    [bill] = world.rows(Document, Document.kind == "bill")
    return bill


def test_what_reads_as_it_is_here_is_noted(world: World) -> None:
    assert read(world).read_at is not None


def test_what_was_raised_there_leaves_what_we_know_is_due(world: World) -> None:
    set_there(world, amount=1111, dueAmount=211, paidAmount=900)

    raised = read(world)

    assert (raised.due_cents, raised.read_at) == (900, None)


def test_what_is_due_comes_from_the_payments_that_we_know(world: World) -> None:
    set_there(world, dueAmount=0, paidAmount=900)

    paid = read(world)

    assert (paid.due_cents, paid.read_at) == (900, None)


def test_what_was_put_back_is_read_again(world: World) -> None:
    set_there(world, amount=1111, dueAmount=1111)
    assert read(world).read_at is None
    set_there(world, amount=900, dueAmount=900)

    back = read(world)

    assert back.due_cents == 900
    assert back.read_at is not None
