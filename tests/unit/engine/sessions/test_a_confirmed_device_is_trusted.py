"""A device that a person confirmed is trusted for thirty days, by the sessions after it too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flask_billcom.engine.sessions import Live
from flask_billcom.errors import (
    MFARequired,
    TokenUnreadable,
)
from flask_billcom.models import Hold
from flask_billcom.vault import generate_key
from tests.unit.engine.planned import OTHERS
from tests.unit.engine.sessions.generations import asked, confirm, put, rotating, states
from tests.unit.engine.workshop import Workshop

MONTH = timedelta(days=30)


def trusted_there(shop: Workshop, live: Live) -> bool:
    """Whether Bill.com trusts a session."""
    return shop.simulator.world.sessions.live[live.token.reveal()].trusted


def test_a_confirmed_device_is_trusted_for_thirty_days_also_after_the_next_login(shop: Workshop) -> None:
    put(shop, 1, organization_id=OTHERS)
    assert confirm(shop) == shop.now + MONTH

    (first,) = [row for row in shop.generations() if row.organization_id == shop.organization_id]
    assert (first.trusted, first.mfa_expires) == (True, shop.now + MONTH)
    device = shop.sessions.remembered_device(first).reveal()
    assert device
    assert device not in str(first.mfa_enc)
    expires = shop.now + MONTH
    assert [act[:6] for act in shop.acts()][-1] == (
        "device_trusted",
        "session",
        0,
        {"until": expires.isoformat()},
        "ann",
        shop.organization_id,
    )
    shop.sessions.expired(1)
    live = shop.sessions.live()
    first, second = [row for row in shop.generations() if row.organization_id == shop.organization_id]
    assert (live.gen, live.trusted, trusted_there(shop, live)) == (2, True, True)
    assert (first.mfa_enc, second.trusted, second.mfa_expires) == (None, True, expires)
    assert shop.sessions.remembered_device(second).reveal() == device
    assert [row.trusted for row in shop.generations() if row.organization_id == OTHERS] == [False]


@pytest.mark.parametrize(("days", "trusted"), [(29, True), (30, False)])
def test_what_was_remembered_ends_after_thirty_days(shop: Workshop, days: int, trusted: bool) -> None:  # noqa: FBT001
    confirm(shop)
    shop.advance(timedelta(days=days))

    live = shop.sessions.live()

    assert (live.gen, live.trusted, trusted_there(shop, live)) == (2, trusted, trusted)
    assert (shop.generations()[1].mfa_enc is not None) is trusted


def test_the_newest_of_several_memories_is_used(shop: Workshop) -> None:
    confirm(shop)
    with_old = shop.vault.seal(f"billcom_session.mfa/{shop.organization_id}/0", "old")
    put(shop, 0, state="dead", mfa_enc=with_old, mfa_expires=shop.now + MONTH)
    put(shop, 5, organization_id=OTHERS, mfa_enc="theirs", mfa_expires=shop.now + MONTH)
    put(shop, 6, state="dead", mfa_expires=shop.now + MONTH)
    shop.sessions.expired(1)

    live = shop.sessions.live()

    assert (live.gen, live.trusted, trusted_there(shop, live)) == (7, True, True)


def test_a_remembered_device_that_no_key_opens_keeps_nobody_waiting(shop: Workshop) -> None:
    confirm(shop)
    shop.sessions.expired(1)
    rotating(shop, [generate_key()])
    used = shop.used("login")

    for _ in range(2):
        with pytest.raises(TokenUnreadable):
            shop.sessions.live()

    assert (shop.slots_taken(), shop.used("login"), shop.journal("Login")) == (0, used, ["Login"])
    assert (states(shop)[-1], shop.generations()[-1].refresh_lease) == ((2, "refreshing"), shop.now)
    assert shop.holds() == []


def test_a_confirmed_device_opens_payments(shop: Workshop) -> None:
    with shop.store.write() as rows:
        for name in ("payouts", "charges", "mail"):
            shop.parking.close(rows, "why", shop.now, capability=name)
    confirm(shop)

    assert [hold[1] for hold in shop.holds()] == ["mail"]
    assert {hold.released_by for hold in shop.rows(Hold) if hold.released_at} == {"ann"}


def test_a_code_goes_to_the_phone_that_was_asked_for(shop: Workshop) -> None:
    shop.sessions.live()
    heard = asked(shop)
    assert shop.sessions.challenge()
    with pytest.raises(MFARequired):
        shop.sessions.challenge(use_backup=True)
    confirm(shop)

    base = shop.transport.base_url
    assert heard[:2] == [
        ("MFAChallenge.json", {"useBackup": False}, True, base),
        ("MFAChallenge.json", {"useBackup": True}, True, base),
    ]
    path, data, is_signed_in, end_point = heard[-1]
    assert (path, is_signed_in, end_point) == ("MFAAuthenticate.json", True, base)
    assert (data["machineName"], data["deviceId"], data["rememberMe"]) == ("desk", "device", True)
