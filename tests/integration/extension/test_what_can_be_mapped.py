from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey, Uuid, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from flask_billcom import Billcom, ConfigurationError, Customer, MappingError, NeedsData, Sale, SaleLine, Vendor
from flask_billcom.clock import ManualClock
from flask_billcom.models import Party
from flask_billcom.models import Settlement as SettlementRow
from tests.support.database import Database
from tests.support.shop import SETTINGS, START, sqlite_safe


class Odd:
    """A marketplace with inheritance, two roles in one class, and keys of every kind."""

    def __init__(self, url: str) -> None:
        class Base(DeclarativeBase):
            pass

        self.db = db = SQLAlchemy(model_class=Base)
        self.billcom = Billcom(db)
        model: Any = db.Model

        class Person(model):  # type: ignore[misc]
            __tablename__ = "person"
            id: Mapped[int] = mapped_column(primary_key=True)
            kind: Mapped[str]
            name: Mapped[str]
            __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}  # noqa: RUF012

        class Company(Person):
            __mapper_args__ = {"polymorphic_identity": "company"}  # noqa: RUF012

        class Stall(model):  # type: ignore[misc]
            __tablename__ = "stall"
            market: Mapped[str] = mapped_column(primary_key=True)
            day: Mapped[date] = mapped_column(primary_key=True)

        class Ticket(model):  # type: ignore[misc]
            __tablename__ = "ticket"
            id: Mapped[uuid.UUID] = mapped_column(Uuid(), primary_key=True, default=uuid.uuid4)
            person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
            person: Mapped[Person] = relationship()

        self.Person, self.Company, self.Stall, self.Ticket = Person, Company, Stall, Ticket
        self.app = Flask("odd")
        self.app.config.update(SETTINGS, SQLALCHEMY_DATABASE_URI=url)
        db.init_app(self.app)
        with self.app.app_context():
            if db.engine.dialect.name == "sqlite":
                sqlite_safe(db.engine)
            db.create_all()
        self.billcom.init_app(self.app, clock=ManualClock(START))

    def render(self, role: str, local_type: str, local_id: str) -> Customer | Vendor:
        return self.billcom.state_of(self.app).mapping.render_party(role, local_type, local_id)

    def parties(self) -> list[tuple[str, str, str]]:
        with self.billcom.state_of().store.read() as rows:
            found = rows.all(select(Party.role, Party.local_type, Party.local_id))
            return sorted(tuple(row) for row in found)


@pytest.fixture
def odd(database: Database) -> Iterator[Odd]:
    made = Odd(database.url)
    made.billcom.customer_from(made.Person)(lambda person: Customer(name=f"buyer {person.name}"))
    made.billcom.vendor_from(made.Person)(lambda person: Vendor(name=f"seller {person.name}"))
    with made.app.app_context():
        yield made
        made.db.session.remove()
        for engine in made.db.engines.values():
            engine.dispose()


def sale(ticket: Any) -> Sale:
    return Sale(buyer=ticket.person, lines=[SaleLine(seller=ticket.person, amount=Decimal("2.00"))])


def test_one_object_may_be_buyer_and_seller_and_a_subclass_is_mapped_through_its_parent(odd: Odd) -> None:
    odd.billcom.sale_from(odd.Ticket)(sale)
    ticket = odd.Ticket(person=odd.Company(name="Acme"))
    odd.db.session.add(ticket)

    odd.billcom.settle(ticket)
    odd.db.session.commit()

    key = str(ticket.person.id)
    assert odd.parties() == [("customer", "Person", key), ("vendor", "Person", key)]
    assert odd.render("customer", "Person", key) == Customer(name="buyer Acme")
    assert odd.render("vendor", "Person", key) == Vendor(name="seller Acme")


def test_the_nearest_class_above_describes(odd: Odd) -> None:
    odd.billcom.vendor_from(odd.Company)(lambda company: Vendor(name=f"company {company.name}"))
    odd.billcom.sale_from(odd.Ticket)(sale)
    ticket = odd.Ticket(person=odd.Company(name="Acme"))
    odd.db.session.add(ticket)

    odd.billcom.settle(ticket)
    odd.db.session.commit()

    assert [row[:2] for row in odd.parties()] == [("customer", "Person"), ("vendor", "Company")]
    assert odd.render("vendor", "Company", str(ticket.person.id)).name == "company Acme"


def test_a_uuid_names_a_sale_by_its_digits(odd: Odd) -> None:
    odd.billcom.sale_from(odd.Ticket)(sale)
    ticket = odd.Ticket(person=odd.Person(name="Ada"))
    odd.db.session.add(ticket)

    settlement = odd.billcom.settle(ticket)

    assert settlement.reference == ticket.id.hex
    assert odd.billcom.settlement_of(ticket) == settlement


