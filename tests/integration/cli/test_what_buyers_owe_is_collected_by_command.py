from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from flask_billcom.models import Operation
from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop

CHECK = ("pay", "record", "Order", "1", "--amount", "13.00", "--date", "2020-01-06", "--reference", "check 1043")


@pytest.fixture
def local(make_local: Callable[..., LocalShop]) -> LocalShop:
    """Give a shop whose only order is invoiced for 13.00."""
    made = make_local()
    with made.shop.app.app_context():
        made.shop.billcom.settle(made.shop.order(("ann", "10.00", "1.00"), own="3.00"))
        made.shop.db.session.commit()
    made.tick(3)
    return made


def kinds(local: LocalShop) -> list[str]:
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.read() as rows:
        return [str(kind) for kind in rows.all(select(Operation.kind).order_by(Operation.id))]


def test_a_check_is_recorded_after_a_question(terminal: Terminal, local: LocalShop) -> None:
    assert terminal.run(*CHECK, "--dry-run").stdout == "would record 13.00 dollars for FB-1\n"
    refused = terminal.run(*CHECK, answer="n\n", code=1)
    assert "this records 13.00 dollars for FB-1" in refused.stderr
    assert "record" not in kinds(local)

    assert terminal.run(*CHECK, answer="y\n").stdout.endswith("recorded 13.00 dollars for FB-1\n")
    local.tick(2)

    assert terminal.run(*CHECK).stdout == "was recorded before: 13.00 dollars for FB-1\n"
    (done,) = terminal.json("ops", "list", "--kind", "record")["items"]
    assert done["state"] == "done"


def test_too_much_is_refused_in_one_line(terminal: Terminal) -> None:
    wanted = [word if word != "13.00" else "20.00" for word in CHECK]

    refused = terminal.run(*wanted, "--yes", code=1)
    assert refused.stderr.startswith("Error: 13.00 dollars are due on FB-1, less than 20.00")
    found = terminal.json(*wanted, "--overpay", "--yes")
    assert (found["applied"], found["credit"]) == ("13.00", "7.00")


def test_an_amount_is_dollars(terminal: Terminal) -> None:
    wanted = [word if word != "13.00" else "thirteen" for word in CHECK]
    assert "no amount such as 12.34" in terminal.run(*wanted, code=2).stderr


def test_an_invoice_is_sent_again(terminal: Terminal, local: LocalShop) -> None:
    assert terminal.run("pay", "remind", "Order", "1", "--dry-run").stdout == "would send FB-1 once more\n"
    assert terminal.run("pay", "remind", "Order", "1", "--yes").stdout == "planned to send FB-1 once more\n"
    local.tick(2)

    assert "before" in terminal.run("pay", "remind", "Order", "1", "--yes").stdout
    assert kinds(local).count("send_invoice") == 2


def allowed(local: LocalShop) -> list[bool]:
    return [row["hasAuthorizedToCharge"] for row in local.simulator.books.customers]


def test_a_consent_is_noted_and_taken_back(terminal: Terminal, local: LocalShop) -> None:
    words = ("parties", "authorize", "Buyer", "1", "--reference", "form 7", "--date", "2020-01-06")

    terminal.run(*words, answer="n\n", code=1)
    assert allowed(local) == [False]
    assert terminal.run(*words, "--yes").stdout.startswith("noted; his bank account is charged")
    assert allowed(local) == [True]
    assert terminal.run("parties", "revoke", "Buyer", "1").stdout == "noted; he is not charged any more\n"
    assert allowed(local) == [False]


def test_what_was_never_charged_is_not_charged_again(terminal: Terminal) -> None:
    refused = terminal.run("pay", "charge-again", "Order", "1", "--reason", "he asks for it", "--yes", code=1)
    assert "FB-1 was never charged" in refused.stderr
