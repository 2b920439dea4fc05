"""Filters, order and page of a list."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from flask_billcom.api import Bill, Customer, Filter, PaymentStatus, SentPay, Sort, Vendor, equals, one_of, since
from flask_billcom.api.query import OPERATORS, list_data
from flask_billcom.api.wire import NO_ID
from flask_billcom.errors import InvalidRequest


def value_of(*filters: Filter) -> object:
    return list_data(Bill, filters=filters)["filters"][0]["value"]


def test_a_plain_list_asks_for_the_first_whole_page() -> None:
    assert list_data(Vendor) == {"start": 0, "max": 999}


def test_python_names_and_wire_names_mean_the_same() -> None:
    expected = {"field": "updatedTime", "op": ">=", "value": "2031-03-04T05:06:07.000+0000"}
    moment = datetime(2031, 3, 4, 5, 6, 7, tzinfo=UTC)
    for name in ("updated_time", "updatedTime"):
        assert list_data(Vendor, filters=[since(name, moment)])["filters"] == [expected]


def test_order_and_nested_objects_are_asked_for() -> None:
    data = list_data(Bill, sort=[Sort("due_date"), Sort("id", descending=True)], start=5, max=7, nested=True)
    assert data == {
        "start": 5,
        "max": 7,
        "sort": [{"field": "dueDate", "asc": True}, {"field": "id", "asc": False}],
        "nested": True,
    }


@pytest.mark.parametrize("op", OPERATORS)
def test_every_operator_is_offered(op: str) -> None:
    value = ("1", "2") if op in {"in", "nin"} else "1"
    assert list_data(Bill, filters=[Filter("payment_status", op, value)])["filters"][0]["op"] == op


def test_values_are_written_as_the_wire_has_them() -> None:
    assert value_of(equals("due_date", date(2031, 3, 4))) == "2031-03-04"
    assert value_of(equals("payment_status", PaymentStatus.PAID)) == "0"
    assert value_of(equals("vendor_id", None)) == NO_ID
    assert value_of(equals("description", None)) == ""
    assert value_of(equals("amount", Decimal("1.50"))) == Decimal("1.50")
    assert value_of(one_of("payment_status", [PaymentStatus.PAID, "4"])) == "0,4"


@pytest.mark.parametrize(
    "condition",
    [
        equals("no_such_field", 1),
        equals("bill_line_items", 1),
        equals("item", 1),
        equals("allow_duplicate_inv_num", True),
        Filter("due_date", "~", "x"),
        Filter("due_date", "sw", "x"),
        Filter("due_date", "=; DROP TABLE bills", "x"),
        Filter("has_auto_pay", "<", True),
        equals("due_date", ["a", "b"]),
        equals("due_date", 0.5),
        equals("updated_time", datetime(2031, 1, 1)),  # noqa: DTZ001 - the point of the test
    ],
)
def test_a_condition_that_cannot_be_is_refused_here(condition: Filter) -> None:
    with pytest.raises(InvalidRequest):
        list_data(Bill, filters=[condition])


@pytest.mark.parametrize("name", ["email", "accNumber"])
def test_what_is_known_not_to_filter_is_refused_here(name: str) -> None:
    with pytest.raises(InvalidRequest, match="neither filtered nor sorted"):
        list_data(Customer, filters=[equals(name, "x")])
    with pytest.raises(InvalidRequest):
        list_data(Customer, sort=[Sort(name)])


@pytest.mark.parametrize(("start", "size"), [(-1, 1), (0, 0), (0, 1000)])
def test_a_page_that_cannot_be_is_refused_here(start: int, size: int) -> None:
    with pytest.raises(InvalidRequest, match="page"):
        list_data(SentPay, start=start, max=size)
