from __future__ import annotations

from typing import Any

import pytest

from flask_billcom.simulator.banking.nacha import CODES
from tests.simulator.caller import Caller, MakeCaller, Refuse


def charged(caller: Caller, name: str, amount: Any) -> Any:
    """Charge a new customer of that name, and return the payment."""
    customer = caller.customer(name, chargeable=True)
    return caller.charge(customer, (caller.invoice(customer, amount), amount))


def paid(caller: Caller, name: str, amount: Any = 10, **vendor: Any) -> Any:
    """Pay a new vendor of that name on Thursday the 5th, and return the payment."""
    made = caller.vendor(name, **vendor)
    return caller.pay((caller.bill(made, amount), amount), processDate="2026-03-05")[0]


def disbursement(caller: Caller, sent: Any) -> Any:
    caller.again()
    return caller("GetDisbursementData", {"sentPayId": sent["id"]})


def status(caller: Caller, entity: str, row: Any) -> str:
    return str(caller.simulator.books.find(entity, row["id"])["status"])


@pytest.mark.parametrize(
    ("name", "amount", "days", "code"),
    [
        ("Acme ~R01", 10, 2, "R01"),
        ("Acme ~R10+4", 10, 4, "R10"),
        ("Acme", "66666.02", 2, "R02"),
        ("Acme", "166666.16", 2, "R16"),
    ],
)
def test_a_marked_debit_comes_back(bill: Caller, name: str, amount: Any, days: int, code: str) -> None:
    receipt = charged(bill, name, amount)
    bill.simulator.clock.advance(business_days=days)
    assert status(bill, "ReceivedPay", receipt) == "0"
    bill.simulator.clock.advance(business_days=1)
    assert status(bill, "ReceivedPay", receipt) == "1"
    assert bill.simulator.world.note(receipt["id"])["returned"] == code
    assert bill.simulator.books.invoices[0]["paymentStatus"] == "1"
    bill.simulator.clock.advance(business_days=2)
    assert bill.simulator.books.totals()["organization_cents"] == 1_000_000_000


@pytest.mark.parametrize(
    ("name", "amount", "magic"),
    [("Acme ~R99", 10, True), ("Acme", "66666.00", True), ("Acme", "6666.01", True), ("Acme ~R01", "66666.01", False)],
)
def test_an_unmarked_debit_stays(bill: Caller, name: str, amount: Any, magic: Any) -> None:
    bill.simulator.switch(magic=magic)
    receipt = charged(bill, name, amount)
    bill.simulator.clock.advance(business_days=6)
    assert status(bill, "ReceivedPay", receipt) == "0"


@pytest.mark.parametrize(("name", "amount", "code"), [("Bob ~R03+1", 10, "R03"), ("Bob", "66666.20", "R20")])
def test_a_marked_payout_comes_back(payer: Caller, name: str, amount: Any, code: str) -> None:
    sent = paid(payer, name, amount, number="1234567")
    payer.simulator.clock.advance(to="2026-03-11")
    told = disbursement(payer, sent)
    assert (told["disbursementStatus"], told["achData"]["errorCode"]) == ("4", code)
    assert status(payer, "SentPay", sent) == "2"


@pytest.mark.parametrize(("name", "amount"), [("Bob ~hold", 10), ("Bob", "77777.00")])
def test_a_marked_payout_is_held_until_it_is_released(payer: Caller, name: str, amount: Any) -> None:
    sent = paid(payer, name, amount, number="1234567")
    payer.simulator.clock.advance(to="2026-03-20")
    assert disbursement(payer, sent)["disbursementStatus"] == "6"
    assert [each["id"] for each in payer("ListPayments", {"disbursementStatus": "6"})["payments"]] == [sent["id"]]
    payer.control("events", {"kind": "release_payout", "id": sent["id"]})
    payer.simulator.clock.advance(business_days=3)
    assert disbursement(payer, sent)["disbursementStatus"] == "3"


