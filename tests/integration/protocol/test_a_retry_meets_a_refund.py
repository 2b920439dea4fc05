"""A person tries again what Bill.com had refused, at the moment that a refund takes its document back or lowers it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from flask_billcom.engine.decisions import Person
from flask_billcom.ledger import Account
from flask_billcom.models import Document
from tests.support.at_once import HeldOpen
from tests.support.world import World

EVE = Person("Eve", "the cause is mended")


def refused(world: World, kind: str) -> UUID:
    """Return the operation of a kind that Bill.com has refused."""
    found = [each for each in world.operations(kind) if each.state == "rejected"]
    return found[-1].id


def refund(world: World, order: str, dollars: str | None = None) -> None:
    with world.app() as session:
        sale = session.get(world.shop.Order, int(order))
        amount = None if dollars is None else Decimal(dollars)
        world.shop.billcom.refund(sale, amount=amount, reference="r", reason="broken")
        session.commit()


def retry_while(world: World, operation_id: UUID, *, order: str, dollars: str | None = None) -> None:
    """Try an operation again, and have its sale refunded by another process before that is committed."""
    decisions, other = world.parts.decisions, world.process()
    refund(world, order, dollars)
    held = HeldOpen(world.store, then=lambda: world.tick(other))
    decisions._store = held
    try:
        decisions.retry(operation_id, EVE)
        held.wait()
    finally:
        decisions._store = world.store


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)
def test_what_is_taken_back_is_not_made(world_on: World) -> None:
    world = world_on
    world.onboard(sellers=["ann"], buyers=["Ada"])
    world.restart(collect="charge")
    world.simulator.plan_fault("bdc:BDC_1119", "Bulk/Crud/Create/Invoice")
    order = world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    assert world.states("create_invoice") == ["rejected"], world.shown()

    retry_while(world, refused(world, "create_invoice"), order=order)
    world.run(1200)

    assert world.numbers("Invoice") == []


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)
def test_a_payout_is_planned_of_what_is_left(world_on: World) -> None:
    world = world_on
    world.ready_to_pay()
    world.simulator.plan_fault("bdc:BDC_1119", "PayBills")
    world.tick()
    assert world.states("pay") == ["rejected"], world.shown()

    retry_while(world, refused(world, "pay"), order="1", dollars="2.00")
    world.run(1200)

    (bill,) = world.rows(Document, Document.kind == "bill")
    assert (bill.cents, bill.released_at) == (7_20, None)
    assert [each for each in world.operations("pay") if each.state == "planned"] == []
    assert world.trial()[Account.SELLER_RESERVED] == 0
