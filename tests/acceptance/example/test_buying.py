"""A visitor signs up, fills a cart and places an order."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from flask import Flask
from sqlalchemy import select

from example_marketplace import sample
from example_marketplace.extensions import db
from example_marketplace.models import Order, Product
from tests.support.visitors import Visitor

NewVisitor = Callable[[], Visitor]
PEOPLE = {"company": "Nora Newcomer", "email": "nora@example.com"}
_, SELLER, BUYER = sample.emails()


def product(shop: Flask, title: str) -> int:
    with shop.app_context():
        return db.session.scalars(select(Product.id).where(Product.title == title)).one()


def test_a_newcomer_signs_up_and_orders_from_two_makers(shop: Flask, visitor: NewVisitor) -> None:
    mug, bar = product(shop, "Harbour mug"), product(shop, "Cedar bar")
    nora = visitor()
    nora.post("/sign-up", on="/sign-up", **PEOPLE, password="a-long-secret", again="a-long-secret")
    nora.post(f"/cart/{mug}", on=f"/products/{mug}", quantity="2")
    nora.post(f"/cart/{bar}", on=f"/products/{bar}", quantity="1")

    answer = nora.post("/cart/order", on="/cart")

    page = nora.get(answer.location).text
    assert "Harbour mug" in page
    assert "Cedar bar" in page
    with shop.app_context():
        order = db.session.scalars(select(Order)).one()
        assert [(item.quantity, item.total, item.fee) for item in order.items] == [
            (1, Decimal("6.95"), Decimal("0.70")),
            (2, Decimal("49.00"), Decimal("4.90")),
        ]
        assert order.shipping == Decimal("6.90")
        assert order.total == Decimal("62.85")


def test_a_cart_survives_signing_in(shop: Flask, visitor: NewVisitor) -> None:
    stool = product(shop, "Three-leg stool")
    someone = visitor()
    someone.post(f"/cart/{stool}", on=f"/products/{stool}", quantity="1")

    someone.signed_in(BUYER)

    assert "Three-leg stool" in someone.get("/cart").text


def test_nought_pieces_take_a_product_out_of_the_cart(shop: Flask, visitor: NewVisitor) -> None:
    stool = product(shop, "Three-leg stool")
    someone = visitor()
    someone.post(f"/cart/{stool}", on=f"/products/{stool}", quantity="1")

    someone.post(f"/cart/{stool}", on="/cart", quantity="0")

    assert "Your cart is empty" in someone.get("/cart").text


def test_an_empty_cart_makes_no_order(shop: Flask, visitor: NewVisitor) -> None:
    buyer = visitor().signed_in(BUYER)

    buyer.post("/cart/order", on="/sign-in")

    with shop.app_context():
        assert db.session.scalars(select(Order)).all() == []


def test_a_wrong_password_does_not_sign_in(visitor: NewVisitor) -> None:
    someone = visitor()

    answer = someone.post("/sign-in", on="/sign-in", email=BUYER, password="wrong")

    assert answer.status_code == 200
    assert "E-mail or password is wrong" in answer.text
    assert someone.get("/orders").status_code == 302


def test_signing_in_leads_nowhere_outside_the_shop(visitor: NewVisitor) -> None:
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"):
        answer = visitor().post(f"/sign-in?next={elsewhere}", on="/sign-in", email=BUYER, password=sample.PASSWORD)

        assert answer.location == "/"


def test_an_email_signs_up_only_once(visitor: NewVisitor) -> None:
    form = PEOPLE | {"email": BUYER.upper(), "password": "a-long-secret", "again": "a-long-secret"}

    answer = visitor().post("/sign-up", on="/sign-up", **form)

    assert "This e-mail has an account" in answer.text


def test_forms_without_their_token_change_nothing(shop: Flask, visitor: NewVisitor) -> None:
    mug = product(shop, "Harbour mug")
    buyer = visitor().signed_in(BUYER)
    buyer.post(f"/cart/{mug}", on=f"/products/{mug}", quantity="1")

    for path in (f"/cart/{mug}", "/cart/order", "/account/buyer", "/sign-out", "/selling/products/1/offer"):
        assert buyer.post(path, on="/cart", token="").status_code == 400, path

    with shop.app_context():
        assert db.session.scalars(select(Order)).all() == []


def test_a_buyer_cannot_see_the_order_of_another(shop: Flask, visitor: NewVisitor) -> None:
    mug = product(shop, "Harbour mug")
    buyer = visitor().signed_in(BUYER)
    buyer.post(f"/cart/{mug}", on=f"/products/{mug}", quantity="1")
    placed = buyer.post("/cart/order", on="/cart").location
    other = visitor().signed_in("bellweather-coffee-house@openmarket.example")

    assert buyer.get(placed).status_code == 200
    assert other.get(placed).status_code == 404
