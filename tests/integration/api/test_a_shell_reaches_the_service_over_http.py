"""The command line as a process of its own, over a real socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal

import pytest

from flask_billcom.api import Transport, sessions
from flask_billcom.simulator import Simulator

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def shell(simulator: Simulator, simulator_url: str) -> Run:
    known = simulator.settings
    environment = {
        **os.environ,
        "BILLCOM_ENVIRONMENT": "simulator",
        "BILLCOM_BASE_URL": simulator_url,
        "BILLCOM_USER_NAME": known.user_name,
        "BILLCOM_PASSWORD": known.password,
        "BILLCOM_DEV_KEY": known.dev_key,
        "BILLCOM_ORGANIZATION_ID": known.org_id,
    }

    def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "flask_billcom.api", *words],
            env={**environment, **more},
            input="",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_a_vendor_is_made_found_and_paid_from_a_shell(shell: Run, simulator: Simulator, simulator_url: str) -> None:
    made = json.loads(shell("create", "Vendor", "name=Acme", "--json").stdout)
    found = shell("list", "Vendor", "--filter", "name=Acme", "--sort", "updatedTime:desc", "--json")
    assert [row["id"] for row in json.loads(found.stdout)] == [made["id"]]
    bill = {
        "vendorId": made["id"],
        "invoiceNumber": "A-1",
        "invoiceDate": "2031-03-03",
        "dueDate": "2031-03-03",
        "billLineItems": [{"amount": 12.3}],
    }
    bill_id = json.loads(shell("create", "Bill", "--data", json.dumps(bill), "--json").stdout)["id"]
    payment = json.dumps({"processDate": "2031-03-10", "billPays": [{"billId": bill_id, "amount": 12.3}]})

    refused = shell("call", "PayBills", "--data", payment)
    assert refused.returncode == 1
    assert "moves money" in refused.stderr
    assert "Nothing was sent" in refused.stderr

    untrusted = shell("call", "PayBills", "--data", payment, "--yes")
    assert untrusted.returncode == 1
    assert untrusted.stderr.startswith("MFARequired")

    mfa_id = trust(simulator, simulator_url)
    paid = shell("call", "PayBills", "--data", payment, "--yes", BILLCOM_MFA_ID=mfa_id, BILLCOM_DEVICE_ID="shell")
    assert paid.returncode == 0, paid.stderr
    assert json.loads(paid.stdout, parse_float=Decimal)["sentPays"][0]["amount"] == Decimal("12.30")
    assert len(simulator.books.sent_pays) == 1


def trust(simulator: Simulator, simulator_url: str) -> str:
    """Confirm a device as a person does, and return what to keep."""
    known = simulator.settings
    transport = Transport(simulator_url, dev_key=known.dev_key)
    login = sessions.login(transport, user_name=known.user_name, password=known.password, org_id=known.org_id)
    challenge_id = sessions.mfa_challenge(transport, session_id=login.session_id)
    mfa_id = sessions.mfa_authenticate(
        transport,
        session_id=login.session_id,
        challenge_id=challenge_id,
        token=known.mfa_code,
        device_id="shell",
        machine_name="shell",
    )
    transport.close()
    assert mfa_id is not None
    return mfa_id.reveal()


def test_an_unknown_outcome_and_a_wrong_password_end_differently(shell: Run, simulator: Simulator) -> None:
    simulator.plan_fault("garbage", "Crud/Create/Vendor")
    lost = shell("create", "Vendor", "name=Acme")
    assert lost.returncode == 3
    assert "read back" in lost.stderr
    wrong = shell("list", "Vendor", BILLCOM_PASSWORD="wrong-canary")
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("AuthenticationFailed")
    assert "wrong-canary" not in wrong.stdout + wrong.stderr


def test_the_organizations_of_a_user_are_listed(shell: Run, simulator: Simulator) -> None:
    known = simulator.settings
    assert shell("orgs").stdout == f"{known.org_id}  {known.org_name}\n"
    missing = shell("orgs", BILLCOM_PASSWORD="")
    assert missing.returncode == 1
    assert "BILLCOM_PASSWORD" in missing.stderr
