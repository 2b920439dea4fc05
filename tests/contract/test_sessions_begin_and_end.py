"""Login, Logout, what a session tells, and MFA."""

from __future__ import annotations

import pytest

from tests.contract.service import Refused, Service


def login(service: Service, **form: str) -> dict[str, str]:
    known = service.who
    fields = {"userName": known.user_name, "password": known.password, "orgId": known.org_id, **form}
    found: dict[str, str] = service("Login", None, sessionId="", **fields)
    return found


def refusal(service: Service, path: str, data: object = None, **form: str) -> Refused:
    with pytest.raises(Refused) as caught:
        service(path, data, **form)
    return caught.value


def test_login_tells_four_things(service: Service) -> None:
    found = login(service)
    assert {"sessionId", "orgId", "apiEndPoint", "usersId"} <= set(found)
    assert found["orgId"] == service.who.org_id
    assert found["usersId"].startswith("006")


def test_a_session_begins_with_an_exclamation_mark(service: Service) -> None:
    assert login(service)["sessionId"].startswith("!")


def test_the_end_point_is_an_address_of_v2(service: Service) -> None:
    assert login(service)["apiEndPoint"].rstrip("/").endswith("/api/v2")


def test_login_takes_empty_data(service: Service) -> None:
    known = service.who
    fields = {"userName": known.user_name, "password": known.password, "orgId": known.org_id}
    assert service("Login", "{}", sessionId="", **fields)["sessionId"]


def test_several_sessions_live_side_by_side(service: Service) -> None:
    other = login(service)["sessionId"]
    assert service("GetSessionInfo", sessionId=other)["organizationId"] == service.who.org_id
    assert service("GetSessionInfo")["organizationId"] == service.who.org_id


def test_a_session_knows_its_user_and_organization(service: Service) -> None:
    found = login(service)
    told = service("GetSessionInfo", sessionId=found["sessionId"])
    assert (told["organizationId"], told["userId"]) == (found["orgId"], found["usersId"])


def test_the_session_may_come_as_a_cookie(service: Service) -> None:
    form = {"devKey": service.who.dev_key, "sessionId": service.session_id}
    reply = service.send("POST", "CurrentTime.json", data=form, headers={"Cookie": f"sid={service.session_id}"})
    assert reply.json()["response_status"] == 0


@pytest.mark.parametrize("data", [None, "{}"])
def test_logout_ends_the_session(service: Service, data: str | None) -> None:
    other = login(service)["sessionId"]
    assert service("Logout", data, sessionId=other) == {}
    error = refusal(service, "GetSessionInfo", sessionId=other)
    assert (error.code, error.text) == ("BDC_1109", "Session is invalid. Please log in.")


def test_a_session_that_never_was_is_refused(service: Service) -> None:
    assert refusal(service, "GetSessionInfo", sessionId="!never").code == "BDC_1109"


@pytest.mark.parametrize("name", ["userName", "password", "orgId"])
def test_each_part_of_the_credentials_is_asked_for(service: Service, name: str) -> None:
    with pytest.raises(Refused) as caught:
        login(service, **{name: ""})
    assert caught.value.code == "BDC_1108"
    assert name in caught.value.text


def test_an_organization_that_does_not_exist_is_refused(service: Service) -> None:
    with pytest.raises(Refused) as caught:
        login(service, orgId="00801NOBODYXXXXXXaaa")
    assert caught.value.code in {"BDC_1123", "BDC_1105"}


def test_organizations_are_listed_without_a_session(service: Service) -> None:
    known = service.who
    found = service("ListOrgs", None, sessionId="", userName=known.user_name, password=known.password)
    assert known.org_id in {each["orgId"] for each in found}
    assert all(set(each) >= {"orgId", "orgName"} for each in found)


def test_the_time_is_told(service: Service) -> None:
    assert service("CurrentTime")["currentTime"].endswith("+0000")


def test_a_payment_from_an_untrusted_session_is_refused(service: Service) -> None:
    other = login(service)["sessionId"]
    error = refusal(service, "PayBills", {"billPays": []}, sessionId=other)
    assert error.code == "BDC_1361"


@pytest.mark.parametrize("path", ["SendVendorInvite", "SendInvite", "Crud/Create/VendorBankAccount"])
def test_more_needs_trust(service: Service, path: str) -> None:
    other = login(service)["sessionId"]
    assert refusal(service, path, {}, sessionId=other).code == "BDC_1361"


@pytest.mark.parametrize("data", [{}, {"useBackup": False}, {"useBackup": "false"}])
def test_a_challenge_is_asked_for(service: Service, data: dict[str, object]) -> None:
    assert service("MFAChallenge", data)["challengeId"].startswith("!")


def test_a_wrong_code_is_refused(service: Service) -> None:
    other = login(service)["sessionId"]
    challenge = service("MFAChallenge", {}, sessionId=other)["challengeId"]
    error = refusal(service, "MFAAuthenticate", service.answer_to(challenge, "000000"), sessionId=other)
    assert error.code.startswith("BDC_")


def test_an_unknown_device_is_not_trusted(service: Service) -> None:
    assert service("MFAStatus", {"mfaId": "!nothing", "deviceId": "nobody"})["isTrusted"] is False


def test_a_remembered_device_signs_in_trusted(trusted: Service) -> None:
    if trusted.who.mfa_id:
        mfa_id, device = trusted.who.mfa_id, trusted.who.device_id
    else:
        challenge = trusted("MFAChallenge", {})["challengeId"]
        answer = trusted.answer_to(challenge, trusted.who.code, rememberMe=True)
        mfa_id, device = trusted("MFAAuthenticate", answer)["mfaId"], trusted.who.device_id
    other = login(trusted, mfaId=mfa_id, deviceId=device)["sessionId"]
    assert trusted("MFAStatus", {"mfaId": mfa_id, "deviceId": device}, sessionId=other)["isTrusted"] is True
    assert refusal(trusted, "PayBills", {"billPays": []}, sessionId=other).code != "BDC_1361"


def test_another_device_does_not_inherit_the_trust(trusted: Service) -> None:
    mfa_id = trusted.who.mfa_id or "!nothing"
    other = login(trusted, mfaId=mfa_id, deviceId="another device")["sessionId"]
    assert refusal(trusted, "PayBills", {"billPays": []}, sessionId=other).code == "BDC_1361"
