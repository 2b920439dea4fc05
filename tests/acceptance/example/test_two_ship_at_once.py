"""Requests that meet: nothing is lost, nothing fails, and an order is settled once, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import func, select

from example_marketplace import create_app, sample
from example_marketplace.extensions import db
from example_marketplace.models import Buyer, Order, Product
from example_marketplace.tables import MIGRATIONS
from flask_billcom.models import Settlement
from tests.support.database import Database
from tests.support.visitors import Visitor

STAFF, POTTER, _ = sample.emails()
SOAPER = "cedar-row-soaps@openmarket.example"
ROUNDS = 5


@pytest.fixture
def shop(instance: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:  # noqa: ARG001 - the folder is this test's own
    monkeypatch.setenv("FLASK_SQLALCHEMY_DATABASE_URI", database.url)
    app = create_app()
    with app.app_context():
        flask_migrate.upgrade(MIGRATIONS)
        sample.add_people(db.session())
        db.session.commit()
    yield app
    with app.app_context():
        db.engine.dispose()


def order_of_both(shop: Flask) -> int:
    with shop.app_context():
        order = Order(items=[])
        for product in db.session.scalars(select(Product).where(Product.title.in_(["Harbour mug", "Cedar bar"]))).all():
            order.add(product)
        order.buyer = db.session.get_one(Buyer, 1)
        db.session.add(order)
        db.session.commit()
        return order.id


def at_once(*posts: tuple[Visitor, str, str]) -> None:
    """Send forms at the same moment and expect that each is answered by the page that follows."""
    barrier = Barrier(len(posts))

    def send(post: tuple[Visitor, str, str]) -> int:
        visitor, path, token = post
        barrier.wait(10)
        return visitor.post(path, on="/", token=token).status_code

    with ThreadPoolExecutor(len(posts)) as threads:
        assert list(threads.map(send, posts)) == [302] * len(posts)


def settled(shop: Flask) -> int:
    with shop.app_context():
        return db.session.scalar(select(func.count()).select_from(Settlement)) or 0


def test_two_sellers_who_ship_their_parts_at_once_settle_the_order(shop: Flask) -> None:
    potter, soaper = Visitor(shop).signed_in(POTTER), Visitor(shop).signed_in(SOAPER)
    tokens = potter.token("/selling/products/new"), soaper.token("/selling/products/new")

    for done in range(ROUNDS):
        path = f"/selling/orders/{order_of_both(shop)}/ship"
        at_once((potter, path, tokens[0]), (soaper, path, tokens[1]))

        assert settled(shop) == done + 1


def test_a_double_click_settles_once(shop: Flask) -> None:
    first, second = Visitor(shop).signed_in(STAFF), Visitor(shop).signed_in(STAFF)
    order_of_both(shop)
    tokens = first.token("/staff"), second.token("/staff")

    at_once((first, "/staff/orders/1/ship", tokens[0]), (second, "/staff/orders/1/ship", tokens[1]))

    assert settled(shop) == 1
