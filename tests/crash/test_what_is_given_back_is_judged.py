"""The judge does not know when a refund came, and still sees a cent too much or too little."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from flask_billcom.ledger import Account, Leg, Posting, post, transfer
from flask_billcom.models import Adjustment, Document, Party, Payment
from flask_billcom.simulator.payments.payouts import VOID
from tests.crash.boundaries import Boundaries
from tests.crash.judging.effects import DEAD_SENT
from tests.crash.judging.judge import earned_bills, judge, still_owed
from tests.crash.tale.orders import GivenBack, Order
from tests.crash.worlds import regrets
from tests.crash.worlds.fair import Fair, Lot, fair
from tests.crash.worlds.market import SELLERS, Market
from tests.crash.worlds.regrets import regrets_of

LOT = Lot(seed=4, number=0, size=10)


@pytest.fixture(scope="module")
def place() -> Iterator[Fair]:
    with fair("sqlite") as opened:
        yield opened


@pytest.fixture(scope="module")
def market(place: Fair) -> Market:
    """Give a world in which everybody regrets something, unhurt and at its end."""
    return regretted(place, LOT)


@pytest.fixture(scope="module")
def debts(place: Fair) -> Market:
    """Give one in which half of them do, so that sellers who owe something have bills that are as they were made."""
    return regretted(place, Lot(seed=5, number=0, size=14), some=0.5)


def regretted(place: Fair, lot: Lot, some: float = 1.0) -> Market:
    """Play a world in which people regret something, unhurt."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(regrets, "SOME", (some,))
        played, verdict = place.play(lot, only=())
    assert verdict.is_clean, verdict.notes
    return played


def test_people_regret_sales_of_every_sort_and_in_doubt_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regrets, "SOME", (0.08,))
    orders = tuple(Order(str(number), "Ada", (("ann", 10_00, 1_00),)) for number in range(2000))

    found = regrets_of(random.Random(1), orders)

    assert {(each.what, each.waits) for each in found} == {
        (what, waits) for what in (regrets.CANCEL, regrets.WHOLE, regrets.PART) for waits in (True, False)
    }


def test_each_sale_was_given_back_once(market: Market) -> None:
    assert len({each.place for each in market.customers.asked}) == LOT.size
    assert any(order.canceled for order in market.orders)
    assert any(not order.late for order in market.orders)
    assert any(row["invoiceNumber"].partition("R")[2] for row in market.world.simulator.books.bills)


def test_a_refund_that_is_paid_twice_is_a_double(market: Market) -> None:
    books = market.world.simulator.books
    bill = next(each for each in books.bills if "R" in each["invoiceNumber"] and each.is_active)
    payment = next(
        each for each in books.sent_pays if any(part["billId"] == bill.id for part in each["billPays"] or ())
    )
    part = next(part for part in payment["billPays"] if part["billId"] == bill.id)
    with Boundaries():
        part["amount"] += 1
        try:
            assert judge(market).doubles == 1
        finally:
            part["amount"] -= 1


def test_a_promise_that_was_not_kept_is_seen(market: Market) -> None:
    place, order = next((n, each) for n, each in enumerate(market.orders) if each.given_back and each.invoiced)
    market.change(place, given_back=(*order.given_back, GivenBack(0, order.invoiced)))
    try:
        found = judge(market)
    finally:
        market.change(place, given_back=order.given_back)

    assert found.idle + found.cents_off >= order.invoiced


def test_a_seller_who_is_paid_for_what_went_back_before_is_seen(market: Market) -> None:
    place, order = next((n, each) for n, each in enumerate(market.orders) if each.late and judge_owed(market, each))
    market.change(place, late=frozenset())
    try:
        assert not judge(market).is_clean
    finally:
        market.change(place, late=order.late)


def test_what_a_seller_owes_is_taken_off_his_bill_and_off_what_he_owes(place: Fair) -> None:
    market = regretted(place, Lot(seed=6, number=0, size=12))
    (netting,) = market.world.rows(Adjustment, Adjustment.kind == "netting")
    (document,) = market.world.rows(Document, Document.id == netting.origin_id)
    lower = {each.number: each.cents - each.amount for each in earned_bills(market) if each.cents > each.amount}

    assert lower.get(document.number, 0) or document.status == "inactive"
    assert sum(lower.values()) <= netting.cents


def test_more_is_taken_off_than_the_seller_owes(debts: Market) -> None:
    seller, cents = owing(debts)
    bill, _ = bill_of(debts, seller)
    with taken(debts, bill, cents + 1):
        notes = judge(debts).notes

    assert is_named(bill, notes), notes


def test_as_much_as_he_owes_may_be_taken_off_if_the_books_say_so(debts: Market) -> None:
    seller, cents = owing(debts)
    bill, party_id = bill_of(debts, seller)
    with taken(debts, bill, cents), said(debts, *netting_of(cents, party_id), *not_paid(cents, party_id)):
        assert judge(debts).is_clean, judge(debts).notes
    assert judge(debts).is_clean, judge(debts).notes


