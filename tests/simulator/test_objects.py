from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.simulator.catalogue import ENTITIES
from tests.simulator.caller import Caller, MakeCaller, Refuse

ID = re.compile(r"[0-9a-z]{3}01[A-Z]{12}[a-z0-9]{3}")


def test_create_answers_the_whole_object_with_id_and_times(bill: Caller) -> None:
    customer = bill.customer("Acme")
    assert ID.fullmatch(customer["id"])
    assert customer["id"].startswith("0cu")
    assert set(ENTITIES["Customer"].fields) <= set(customer)
    assert customer["createdTime"] == customer["updatedTime"] == "2026-03-02T17:00:00.000+0000"
    assert customer["parentCustomerId"] == "0" * 20
    assert customer["printAs"] is None
    assert customer["isActive"] == "1"
    assert customer["hasAuthorizedToCharge"] is False


def test_amounts_are_numbers_with_two_decimals(bill: Caller) -> None:
    reply = bill.post(
        "Crud/Create/Bill.json",
        {
            "obj": {
                "entity": "Bill",
                **bill.dated("B"),
                "vendorId": bill.vendor()["id"],
                "billLineItems": [{"amount": 30}, {"amount": "9.99"}, {"amount": 0.01}],
            }
        },
    )
    assert '"amount":40.00' in reply.text
    assert '"dueAmount":40.00' in reply.text
    assert '"paidAmount":null' in reply.text


def test_an_invoice_is_the_sum_of_its_priced_lines_and_tax(bill: Caller) -> None:
    tax = bill.create("Item", name="CA tax", type="6", percentage="8.25")
    lines = [
        {"quantity": "3", "price": "19.99", "taxable": True},
        {"quantity": 1, "price": 10},
        {"quantity": 1, "ratePercent": -10},
    ]
    invoice = bill.create(
        "Invoice",
        **bill.dated("I"),
        customerId=bill.customer()["id"],
        itemSalesTax=tax["id"],
        invoiceLineItems=lines,
    )
    assert [line["amount"] for line in invoice["invoiceLineItems"]] == [
        Decimal("59.97"),
        Decimal("10.00"),
        Decimal("-7.00"),
    ]
    assert invoice["salesTaxTotal"] == Decimal("4.95")
    assert invoice["amount"] == invoice["amountDue"] == Decimal("67.92")
    assert invoice["paymentStatus"] == "1"
    assert invoice["glPostingDate"] == "2026-03-02"


def test_read_only_and_unknown_fields_are_ignored(bill: Caller) -> None:
    vendor = bill.create("Vendor", name="Bob", payBy="1", balance=99, nonsense={"a": 1}, id="x")
    assert vendor["payBy"] == "0"
    assert vendor["balance"] == 0
    assert "nonsense" not in vendor


def test_update_keeps_what_is_not_sent_and_clears_what_is_empty(bill: Caller) -> None:
    vendor = bill.create("Vendor", name="Bob", email="bob@example.test", phone="1", enableCombinePayments=False)
    assert vendor["enabledCombinePayments"] is False
    bill.simulator.clock.advance(seconds=5)
    changed = bill.update("Vendor", id=vendor["id"], phone="", companyName="Bob Inc")
    assert (changed["email"], changed["phone"], changed["companyName"]) == ("bob@example.test", None, "Bob Inc")
    assert changed["updatedTime"] > changed["createdTime"]


def test_delete_is_a_mark_that_undelete_takes_back(bill: Caller) -> None:
    vendor = bill.vendor()
    assert bill("Crud/Delete/Vendor", {"id": vendor["id"]})["isActive"] == "2"
    assert bill.read("Vendor", vendor["id"])["isActive"] == "2"
    assert bill("Crud/Undelete/Vendor", {"id": vendor["id"]})["isActive"] == "1"


def test_lines_of_an_update_change_by_id_are_added_and_dropped(bill: Caller) -> None:
    made = bill.bill(bill.vendor(), 10, 20)
    kept = made["billLineItems"][1]
    lines = [{"id": kept["id"], "amount": 25}, {"amount": 1}]
    changed = bill.update("Bill", id=made["id"], billLineItems=lines)
    assert [line["amount"] for line in changed["billLineItems"]] == [25, 1]
    assert changed["billLineItems"][0]["id"] == kept["id"]
    assert changed["amount"] == changed["dueAmount"] == 26
    assert bill.update("Bill", id=made["id"], description="d")["amount"] == 26