def test_a_late_payout_takes_ten_bank_days(payer: Caller) -> None:
    sent = paid(payer, "Bob ~late", number="1234567")
    payer.simulator.clock.advance(to="2026-03-18")
    assert disbursement(payer, sent)["disbursementStatus"] == "0"
    payer.simulator.clock.advance(to="2026-03-20")
    assert disbursement(payer, sent)["disbursementStatus"] == "3"


@pytest.mark.parametrize(("reading", "state"), [("escheated", "5"), ("void", "4")])
@pytest.mark.parametrize(("name", "amount"), [("Bob ~uncashed", 10), ("Bob", "77777.02")])
def test_a_check_that_nobody_cashes_lapses_after_90_days(
    payer: Caller, reading: str, state: str, name: str, amount: Any
) -> None:
    payer.simulator.switch(uncashed=reading)
    sent = paid(payer, name, amount)
    payer.simulator.clock.advance(to="2026-06-02")
    assert status(payer, "SentPay", sent) == "2"
    assert disbursement(payer, sent)["checkData"]["expirationDate"] == "2026-06-03"
    payer.simulator.clock.advance(to="2026-06-04")
    assert status(payer, "SentPay", sent) == state
    assert bool(payer.simulator.books.bills[0]["dueAmount"]) is (reading == "void")
    payer.simulator.clock.advance(business_days=2)
    unclaimed = payer.simulator.bank.accounts.get("state/unclaimed")
    assert (unclaimed is not None) is (reading == "escheated")
    assert payer.simulator.bank.balance("billcom/paying-out") == 0


def test_an_offline_vendor_cannot_be_paid(payer: Caller, refused: Refuse) -> None:
    refused("BDC_9028", paid, payer, "Bob ~offline")


@pytest.mark.parametrize("party", ["vendor", "customer"])
def test_a_marked_account_fails_its_test_deposit(payer: Caller, party: str) -> None:
    if party == "vendor":
        made, entity = payer.vendor("Bob ~inactive", number="1234567"), "VendorBankAccount"
    else:
        made, entity = payer.customer("Acme ~inactive", chargeable=True), "CustomerBankAccount"
    payer.simulator.clock.advance(business_days=4)
    payer.again()
    account = payer.read(entity, made["account"]["id"])
    assert (account["isActive"], account["status"]) == ("2", "5")
    if party == "vendor":
        assert payer.read("Vendor", made["id"])["payBy"] == "0"
    else:
        assert payer.read("Customer", made["id"])["hasBankAccount"] is False


