from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop

REFUND = ("pay", "refund", "Order", "1", "--amount", "3.00", "--reference", "r1", "--reason", "broken")


@pytest.fixture
def local(make_local: Callable[..., LocalShop]) -> LocalShop:
    """Give a shop that has sold something of ann's."""
    made = make_local()
    with made.shop.app.app_context():
        made.shop.billcom.settle(made.shop.order(("ann", "10.00", "1.00"), own="2.00"))
        made.shop.db.session.commit()
    return made


def test_a_refund_is_said_asked_and_written(terminal: Terminal) -> None:
    dry = terminal.run(*REFUND, "--dry-run")
    assert dry.stdout == "would be refund r1: 3.00 dollars of Order 1, 0.25 of it from the fee\n"
    terminal.run(*REFUND, answer="n\n", code=1)
    assert terminal.json("pay", "refunds", "Order", "1") == {"items": []}

    said = terminal.run(*REFUND, answer="y\n")

    assert "this is refund r1: 3.00 dollars of Order 1" in said.stderr
    assert said.stdout.endswith("the worker carries it out; flask billcom pay refunds says how far it is\n")
    (found,) = terminal.json("pay", "refunds", "Order", "1")["items"]
    assert (found["state"], found["amount"], found["reference"]) == ("requested", "3.00", "r1")
    assert "1 refund is not carried out yet" in terminal.run("status").stdout


def test_the_same_reference_is_the_same_refund(terminal: Terminal) -> None:
    first = terminal.json(*REFUND, "--yes")

    again = terminal.json(*REFUND, "--yes")
    other = terminal.run(*REFUND[:5], "4.00", *REFUND[6:], "--yes", code=1)

    assert first["id"] == again["id"]
    assert "with another amount: 3.00, not 4.00" in other.stderr


def test_refunds_that_wait_are_listed_with_the_reason(terminal: Terminal) -> None:
    terminal.run(*REFUND, "--yes")

    (invoice, bill) = terminal.json("pay", "refunds")["items"]

    assert (invoice["number"], invoice["amount"], invoice["reason"]) == (
        "FB-1",
        "3.00",
        "the next tick goes on with it",
    )
    assert bill["number"] == "FB-1-1"
    terminal.run("tick")
    assert terminal.json("pay", "refunds") == {"items": []}
    assert "no refund waits for a person" in terminal.run("doctor", "--offline").stdout


def test_a_line_is_refunded_and_the_fee_kept(terminal: Terminal) -> None:
    words = ("pay", "refund", "Order", "1", "--line", "1", "--fee", "keep", "--reference", "r1", "--reason", "broken")

    said = terminal.run(*words, "--yes")

    assert "refund r1: 10.00 dollars of line 1 of Order 1, 0.00 of it from the fee" in said.stdout


def test_a_sale_is_cancelled(terminal: Terminal) -> None:
    words = ("pay", "cancel", "Order", "1", "--reason", "a mistake")
    assert terminal.run(*words, "--dry-run").stdout.startswith("would be cancel cancel: 12.00 dollars of Order 1")

    terminal.run(*words, "--yes")
    terminal.run("tick")

    (found,) = terminal.json("pay", "refunds", "Order", "1")["items"]
    assert (found["kind"], found["state"]) == ("cancel", "cancelled")


def test_an_amount_that_is_none_and_half_an_order_are_refused(terminal: Terminal) -> None:
    terminal.run(*REFUND[:5], "three", *REFUND[6:], code=2)
    terminal.run("pay", "refunds", "Order", code=2)
    assert "more than the 12.00 left" in terminal.run(*REFUND[:5], "12.01", *REFUND[6:], "--yes", code=1).stderr
