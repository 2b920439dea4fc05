from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from flask_billcom.models import Audit, Hold, Session
from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop


def code_of(local: LocalShop) -> str:
    return str(local.simulator.settings.mfa_code)


def rows(local: LocalShop, statement: Any) -> list[Any]:
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.read() as found:
        return found.all(statement)


def live_holds(local: LocalShop) -> list[str]:
    return rows(local, select(Hold.reason).where(Hold.released_at.is_(None)))


def test_signing_in_says_that_the_device_is_not_confirmed(terminal: Terminal) -> None:
    result = terminal.run("session", "login")

    assert result.stdout == "signed in; this device is not confirmed yet\n"
    assert "flask billcom session mfa" in result.stderr


def test_who_is_signed_in_stays_signed_in(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("session", "login")
    terminal.run("session", "login")

    assert local.simulator.journal.calls["Login"] == 1


def test_a_wrong_password_is_tried_once_and_never_hammered(terminal: Terminal, local: LocalShop) -> None:
    local.simulator.world.settings = replace(local.simulator.settings, password="another")

    refused = terminal.run("session", "login", code=1)
    for _ in range(3):
        local.tick()

    assert refused.stderr.startswith("Error: ")
    assert len(refused.stderr.splitlines()) == 1
    assert local.simulator.journal.calls["Login"] == 1
    assert len(live_holds(local)) == 1


def test_a_person_signs_in_again_after_mending_it(terminal: Terminal, local: LocalShop) -> None:
    right = local.simulator.settings
    local.simulator.world.settings = replace(right, password="another")
    terminal.run("session", "login", code=1)
    local.simulator.world.settings = right

    terminal.run("session", "login")

    assert live_holds(local) == []
    assert rows(local, select(Audit.actor).where(Audit.action == "hold_released"))[0].startswith("cli:")


def test_a_code_that_is_typed_confirms_the_device(terminal: Terminal, local: LocalShop) -> None:
    result = terminal.run("session", "mfa", answer=f"{code_of(local)}\n")

    until = local.simulator.clock.now().date().fromordinal(local.simulator.clock.now().toordinal() + 30)
    assert result.stdout.startswith(f"this device is trusted until {until}")
    assert "trusted until" in terminal.run("session", "login").stdout


def test_sending_and_answering_may_be_two_commands(terminal: Terminal, local: LocalShop) -> None:
    challenge = terminal.run("session", "mfa", "--send-only").stdout.strip()

    terminal.run("session", "mfa", "--challenge", challenge, "--code", code_of(local))

    assert local.simulator.journal.calls["MFAChallenge"] == 1
    assert rows(local, select(Session.trusted)) == [True]


def test_a_code_that_was_known_before_it_was_sent_is_refused_with_the_next_step(
    terminal: Terminal, local: LocalShop
) -> None:
    refused = terminal.run("session", "mfa", "--code", code_of(local), code=2)

    assert "flask billcom session mfa --send-only" in refused.stderr
    assert local.simulator.journal.calls["MFAChallenge"] == 0


def test_no_code_is_sent_to_the_phone_of_who_gives_none_of_six_digits(terminal: Terminal, local: LocalShop) -> None:
    assert "6 digits" in terminal.run("session", "mfa", "--code", "12", code=1).stderr
    assert local.simulator.journal.calls["MFAChallenge"] == 0


@pytest.mark.parametrize("code", ["12345", "12345a", "1234567", ""])
def test_what_cannot_be_a_code_is_not_sent(terminal: Terminal, local: LocalShop, code: str) -> None:
    challenge = terminal.run("session", "mfa", "--send-only").stdout.strip()

    words = ("session", "mfa", "--challenge", challenge, "--code", code or "x")
    assert "6 digits" in terminal.run(*words, code=1).stderr
    assert local.simulator.journal.calls["MFAAuthenticate"] == 0


def test_a_wrong_code_leaves_the_device_unconfirmed(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("session", "mfa", answer="000000\n", code=1)

    assert rows(local, select(Session.trusted)) == [False]


def test_a_session_that_ended_is_replaced_before_a_code_is_sent(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("session", "login")
    local.simulator.clock.advance(seconds=36 * 60)
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as found:
        found.execute(update(Session).values(last_used=local.simulator.clock.now()))  # somebody believes it is alive

    terminal.run("session", "mfa", answer=f"{code_of(local)}\n")

    assert local.simulator.journal.calls["Login"] == 2


def test_trust_outlives_the_session(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("session", "mfa", answer=f"{code_of(local)}\n")
    terminal.run("session", "logout")

    assert "trusted until" in terminal.run("session", "login").stdout


def test_signing_out_ends_the_session_at_bill_com(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("session", "login")

    assert terminal.run("session", "logout").stdout == "signed out\n"
    assert terminal.run("session", "logout").stdout == "nobody was signed in\n"
    assert local.simulator.journal.calls["Logout"] == 1


def test_signing_out_of_a_session_that_has_ended_is_no_error(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("session", "login")
    local.simulator.clock.advance(seconds=36 * 60)

    assert terminal.run("session", "logout").stdout == "nobody was signed in\n"
    terminal.run("session", "login")


def test_a_persons_hold_is_not_released_by_signing_in(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("pay", "hold", "--everything", "--reason", "strange logins")

    terminal.run("session", "login")

    assert live_holds(local) == ["strange logins"]
