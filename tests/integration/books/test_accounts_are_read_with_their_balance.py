from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom.ledger import Account
from flask_billcom.marketplace.books.history import History
from flask_billcom.marketplace.lists import InvalidQuery
from flask_billcom.models import Entry
from tests.integration.books.conftest import pay_out, round_of, settle_some, settled_world
from tests.support.world import Stage, World


def walk(world: World, account: str, **wanted: Any) -> list[History]:
    """Return all pages of an account."""
    pages, after = [], None
    with world.app():
        while True:
            pages.append(world.shop.billcom.ledger(account, after=after, **wanted))
            after = pages[-1].after
            if after is None:
                return pages


def test_every_entry_of_an_account_comes_once_with_the_balance_after_it(
    dialect: str, request: pytest.FixtureRequest
) -> None:
    stage: Stage = request.getfixturevalue(f"{dialect}_stage")
    world = settled_world(stage)
    settle_some(world)
    pay_out(world)

    for account, total in world.trial().items():
        pages = walk(world, account, limit=3)
        items = [item for page in pages for item in page.items]
        assert len({item.id for item in items}) == len(items) == len(world.rows(Entry, Entry.account == account))
        assert [page.opening_cents for page in pages] == [0, *(page.closing_cents for page in pages[:-1])]
        assert pages[-1].closing_cents == total == sum(item.cents for item in items)
        running = 0
        for item in items:
            running += item.cents
            assert item.balance_cents == running


def test_an_account_is_read_for_one_seller_and_says_what_happened(world: World) -> None:
    settle_some(world)
    pay_out(world)
    ann = world.person("seller", "ann")

    with world.app() as session:
        page = world.shop.billcom.ledger("seller_payable", party=session.merge(ann))

    assert [(item.meaning, item.cents) for item in page.items] == [
        ("sale", -54_00),
        ("sale", -18_00),
        ("payout planned", 54_00),
        ("payout planned", 18_00),
    ]
    assert {item.party for item in page.items} == {f"Seller {ann.id}"}
    assert [item.reference for item in page.items] == ["1", "2", "1", "2"]
    assert page.closing_cents == 0


def test_no_posting_of_a_whole_life_is_without_words(world: World) -> None:
    settle_some(world)
    pay_out(world)

    with world.app():
        words = {item.meaning for account in Account for item in world.shop.billcom.ledger(account, limit=200).items}

    assert not [each for each in words if "against" in each]
    assert {"sale", "payment from the buyer", "payout sent", "payout at the bank"} <= words


def test_days_are_those_of_the_organization(world: World) -> None:
    settle_some(world)
    zone = world.settings.zone
    today = world.clock.now().astimezone(zone).date()
    first = world.rows(Entry)[0]
    with world.store.write() as rows:  # the last minute of today, in Los Angeles and no longer in London
        late = datetime.combine(today, time(23, 59), tzinfo=zone)
        rows.change(update(Entry).where(Entry.posting_id == first.posting_id).values(occurred_at=late))

    with world.app():
        billcom = world.shop.billcom
        until = billcom.ledger("buyer_receivable", until=today)
        tomorrow = billcom.ledger("buyer_receivable", since=today + timedelta(days=1))

    assert until.closing_cents == 155_00
    assert (tomorrow.opening_cents, tomorrow.items) == (155_00, ())
    assert late.astimezone(zone).date() == today
    assert late.timestamp() > datetime.combine(today, time(23), tzinfo=zone).timestamp()


def test_what_is_no_account_or_place_is_refused(world: World) -> None:
    with world.app():
        billcom = world.shop.billcom
        with pytest.raises(InvalidQuery, match="no account cash"):
            billcom.ledger("cash")
        with pytest.raises(InvalidQuery, match="limit"):
            billcom.ledger("bank", limit=201)
        with pytest.raises(InvalidQuery, match="names no entry"):
            billcom.ledger("bank", after="0" * 32)
        assert billcom.ledger("bank", since=date(2020, 1, 1)).items == ()


def test_everybody_has_his_balance_in_pages(world: World) -> None:
    settle_some(world)
    round_of(world)
    round_of(world, days=1)

    with world.app():
        billcom = world.shop.billcom
        sellers = billcom.party_balances(role="vendor", limit=1)
        others = billcom.party_balances(role="vendor", limit=1, after=sellers.after)
        buyers = billcom.party_balances(role="customer")

    owed = {each.local_id: each.owed_cents for page in (sellers, others) for each in page.items}
    assert sorted(owed.values()) == [63_00, 72_00]
    assert others.after is None
    assert [each.owed_cents for each in buyers.items] == [0, 0]
    assert all(each.remote_id for each in buyers.items)
