from __future__ import annotations

from typing import Any

import pytest

from flask_billcom.simulator.access.rights import RIGHTS
from tests.simulator.caller import Caller, Refuse


def as_user(caller: Caller, name: str) -> Caller:
    """Return a caller signed in as another user of the same organization."""
    other = Caller(caller.simulator)
    other.sign_in(userName=f"{name}@example.test")
    return other


def test_every_role_may_read_and_only_some_may_write(bill: Caller, refused: Refuse) -> None:
    vendor = bill.vendor()
    for name, writes in {
        "clerk": True,
        "accountant": True,
        "auditor": False,
        "payer": False,
        "approver": False,
    }.items():
        user = as_user(bill, name)
        assert user.read("Vendor", vendor["id"])["name"] == "Bob"
        if writes:
            user.vendor("Made by " + name)
        else:
            error = refused("BDC_9022", user.vendor)
            assert error.text == "Current user or organization does not have valid permissions."


def test_a_role_without_the_right_to_pay_gets_the_documented_code(payer: Caller, refused: Refuse) -> None:
    made = payer.bill(payer.vendor(), 10)
    clerk = as_user(payer, "clerk")
    clerk.trust()
    assert refused("BDC_1150", clerk.pay, (made, 10)).text == "User cannot make online payments."


def test_what_a_user_makes_names_him(bill: Caller) -> None:
    clerk = as_user(bill, "clerk")
    made = clerk.bill(clerk.vendor())
    assert made["createdBy"] == clerk("GetSessionInfo")["userId"] != bill("GetSessionInfo")["userId"]


def test_permissions_of_a_role_are_told(bill: Caller) -> None:
    roles = {each["name"]: each["id"] for each in bill.list("Profile")}
    told: Any = bill("GetProfilePermissions", {"profileId": roles["Payer"]})
    assert set(told) == set(RIGHTS)
    assert {name for name, held in told.items() if held} == {"approve", "pay", "files"}
    assert all(bill("GetProfilePermissions", {"id": roles["Administrator"]}).values())


def test_a_person_gives_a_role_other_rights(bill: Caller) -> None:
    auditor = as_user(bill, "auditor")
    role = next(each["id"] for each in bill.list("Profile") if each["name"] == "Auditor")
    bill.control("people", {"act": "permit", "id": role, "rights": ["manage_bills"]})
    auditor.vendor("Now allowed")
    assert "no right" in bill.control("people", {"act": "permit", "id": role, "rights": ["fly"]})["error"]


def test_a_new_user_signs_in_after_his_mail(bill: Caller, refused: Refuse) -> None:
    role = next(each["id"] for each in bill.list("Profile") if each["name"] == "Clerk")
    user = bill.create("User", profileId=role, firstName="Nina", lastName="New", email="nina@example.test")
    assert user["name"] == "Nina New"
    assert [each["kind"] for each in bill.control("outbox")["messages"]] == ["sign-up"]
    refused("BDC_1113", as_user, bill, "nina")
    bill.control("people", {"act": "accept_invitation", "id": user["id"]})
    assert as_user(bill, "nina")("GetSessionInfo")["userId"] == user["id"]
    bill("Crud/Delete/User", {"id": user["id"]})
    assert refused("BDC_1111", as_user, bill, "nina").text.startswith("No active user for: nina@example.test, 008")


def test_a_user_without_a_phone_cannot_be_challenged(bill: Caller, refused: Refuse) -> None:
    refused("BDC_1354", as_user(bill, "auditor").trust)


def test_a_sync_token_has_part_of_the_api_and_never_trust(bill: Caller, refused: Refuse) -> None:
    settings = bill.simulator.settings
    made = bill.bill(bill.vendor(), 10)
    token = Caller(bill.simulator)
    token.sign_in(userName=settings.token_name, password=settings.token_value)
    token.vendor("By token")
    refused("BDC_9022", token, "MFAChallenge", {})
    refused("BDC_1361", token.pay, (made, 10))
    refused("BDC_1361", token.vendor, number="1234567")


@pytest.mark.parametrize(("kind", "hours", "lives"), [("idle", 47, True), ("idle", 96, True), ("fixed", 96, False)])
def test_a_sync_token_session_lives_48_hours(bill: Caller, refused: Refuse, kind: str, hours: int, lives: Any) -> None:
    settings = bill.simulator.settings
    bill.simulator.switch(sync_life=kind)
    token = Caller(bill.simulator)
    token.sign_in(userName=settings.token_name, password=settings.token_value)
    for _ in range(hours // 47):
        bill.simulator.clock.advance(seconds=47 * 3600)
        if lives:
            token("CurrentTime")
    if not lives:
        refused("BDC_1109", token, "CurrentTime")
    bill.simulator.clock.advance(seconds=48 * 3600)
    refused("BDC_1109", token, "CurrentTime")
