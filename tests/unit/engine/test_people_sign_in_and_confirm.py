"""What a person does with the shared session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom.engine.errors import Held
from flask_billcom.engine.signing import SessionStand, SharedSession
from flask_billcom.errors import InvalidRequest, MFARequired, SessionExpired
from flask_billcom.models import Session as SessionRow
from flask_billcom.vault import Vault, generate_key
from tests.unit.engine.planned import OTHERS, add
from tests.unit.engine.workshop import KEYS, Workshop

MONTH = timedelta(days=30)


@pytest.fixture
def session(shop: Workshop) -> SharedSession:
    return SharedSession(shop.sessions, store=shop.store, parking=shop.parking)


def confirm(shop: Workshop, session: SharedSession, code: str | None = None) -> Any:
    given = code or shop.simulator.settings.mfa_code
    return session.confirm(session.challenge(), given, machine_name="desk", actor="ann")


def states(shop: Workshop) -> list[str]:
    return [row.state for row in shop.generations() if row.organization_id == shop.organization_id]


def change(shop: Workshop, **values: Any) -> None:
    with shop.store.write() as rows:
        rows.change(update(SessionRow).where(SessionRow.organization_id == shop.organization_id).values(**values))


def test_before_the_first_sign_in_there_is_none(shop: Workshop, session: SharedSession) -> None:
    with shop.store.write() as rows:
        theirs = {"organization_id": OTHERS, "state": "valid", "mfa_enc": "x", "mfa_expires": shop.now}
        add(rows, SessionRow(gen=1, **theirs))
    stand = session.stand()

    assert stand == SessionStand(state="none", generation=0, trusted=False, trusted_until=None, last_used=None)
    assert not stand.is_signed_in
    assert stand.days_left(shop.now) is None
    assert shop.journal() == []


def test_signing_in_says_how_it_stands(shop: Workshop, session: SharedSession) -> None:
    stand = session.sign_in(actor="ann")

    assert stand == SessionStand(state="valid", generation=1, trusted=False, trusted_until=None, last_used=shop.now)
    assert stand.is_signed_in
    assert session.sign_in(actor="ann").generation == 1
    assert shop.journal() == ["Login"]


def test_the_machine_is_called_at_bill_com_what_the_person_calls_it(shop: Workshop, session: SharedSession) -> None:
    asked: dict[str, Any] = {}
    send = shop.transport.call

    def call(path: str, data: Any, **options: Any) -> Any:
        asked[path] = data
        return send(path, data, **options)

    shop.transport.call = call  # type: ignore[method-assign, assignment]  # listens
    confirm(shop, session)

    assert asked["MFAAuthenticate.json"]["machineName"] == "desk"


def test_a_confirmed_device_is_trusted_for_whole_days(shop: Workshop, session: SharedSession) -> None:
    until = confirm(shop, session)
    stand = session.stand()

    assert (stand.trusted, stand.trusted_until, until) == (True, shop.now + MONTH, shop.now + MONTH)
    assert stand.days_left(shop.now) == 30
    assert stand.days_left(shop.now + timedelta(days=29, seconds=1)) == 0
    assert stand.days_left(until - timedelta(seconds=1)) == 0
    assert stand.days_left(until) is None
    shop.sessions.expired(1)
    assert (session.stand().state, session.stand().trusted_until) == ("fenced", until)


def test_the_newest_generation_and_memory_are_told(shop: Workshop, session: SharedSession) -> None:
    with shop.store.write() as rows:
        for gen, days in ((1, 9), (2, 20)):
            known = {"organization_id": shop.organization_id, "state": "dead", "mfa_enc": "x"}
            add(rows, SessionRow(gen=gen, mfa_expires=shop.now + timedelta(days=days), **known))
        add(rows, SessionRow(organization_id=shop.organization_id, gen=3, state="fenced", trusted=True))
    stand = session.stand()

    assert (stand.state, stand.generation, stand.trusted) == ("fenced", 3, True)
    assert stand.trusted_until == shop.now + timedelta(days=20)


def test_signing_in_by_hand_opens_what_a_refused_login_closed(shop: Workshop, session: SharedSession) -> None:
    with shop.store.write() as rows:
        for name in ("all", "login", "payouts"):
            shop.parking.close(rows, "why", shop.now, capability=name)

    session.sign_in(actor="ann")

    assert [hold[1] for hold in shop.holds()] == ["payouts"]
    assert {act[4] for act in shop.acts() if act[0] == "hold_released"} == {"ann"}


def test_a_persons_own_hold_stays(shop: Workshop, session: SharedSession) -> None:
    with shop.store.write() as rows:
        shop.parking.close(rows, "why", shop.now, actor="eve")

    with pytest.raises(Held):
        session.sign_in(actor="ann")


def test_tokens_that_no_key_opens_are_given_up(shop: Workshop, session: SharedSession) -> None:
    confirm(shop, session)
    with shop.store.write() as rows:
        theirs = {"organization_id": OTHERS, "state": "dead", "mfa_enc": "x", "mfa_expires": shop.now, "trusted": True}
        add(rows, SessionRow(gen=1, **theirs))
    shop.sessions._vault = Vault([generate_key()])

    stand = session.sign_in(actor="ann")

    assert (stand.generation, stand.trusted, stand.trusted_until) == (2, False, None)
    first = next(row for row in shop.generations() if row.organization_id == shop.organization_id)
    assert (first.state, first.mfa_enc, first.mfa_expires, first.trusted) == ("fenced", None, None, False)
    kept = next(row for row in shop.generations() if row.organization_id == OTHERS)
    assert (kept.mfa_enc, kept.mfa_expires, kept.trusted) == ("x", shop.now, True)


def test_a_session_that_was_trusted_once_stays_so_after_its_trust_went_on_to_the_next(
    shop: Workshop, session: SharedSession
) -> None:
    confirm(shop, session)
    shop.sessions.expired(1)
    session.sign_in(actor="ann")
    session.sign_in(actor="ann")

    assert [(row.mfa_enc is None, row.trusted) for row in shop.generations()] == [(True, True), (False, True)]


def test_tokens_that_open_stay_and_those_of_others_are_not_touched(shop: Workshop, session: SharedSession) -> None:
    until = confirm(shop, session)
    with shop.store.write() as rows:
        theirs = {"organization_id": OTHERS, "state": "dead", "mfa_enc": "x", "mfa_expires": shop.now, "trusted": True}
        add(rows, SessionRow(gen=1, **theirs))
        broken = {"organization_id": shop.organization_id, "state": "dead", "mfa_enc": "x", "trusted": True}
        add(rows, SessionRow(gen=0, mfa_expires=until, **broken))
    stand = session.sign_in(actor="ann")

    assert (stand.generation, stand.trusted, stand.trusted_until) == (1, True, until)
    kept = {(row.organization_id, row.gen): (row.mfa_enc is None, row.trusted) for row in shop.generations()}
    assert kept == {
        (shop.organization_id, 0): (True, False),
        (shop.organization_id, 1): (False, True),
        (OTHERS, 1): (False, True),
    }


def test_signing_out_ends_the_session(shop: Workshop, session: SharedSession) -> None:
    assert session.sign_out(actor="ann") is False
    session.sign_in(actor="ann")
    assert session.sign_out(actor="ann") is True
    assert states(shop) == ["fenced"]
    assert [act[4] for act in shop.acts() if act[0] == "signed_out"] == ["ann"]
    assert session.sign_out(actor="ann") is False
    assert shop.journal() == ["Login", "Logout"]


def test_a_session_that_had_ended_is_only_noted(shop: Workshop, session: SharedSession) -> None:
    session.sign_in(actor="ann")
    shop.simulator.plan_fault("bdc:BDC_1109", "Logout")

    assert session.sign_out(actor="ann") is False
    (row,) = shop.generations()
    assert (row.state, row.fenced_at, row.dead_at) == ("fenced", shop.now, None)


def test_a_code_is_asked_for_once_more_where_the_session_had_ended(shop: Workshop, session: SharedSession) -> None:
    session.sign_in(actor="ann")
    shop.simulator.plan_fault("bdc:BDC_1109", "MFAChallenge")

    assert session.challenge()
    assert states(shop) == ["fenced", "valid"]
    shop.simulator.plan_fault("bdc:BDC_1109", "MFAChallenge", count=2)
    with pytest.raises(SessionExpired):
        session.challenge()


def test_an_ended_session_of_nobody_is_asked_for_once_more(shop: Workshop, session: SharedSession) -> None:
    shop.simulator.plan_fault("bdc:BDC_1109", "MFAChallenge")

    assert session.challenge()
    assert states(shop) == ["valid"]


def test_the_second_phone_is_asked_for_by_name(session: SharedSession) -> None:
    with pytest.raises(MFARequired):
        session.challenge(use_backup=True)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "abcdef"])
def test_what_is_no_code_is_not_sent(shop: Workshop, session: SharedSession, code: str) -> None:
    with pytest.raises(InvalidRequest, match="6 digits"):
        session.confirm("challenge", code, machine_name="desk", actor="ann")
    assert shop.journal() == []


def test_a_code_may_be_typed_with_gaps(shop: Workshop, session: SharedSession) -> None:
    code = shop.simulator.settings.mfa_code

    assert confirm(shop, session, f"{code[:3]} {code[3:]}")
    act = next(act for act in shop.acts() if act[0] == "device_trusted")
    assert act[4] == "ann"


def test_keys_are_changed(shop: Workshop, session: SharedSession) -> None:
    session.sign_in(actor="ann")
    shop.sessions._vault = Vault([generate_key(), *KEYS])

    assert session.rotate_keys() == 1
    assert session.organization_id == shop.organization_id
