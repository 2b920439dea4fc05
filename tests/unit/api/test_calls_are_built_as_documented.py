"""Payloads, byte for byte as the documentation shows them, and what is refused before it is sent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.api import (
    ApprovalType,
    Bill,
    BillPayment,
    ChartOfAccount,
    CreditUse,
    Customer,
    CustomerBankAccount,
    DisbursementStatus,
    Invoice,
    InvoiceLineItem,
    InvoicePayment,
    SentPay,
    Upload,
    Vendor,
    VendorCredit,
    equals,
)
from flask_billcom.api import requests as build
from flask_billcom.api.catalogue import ENTITIES
from flask_billcom.api.operations import OPERATIONS
from flask_billcom.api.requests import Call
from flask_billcom.api.wire import dumps, loads
from flask_billcom.errors import InvalidRequest

VENDOR, BILL, OTHER = "00901AAAAAAAAAAAAAAA", "00n01AAAAAAAAAAAAAAA", "00n01BBBBBBBBBBBBBBB"
CUSTOMER, INVOICE, ACCOUNT = "0cu01AAAAAAAAAAAAAAA", "00e01AAAAAAAAAAAAAAA", "cba01AAAAAAAAAAAAAAA"
PAYMENT, USER = "stp01AAAAAAAAAAAAAAA", "00601AAAAAAAAAAAAAAA"
DAY = date(2031, 3, 5)


def test_create_sends_the_object_and_what_stands_beside_it() -> None:
    account = CustomerBankAccount(
        customer_id=CUSTOMER, name_on_account="A", routing_number="021000021", account_number="1", agreed_with_tos=True
    )
    call = build.create_one(account)
    assert (call.path, call.changes) == ("Crud/Create/CustomerBankAccount.json", True)
    assert loads(dumps(call.data)) == {
        "obj": {
            "entity": "CustomerBankAccount",
            "customerId": CUSTOMER,
            "nameOnAccount": "A",
            "routingNumber": "021000021",
            "accountNumber": "1",
        },
        "agreedWithTOS": True,
    }


def test_a_line_is_quantity_one_at_an_exact_price() -> None:
    invoice = Invoice(
        customer_id=CUSTOMER,
        invoice_number="FB-1",
        invoice_date=DAY,
        due_date=DAY,
        invoice_line_items=[InvoiceLineItem(quantity=Decimal(1), price=Decimal("12.3"))],
    )
    assert dumps(build.create_one(invoice).data) == (
        '{"obj":{"entity":"Invoice","customerId":"0cu01AAAAAAAAAAAAAAA","invoiceNumber":"FB-1",'
        '"invoiceDate":"2031-03-05","dueDate":"2031-03-05","invoiceLineItems":'
        '[{"entity":"InvoiceLineItem","quantity":1.00,"price":12.30}]}}'
    )


def test_update_sends_the_id_inside_the_object() -> None:
    call = build.update_one(Vendor(id=VENDOR, name="B"))
    assert call.path == "Crud/Update/Vendor.json"
    assert call.data == {"obj": {"entity": "Vendor", "id": VENDOR, "name": "B"}}


@pytest.mark.parametrize(("verb", "changes"), [("read", False), ("delete", True), ("undelete", True)])
def test_the_other_verbs_send_the_id_alone(verb: str, changes: bool) -> None:  # noqa: FBT001 - a column of the table
    call = getattr(build, verb)(Vendor, VENDOR)
    assert (call.path, call.data, call.changes) == (f"Crud/{verb.title()}/Vendor.json", {"id": VENDOR}, changes)


def test_a_list_changes_nothing() -> None:
    call = build.list_page(Bill, filters=[equals("vendor_id", VENDOR)], max=10)
    assert call.path == "List/Bill.json"
    assert not call.changes
    assert call.data["filters"] == [{"field": "vendorId", "op": "=", "value": VENDOR}]


def test_bulk_calls_hold_one_object_each() -> None:
    call = build.bulk_create([Vendor(name="A"), Vendor(name="B")])
    assert (call.path, call.items, call.changes) == ("Bulk/Crud/Create/Vendor.json", 2, True)
    assert [item["obj"]["name"] for item in call.data["bulk"]] == ["A", "B"]
    assert build.bulk_update([Vendor(id=VENDOR, name="A")]).data["bulk"][0]["obj"]["id"] == VENDOR
    assert build.bulk_delete(Bill, [BILL]).data == {"bulk": [{"id": BILL}]}
    assert build.bulk_undelete(Bill, [BILL]).path == "Bulk/Crud/Undelete/Bill.json"


@pytest.mark.parametrize("records", [[], [Vendor(name="A")] * 101, [Vendor(name="A"), Customer(name="B")]])
def test_a_bulk_call_that_cannot_be_is_refused_here(records: list[Any]) -> None:
    with pytest.raises(InvalidRequest):
        build.bulk_create(records)


def test_pay_bills_names_bills_day_and_account() -> None:
    call = build.pay_bills(
        [BillPayment(BILL, Decimal("70.25")), BillPayment(OTHER, Decimal("19.75"))],
        process_date=DAY,
        bank_account_id="bac01AAAAAAAAAAAAAAA",
    )
    assert (call.path, call.changes, call.money, call.items) == ("PayBills.json", True, True, 2)
    assert dumps(call.data) == (
        '{"billPays":[{"billId":"00n01AAAAAAAAAAAAAAA","amount":70.25},'
        '{"billId":"00n01BBBBBBBBBBBBBBB","amount":19.75}],'
        '"processDate":"2031-03-05","bankAccountId":"bac01AAAAAAAAAAAAAAA"}'
    )


def test_pay_bills_takes_credits_vendor_and_memo() -> None:
    used = CreditUse(BILL, "vcr01AAAAAAAAAAAAAAA", Decimal("10.00"))
    call = build.pay_bills([BillPayment(BILL, Decimal("40.00"))], vendor_id=VENDOR, description="PO-7", credits=[used])
    assert call.data["vendorId"] == VENDOR
    assert call.data["description"] == "PO-7"
    assert call.data["billCredits"] == [
        {"billId": BILL, "vendorCreditId": "vcr01AAAAAAAAAAAAAAA", "amount": Decimal("10.00")}
    ]


@pytest.mark.parametrize(
    "payments",
    [
        [],
        [BillPayment(f"00n01{number:015}", Decimal("1.00")) for number in range(201)],
        [BillPayment(BILL, Decimal("1.00"))] * 2,
        [BillPayment(BILL, Decimal("0.00"))],
        [BillPayment(BILL, Decimal("-1.00"))],
        [BillPayment(BILL, Decimal("1.001"))],
        [BillPayment(BILL, 1.5)],  # type: ignore[arg-type]
        [BillPayment(BILL, 5)],  # type: ignore[arg-type]
        [BillPayment("short", Decimal("1.00"))],
    ],
)
def test_payments_that_cannot_be_are_refused_here(payments: list[BillPayment]) -> None:
    with pytest.raises(InvalidRequest):
        build.pay_bills(payments)


def test_a_process_date_is_a_day() -> None:
    with pytest.raises(InvalidRequest, match="process_date"):
        build.pay_bills([BillPayment(BILL, Decimal("1.00"))], process_date=datetime(2031, 1, 1, tzinfo=UTC))


def test_charge_customer_is_a_bank_debit() -> None:
    call = build.charge_customer(
        CUSTOMER, [InvoicePayment(INVOICE, Decimal("42.1"))], payment_account_id=ACCOUNT, payment_date=DAY, memo="7781"
    )
    assert (call.path, call.money) == ("ChargeCustomer.json", True)
    assert loads(dumps(call.data)) == {
        "customerId": CUSTOMER,
        "paymentType": "3",
        "paymentAccountId": ACCOUNT,
        "paymentDate": "2031-03-05",
        "memo": "7781",
        "invoicePays": [{"invoiceId": INVOICE, "amount": Decimal("42.10")}],
    }
    with pytest.raises(InvalidRequest):
        build.charge_customer(CUSTOMER, [], payment_account_id=ACCOUNT)
    with pytest.raises(InvalidRequest, match="twice"):
        build.charge_customer(CUSTOMER, [InvoicePayment(INVOICE, Decimal("1.00"))] * 2, payment_account_id=ACCOUNT)


def test_send_invoice_has_headers_and_content_even_if_empty() -> None:
    assert build.send_invoice(INVOICE).data == {"invoiceId": INVOICE, "headers": {}, "content": {}}
    call = build.send_invoice(INVOICE, to=["a@example.test"], subject="S", body="B", cc_me=False, from_user_id=USER)
    assert call.data["headers"] == {
        "fromUserId": USER,
        "toEmailAddresses": ["a@example.test"],
        "ccMe": False,
        "subject": "S",
    }
    assert call.data["content"] == {"body": "B"}
    with pytest.raises(InvalidRequest, match="neither"):
        build.send_invoice(INVOICE, subject="S")


@pytest.mark.parametrize(
    ("call", "path", "data"),
    [
        (build.cancel_ap_payment(PAYMENT), "CancelAPPayment", {"sentPayId": PAYMENT}),
        (build.void_ap_payment(PAYMENT), "VoidAPPayment", {"sentPayId": PAYMENT}),
        (
            build.void_ap_payment(PAYMENT, void_request_type="1", reason="r"),
            "VoidAPPayment",
            {"sentPayId": PAYMENT, "voidRequestType": "1", "reason": "r"},
        ),
        (
            build.list_payments(DisbursementStatus.FAILED, max=5),
            "ListPayments",
            {"disbursementStatus": "4", "start": 0, "max": 5},
        ),
        (build.get_disbursement_data(PAYMENT), "GetDisbursementData", {"sentPayId": PAYMENT}),
        (build.get_check_image_data(PAYMENT), "GetCheckImageData", {"sentPayId": PAYMENT}),
        (
            build.set_customer_authorization(CUSTOMER, allowed=False),
            "SetCustomerAuthorization",
            {"customerId": CUSTOMER, "hasAuthorizedToCharge": False},
        ),
        (build.mail_invoice(INVOICE), "MailInvoice", {"invoiceId": INVOICE}),
        (build.void_ar_payment("0rp01AAAAAAAAAAAAAAA"), "VoidARPayment", {"id": "0rp01AAAAAAAAAAAAAAA"}),
        (
            build.record_ap_payment([BillPayment(BILL, Decimal("40.00"))], vendor_id=VENDOR, process_date=DAY),
            "RecordAPPayment",
            {
                "vendorId": VENDOR,
                "processDate": DAY,
                "toPrintCheck": False,
                "billPays": [{"billId": BILL, "amount": Decimal("40.00")}],
            },
        ),
        (
            build.record_ar_payment(CUSTOMER, [], amount=Decimal("5.00"), payment_date=DAY, ref_number="x"),
            "RecordARPayment",
            {
                "customerId": CUSTOMER,
                "paymentDate": DAY,
                "paymentType": "5",
                "amount": Decimal("5.00"),
                "refNumber": "x",
                "invoicePays": [],
            },
        ),
        (
            build.set_approvers(Bill, BILL, [USER]),
            "SetApprovers",
            {"objectId": BILL, "entity": "Bill", "approvers": [USER]},
        ),
        (build.clear_approvers(VendorCredit, BILL), "ClearApprovers", {"objectId": BILL, "entity": "VendorCredit"}),
        (build.list_approvers(Bill, BILL), "ListApprovers", {"objectId": BILL, "entity": "Bill"}),
        (
            build.approve(Bill, BILL, comment="ok"),
            "Approve",
            {"objectId": BILL, "entity": "Bill", "comment": "ok"},
        ),
        (build.deny(Bill, BILL), "Deny", {"objectId": BILL, "entity": "Bill"}),
        (
            build.list_user_approvals(VendorCredit, USER, approval_type=ApprovalType.COMING, marker="m", max=9),
            "ListUserApprovals",
            {"usersId": USER, "entity": "VendCredit", "approvalType": "3", "marker": "m", "max": 9},
        ),
        (build.send_vendor_invite(VENDOR, "e"), "SendVendorInvite", {"vendorId": VENDOR, "email": "e"}),
        (build.send_invite("n", VENDOR), "SendInvite", {"networkId": "n", "id": VENDOR}),
        (build.cancel_invite("nrr01AAAAAAAAAAAAAAA"), "CancelInvite", {"id": "nrr01AAAAAAAAAAAAAAA"}),
        (build.get_network_status(VENDOR), "GetNetworkStatus", {"id": VENDOR}),
        (build.get_document_pages(BILL), "GetDocumentPages", {"id": BILL, "pageNumber": 1}),
        (build.get_documents(BILL), "GetDocuments", {"id": BILL, "start": 0, "max": 999}),
        (build.search_entity(Vendor, "Acme"), "SearchEntity", {"entity": "Vendor", "term": "Acme"}),
        (build.get_entity_metadata([Vendor, Bill]), "GetEntityMetadata", {"entity": ["Vendor", "Bill"]}),
        (build.get_ap_summary(), "GetAPSummary", {}),
        (build.get_ar_summary(), "GetARSummary", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_operations_send_what_the_pages_show(call: Call, path: str, data: dict[str, Any]) -> None:
    assert call.path == f"{path}.json"
    assert call.data == data
    assert call.changes == OPERATIONS[path].changes


def test_a_file_travels_beside_its_name() -> None:
    call = build.upload_attachment(Upload("x.pdf", b"%PDF", "application/pdf"), object_id=BILL)
    assert call.data == {"id": BILL, "fileName": "x.pdf"}
    assert call.upload is not None
    for wrong in (Upload("x.pdf", b""), Upload("pdf", b"1"), Upload("x.pdf", b"1" * (20 * 1024 * 1024 + 1))):
        with pytest.raises(InvalidRequest):
            build.upload_attachment(wrong)


def test_what_bill_com_does_not_offer_is_refused_here() -> None:
    line = InvoiceLineItem(quantity=Decimal(1))
    with pytest.raises(InvalidRequest, match="travels inside another object"):
        build.create_one(line)
    with pytest.raises(InvalidRequest, match="no Create of SentPay"):
        build.create_one(SentPay())
    with pytest.raises(InvalidRequest, match="no Update of CustomerBankAccount"):
        build.update_one(
            CustomerBankAccount(
                id=ACCOUNT,
                customer_id=CUSTOMER,
                name_on_account="A",
                routing_number="1",
                account_number="1",
                agreed_with_tos=True,
            )
        )
    with pytest.raises(InvalidRequest, match="no bulk Create of ChartOfAccount"):
        build.bulk_create([ChartOfAccount(name="A", account_type="9")])
    with pytest.raises(InvalidRequest, match="no operation"):
        build.operation("PayBill", {})
    with pytest.raises(InvalidRequest, match="no operation"):
        build.operation("Invoice2PdfServlet", {})


CRUD = {"Create", "Read", "Update", "Delete", "Undelete", "List"}
LOOK = {"Read", "List"}
ALL_BULK = {"Create", "Update", "Delete", "Undelete"}
OFFERED: dict[str, tuple[set[str], set[str]]] = {
    "Customer": (CRUD, ALL_BULK),
    "CustomerContact": (CRUD, ALL_BULK),
    "CustomerBankAccount": ({"Create", "Read", "Delete", "List"}, set()),
    "Invoice": (CRUD, ALL_BULK),
    "RecurringInvoice": (CRUD, set()),
    "CreditMemo": (CRUD, set()),
    "InvoiceCredit": (LOOK, set()),
    "ReceivedPay": (LOOK, set()),
    "RPConvFee": (LOOK, set()),
    "ChartOfAccount": (CRUD, set()),
    "Item": (CRUD, {"Create", "Update", "Delete"}),
    "Department": (CRUD, set()),
    "Location": (CRUD, set()),
    "Job": (CRUD, set()),
    "ActgClass": (CRUD, set()),
    "Employee": (CRUD, set()),
    "PaymentTerm": (CRUD, set()),
    "Organization": (CRUD - {"List"}, set()),
    "User": (CRUD, {"Update"}),
    "Profile": (LOOK, set()),
    "BankAccount": (LOOK, set()),
    "MoneyMovement": (LOOK, set()),
    "Vendor": (CRUD, ALL_BULK),
    "VendorBankAccount": ({"Create", "Read", "Delete", "List"}, {"Create"}),
    "Bill": (CRUD, ALL_BULK),
    "RecurringBill": (CRUD, set()),
    "VendorCredit": (CRUD, set()),
    "BillCredit": (LOOK, set()),
    "SentPay": (LOOK, set()),
    "BillPay": (LOOK, set()),
    "ApprovalPolicy": (CRUD, set()),
    "ApprovalPolicyApprover": (CRUD, set()),
    "BillApprover": (LOOK, set()),
    "VendCreditApprover": (LOOK, set()),
}


def test_the_matrix_of_entities_and_verbs_is_whole() -> None:
    assert {name: (set(row.verbs), set(row.bulk)) for name, row in ENTITIES.items()} == OFFERED
    assert len(OFFERED) == 34
