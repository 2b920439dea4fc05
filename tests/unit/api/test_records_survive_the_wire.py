"""Every declared field of every record, there and back: its type, its default, whether it is sent."""

from __future__ import annotations

import dataclasses
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from flask_billcom.api import CLEAR, Bill, BillLineItem, Customer, Invoice, InvoiceLineItem, Stored, Vendor, records
from flask_billcom.api.codec import beside, from_wire, to_wire
from flask_billcom.api.fields import Evidence, Fact, Kind, Record, fact_of, facts
from flask_billcom.api.wire import NO_ID, dumps, loads
from flask_billcom.errors import InvalidRequest, MalformedReply

CLASSES: list[type[Record]] = [
    cls
    for cls in vars(records).values()
    if isinstance(cls, type) and issubclass(cls, Record) and cls not in (Record, Stored)
]
ID = "00901AAAAAAAAAAAAAAA"

SAMPLES: dict[Kind, tuple[Any, Any]] = {
    Kind.ID: (ID, ID),
    Kind.TEXT: ("Ä & B", "Ä & B"),
    Kind.FLAG: (True, True),
    Kind.MONEY: (Decimal("12.30"), Decimal("12.30")),
    Kind.NUMBER: (Decimal("1.23456"), Decimal("1.23456")),
    Kind.WHOLE: (7, 7),
    Kind.DAY: (date(2031, 3, 4), "2031-03-04"),
    Kind.MOMENT: (datetime(2031, 3, 4, 5, 6, 7, 89000, UTC), "2031-03-04T05:06:07.089+0000"),
    Kind.RAW: ([{"a": 1}], [{"a": 1}]),
}


def sample(fact: Fact) -> tuple[Any, Any]:
    """Return a value of a field, in Python and on the wire."""
    if fact.kind is Kind.CHOICE:
        member = next(iter(fact.choices)) if fact.choices else "9"
        return member, member.value if isinstance(member, Enum) else member
    if fact.records is not None:
        inner, wire = filled(fact.records)
        return ((inner,), [wire]) if fact.kind is Kind.RECORDS else (inner, wire)
    return SAMPLES[fact.kind]


def filled(cls: type[Record]) -> tuple[Record, dict[str, Any]]:
    """Return a record with every field set, and its object as an answer holds it."""
    values = {name: sample(fact) for name, fact in facts(cls).items()}
    wire = {fact.wire: values[name][1] for name, fact in facts(cls).items()}
    return cls(**{name: value for name, (value, _) in values.items()}), {"entity": cls.ENTITY, **wire}


EVERY_FIELD = [pytest.param(cls, name, id=f"{cls.__name__}.{name}") for cls in CLASSES for name in facts(cls)]


def required(cls: type[Record]) -> dict[str, Any]:
    return {name: sample(fact)[0] for name, fact in facts(cls).items() if fact.required}


@pytest.mark.parametrize("cls", CLASSES)
def test_a_whole_record_is_read_as_it_stands_on_the_wire(cls: type[Record]) -> None:
    record, wire = filled(cls)
    assert from_wire(cls, loads(dumps(wire))) == record


@pytest.mark.parametrize(("cls", "name"), EVERY_FIELD)
def test_each_field_keeps_its_type_and_its_rights(cls: type[Record], name: str) -> None:
    fact = facts(cls)[name]
    value, on_wire = sample(fact)
    read = from_wire(cls, {fact.wire: on_wire})
    assert getattr(read, name) == value
    assert type(getattr(read, name)) is type(value)
    assert getattr(from_wire(cls, {}), name) == (() if fact.kind is Kind.RECORDS else None)
    assert getattr(from_wire(cls, {fact.wire: None}), name) == (() if fact.kind is Kind.RECORDS else None)
    assert not read.extra
    sent = to_wire(cls(**{**required(cls), name: value})) if fact.kind is not Kind.RECORD else {}
    expected = not fact.read_only and not fact.beside and fact.kind is not Kind.RECORD
    assert (fact.wire in sent) is expected
    if expected and fact.kind is not Kind.RECORDS:
        assert loads(dumps(sent))[fact.wire] == on_wire


