"""A marketplace with its routes, and people who ask it something.

Who asks stands in a header: `staff`, `seller 1`, `buyer 1`; nobody without it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from sqlalchemy import MetaData
from werkzeug.test import TestResponse

from flask_billcom.simulator import Simulator
from tests.support.database import Database
from tests.support.local_shop import LocalShop, local_shops
from tests.support.shop import Shop

PREFIX = "/office"
WHO = "X-Who"
OWN = {"settlement_of", "balance_of", "payouts_of", "adjustments_of", "statement", "invoice_pdf", "console"}


def open_routes(shop: Shop, *, csrf: bool = True) -> None:
    """Say who may enter, and register the routes.

    :param csrf: whether the app has Flask-WTF's protection.
    """
    billcom = shop.billcom

    @billcom.authorize
    def _may(action: str, party: object | None) -> bool | str:
        who = request.headers.get(WHO, "")
        if who.startswith("staff"):
            return who.partition(" ")[2] or True
        return action in OWN and party is not None

    @billcom.party_of_request
    def _party() -> Any:
        who, _, number = request.headers.get(WHO, "").partition(" ")
        cls = {"seller": shop.Seller, "buyer": shop.Buyer}.get(who)
        return None if cls is None else shop.db.session.get(cls, int(number))

    app = shop.app
    app.secret_key = "made up"
    if csrf:
        CSRFProtect(app)
        app.add_url_rule("/token", "token", generate_csrf)
    app.register_blueprint(billcom.blueprint, url_prefix=PREFIX)


@dataclass
class Visitor:
    """Somebody who asks."""

    app: Flask
    who: str

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    @property
    def headers(self) -> dict[str, str]:
        """Who it is."""
        return {WHO: self.who} if self.who else {}

    def get(self, path: str, code: int = 200) -> Any:
        """Return what an address answers."""
        return self._checked(self.client.get(PREFIX + path, headers=self.headers), code)

    def post(self, path: str, code: int = 200, **values: Any) -> Any:
        """Send a change as a page of the app does, with its token."""
        token = self.client.get("/token").text
        headers = {**self.headers, "X-CSRFToken": token}
        return self._checked(self.client.post(PREFIX + path, headers=headers, json=values), code)

    @staticmethod
    def _checked(response: TestResponse, code: int) -> Any:
        assert response.status_code == code, response.text
        assert response.mimetype == ("application/json" if code == 200 else "application/problem+json")
        return json.loads(response.text, parse_float=lambda text: pytest.fail(f"a float: {text}"))


@pytest.fixture(params=["sqlite"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Run on SQLite alone; the queries behind the routes are tried on both elsewhere."""
    return str(request.param)


@pytest.fixture
def make_local(database_of: Callable[[MetaData], Database], simulator: Simulator) -> Iterator[Callable[..., LocalShop]]:
    """Give a function that makes a marketplace without routes, with settings of its own."""
    with local_shops(database_of, simulator) as make:
        yield make


@pytest.fixture
def local(make_local: Callable[..., LocalShop]) -> LocalShop:
    """Give a marketplace with routes and two sales: ann's with shipping, and one of bob's and ann's."""
    made = make_local()
    open_routes(made.shop)
    with made.shop.app.app_context():
        first = made.shop.order(("ann", "10.00", "1.00"), own="3.00")
        second = made.shop.order(("bob", "20.00", "2.50"), ("ann", "5.00", "0.50"), buyer="Bea")
        made.shop.billcom.settle_many([first, second])
        made.shop.db.session.commit()
    return made


@pytest.fixture
def staff(local: LocalShop) -> Visitor:
    """Give a member of staff, known by name."""
    return Visitor(local.shop.app, "staff Grace")


@pytest.fixture
def ann(local: LocalShop) -> Visitor:
    """Give the seller of both sales."""
    return Visitor(local.shop.app, "seller 1")


@pytest.fixture
def bob(local: LocalShop) -> Visitor:
    """Give the seller of the second sale."""
    return Visitor(local.shop.app, "seller 2")


@pytest.fixture
def ada(local: LocalShop) -> Visitor:
    """Give the buyer of the first sale."""
    return Visitor(local.shop.app, "buyer 1")


@pytest.fixture
def nobody(local: LocalShop) -> Visitor:
    """Give somebody who is not signed in."""
    return Visitor(local.shop.app, "")
