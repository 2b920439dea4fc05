"""Every command runs with marked secrets, well and badly; none of them is in any output, log line or traceback."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from flask_billcom.cli import billcom_cli
from flask_billcom.models import Session
from flask_billcom.simulator import Simulator
from flask_billcom.vault import generate_key
from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop

ACCOUNT, ROUTING = "40000000424242", "322271627"
COMMANDS = (
    ("doctor",),
    ("status",),
    ("settle", "Order", "1"),
    ("session", "login"),
    ("tick",),
    ("worker", "--once"),
    ("sync", "Seller", "1"),
    ("ops", "list"),
    ("pay", "run", "--yes"),
    ("books", "trial"),
    ("audit", "verify"),
    ("keys", "rotate"),
    ("api", "list", "Vendor", "--json"),
    ("api", "list", "VendorBankAccount", "--json"),
    ("api", "call", "GetSessionInfo", "--json"),
    ("session", "logout"),
    ("status", "--json"),
    ("doctor", "--json"),
)


@pytest.fixture
def simulator() -> Simulator:
    """Return a Bill.com with marked credentials."""
    return Simulator(password="canary-password", dev_key="CANARYDEVKEY00000001", mfa_code="975318")


@pytest.fixture
def key() -> str:
    """Return an encryption key."""
    return generate_key()


@pytest.fixture
def local(make_local: Callable[..., LocalShop], key: str) -> LocalShop:
    """Give a shop with a bank account and a confirmed device."""
    made = make_local(BILLCOM_ENCRYPTION_KEYS=[key], BILLCOM_PAYMENTS_ENABLED=True)
    shop = made.shop
    with shop.app.app_context():
        shop.billcom.settle(shop.order(("ann", "10.00")))
        shop.db.session.commit()
    made.tick(2)
    made.trust()
    with shop.app.app_context():
        seller = shop.db.session.query(shop.Seller).one()
        shop.billcom.add_bank_account(seller, account_number=ACCOUNT, routing_number=ROUTING, name_on_account="Ann")
    return made


def tokens(local: LocalShop) -> list[str]:
    """Return the session ids and remembered devices, as they are behind the encryption."""
    with local.shop.app.app_context():
        state = local.shop.billcom.state_of()
        sessions = state.parts.sessions
        with state.store.read() as rows:
            found = rows.all(select(Session))
        kept = [sessions.token(row) for row in found if row.token_enc]
        kept += [sessions.remembered_device(row) for row in found if row.mfa_enc]
    return [each.reveal() for each in kept]


def everything_said(local: LocalShop, caplog: pytest.LogCaptureFixture) -> str:
    said = []
    for words in COMMANDS:
        result = local.shop.app.test_cli_runner().invoke(billcom_cli, list(words))
        assert result.exit_code in {0, 1}, result.output
        said += [result.output, repr(result.exception)]
    return "".join([*said, caplog.text])


@pytest.mark.parametrize("trouble", ["none", "wrong password", "answers that cannot be read", "nobody answers"])
def test_secrets_stay_out_of_outputs_and_logs(
    local: LocalShop, key: str, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = ["canary-password", "CANARYDEVKEY00000001", "975318", key, ACCOUNT, *tokens(local)]
    assert len(secrets) == 7
    simulator = local.simulator
    if trouble == "wrong password":
        simulator.world.settings = replace(simulator.settings, password="another")
        simulator.clock.advance(seconds=3600)
    elif trouble != "none":
        kind = "garbage" if trouble == "answers that cannot be read" else "connect_refused"
        simulator.faults.add(kind, count=10_000)

    said = everything_said(local, caplog)

    assert len(said) > 2000
    assert [secret for secret in {*secrets, *tokens(local)} if secret in said] == []


def test_the_search_finds_what_was_planted(local: LocalShop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("flask_billcom.planted").debug("the account %s", ACCOUNT)

    assert ACCOUNT in everything_said(local, caplog)


def test_a_refused_code_is_not_repeated(local: LocalShop) -> None:
    result = Terminal(local).run("session", "mfa", "--challenge", "any", "--code", "111222", code=1)

    assert "111222" not in result.output
