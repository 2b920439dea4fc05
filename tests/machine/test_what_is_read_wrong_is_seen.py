"""Readers, and the adoption of a payment made by hand, are made wrong once each, and the rule must see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from tests.machine.trouble import HAPPENINGS

Change = Callable[[Any], Any]
Step = Callable[[Machine], None]


def adopts(machine: Machine) -> None:
    machine.adopts_a_payment(pays=True, days=0, first=0, second=1, several=False, as_paid=False, dry=False)


def adopts_a_part(machine: Machine) -> None:
    machine.adopts_a_payment(pays=True, days=0, first=0, second=0, several=False, as_paid=False, dry=False)


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


@contextmanager
def begun(**switches: Any) -> Iterator[Machine]:
    made = Machine()
    made.starts(switches, {}, is_young=False)
    try:
        yield made
    finally:
        made.watch.let_go()
        made.trouble.boundaries.__exit__()


@pytest.fixture
def machine() -> Iterator[Machine]:
    with begun() as made:
        yield made


@pytest.mark.parametrize("name", STEPS)
def test_what_is_right_passes(machine: Machine, name: str) -> None:
    STEPS[name](machine)

    machine.watch.look()


@pytest.mark.parametrize("what", HAPPENINGS)
@pytest.mark.parametrize("name", ["prints a statement", "adds up years", "compares balances", "adopts a payment"])
def test_who_is_disturbed_is_told_what_is_right(machine: Machine, name: str, what: str) -> None:
    machine.trouble.plan(what, after=1)

    STEPS[name](machine)

    machine.watch.look()
    assert machine.trouble.happened == 1


@pytest.mark.parametrize(
    "name", ["a page without amounts", "a seller without a year", "other cents than what was paid"]
)
def test_who_is_disturbed_sees_what_is_wrong_when_he_looks_again(machine: Machine, name: str) -> None:
    machine.trouble.plan("commit error", after=0)

    test_what_is_wrong_is_seen(machine, name)

    assert machine.trouble.happened == 1


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_seen(machine: Machine, name: str) -> None:
    step, module, function, change = WRONG[name]
    right = getattr(module, function)

    with (
        patch.object(module, function, lambda *args, **options: change(right(*args, **options))),
        pytest.raises(AssertionError),
    ):
        STEPS[step](machine)


PAYS_BY_HAND: dict[str, Step] = {
    "in the page": lambda m: m.somebody_acts_in_the_page(act="pays", first=0, second=0),
    "and adopts it": adopts_a_part,
}


@pytest.mark.parametrize("name", PAYS_BY_HAND)
def test_who_pays_by_hand_lets_lists_show_it_before_the_worker_goes_on(name: str) -> None:
    with begun(list_lag_s=100) as machine:
        machine.days_pass(days=1)  # the bill is due with the next round

        PAYS_BY_HAND[name](machine)
        machine.the_worker_ticks()

        machine.watch.look()


def test_who_only_asks_what_an_adoption_would_do_and_has_it_done_is_seen(machine: Machine) -> None:
    right = paid_by_hand.adopt

    def done_at_once(domain: Any, decisions: Any, ids: Any, _person: Any, **options: Any) -> Any:
        return right(domain, decisions, ids, Person("eve", "at once"), **options)

    with (
        patch.object(paid_by_hand, "adopt", done_at_once),
        pytest.raises(AssertionError, match="changes nothing"),
    ):
        adopts(machine)
