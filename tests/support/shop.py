"""A tiny marketplace on the real extension, made anew for each test: classes, database and Billcom of its own.

shop = make_shop(url)
with shop.app.app_context():
    order = shop.order(("a", "10.00", "1.00"), ("b", "5.00"), own="3.00")
    shop.billcom.settle(order)
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy, deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import requests
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, ForeignKey, MetaData, event, inspect, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from flask_billcom import Billcom, Customer, Sale, SaleLine, Vendor
from flask_billcom.clock import Clock, ManualClock
from flask_billcom.vault import generate_key
from tests.support.beginning import Beginning
from tests.support.statements import share_statements

ORGANIZATION = "00801TESTORGANIZATN1"
START = datetime(2031, 3, 3, 17, 0, tzinfo=UTC)
COMPILED = 5000
"""How many statements are kept compiled: more than all shops of a run have together."""

SETTINGS: dict[str, Any] = {
    "BILLCOM_ENVIRONMENT": "simulator",
    "BILLCOM_BASE_URL": "http://127.0.0.1:9/api/v2",
    "BILLCOM_USER_NAME": "books@example.com",
    "BILLCOM_PASSWORD": "a password",
    "BILLCOM_DEV_KEY": "a developer key",
    "BILLCOM_ORGANIZATION_ID": ORGANIZATION,
    "BILLCOM_ENCRYPTION_KEYS": [generate_key()],
}


@dataclass
class Shop:
    """A marketplace and its classes."""

    app: Flask
    db: SQLAlchemy
    billcom: Billcom
    clock: Clock
    Buyer: type[Any]
    Seller: type[Any]
    Order: type[Any]
    Item: type[Any]

    def order(self, *items: tuple[str, ...], own: str | None = None, buyer: str = "Ada", **values: Any) -> Any:
        """Add an order: items are (seller's name, amount, fee), dollars as text; flushes nothing."""
        session = self.db.session
        order = self.Order(buyer=self._named(self.Buyer, buyer), **values)
        for place, (seller, amount, *fee) in enumerate(items):
            order.items.append(
                self.Item(
                    seller=self._named(self.Seller, seller),
                    amount_cents=_cents(amount),
                    fee_cents=_cents(fee[0]) if fee else 0,
                    title=f"thing {place}",
                )
            )
        if own is not None:
            order.items.append(self.Item(amount_cents=_cents(own), fee_cents=0, title="shipping"))
        session.add(order)
        return order

    def close(self) -> None:
        """Let go of the database."""
        with self.app.app_context():
            for engine in self.db.engines.values():
                engine.dispose()

    def _named(self, cls: type[Any], name: str) -> Any:
        with self.db.session.no_autoflush:
            new = [each for each in self.db.session.new if isinstance(each, cls) and each.name == name]
            found = new[0] if new else self.db.session.query(cls).filter_by(name=name).first()
        if found is None:
            found = cls(name=name, email=f"{name.lower()}@example.com")
            self.db.session.add(found)
        return found


def _cents(dollars: str) -> int:
    return int(Decimal(dollars) * 100)


@dataclass
class Drawing:
    """A marketplace without an app yet."""

    db: SQLAlchemy
    billcom: Billcom
    metadata: MetaData
    classes: dict[str, type[Any]]


def draw_shop(*, map_orders: bool = True) -> Drawing:
    """Make the classes, tables and functions of a marketplace.

    :param map_orders: whether orders are mapped as they are; else the test maps them.
    """

    class Base(DeclarativeBase):
        pass

    db = SQLAlchemy(model_class=Base)
    billcom = Billcom(db)
    classes = _classes(db)
    _map_parties(billcom, classes)
    if map_orders:
        billcom.sale_from(classes["Order"])(sale_of)
    return Drawing(db, billcom, Base.metadata, classes)


@cache
def _drawn() -> Drawing:
    return draw_shop()


def same_shop() -> Drawing:
    """Give a marketplace whose classes and tables are made once in this process; what is registered is its own."""
    drawn = _drawn()
    billcom = copy(drawn.billcom)
    billcom.registry = deepcopy(billcom.registry)
    billcom._states = WeakKeyDictionary()
    return replace(drawn, billcom=billcom)


def make_shop(
    url: str,
    *,
    clock: Clock | None = None,
    real_clock: bool = False,
    drawing: Drawing | None = None,
    session_factory: Callable[[], requests.Session] | None = None,
    is_safe: bool = True,
    **settings: Any,
) -> Shop:
    """Make a marketplace on a database.

    :param real_clock: whether the extension chooses its clock itself.
    :param drawing: what the database has tables of already; made anew, tables and all, if left out.
    :param session_factory: makes the HTTP sessions; none that reach anything are made if it is left out.
    :param is_safe: whether SQLite begins transactions as we recommend; else in the driver's own mode.
    :param settings: replace those of `SETTINGS`; None leaves one out.
    """
    drawn = drawing or draw_shop()
    app = Flask("shop")
    given = {**SETTINGS, **settings}
    app.config.update({key: value for key, value in given.items() if value is not None})
    app.config.setdefault("SQLALCHEMY_DATABASE_URI", url)
    # The driver keeps 128 statements prepared; a worker's round has twice as many.
    driver: dict[str, Any] = {"connect_args": {"cached_statements": 1000}} if url.startswith("sqlite") else {}
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {**driver, "query_cache_size": COMPILED})
    app.testing = True
    drawn.db.init_app(app)
    with app.app_context():
        if is_safe and drawn.db.engine.dialect.name == "sqlite":
            sqlite_safe(drawn.db.engine)
        share_statements(drawn.db.engine)
        if drawing is None:
            drawn.db.create_all()
        else:
            _count_from_one(drawn.db)
    drawn.billcom.init_app(
        app, clock=None if real_clock else clock or ManualClock(START), session_factory=session_factory
    )
    return Shop(app, drawn.db, drawn.billcom, drawn.billcom.state_of(app).clock, **drawn.classes)


