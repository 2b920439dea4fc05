"""A seller's pages and the back office's routes show him what is his, and nothing of anybody else."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from example_marketplace import sample
from example_marketplace.extensions import billcom, db
from example_marketplace.models import Buyer, Order, Product
from tests.support.visitors import Visitor

STAFF, POTTER, BUYER = sample.emails()
SOAPER = "cedar-row-soaps@openmarket.example"
NewVisitor = Callable[[], Visitor]


@pytest.fixture(autouse=True)
def _settled(shop: Flask) -> None:
    """Settle one order of a mug and one of a bar of soap, of two buyers."""
    with shop.app_context():
        buyers = db.session.scalars(select(Buyer).order_by(Buyer.id).limit(2)).all()
        for title, buyer in zip(("Harbour mug", "Cedar bar"), buyers, strict=True):
            order = Order(items=[])
            order.add(db.session.scalars(select(Product).where(Product.title == title)).one(), 2)
            order.buyer = buyer
            db.session.add(order)
            order.ship()
            billcom.settle(order)
        db.session.commit()


def test_the_selling_page_shows_what_is_owed_to_him_alone(visitor: NewVisitor) -> None:
    potter, soaper = visitor().signed_in(POTTER), visitor().signed_in(SOAPER)

    assert "$44.10" in potter.get("/selling").text
    assert "Cedar bar" not in potter.get("/selling").text
    assert "$12.51" in soaper.get("/selling").text
    assert "Harbour mug" not in soaper.get("/selling").text


def test_a_seller_without_orders_is_owed_nothing(visitor: NewVisitor) -> None:
    page = visitor().signed_in("indigo-thread@openmarket.example").get("/selling").text

    assert "No orders yet" in page
    assert page.count("<dd>$0.00</dd>") == 4


def test_the_routes_list_his_settlements_and_refuse_the_rest(visitor: NewVisitor) -> None:
    potter, staff = visitor().signed_in(POTTER), visitor().signed_in(STAFF)

    def references(who: Visitor) -> set[str]:
        return {row["reference"] for row in json.loads(who.get("/billcom/settlements").text)["items"]}

    assert references(potter) == {"1"}
    assert references(staff) == {"1", "2"}
    assert potter.get("/billcom/settlements/2").status_code == 404
    assert potter.get("/billcom/status").status_code == 403
    assert potter.get("/billcom/operations").status_code == 403
    assert potter.post("/billcom/payouts/hold", on="/selling", reason="mine").status_code == 403
    assert staff.get("/billcom/status").status_code == 200


def test_a_buyer_sees_his_own_settlement(visitor: NewVisitor) -> None:
    buyer = visitor().signed_in(BUYER)

    assert buyer.get("/billcom/settlements/1").status_code == 200
    assert buyer.get("/billcom/settlements/2").status_code == 404


def test_a_visitor_sees_nothing(visitor: NewVisitor) -> None:
    for path in ("/billcom/settlements", "/billcom/status", "/billcom/payouts", "/billcom/parties"):
        assert visitor().get(path).status_code == 403