@pytest.mark.parametrize(("cls", "name"), EVERY_FIELD)
def test_each_field_says_what_it_means_and_rests_on(cls: type[Record], name: str) -> None:
    fact = facts(cls)[name]
    assert fact.doc.endswith(".")
    assert len(fact.doc) <= 100
    assert "\n" not in fact.doc
    assert (fact.source.evidence is Evidence.DOCUMENTED) == bool(fact.source.page)
    assert fact_of(cls, fact.wire) == fact


@pytest.mark.parametrize("cls", CLASSES)
def test_a_record_can_be_copied_compared_changed_and_pickled(cls: type[Record]) -> None:
    record, _ = filled(cls)
    assert dataclasses.replace(record) == record
    assert pickle.loads(pickle.dumps(record)) == record
    assert not hasattr(record, "__dict__")
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.extra = {}  # type: ignore[misc]


def test_unknown_fields_are_kept_and_never_sent() -> None:
    read = from_wire(Vendor, {"entity": "Vendor", "id": ID, "name": "A", "brandNew": [1], "payBy": "77"})
    assert read.extra == {"brandNew": [1]}
    assert read.pay_by == "77"
    assert "brandNew" not in to_wire(read, for_update=True)


def test_twenty_zeros_and_empty_text_are_no_reference() -> None:
    assert from_wire(Customer, {"parentCustomerId": NO_ID}).parent_customer_id is None
    assert from_wire(Customer, {"parentCustomerId": ""}).parent_customer_id is None


def test_the_other_spelling_is_read_and_the_usual_one_sent() -> None:
    read = from_wire(Vendor, {"name": "A", "enableCombinePayments": True})
    assert read.enabled_combine_payments is True
    assert to_wire(read)["enabledCombinePayments"] is True


@pytest.mark.parametrize(
    ("wire", "expected"), [(5, "5.00"), ("12.3", "12.30"), (Decimal("7.1"), "7.10"), (-2199, "-2199.00")]
)
def test_amounts_are_read_from_numbers_and_text(wire: object, expected: str) -> None:
    assert str(from_wire(Bill, {"amount": wire}).amount) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "free"),
        ("amount", True),
        ("amount", Decimal("0.001")),
        ("amount", Decimal("1e30")),
        ("amount", "NaN"),
        ("dueDate", "soon"),
        ("dueDate", 20310304),
        ("createdTime", "2031"),
        ("vendorId", 5),
        ("hasAutoPay", "maybe"),
        ("billLineItems", {}),
        ("billLineItems", "none"),
        ("billLineItems", [None]),
        ("description", {}),
        ("paymentStatus", []),
        ("numApprPolicyEx", Decimal("1.5")),
    ],
)
def test_a_known_field_that_cannot_be_read_is_no_answer(field: str, value: object) -> None:
    with pytest.raises(MalformedReply, match=None if field == "billLineItems" else field):
        from_wire(Bill, {field: value})


def test_another_object_than_was_asked_for_is_no_answer() -> None:
    with pytest.raises(MalformedReply, match="Vendor"):
        from_wire(Vendor, {"entity": "Customer", "id": ID})
    with pytest.raises(MalformedReply, match="not an object"):
        from_wire(Vendor, [])
    assert from_wire(InvoiceLineItem, {"entity": "invoiceLineItem"}).quantity is None


def test_what_is_none_is_not_sent_and_clear_is_sent_as_null() -> None:
    assert to_wire(Vendor(name="A")) == {"entity": "Vendor", "name": "A"}
    wire = to_wire(Vendor(id=ID, name="A", email=CLEAR), for_update=True)
    assert wire == {"entity": "Vendor", "id": ID, "name": "A", "email": None}


