from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from flask_billcom.models import Entry
from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop


@pytest.fixture
def terminal(local: LocalShop) -> Terminal:
    """Give a terminal beside a shop with one settled order."""
    made = Terminal(local)
    made.run("settle", "Order", made.order(("ann", "10.00", "1.00"), own="3.00"))
    return made


@pytest.fixture
def year(local: LocalShop) -> str:
    return str(local.simulator.clock.now().year)


def test_an_account_is_shown_with_its_balance(terminal: Terminal) -> None:
    page = terminal.json("books", "ledger", "seller_payable", "--party", "Seller", "1")

    assert [(each["meaning"], each["balance"]) for each in page["items"]] == [("sale", "-9.00")]
    printed = terminal.run("books", "ledger", "seller_payable", "--since", "2001-01-01").stdout
    assert "Seller 1" in printed
    assert "-9.00" in printed
    assert "no account cash" in terminal.run("books", "ledger", "cash", code=1).stderr
    terminal.run("books", "ledger", "bank", "--since", "soon", code=2)


def test_everybodys_balance_is_shown(terminal: Terminal) -> None:
    page = terminal.json("books", "balances", "--role", "vendor")

    assert [each["owed"] for each in page["items"]] == ["9.00"]
    assert "buyer_receivable 13.00" in terminal.run("books", "balances").stdout


def test_clearing_accounts_at_rest_are_said_to_be_zero(terminal: Terminal) -> None:
    assert terminal.json("books", "clearing") == {"items": []}
    assert "zero" in terminal.run("books", "clearing").stdout


def test_a_balance_that_nothing_explains_ends_with_1(terminal: Terminal, local: LocalShop) -> None:
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as rows:
        rows.execute(update(Entry).where(Entry.account == "fee_income").values(account="payout_returned"))

    result = terminal.run("books", "clearing", code=1)

    assert "payout_returned" in result.stdout
    assert "reconcile" in result.stderr


def test_the_books_are_written_to_a_file_once(terminal: Terminal, year: str, tmp_path: Path) -> None:
    path = tmp_path / "journal.csv"

    said = terminal.run("books", "export", year, "--format", "journal", "--output", str(path))

    assert str(path) in said.stderr
    assert said.stdout == ""
    lines = list(csv.DictReader(io.StringIO(path.read_text())))
    assert len(lines) == 4
    assert len(list(csv.DictReader(io.StringIO(terminal.run("books", "export", year).stdout)))) == 4
    assert "there already" in terminal.run("books", "export", year, "--output", str(path), code=1).stderr
    assert "no period" in terminal.run("books", "export", "soon", code=1).stderr


def test_a_statement_is_shown_in_four_forms(terminal: Terminal, year: str) -> None:
    wanted = ("books", "statement", "Seller", "1", "--period", year)

    text = terminal.run(*wanted).stdout
    table = terminal.run(*wanted, "--format", "csv").stdout
    page = terminal.run(*wanted, "--format", "html").stdout
    found = json.loads(terminal.run(*wanted, "--format", "json").stdout)

    assert "Balance so far" in text
    assert "9.00" in text
    assert list(csv.DictReader(io.StringIO(table)))[-1]["Balance"] == "9.00"
    assert page.startswith("<!doctype html>")
    assert (found["closing"], found["is_proved"]) == ("9.00", True)


def test_a_statement_that_proves_nothing_ends_with_1(terminal: Terminal, local: LocalShop, year: str) -> None:
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as rows:
        rows.execute(delete(Entry).where(Entry.account == "seller_payable"))

    result = terminal.run("books", "statement", "Seller", "1", "--period", year, code=1)
    totals = terminal.run("books", "totals", year, code=1)

    assert "does not prove itself" in result.stderr
    assert "Seller 1" in totals.stderr


def test_a_year_is_shown_for_every_seller(terminal: Terminal, year: str) -> None:
    answer = terminal.json("books", "totals", year)

    assert [(each["gross"], each["net"]) for each in answer["items"]] == [("10.00", "9.00")]
    assert len(answer["items"][0]["months"]) == 12
    assert terminal.run("books", "totals", year, "--csv").stdout.splitlines()[1].startswith(f"{year},Seller 1,")
    assert "Seller 1" in terminal.run("books", "totals", year).stdout


def test_a_time_that_ends_before_it_begins_is_refused(terminal: Terminal) -> None:
    words = ("books", "ledger", "bank", "--since", "2026-02-02", "--until")

    assert "until 2026-02-01 is before since 2026-02-02" in terminal.run(*words, "2026-02-01", code=1).stderr
    terminal.run(*words, "2026-02-02")


@pytest.mark.parametrize("wrong", ["20", "-1", "9998"])
def test_a_year_that_has_not_begun_or_is_none_is_refused(terminal: Terminal, year: str, wrong: str) -> None:
    assert f"such as {year}" in terminal.run("books", "totals", "--", wrong, code=1).stderr
