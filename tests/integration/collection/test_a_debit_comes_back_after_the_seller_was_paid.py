"""The money is out, and the buyer's bank takes it back: the buyer owes, until a person decides otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_billcom.models import Document, Settlement
from flask_billcom.simulator.payments.receipts import return_charge
from tests.support.world import World

MakeWorld = Callable[..., World]


def days(world: World, count: int) -> None:
    for _ in range(count):
        world.advance(business_days=1)
        for _ in range(3):
            world.tick()
            world.advance(seconds=70)


@pytest.fixture
def lent(make_world: MakeWorld) -> World:
    """Give a world in which ann has her nine dollars and Ada's bank has taken ten back."""
    world = make_world(simulator={"buyers_pay": False}, collect="charge", float_cents=0)
    world.lives_through(lend)
    return world


def lend(world: World) -> None:
    world.onboard(sellers=["ann"], buyers=["Ada"])
    world.settle(("ann", "10.00", "1.00"))
    days(world, 8)
    with world.app():
        assert world.shop.billcom.payout_run(actor="bea").bills == 1
    days(world, 6)
    assert world.rows(Settlement)[0].state == "paid_out"
    (receipt,) = world.simulator.books.received_pays
    world.simulator.under_lock(lambda bill: return_charge(bill, bill.store["ReceivedPay"].by_id[receipt.id], "R10"))
    days(world, 9)


def trial(world: World) -> dict[str, int]:
    return {account.value: cents for account, cents in world.trial().items() if cents}


def differences(world: World) -> list[Any]:
    with world.app():
        return list(world.shop.billcom.reconcile().differences)


def act(world: World, name: str, **values: Any) -> Any:
    with world.app() as session:
        done = getattr(world.shop.billcom, name)(session.get(world.shop.Order, 1), actor="bea", **values)
        session.commit()
        return done


def test_the_buyer_owes_and_nothing_is_paid_or_charged_twice(lent: World) -> None:
    assert trial(lent) == {"buyer_receivable": 1000, "bank": -900, "fee_income": -100}
    assert lent.rows(Settlement)[0].state == "invoiced"
    assert len(lent.sent("ChargeCustomer")) == len(lent.sent("PayBills")) == 1
    assert differences(lent) == []


def test_charged_again_the_money_comes_and_the_seller_is_not_paid_again(lent: World) -> None:
    act(lent, "charge_again", reason="his bank says that there is money now")
    days(lent, 10)
    with lent.app():
        assert lent.shop.billcom.payout_run(actor="bea").bills == 0
    days(lent, 3)

    assert trial(lent) == {"bank": 100, "fee_income": -100}
    assert lent.rows(Settlement)[0].state == "paid_out"
    assert lent.holds() == []
    assert lent.paid_cents() == {"FB-1-1": 900}
    assert differences(lent) == []


def test_given_up_by_a_refund_the_seller_owes_what_he_got(lent: World) -> None:
    act(lent, "refund", reference="given up", reason="the buyer is gone")
    days(lent, 3)

    (invoice,) = lent.rows(Document, Document.kind == "invoice")
    assert invoice.status == "inactive"
    balances = trial(lent)
    assert balances["bank"] == -900
    assert balances["seller_clawback"] == 900
    assert "buyer_receivable" not in balances
    assert differences(lent) == []