def test_a_slow_name_keeps_the_answer_back(bill: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("flask_billcom.simulator.serving.answering.pause", waited.append)
    bill.vendor("Swift")
    assert waited == []
    bill.vendor("Bob ~slow")
    assert len(waited) == 1
    assert 4 < waited[0] <= 5


def test_a_debit_that_is_not_covered_is_undone(make_caller: MakeCaller) -> None:
    payer = make_caller(opening_cents=1500)
    payer.trust()
    vendor = payer.vendor()
    made = payer.bill(vendor, 20)
    sent = payer.pay((made, 20), processDate="2026-03-05")[0]
    payer.simulator.clock.advance(to="2026-03-06T02:00:00")
    assert status(payer, "SentPay", sent) == "2"
    assert disbursement(payer, sent)["disbursementStatus"] == "6"
    payer.simulator.clock.advance(business_days=1)
    told = disbursement(payer, sent)
    assert (told["disbursementStatus"], told["checkData"]["errorCode"]) == ("5", "R01")
    assert status(payer, "SentPay", sent) == "4"
    assert payer.read("Bill", made["id"])["dueAmount"] == 20
    movement = payer.list("MoneyMovement")
    assert [(each["amount"], each["status"]) for each in movement] == [(-20, "2")]
    assert payer.simulator.books.totals()["organization_cents"] == 1500
    assert payer.control("outbox")["messages"][-1]["kind"] == "insufficient funds"
    assert payer.simulator.bank.balance("billcom/paying-out") == 0


def test_money_that_comes_in_by_the_evening_covers_the_debit(make_caller: MakeCaller) -> None:
    payer = make_caller(opening_cents=1500)
    payer.trust()
    sent = payer.pay((payer.bill(payer.vendor(), 20), 20), processDate="2026-03-05")[0]
    charged(payer, "Acme", 50)
    payer.simulator.clock.advance(business_days=8)
    assert status(payer, "SentPay", sent) == "2"


def test_an_uncovered_debit_may_overdraw(make_caller: MakeCaller) -> None:
    payer = make_caller(opening_cents=0, nsf="overdraw")
    payer.trust()
    sent = payer.pay((payer.bill(payer.vendor(), 20), 20))[0]
    payer.simulator.clock.advance(business_days=9)
    assert disbursement(payer, sent)["disbursementStatus"] == "3"
    assert payer.simulator.books.totals()["organization_cents"] == -2000


def test_a_magic_amount_is_not_covered(payer: Caller) -> None:
    sent = paid(payer, "Bob", "77777.01")
    payer.simulator.clock.advance(to="2026-03-07")
    assert status(payer, "SentPay", sent) == "4"


def test_banks_do_what_they_are_told(payer: Caller) -> None:
    receipt = charged(payer, "Acme", 10)
    payer.control("events", {"kind": "settle_charge", "id": receipt["id"]})
    assert status(payer, "ReceivedPay", receipt) == "0"
    payer.control("events", {"kind": "return_charge", "id": receipt["id"], "code": "R29"})
    assert status(payer, "ReceivedPay", receipt) == "1"
    assert (
        "no return code"
        in payer.control("events", {"kind": "return_charge", "id": receipt["id"], "code": "R98"})["error"]
    )
    first, second, third = paid(payer, "A", number="1234567"), paid(payer, "B"), paid(payer, "C", number="7654321")
    assert "can happen now" in payer.control("events", {"kind": "settle_payout", "id": first["id"]})["error"]
    payer.simulator.clock.advance(to="2026-03-05T18:00:00")
    payer.control("events", {"kind": "settle_payout", "id": first["id"]})
    assert disbursement(payer, first)["disbursementStatus"] == "3"
    payer.control("events", {"kind": "never_cashed", "id": second["id"]})
    assert "is no check" in payer.control("events", {"kind": "never_cashed", "id": third["id"]})["error"]
    payer.control("events", {"kind": "hold_payout", "id": third["id"]})
    assert disbursement(payer, third)["disbursementStatus"] == "6"
    account = payer.list("VendorBankAccount")[0]
    payer.control("events", {"kind": "fail_account", "id": account["id"]})
    assert payer.read("VendorBankAccount", account["id"])["isActive"] == "2"
    movement = payer.list("MoneyMovement", ("type", "=", "1"))[0]
    payer.control("events", {"kind": "bounce_funding", "id": movement["id"]})
    assert status(payer, "SentPay", third) == "4"
    assert status(payer, "SentPay", first) == "2"  # it had arrived
    assert "is no debit" in payer.control("events", {"kind": "bounce_funding", "id": account["id"]})["error"]
    assert "no bank event" in payer.control("events", {"kind": "explode", "id": "x"})["error"]


def test_return_codes_are_those_of_the_clearing_house() -> None:
    assert {"R01", "R02", "R03", "R04", "R10", "R16", "R20", "R29"} <= set(CODES)


def test_codes_that_are_guesses_can_be_set(bill: Caller, refused: Refuse) -> None:
    bill.simulator.switch(guessed_codes={"account_exists": "BDC_1777"})
    customer = bill.customer(chargeable=True)
    account = {
        "customerId": customer["id"],
        "nameOnAccount": "A",
        "routingNumber": "021000021",
        "accountNumber": "123456",
    }
    refused("BDC_1777", bill.create, "CustomerBankAccount", {"agreedWithTOS": True}, **account)
    assert "knows no" in bill.control("switches", {"guessed_codes": {"nonsense": "BDC_1"}})["error"]
    assert bill.control("journal")["codes"] == {"BDC_1777": 1}