def test_a_partys_balance_follows_its_documents(bill: Caller) -> None:
    vendor, customer = bill.vendor(), bill.customer()
    made = bill.bill(vendor, 10, 5)
    bill.invoice(customer, "7.50")
    assert bill.read("Vendor", vendor["id"])["balance"] == 15
    assert bill.read("Customer", customer["id"])["balance"] == Decimal("7.50")
    bill("Crud/Delete/Bill", {"id": made["id"]})
    assert bill.read("Vendor", vendor["id"])["balance"] == 0


def test_account_numbers_come_back_masked(payer: Caller) -> None:
    vendor = payer.vendor(number="1234567")
    customer = payer.customer(chargeable=True, number="7654321")
    assert vendor["account"]["accountNumber"] == "***4567"
    assert vendor["account"]["routingNumber"] == "021000021"
    assert customer["account"]["accountNumber"] == "******4321"
    assert payer.read("Vendor", vendor["id"])["payBy"] == "1"
    assert payer.read("Customer", customer["id"])["hasBankAccount"] is True


def test_a_party_has_one_active_account(payer: Caller, refused: Refuse) -> None:
    vendor = payer.vendor(number="1234567")
    again = {"vendorId": vendor["id"], "routingNumber": "021000021", "accountNumber": "888888"}
    refused("BDC_9016", payer.create, "VendorBankAccount", **again)
    payer("Crud/Delete/VendorBankAccount", {"id": vendor["account"]["id"]})
    assert payer.read("Vendor", vendor["id"])["payBy"] == "0"
    payer.create("VendorBankAccount", **again)


def test_consent_stands_beside_the_account(bill: Caller, refused: Refuse) -> None:
    customer = bill.customer()
    fields = {
        "customerId": customer["id"],
        "nameOnAccount": "A",
        "routingNumber": "021000021",
        "accountNumber": "12345",
    }
    refused("BDC_1117", bill.create, "CustomerBankAccount", **fields)
    refused("BDC_1119", bill.create, "CustomerBankAccount", {"agreedWithTOS": False}, **fields)
    bill.create("CustomerBankAccount", {"agreedWithTOS": True}, **fields)


GOOD_BILL: dict[str, Any] = {
    "invoiceNumber": "B",
    "invoiceDate": "2026-03-02",
    "dueDate": "2026-03-02",
    "billLineItems": [{"amount": 1}],
}


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        ({"vendorId": None}, "BDC_1117", "Missing required data for: vendorId."),
        ({"invoiceNumber": ""}, "BDC_1117", "Missing required data for: invoiceNumber."),
        ({"billLineItems": []}, "BDC_1117", "Missing required data for: billLineItems."),
        ({"billLineItems": [{}]}, "BDC_1117", "Missing required data for: amount."),
        ({"billLineItems": {"amount": 1}}, "BDC_1124", "Invalid field datatype: billLineItems."),
        ({"invoiceNumber": 5}, "BDC_1124", "Invalid field datatype: invoiceNumber."),
        ({"hasAutoPay": "perhaps"}, "BDC_1124", "Invalid field datatype: hasAutoPay."),
        ({"billLineItems": [{"amount": "ten"}]}, "BDC_1124", "Invalid field datatype: amount."),
        ({"billLineItems": [{"amount": "1.005"}]}, "BDC_1119", "Invalid field,value: amount, 1.005."),
        ({"billLineItems": [{"amount": "1e400"}]}, "BDC_1119", "Invalid field,value: amount, 1e400."),
        ({"invoiceDate": "2026-02-30"}, "BDC_1119", "Invalid field,value: invoiceDate, 2026-02-30."),
        ({"isActive": "7"}, "BDC_1119", "Invalid field,value: isActive, 7."),
        ({"vendorId": "nonsense"}, "BDC_1119", "Invalid field,value: vendorId, nonsense."),
        (
            {"vendorId": "00901AAAAAAAAAAAAaaa"},
            "BDC_1119",
            "Invalid field,value: vendorId, 00901AAAAAAAAAAAAaaa.",
        ),
        ({"entity": "Invoice"}, "BDC_1118", None),
        ({"entity": None}, "BDC_1117", "Missing required data for: entity."),
    ],
)
def test_what_does_not_fit_is_refused_with_code_and_text(
    bill: Caller, refused: Refuse, change: Any, code: Any, text: Any
) -> None:
    good = {"entity": "Bill", "vendorId": bill.vendor()["id"], **GOOD_BILL}
    bill("Crud/Create/Bill", {"obj": good})
    error = refused(code, bill, "Crud/Create/Bill", {"obj": {**good, **change}})
    assert text in {None, error.text}
    assert len(bill.simulator.books.bills) == 1


