"""Sales from settle to the last cleared payout, at the local Bill.com, with the calls that following them costs."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from flask_billcom.ledger import Account
from flask_billcom.marketplace.balances import balance_of, payouts_of
from flask_billcom.models import Audit, Document, Party, Payment, Settlement
from flask_billcom.schedule import Schedule
from flask_billcom.simulator.payments.disbursements import return_payout as send_payout_back
from flask_billcom.simulator.payments.receipts import return_charge as take_charge_back
from tests.support.world import Stage, World

FOLLOWING = ("List/ReceivedPay", "List/SentPay", "List/MoneyMovement", "ListPayments")


def settled_world(stage: Stage, **values: Any) -> World:
    world = stage.world(**{"payout_schedule": Schedule.parse("daily"), "collect": "charge", **values})
    world.onboard(sellers=["ann", "cid"], buyers=["Ada", "Bob"])
    return world


@pytest.fixture
def world(sqlite_stage: Stage) -> World:
    return settled_world(sqlite_stage)


def following(world: World, since: int = 0) -> Counter[str]:
    return Counter(e.endpoint for e in list(world.simulator.journal)[since:] if e.endpoint in FOLLOWING)


def settle_some(world: World) -> None:
    world.lives_through(_settle_some)


def _settle_some(world: World) -> None:
    world.settle(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), buyer="Ada", own="5.00")
    world.settle(("ann", "20.00", "2.00"), buyer="Ada")
    world.settle(("cid", "30.00", "3.00"), buyer="Bob")


def round_of(world: World, *, days: int = 0) -> None:
    """Let bank days pass and then do everything that is due, without moving the clock between."""
    world.lives_through(_round_of, days)


def _round_of(world: World, days: int) -> None:
    if days:
        world.advance(business_days=days)
    world.rounds()


def return_charge(world: World, remote_id: str) -> None:
    receipts = world.simulator.world.store["ReceivedPay"].by_id
    world.simulator.under_lock(lambda banks: take_charge_back(banks, receipts[remote_id], "R01"))


def return_payout(world: World, remote_id: str) -> None:
    sent = world.simulator.world.store["SentPay"].by_id
    world.simulator.under_lock(lambda banks: send_payout_back(banks, sent[remote_id], "R03"))


def states(world: World) -> set[str]:
    return {sale.state for sale in world.rows(Settlement)}


def test_sales_walk_from_settled_to_paid_out(dialect: str, request: pytest.FixtureRequest) -> None:
    world = settled_world(request.getfixturevalue(f"{dialect}_stage"))
    settle_some(world)
    round_of(world)
    assert states(world) == {"collecting"}

    round_of(world, days=1)
    assert states(world) == {"collected"}

    round_of(world, days=4)
    assert states(world) == {"collected"}

    round_of(world, days=1)
    assert states(world) == {"paying"}

    round_of(world, days=1)
    assert {payment.status for payment in world.rows(Payment, Payment.kind == "sent")} == {"paid"}

    round_of(world, days=2)
    assert states(world) == {"paid_out"}
    books = {account: cents for account, cents in world.trial().items() if cents}
    assert books == {Account.BANK: 20_00, Account.FEE_INCOME: -15_00, Account.OWN_INCOME: -5_00}
    acts = Counter(act.action for act in world.rows(Audit))
    assert (acts["charge_paid"], acts["charge_funded"]) == (3, 3)
    assert acts["payout_paid"] == len(world.simulator.books.sent_pays)


def test_five_rounds_cost_no_more_pages_than_they_have_to(world: World) -> None:
    before = len(list(world.simulator.journal))
    settle_some(world)
    for days in (0, 1, 5, 1, 2):
        round_of(world, days=days)

    assert states(world) == {"paid_out"}
    assert following(world, before) == {
        "List/ReceivedPay": 4,  # money in; returns before the payout, and on each later day with a round
        "List/SentPay": 2,  # processed; cleared
        "List/MoneyMovement": 2,
        "ListPayments": 3,  # failed, void, hold
    }


def test_a_quiet_marketplace_makes_hardly_a_call(world: World) -> None:
    settle_some(world)
    for days in (0, 1, 5, 1, 2):
        round_of(world, days=days)
    before = len(list(world.simulator.journal))

    for _ in range(14):
        world.advance(seconds=86_400)
        world.tick()
        world.tick()

    calls = following(world, before)
    assert calls.pop("List/ReceivedPay") <= 14, "debits of buyers that come back late, once a day"
    assert calls.pop("ListPayments") <= 3 * (7 + 2), "what sellers' banks send back, daily for a week, then weekly"
    assert calls.total() <= 2 * 2


def test_buyers_who_pay_by_link_are_followed_too(sqlite_stage: Stage) -> None:
    world = settled_world(sqlite_stage, collect="none", simulator={"buyers_pay": True})
    settle_some(world)

    for days in (0, 1, 5, 1, 2):
        round_of(world, days=days)

    assert states(world) == {"paid_out"}


def test_a_seller_sees_where_each_cent_is(world: World) -> None:
    seen = []
    settle_some(world)
    with world.store.read() as rows:
        [ann] = rows.all(select(Party.id).where(Party.role == "vendor", Party.local_id == "1"))
    for days in (0, 1, 5, 1, 2):
        round_of(world, days=days)
        with world.store.read() as rows:
            b = balance_of(rows, world.organization_id, ann)
        assert b.earned_cents == 72_00
        seen.append((b.available_cents, b.in_transit_cents, b.paid_cents))

    assert seen == [(72_00, 0, 0), (72_00, 0, 0), (0, 72_00, 0), (0, 72_00, 0), (0, 0, 72_00)]
    with world.store.read() as rows:
        payouts = payouts_of(rows, world.organization_id, ann)
    assert {payout.status for payout in payouts} == {"cleared"}
    assert sum(payout.cents for payout in payouts) == 72_00
    assert {number for payout in payouts for number in payout.numbers} == {"FB-1-1", "FB-2-1"}


def test_a_debit_that_comes_back_stops_the_payout_until_it_is_paid_again(world: World) -> None:
    world.settle(("ann", "60.00", "6.00"), buyer="Ada")
    round_of(world)
    round_of(world, days=2)
    [receipt] = world.simulator.books.received_pays
    assert world.trial()[Account.BANK] == 60_00

    return_charge(world, receipt.id)
    round_of(world, days=1)

    assert states(world) == {"invoiced"}
    assert world.trial()[Account.BANK] == 0
    assert world.trial()[Account.BUYER_RECEIVABLE] == 60_00
    assert world.rows(Document, Document.kind == "bill")[0].release_after is None
    round_of(world, days=10)
    assert world.operations("pay") == []


def test_a_payout_that_fails_after_it_looked_paid_shows_where_the_money_is(world: World) -> None:
    world.settle(("ann", "60.00", "6.00"), buyer="Ada")
    for days in (0, 1, 5, 1):
        round_of(world, days=days)
    [sent] = world.simulator.books.sent_pays

    return_payout(world, sent.id)
    round_of(world, days=2)

    [payment] = world.rows(Payment, Payment.kind == "sent")
    assert (payment.status, payment.disbursement_status) == ("returning", "failed")
    assert states(world) == {"funded"}
    trial = world.trial()
    assert trial[Account.PAYOUT_RETURNED] == -54_00
    assert trial[Account.PROVIDER_CLEARING_OUT] == 54_00
    assert trial[Account.BANK] == 6_00
    round_of(world, days=5)
    assert len(world.operations("pay")) == 1
