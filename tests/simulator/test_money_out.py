from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.caller import Caller, Refuse

FUNDS = 1_000_000_000


@pytest.fixture
def owing(payer: Caller) -> Caller:
    """A vendor with an account that is old enough, and two of his bills."""
    payer.bob = payer.vendor("Bob", number="1234567", enabledCombinePayments=False)
    payer.first, payer.second = payer.bill(payer.bob, 10, number="B1"), payer.bill(payer.bob, 20, number="B2")
    payer.simulator.clock.advance(business_days=2)  # Wednesday the 4th, noon in California
    payer.again()
    return payer


def status_of(caller: Caller, sent: Any) -> Any:
    row = caller.simulator.books.find("SentPay", sent["id"])
    return row["status"], {pay["paymentStatus"] for pay in row["billPays"]}


def test_payments_are_scheduled_one_per_bill(owing: Caller) -> None:
    sent = owing.pay((owing.first, 10), (owing.second, 20))
    assert [(each["amount"], each["status"], each["processDate"]) for each in sent] == [
        (10, "1", "2026-03-05"),
        (20, "1", "2026-03-05"),
    ]
    assert sent[0]["description"] == "Inv #B1"
    assert sent[0]["name"] == "P26030401 - 0000001"
    assert sent[0]["isOnline"] is True
    assert "billCredits" not in sent[0]
    pay = sent[0]["billPays"][0]
    assert (pay["billId"], pay["sentPayId"], pay["paymentStatus"]) == (owing.first["id"], sent[0]["id"], "1")
    assert owing.list("BillPay", ("billId", "=", owing.first["id"]))[0]["id"] == pay["id"]
    bill = owing.read("Bill", owing.first["id"])
    assert (bill["paymentStatus"], bill["scheduledAmount"], bill["dueAmount"], bill["paidAmount"]) == ("4", 10, 0, None)


def test_a_vendor_who_combines_gets_one_payment(owing: Caller) -> None:
    owing.update("Vendor", id=owing.bob["id"], enabledCombinePayments=True)
    sent = owing.pay((owing.first, 10), (owing.second, 20))
    assert [(each["amount"], len(each["billPays"])) for each in sent] == [(30, 2)]


def test_a_part_payment_leaves_the_rest_due(owing: Caller) -> None:
    owing.pay((owing.first, 4))
    bill = owing.read("Bill", owing.first["id"])
    assert (bill["paymentStatus"], bill["scheduledAmount"], bill["dueAmount"]) == ("2", 4, 6)
    owing.simulator.clock.advance(business_days=1)
    owing.again()
    bill = owing.read("Bill", owing.first["id"])
    assert (bill["paymentStatus"], bill["paidAmount"], bill["dueAmount"]) == ("2", 4, 6)


def test_a_payout_is_debited_confirmed_and_delivered(owing: Caller) -> None:
    sent = owing.pay((owing.first, 10))[0]
    clock, simulator = owing.simulator.clock, owing.simulator
    assert owing("GetDisbursementData", {"sentPayId": sent["id"]})["disbursementStatus"] == "0"
    clock.advance(to="2026-03-05T17:00:00")
    owing.again()
    assert status_of(owing, sent) == ("2", {"2"})
    bill = owing.read("Bill", owing.first["id"])
    assert (bill["paymentStatus"], bill["paidAmount"], bill["fullPaymentDate"]) == ("0", 10, "2026-03-05")
    movement = owing.list("MoneyMovement")[0]
    assert (movement["type"], movement["amount"], movement["status"]) == ("1", -10, "0")
    assert simulator.books.totals()["organization_cents"] == FUNDS - 1000
    clock.advance(business_days=1)
    owing.again()
    assert owing.list("MoneyMovement")[0]["status"] == "1"
    assert owing("ListPayments", {"disbursementStatus": "3"}) == {"payments": []}
    clock.advance(business_days=1)
    owing.again()
    assert [each["id"] for each in owing("ListPayments", {"disbursementStatus": "3"})["payments"]] == [sent["id"]]
    disbursed = owing("GetDisbursementData", {"sentPayId": sent["id"]})
    assert (disbursed["paymentType"], disbursed["disbursementStatus"]) == ("2", "3")
    assert disbursed["achData"]["accountNumber"] == "***4567"
    assert disbursed["achData"]["depositDate"] == "2026-03-09"
    assert simulator.bank.balance("021000021/1234567") == 1000
    assert sum(account.cents for account in simulator.bank.accounts.values()) == FUNDS


