"""What clients of other hands send and expect beyond the plain case is answered as they need it."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from tests.simulator.caller import Caller, MakeCaller, Refuse


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_list_of_codes_needs_no_credentials(bill: Caller, method: str) -> None:
    answer = bill.http.request(method, f"{bill.base}/Errors.json", timeout=5).json()
    assert answer["response_status"] == 0
    assert {"BDC_1109", "BDC_1144"} <= {each["error_code"] for each in answer["response_data"]}


def test_a_missing_key_is_asked_for_in_the_recorded_words(bill: Caller, refused: Refuse) -> None:
    assert refused("BDC_1108", bill, "CurrentTime", devKey="").text == "Developer key must be specified."


def test_an_account_of_nobody_is_refused_in_the_recorded_words(bill: Caller, refused: Refuse) -> None:
    account = {"nameOnAccount": "A", "routingNumber": "021000021", "accountNumber": "12345678"}
    values = {"customerId": "0cu01NOBODYXXXXXXaaa", **account}
    error = refused("BDC_1119", bill.create, "CustomerBankAccount", {"agreedWithTOS": True}, **values)
    assert error.text == "Invalid entity data. Invalid DB ID: customerId."


def test_permissions_are_flags_by_name(bill: Caller) -> None:
    role = bill.list("Profile")[0]["id"]
    found = bill("GetProfilePermissions", {"id": role})
    assert found
    assert all(isinstance(flag, bool) for flag in found.values())


def test_accounts_of_the_ledger_are_created_in_bulk(bill: Caller) -> None:
    obj = {"entity": "ChartOfAccount", "accountType": "1", "name": "Bank", "isActive": "1"}
    found = bill("Bulk/Crud/Create/ChartOfAccount", {"bulk": [{"obj": obj}]})
    assert found["bulk"][0]["response_data"]["name"] == "Bank"


@pytest.mark.parametrize(
    ("sent", "kept"), [(0.1 + 0.2, "0.30"), (1.1 * 3, "3.30"), (4.35 * 100, "435.00"), ("0.30000000000000004", "0.30")]
)
def test_the_noise_of_binary_floats_is_rounded_away(payer: Caller, sent: Any, kept: str) -> None:
    made = payer.bill(payer.vendor(), sent)
    assert made["amount"] == Decimal(kept)
    assert payer.pay((made, sent))[0]["amount"] == Decimal(kept)


@pytest.mark.parametrize("sent", [0.001, 12.345, "0.0049", "1e-3"])
def test_a_fraction_of_a_cent_is_refused(bill: Caller, refused: Refuse, sent: Any) -> None:
    refused("BDC_1119", bill.bill, bill.vendor(), sent)


def test_an_empty_list_stands_for_no_data(bill: Caller) -> None:
    """Languages whose empty map and empty list are one write it so."""
    assert bill("GetAPSummary", "[]")["bills"]
    invoice = bill.invoice(bill.customer())
    assert bill("SendInvoice", {"invoiceId": invoice["id"], "headers": [], "content": []}) == {}


@pytest.mark.parametrize("verb", ["Create", "Update", "Delete", "Undelete"])
def test_what_only_partners_may_do_to_organizations_is_a_matter_of_permission(
    bill: Caller, refused: Refuse, verb: str
) -> None:
    data = {"id": bill.simulator.settings.org_id, "obj": {"entity": "Organization", "name": "Mine"}}
    error = refused("BDC_9022", bill, f"Crud/{verb}/Organization", data)
    assert "permission" in error.text


def test_text_is_filtered_by_its_beginning_where_the_operator_exists(make_caller: MakeCaller, refused: Refuse) -> None:
    bill = make_caller()
    bill.vendor("Acme East"), bill.vendor("Bob"), bill.vendor("Acme West")
    refused("BDC_1131", bill.list, "Vendor", ("name", "sw", "Acme"))
    bill.simulator.switch(starts_with=True)
    assert {each["name"] for each in bill.list("Vendor", ("name", "sw", "Acme"))} == {"Acme East", "Acme West"}
    assert bill.list("Vendor", ("shortName", "sw", "x")) == []
    refused("BDC_1131", bill.list, "Vendor", ("createdTime", "sw", "2026"))


@pytest.mark.parametrize("command", ["flask_billcom.simulator.coverage", "flask_billcom.api.coverage"])
def test_a_report_may_be_cut_off_by_its_reader(command: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        process.wait(timeout=60)
    assert said == b""


def test_a_payment_may_be_approving_before_it_is_scheduled(make_caller: MakeCaller) -> None:
    payer = make_caller(approving_s=600)
    payer.trust()
    sent = payer.pay((payer.bill(payer.vendor(), 10), 10))[0]
    assert sent["status"] == "0"
    payer.simulator.clock.advance(seconds=599)
    assert payer.read("SentPay", sent["id"])["status"] == "0"
    payer.simulator.clock.advance(seconds=1)
    assert payer.read("SentPay", sent["id"])["status"] == "1"


def test_an_approving_payment_is_canceled_like_a_scheduled_one(make_caller: MakeCaller) -> None:
    payer = make_caller(approving_s=600)
    payer.trust()
    made = payer.bill(payer.vendor(), 10)
    sent = payer.pay((made, 10))[0]
    assert payer("CancelAPPayment", {"sentPayId": sent["id"]})["status"] == "3"
    payer.simulator.clock.advance(business_days=2)
    payer.sign_in()
    assert payer.read("SentPay", sent["id"])["status"] == "3"
    assert payer.read("Bill", made["id"])["paymentStatus"] == "1"


def test_approving_ends_when_the_payment_is_processed(make_caller: MakeCaller) -> None:
    payer = make_caller(approving_s=10**7)
    payer.trust()
    sent = payer.pay((payer.bill(payer.vendor(), 10), 10))[0]
    payer.simulator.clock.advance(business_days=2)
    payer.sign_in()
    found: Any = payer.read("SentPay", sent["id"])
    assert found["status"] == "2"
