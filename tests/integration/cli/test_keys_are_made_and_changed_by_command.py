from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import select, update

from flask_billcom.cli import billcom_cli
from flask_billcom.models import Session
from flask_billcom.vault import generate_key, key_id
from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop, make_local_shop
from tests.support.shop import draw_shop


def stored(local: LocalShop) -> list[str]:
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.read() as rows:
        found = rows.all(select(Session.token_enc, Session.mfa_enc))
    return [text for row in found for text in row if text is not None]


def with_keys(local: LocalShop, *keys: str) -> Terminal:
    """Start the app anew on the same database with other keys."""
    local.simulator.clock.advance(seconds=1)
    with local.shop.app.app_context():
        url = local.shop.db.engine.url.render_as_string(hide_password=False)
    again = make_local_shop(url, local.simulator, drawing=draw_shop(), BILLCOM_ENCRYPTION_KEYS=list(keys))
    return Terminal(again)


def keys_check(terminal: Terminal) -> dict[str, dict[str, Any]]:
    """Return what the doctor says of the keys, whatever else it finds."""
    runner = terminal.local.shop.app.test_cli_runner()
    checks = json.loads(runner.invoke(billcom_cli, ["doctor", "--offline", "--json"]).stdout)["checks"]
    return {each["id"]: each for each in checks if each["id"].startswith("keys")}


def test_a_key_is_printed_alone_and_needs_no_app() -> None:
    from click.testing import CliRunner

    result = CliRunner().invoke(billcom_cli, ["keys", "generate"])

    assert result.exit_code == 0
    Fernet(result.stdout.strip())


def test_tokens_are_encrypted_anew_so_that_the_old_key_can_go(make_local: Callable[..., LocalShop]) -> None:
    old, new = generate_key(), generate_key()
    local = make_local(BILLCOM_ENCRYPTION_KEYS=[old])
    local.trust()

    both = with_keys(local, new, old)
    assert "2" in both.run("keys", "rotate").stdout
    after = with_keys(local, new)

    assert {text.partition(".")[0] for text in stored(local)} == {key_id(new)}
    after.run("api", "list", "Vendor")
    assert local.simulator.journal.calls["Login"] == 1
    for each in (both, after):
        each.local.shop.close()


def test_with_the_wrong_key_it_is_said_what_to_do(make_local: Callable[..., LocalShop]) -> None:
    local = make_local()
    local.trust()
    stranger = with_keys(local, generate_key())

    refused = stranger.run("keys", "rotate", code=1)
    unread = stranger.run("api", "list", "Vendor", code=1)
    stranger.run("session", "login")

    assert "append that key again" in refused.stderr
    assert "flask billcom session login" in unread.stderr
    stranger.run("api", "list", "Vendor")
    stranger.local.shop.close()


def test_a_lost_key_keeps_neither_doctor_nor_new_keys_from_working(make_local: Callable[..., LocalShop]) -> None:
    local = make_local()
    local.trust()
    local.simulator.clock.advance(seconds=3600)
    Terminal(local).run("session", "login")
    second, third = generate_key(), generate_key()

    stranger = with_keys(local, second)
    assert "session login" in keys_check(stranger)["keys"]["next_step"]
    assert "append that key again" in stranger.run("keys", "rotate", code=1).stderr
    stranger.run("session", "login")
    signed_in = keys_check(stranger)
    after = with_keys(local, third, second)
    assert "encrypted anew: 1;" in after.run("keys", "rotate").stdout
    last = with_keys(local, third)

    assert signed_in["keys"]["level"] == "ok"
    assert signed_in["keys.earlier"]["level"] == "warning"
    assert "no key opens 2 tokens of earlier sessions" in signed_in["keys.earlier"]["message"]
    assert keys_check(last)["keys"]["level"] == "ok"
    for each in (stranger, after, last):
        each.local.shop.close()


def test_a_ciphertext_that_was_moved_is_refused(terminal: Terminal, local: LocalShop) -> None:
    local.trust()
    token, mfa = stored(local)
    moved: Any = update(Session).values(token_enc=mfa, mfa_enc=token)
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as rows:
        rows.execute(moved)

    refused = terminal.run("api", "list", "Vendor", code=1)

    assert "made for another place" in refused.stderr
    assert "session login" in refused.stderr