def test_a_vendor_without_an_account_gets_a_check_within_seven_bank_days(payer: Caller) -> None:
    sent = payer.pay((payer.bill(payer.vendor()), 10))[0]
    payer.simulator.clock.advance(business_days=7)
    payer.again()
    data = payer("GetDisbursementData", {"sentPayId": sent["id"]})
    assert (data["paymentType"], data["disbursementStatus"]) == ("0", "0")
    assert data["checkData"]["amount"] == 10
    payer.simulator.clock.advance(business_days=1)
    payer.again()
    data = payer("GetDisbursementData", {"sentPayId": sent["id"]})
    assert (data["disbursementStatus"], data["checkData"]["clearedDate"]) == ("3", "2026-03-12")


@pytest.mark.parametrize(
    ("day", "allowed"),
    [
        ("2026-03-04", False),
        ("2026-03-03", False),
        ("2026-03-07", False),
        ("2026-05-25", False),
        ("tomorrow", False),
        ("2026-03-05", True),
        ("2026-07-03", True),
    ],
)
def test_process_dates_are_bank_days_after_today(owing: Caller, refused: Refuse, day: Any, allowed: Any) -> None:
    if allowed:
        assert owing.pay((owing.first, 10), processDate=day)[0]["processDate"] == day
    else:
        assert (
            refused("BDC_1152", owing.pay, (owing.first, 10), processDate=day).text == f"Invalid Process Date : {day}."
        )


def test_after_six_in_the_evening_the_next_bank_day_is_too_early(owing: Caller, refused: Refuse) -> None:
    owing.simulator.clock.advance(to="2026-03-05T01:59:00")
    owing.again()
    owing.pay((owing.first, 10), processDate="2026-03-05")
    owing.simulator.clock.advance(to="2026-03-05T02:00:00")
    refused("BDC_1152", owing.pay, (owing.second, 20), processDate="2026-03-05")
    assert owing.pay((owing.second, 20))[0]["processDate"] == "2026-03-06"


def test_a_new_account_needs_two_bank_days(payer: Caller, refused: Refuse) -> None:
    vendor = payer.vendor(number="1234567")
    made = payer.bill(vendor)
    error = refused("BDC_1402", payer.pay, (made, 10), processDate="2026-03-03")
    assert error.text == "Please select a payment processing date two business days out from today."
    payer.pay((made, 10), processDate="2026-03-04")


@pytest.mark.parametrize(("mode", "paid"), [("partial", ["B1"]), ("atomic", [])])
def test_one_bad_bill_of_two(owing: Caller, refused: Refuse, mode: Any, paid: Any) -> None:
    owing.simulator.switch(paybills=mode)
    owing("Crud/Delete/Bill", {"id": owing.second["id"]})
    refused("BDC_9009", owing.pay, (owing.first, 10), (owing.second, 20))
    assert [row["description"].removeprefix("Inv #") for row in owing.simulator.books.sent_pays] == paid


def test_paying_twice_is_accepted_as_shipped_and_can_be_refused(owing: Caller, refused: Refuse) -> None:
    owing.pay((owing.first, 10))
    owing.pay((owing.first, 10))
    assert owing.read("Bill", owing.first["id"])["dueAmount"] == -10
    owing.simulator.switch(overpay="refuse")
    refused("BDC_9008", owing.pay, (owing.first, 10))
    refused("BDC_1159", owing.pay, (owing.second, 21))
    refused("BDC_1159", owing.pay, (owing.second, 11), (owing.second, 11))