def _count_from_one(db: SQLAlchemy) -> None:
    """Give the first row the key 1, whatever an earlier test used up."""
    if db.engine.dialect.name == "postgresql" and inspect(db.engine).has_table("buyer"):
        for table in ("buyer", "seller", "shop_order", "item"):
            db.session.execute(text(f"alter sequence {table}_id_seq restart"))
        db.session.commit()


def _classes(db: SQLAlchemy) -> dict[str, type[Any]]:
    model: Any = db.Model

    class Buyer(model):  # type: ignore[misc]
        __tablename__ = "buyer"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]
        email: Mapped[str]

    class Seller(model):  # type: ignore[misc]
        __tablename__ = "seller"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]
        email: Mapped[str]

    class Order(model):  # type: ignore[misc]
        __tablename__ = "shop_order"
        id: Mapped[int] = mapped_column(primary_key=True)
        buyer_id: Mapped[int] = mapped_column(ForeignKey("buyer.id"))
        buyer: Mapped[Buyer] = relationship()
        items: Mapped[list[Item]] = relationship(order_by="Item.id", cascade="all, delete-orphan")

    class Item(model):  # type: ignore[misc]
        __tablename__ = "item"
        id: Mapped[int] = mapped_column(primary_key=True)
        order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id"))
        seller_id: Mapped[int | None] = mapped_column(ForeignKey("seller.id"))
        seller: Mapped[Seller | None] = relationship()
        amount_cents: Mapped[int]
        fee_cents: Mapped[int]
        title: Mapped[str]

    return {"Buyer": Buyer, "Seller": Seller, "Order": Order, "Item": Item}


def _map_parties(billcom: Billcom, classes: dict[str, type[Any]]) -> None:
    @billcom.customer_from(classes["Buyer"])
    def _customer(buyer: Any) -> Customer:
        return Customer(name=buyer.name, email=buyer.email)

    @billcom.vendor_from(classes["Seller"])
    def _vendor(seller: Any) -> Vendor:
        return Vendor(name=seller.name, email=seller.email)


def sale_of(order: Any) -> Sale:
    """Describe an order as a sale."""
    return Sale(
        buyer=order.buyer,
        lines=[
            SaleLine.from_cents(
                seller=item.seller,
                cents=item.amount_cents,
                fee_cents=item.fee_cents,
                description=item.title,
                account=getattr(item, "account", None),
            )
            for item in order.items
        ],
        collect=getattr(order, "collect", None),
    )


def sqlite_safe(engine: Engine) -> Engine:
    """Let each SQLite transaction begin with its first statement, and at once with the write lock where asked for."""

    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, _record: object) -> None:
        dbapi.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "busy_timeout=5000", "foreign_keys=ON"):
            dbapi.execute(f"PRAGMA {pragma}")

    if isinstance(engine.dialect, Beginning):
        return engine

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        write = connection.get_execution_options().get("billcom_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def never_waiting(engine: Engine) -> None:
    """Refuse a transaction of SQLite at once where another one is open: in a single thread nobody could end that."""

    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, _record: object) -> None:
        dbapi.execute("PRAGMA busy_timeout=0")

    engine.dispose()
