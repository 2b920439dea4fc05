"""A bill that was held for months is paid beside today's: what lies between, and is paid, is not read through."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from flask_billcom.api.records import Bill
from flask_billcom.marketplace.kinds.balances import Balances, Standing
from flask_billcom.models import Document
from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.serving import crud
from tests.support.stages import MakeWorld
from tests.support.world import World

PAGE = 999


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    world = make_world()
    world.onboard(sellers=["ann"])
    return world


def sell(world: World, count: int) -> None:
    world.settle_some(count, ("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.advance(seconds=3600)


def enter_bills(world: World, count: int, *, paid: bool) -> None:
    """Let a person enter bills in Bill.com's own page, and let those that are to be paid have been."""
    vendor_id = world.simulator.books.vendors[0].id

    def enter(there: Any) -> None:
        for number in range(count):
            obj = {
                "entity": "Bill",
                "vendorId": vendor_id,
                "invoiceNumber": f"other {number}",
                "invoiceDate": "2026-03-02",
                "dueDate": "2026-03-02",
                "billLineItems": [{"entity": "BillLineItem", "amount": "9.00"}],
            }
            row = crud.single(there, ENTITIES["Bill"], "Create", {"obj": obj})
            if paid:
                there.adjust(row, paidAmount=900, dueAmount=0, paymentStatus="0")

    world.simulator.under_lock(enter)
    world.advance(seconds=3600)


def read_all(world: World) -> list[Standing | None]:
    """Return how all of our bills stand, as a process finds them that has just begun."""
    with world.store.read() as rows:
        bills = rows.all(select(Document).where(Document.kind == "bill").order_by(Document.number))
    vendor_id = world.simulator.books.vendors[0].id
    domain = world.parts.domain
    standing = Balances(domain, Bill).read(domain.reads, [(bill, vendor_id) for bill in bills])
    return [standing[bill.id] for bill in bills]


def calls_of(world: World) -> tuple[int, int]:
    return len(world.sent("List/Bill")), len(world.sent("Crud/Read/Bill"))


def calls_to_read(world: World) -> tuple[int, int]:
    """Return how many pages and how many single bills it takes to learn how all of ours stand."""
    pages, single = calls_of(world)
    assert read_all(world) == [Standing(900, 0)] * world.orders
    return calls_of(world)[0] - pages, calls_of(world)[1] - single


def test_a_long_row_of_paid_bills_is_left_after_as_many_pages_as_bills_are_wanted(world: World) -> None:
    sell(world, 1)
    enter_bills(world, 6 * PAGE, paid=True)
    sell(world, 2)

    assert calls_to_read(world) == (3, 2)


def test_pages_of_what_is_due_serve_the_next_batches_and_are_read(world: World) -> None:
    sell(world, 1)
    enter_bills(world, 3 * PAGE, paid=False)
    sell(world, 2)

    assert calls_to_read(world) == (4, 0)


def test_bills_that_lie_together_need_one_page(world: World) -> None:
    enter_bills(world, 5, paid=True)
    sell(world, 3)

    assert calls_to_read(world) == (1, 0)


def test_slow_pages_of_what_is_due_keep_no_payout_from_being_sent(world: World) -> None:
    sell(world, 1)
    enter_bills(world, 6 * PAGE, paid=False)
    sell(world, 1)
    world.plan_payouts()
    world.advance(seconds=1)

    def pass_time(moment: str, endpoint: str) -> None:
        if moment == "answer" and endpoint == "List/Bill":
            world.advance(seconds=30)

    world.on_call = pass_time
    world.tick()

    assert world.states("pay") == ["done"] * 2