def test_what_cannot_be_paid_is_refused(owing: Caller, refused: Refuse) -> None:
    other = owing.vendor("Other")
    foreign = owing.bill(other, 5, number="B3")
    refused("BDC_9012", owing.pay, (foreign, 5), vendorId=owing.bob["id"])
    refused("BDC_1129", owing.pay, ({"id": "00n01AAAAAAAAAAAAaaa"}, 5))
    refused("BDC_1129", owing.pay, (foreign, 5), bankAccountId="bac01AAAAAAAAAAAAaaa")
    refused("BDC_1117", owing.pay)
    refused("BDC_9015", owing.pay, *[(foreign, "0.01")] * 201)
    owing.control("people", {"act": "deny", "id": foreign["id"]})
    refused("BDC_9010", owing.pay, (foreign, 5))
    owing("Crud/Delete/Vendor", {"id": owing.bob["id"]})
    refused("BDC_9014", owing.pay, (owing.first, 10))
    owing.control("people", {"act": "account_status", "id": owing.simulator.world.funding.id, "status": "3"})
    refused("BDC_1151", owing.pay, (foreign, 5), bankAccountId=owing.simulator.world.funding.id)


def test_a_payment_can_be_canceled_until_four_on_the_eve(owing: Caller, refused: Refuse) -> None:
    early = owing.pay((owing.first, 10), processDate="2026-03-06")[0]
    owing.simulator.clock.advance(to="2026-03-05T23:59:59")
    owing.again()
    assert owing("CancelAPPayment", {"sentPayId": early["id"]})["status"] == "3"
    assert owing.read("Bill", owing.first["id"])["paymentStatus"] == "1"
    late = owing.pay((owing.first, 10), processDate="2026-03-06")[0]
    owing.simulator.clock.advance(to="2026-03-06T01:59:59")
    owing.again()
    assert owing("CancelAPPayment", {"sentPayId": late["id"]})["status"] == "3"
    refused("BDC_9017", owing, "CancelAPPayment", {"sentPayId": late["id"]})
    owing.simulator.clock.advance(business_days=2)
    assert owing.simulator.bank.transfers == []


def test_a_void_waits_until_four_and_brings_the_money_back(owing: Caller, refused: Refuse) -> None:
    sent = owing.pay((owing.first, 10))[0]
    owing.simulator.clock.advance(to="2026-03-05T18:00:00")
    owing.again()
    refused("BDC_1117", owing, "VoidAPPayment", {"sentPayId": sent["id"]})
    asked = owing("VoidAPPayment", {"sentPayId": sent["id"], "voidRequestType": "0", "reason": "wrong"})
    assert asked["status"] == "2"
    assert asked["voidRequest"]["reason"] == "wrong"
    owing.simulator.clock.advance(to="2026-03-06T00:00:00")
    owing.again()
    found = owing.read("SentPay", sent["id"])
    assert found["status"] == "4"
    assert "voidRequest" not in found
    bill = owing.read("Bill", owing.first["id"])
    assert (bill["paymentStatus"], bill["dueAmount"], bill["paidAmount"]) == ("1", 10, None)
    assert owing("ListPayments", {"disbursementStatus": "5"})["payments"][0]["id"] == sent["id"]
    owing.simulator.clock.advance(business_days=1)
    books = owing.simulator.books
    assert [row["amount"] for row in books.money_movements] == [-1000, 1000]
    assert books.totals()["organization_cents"] == FUNDS
    assert books.totals()["paying_out_cents"] == 0


