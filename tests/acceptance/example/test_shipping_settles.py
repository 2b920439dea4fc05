"""Shipping the last item of an order settles it, in the same transaction, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from example_marketplace import sample
from example_marketplace.extensions import db
from example_marketplace.models import Buyer, Order, Product
from flask_billcom.models import Settlement, SettlementLine
from tests.support.visitors import Visitor

STAFF, POTTER, _ = sample.emails()
SOAPER = "cedar-row-soaps@openmarket.example"
NewVisitor = Callable[[], Visitor]


@pytest.fixture
def order_id(shop: Flask) -> int:
    """An order of a mug and a bar of soap, from two sellers, with shipping."""
    with shop.app_context():
        wanted = select(Product).where(Product.title.in_(["Harbour mug", "Cedar bar"])).order_by(Product.title)
        order = Order(items=[])
        for product in db.session.scalars(wanted).all():
            order.add(product)
        order.add_shipping()
        order.buyer = db.session.get_one(Buyer, 1)
        db.session.add(order)
        db.session.commit()
        return order.id


def settlements(shop: Flask) -> list[tuple[int, int, int]]:
    with shop.app_context():
        found = db.session.scalars(select(Settlement)).all()
        return [(each.gross_cents, each.fee_cents, each.own_cents) for each in found]


def test_the_last_seller_who_ships_settles_the_order(shop: Flask, visitor: NewVisitor, order_id: int) -> None:
    potter, soaper = visitor().signed_in(POTTER), visitor().signed_in(SOAPER)

    potter.post(f"/selling/orders/{order_id}/ship", on="/selling")
    after_the_first = settlements(shop)
    soaper.post(f"/selling/orders/{order_id}/ship", on="/selling")

    assert after_the_first == []
    assert "Others still ship" not in potter.get("/selling").text
    assert settlements(shop) == [(2450 + 695 + 690, 245 + 70, 690)]


def test_shipping_again_settles_nothing_more(shop: Flask, visitor: NewVisitor, order_id: int) -> None:
    staff = visitor().signed_in(STAFF)

    for _ in range(3):
        staff.post(f"/staff/orders/{order_id}/ship", on="/staff")

    assert len(settlements(shop)) == 1


def test_an_order_that_cannot_be_settled_is_not_shipped_either(shop: Flask, visitor: NewVisitor, order_id: int) -> None:
    with shop.app_context():
        db.session.get_one(Order, order_id).items[0].fee_cents = 1_000_000
        db.session.commit()
    staff = visitor().signed_in(STAFF)

    staff.post(f"/staff/orders/{order_id}/ship", on="/staff")

    assert "more than its amount" in staff.get("/staff").text
    assert settlements(shop) == []
    with shop.app_context():
        assert not db.session.get_one(Order, order_id).is_shipped


def test_a_line_knows_its_seller_and_the_shops_own_line_has_none(
    shop: Flask, visitor: NewVisitor, order_id: int
) -> None:
    visitor().signed_in(STAFF).post(f"/staff/orders/{order_id}/ship", on="/staff")

    with shop.app_context():
        lines = db.session.scalars(select(SettlementLine).order_by(SettlementLine.position)).all()
        assert [(line.description, line.cents, line.seller_id is None) for line in lines] == [
            ("Cedar bar", 695, False),
            ("Harbour mug", 2450, False),
            ("Shipping", 690, True),
        ]


def test_nobody_ships_what_is_not_his(shop: Flask, visitor: NewVisitor, order_id: int) -> None:
    stranger = visitor().signed_in("indigo-thread@openmarket.example")

    answer = stranger.post(f"/selling/orders/{order_id}/ship", on="/selling")

    assert answer.status_code == 404
    assert visitor().signed_in(POTTER).post(f"/staff/orders/{order_id}/ship", on="/selling").status_code == 403
    assert settlements(shop) == []
