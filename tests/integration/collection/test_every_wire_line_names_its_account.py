"""What an accountant finds on the lines of invoices and bills at Bill.com."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from flask_billcom import InvalidSale, SaleLine
from flask_billcom.api.records import ChartOfAccount
from flask_billcom.models import Settlement
from tests.support.world import World

MakeWorld = Callable[..., World]


def chart(world: World, *uses: str) -> dict[str, str]:
    """Make an account at Bill.com for each use and return its id."""
    with world.app():
        accounts = world.shop.billcom.client.chart_of_accounts
        made = {use: accounts.create(ChartOfAccount(name=use, account_type="12")).id for use in uses}
    return {use: row_id for use, row_id in made.items() if row_id is not None}


def lines_of(world: World, entity: str, lines: str) -> list[tuple[int, str]]:
    names = {row_id: use for use, row_id in world.settings.chart_of_accounts.items()}
    (document,) = world.simulator.books[entity]
    return [(line["amount"], names.get(line["chartOfAccountId"], "-")) for line in document[lines]]


def settle(world: World, *uses: str) -> None:
    """Settle one order with a line of a seller, shipping and tax, where the settings name accounts for these uses."""
    world.restart(chart_of_accounts=chart(world, *uses))
    with world.app() as session:
        order = world.order(session, ("ann", "10.00", "1.50"), own="3.00")
        order.items[-1].account = "shipping"
        order.items.append(world.shop.Item(amount_cents=80, fee_cents=0, title="tax"))
        order.items[-1].account = "tax"
        session.flush()
        world.shop.billcom.settle(order)
        session.commit()
    for _ in range(3):
        world.tick()
        world.advance(seconds=5)


def test_lines_have_the_accounts_of_the_settings(world: World) -> None:
    settle(world, "income", "shipping", "own", "seller_clearing")

    # Tax has no account of its own here, so it is the marketplace's own.
    assert lines_of(world, "Invoice", "invoiceLineItems") == [(1000, "income"), (300, "shipping"), (80, "own")]
    assert lines_of(world, "Bill", "billLineItems") == [(850, "seller_clearing")]


def test_a_fee_with_an_account_stands_on_the_bill_below_zero(world: World) -> None:
    settle(world, "fee", "seller_clearing")

    assert lines_of(world, "Bill", "billLineItems") == [(1000, "seller_clearing"), (-150, "fee")]
    assert [row["amount"] for row in world.simulator.books.bills] == [850]
    with world.app():
        assert world.shop.billcom.reconcile().differences == []


def test_lines_without_accounts_are_left_to_bill_com(world: World) -> None:
    settle(world)

    assert [account for _, account in lines_of(world, "Bill", "billLineItems")] == ["-"]


@pytest.mark.parametrize("values", [{"seller": "ann", "account": "shipping"}, {"account": "fee"}, {"account": "tips"}])
def test_a_line_names_only_an_account_that_it_can_have(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidSale, match="account"):
        SaleLine.from_cents(cents=100, **values)


def test_each_sale_may_be_collected_in_its_own_way(world: World) -> None:
    world.restart(collect="send")
    world.settle(("ann", "10.00", "1.00"))
    world.settle(("ann", "10.00", "1.00"), collect="none")
    for _ in range(3):
        world.tick()
        world.advance(seconds=5)

    with world.store.read() as rows:
        assert rows.all(select(Settlement.collect).order_by(Settlement.reference)) == ["send", "none"]
    assert len(world.sent("SendInvoice")) == 1


def test_a_sale_is_collected_in_a_way_that_exists(world: World) -> None:
    with pytest.raises(InvalidSale, match="collected by send, charge, none"):
        world.settle(("ann", "10.00", "1.00"), collect="post")
