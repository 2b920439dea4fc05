"""The judge does not know when a refund came, and still sees a cent too much or too little."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.crash import regrets
from tests.crash.boundaries import Boundaries
from tests.crash.fair import Fair, Lot, fair
from tests.crash.judge import judge
from tests.crash.market import Market
from tests.crash.regrets import regrets_of
from tests.crash.story import GivenBack, Order

LOT = Lot(seed=4, number=0, size=10)


@pytest.fixture(scope="module")
def place() -> Iterator[Fair]:
    with fair("sqlite") as opened:
        yield opened


@pytest.fixture(scope="module")
def market(place: Fair) -> Market:
    """Give a world in which everybody regrets something, unhurt and at its end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(regrets, "SOME", 1.0)
        played, verdict = place.play(LOT, only=())
    assert verdict.is_clean, verdict.notes
    return played


def test_people_regret_sales_of_every_sort_and_in_doubt_too() -> None:
    orders = tuple(Order(str(number), "Ada", (("ann", 10_00, 1_00),)) for number in range(2000))

    found = regrets_of(random.Random(1), orders)

    assert {(each.what, each.waits) for each in found} == {
        (what, waits) for what in (regrets.CANCEL, regrets.WHOLE, regrets.PART) for waits in (True, False)
    }


def test_each_sale_was_given_back_once(market: Market) -> None:
    assert len({each.place for each in market.customers.asked}) == LOT.size
    assert any(order.canceled for order in market.orders)
    assert any(not order.late for order in market.orders)
    assert any(row["invoiceNumber"].partition("R")[2] for row in market.world.simulator.books.bills)


def test_a_refund_that_is_paid_twice_is_a_double(market: Market) -> None:
    books = market.world.simulator.books
    bill = next(each for each in books.bills if "R" in each["invoiceNumber"] and each.is_active)
    payment = next(
        each for each in books.sent_pays if any(part["billId"] == bill.id for part in each["billPays"] or ())
    )
    part = next(part for part in payment["billPays"] if part["billId"] == bill.id)
    with Boundaries():
        part["amount"] += 1
        try:
            assert judge(market).doubles == 1
        finally:
            part["amount"] -= 1


def test_a_promise_that_was_not_kept_is_seen(market: Market) -> None:
    place, order = next((n, each) for n, each in enumerate(market.orders) if each.given_back and each.invoiced)
    market.change(place, given_back=(*order.given_back, GivenBack(0, order.invoiced)))
    try:
        found = judge(market)
    finally:
        market.change(place, given_back=order.given_back)

    assert found.idle + found.cents_off >= order.invoiced


def test_a_seller_who_is_paid_for_what_went_back_before_is_seen(market: Market) -> None:
    place, order = next((n, each) for n, each in enumerate(market.orders) if each.late and judge_owed(market, each))
    market.change(place, late=frozenset())
    try:
        assert not judge(market).is_clean
    finally:
        market.change(place, late=order.late)


def judge_owed(market: Market, order: Order) -> bool:
    """Return whether a seller has more of an order than he has earned in the end."""
    nets = list(order.net().values())
    bills = {row["invoiceNumber"]: row["amount"] for row in market.world.simulator.books.bills if row.is_active}
    return any(bills.get(f"FB-{order.number}-{n}", 0) > cents for n, cents in enumerate(nets, start=1))
