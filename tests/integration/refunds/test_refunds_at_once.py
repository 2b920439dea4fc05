"""Two people refund one sale at the same moment, and workers meet on one document; on both databases."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import update

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.ledger import Account
from flask_billcom.marketplace.refunds.carrying import carry_out
from flask_billcom.marketplace.refunds.snapshots import RefundSnapshot
from flask_billcom.marketplace.tracking.following import follow
from flask_billcom.models import Adjustment, AdjustmentPart
from flask_billcom.schedule import Schedule
from tests.support.together import together
from tests.support.world import Stage

from .conftest import Shop

THREADS = 4


@pytest.fixture
def shop(dialect: str, request: pytest.FixtureRequest) -> Shop:
    """Give a shop on SQLite, and then one on PostgreSQL, that collects nothing by itself."""
    stage: Stage = request.getfixturevalue(f"{dialect}_stage")
    world = stage.world(collect="none", float_cents=0, payout_schedule=Schedule.parse("daily"))
    world.onboard(sellers=["ann", "cid"], buyers=["Ada"])
    return Shop(world)


def refund(shop: Shop, order: str, reference: str, dollars: str) -> RefundSnapshot:
    """Refund as a view does, in a session of this thread's own."""
    billcom = shop.world.shop.billcom
    with shop.world.app() as session, billcom.transaction():
        found = session.get(shop.world.shop.Order, int(order))
        asked: RefundSnapshot = billcom.refund(found, reference=reference, amount=Decimal(dollars), reason="broken")
    return asked


def test_no_more_than_is_left_goes_back_however_many_ask_at_once(shop: Shop) -> None:
    order = shop.sell(("ann", "60.00", "6.00"))

    found = together([partial(refund, shop, order, f"r{n}", "25.00") for n in range(THREADS)])

    assert sum(isinstance(each, RefundSnapshot) for each in found) == 2
    assert {str(each) for each in found if isinstance(each, NotPossible)} == {
        "25.00 is more than the 10.00 left to refund of sale 1"
    }
    shop.go()
    assert shop.there("Invoice") == {"FB-1": 10_00}
    shop.settled_dust()


def test_one_reference_clicked_at_once_is_one_refund(shop: Shop) -> None:
    order = shop.sell(("ann", "60.00", "6.00"))

    found = together([partial(refund, shop, order, "r1", "25.00") for _ in range(THREADS)])

    assert len({each.id for each in found}) == 1
    assert len(shop.world.rows(Adjustment)) == 1
    shop.go()
    assert shop.there("Bill") == {"FB-1-1": 31_50}
    shop.settled_dust()


def test_workers_that_carry_out_at_once_lower_each_document_once(shop: Shop) -> None:
    orders = [shop.world.settle(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00")) for _ in range(3)]
    shop.go()
    for order in orders[:2]:
        shop.refund(order, "30.00")
    shop.refund(orders[2])
    domains = [shop.world.process().domain for _ in range(THREADS)]

    together([partial(carry_out, domain) for domain in domains])

    assert {part.state for part in shop.world.rows(AdjustmentPart)} == {"planned"}
    assert len(shop.world.operations("update_invoice")) == 2
    shop.go()
    assert shop.there("Invoice") == {"FB-1": 70_00, "FB-2": 70_00}
    shop.settled_dust()


def test_a_refund_that_ends_while_its_payment_comes_back_is_owed_again(shop: Shop) -> None:
    shop.world.restart(collect="charge", float_cents=200_00)
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.go(days=2)
    shop.refund(order)
    shop.dust()
    assert [each.state for each in shop.refunds_of(order)] == ["refunded"]
    with shop.world.store.write() as rows:
        rows.change(update(Adjustment).values(state="paying_back"))  # as if nobody had noticed yet that it arrived
    shop.return_payout()
    shop.world.advance(business_days=6)
    ending, returning = (shop.world.process().domain for _ in range(2))

    together([partial(carry_out, ending), partial(follow, returning)])

    assert [each.state for each in shop.refunds_of(order)] == ["paying_back"]
    assert shop.world.trial()[Account.PAYOUT_RETURNED] == -60_00


def test_ticks_at_once_end_as_one_would(shop: Shop) -> None:
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.refund(order, "20.00")
    shop.world.advance(seconds=5)
    workers = [shop.world.process() for _ in range(THREADS)]

    together([partial(shop.world.tick, worker) for worker in workers])
    for _ in range(4):
        shop.world.run(1800)

    assert (shop.there("Invoice"), shop.there("Bill")) == ({"FB-1": 40_00}, {"FB-1-1": 36_00})
    shop.settled_dust()


@pytest.mark.timeout(600)
def test_a_refund_of_each_kind_on_each_database(shop: Shop) -> None:
    shop.world.restart(collect="charge", float_cents=200_00)
    before = shop.world.settle(("ann", "20.00", "2.00"))
    shop.refund(before, "5.00")
    paid = shop.sell(("cid", "40.00", "4.00"), own="3.00")
    shop.go(days=2)
    shop.refund(paid, "21.50")
    shop.dust()
    shop.refund(paid)
    shop.dust()

    assert shop.paid_to("Ada") == 43_00
    assert (shop.paid_to("ann"), shop.paid_to("cid"), shop.owed_by_seller("cid")) == (13_50, 18_00, 18_00)
    shop.settled_dust()
