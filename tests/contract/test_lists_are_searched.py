"""Filters, sort and pages of List."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.samples import bill, made
from tests.contract.service import Refused, Service

COUNT = 7


def seven(service: Service) -> list[Any]:
    """Return seven bills of one vendor, made in this order, with different amounts and dates."""

    def make() -> list[Any]:
        vendor = service.create("Vendor", name=service.name("Lister"))["id"]
        found = []
        for number in range(COUNT):
            values = {**bill(service, number + 1), "vendorId": vendor, "dueDate": service.day(10 + number)}
            found.append(service.create("Bill", **values))
        return found

    return list(service.kept("seven", make))


def mine(service: Service) -> tuple[str, str, object]:
    return ("vendorId", "=", seven(service)[0]["vendorId"])


def ids(found: list[Any]) -> list[str]:
    return [each["id"] for each in found]


def refusal(service: Service, entity: str, query: dict[str, Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        service(f"List/{entity}", query)
    return caught.value


def test_a_list_is_a_bare_array(service: Service) -> None:
    assert isinstance(service("List/Vendor", {"start": 0, "max": 1}), list)


def test_bills_are_listed_with_their_lines(service: Service) -> None:
    for each in service.listed("Bill", mine(service)):
        assert each["billLineItems"][0]["entity"] == "BillLineItem"


@pytest.mark.parametrize("extra", [{"nested": True}, {"nested": "false"}, {"showAudit": True}])
def test_more_may_be_asked_for(service: Service, extra: dict[str, Any]) -> None:
    assert len(service.listed("Bill", mine(service), **extra)) == COUNT


@pytest.mark.parametrize(
    ("op", "places"),
    [
        ("=", [3]),
        ("<", [0, 1, 2]),
        ("<=", [0, 1, 2, 3]),
        (">", [4, 5, 6]),
        (">=", [3, 4, 5, 6]),
        ("!=", [0, 1, 2, 4, 5, 6]),
    ],
)
def test_dates_are_compared(service: Service, op: str, places: list[int]) -> None:
    found = service.listed("Bill", mine(service), ("dueDate", op, service.day(13)))
    assert set(ids(found)) == {seven(service)[place]["id"] for place in places}


@pytest.mark.parametrize(("op", "count"), [("in", 2), ("nin", 5)])
@pytest.mark.parametrize("as_text", [True, False])
def test_ids_are_looked_up_in_a_list(service: Service, op: str, count: int, *, as_text: bool) -> None:
    wanted = ids(seven(service)[:2])
    found = service.listed("Bill", mine(service), ("id", op, ",".join(wanted) if as_text else wanted))
    assert len(found) == count


@pytest.mark.parametrize(
    ("op", "value", "count"), [("=", "1", COUNT), ("!=", "1", 0), ("=", "0", 0), ("in", "0,1", COUNT)]
)
def test_states_are_compared(service: Service, op: str, value: str, count: int) -> None:
    assert len(service.listed("Bill", mine(service), ("paymentStatus", op, value))) == count


def test_text_is_filtered_by_equality(service: Service) -> None:
    wanted = seven(service)[2]
    assert ids(service.listed("Bill", ("invoiceNumber", "=", wanted["invoiceNumber"]))) == [wanted["id"]]


def test_several_filters_must_all_hold(service: Service) -> None:
    first, last = service.day(11), service.day(13)
    assert len(service.listed("Bill", mine(service), ("dueDate", ">=", first), ("dueDate", "<=", last))) == 3


def test_no_filters_and_no_sort_may_be_null(service: Service) -> None:
    assert service("List/Vendor", {"start": 0, "max": 1, "filters": None, "sort": None})


@pytest.mark.parametrize("asc", [True, "true", 1, "1"])
def test_sort_goes_up(service: Service, asc: object) -> None:
    found = service.listed("Bill", mine(service), sort=[{"field": "dueDate", "asc": asc}])
    assert ids(found) == ids(seven(service))


@pytest.mark.parametrize("asc", [False, "false", 0, "0"])
def test_sort_goes_down(service: Service, asc: object) -> None:
    found = service.listed("Bill", mine(service), sort=[{"field": "dueDate", "asc": asc}])
    assert ids(found) == ids(seven(service))[::-1]


def test_sort_goes_by_several_fields(service: Service) -> None:
    sort = [{"field": "paymentStatus", "asc": True}, {"field": "dueDate", "asc": False}]
    assert ids(service.listed("Bill", mine(service), sort=sort)) == ids(seven(service))[::-1]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 999])
def test_pages_follow_each_other(service: Service, size: int) -> None:
    found: list[str] = []
    sort = [{"field": "createdTime", "asc": True}]
    while page := service.listed("Bill", mine(service), start=len(found), max=size, sort=sort):
        assert len(page) <= size
        found += ids(page)
    assert sorted(found) == sorted(ids(seven(service)))


@pytest.mark.parametrize(("start", "size"), [("2", "3"), (2, 3)])
def test_pages_may_be_asked_for_by_text(service: Service, start: Any, size: Any) -> None:
    assert len(service.listed("Bill", mine(service), start=start, max=size)) == 3


def test_a_start_beyond_the_end_is_an_empty_list(service: Service) -> None:
    assert service.listed("Bill", mine(service), start=1000, max=10) == []


def test_the_longest_page_is_999(service: Service) -> None:
    assert len(service("List/Vendor", {"start": 0, "max": 999})) <= 999


@pytest.mark.parametrize("page", [{"max": -1}, {"start": -1}, {"max": "many"}, {"start": "first"}])
def test_a_page_that_cannot_be_is_refused(service: Service, page: dict[str, Any]) -> None:
    assert refusal(service, "Vendor", page).code in {"BDC_1119", "BDC_1129", "BDC_1124"}


@pytest.mark.parametrize("name", ["nonsense", "billLineItems", "", "Name"])
def test_a_field_that_cannot_be_filtered_is_refused(service: Service, name: str) -> None:
    query = {"filters": [{"field": name, "op": "=", "value": "1"}]}
    assert refusal(service, "Bill", query).code == "BDC_1130"


@pytest.mark.parametrize("op", ["like", "eq", "==", "", "<>"])
def test_an_operator_that_does_not_exist_is_refused(service: Service, op: str) -> None:
    query = {"filters": [{"field": "id", "op": op, "value": "1"}]}
    assert refusal(service, "Vendor", query).code == "BDC_1131"


@pytest.mark.parametrize(
    ("name", "value"), [("createdTime", "yesterday"), ("dueDate", "2031-02-31"), ("dueDate", "soon")]
)
def test_a_value_that_cannot_be_is_refused(service: Service, name: str, value: str) -> None:
    query = {"filters": [{"field": name, "op": ">", "value": value}]}
    assert refusal(service, "Bill", query).code in {"BDC_1119", "BDC_1129"}


def test_an_entity_that_does_not_exist_is_refused(service: Service) -> None:
    assert refusal(service, "Nonsense", {}).code == "BDC_1128"


@pytest.mark.parametrize("form", ["{}T00:00:00.000+0000", "{}T00:00:00.000+00:00", "{}T00:00:00Z", "{}"])
def test_times_may_be_written_in_many_ways(service: Service, form: str) -> None:
    since = form.format(service.day(-1))
    found = service.listed("Bill", mine(service), ("updatedTime", ">=", since))
    assert len(found) == COUNT


def test_nothing_lies_in_the_future(service: Service) -> None:
    assert service.listed("Bill", ("createdTime", ">", f"{service.day(2)}T00:00:00.000+0000")) == []


def test_an_empty_reference_is_filtered_by_zeros(service: Service) -> None:
    found = made(service, "Department")
    mine = ("id", "=", found["id"])
    assert ids(service.listed("Department", mine, ("parentDepartmentId", "=", "0" * 20))) == [found["id"]]


@pytest.mark.parametrize(
    "entity",
    [
        "Vendor", "VendorBankAccount", "Bill", "RecurringBill", "VendorCredit", "BillCredit", "SentPay", "BillPay",
        "ApprovalPolicy", "ApprovalPolicyApprover", "BillApprover", "VendCreditApprover", "Invoice",
        "RecurringInvoice", "CreditMemo", "InvoiceCredit", "ReceivedPay", "RPConvFee", "Customer", "CustomerContact",
        "CustomerBankAccount", "User", "Profile", "BankAccount", "MoneyMovement", "ActgClass", "ChartOfAccount",
        "Department", "Employee", "Item", "Job", "Location", "PaymentTerm",
    ],
)  # fmt: skip
def test_every_entity_can_be_listed(service: Service, entity: str) -> None:
    found = service(f"List/{entity}", {"start": 0, "max": 2})
    assert all(each["entity"] == entity for each in found)
