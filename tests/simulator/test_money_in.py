from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.simulator import Simulator
from tests.simulator.caller import Caller, MakeCaller, Refuse

FUNDS = 1_000_000_000


@pytest.fixture
def owing(bill: Caller) -> Caller:
    """A customer who may be charged and owes 30 dollars on two invoices."""
    bill.acme = bill.customer(chargeable=True)
    bill.first, bill.second = bill.invoice(bill.acme, 10, number="I1"), bill.invoice(bill.acme, 20, number="I2")
    return bill


def total(simulator: Simulator) -> Any:
    return sum(account.cents for account in simulator.bank.accounts.values())


def test_a_charge_is_scheduled_for_the_next_bank_day(owing: Caller) -> None:
    receipt = owing.charge(owing.acme, (owing.first, 10), (owing.second, 5), memo="order 7")
    assert receipt["status"] == "2"
    assert receipt["paymentDate"] == "2026-03-03"
    assert receipt["amount"] == 15
    assert receipt["unappliedAmount"] == 0
    assert receipt["description"] == "order 7"
    assert receipt["refNumber"] == "Bill.com ePayment"
    assert [pay["amount"] for pay in receipt["invoicePays"]] == [10, 5]
    invoice = owing.read("Invoice", owing.first["id"])
    assert (invoice["paymentStatus"], invoice["scheduledAmount"], invoice["amountDue"]) == ("4", 10, 10)


def test_on_its_day_the_buyer_is_debited_and_a_bank_day_later_the_organization_has_it(owing: Caller) -> None:
    receipt = owing.charge(owing.acme, (owing.first, 10), (owing.second, 5))
    clock, books = owing.simulator.clock, owing.simulator.books
    clock.advance(to="2026-03-03T16:59:59")
    assert books.received_pays[0]["status"] == "2"
    clock.advance(seconds=1)
    owing.sign_in()
    assert owing.read("ReceivedPay", receipt["id"])["status"] == "0"
    paid, partly = (owing.read("Invoice", each["id"]) for each in (owing.first, owing.second))
    assert (paid["paymentStatus"], paid["amountDue"], paid["scheduledAmount"]) == ("0", 0, 0)
    assert (partly["paymentStatus"], partly["amountDue"]) == ("2", 15)
    movement = owing.list("MoneyMovement", ("status", "in", "0"))[0]
    assert (movement["type"], movement["amount"], movement["processDate"]) == ("2", 15, "2026-03-03")
    assert books.totals()["organization_cents"] == FUNDS
    clock.advance(business_days=1)
    owing.sign_in()
    assert owing.read("MoneyMovement", movement["id"])["status"] == "1"
    assert books.totals()["organization_cents"] == FUNDS + 1500
    assert total(owing.simulator) == FUNDS


def test_one_movement_a_day_holds_all_charges_of_the_day(owing: Caller) -> None:
    owing.charge(owing.acme, (owing.first, 10))
    owing.charge(owing.acme, (owing.second, 20))
    owing.simulator.clock.advance(business_days=1)
    assert [row["amount"] for row in owing.simulator.books.money_movements] == [3000]


def test_a_weekend_payment_date_moves_to_monday(owing: Caller) -> None:
    owing.charge(owing.acme, (owing.first, 10), paymentDate="2026-03-07")
    owing.simulator.clock.advance(to="2026-03-09T15:59:59")
    assert owing.simulator.books.received_pays[0]["status"] == "2"
    owing.simulator.clock.advance(to="2026-03-09T16:00:00")  # daylight saving time began on the 8th
    assert owing.simulator.books.received_pays[0]["status"] == "0"


def test_money_without_invoices_stays_unapplied(owing: Caller) -> None:
    receipt = owing.charge(owing.acme, totalAmount="12.34")
    assert (receipt["amount"], receipt["unappliedAmount"]) == (Decimal("12.34"), Decimal("12.34"))
    assert receipt["invoicePays"] == []


def test_a_charge_needs_authorization_an_account_and_the_customers_own_invoices(owing: Caller, refused: Refuse) -> None:
    stranger = owing.customer("Other")
    foreign = owing.invoice(stranger, 5, number="I3")
    refused("BDC_9003", owing.charge, {**stranger, "account": owing.acme["account"]}, (foreign, 5))
    refused("BDC_9013", owing.charge, owing.acme, (foreign, 5))
    error = refused("BDC_1205", owing.charge, owing.acme, ({"id": "00e01AAAAAAAAAAAAaaa"}, 5))
    assert error.text == "Invalid Id: 00e01AAAAAAAAAAAAaaa."
    refused("BDC_1119", owing.charge, owing.acme, (owing.first, -1))
    refused("BDC_1119", owing.charge, owing.acme, (owing.first, 0))
    refused("BDC_1129", owing.charge, owing.acme, (owing.first, 1), paymentType="2")
    refused("BDC_9015", owing.charge, owing.acme, *[(owing.first, "0.01")] * 201)
    owing("Crud/Delete/CustomerBankAccount", {"id": owing.acme["account"]["id"]})
    refused("BDC_9004", owing.charge, owing.acme, (owing.first, 10))
    assert owing.simulator.books.received_pays == []


def test_overpaying_is_accepted_as_shipped_and_can_be_refused(owing: Caller, refused: Refuse) -> None:
    owing.charge(owing.acme, (owing.first, 10))
    owing.simulator.switch(overpay="refuse")
    refused("BDC_9005", owing.charge, owing.acme, (owing.first, 10))
    refused("BDC_9007", owing.charge, owing.acme, (owing.second, 21))
    owing.simulator.switch(overpay="accept")
    owing.charge(owing.acme, (owing.first, 10))


