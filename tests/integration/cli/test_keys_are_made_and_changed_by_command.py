from __future__ import annotations

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


def test_a_ciphertext_that_was_moved_is_refused(terminal: Terminal, local: LocalShop) -> None:
    local.trust()
    token, mfa = stored(local)
    moved: Any = update(Session).values(token_enc=mfa, mfa_enc=token)
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as rows:
        rows.execute(moved)

    refused = terminal.run("api", "list", "Vendor", code=1)

    assert "made for another place" in refused.stderr
    assert "session login" in refused.stderr
