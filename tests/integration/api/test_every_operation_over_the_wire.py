"""Operations of the typed client against the simulator, each for what it is there for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from flask_billcom.api import (
    Bill,
    BillApprover,
    BillLineItem,
    BillPayment,
    Client,
    Customer,
    Invoice,
    InvoiceLineItem,
    Upload,
    Vendor,
    VendorBankAccount,
)
from flask_billcom.errors import BillcomError
from flask_billcom.simulator import Simulator

DAY = date(2031, 3, 3)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def vendor(client: Client) -> Vendor:
    return client.vendors.create(
        Vendor(
            name="Acme",
            email="acme@example.test",
            address1="1 Main St",
            address_city="Palo Alto",
            address_state="CA",
            address_zip="94301",
            address_country="USA",
        )
    )


@pytest.fixture
def bill(client: Client, vendor: Vendor) -> Bill:
    return client.bills.create(
        Bill(
            vendor_id=str(vendor.id),
            invoice_number="B-1",
            invoice_date=DAY,
            due_date=DAY,
            bill_line_items=[BillLineItem(amount=Decimal("12.50"))],
        )
    )


@pytest.fixture
def invoice(client: Client) -> Invoice:
    customer = client.customers.create(Customer(name="Buyer", email="buyer@example.test"))
    return client.invoices.create(
        Invoice(
            customer_id=str(customer.id),
            invoice_number="I-1",
            invoice_date=DAY,
            due_date=DAY,
            invoice_line_items=[InvoiceLineItem(quantity=Decimal(1), price=Decimal("20.00"))],
        )
    )


def me(client: Client, simulator: Simulator) -> str:
    found = [user for user in client.users.list() if user.email == simulator.settings.user_name]
    return str(found[0].id)


def test_a_bill_walks_through_its_approvals(client: Client, bill: Bill, simulator: Simulator) -> None:
    person = me(client, simulator)
    client.set_approvers(Bill, str(bill.id), [person])
    assert [row.users_id for row in client.list_approvers(Bill, str(bill.id)) if isinstance(row, BillApprover)] == [
        person
    ]

    client.approve(Bill, str(bill.id), comment="as ordered")

    assert client.bills.read(str(bill.id)).approval_status == "3"


def test_a_bill_is_denied_and_its_approvers_cleared(client: Client, bill: Bill, simulator: Simulator) -> None:
    client.set_approvers(Bill, str(bill.id), [me(client, simulator)])
    client.deny(Bill, str(bill.id), comment="not ours")
    assert client.bills.read(str(bill.id)).approval_status == "5"

    client.clear_approvers(Bill, str(bill.id))

    assert client.bills.read(str(bill.id)).approval_status == "0"


def test_a_file_is_attached_and_found_again(client: Client, bill: Bill) -> None:
    uploaded = client.upload_attachment(Upload("bill.pdf", PDF, "application/pdf"), object_id=str(bill.id))

    assert uploaded.startswith("0du")
    assert client.document_pages(str(bill.id)).num_pages
    assert [document.file_name for document in client.documents_of(str(bill.id))] == ["bill.pdf"]
    assert client.page_image(str(bill.id)).content.startswith(b"\x89PNG")


def test_an_invoice_comes_as_pdf(client: Client, invoice: Invoice) -> None:
    assert client.invoice_pdf(str(invoice.id)).content.startswith(b"%PDF")


def test_a_vendor_is_invited_once_and_the_invitation_taken_back(trusted: Client, vendor: Vendor) -> None:
    assert trusted.connection_of(str(vendor.id)).status == "0"
    request = trusted.send_vendor_invite(str(vendor.id), "acme@example.test")
    assert trusted.connection_of(str(vendor.id)).status == "1"
    with pytest.raises(BillcomError):
        trusted.send_vendor_invite(str(vendor.id), "acme@example.test")

    trusted.cancel_invite(request)

    assert trusted.connection_of(str(vendor.id)).status == "0"


def test_summaries_count_what_is_open(client: Client, bill: Bill, invoice: Invoice) -> None:
    assert bill.id
    assert invoice.id

    assert client.ap_summary()
    assert client.ar_summary()


def test_metadata_search_time_and_errors_answer(client: Client, vendor: Vendor, simulator: Simulator) -> None:
    assert "invoiceNumber" in str(client.metadata_of(Invoice))
    assert [found.id for found in client.search(Vendor, "Acme")] == [vendor.id]
    assert abs((client.current_time() - simulator.clock.now()).total_seconds()) < 1
    assert "BDC_1109" in str(client.errors())


def test_permissions_rates_and_messages_answer(client: Client, bill: Bill) -> None:
    profile = client.profiles.list()[0]
    assert client.profile_permissions(str(profile.id))
    assert client.exchange_rate("EUR", Decimal("10.00"))
    client.send_message(str(bill.id), "when will this be paid?")
    assert "when will this be paid?" in str(client.list_messages(str(bill.id)))


def test_a_payment_is_detailed_once_the_money_has_moved(
    trusted: Client, vendor: Vendor, bill: Bill, simulator: Simulator
) -> None:
    trusted.vendor_bank_accounts.create(
        VendorBankAccount(vendor_id=str(vendor.id), account_number="123456789", routing_number="322271627")
    )
    simulator.clock.advance(business_days=3)
    paid = trusted.pay_bills([BillPayment(str(bill.id), Decimal("12.50"))])
    simulator.clock.advance(business_days=4)

    assert trusted.disbursement_of(str(paid[0].id)).payment_type == "2"


def test_the_network_is_searched_and_a_large_biller_connected(trusted: Client, vendor: Vendor) -> None:
    assert trusted.network_search("Acme") is not None
    billers = trusted.large_biller_search("Electric")
    assert billers is not None
    assert trusted.object_url(str(vendor.id))


def test_who_still_has_to_approve_is_listed(client: Client, bill: Bill, simulator: Simulator) -> None:
    person = me(client, simulator)
    client.set_approvers(Bill, str(bill.id), [person])

    assert [found.id for found in client.user_approvals(Bill, person)] == [bill.id]


def test_the_balance_of_a_bank_account_is_a_switch(client: Client, simulator: Simulator) -> None:
    account = str(client.bank_accounts.list()[0].id)
    with pytest.raises(BillcomError):
        client.bank_balance(account)

    simulator.switch(bank_balance=True)

    client.set_bank_balance(account, Decimal("77.10"))
    assert client.bank_balance(account) == Decimal("77.10")


def test_an_invoice_is_mailed_and_needs_a_whole_address(client: Client, invoice: Invoice) -> None:
    with pytest.raises(BillcomError, match="BDC_1332"):
        client.mail_invoice(str(invoice.id))
