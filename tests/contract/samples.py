"""The least that each entity needs to be created, and a field of it that is changed by an Update."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contract.service import Service

ROUTING = "021000021"
Values = dict[str, Any]


def _vendor_id(on: Service) -> str:
    return str(on.kept("vendor", lambda: on.create("Vendor", name=on.name("Vendor")))["id"])


def _customer_id(on: Service) -> str:
    return str(on.kept("customer", lambda: on.create("Customer", **customer(on)))["id"])


def customer(on: Service) -> Values:
    """Return a customer who can be mailed to."""
    home = {"billAddress1": "1 Main St", "billAddressCity": "San Jose", "billAddressState": "CA"}
    return {"name": on.name("Customer"), "email": "buyer@example.test", **home, "billAddressZip": "95110"}


def _document(on: Service, party: Values, lines: str, line: Values) -> Values:
    dated = {"invoiceNumber": on.name("D"), "invoiceDate": on.day(), "dueDate": on.day(30)}
    return {**party, **dated, lines: [line]}


def bill(on: Service, *amounts: Any) -> Values:
    """Return a bill with a line for each amount."""
    found = _document(on, {"vendorId": _vendor_id(on)}, "billLineItems", {})
    lines = [{"entity": "BillLineItem", "amount": amount} for amount in amounts or (10,)]
    return {**found, "billLineItems": lines}


def invoice(on: Service, *prices: Any) -> Values:
    """Return an invoice with a line for each price."""
    found = _document(on, {"customerId": _customer_id(on)}, "invoiceLineItems", {})
    lines = [{"entity": "InvoiceLineItem", "quantity": 1, "price": price} for price in prices or (10,)]
    return {**found, "invoiceLineItems": lines}


def _credit(on: Service, party: Values, lines: str, line: Values) -> Values:
    return {**party, "refNumber": on.name("C"), "creditDate": on.day(), lines: [line]}


def _template(on: Service, party: Values, lines: str, line: Values) -> Values:
    period = {"timePeriod": "2", "frequencyPerTimePeriod": 1, "nextDueDate": on.day(90), "daysInAdvance": 1}
    return {**party, **period, lines: [line]}


def _named(on: Service) -> Values:
    return {"name": on.name()}


#: What each entity needs at least.
MINIMAL: dict[str, Callable[[Service], Values]] = {
    "Vendor": _named,
    "Customer": _named,
    "CustomerContact": lambda on: {"customerId": _customer_id(on), "firstName": "Ann"},
    "Bill": bill,
    "Invoice": invoice,
    "VendorCredit": lambda on: _credit(
        on, {"vendorId": _vendor_id(on)}, "vendorCreditLineItems", {"entity": "VendorCreditLineItem", "amount": 10}
    ),
    "CreditMemo": lambda on: _credit(
        on,
        {"customerId": _customer_id(on)},
        "creditMemoLineItems",
        {"entity": "CreditMemoLineItem", "quantity": 1, "price": 10},
    ),
    "RecurringBill": lambda on: _template(
        on, {"vendorId": _vendor_id(on)}, "recurringBillLineItems", {"entity": "RecurringBillLineItem", "amount": 10}
    ),
    "RecurringInvoice": lambda on: _template(
        on,
        {"customerId": _customer_id(on)},
        "recurringInvoiceLineItems",
        {"entity": "RecurringInvoiceLineItem", "quantity": 1, "price": 10},
    ),
    "ChartOfAccount": lambda on: {**_named(on), "accountType": "7"},
    "Item": lambda on: {**_named(on), "type": "1"},
    "Department": _named,
    "Location": _named,
    "Job": _named,
    "ActgClass": _named,
    "Employee": lambda on: {"shortName": on.name("E")},
    "PaymentTerm": lambda on: {**_named(on), "netDue": 30},
    "ApprovalPolicy": lambda _: {"type": "0", "amountThreshold": 1_000_000, "minNumApprovers": 1},
}

#: A field that an Update changes, with its new value.
CHANGED: dict[str, tuple[str, Any]] = {
    "Vendor": ("email", "new@example.test"),
    "Customer": ("companyName", "New Company"),
    "CustomerContact": ("lastName", "New"),
    "ChartOfAccount": ("description", "changed"),
    "Item": ("description", "changed"),
    "Department": ("description", "changed"),
    "Location": ("description", "changed"),
    "Job": ("description", "changed"),
    "ActgClass": ("description", "changed"),
    "Employee": ("firstName", "New"),
    "PaymentTerm": ("netDue", 45),
    "ApprovalPolicy": ("amountThreshold", 2_000_000),
    "RecurringInvoice": ("daysInAdvance", 3),
    "RecurringBill": ("daysInAdvance", 3),
}
_DESCRIBED = ("description", "changed")
ENTITIES = tuple(MINIMAL)


def minimal(on: Service, entity: str) -> Values:
    """Return the least that an object of that entity needs."""
    return MINIMAL[entity](on)


def made(on: Service, entity: str, **values: Any) -> Any:
    """Create an object."""
    return on.create(entity, **minimal(on, entity), **values)


def shared(on: Service, entity: str) -> Any:
    """Return an object that cases only look at."""
    return on.kept(f"shared {entity}", lambda: made(on, entity))


def change_of(entity: str) -> tuple[str, Any]:
    """Return a field and what an Update makes of it."""
    return CHANGED.get(entity, _DESCRIBED)
