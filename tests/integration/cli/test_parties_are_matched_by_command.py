from __future__ import annotations

import pytest
from sqlalchemy import select

from flask_billcom.api import requests as wire
from flask_billcom.api.records import Vendor
from flask_billcom.models import Party
from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop


def vendor(local: LocalShop, name: str) -> str:
    """Let a person have made a vendor at Bill.com; return its id."""
    with local.shop.app.app_context():
        reply = local.shop.billcom.state_of().parts.gateway.change(wire.create_one(Vendor(name=name)))
    return str(reply.data["id"])


@pytest.fixture
def terminal(local: LocalShop) -> Terminal:
    """Give a terminal beside a shop with two sellers and a buyer, none of them linked."""
    made = Terminal(local)
    made.order(("ann", "10.00"), ("bob", "5.00"))
    return made


def linked(local: LocalShop) -> dict[str, str | None]:
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.read() as rows:
        return dict(rows.all(select(Party.local_id, Party.remote_id).where(Party.role == "vendor")))


def test_the_report_names_who_may_be_whom(terminal: Terminal, local: LocalShop) -> None:
    remote_id = vendor(local, "Ann")

    rows = {(row["role"], row["local_id"]): row for row in terminal.json("parties", "match")["items"]}
    printed = terminal.run("parties", "match", "--role", "vendor").stdout

    assert set(rows) == {("customer", "1"), ("vendor", "1"), ("vendor", "2")}
    assert [each["remote_id"] for each in rows["vendor", "1"]["candidates"]] == [remote_id]
    assert f"1  {remote_id}  same name" in printed
    assert "without an id of Bill.com's: 2; somebody there may be the same: 1" in printed
    assert linked(local) == {}


def test_a_person_walks_through_the_rows(terminal: Terminal, local: LocalShop) -> None:
    remote_id = vendor(local, "Ann")
    wanted = ("parties", "match", "--role", "vendor", "--confirm", "--reason", "asked them")

    result = terminal.run(*wanted, answer="1\nn\n")

    assert f"confirmed: {remote_id}" in result.stdout
    assert "new: he is made" in result.stdout
    assert linked(local) == {"1": remote_id, "2": None}


def test_a_walk_may_be_stopped_and_goes_on_later(terminal: Terminal, local: LocalShop) -> None:
    vendor(local, "Ann")
    wanted = ("parties", "match", "--role", "vendor", "--confirm", "--reason", "asked them")

    stopped = terminal.run(*wanted, answer="q\n")

    assert "go on with --after vendor:Seller:1" in stopped.stderr
    assert linked(local) == {}
    assert "Seller 1" not in terminal.run("parties", "match", "--after", "vendor:Seller:1").stdout


def test_nothing_is_confirmed_without_a_reason(terminal: Terminal) -> None:
    terminal.run("parties", "match", "--confirm", code=2)
    terminal.run("parties", "match", "--reason", "x", code=2)


def test_one_who_is_new_is_said_to_be(terminal: Terminal, local: LocalShop) -> None:
    wanted = ("parties", "new", "Seller", "1", "--reason", "asked him")

    terminal.run(*wanted, answer="n\n", code=1)
    assert "confirmed" in terminal.run(*wanted, "--yes").stdout
    assert "before" in terminal.run(*wanted, "--yes").stdout
    assert linked(local) == {"1": None}
