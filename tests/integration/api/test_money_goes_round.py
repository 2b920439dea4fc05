"""A buyer is charged and a seller is paid, with nothing but the client."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from flask_billcom.api import (
    Bill,
    BillLineItem,
    BillPayment,
    Client,
    Customer,
    CustomerBankAccount,
    DisbursementStatus,
    DisbursementType,
    Invoice,
    InvoiceLineItem,
    InvoicePayment,
    MovementType,
    PaymentStatus,
    ReceivedPayStatus,
    SentPayStatus,
    Vendor,
    VendorBankAccount,
    equals,
    one_of,
)
from flask_billcom.errors import InvalidRequest, NotFound, OutcomeUnknown
from flask_billcom.simulator import Simulator

TODAY = date(2031, 3, 3)


def invoice_of(customer_id: str, number: str, dollars: str) -> Invoice:
    return Invoice(
        customer_id=customer_id,
        invoice_number=number,
        invoice_date=TODAY,
        due_date=TODAY,
        invoice_line_items=[InvoiceLineItem(quantity=Decimal(1), price=Decimal(dollars), description="goods")],
    )


def bill_of(vendor_id: str, number: str, *dollars: str) -> Bill:
    lines = [BillLineItem(amount=Decimal(amount)) for amount in dollars]
    return Bill(vendor_id=vendor_id, invoice_number=number, invoice_date=TODAY, due_date=TODAY, bill_line_items=lines)


def buyer(client: Client) -> tuple[str, str]:
    """Return a customer who may be charged, and the account for it."""
    customer = client.customers.create(
        Customer(
            name="Buyer",
            email="buyer@example.test",
            bill_address1="1 Main Street",
            bill_address_city="Springfield",
            bill_address_state="CA",
            bill_address_zip="94000",
            bill_address_country="USA",
        )
    )
    assert customer.id
    assert client.set_customer_authorization(customer.id, allowed=True).has_authorized_to_charge
    account = client.customer_bank_accounts.create(
        CustomerBankAccount(
            customer_id=customer.id,
            name_on_account="Buyer",
            routing_number="021000021",
            account_number="99887766",
            agreed_with_tos=True,
        )
    )
    assert account.id
    assert account.account_number == "******7766"
    return customer.id, account.id


def test_a_buyer_is_invoiced_charged_and_has_paid(client: Client, simulator: Simulator) -> None:
    customer_id, account_id = buyer(client)
    invoice = client.invoices.create(invoice_of(customer_id, "I-1", "12.34"))
    assert invoice.id
    assert (invoice.amount, invoice.amount_due, invoice.payment_status) == (
        Decimal("12.34"),
        Decimal("12.34"),
        PaymentStatus.OPEN,
    )
    client.send_invoice(invoice.id)
    payment = client.charge_customer(
        customer_id, [InvoicePayment(invoice.id, Decimal("12.34"))], payment_account_id=account_id, memo="order 1"
    )
    assert payment.status is ReceivedPayStatus.SCHEDULED
    assert payment.description == "order 1"
    assert [(part.invoice_id, part.amount) for part in payment.invoice_pays] == [(invoice.id, Decimal("12.34"))]
    assert client.invoices.read(invoice.id).payment_status is PaymentStatus.SCHEDULED
    simulator.clock.advance(business_days=3)
    assert payment.id
    assert client.received_pays.read(payment.id).status is ReceivedPayStatus.PAID
    assert client.invoices.read(invoice.id).payment_status is PaymentStatus.PAID
    movements = client.money_movements.list(equals("type", MovementType.RECEIVABLES))
    assert [movement.amount for movement in movements] == [Decimal("12.34")]


def test_a_seller_is_billed_paid_and_has_the_money(trusted: Client, simulator: Simulator) -> None:
    vendors = [trusted.vendors.create(Vendor(name=name)) for name in ("Acme", "Bolt")]
    for number, vendor in enumerate(vendors):
        account = VendorBankAccount(
            vendor_id=vendor.id or "", account_number=f"12345678{number}", routing_number="021000021"
        )
        trusted.vendor_bank_accounts.create(account)
    bills = [
        trusted.bills.create(bill_of(vendor.id or "", f"B-{number}", "70.25", "0.50"))
        for number, vendor in enumerate(vendors)
    ]
    simulator.clock.advance(business_days=3)
    paid = trusted.pay_bills(
        [BillPayment(bill.id or "", Decimal("70.75")) for bill in bills], process_date=date(2031, 3, 10)
    )
    assert {payment.vendor_id for payment in paid} == {vendor.id for vendor in vendors}
    assert all(payment.status is SentPayStatus.SCHEDULED for payment in paid)
    assert {part.bill_id for payment in paid for part in payment.bill_pays} == {bill.id for bill in bills}
    assert trusted.bills.read(bills[0].id or "").scheduled_amount == Decimal("70.75")
    simulator.clock.advance(business_days=8)
    done = trusted.list_payments(DisbursementStatus.DONE)
    assert {payment.id for payment in done} == {payment.id for payment in paid}
    disbursement = trusted.disbursement_of(paid[0].id or "")
    assert disbursement.payment_type is DisbursementType.ACH
    assert disbursement.ach_data is not None
    assert disbursement.ach_data.sent_date == "2031-03-10"
    assert trusted.bills.read(bills[0].id or "").payment_status is PaymentStatus.PAID


def test_a_payment_is_canceled_before_it_goes(trusted: Client) -> None:
    vendor = trusted.vendors.create(Vendor(name="Acme", address1="1", address_city="c", address_zip="9"))
    bill = trusted.bills.create(bill_of(vendor.id or "", "B-1", "5.00"))
    (payment,) = trusted.pay_bills([BillPayment(bill.id or "", Decimal("5.00"))], process_date=date(2031, 3, 10))
    trusted.cancel_ap_payment(payment.id or "")
    assert trusted.sent_pays.read(payment.id or "").status is SentPayStatus.CANCELED
    assert trusted.bills.read(bill.id or "").due_amount == Decimal("5.00")


def test_a_refused_process_date_raises_and_nothing_happens(trusted: Client) -> None:
    vendor = trusted.vendors.create(Vendor(name="Acme"))
    bill = trusted.bills.create(bill_of(vendor.id or "", "B-1", "5.00"))
    with pytest.raises(InvalidRequest) as caught:
        trusted.pay_bills([BillPayment(bill.id or "", Decimal("5.00"))], process_date=date(2031, 3, 9))
    assert caught.value.code == "BDC_1152"
    assert trusted.sent_pays.list() == []


def test_an_object_is_changed_put_away_and_brought_back(client: Client) -> None:
    vendor = client.vendors.create(Vendor(name="Acme", email="old@example.test", phone="1"))
    assert vendor.id
    changed = client.vendors.update(Vendor(id=vendor.id, name="Acme", email="new@example.test"))
    assert (changed.email, changed.phone) == ("new@example.test", "1")
    assert client.vendors.delete(vendor.id).is_active == "2"
    assert client.vendors.read(vendor.id).is_active == "2"
    assert client.vendors.undelete(vendor.id).is_active == "1"


def test_an_unknown_id_is_not_found_on_a_read_and_leaves_a_change_open(client: Client) -> None:
    with pytest.raises((NotFound, InvalidRequest)):
        client.vendors.read("00901ZZZZZZZZZZZZZZZ")
    with pytest.raises((OutcomeUnknown, InvalidRequest)):
        client.vendors.update(Vendor(id="00901ZZZZZZZZZZZZZZZ", name="A"))


def test_lists_filter_and_page(client: Client) -> None:
    outcomes = client.vendors.bulk_create(
        Vendor(name=f"V{number:03}", short_name=f"K{number}") for number in range(250)
    )
    assert [outcome.index for outcome in outcomes] == list(range(250))
    assert [outcome.record.name for outcome in outcomes if outcome.record] == [f"V{n:03}" for n in range(250)]
    assert len(client.vendors.list(max=7)) == 7
    assert [vendor.name for vendor in client.vendors.list(equals("name", "V042"))] == ["V042"]
    wanted = [outcome.record.id for outcome in outcomes[:3] if outcome.record]
    assert {vendor.id for vendor in client.vendors.list(one_of("id", wanted))} == set(wanted)
    assert client.vendors.list(start=10_000) == []
    names = [vendor.name for vendor in client.vendors.iterate(page_size=40)]
    assert sorted(names) == [f"V{number:03}" for number in range(250)]


def test_a_delta_read_finds_what_changed(client: Client, simulator: Simulator) -> None:
    first = client.vendors.create(Vendor(name="A"))
    client.vendors.create(Vendor(name="B"))
    simulator.clock.advance(seconds=1200)
    mark = simulator.clock.now()
    client.vendors.update(Vendor(id=first.id, name="A2"))
    assert [vendor.name for vendor in client.vendors.changed_since(mark)] == ["A2"]
