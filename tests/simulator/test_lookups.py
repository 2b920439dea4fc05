from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_billcom.simulator.catalogue import ENTITIES
from tests.simulator.caller import Caller, Refuse


def test_metadata_tells_what_the_catalogue_knows(bill: Caller, refused: Refuse) -> None:
    told = bill("GetEntityMetadata", {"entity": ["Invoice", "InvoiceLineItem"]})
    fields = told["Invoice"]["fields"]
    assert fields["id"] == {
        "readonly": True,
        "required": False,
        "type": "IdField",
        "entity": "Invoice",
        "label": "Id",
    }
    assert (fields["amountDue"]["readonly"], fields["amountDue"]["type"]) == (True, "MoneyField")
    assert (fields["invoiceNumber"]["required"], fields["invoiceNumber"]["maxLength"]) == (True, 100)
    assert fields["invoiceLineItems"]["entity"] == "InvoiceLineItem"
    assert fields["paymentStatus"]["values"]["4"] == "Scheduled"
    assert told["Invoice"]["attributes"]["display"] == ["invoiceNumber"]
    assert set(bill("GetEntityMetadata", {})) == set(ENTITIES)
    assert set(bill("GetEntityMetadata", {"entity": "Vendor"})) == {"Vendor"}
    refused("BDC_1114", bill, "GetEntityMetadata", {"entity": ["Nonsense"]})


def test_objects_are_found_by_a_word(bill: Caller, refused: Refuse) -> None:
    first, second = bill.vendor("Blue Harbor"), bill.vendor("Green Harbour", email="x@harbor.test")
    bill.vendor("Elsewhere")
    found = bill("SearchEntity", {"entity": "Vendor", "term": "HARBOR"})
    assert [each["id"] for each in found] == [first["id"], second["id"]]
    assert bill("SearchEntity", {"entity": "Vendor", "term": "nobody"}) == []
    refused("BDC_1114", bill, "SearchEntity", {"entity": "Nonsense", "term": "x"})
    refused("BDC_1128", bill, "SearchEntity", {"entity": "BillLineItem", "term": "x"})


def test_every_object_has_an_address(bill: Caller, refused: Refuse) -> None:
    vendor = bill.vendor()
    assert bill("GetObjectUrl", {"id": vendor["id"]})["url"].endswith(vendor["id"])
    refused("BDC_1129", bill, "GetObjectUrl", {"id": "00901NOBODYXXXXXXaaa"})


def test_payables_are_summed_in_numbers(bill: Caller) -> None:
    vendor = bill.vendor()
    for number, (due, amount) in enumerate(
        [("2026-02-27", 1), ("2026-03-02", 2), ("2026-03-09", 4), ("2026-03-10", 8), ("2026-03-10", "16.50")]
    ):
        bill.create(
            "Bill",
            vendorId=vendor["id"],
            invoiceNumber=f"B{number}",
            invoiceDate="2026-02-01",
            dueDate=due,
            billLineItems=[{"amount": amount}],
        )
    told: Any = bill("GetAPSummary", {})
    assert told["bills"] == {
        "overdueCount": 1,
        "overdueTotal": 1,
        "dueTodayCount": 1,
        "dueTodayTotal": 2,
        "due7DaysCount": 1,
        "due7DaysTotal": 4,
        "due7PlusDaysCount": 2,
        "due7PlusDaysTotal": Decimal("24.50"),
        "allCount": 5,
        "allTotal": Decimal("31.50"),
    }
    assert told["approvals"]["allCount"] == 0
    me = bill("GetSessionInfo")["userId"]
    made = bill.simulator.books.bills[0]
    bill("SetApprovers", {"objectId": made.id, "entity": "Bill", "approvers": [me]})
    assert bill("GetAPSummary", {})["approvals"]["overdueTotal"] == 1


def test_receivables_are_summed_in_text(bill: Caller) -> None:
    customer = bill.customer(chargeable=True)
    invoice = bill.invoice(customer, "1234.50")
    bill.charge(customer, (invoice, "1000"))
    told: Any = bill("GetARSummary", {})
    assert (told["invoices"]["allCount"], told["invoices"]["allTotal"]) == (1, "$1,234.50")
    assert told["invoices"]["dueTodayTotal"] == "$1,234.50"
    assert told["payments"]["next7DaysTotal"] == told["payments"]["futureTotal"] == "$1,000.00"
    assert told["payments"]["lastMonthTotal"] == "$0.00"
    bill.simulator.clock.advance(business_days=2)
    bill.sign_in()
    told = bill("GetARSummary", {})
    assert told["invoices"]["overdueTotal"] == "$234.50"
    assert told["payments"]["last7DaysCount"] == told["payments"]["currentMonthCount"] == 1


def test_messages_stay_with_their_object(bill: Caller, refused: Refuse) -> None:
    vendor = bill.vendor()
    me = bill("GetSessionInfo")["userId"]
    bill("SendMessage", {"objectId": vendor["id"], "message": "Is this right?", "toUserIds": [me]})
    bill("SendMessage", {"objectId": vendor["id"], "message": "Yes."})
    told = bill("ListMessage", {"objectId": vendor["id"]})
    assert [(each["message"], each["fromUserId"]) for each in told] == [("Is this right?", me), ("Yes.", me)]
    assert [each["message"] for each in bill("ListMessage", {"objectId": vendor["id"], "start": 1})] == ["Yes."]
    assert bill.control("outbox")["messages"][-1]["kind"] == "message"
    refused("BDC_1117", bill, "SendMessage", {"objectId": vendor["id"]})
    refused("BDC_1129", bill, "ListMessage", {"objectId": "nobody"})


def test_exchange_rates_are_quoted(bill: Caller, refused: Refuse) -> None:
    told = bill("GetDynamicExchangeRateQuote2", {"currency": "CAD", "amount": "100.00"})
    assert (told["exchangeRate"], told["localAmount"]) == (Decimal("1.3640"), Decimal("136.40"))
    refused("BDC_1119", bill, "GetDynamicExchangeRateQuote2", {"currency": "XYZ", "amount": 1})


def test_bank_balances_exist_by_switch(bill: Caller, refused: Refuse) -> None:
    account = bill.list("BankAccount")[0]["id"]
    assert refused("BDC_1121", bill, "GetBankBalance", {"bankAccountId": account}).status == 404
    assert refused("BDC_1121", bill, "SetBankBalance", {"bankAccountId": account, "balance": 1}).status == 404
    bill.simulator.switch(bank_balance=True)
    assert bill("GetBankBalance", {"bankAccountId": account})["balance"] == 10_000_000
    bill("SetBankBalance", {"bankAccountId": account, "balance": "12.34"})
    assert bill("GetBankBalance", {})["balance"] == Decimal("12.34")
    refused("BDC_1119", bill, "SetBankBalance", {"balance": "much"})