def test_over_long_names_are_refused_in_the_recorded_words(bill: Caller, refused: Refuse) -> None:
    bill.customer("x" * 100)
    error = refused("BDC_1119", bill.customer, "x" * 101)
    assert error.text == "Invalid entity data. name: Maximum length cannot be greater than 100 characters."


def test_unknown_and_foreign_ids(bill: Caller, refused: Refuse) -> None:
    refused("BDC_1205", bill.read, "Vendor", "00901AAAAAAAAAAAAaaa")
    refused("BDC_1119", bill.read, "Vendor", bill.customer()["id"])
    refused("BDC_1119", bill.read, "Vendor", "x")
    refused("BDC_1117", bill, "Crud/Read/Vendor", {})
    refused("BDC_1205", bill.update, "Vendor", id="00901AAAAAAAAAAAAaaa", name="B")


def test_dates_without_leading_zeros_are_taken(bill: Caller) -> None:
    assert (
        bill.create("Bill", vendorId=bill.vendor()["id"], **{**GOOD_BILL, "dueDate": "2026-4-5"})["dueDate"]
        == "2026-04-05"
    )


@pytest.mark.parametrize(
    ("scope", "same", "other"), [("off", "", ""), ("party", "BDC_1171", ""), ("org", "BDC_1171", "BDC_1171")]
)
def test_numbers_are_unique_where_switched_on(
    make_caller: MakeCaller, refused: Refuse, scope: Any, same: Any, other: Any
) -> None:
    bill = make_caller(unique_numbers=scope)
    first, second = bill.customer("A"), bill.customer("B")
    made = bill.invoice(first, number="N")
    for customer, code in ((first, same), (second, other)):
        if code:
            refused(code, bill.invoice, customer, number="N")
        else:
            bill.invoice(customer, number="N")
    bill("Crud/Delete/Invoice", {"id": made["id"]})
    if other:
        bill.invoice(first, number="N")


FOR_PARTNERS = {f"Crud/{verb}/Organization" for verb in ("Create", "Update", "Delete", "Undelete")}


@pytest.mark.parametrize("entity", [name for name, found in ENTITIES.items() if found.verbs])
def test_every_verb_is_offered_or_refused_as_the_matrix_says(bill: Caller, entity: Any) -> None:
    for verb, letter in {"Create": "C", "Read": "R", "Update": "U", "Delete": "D", "Undelete": "N"}.items():
        for path, offered in (
            (f"Crud/{verb}/{entity}", letter in ENTITIES[entity].verbs),
            (f"Bulk/Crud/{verb}/{entity}", letter in ENTITIES[entity].bulk),
        ):
            answer = bill.envelope(path, {})
            is_there = offered or path in FOR_PARTNERS
            assert (answer["response_data"]["error_code"] == "BDC_1116") is not is_there, path
    answer = bill.envelope(f"List/{entity}", {})
    assert (answer["response_status"] == 0) is ("L" in ENTITIES[entity].verbs)


def test_entities_and_operations_that_do_not_exist(bill: Caller, refused: Refuse) -> None:
    refused("BDC_1116", bill, "Crud/Create/Nonsense", {})
    refused("BDC_1115", bill, "Crud/Destroy/Vendor", {})
    assert refused("BDC_1128", bill, "List/Nonsense", {}).text == "Invalid List entity: Nonsense."
    assert refused("BDC_1121", bill, "Nonsense", {}).status == 404
    assert refused("BDC_1121", bill, "login", {}).status == 404
