from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop

FINE = ("pay", "adjust", "fine", "Seller", "1", "3.00", "--reference", "A-1", "--reason", "late again")


@pytest.fixture
def local(make_local: Callable[..., LocalShop]) -> LocalShop:
    """Give a shop that has sold something of ann's, where large adjustments are approved."""
    made = make_local(BILLCOM_APPROVAL_THRESHOLD_CENTS=1000)
    with made.shop.app.app_context():
        made.shop.billcom.settle(made.shop.order(("ann", "10.00", "1.00"), own="2.00"))
        made.shop.db.session.commit()
    return made


def owes(local: LocalShop) -> int:
    with local.shop.app.app_context():
        seller = local.shop.db.session.get(local.shop.Seller, 1)
        return int(local.shop.billcom.balance_of(seller).owes_cents)


def test_a_fine_is_said_asked_and_booked(terminal: Terminal, local: LocalShop) -> None:
    dry = terminal.run(*FINE, "--dry-run")
    assert dry.stdout == "would be: fine A-1, 3.00 dollars, Seller 1: booked\n"
    terminal.run(*FINE, answer="n\n", code=1)
    assert owes(local) == 0

    said = terminal.run(*FINE, answer="y\n")

    assert "fine A-1, 3.00 dollars, Seller 1: booked" in said.stderr
    assert owes(local) == 300
    assert "owed by sellers" in terminal.run("status").stdout


def test_a_bonus_is_for_an_order(terminal: Terminal) -> None:
    words = (
        "adjust",
        "bonus",
        "Seller",
        "1",
        "2.50",
        "--reference",
        "B-1",
        "--reason",
        "kind",
        "--order",
        "Order",
        "1",
    )
    done = terminal.json("pay", *words, "--yes")

    assert (done["state"], done["amount"], done["kind"]) == ("booked", "2.50", "bonus")
    (row,) = terminal.json("pay", "adjustments")["items"]
    assert (row["settlement"], row["reference"]) == ("1", "B-1")


def test_a_large_one_names_the_command_that_approves_it(terminal: Terminal, local: LocalShop) -> None:
    words = ("pay", "adjust", "fine", "Seller", "1", "10.00", "--reference", "A-1", "--reason", "x", "--actor", "Ann")
    said = terminal.run(*words, "--yes").stdout.splitlines()
    assert said[0].endswith(": proposed")
    command = said[1].partition(": flask billcom ")[2].split()
    assert "1 adjustment is proposed" in terminal.run("status").stdout
    assert "proposed" in terminal.run("pay", "adjustments", "--state", "proposed").stdout

    assert "somebody else" in terminal.run(*command, "--reason", "x", "--actor", "Ann", "--yes", code=1).stderr
    terminal.run(*command, "--reason", "x", "--actor", "Bob", "--dry-run")
    assert owes(local) == 0
    terminal.run(*command, "--reason", "x", "--actor", "Bob", "--yes")

    assert owes(local) == 1000
    terminal.run("pay", "deny-adjustment", command[-1], "--reason", "x", code=1)


def test_a_debt_is_written_off(terminal: Terminal, local: LocalShop) -> None:
    terminal.run(*FINE, "--yes")

    words = ("pay", "write-off", "Seller", "1", "--reference", "W-1", "--reason", "left", "--actor", "Ann")
    assert terminal.run(*words, "--second", "Bob", "--yes").stdout.endswith("3.00 dollars, Seller 1: booked\n")

    assert owes(local) == 0
    terminal.run("pay", "write-off", "Seller", "1", "--reference", "W-2", "--reason", "left", "--yes", code=1)


def test_a_dispute_is_opened_and_lost(terminal: Terminal) -> None:
    words = ("pay", "dispute", "Order", "1", "4.00", "--line", "1", "--reference", "D-1", "--reason", "broken")
    opened = terminal.json(*words, "--yes")
    assert (opened["state"], opened["amount"]) == ("open", "4.00")

    resolve = ("pay", "resolve-dispute", opened["id"], "lost", "--reason", "the bank says so")
    terminal.run(*resolve, "--dry-run")
    assert terminal.json(*resolve, "--yes")["state"] == "lost"
    assert terminal.json(*resolve, "--yes")["state"] == "lost"

    (refund,) = terminal.json("pay", "adjustments", "--kind", "refund")["items"]
    assert refund["amount"] == "4.00"


@pytest.mark.parametrize("amount", ["3.001", "-3", "three", "1e3", "NaN"])
def test_an_amount_that_is_none_is_wrong_usage(terminal: Terminal, amount: str) -> None:
    words = ("pay", "adjust", "fine", "Seller", "1", "--reference", "A-1", "--reason", "x")
    assert "amount of dollars" in terminal.run(*words, "--", amount, code=2).stderr


def test_the_doctor_names_what_nobody_has_decided(terminal: Terminal) -> None:
    def said() -> list[str]:
        checks = terminal.json("doctor", "--offline", code=1)["checks"]
        return [check["message"] for check in checks if check["id"] == "adjustments"]

    assert said() == ["no adjustment or dispute waits for a decision"]
    large = ("pay", "adjust", "fine", "Seller", "1", "10.00", "--reference", "A-1", "--reason", "x", "--yes")
    terminal.run(*large)
    terminal.run("pay", "dispute", "Order", "1", "--reference", "D-1", "--reason", "x", "--yes")

    dispute, fine = said()
    assert dispute.startswith("1 dispute, 12.00 dollars, open, its money on hold")
    assert fine.startswith("1 adjustment, 10.00 dollars, waiting for approval")