def test_a_reissue_sends_the_same_payment_again(owing: Caller) -> None:
    sent = owing.pay((owing.first, 10))[0]
    owing.simulator.clock.advance(business_days=1)
    owing.again()
    owing("VoidAPPayment", {"sentPayId": sent["id"], "voidRequestType": "1", "reason": "lost"})
    owing.simulator.clock.advance(business_days=4)
    assert status_of(owing, sent)[0] == "2"
    assert owing.simulator.bank.balance("021000021/1234567") == 1000


def test_a_returned_payout_waits_at_bill_com_until_it_is_voided(owing: Caller, refused: Refuse) -> None:
    sent = owing.pay((owing.first, 10))[0]
    owing.simulator.clock.advance(business_days=4)
    owing.again()
    void = {"sentPayId": sent["id"], "voidRequestType": "0", "reason": "returned"}
    refused("BDC_9018", owing, "VoidAPPayment", void)
    owing.control("events", {"kind": "return_payout", "id": sent["id"], "code": "R03"})
    data = owing("GetDisbursementData", {"sentPayId": sent["id"]})
    assert (data["disbursementStatus"], data["achData"]["errorCode"]) == ("4", "R03")
    assert data["achData"]["returnedDate"] == "2026-03-10"
    assert owing.read("SentPay", sent["id"])["status"] == "2"
    assert owing.simulator.books.totals()["paying_out_cents"] == 1000
    owing("VoidAPPayment", void)
    owing.simulator.clock.advance(business_days=2)
    assert status_of(owing, sent)[0] == "4"
    assert owing.simulator.books.totals()["organization_cents"] == FUNDS


def test_a_recorded_payment_moves_nothing_and_is_voided_at_once(owing: Caller) -> None:
    data = {
        "vendorId": owing.bob["id"],
        "processDate": "2026-03-04",
        "toPrintCheck": False,
        "syncReference": "ours",
        "billPays": [{"billId": owing.first["id"], "amount": 10}],
    }
    sent = owing("RecordAPPayment", data)
    assert (sent["status"], sent["isOnline"], sent["syncReference"]) == ("2", False, "ours")
    assert sent["billPays"][0]["paymentStatus"] == "2"
    assert owing.read("Bill", owing.first["id"])["paymentStatus"] == "0"
    assert owing("VoidAPPayment", {"sentPayId": sent["id"]})["status"] == "4"
    assert owing.read("Bill", owing.first["id"])["paymentStatus"] == "1"
    assert owing.simulator.bank.transfers == []


@pytest.mark.parametrize(("reading", "amount", "sent"), [("added", 6, 6), ("included", 10, 6)])
def test_a_credit_pays_part_of_a_bill(owing: Caller, reading: Any, amount: Any, sent: Any) -> None:
    owing.simulator.switch(credit_amount=reading)
    credit = owing.create(
        "VendorCredit",
        vendorId=owing.bob["id"],
        refNumber="C1",
        creditDate="2026-03-02",
        vendorCreditLineItems=[{"amount": 4}],
    )
    applied = {"billId": owing.first["id"], "vendorCreditId": credit["id"], "amount": 4}
    payment = owing.pay((owing.first, amount), billCredits=[applied])[0]
    assert payment["amount"] == sent
    assert payment["billCredits"][0]["amount"] == 4
    bill = owing.read("Bill", owing.first["id"])
    assert (bill["dueAmount"], bill["creditAmount"], bill["paymentStatus"]) == (0, 4, "4")
    assert owing.read("VendorCredit", credit["id"])["appliedAmount"] == 4


def test_documents_with_payments_can_be_kept_from_change(owing: Caller, refused: Refuse) -> None:
    owing.pay((owing.first, 10))
    owing.simulator.switch(change_paid="refuse")
    refused("BDC_9019", owing, "Crud/Delete/Bill", {"id": owing.first["id"]})
    refused("BDC_9019", owing.update, "Bill", id=owing.first["id"], billLineItems=[{"amount": 1}])
    owing.simulator.switch(change_paid="accept")
    owing("Crud/Delete/Bill", {"id": owing.first["id"]})
