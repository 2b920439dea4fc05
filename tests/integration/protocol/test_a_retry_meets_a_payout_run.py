"""A person tries a payout again of a bill that is with the payout runs: it leaves them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import update

from flask_billcom.engine.decisions import Person
from flask_billcom.ledger import Account
from flask_billcom.marketplace.paying.payouts import plan_payouts
from flask_billcom.marketplace.returns.paying_again import pay_again
from flask_billcom.marketplace.returns.voidable import void
from flask_billcom.models import Document, Payment
from tests.support.at_once import HeldOpen
from tests.support.world import World

EVE = Person("Eve", "the cause is mended")


@pytest.fixture
def world(world_on: World) -> World:
    """Give a world whose only payout was given up for a refund, so that its bill is with the payout runs again."""
    world = world_on
    world.onboard(sellers=["ann"])
    order = world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    with world.store.write() as rows:
        rows.change(update(Document).where(Document.kind == "bill").values(release_after=world.clock.now()))
    plan_payouts(world.parts.domain)
    with world.app() as session:
        sale = session.get(world.shop.Order, int(order))
        world.shop.billcom.refund(sale, amount=Decimal("2.00"), reference="r", reason="broken")
        session.commit()
    world.rounds()
    assert (world.states("update_bill"), world.states("pay")) == (["done"], ["cancelled"]), world.shown()
    return world


def test_its_money_is_reserved_once_where_a_run_plans_it_at_that_moment(world: World) -> None:
    decisions, other = world.parts.decisions, world.process()
    held = HeldOpen(world.store, then=lambda: plan_payouts(other.domain))
    decisions._store = held

    decisions.retry(world.operation("pay").id, EVE)
    held.wait()

    assert world.states("pay") == ["cancelled", "planned"]
    assert world.trial()[Account.SELLER_RESERVED] == -7_20
    world.run(600)
    assert world.paid_cents() == {"FB-1-1": 7_20}
    assert world.trial().get(Account.SELLER_RESERVED, 0) == 0


def test_it_can_be_paid_again_once_that_payout_is_void(world: World) -> None:
    world.parts.decisions.retry(world.operation("pay").id, EVE)
    world.tick()
    (payout,) = world.rows(Payment)
    void(world.parts.domain, payout.id, EVE)
    world.run_until(lambda: world.rows(Payment)[0].status == "cancelled", step=3600, within=26 * 3600)

    again = pay_again(world.parts.domain, payout.id, EVE)
    run = plan_payouts(world.parts.domain)

    assert (again.cents, run.cents) == (7_20, 7_20)
