from __future__ import annotations

import pytest
from sqlalchemy import update

from flask_billcom.models import Audit, Entry
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
