from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom import AlreadySettled
from flask_billcom.models import Settlement as SettlementRow
from flask_billcom.models import SettlementState
from tests.support.database import Database
from tests.support.rows import counts
from tests.support.shop import Shop, draw_shop, make_shop, sale_of


def settled(shop: Shop) -> Any:
    order = shop.order(("Bert", "10.00", "1.00"), ("Cleo", "5.00"), own="3.00")
    shop.billcom.settle(order)
    shop.db.session.commit()
    return order


@pytest.mark.usefixtures("in_app")
def test_the_same_order_adds_no_row(shop: Shop) -> None:
    order = settled(shop)
    before = counts(shop)

    first = shop.billcom.settle(order)
    second = shop.billcom.settle(order)
    shop.db.session.commit()

    assert first == second
    assert counts(shop) == before


@pytest.mark.usefixtures("in_app")
def test_it_comes_back_in_the_state_that_it_has_now(shop: Shop) -> None:
    order = settled(shop)
    with shop.billcom.state_of().store.write() as rows:
        rows.change(update(SettlementRow).values(state="collected"))

    again = shop.billcom.settle(order)

    assert again.state is SettlementState.COLLECTED
    assert again.is_paid


def rename_seller(_shop: Shop, order: Any) -> None:
    order.items[0].seller = order.items[1].seller


def change_buyer(shop: Shop, order: Any) -> None:
    order.buyer = shop.Buyer(name="Eve", email="eve@example.com")


def drop_line(_shop: Shop, order: Any) -> None:
    order.items.pop()


CHANGES: dict[str, tuple[Callable[[Shop, Any], None], str]] = {
    "cent": (lambda _, order: setattr(order.items[0], "amount_cents", 1001), r"line 1 was 10\.00, now it is 10\.01"),
    "fee": (
        lambda _, order: setattr(order.items[0], "fee_cents", 0),
        r"line 1 had a fee of 1\.00, now it has one of 0\.00",
    ),
    "description": (lambda _, order: setattr(order.items[1], "title", "other"), "line 2 has another description"),
    "seller": (rename_seller, "line 1 has another seller"),
    "lines": (drop_line, "it had 3 lines, now it has 2 lines"),
    "buyer": (change_buyer, "another buyer"),
}


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("change", CHANGES)
def test_other_content_is_refused_with_the_difference_and_the_way_on(shop: Shop, change: str) -> None:
    order = settled(shop)
    before = counts(shop)
    alter, difference = CHANGES[change]
    with shop.db.session.no_autoflush:
        alter(shop, order)

    with pytest.raises(AlreadySettled, match=difference) as refused:
        shop.billcom.settle(order)

    assert "refund(order" in str(refused.value)
    assert "cancel(order)" in str(refused.value)
    shop.db.session.rollback()
    assert counts(shop) == before


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_another_order_cannot_take_a_reference(database: Database) -> None:
    drawing = draw_shop(map_orders=False)
    drawing.billcom.sale_from(drawing.classes["Order"])(lambda order: replace(sale_of(order), reference="Monday"))
    shop = make_shop(database.url, drawing=drawing)
    with shop.app.app_context():
        shop.db.create_all()
        settled(shop)

        with pytest.raises(AlreadySettled, match="it was Order 1, now it is Order 2"):
            settled(shop)
    shop.close()
