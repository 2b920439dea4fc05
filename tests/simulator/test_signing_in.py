from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.caller import Caller, MakeCaller, Refuse


def test_login_answers_a_session_for_this_address(make_caller: MakeCaller) -> None:
    caller = make_caller()
    answer = caller.sign_in()
    assert answer["sessionId"].startswith("!")
    assert answer["orgId"] == caller.simulator.settings.org_id
    assert answer["apiEndPoint"] == "https://api-stage.bill.com/api/v2"
    assert answer["usersId"].startswith("006")
    assert len(answer["usersId"]) == 20


def test_login_takes_an_empty_data_field(bill: Caller) -> None:
    bill.sign_in(data="{}")
    assert bill("GetSessionInfo")["organizationId"] == bill.simulator.settings.org_id


def test_list_orgs_needs_no_session(bill: Caller) -> None:
    bill.session_id = ""
    settings = bill.simulator.settings
    found = bill("ListOrgs", userName=settings.user_name, password=settings.password)
    assert found == [{"orgId": settings.org_id, "orgName": settings.org_name}]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"password": "wrong"}, "BDC_1101"),
        ({"userName": "nobody@example.test"}, "BDC_1101"),
        ({"devKey": "01WRONG"}, "BDC_1102"),
        ({"devKey": ""}, "BDC_1108"),
        ({"password": ""}, "BDC_1108"),
        ({"orgId": ""}, "BDC_1108"),
        ({"orgId": "00801OTHERORGANIZA1b2"}, "BDC_1123"),
    ],
)
def test_wrong_credentials_are_refused(bill: Caller, refused: Refuse, form: Any, code: Any) -> None:
    refused(code, bill.sign_in, **form)


def test_five_wrong_passwords_lock_the_user_for_a_quarter_of_an_hour(bill: Caller, refused: Refuse) -> None:
    for _ in range(4):
        refused("BDC_1101", bill.sign_in, password="wrong")
    refused("BDC_1110", bill.sign_in, password="wrong")
    refused("BDC_1110", bill.sign_in)
    bill.simulator.clock.advance(seconds=15 * 60)
    bill.sign_in()


def test_a_session_dies_after_35_idle_minutes_and_says_so_in_these_words(bill: Caller, refused: Refuse) -> None:
    bill.simulator.clock.advance(seconds=34 * 60 + 59)
    bill("GetSessionInfo")
    bill.simulator.clock.advance(seconds=35 * 60)
    error = refused("BDC_1109", bill, "GetSessionInfo")
    assert error.text == "Session is invalid. Please log in."
    assert error.status == 200


def test_logout_ends_this_session_only(bill: Caller, refused: Refuse) -> None:
    first = bill.session_id
    bill.sign_in()
    second = bill.session_id
    bill("Logout", sessionId=first)
    refused("BDC_1109", bill, "GetSessionInfo", sessionId=first)
    bill("GetSessionInfo", sessionId=second)


def test_a_login_ends_other_sessions_where_they_may_not_be_parallel(make_caller: MakeCaller, refused: Refuse) -> None:
    bill = make_caller(parallel_sessions=False)
    first = bill.session_id
    bill.sign_in()
    refused("BDC_1109", bill, "GetSessionInfo", sessionId=first)


def test_logout_may_lag(make_caller: MakeCaller, refused: Refuse) -> None:
    bill = make_caller(logout_lag_s=60)
    bill("Logout")
    bill("GetSessionInfo")
    bill.simulator.clock.advance(seconds=60)
    refused("BDC_1109", bill, "GetSessionInfo")


def test_a_cookie_is_believed_before_the_form(bill: Caller) -> None:
    live, bill.session_id = bill.session_id, "!dead"
    url, form = f"{bill.base}/GetSessionInfo.json", {"devKey": bill.simulator.settings.dev_key, "sessionId": "!dead"}
    assert bill.http.post(url, data=form, headers={"Cookie": f"sid={live}"}, timeout=5).json()["response_status"] == 0
    bill.simulator.switch(cookie_wins=False)
    assert bill.http.post(url, data=form, headers={"Cookie": f"sid={live}"}, timeout=5).json()["response_status"] == 1


def test_login_sets_the_cookie(bill: Caller) -> None:
    settings = bill.simulator.settings
    form = {"devKey": settings.dev_key, "userName": settings.user_name, "password": settings.password}
    reply = bill.http.post(f"{bill.base}/Login.json", data={**form, "orgId": settings.org_id}, timeout=5)
    assert bill.http.cookies["sid"] == reply.json()["response_data"]["sessionId"]


def test_protected_calls_need_a_trusted_session(bill: Caller, refused: Refuse) -> None:
    vendor = bill.vendor()
    error = refused("BDC_1361", bill.vendor, number="1234567")
    assert error.text == "Untrusted session"
    refused("BDC_1361", bill.pay, (bill.bill(vendor), 10))
    bill.trust()
    bill.pay((bill.bill(vendor), 10))


def test_customer_bank_accounts_are_protected_only_when_switched_on(make_caller: MakeCaller, refused: Refuse) -> None:
    make_caller().customer(chargeable=True)
    refused("BDC_1361", make_caller(protect_customer_bank=True).customer, chargeable=True)


def test_a_remembered_device_trusts_the_next_session_for_thirty_days(payer: Caller, refused: Refuse) -> None:
    payer.again()
    assert payer("MFAStatus", {"mfaId": payer.mfa_id, "deviceId": "d"}) == {"isTrusted": True}
    payer.vendor(number="1234567")
    payer.sign_in(mfaId=payer.mfa_id, deviceId="another")
    refused("BDC_1361", payer.vendor, number="1234567")
    payer.simulator.clock.advance(seconds=30 * 86400)
    payer.again()
    assert payer("MFAStatus", {"mfaId": payer.mfa_id, "deviceId": "d"}) == {"isTrusted": False}
    refused("BDC_1361", payer.vendor, number="1234567")


def test_logout_may_end_the_trust(make_caller: MakeCaller, refused: Refuse) -> None:
    bill = make_caller(logout_ends_mfa=True)
    bill.trust()
    bill("Logout")
    bill.again()
    refused("BDC_1361", bill.vendor, number="1234567")


def test_a_code_is_good_for_five_minutes_and_five_tries(bill: Caller, refused: Refuse) -> None:
    def answer(challenge: Any, token: Any) -> Any:
        return bill("MFAAuthenticate", {"challengeId": challenge, "token": token, "deviceId": "d", "rememberMe": False})

    late = bill("MFAChallenge", {})["challengeId"]
    bill.simulator.clock.advance(seconds=300)
    refused("BDC_1356", answer, late, "246810")
    guessed = bill("MFAChallenge", {})["challengeId"]
    for _ in range(4):
        refused("BDC_9001", answer, guessed, "000000")
    refused("BDC_1358", answer, guessed, "000000")
    refused("BDC_1358", answer, guessed, "246810")
    good = bill("MFAChallenge", {})["challengeId"]
    assert answer(good, "246-810") == {}


def test_there_is_no_backup_phone(bill: Caller, refused: Refuse) -> None:
    refused("BDC_1354", bill, "MFAChallenge", {"useBackup": True})