def test_an_update_needs_the_id_and_a_create_leaves_it_out() -> None:
    with pytest.raises(InvalidRequest, match=r"Vendor\.id is required"):
        to_wire(Vendor(name="A"), for_update=True)
    assert "id" not in to_wire(Vendor(id=ID, name="A"))


def test_lines_keep_their_ids_on_update_and_lose_them_on_create() -> None:
    known = BillLineItem(id=ID, amount=Decimal("1.00"))
    bill = Bill(
        id=ID,
        vendor_id=ID,
        invoice_number="1",
        invoice_date=date(2031, 1, 2),
        due_date=date(2031, 1, 2),
        bill_line_items=[known, BillLineItem(amount=Decimal("2.00"))],
    )
    assert bill.bill_line_items[0] is known
    assert [line.get("id") for line in to_wire(bill, for_update=True)["billLineItems"]] == [ID, None]
    assert [line.get("id") for line in to_wire(bill)["billLineItems"]] == [None, None]


def test_what_travels_beside_the_object_is_not_in_it() -> None:
    bill = Bill(
        vendor_id=ID,
        invoice_number="1",
        invoice_date=date(2031, 1, 2),
        due_date=date(2031, 1, 2),
        bill_line_items=(),
        allow_duplicate_inv_num=True,
    )
    assert beside(bill) == {"allowDuplicateInvNum": True}
    with pytest.raises(InvalidRequest, match=r"Bill\.bill_line_items is required"):
        to_wire(bill)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 5),
        ("name", None),
        ("payment_term_id", "short"),
        ("track1099", "yes"),
        ("email", b"x"),
        ("account_type", 1),
    ],
)
def test_a_field_of_the_wrong_type_is_refused_before_it_is_sent(field: str, value: object) -> None:
    with pytest.raises(InvalidRequest, match=rf"Vendor\.{field}"):
        to_wire(Vendor(**{"name": "A", field: value}))  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0.1, 5, True, "5.00", Decimal("0.001"), Decimal("NaN"), Decimal("1e20")])
def test_an_amount_is_a_decimal_in_whole_cents(value: object) -> None:
    with pytest.raises(InvalidRequest, match=r"BillLineItem\.amount"):
        to_wire(BillLineItem(amount=value))  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0.5, True, Decimal("Infinity"), "1"])
def test_a_quantity_is_exact(value: object) -> None:
    with pytest.raises(InvalidRequest, match="quantity"):
        to_wire(InvoiceLineItem(quantity=value))  # type: ignore[arg-type]


def test_a_date_is_no_time() -> None:
    line = InvoiceLineItem(quantity=Decimal(1), price=Decimal("1.00"))
    for wrong in (datetime(2031, 1, 2, tzinfo=UTC), "2031-01-02"):
        invoice = Invoice(
            customer_id=ID,
            invoice_number="1",
            invoice_date=wrong,  # type: ignore[arg-type]
            due_date=date(2031, 1, 2),
            invoice_line_items=[line],
        )
        with pytest.raises(InvalidRequest, match=r"Invoice\.invoice_date"):
            to_wire(invoice)
    assert to_wire(dataclasses.replace(invoice, invoice_date=date(2031, 1, 2)))["invoiceDate"] == "2031-01-02"


def test_lines_of_another_kind_are_refused() -> None:
    invoice = Invoice(
        customer_id=ID,
        invoice_number="1",
        invoice_date=date(2031, 1, 2),
        due_date=date(2031, 1, 2),
        invoice_line_items=[BillLineItem(amount=Decimal("1.00"))],  # type: ignore[list-item]
    )
    with pytest.raises(InvalidRequest, match="BillLineItem"):
        to_wire(invoice)


def test_only_what_is_held_is_shown() -> None:
    assert repr(Vendor(name="A", track1099=False)) == "Vendor(name='A', track1099=False)"
