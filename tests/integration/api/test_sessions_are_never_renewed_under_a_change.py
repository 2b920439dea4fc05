"""Sessions: reads come again after a new sign-in, changes never; the second step; where Login leads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flask_billcom.api import Client, PasswordSession, Secret, Transport, Vendor, VendorBankAccount, sessions
from flask_billcom.errors import APIError, AuthenticationFailed, ConfigurationError, MFARequired, SessionExpired
from flask_billcom.simulator import Simulator

IDLE_S = 36 * 60
ACCOUNT = VendorBankAccount(vendor_id="00901AAAAAAAAAAAAAAA", account_number="1", routing_number="021000021")


def endpoints(simulator: Simulator) -> list[str]:
    return [entry.endpoint for entry in simulator.journal]


def patient(simulator: Simulator, transport: Transport) -> Client:
    """Return a client that never renews a session by itself."""
    known = simulator.settings
    provider = PasswordSession(
        transport, known.user_name, known.password, known.org_id, renew_after_s=1e9, clock=lambda: 0.0
    )
    return Client(transport, provider)


def test_one_session_serves_many_calls(client: Client, simulator: Simulator) -> None:
    client.vendors.list()
    client.vendors.list()
    assert endpoints(simulator) == ["Login", "List/Vendor", "List/Vendor"]


def test_a_session_that_was_idle_for_long_is_replaced_without_trying_it(client: Client, simulator: Simulator) -> None:
    client.vendors.list()
    simulator.clock.advance(seconds=1501)
    client.vendors.list()
    assert endpoints(simulator) == ["Login", "List/Vendor", "Login", "List/Vendor"]
    assert not simulator.journal.codes


def test_a_read_with_an_expired_session_is_asked_once_more(simulator: Simulator, transport: Transport) -> None:
    client = patient(simulator, transport)
    client.vendors.list()
    simulator.clock.advance(seconds=IDLE_S)
    assert client.vendors.list() == []
    assert endpoints(simulator) == ["Login", "List/Vendor", "List/Vendor", "Login", "List/Vendor"]


def test_a_change_with_an_expired_session_is_not(simulator: Simulator, transport: Transport) -> None:
    client = patient(simulator, transport)
    client.vendors.list()
    simulator.clock.advance(seconds=IDLE_S)
    with pytest.raises(SessionExpired) as caught:
        client.vendors.create(Vendor(name="A"))
    assert caught.value.server_date == datetime(2031, 3, 3, 18, 36, tzinfo=UTC)
    assert endpoints(simulator)[2:] == ["Crud/Create/Vendor"]
    client.vendors.create(Vendor(name="A"))
    assert len(client.vendors.list()) == 1


def test_a_read_that_fails_twice_is_not_asked_a_third_time(client: Client, simulator: Simulator) -> None:
    simulator.plan_fault("bdc:BDC_1109", "List/Vendor", count=5)
    with pytest.raises(SessionExpired):
        client.vendors.list()
    assert simulator.journal.calls["List/Vendor"] == 2


def test_a_wrong_password_is_tried_once(simulator: Simulator, transport: Transport) -> None:
    provider = PasswordSession(transport, simulator.settings.user_name, "wrong", simulator.settings.org_id)
    with pytest.raises(AuthenticationFailed) as caught:
        Client(transport, provider).vendors.list()
    assert caught.value.code == "BDC_1101"
    assert "wrong" not in str(caught.value)
    assert endpoints(simulator) == ["Login"]


def test_logout_ends_a_session_by_evidence(client: Client, provider: PasswordSession, transport: Transport) -> None:
    client.vendors.list()
    session_id, end_point = provider.session_id(), provider.end_point
    info = sessions.get_session_info(transport, session_id=session_id, end_point=end_point)
    assert info.user_id.startswith("006")
    provider.logout()
    with pytest.raises(SessionExpired) as caught:
        sessions.get_session_info(transport, session_id=session_id, end_point=end_point)
    assert caught.value.server_date is not None
    provider.logout()


def test_a_user_sees_his_organizations(simulator: Simulator, transport: Transport) -> None:
    known = simulator.settings
    found = sessions.list_orgs(transport, user_name=known.user_name, password=Secret(known.password))
    assert found == [sessions.Organization(known.org_id, known.org_name)]


def test_what_needs_trust_asks_for_a_person_and_works_after_the_code(
    client: Client, provider: PasswordSession, simulator: Simulator
) -> None:
    vendor = client.vendors.create(Vendor(name="A"))
    account = VendorBankAccount(vendor_id=vendor.id or "", account_number="123456789", routing_number="021000021")
    with pytest.raises(MFARequired):
        client.vendor_bank_accounts.create(account)
    challenge = provider.challenge()
    with pytest.raises(APIError):
        provider.trust(challenge, "000000", device_id="d", machine_name="m")
    mfa_id = provider.trust(challenge, simulator.settings.mfa_code, device_id="d", machine_name="m")
    assert client.vendor_bank_accounts.create(account).account_number == "*****6789"
    assert "mfa" not in repr(mfa_id)


def test_a_remembered_device_makes_the_next_session_trusted(
    client: Client, provider: PasswordSession, simulator: Simulator, transport: Transport
) -> None:
    mfa_id = provider.trust(provider.challenge(), simulator.settings.mfa_code, device_id="d", machine_name="m")
    known = simulator.settings
    again = PasswordSession(
        transport, known.user_name, known.password, known.org_id, mfa_id=mfa_id, device_id="d", clock=lambda: 0.0
    )
    session_id = again.session_id()
    assert sessions.mfa_status(
        transport, session_id=session_id, mfa_id=mfa_id, device_id="d", end_point=again.end_point
    )
    vendor = client.vendors.create(Vendor(name="A"))
    account = VendorBankAccount(vendor_id=vendor.id or "", account_number="123456789", routing_number="021000021")
    Client(transport, again).vendor_bank_accounts.create(account)


def test_a_session_without_remember_me_leaves_nothing_to_keep(
    provider: PasswordSession, simulator: Simulator, transport: Transport
) -> None:
    kept = sessions.mfa_authenticate(
        transport,
        session_id=provider.session_id(),
        end_point=provider.end_point,
        challenge_id=provider.challenge(),
        token=simulator.settings.mfa_code,
        device_id="d",
        machine_name="m",
        remember_me=False,
    )
    assert kept is None


@pytest.mark.parametrize(
    "host",
    [
        "https://api.bill.com",
        "http://api-stage.bill.com",
        "https://api-stage.bill.com.evil.test",
        "https://evil@api-stage.bill.com",
        "http://169.254.169.254",
    ],
)
def test_login_that_leads_elsewhere_is_refused_and_nothing_is_sent_there(
    client: Client, simulator: Simulator, host: str
) -> None:
    simulator.switch(api_host=host)
    with pytest.raises(ConfigurationError):
        client.vendors.list()
    assert endpoints(simulator) == ["Login"]


def test_the_cookie_of_an_old_session_is_not_sent(
    client: Client, provider: PasswordSession, simulator: Simulator
) -> None:
    simulator.switch(cookie_wins=True)
    client.vendors.list()
    provider.logout()
    client.vendors.list()
    assert not simulator.journal.codes