def test_a_returned_debit_voids_the_payment_and_opens_the_invoice(owing: Caller) -> None:
    receipt = owing.charge(owing.acme, (owing.first, 10))
    owing.simulator.clock.advance(business_days=2)
    owing.control("events", {"kind": "return_charge", "id": receipt["id"], "code": "R01"})
    owing.sign_in()
    assert owing.read("ReceivedPay", receipt["id"])["status"] == "1"
    invoice = owing.read("Invoice", owing.first["id"])
    assert (invoice["paymentStatus"], invoice["amountDue"]) == ("1", 10)
    bank = owing.simulator.bank
    assert bank.accounts["021000021/55501234"].cents == 0
    assert bank.balance(owing.simulator.world.funding_key) == FUNDS
    assert [row["amount"] for row in owing.simulator.books.money_movements] == [1000, -1000]


def test_what_is_not_collected_cannot_be_returned(owing: Caller) -> None:
    receipt = owing.charge(owing.acme, (owing.first, 10))
    answer = owing.control("events", {"kind": "return_charge", "id": receipt["id"]})
    assert "not a collected payment" in answer["error"]


def test_a_scheduled_charge_can_be_voided_a_collected_one_not(owing: Caller, refused: Refuse) -> None:
    receipt = owing.charge(owing.acme, (owing.first, 10))
    assert owing("VoidARPayment", {"id": receipt["id"]})["status"] == "3"
    assert owing.read("Invoice", owing.first["id"])["paymentStatus"] == "1"
    again = owing.charge(owing.acme, (owing.first, 10))
    owing.simulator.clock.advance(business_days=1)
    owing.sign_in()
    assert owing.read("ReceivedPay", receipt["id"])["status"] == "3"
    refused("BDC_9018", owing, "VoidARPayment", {"id": again["id"]})


def test_a_recorded_payment_moves_nothing(owing: Caller, refused: Refuse) -> None:
    data = {
        "customerId": owing.acme["id"],
        "paymentDate": "2026-03-02",
        "paymentType": "1",
        "amount": 12,
        "refNumber": "check 7",
        "invoicePays": [{"invoiceId": owing.first["id"], "amount": 10}],
    }
    receipt = owing("RecordARPayment", data)
    assert (receipt["status"], receipt["isOnline"], receipt["unappliedAmount"]) == ("0", False, 2)
    assert receipt["refNumber"] == "check 7"
    assert owing.read("Invoice", owing.first["id"])["paymentStatus"] == "0"
    assert owing.simulator.bank.transfers == []
    unknown = {**data, "invoicePays": [{"invoiceId": "00e01AAAAAAAAAAAAaaa", "amount": 1}]}
    assert refused("BDC_1205", owing, "RecordARPayment", unknown).text == "Invoice is not found."
    owing("VoidARPayment", {"id": receipt["id"]})
    assert owing.read("Invoice", owing.first["id"])["amountDue"] == 10


def test_buyers_pay_by_themselves_on_the_next_bank_day(make_caller: MakeCaller) -> None:
    bill = make_caller(buyers_pay=True)
    acme, other = bill.customer("A"), bill.customer("B")
    for number in range(203):
        bill.invoice(acme, 1, number=f"A{number}")
    bill.invoice(other, 5, number="B")
    bill.simulator.clock.advance(to="2026-03-03T16:00:00")
    receipts = bill.simulator.books.received_pays
    assert [(len(row["invoicePays"]), row["amount"]) for row in receipts] == [(200, 20000), (3, 300), (1, 500)]
    assert {(row["paymentType"], row["isOnline"], row["status"]) for row in receipts} == {("3", True, "2")}
    bill.simulator.clock.advance(to="2026-03-03T17:00:00")
    assert {row["status"] for row in receipts} == {"0"}
    assert {row["paymentStatus"] for row in bill.simulator.books.invoices} == {"0"}


def test_invoices_go_out_by_mail_and_post(bill: Caller, refused: Refuse) -> None:
    customer = bill.customer()
    invoice = bill.invoice(customer)
    assert bill("SendInvoice", {"invoiceId": invoice["id"], "headers": {}, "content": {}}) == {}
    assert bill.read("Invoice", invoice["id"])["lastSentTime"] == "2026-03-02T17:00:00.000+0000"
    to = {"toEmailAddresses": ["new@example.test"], "subject": "s"}
    bill("SendInvoice", {"invoiceId": invoice["id"], "headers": to, "content": {"body": "b"}})
    assert bill.list("CustomerContact", ("customerId", "=", customer["id"]))[0]["email"] == "new@example.test"
    assert [message.to for message in bill.simulator.world.outbox] == ["acme@example.test", "new@example.test"]
    refused("BDC_1117", bill, "SendInvoice", {"invoiceId": invoice["id"], "headers": {"subject": "s"}, "content": {}})
    refused("BDC_1117", bill, "SendInvoice", {"invoiceId": invoice["id"]})
    refused("BDC_1332", bill, "MailInvoice", {"invoiceId": invoice["id"]})
    address = {"billAddress1": "1 Main", "billAddressCity": "X", "billAddressState": "CA", "billAddressZip": "9"}
    bill.update("Customer", id=customer["id"], **address, billAddressCountry="Canada")
    refused("BDC_1333", bill, "MailInvoice", {"invoiceId": invoice["id"]})
    bill.update("Customer", id=customer["id"], billAddressCountry="USA")
    assert bill("MailInvoice", {"invoiceId": invoice["id"]}) == {}
