from __future__ import annotations

from typing import Any

from tests.simulator.caller import Caller, Refuse


def memo(caller: Caller, customer: dict[str, Any], price: Any) -> Any:
    return caller.create(
        "CreditMemo",
        customerId=customer["id"],
        refNumber="CM",
        creditDate="2026-03-02",
        creditMemoLineItems=[{"quantity": 1, "price": price}],
    )


def vendor_credit(caller: Caller, vendor: dict[str, Any], amount: Any) -> Any:
    return caller.create(
        "VendorCredit",
        vendorId=vendor["id"],
        refNumber="VC",
        creditDate="2026-03-02",
        vendorCreditLineItems=[{"amount": amount}],
    )


def test_a_credit_memo_lowers_an_invoice_when_a_person_applies_it(bill: Caller) -> None:
    customer = bill.customer()
    credit, invoice = memo(bill, customer, 30), bill.invoice(customer, 100)
    assert bill.read("Customer", customer["id"])["availCredit"] == 30
    made = bill.control(
        "people", {"act": "apply_credit", "id": credit["id"], "invoice": invoice["id"], "amount_cents": 1000}
    )
    assert (made["entity"], made["amount"]) == ("InvoiceCredit", 1000)
    shown = bill.read("Invoice", invoice["id"])
    assert (shown["amountDue"], shown["creditAmount"], shown["paymentStatus"]) == (90, 10, "2")
    party = bill.read("Customer", customer["id"])
    assert (party["availCredit"], party["balance"]) == (20, 90)
    applied = bill.list("InvoiceCredit", ("invoiceId", "=", invoice["id"]))[0]
    assert (applied["creditMemoId"], applied["amount"]) == (credit["id"], 10)
    assert bill.read("InvoiceCredit", applied["id"]) == applied
    more = {"act": "apply_credit", "id": credit["id"], "invoice": invoice["id"], "amount_cents": 2001}
    assert "more than is left" in bill.control("people", more)["error"]
    bill("Crud/Delete/CreditMemo", {"id": credit["id"]})
    assert bill.read("Customer", customer["id"])["availCredit"] == 0


def test_a_credit_of_another_customer_does_not_apply(bill: Caller) -> None:
    credit, invoice = memo(bill, bill.customer("A"), 30), bill.invoice(bill.customer("B"), 100)
    act = {"act": "apply_credit", "id": credit["id"], "invoice": invoice["id"]}
    assert "cannot be applied" in bill.control("people", act)["error"]


def test_what_is_left_of_a_vendor_credit_is_available(payer: Caller) -> None:
    vendor = payer.vendor()
    credit, made = vendor_credit(payer, vendor, 30), payer.bill(vendor, 100)
    assert payer.read("Vendor", vendor["id"])["availCredit"] == 30
    applied = {"billId": made["id"], "vendorCreditId": credit["id"], "amount": 10}
    sent = payer.pay((made, 90), billCredits=[applied])[0]
    assert payer.read("Vendor", vendor["id"])["availCredit"] == 20
    payer("CancelAPPayment", {"sentPayId": sent["id"]})
    shown = payer.read("Bill", made["id"])
    assert (shown["dueAmount"], shown["creditAmount"], shown["paymentStatus"]) == (100, 0, "1")
    assert payer.read("Vendor", vendor["id"])["availCredit"] == 30


def test_a_card_payment_takes_a_convenience_fee(bill: Caller) -> None:
    invoice = bill.invoice(bill.customer(), 100)
    paid = bill.control("people", {"act": "pay_by_card", "id": invoice["id"], "fee_cents": 299})
    assert (paid["paymentType"], paid["convFeeAmount"]) == ("2", 299)
    fee = bill.list("RPConvFee")[0]
    assert bill.read("ReceivedPay", paid["id"])["rPConvFee"] == [fee]
    assert (fee["amount"], fee["entity"]) == (bill.read("RPConvFee", fee["id"])["amount"], "RPConvFee")
    bill.simulator.clock.advance(business_days=1)
    bill.sign_in()
    assert bill.read("ReceivedPay", paid["id"])["status"] == "0"
    assert bill.read("Invoice", invoice["id"])["paymentStatus"] == "0"
    again = bill.control("people", {"act": "pay_by_card", "id": invoice["id"]})
    assert "more than is due" in again["error"]


def test_merged_parties_give_everything_to_the_other(payer: Caller, refused: Refuse) -> None:
    gone, kept = payer.vendor("Old", number="1234567"), payer.vendor("New")
    made, credit = payer.bill(gone, 10), vendor_credit(payer, gone, 3)
    payer.control("people", {"act": "merge", "id": gone["id"], "into": kept["id"]})
    shown = payer.read("Vendor", gone["id"])
    assert (shown["mergedIntoId"], shown["isActive"], shown["balance"]) == (kept["id"], "2", 0)
    other = payer.read("Vendor", kept["id"])
    assert (other["balance"], other["availCredit"]) == (10, 3)
    assert payer.read("Bill", made["id"])["vendorId"] == kept["id"]
    assert payer.read("VendorCredit", credit["id"])["vendorId"] == kept["id"]
    assert payer.read("VendorBankAccount", gone["account"]["id"])["isActive"] == "2"
    refused("BDC_9031", payer.update, "Vendor", id=gone["id"], name="Back")
    refused("BDC_9031", payer, "Crud/Undelete/Vendor", {"id": gone["id"]})
    assert (
        "cannot be merged" in payer.control("people", {"act": "merge", "id": kept["id"], "into": kept["id"]})["error"]
    )


def test_merged_customers_and_list_entries(bill: Caller) -> None:
    gone, kept = bill.customer("Old"), bill.customer("New")
    invoice = bill.invoice(gone, 10)
    bill.control("people", {"act": "merge", "id": gone["id"], "into": kept["id"]})
    assert bill.read("Invoice", invoice["id"])["customerId"] == kept["id"]
    assert bill.read("Customer", kept["id"])["balance"] == 10
    first, second = bill.create("Department", name="A"), bill.create("Department", name="B")
    merged = bill.control("people", {"act": "merge", "id": first["id"], "into": second["id"]})
    assert merged["mergedIntoId"] == second["id"]


def test_vendors_taken_offline_cannot_be_paid(payer: Caller, refused: Refuse) -> None:
    vendor = payer.vendor()
    made = payer.bill(vendor, 10)
    payer.control("people", {"act": "take_offline", "id": vendor["id"]})
    error = refused("BDC_9028", payer.pay, (made, 10))
    assert error.text.startswith("This vendor is unable to receive ePayments")
