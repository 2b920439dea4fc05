from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from flask_billcom.models import Audit, Document, Entry, Operation
from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop


@pytest.fixture
def terminal(local: LocalShop) -> Terminal:
    """Give a terminal beside a shop with one settled order."""
    made = Terminal(local)
    made.run("settle", "Order", made.order(("ann", "10.00", "1.00"), own="3.00"))
    return made


def test_every_account_is_shown_and_they_sum_to_zero(terminal: Terminal) -> None:
    answer = terminal.json("books", "trial")

    accounts = {each["account"]: each["amount"] for each in answer["accounts"]}
    assert accounts["buyer_receivable"] == "13.00"
    assert accounts["seller_payable"] == "-9.00"
    assert (answer["total"], answer["total_cents"]) == ("0.00", 0)


def test_books_that_were_changed_by_hand_end_with_1(terminal: Terminal, local: LocalShop) -> None:
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as rows:
        rows.execute(update(Entry).where(Entry.account == "fee_income").values(cents=-99))

    assert "1 cents off" in terminal.run("books", "trial", code=1).stderr


def test_a_whole_chain_is_verified_and_its_open_end_counted(terminal: Terminal, local: LocalShop) -> None:
    assert terminal.json("audit", "verify") == {"sealed": 0, "unsealed": 1, "broken_at": None}

    local.tick(2)

    answer = terminal.json("audit", "verify")
    assert answer["sealed"] > 0
    assert answer["unsealed"] == 0


def test_a_changed_act_ends_with_1_and_its_number(terminal: Terminal, local: LocalShop) -> None:
    local.tick(2)
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as rows:
        rows.execute(update(Audit).where(Audit.sequence == 2).values(actor="nobody"))

    result = terminal.run("audit", "verify", code=1)

    assert "number 2" in result.stderr
    assert "sealed and checked: 1" in result.stdout


def test_books_that_agree_with_bill_com_end_with_0(terminal: Terminal, local: LocalShop) -> None:
    local.tick(3)

    answer = terminal.json("books", "reconcile")

    assert (answer["count"], answer["differences"]) == (0, [])
    assert answer["compared"]["invoices"] == 1
    assert "differences: 0" in terminal.run("books", "reconcile", "--since", "2026-01-01").stdout


def test_any_difference_ends_with_1_and_names_what_resolves_it(terminal: Terminal, local: LocalShop) -> None:
    local.tick(3)
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as rows:
        rows.execute(update(Document).where(Document.kind == "bill").values(cents=901))

    answer = terminal.json("books", "reconcile", code=1)
    printed = terminal.run("books", "reconcile", code=1)

    kinds = {each["kind"] for each in answer["differences"]}
    assert "other_amount" in kinds
    assert all(each["command"] for each in answer["differences"])
    assert f"differences: {answer['count']}" in printed.stdout
    assert "->" in printed.stdout


def test_a_time_that_is_none_is_wrong_usage(terminal: Terminal) -> None:
    terminal.run("books", "reconcile", "--since", "yesterday", code=2)


def test_after_a_restored_backup_a_person_lets_sending_go_on(terminal: Terminal, local: LocalShop) -> None:
    local.tick(3)
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as rows:
        for table in (Operation, Document):
            rows.execute(delete(table))  # what a backup from before would not have
    terminal.run("settle", "Order", terminal.order(("bob", "7.00")))
    local.simulator.clock.advance(seconds=601)  # the next look at what Bill.com has
    local.tick(2)
    held = terminal.json("status")["holds"]

    refused = terminal.run("books", "reconcile", "--resume", code=2)
    resumed = terminal.run("books", "reconcile", "--resume", "--reason", "restored on purpose", "--yes", code=1)

    assert [hold["scope"] for hold in held] == ["organization"]
    assert "--reason" in refused.stderr
    assert "holds released: 1" in resumed.stderr
    assert "never made again: invoice FB-1" in resumed.stderr
    assert terminal.json("status")["holds"] == []


def test_what_changes_in_the_future_is_not_said_to_be_compared(terminal: Terminal) -> None:
    refused = terminal.run("books", "reconcile", "--since", "2099-01-01", code=1)

    assert "2099-01-01 00:00 UTC has not come yet" in refused.stderr
    assert "differences" not in refused.stdout
