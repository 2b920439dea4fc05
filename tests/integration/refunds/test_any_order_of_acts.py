"""Whatever happens in whichever order around refunds: books, Bill.com and the bank agree in the end, to the cent."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Payment, SettlementLine

from .conftest import Open, Shop

FAULTS = ("timeout_after", "timeout_before", "reset_after", "http_5xx_after", "garbage")
CALLS = ("Crud/Update/*", "Crud/Delete/*", "PayBills", "Bulk/Crud/Create/*")


def asked(ask: Callable[[], Any], refusal: str) -> None:
    """Ask for something that may be refused for one reason alone."""
    try:
        ask()
    except NotPossible as error:
        found = str(error)
    else:
        return
    assert re.search(refusal, found), found


def sell(shop: Shop, chance: random.Random) -> None:
    sellers = chance.sample(["ann", "cid", "dan"], chance.randint(1, 3))
    items = []
    for seller in sellers:
        cents = chance.choice([1, 3, 999, 1000, 3333, 12_345])
        items.append((seller, str(Decimal(cents) / 100), str(Decimal(chance.randint(0, cents)) / 100)))
    shop.world.settle(*items, buyer=chance.choice(["Ada", "Bob"]), own=chance.choice([None, "0.01", "5.00"]))


def give_back(shop: Shop, chance: random.Random) -> None:
    if not shop.world.orders:
        return
    order = str(chance.randint(1, shop.world.orders))
    amount = chance.choice([None, "0.01", "3.33", "25.00"])
    line, keep = chance.choice([None, None, 1]), chance.choice([None, None, True])
    asked(lambda: shop.refund(order, amount, line=line, keep_fee=keep), "left to refund")


def cancel(shop: Shop, chance: random.Random) -> None:
    if shop.world.orders:
        order = str(chance.randint(1, shop.world.orders))
        asked(lambda: shop.cancel(order), "cannot be cancelled|nothing is left")


def debit_comes_back(shop: Shop, chance: random.Random) -> None:
    del chance
    receipts = shop.world.simulator.books.received_pays
    if receipts and receipts[-1]["status"] == "0":
        shop.return_charge()


def goes_wrong(shop: Shop, chance: random.Random) -> None:
    shop.world.simulator.plan_fault(chance.choice(FAULTS), chance.choice(CALLS))


def day(shop: Shop, chance: random.Random) -> None:
    shop.go(days=chance.randint(1, 3))


def moment(shop: Shop, chance: random.Random) -> None:
    shop.world.advance(seconds=chance.choice([1, 5, 90]))
    shop.world.tick()


ACTS: tuple[Callable[[Shop, random.Random], None], ...] = (
    sell,
    sell,
    give_back,
    give_back,
    give_back,
    cancel,
    debit_comes_back,
    goes_wrong,
    day,
    day,
    moment,
    moment,
)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(2))
def test_any_order_of_acts_ends_with_three_sides_that_agree(open_shop: Open, seed: int) -> None:
    chance = random.Random(seed)
    shop = open_shop(float_cents=10_000_00, return_days=2)
    sell(shop, chance)
    for _ in range(14):
        chance.choice(ACTS)(shop, chance)
        assert sum(shop.world.trial().values()) == 0
    shop.world.simulator.faults.clear()
    for _ in range(6):
        shop.world.run(1800, step=900)
    shop.dust(days=8)

    shop.settled_dust()
    # Nobody got more than he earned or gave: what went out is what came in, less what is kept, owed and lost.
    refunded = sum(each.cents for n in range(shop.world.orders) for each in shop.refunds_of(str(n + 1)))
    sold = sum(line.cents for line in shop.world.rows(SettlementLine))
    assert refunded <= sold
    back = sum(shop.paid_to(name) for name in ("Ada", "Bob"))
    collected = sum(p.cents for p in shop.world.rows(Payment, Payment.kind == "received"))
    assert back <= collected
    assert not [o for o in shop.world.states() if o in {"quarantined", "unknown", "sending"}], shop.world.shown()
