"""Documents, what is due on them, and payments recorded, scheduled and taken back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.samples import ROUTING, bill, customer, invoice
from tests.contract.service import Refused, Service


def refusal(service: Service, path: str, data: object) -> Refused:
    with pytest.raises(Refused) as caught:
        service(path, data)
    return caught.value


def one_bill(service: Service, *amounts: Any) -> Any:
    vendor = service.create("Vendor", name=service.name("Paid"))["id"]
    return service.create("Bill", **{**bill(service, *amounts), "vendorId": vendor})


def recorded(service: Service, made: Any, amount: Any, **more: object) -> Any:
    pays = [{"billId": made["id"], "amount": amount}]
    data = {"vendorId": made["vendorId"], "processDate": service.day(), "toPrintCheck": False, "billPays": pays, **more}
    return service("RecordAPPayment", data)


def received(service: Service, made: Any, amount: Any, **more: object) -> Any:
    pays = [{"invoiceId": made["id"], "amount": amount}]
    data = {"customerId": made["customerId"], "paymentDate": service.day(), "paymentType": "1", "amount": amount}
    return service("RecordARPayment", {**data, "invoicePays": pays, **more})


def buyer(service: Service) -> Any:
    """Return a customer who may be charged, with his account."""
    found = service.create("Customer", **customer(service))
    service("SetCustomerAuthorization", {"customerId": found["id"], "hasAuthorizedToCharge": True})
    account = service.create(
        "CustomerBankAccount",
        {"agreedWithTOS": True},
        customerId=found["id"],
        nameOnAccount="Buyer",
        routingNumber=ROUTING,
        accountNumber="5550009876",
    )
    return {**found, "account": account}


def working_day(service: Service, after: int = 7) -> str:
    day = date.fromisoformat(service.day(after))
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day.isoformat()


@pytest.mark.parametrize(
    ("amounts", "total"), [((10,), "10"), ((0.1, 0.2), "0.3"), ((19.99, 0.01), "20"), ((100, -40.5), "59.5")]
)
def test_a_bill_is_the_sum_of_its_lines(service: Service, amounts: tuple[Any, ...], total: str) -> None:
    made = one_bill(service, *amounts)
    assert (made["amount"], made["dueAmount"]) == (Decimal(total), Decimal(total))
    assert [line["amount"] for line in made["billLineItems"]] == [Decimal(str(amount)) for amount in amounts]


def test_a_new_bill_is_open_and_unassigned(service: Service) -> None:
    made = one_bill(service)
    assert (made["paymentStatus"], made["approvalStatus"]) == ("1", "0")


@pytest.mark.parametrize(("prices", "total"), [((10,), "10"), ((0.1, 0.2), "0.3"), ((5, 7.25), "12.25")])
def test_an_invoice_is_the_sum_of_its_lines(service: Service, prices: tuple[Any, ...], total: str) -> None:
    made = service.create("Invoice", **invoice(service, *prices))
    assert (made["amount"], made["amountDue"], made["paymentStatus"]) == (Decimal(total), Decimal(total), "1")


def test_a_line_is_quantity_times_price(service: Service) -> None:
    lines = [{"entity": "InvoiceLineItem", "quantity": 3, "price": 2.5}]
    made = service.create("Invoice", **{**invoice(service), "invoiceLineItems": lines})
    assert made["amount"] == Decimal("7.5")


@pytest.mark.parametrize(("part", "status", "due"), [(10, "0", 0), (4, "2", 6)])
def test_a_recorded_payment_lowers_what_is_due(service: Service, part: int, status: str, due: int) -> None:
    made = one_bill(service, 10)
    sent = recorded(service, made, part)
    assert (sent["entity"], sent["status"], sent["isOnline"], sent["amount"]) == ("SentPay", "2", False, part)
    after = service.read("Bill", made["id"])
    assert (after["paymentStatus"], after["dueAmount"]) == (status, due)


def test_a_recorded_payment_is_voided_at_once(service: Service) -> None:
    made = one_bill(service, 10)
    sent = recorded(service, made, 10)
    service("VoidAPPayment", {"sentPayId": sent["id"]})
    assert service.read("SentPay", sent["id"])["status"] == "4"
    after = service.read("Bill", made["id"])
    assert (after["paymentStatus"], after["dueAmount"]) == ("1", 10)


def test_a_payment_names_its_bills(service: Service) -> None:
    made = one_bill(service, 10)
    sent = recorded(service, made, 10)
    assert [each["billId"] for each in sent["billPays"]] == [made["id"]]
    assert service.read("BillPay", sent["billPays"][0]["id"])["sentPayId"] == sent["id"]


@pytest.mark.parametrize(("part", "status", "due"), [(10, "0", 0), (4, "2", 6)])
def test_money_received_lowers_what_is_due(service: Service, part: int, status: str, due: int) -> None:
    made = service.create("Invoice", **invoice(service, 10))
    receipt = received(service, made, part)
    assert (receipt["entity"], receipt["status"], receipt["isOnline"]) == ("ReceivedPay", "0", False)
    after = service.read("Invoice", made["id"])
    assert (after["paymentStatus"], after["amountDue"]) == (status, due)


@pytest.mark.parametrize("kind", ["0", "1", "2", "3", "4", "5"])
def test_money_is_received_in_six_ways(service: Service, kind: str) -> None:
    made = service.create("Invoice", **invoice(service, 10))
    assert received(service, made, 10, paymentType=kind)["paymentType"] == kind


def test_more_may_be_received_than_is_applied(service: Service) -> None:
    made = service.create("Invoice", **invoice(service, 10))
    pays = [{"invoiceId": made["id"], "amount": 10}]
    assert received(service, made, 15, invoicePays=pays)["unappliedAmount"] == 5


@pytest.mark.parametrize("name", ["customerId", "paymentDate", "paymentType", "amount"])
def test_a_receipt_asks_for_its_parts(service: Service, name: str) -> None:
    made = service.create("Invoice", **invoice(service, 10))
    data = {"customerId": made["customerId"], "paymentDate": service.day(), "paymentType": "1", "amount": 10}
    del data[name]
    assert refusal(service, "RecordARPayment", data).code == "BDC_1117"


def test_a_customer_is_authorized_and_not_any_more(service: Service) -> None:
    found = service.create("Customer", **customer(service))
    assert found["hasAuthorizedToCharge"] is False
    for value in (True, False):
        data = {"customerId": found["id"], "hasAuthorizedToCharge": value}
        assert service("SetCustomerAuthorization", data)["hasAuthorizedToCharge"] is value


def test_an_account_number_is_never_told_again(service: Service) -> None:
    account = buyer(service)["account"]
    assert account["accountNumber"].endswith("9876")
    assert set(account["accountNumber"][:-4]) == {"*"}


@pytest.mark.parametrize("memo", ["memo", "Memo"])
def test_a_charge_is_scheduled(service: Service, memo: str) -> None:
    who = buyer(service)
    made = service.create("Invoice", **{**invoice(service, 25), "customerId": who["id"]})
    data = {"customerId": who["id"], "paymentType": "3", "paymentAccountId": who["account"]["id"], memo: "order 1"}
    found = service("ChargeCustomer", {**data, "invoicePays": [{"invoiceId": made["id"], "amount": 25}]})
    receipt = found["chargedReceivedPay"]
    assert (receipt["status"], receipt["amount"], receipt["isOnline"], receipt["description"]) == (
        "2",
        25,
        True,
        "order 1",
    )
    after = service.read("Invoice", made["id"])
    assert (after["paymentStatus"], after["scheduledAmount"]) == ("4", 25)


def test_a_charge_needs_no_invoice(service: Service) -> None:
    who = buyer(service)
    data = {"customerId": who["id"], "paymentType": "3", "paymentAccountId": who["account"]["id"], "totalAmount": 12.5}
    receipt = service("ChargeCustomer", {**data, "emailReceipt": True})["chargedReceivedPay"]
    assert (receipt["amount"], receipt["unappliedAmount"]) == (Decimal("12.5"), Decimal("12.5"))


@pytest.mark.parametrize("content", [{}, {"body": "Hello {:Customer.Name:}"}])
def test_an_invoice_is_sent(service: Service, content: dict[str, str]) -> None:
    made = service.create("Invoice", **invoice(service, 10))
    headers = {"toEmailAddresses": ["buyer@example.test"], **({"subject": "Yours"} if content else {})}
    assert service("SendInvoice", {"invoiceId": made["id"], "headers": headers, "content": content}) == {}
    assert service.read("Invoice", made["id"])["lastSentTime"]


def test_bills_of_several_vendors_are_paid_in_one_call(trusted: Service) -> None:
    made = [one_bill(trusted, amount) for amount in (10, 20)]
    pays = [{"billId": each["id"], "amount": each["amount"]} for each in made]
    sent = trusted("PayBills", {"processDate": working_day(trusted), "billPays": pays})["sentPays"]
    assert {each["vendorId"] for each in sent} == {each["vendorId"] for each in made}
    assert all((each["status"], each["isOnline"], each["entity"]) == ("1", True, "SentPay") for each in sent)


def test_a_scheduled_payment_shows_on_its_bill(trusted: Service) -> None:
    made = one_bill(trusted, 10)
    trusted("PayBills", {"processDate": working_day(trusted), "billPays": [{"billId": made["id"], "amount": 10}]})
    after = trusted.read("Bill", made["id"])
    assert (after["paymentStatus"], after["scheduledAmount"], after["dueAmount"]) == ("4", 10, 0)


def test_a_scheduled_payment_is_canceled(trusted: Service) -> None:
    made = one_bill(trusted, 10)
    pays = [{"billId": made["id"], "amount": 10}]
    sent = trusted("PayBills", {"vendorId": made["vendorId"], "processDate": working_day(trusted), "billPays": pays})
    trusted("CancelAPPayment", {"sentPayId": sent["sentPays"][0]["id"]})
    assert trusted.read("SentPay", sent["sentPays"][0]["id"])["status"] == "3"
    after = trusted.read("Bill", made["id"])
    assert (after["paymentStatus"], after["dueAmount"]) == ("1", 10)


def test_a_payment_is_found_by_its_state(trusted: Service) -> None:
    made = one_bill(trusted, 10)
    pays = [{"billId": made["id"], "amount": 10}]
    sent = trusted("PayBills", {"processDate": working_day(trusted), "billPays": pays})["sentPays"][0]
    found = trusted("ListPayments", {"disbursementStatus": "0", "start": 0, "max": 999})["payments"]
    assert sent["id"] in {each["id"] for each in found}


@pytest.mark.parametrize("after", [0, -1, -400])
def test_a_payment_is_never_of_today_or_before(trusted: Service, after: int) -> None:
    made = one_bill(trusted, 10)
    data = {"processDate": trusted.day(after), "billPays": [{"billId": made["id"], "amount": 10}]}
    assert refusal(trusted, "PayBills", data).code == "BDC_1152"


def test_a_payment_is_never_of_a_sunday(trusted: Service) -> None:
    day = date.fromisoformat(trusted.day(7))
    sunday = (day + timedelta(days=(6 - day.weekday()) % 7)).isoformat()
    data = {"processDate": sunday, "billPays": [{"billId": one_bill(trusted, 10)["id"], "amount": 10}]}
    assert refusal(trusted, "PayBills", data).code == "BDC_1152"


def test_a_payment_without_bills_is_refused(trusted: Service) -> None:
    assert refusal(trusted, "PayBills", {"processDate": working_day(trusted), "billPays": []}).code == "BDC_1117"


def test_a_vendor_has_one_account_at_a_time(trusted: Service) -> None:
    vendor = trusted.create("Vendor", name=trusted.name())["id"]
    values = {"vendorId": vendor, "routingNumber": ROUTING, "accountNumber": "1234567"}
    account = trusted.create("VendorBankAccount", **values)
    assert (account["accountNumber"], account["status"]) == ("***4567", "1")
    assert trusted.read("Vendor", vendor)["payBy"] == "1"
    refusal(trusted, "Crud/Create/VendorBankAccount", {"obj": {"entity": "VendorBankAccount", **values}})
    trusted("Crud/Delete/VendorBankAccount", {"id": account["id"]})
    assert trusted.read("Vendor", vendor)["payBy"] == "0"


@pytest.mark.parametrize(("path", "parts"), [("GetAPSummary", ("bills",)), ("GetARSummary", ("invoices", "payments"))])
def test_sums_are_told(service: Service, path: str, parts: tuple[str, ...]) -> None:
    assert set(parts) <= set(service(path, {}))


def test_approvers_are_set_asked_and_cleared(service: Service) -> None:
    made = one_bill(service, 10)
    about = {"objectId": made["id"], "entity": "Bill"}
    me = service("GetSessionInfo")["userId"]
    service("SetApprovers", {**about, "approvers": [me]})
    assert service.read("Bill", made["id"])["approvalStatus"] == "1"
    assert len(service("ListApprovers", about)) == 1
    service("Approve", {**about, "comment": "fine"})
    assert service.read("Bill", made["id"])["approvalStatus"] == "3"
    service("ClearApprovers", about)
    assert service.read("Bill", made["id"])["approvalStatus"] == "0"


def test_a_denied_bill_says_so(service: Service) -> None:
    made = one_bill(service, 10)
    about = {"objectId": made["id"], "entity": "Bill"}
    service("SetApprovers", {**about, "approvers": [service("GetSessionInfo")["userId"]]})
    service("Deny", {**about, "comment": "no"})
    assert service.read("Bill", made["id"])["approvalStatus"] == "5"


def test_a_file_is_attached(service: Service) -> None:
    made = one_bill(service, 10)
    data = f'{{"id": "{made["id"]}", "fileName": "paper.txt"}}'
    form = {"devKey": service.who.dev_key, "sessionId": service.session_id, "data": data}
    reply = service.send(
        "POST", "UploadAttachment.json", data=form, files={"file": ("paper.txt", b"text", "text/plain")}
    )
    assert reply.json()["response_data"]["documentUploadedId"].startswith("0du")
