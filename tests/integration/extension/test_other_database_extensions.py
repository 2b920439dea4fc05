"""Flask-SQLAlchemy-Lite, other binds and schemas, and joining a metadata with names of its own."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy_lite import SQLAlchemy as Lite
from sqlalchemy import MetaData, inspect, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from flask_billcom import Billcom, Customer, Sale, SaleLine, Vendor
from flask_billcom.clock import ManualClock
from flask_billcom.models import Base as OurBase
from flask_billcom.models import Mark, Operation, Party, Settlement
from tests.support.database import Database
from tests.support.shop import SETTINGS, START, sqlite_safe

TABLES = set(OurBase.metadata.tables)


def map_trader(billcom: Billcom, trader: type[Any]) -> None:
    billcom.customer_from(trader)(lambda each: Customer(name=each.name))
    billcom.vendor_from(trader)(lambda each: Vendor(name=each.name))
    billcom.sale_from(trader)(
        lambda each: Sale(buyer=each, lines=[SaleLine(seller=each, amount=Decimal("2.00"), fee=Decimal("0.20"))])
    )


@pytest.fixture
def lite(database: Database) -> Iterator[tuple[Flask, Lite, Billcom, type[Any]]]:
    class Base(DeclarativeBase):
        pass

    db = Lite()
    billcom = Billcom(db, metadata=Base.metadata)

    class Trader(Base):
        __tablename__ = "trader"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    map_trader(billcom, Trader)
    app = Flask("lite")
    app.config.update(SETTINGS, SQLALCHEMY_ENGINES={"default": database.url})
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            sqlite_safe(db.engine)
        Base.metadata.create_all(db.engine)
        billcom.init_app(app, clock=ManualClock(START))
    yield app, db, billcom, Trader
    with app.app_context():
        db.engine.dispose()


def test_flask_sqlalchemy_lite_settles_and_renders(lite: tuple[Flask, Lite, Billcom, Any]) -> None:
    app, db, billcom, trader_class = lite
    with app.app_context():
        trader = trader_class(name="Ada")
        db.session.add(trader)
        first = billcom.settle(trader)
        db.session.commit()

        assert billcom.settle(trader) == first
        assert first.net == Decimal("1.80")
        state = billcom.state_of()
        assert state.mapping.render_party("vendor", "Trader", str(trader.id)) == Vendor(name="Ada")


def test_flask_sqlalchemy_lite_notices_changes(lite: tuple[Flask, Lite, Billcom, Any]) -> None:
    app, db, billcom, trader_class = lite
    with app.app_context():
        trader = trader_class(name="Ada")
        db.session.add(trader)
        billcom.settle(trader)
        db.session.commit()
        with billcom.state_of().store.write() as rows:
            for number, id_ in enumerate(rows.all(select(Party.id))):
                rows.change(Party.__table__.update().where(Party.id == id_).values(remote_id=f"remote{number}"))  # type: ignore[attr-defined]
        trader.name = "Eve"
        db.session.commit()

        with billcom.state_of().store.read() as rows:
            kinds = rows.all(select(Operation.kind).where(Operation.kind.startswith("update_")))
        assert sorted(kinds) == ["update_customer", "update_vendor"]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_bind_of_their_own_holds_our_tables(database: Database, tmp_path: Path) -> None:
    db = SQLAlchemy()
    billcom = Billcom(db, bind_key="books")
    app = Flask("bound")
    app.config.update(
        SETTINGS,
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/orders.sqlite",
        SQLALCHEMY_BINDS={"books": database.url},
    )
    db.init_app(app)
    billcom.init_app(app, clock=ManualClock(START))

    with app.app_context():
        db.create_all()

        assert set(inspect(db.engines["books"]).get_table_names()) == TABLES
        assert inspect(db.engine).get_table_names() == []
        assert billcom.state_of().store.engine is db.engines["books"]
        billcom.state_of().check()
        for engine in db.engines.values():
            engine.dispose()


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
@pytest.mark.parametrize("through", ["argument", "metadata"])
def test_a_schema_of_their_own_holds_our_tables(database: Database, through: str) -> None:
    class Base(DeclarativeBase):
        metadata = MetaData(schema="pay" if through == "metadata" else None)

    db = SQLAlchemy(model_class=Base)
    billcom = Billcom(db, schema="pay" if through == "argument" else None)
    model: Any = db.Model

    class Trader(model):  # type: ignore[misc]
        __tablename__ = "trader"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    map_trader(billcom, Trader)
    app = Flask("schema")
    app.config.update(SETTINGS, SQLALCHEMY_DATABASE_URI=database.url)
    db.init_app(app)
    billcom.init_app(app, clock=ManualClock(START))
    with app.app_context():
        db.session.execute(text("create schema pay"))
        db.session.commit()
        db.create_all()
        trader = Trader(name="Ada")
        db.session.add(trader)

        settlement = billcom.settle(trader)
        db.session.commit()

        found = set(inspect(db.engine).get_table_names(schema="pay"))
        assert found - {"trader"} == TABLES
        assert db.session.scalar(text("select reference from pay.billcom_settlement")) == settlement.reference
        with billcom.state_of().store.read() as rows:
            assert rows.all(select(Settlement.id)) == [settlement.id]
            assert rows.all(select(Mark.name)) == ["environment"]
        db.session.execute(text("drop schema pay cascade"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def test_names_stay_ours_whatever_the_naming_convention_of_the_app() -> None:
    metadata = MetaData(
        naming_convention={
            "ix": "IX_%(column_0_label)s",
            "uq": "UQ_%(constraint_name)s",
            "ck": "CK_%(table_name)s_%(constraint_name)s",
            "fk": "FK_%(table_name)s_%(column_0_name)s",
            "pk": "PK_%(table_name)s",
        }
    )
    db = Lite()

    tables = Billcom(db, metadata=metadata).tables

    for name, table in tables.items():
        ours = OurBase.metadata.tables[name]
        assert sorted(str(each.name) for each in table.constraints) == sorted(str(e.name) for e in ours.constraints)
        assert sorted(str(each.name) for each in table.indexes) == sorted(str(each.name) for each in ours.indexes)
        assert not [column for column in table.columns if type(column.type).__module__.startswith("flask_billcom")]
