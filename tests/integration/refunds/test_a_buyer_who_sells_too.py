"""A buyer whom the app also maps as a seller is paid back as the vendor that he is, beside his own earnings."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from flask_billcom import Vendor
from flask_billcom.marketplace.balances import Balance
from flask_billcom.models import Party
from flask_billcom.schedule import Schedule
from tests.support.world import Stage

from .conftest import Shop


@pytest.fixture
def shop(tmp_path: Any) -> Iterator[Shop]:
    """Give a shop whose buyers are mapped as sellers too."""
    stage = Stage(f"sqlite:///{tmp_path}/world.sqlite")

    @stage.shop.billcom.vendor_from(stage.shop.Buyer)
    def _vendor(buyer: Any) -> Vendor:
        return Vendor(name=f"{buyer.name} & Sons", email=buyer.email)

    world = stage.world(payout_schedule=Schedule.parse("daily"), collect="none", float_cents=0)
    world.ensure("seller", "ann")
    world.advance(seconds=5)
    world.tick()
    world.trust()
    yield Shop(world)
    stage.close()


def test_what_he_gets_back_is_paid_to_him_and_is_no_earning_of_his(shop: Shop) -> None:
    with shop.world.app() as session:
        buyer = session.merge(shop.world.person("buyer", "Ada"))
        shop.world.shop.billcom.ensure_party(buyer, role="vendor")
        session.commit()
    order = shop.sell(("ann", "60.00", "6.00"))
    received = {"amount": Decimal("60.00"), "date": shop.world.clock.now().date(), "reference": "cheque 7"}
    shop.call("record_payment", order, commit=False, actor="Ann", **received)
    shop.go()
    shop.refund(order, "20.00")
    shop.dust()

    vendors = shop.world.rows(Party, Party.role == "vendor", Party.local_type == "Buyer")
    assert len(vendors) == 1
    assert shop.paid_to("Ada & Sons") == 20_00
    with shop.world.app() as session:
        ada = session.merge(shop.world.person("buyer", "Ada"))
        balance: Balance = shop.world.shop.billcom.balance_of(ada)
    assert (balance.earned_cents, balance.paid_cents, balance.in_transit_cents) == (0, 0, 0)
    shop.settled_dust()
