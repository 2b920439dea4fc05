"""Readers, and the adoption of a payment made by hand, are made wrong once each, and the rule must see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from flask_billcom.calls import books
from flask_billcom.engine.decisions import Person
from flask_billcom.ledger import Account
from flask_billcom.marketplace import lists
from flask_billcom.marketplace.books.clearing import OpenItem
from flask_billcom.marketplace.counterparties import confirming
from flask_billcom.marketplace.returns import paid_by_hand
from tests.machine.machine import Machine

Change = Callable[[Any], Any]
Step = Callable[[Machine], None]


def adopts(machine: Machine) -> None:
    machine.adopts_a_payment(pays=True, days=0, first=0, second=1, several=False, as_paid=False, dry=False)


def says_new(machine: Machine) -> None:
    for _ in range(2):
        machine.says_who_is_new(number=0, role="seller", is_new=True, first=False)


STEPS: dict[str, Step] = {
    "reads an account": lambda m: m.reads_an_account(account=Account.BANK, who=None, limit=3),
    "reads a person's account": lambda m: m.reads_an_account(
        account=Account.SELLER_PAYABLE, who=("seller", "ann"), limit=3
    ),
    "splits an account": lambda m: m.splits_an_account(account=Account.BANK, days=3),
    "compares balances": lambda m: m.compares_balances(limit=3),
    "exports entries": lambda m: m.exports(shape="csv"),
    "exports a journal": lambda m: m.exports(shape="journal"),
    "prints a statement": lambda m: m.prints_a_statement(seller="ann", is_month=False),
    "adds up years": lambda m: m.adds_up_years(limit=3),
    "turns pages": lambda m: m.turns_the_pages_of_a_list(what="operations", limit=20),
    "sees his own": lambda m: m.sees_his_own(seller="ann", limit=3),
    "says who is new": says_new,
    "adopts a payment": adopts,
}


def first_lost(page: Any) -> Any:
    return replace(page, items=page.items[1:])


WRONG: dict[str, tuple[str, Any, str, Change]] = {
    "a balance that is off": (
        "reads an account",
        books,
        "history",
        lambda page: replace(page, opening_cents=page.opening_cents + 1),
    ),
    "an entry that is on no page": ("reads a person's account", books, "history", first_lost),
    "a moment that belongs to both halves": (
        "splits an account",
        books,
        "history",
        lambda page: replace(page, closing_cents=page.closing_cents + 1),
    ),
    "somebody without a balance": ("compares balances", books, "party_balances", first_lost),
    "an open item that is none": (
        "compares balances",
        books,
        "open_items",
        lambda items: [*items, OpenItem(account=Account.REFUND_PAYABLE, cents=1, why="chance")],
    ),
    "an entry that is not exported": ("exports entries", books, "export", lambda lines: iter(list(lines)[:-1])),
    "half a posting in the journal": ("exports a journal", books, "export", lambda lines: iter(list(lines)[:-1])),
    "a closing balance that is off": (
        "prints a statement",
        books,
        "statement",
        lambda told: replace(told, closing_cents=told.closing_cents + 1),
    ),
    "a page without amounts": ("prints a statement", books, "statement_page", lambda page: page.replace(".", ",")),
    "a year with another sale": (
        "adds up years",
        books,
        "year_totals",
        lambda page: replace(page, items=tuple(replace(t, gross_cents=t.gross_cents + 1) for t in page.items)),
    ),
    "a seller without a year": ("adds up years", books, "year_totals", first_lost),
    "an operation on no page": ("turns pages", lists, "list_operations", first_lost),
    "a sale that its seller does not see": ("sees his own", lists, "list_settlements", first_lost),
    "somebody who is new each time": ("says who is new", confirming, "confirm_new", lambda _: True),
    "other cents than what was paid": (
        "adopts a payment",
        paid_by_hand,
        "adopt",
        lambda done: replace(done, cents=done.cents + 1),
    ),
}


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine()
    made.starts({}, {}, is_young=False)
    yield made
    made.watch.let_go()
    made.trouble.boundaries.__exit__()


@pytest.mark.parametrize("name", STEPS)
def test_what_is_right_passes(machine: Machine, name: str) -> None:
    STEPS[name](machine)

    machine.watch.look()


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_seen(machine: Machine, name: str) -> None:
    step, module, function, change = WRONG[name]
    right = getattr(module, function)

    with (
        patch.object(module, function, lambda *args, **options: change(right(*args, **options))),
        pytest.raises(AssertionError),
    ):
        STEPS[step](machine)


def test_who_only_asks_what_an_adoption_would_do_and_has_it_done_is_seen(machine: Machine) -> None:
    right = paid_by_hand.adopt

    def done_at_once(domain: Any, decisions: Any, ids: Any, _person: Any, **options: Any) -> Any:
        return right(domain, decisions, ids, Person("eve", "at once"), **options)

    with (
        patch.object(paid_by_hand, "adopt", done_at_once),
        pytest.raises(AssertionError, match="changes nothing"),
    ):
        adopts(machine)
