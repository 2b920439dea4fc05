from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from flask_billcom import Customer, InvalidSale, MappingError, Sale, SaleLine
from tests.support.database import Database
from tests.support.rows import counts
from tests.support.shop import Shop, draw_shop, make_shop, same_shop

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


@pytest.fixture
def unmapped(database: Database) -> Iterator[Shop]:
    """Give a marketplace whose orders are mapped by the test."""
    drawing = draw_shop(map_orders=False)
    shop = make_shop(database.url, drawing=drawing)
    with shop.app.app_context():
        shop.db.create_all()
        yield shop
    shop.close()


def line(**values: Any) -> SaleLine:
    return SaleLine(**{"amount": Decimal("1.00"), **values})


BAD: dict[str, tuple[Any, type[Exception], str]] = {
    "no lines": (lambda o: Sale(buyer=o.buyer, lines=[]), InvalidSale, "at least one line"),
    "no buyer": (lambda _: Sale(buyer=None, lines=[line()]), InvalidSale, "needs its buyer"),
    "negative": (lambda o: Sale(buyer=o.buyer, lines=[line(amount=Decimal("-1.00"))]), InvalidSale, "not negative"),
    "three decimals": (
        lambda o: Sale(buyer=o.buyer, lines=[line(amount=Decimal("1.001"))]),
        InvalidSale,
        "two decimal",
    ),
    "int": (lambda o: Sale(buyer=o.buyer, lines=[line(amount=1)]), InvalidSale, "SaleLine.from_cents"),
    "float": (lambda o: Sale(buyer=o.buyer, lines=[line(amount=1.5)]), InvalidSale, "SaleLine.from_cents"),
    "text": (lambda o: Sale(buyer=o.buyer, lines=[line(amount="1.50")]), InvalidSale, "SaleLine.from_cents"),
    "currency": (lambda o: Sale(buyer=o.buyer, lines=[line()], currency="EUR"), InvalidSale, "must be USD"),
    "free": (lambda o: Sale(buyer=o.buyer, lines=[line(amount=Decimal(0))]), InvalidSale, "add up to zero"),
    "no sale": (lambda _: None, MappingError, "returned NoneType, not a Sale"),
    "raises": (lambda o: o.prices["shipping"], MappingError, "raised AttributeError"),
    "seller without mapping": (
        lambda o: Sale(buyer=o.buyer, lines=[line(seller=o.buyer)]),
        MappingError,
        r"Buyer is not mapped; register a function with @billcom\.vendor_from\(Buyer\)",
    ),
    "buyer without mapping": (
        lambda o: Sale(buyer=o, lines=[line()]),
        MappingError,
        r"Order is not mapped; register a function with @billcom\.customer_from\(Order\)",
    ),
    "not a row": (lambda o: Sale(buyer=o.buyer, lines=[line(seller="Bert")]), MappingError, "str is not mapped"),
}


@pytest.mark.parametrize("name", BAD)
def test_the_error_names_the_order_and_what_to_do(unmapped: Shop, name: str) -> None:
    describe, error, message = BAD[name]
    unmapped.billcom.sale_from(unmapped.Order)(describe)
    order = unmapped.order(("Bert", "1.00"))

    with pytest.raises(error, match=message) as refused:
        unmapped.billcom.settle(order)

    assert str(refused.value).startswith("Order 1: ")
    unmapped.db.session.commit()
    assert counts(unmapped).keys() <= {"mark"}


def test_an_order_that_is_not_mapped_is_named(unmapped: Shop) -> None:
    order = unmapped.order(("Bert", "1.00"))

    with pytest.raises(
        MappingError, match=r"Order is not mapped; register a function with @billcom\.sale_from\(Order\)"
    ):
        unmapped.billcom.settle(order)


def test_an_order_outside_of_any_session_is_refused(unmapped: Shop) -> None:
    unmapped.billcom.sale_from(unmapped.Order)(lambda order: Sale(buyer=order.buyer, lines=[line()]))

    with pytest.raises(MappingError, match="this Order has no primary key yet; add it to the session first"):
        unmapped.billcom.settle(unmapped.Order())


def test_a_mapped_class_that_is_no_table_is_refused(unmapped: Shop) -> None:
    class Ghost:
        pass

    unmapped.billcom.customer_from(Ghost)(lambda _: Customer(name="ghost"))
    unmapped.billcom.sale_from(unmapped.Order)(lambda _: Sale(buyer=Ghost(), lines=[line()]))

    with pytest.raises(MappingError, match="this Ghost is no object of a mapped class"):
        unmapped.billcom.settle(unmapped.order(("Bert", "1.00")))


@pytest.mark.parametrize("thing", [None, 7, "order 1"])
@pytest.mark.parametrize("call", ["settle", "settlement_of", "balance_of", "credit_of", "pay_now"])
def test_what_is_no_row_at_all_is_refused_in_words(unmapped: Shop, call: str, thing: object) -> None:
    unmapped.billcom.sale_from(unmapped.Order)(lambda order: Sale(buyer=order.buyer, lines=[line()]))

    with pytest.raises(MappingError, match=f"{type(thing).__name__} is not mapped"):
        getattr(unmapped.billcom, call)(thing)


def with_limit(shop: Shop, limit: int, **accounts: str) -> Shop:
    """Return the shop as it starts anew where Bill.com takes so many lines on one document."""
    shop.close()
    settings: dict[str, Any] = {"BILLCOM_MAX_LINES": limit, "BILLCOM_CHART_OF_ACCOUNTS": accounts}
    return make_shop(str(shop.app.config["SQLALCHEMY_DATABASE_URI"]), drawing=same_shop(), **settings)


def test_a_sale_with_more_lines_than_fit_on_a_document_is_refused_before_anything_is_written(shop: Shop) -> None:
    limited = with_limit(shop, 2)
    with limited.app.app_context():
        fits = limited.order(("Bert", "1.00", "0.10"), ("Bert", "2.00", "0.20"))
        long = limited.order(("Bert", "1.00"), ("Cleo", "2.00"), own="3.00")

        first, second = limited.billcom.settle_many([fits, long])
        limited.db.session.commit()

        assert first.settlement is not None
        assert isinstance(second.error, InvalidSale)
        assert str(second.error) == (
            "Order 2: one of its documents would have 3 lines, and BILLCOM_MAX_LINES is 2; describe it by fewer lines"
        )
        assert counts(limited)["settlement"] == 1
    limited.close()


def test_fees_with_an_account_of_their_own_are_lines_too(shop: Shop) -> None:
    limited = with_limit(shop, 3, fee="0ca01000000000000001")
    with limited.app.app_context():
        with pytest.raises(InvalidSale, match="would have 4 lines"):
            limited.billcom.settle(limited.order(("Bert", "1.00", "0.10"), ("Bert", "2.00", "0.20")))
        limited.billcom.settle(limited.order(("Bert", "1.00", "0.10"), ("Cleo", "2.00", "0.20")))
    limited.close()


def test_what_was_settled_before_the_limit_stays_settled(shop: Shop) -> None:
    with shop.app.app_context():
        order = shop.order(("Bert", "1.00"), ("Bert", "2.00"))
        settled = shop.billcom.settle(order)
        shop.db.session.commit()
        key = order.id
    limited = with_limit(shop, 1)
    with limited.app.app_context():
        again = limited.billcom.settle(limited.db.session.get(limited.Order, key))

        assert again.id == settled.id
    limited.close()
