from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.caller import Caller, MakeCaller, Refuse


@pytest.fixture
def stocked(bill: Caller) -> Caller:
    """Five vendors, a minute apart, with a bill each of ten, twenty ... dollars."""
    for number in range(1, 6):
        vendor = bill.create("Vendor", name=f"V{number}", shortName="even" if number % 2 == 0 else "odd")
        bill.bill(vendor, 10 * number, number=f"B{number}")
        bill.simulator.clock.advance(seconds=60)
    return bill


def numbers(rows: Any) -> Any:
    return [row["invoiceNumber"] for row in rows]


def names(rows: Any) -> Any:
    return [row["name"] for row in rows]


def test_a_list_is_a_bare_array_in_the_order_of_creation(stocked: Caller) -> None:
    assert numbers(stocked("List/Bill", {"start": 0, "max": 999})) == ["B1", "B2", "B3", "B4", "B5"]
    assert numbers(stocked("List/Bill")) == ["B1", "B2", "B3", "B4", "B5"]


def test_bills_carry_their_lines(stocked: Caller) -> None:
    assert stocked.list("Bill")[0]["billLineItems"][0]["amount"] == 10


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([("invoiceNumber", "=", "B2")], ["B2"]),
        ([("invoiceNumber", "!=", "B2")], ["B1", "B3", "B4", "B5"]),
        ([("invoiceNumber", "in", "B2,B4,none")], ["B2", "B4"]),
        ([("invoiceNumber", "in", ["B2", "B4"])], ["B2", "B4"]),
        ([("invoiceNumber", "nin", "B2,B4")], ["B1", "B3", "B5"]),
        ([("amount", ">", "20")], ["B3", "B4", "B5"]),
        ([("amount", ">=", 20), ("amount", "<", "50.00")], ["B2", "B3", "B4"]),
        ([("amount", "<=", 20)], ["B1", "B2"]),
        ([("createdTime", ">=", "2026-03-02T17:02:00.000+0000")], ["B3", "B4", "B5"]),
        ([("createdTime", ">", "2026-03-02T17:02:00.000+0000")], ["B4", "B5"]),
        ([("createdTime", "<", "2026-03-02T09:02:00.000-0800")], ["B1", "B2"]),
        ([("updatedTime", ">=", "2026-03-02")], ["B1", "B2", "B3", "B4", "B5"]),
        ([("updatedTime", ">=", "2026-03-03")], []),
        ([("paymentStatus", "=", "1")], ["B1", "B2", "B3", "B4", "B5"]),
        ([("paymentStatus", "=", 0)], []),
        ([("dueDate", "=", "2026-3-2"), ("isActive", "=", "1")], ["B1", "B2", "B3", "B4", "B5"]),
        ([("departmentId", "=", "0" * 20)], ["B1", "B2", "B3", "B4", "B5"]),
        ([("hasAutoPay", "=", "true")], []),
    ],
)
def test_filters_are_combined(stocked: Caller, filters: Any, found: Any) -> None:
    assert numbers(stocked.list("Bill", *filters)) == found


@pytest.mark.parametrize("falsehood", [False, "false", 0, "0"])
def test_sorts_downwards_however_it_is_said(stocked: Caller, falsehood: Any) -> None:
    rows = stocked("List/Bill", {"sort": [{"field": "amount", "asc": falsehood}], "filters": None})
    assert numbers(rows) == ["B5", "B4", "B3", "B2", "B1"]


def test_sorts_by_several_fields(stocked: Caller) -> None:
    sort = [{"field": "shortName", "asc": "true"}, {"field": "name", "asc": "false"}]
    assert names(stocked("List/Vendor", {"sort": sort})) == ["V4", "V2", "V5", "V3", "V1"]


@pytest.mark.parametrize("field", ["updatedTime", "createdTime", "name"])
@pytest.mark.parametrize("asc", [True, False])
def test_pages_neither_skip_nor_repeat(stocked: Caller, field: Any, asc: Any) -> None:
    found = []
    for start in range(0, 10, 2):
        found += names(stocked("List/Vendor", {"start": start, "max": 2, "sort": [{"field": field, "asc": asc}]}))
    expected = ["V1", "V2", "V3", "V4", "V5"]
    assert found == (expected if asc else expected[::-1])


