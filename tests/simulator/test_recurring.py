from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.simulator.caller import Caller, Refuse


def template(caller: Caller, **fields: Any) -> Any:
    given = {
        "vendorId": caller.vendor()["id"],
        "timePeriod": "2",
        "frequencyPerTimePeriod": 1,
        "nextDueDate": "2026-03-31",
        "daysInAdvance": 10,
        "description": "Rent",
        "recurringBillLineItems": [{"amount": 100, "description": "Room"}, {"amount": "0.50"}],
        **fields,
    }
    return caller.create("RecurringBill", **given)


def bills(caller: Caller) -> list[tuple[str, str]]:
    return [(row["invoiceNumber"], row["invoiceDate"]) for row in caller.simulator.books.bills]


def test_a_template_makes_a_bill_ten_days_before_each_due_date(bill: Caller) -> None:
    made = template(bill)
    bill.simulator.clock.advance(to="2026-03-21T12:59:59")
    assert bills(bill) == []
    bill.simulator.clock.advance(to="2026-03-21T13:00:00")  # six in the morning in California
    assert bills(bill) == [("2026-03-31", "2026-03-21")]
    bill.simulator.clock.advance(to="2026-06-01")
    assert bills(bill)[1:] == [("2026-04-30", "2026-04-20"), ("2026-05-31", "2026-05-21")]
    bill.sign_in()
    first = bill.list("Bill")[0]
    assert (first["amount"], first["dueDate"], first["description"]) == (Decimal("100.50"), "2026-03-31", "Rent")
    assert [line["description"] for line in first["billLineItems"]] == ["Room", None]
    assert bill.read("RecurringBill", made["id"])["nextDueDate"] == "2026-06-30"


def test_bills_missed_are_made_at_once(bill: Caller) -> None:
    template(bill, nextDueDate="2026-02-10", timePeriod="1", daysInAdvance=0)
    bill("CurrentTime")
    assert [number for number, _ in bills(bill)] == ["2026-02-10", "2026-02-17", "2026-02-24"]


@pytest.mark.parametrize(
    ("period", "count", "numbers"),
    [
        ("0", 20, ["2026-03-31", "2026-04-20", "2026-05-10", "2026-05-30"]),
        ("3", 1, ["2026-03-31"]),
        ("2", 2, ["2026-03-31", "2026-05-31"]),
        ("9", 1, []),
    ],
)
def test_periods_and_their_frequency(bill: Caller, period: str, count: int, numbers: list[str]) -> None:
    template(bill, timePeriod=period, frequencyPerTimePeriod=count, endDate="2026-05-31")
    bill.simulator.clock.advance(to="2026-08-01")
    assert [number for number, _ in bills(bill)] == numbers


def test_a_deleted_template_makes_nothing_more(bill: Caller) -> None:
    made = template(bill)
    bill.simulator.clock.advance(to="2026-03-25")
    bill.sign_in()
    bill("Crud/Delete/RecurringBill", {"id": made["id"]})
    bill.simulator.clock.advance(to="2026-05-25")
    assert len(bills(bill)) == 1
    bill.sign_in()
    bill("Crud/Undelete/RecurringBill", {"id": made["id"]})
    bill("CurrentTime")
    assert [number for number, _ in bills(bill)] == ["2026-03-31", "2026-04-30", "2026-05-31"]


def test_an_update_moves_the_next_due_date(bill: Caller) -> None:
    made = template(bill)
    bill.update("RecurringBill", id=made["id"], nextDueDate="2026-04-15")
    bill.simulator.clock.advance(to="2026-05-06")
    assert [number for number, _ in bills(bill)] == ["2026-04-15", "2026-05-15"]


def test_generated_bills_inherit_approvers(bill: Caller) -> None:
    me = bill("GetSessionInfo")["userId"]
    made = template(bill)
    earlier = bill.bill({"id": made["vendorId"]}, number="earlier")
    bill("SetApprovers", {"objectId": earlier["id"], "entity": "Bill", "approvers": [me]})
    bill.simulator.clock.advance(to="2026-03-25")
    assert bill.simulator.books.bills[1]["approvalStatus"] == "1"


def test_a_template_makes_invoices_and_mails_them(bill: Caller) -> None:
    tax = bill.create("Item", name="tax", type="6", percentage="10")
    made = bill.create(
        "RecurringInvoice",
        customerId=bill.customer()["id"],
        timePeriod="2",
        frequencyPerTimePeriod=3,
        nextDueDate="2026-04-01",
        daysInAdvance=1,
        poNumber="PO",
        itemSalesTax=tax["id"],
        isToBeAutoEmailed=True,
        recurringInvoiceLineItems=[{"quantity": 2, "price": 50, "taxable": True, "description": "Seat"}],
    )
    assert (made["subtotal"], made["taxableAmount"]) == (100, 100)
    bill.simulator.clock.advance(to="2026-07-02")
    bill.sign_in()
    first, second = bill.list("Invoice")
    assert (first["invoiceNumber"], first["amount"], first["poNumber"]) == ("2026-04-01", 110, "PO")
    assert first["recInvoiceTemplateId"] == made["id"]
    assert first["lastSentTime"] == "2026-03-31T13:00:00.000+0000"
    assert second["invoiceNumber"] == "2026-07-01"
    assert [each["to"] for each in bill.control("outbox")["messages"]] == ["acme@example.test"] * 2


def test_a_number_in_use_is_told_to_a_person_and_the_template_goes_on(bill: Caller) -> None:
    bill.simulator.switch(unique_numbers="party")
    made = template(bill)
    bill.bill({"id": made["vendorId"]}, number="2026-03-31")
    bill.simulator.clock.advance(to="2026-04-25")
    assert [number for number, _ in bills(bill)] == ["2026-03-31", "2026-04-30"]
    assert bill.control("outbox")["messages"][0]["kind"] == "recurring document refused: BDC_1171"


@pytest.mark.parametrize("wrong", [{"frequencyPerTimePeriod": 0}, {"daysInAdvance": -1}, {"timePeriod": "7"}])
def test_impossible_templates_are_refused(bill: Caller, refused: Refuse, wrong: dict[str, Any]) -> None:
    refused("BDC_1119", template, bill, **wrong)
