from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from sqlalchemy import delete

from flask_billcom.ledger import Account
from flask_billcom.marketplace.books.clearing import CLEARING, UNEXPLAINED, OpenItem
from flask_billcom.models import Entry, Payment
from flask_billcom.simulator.payments.disbursements import return_payout as send_payout_back
from tests.integration.books.conftest import pay_out, round_of, settle_some, settled_world
from tests.support.world import World


def items_of(world: World) -> list[OpenItem]:
    """Return what stands open, after checking that it adds up to the books."""
    with world.app():
        items = world.shop.billcom.open_items()
    sums: dict[Account, int] = defaultdict(int)
    for item in items:
        sums[item.account] += item.cents
    balances = world.trial()
    assert {account: sums[account] for account in CLEARING} == {account: balances[account] for account in CLEARING}
    return items


def test_nothing_is_open_at_rest(dialect: str, request: pytest.FixtureRequest) -> None:
    world = settled_world(request.getfixturevalue(f"{dialect}_stage"))
    settle_some(world)
    assert items_of(world) == []

    pay_out(world)

    assert items_of(world) == []


def test_each_step_of_the_money_is_listed_with_what_it_waits_for(world: World) -> None:
    settle_some(world)
    seen: Counter[Account] = Counter()
    for days in (0, 1, 1, 1, 1, 1, 1, 1, 1):
        round_of(world, days=days)
        for item in items_of(world):
            seen[item.account] += 1
            assert item.why != UNEXPLAINED
            assert item.number is not None
            assert item.party is not None
            assert item.since is not None
            assert item.reference is not None

    assert {Account.PROVIDER_CLEARING_IN, Account.PAYOUT_SCHEDULED, Account.PROVIDER_CLEARING_OUT} <= set(seen)


def test_planned_payouts_are_listed_by_bill(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.plan_payouts()

    (item,) = items_of(world)

    assert (item.account, item.cents, item.number) == (Account.SELLER_RESERVED, -9_00, "FB-1-1")
    assert item.why == "a payout is planned"
    assert item.operation_id == world.operation("pay").id


def test_a_payout_that_comes_back_names_its_payment(world: World) -> None:
    settle_some(world)
    for days in (0, 1, 5, 1):
        round_of(world, days=days)
    paid = next(each for each in world.rows(Payment, Payment.kind == "sent") if each.cents == 54_00)
    sent = world.simulator.world.store["SentPay"].by_id
    world.simulator.under_lock(lambda banks: send_payout_back(banks, sent[paid.remote_id], "R03"))
    round_of(world, days=2)

    items = items_of(world)

    assert {item.payment for item in items} == {paid.remote_id}
    assert [(item.account, item.cents) for item in items] == [
        (Account.PROVIDER_CLEARING_OUT, 54_00),
        (Account.PAYOUT_RETURNED, -54_00),
    ]


def test_what_no_row_explains_is_an_item_of_its_own(world: World) -> None:
    settle_some(world)
    round_of(world)
    round_of(world, days=1)
    with world.store.write() as rows:
        one = world.rows(Entry, Entry.account == Account.PROVIDER_CLEARING_IN)[0]
        rows.execute(delete(Entry).where(Entry.id == one.id))

    odd = [item for item in items_of(world) if item.why == UNEXPLAINED]

    assert [(item.account, item.cents) for item in odd] == [(Account.PROVIDER_CLEARING_IN, -one.cents)]