def test_a_changed_row_moves_to_the_end_of_the_updated_order(stocked: Caller) -> None:
    first = stocked.list("Vendor")[0]
    stocked.update("Vendor", id=first["id"], phone="1")
    rows = stocked("List/Vendor", {"sort": [{"field": "updatedTime", "asc": 1}]})
    assert names(rows) == ["V2", "V3", "V4", "V5", "V1"]
    recent = stocked.list("Vendor", ("updatedTime", ">=", rows[-1]["updatedTime"]))
    assert names(recent) == ["V1"]


def test_rows_changed_between_equal_times_keep_one_order_in_every_source(bill: Caller) -> None:
    vendor = bill.vendor()
    made = [bill.bill(vendor, 1, number=f"B{number}") for number in range(12)]
    for row in made[::-3]:
        bill.update("Bill", id=row["id"], description="d")
    expected = numbers(bill("List/Bill", {"sort": [{"field": "updatedTime", "asc": True}]}))
    paged = []
    for start in range(12):
        query = {"start": start, "max": 1, "sort": [{"field": "updatedTime", "asc": True}]}
        paged += numbers(bill.list("Bill", ("vendorId", "=", vendor["id"]), **query))
    assert paged == expected


def test_beyond_the_end_is_empty(stocked: Caller) -> None:
    assert stocked("List/Bill", {"start": 99}) == []


def test_deleted_objects_are_listed(stocked: Caller) -> None:
    stocked("Crud/Delete/Bill", {"id": stocked.list("Bill")[0]["id"]})
    assert len(stocked.list("Bill")) == 5
    assert numbers(stocked.list("Bill", ("isActive", "=", "1"))) == ["B2", "B3", "B4", "B5"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"max": 1000}, "BDC_1129"),
        ({"max": 0}, "BDC_1129"),
        ({"start": -1}, "BDC_1129"),
        ({"start": "x"}, "BDC_1129"),
        ({"filters": "x"}, "BDC_1124"),
        ({"filters": [{"field": "nonsense", "op": "=", "value": "1"}]}, "BDC_1130"),
        ({"filters": [{"field": "billLineItems", "op": "=", "value": "1"}]}, "BDC_1130"),
        ({"filters": [{"field": "amount", "op": "~", "value": "1"}]}, "BDC_1131"),
        ({"filters": [{"field": "amount", "op": "=", "value": "one"}]}, "BDC_1129"),
        ({"filters": [{"field": "createdTime", "op": "=", "value": "yesterday"}]}, "BDC_1129"),
        ({"filters": [{"field": "amount", "op": "="}]}, "BDC_1117"),
        ({"sort": [{"field": "nonsense"}]}, "BDC_1130"),
    ],
)
def test_what_cannot_be_asked_is_refused(stocked: Caller, refused: Refuse, query: Any, code: Any) -> None:
    refused(code, stocked, "List/Bill", query)


def test_fields_known_to_be_unfilterable_are_refused(bill: Caller, refused: Refuse) -> None:
    for field in ("email", "accNumber"):
        refused("BDC_1130", bill.list, "Customer", (field, "=", "x"))


def test_text_filters_may_be_off(make_caller: MakeCaller, refused: Refuse) -> None:
    bill = make_caller(text_filters=False)
    refused("BDC_1130", bill.list, "Bill", ("invoiceNumber", "=", "x"))
    assert bill.list("Bill", ("paymentStatus", "=", "1")) == []


def test_lists_may_lag_behind_what_read_shows(make_caller: MakeCaller) -> None:
    bill = make_caller(list_lag_s=120)
    vendor = bill.vendor("old")
    assert bill.list("Vendor") == []
    assert bill.read("Vendor", vendor["id"])["name"] == "old"
    bill.simulator.clock.advance(seconds=120)
    assert names(bill.list("Vendor")) == ["old"]
    bill.update("Vendor", id=vendor["id"], name="new")
    assert names(bill.list("Vendor", ("name", "=", "old"))) == ["old"]
    assert bill.list("Vendor", ("name", "=", "new")) == []
    bill.simulator.clock.advance(seconds=120)
    assert names(bill.list("Vendor")) == ["new"]