def test_a_composite_key_is_joined_and_found_again(odd: Odd) -> None:
    odd.billcom.vendor_from(odd.Stall)(lambda stall: Vendor(name=f"{stall.market} on {stall.day}"))
    odd.billcom.sale_from(odd.Stall)(
        lambda stall: Sale(
            buyer=odd.db.session.query(odd.Person).one(), lines=[SaleLine(seller=stall, amount=Decimal("2.00"))]
        )
    )
    odd.db.session.add_all([odd.Person(name="Ada"), odd.Stall(market="Notting-Hill 100%", day=date(2031, 3, 3))])
    odd.db.session.flush()
    stall = odd.db.session.query(odd.Stall).one()

    settlement = odd.billcom.settle(stall)
    odd.db.session.commit()

    assert settlement.reference == "Notting%2DHill 100%25-2031%2D03%2D03"
    assert odd.render("vendor", "Stall", settlement.reference).name == "Notting-Hill 100% on 2031-03-03"


def test_a_second_order_class_must_set_its_reference(odd: Odd) -> None:
    odd.billcom.sale_from(odd.Ticket)(sale)
    odd.billcom.sale_from(odd.Stall)(sale)
    ticket = odd.Ticket(person=odd.Person(name="Ada"))
    odd.db.session.add(ticket)

    with pytest.raises(ConfigurationError, match=r"sale_from\(Ticket\) must set the reference"):
        odd.billcom.settle(ticket)


def test_a_reference_of_its_own_finds_the_settlement_too(odd: Odd) -> None:
    odd.billcom.sale_from(odd.Ticket)(lambda ticket: replace(sale(ticket), reference=f"T/{ticket.person.name}"))
    ticket, other = odd.Ticket(person=odd.Person(name="Ada")), odd.Ticket(person=odd.Person(name="Eve"))
    odd.db.session.add_all([ticket, other])

    settlement = odd.billcom.settle(ticket)
    odd.billcom.settle(other)

    assert settlement.reference == "T/Ada"
    assert odd.billcom.settlement_of(ticket) == settlement
    assert odd.db.session.scalar(select(func.count()).select_from(SettlementRow)) == 2


def test_the_functions_run_with_the_committed_row_in_a_context_of_their_own(odd: Odd) -> None:
    person = odd.Person(name="before")
    odd.db.session.add(person)
    odd.db.session.commit()
    person.name = "not committed"
    if odd.db.engine.dialect.name == "postgresql":
        odd.db.session.flush()

    assert odd.render("customer", "Person", str(person.id)).name == "buyer before"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
class TestWhatCannotBeRendered:
    def test_a_row_that_is_gone(self, odd: Odd) -> None:
        with pytest.raises(NeedsData, match="Person 99 is gone"):
            odd.render("customer", "Person", "99")

    def test_a_function_that_raises(self, odd: Odd) -> None:
        odd.billcom.vendor_from(odd.Stall)(lambda stall: Vendor(name=stall.owner))
        odd.db.session.add(odd.Stall(market="M", day=date(2031, 3, 3)))
        odd.db.session.commit()

        with pytest.raises(NeedsData, match=r"vendor_from\(Stall\) raised AttributeError for Stall M-2031%2D03%2D03"):
            odd.render("vendor", "Stall", "M-2031%2D03%2D03")

    @pytest.mark.parametrize(
        ("record", "message"),
        [
            (Customer(name="x"), "returned Customer, not a Vendor"),
            (Vendor(name="x", short_name="mine"), "set short_name"),
            (Vendor(name="x", id="009" + "0" * 17), "set id"),
            (Vendor(name=" "), "without a name"),
            (Vendor(name="x", email=7), "cannot be sent"),  # type: ignore[arg-type]
        ],
    )
    def test_a_record_that_is_none(self, odd: Odd, record: Any, message: str) -> None:
        odd.billcom.vendor_from(odd.Stall)(lambda _: record)
        odd.db.session.add(odd.Stall(market="M", day=date(2031, 3, 3)))
        odd.db.session.commit()

        with pytest.raises(MappingError, match=message):
            odd.render("vendor", "Stall", "M-2031%2D03%2D03")

    def test_a_class_that_is_not_mapped_any_more(self, odd: Odd) -> None:
        with pytest.raises(MappingError, match="no class Shopkeeper is mapped"):
            odd.render("vendor", "Shopkeeper", "1")

    @pytest.mark.parametrize("key", ["one", "1-2"])
    def test_a_key_of_another_type(self, odd: Odd, key: str) -> None:
        with pytest.raises(MappingError, match=f"'{key}' is no primary key of Person"):
            odd.render("customer", "Person", key)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
class TestWhatCannotBeRegistered:
    def test_two_classes_of_one_name(self, odd: Odd) -> None:
        same_name = type("Person", (), {})

        with pytest.raises(ConfigurationError, match="customer_from knows a class Person already"):
            odd.billcom.customer_from(same_name)(lambda _: Customer(name="x"))

    def test_a_decorator_without_its_class(self, odd: Odd) -> None:
        def describe(person: Any) -> Customer:
            return Customer(name=person.name)

        with pytest.raises(ConfigurationError, match=r"write @billcom\.customer_from\(YourClass\)"):
            odd.billcom.customer_from(describe)(describe)  # type: ignore[arg-type]