def test_it_is_taken_off_but_the_books_say_that_he_owes_it_still(debts: Market) -> None:
    seller, cents = owing(debts)
    bill, party_id = bill_of(debts, seller)
    forgotten = transfer(Account.SELLER_PAYABLE, Account.FEE_INCOME, cents, party_id)
    with taken(debts, bill, cents), said(debts, *forgotten, *not_paid(cents, party_id)):
        notes = judge(debts).notes

    assert notes == [f"cents_off: our books say that {seller} owes {cents}, not 0"]


def test_it_is_taken_off_the_bill_of_another_seller(debts: Market) -> None:
    seller, cents = owing(debts)
    _, party_id = bill_of(debts, seller)
    bill, _ = bill_of(debts, next(name for name in SELLERS if still_owed(debts)[name] < cents))
    with taken(debts, bill, cents), said(debts, *netting_of(cents, party_id), *not_paid(cents, party_id)):
        notes = judge(debts).notes

    assert is_named(bill, notes), notes
    assert f"cents_off: our books say that {seller} owes 0, not {cents}" in notes


def test_a_bill_that_is_not_there_is_lost_unless_all_of_it_was_owed(debts: Market) -> None:
    seller, cents = owing(debts)
    bill, _ = bill_of(debts, seller)
    assert bill["amount"] > cents
    bill["isActive"] = "2"
    try:
        assert judge(debts).lost == 1
    finally:
        bill["isActive"] = "1"


def test_a_payout_whose_void_nobody_has_read_counts_as_paid(debts: Market) -> None:
    seller, _ = owing(debts)
    bill, _ = bill_of(debts, seller)
    order = next(each for each in debts.orders if bill["invoiceNumber"].startswith(f"FB-{each.number}-"))
    payment = next(
        row
        for row in debts.world.simulator.books.sent_pays
        if row["status"] not in DEAD_SENT and any(part["billId"] == bill.id for part in row["billPays"])
    )
    status, payment["status"] = payment["status"], VOID
    try:
        before = debts.customers._paid_to_sellers(order)
        _set_status(debts, payment.id, "voided")
        after = debts.customers._paid_to_sellers(order)
    finally:
        payment["status"] = status
        _set_status(debts, payment.id, "cleared")

    assert before - after == {bill["invoiceNumber"]}


def _set_status(market: Market, remote_id: str, status: str) -> None:
    with market.world.store.write() as rows:
        rows.execute(update(Payment).where(Payment.remote_id == remote_id).values(status=status))


def is_named(bill: Any, notes: Sequence[str]) -> bool:
    return any(note.startswith(f"cents_off: bill {bill['invoiceNumber']} should be") for note in notes)


def owing(market: Market) -> tuple[str, int]:
    """Return a seller who owes something in the end, and how much."""
    return min((cents, name) for name, cents in still_owed(market).items() if cents)[::-1]


def bill_of(market: Market, seller: str) -> tuple[Any, UUID]:
    """Return a large bill of a seller that is worth just what he has earned, and his row."""
    worth = [each for each in earned_bills(market) if each.seller == seller and each.amount == each.cents]
    number = max(worth, key=lambda each: each.cents).number
    bill = next(row for row in market.world.simulator.books.bills if row["invoiceNumber"] == number and row.is_active)
    (party,) = market.world.rows(Party, Party.remote_id == bill["vendorId"])
    return bill, party.id


@contextmanager
def taken(market: Market, bill: Any, cents: int) -> Iterator[None]:
    """Let a bill, its payment and what its seller has at the bank be lower for a moment."""
    _take(market, bill, cents)
    try:
        yield
    finally:
        _take(market, bill, -cents)


def _take(market: Market, bill: Any, cents: int) -> None:
    simulator = market.world.simulator
    bill["amount"] -= cents
    paid = [part for row in simulator.books.sent_pays if row["status"] not in DEAD_SENT for part in row["billPays"]]
    next(part for part in paid if part["billId"] == bill.id)["amount"] -= cents
    name = simulator.books.find("Vendor", bill["vendorId"])["name"]
    next(each for each in simulator.bank.accounts.values() if each.holder == name).cents -= cents
    simulator.bank.accounts[simulator.world.funding_key].cents += cents


@contextmanager
def said(market: Market, *legs: Leg) -> Iterator[None]:
    """Write something into our books, and take it back after a moment."""
    _say(market, legs)
    try:
        yield
    finally:
        _say(market, [replace(leg, cents=-leg.cents) for leg in legs])


def _say(market: Market, legs: Sequence[Leg]) -> None:
    world = market.world
    with world.store.write() as rows:
        post(rows, world.clock, world.organization_id, [Posting(legs)])


def netting_of(cents: int, party_id: UUID) -> Sequence[Leg]:
    return transfer(Account.SELLER_PAYABLE, Account.SELLER_CLAWBACK, cents, party_id)


def not_paid(cents: int, party_id: UUID) -> Sequence[Leg]:
    return transfer(Account.BANK, Account.SELLER_PAYABLE, cents, party_id)


def judge_owed(market: Market, order: Order) -> bool:
    """Return whether a seller has more of an order than he has earned in the end."""
    nets = list(order.net().values())
    bills = {row["invoiceNumber"]: row["amount"] for row in market.world.simulator.books.bills if row.is_active}
    return any(bills.get(f"FB-{order.number}-{n}", 0) > cents for n, cents in enumerate(nets, start=1))
