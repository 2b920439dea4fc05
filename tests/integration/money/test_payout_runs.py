from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom import ledger
from flask_billcom.engine.decisions import NEEDS_APPROVAL
from flask_billcom.ledger import Account, Posting
from flask_billcom.marketplace import holds
from flask_billcom.marketplace.balances import balance_of
from flask_billcom.marketplace.idle import NEXT_RUN, idle
from flask_billcom.marketplace.paying.payable import (
    COOLING,
    COVER,
    DAY_CAP,
    INACTIVE,
    MERGED,
    MINIMUM,
    RESERVE,
    RUN_CAP,
    due_bills,
)
from flask_billcom.marketplace.paying.payouts import SWITCHED_OFF, PayoutRun, plan_payouts, plan_scheduled_payouts
from flask_billcom.models import Audit, Document, Hold, Operation, Party
from flask_billcom.schedule import Schedule
from tests.support.factories import SaleRows, Shop

Owe = Callable[..., SaleRows]


@pytest.fixture
def owe(shop: Shop) -> Owe:
    """Sell something whose bills are released, with the money at the bank."""

    def sell(gross: int, sellers: dict[str, int], **values: Any) -> SaleRows:
        sale = shop.sell(gross, sellers, **values)
        shop.open_documents(sale)
        with shop.store.write() as rows:
            rows.change(
                update(Document)
                .where(Document.origin_id == sale.settlement_id, Document.kind == "bill")
                .values(release_after=shop.clock.now())
            )
            legs = ledger.transfer(Account.BANK, Account.BUYER_RECEIVABLE, gross)
            ledger.post(rows, shop.clock, shop.organization_id, [Posting(legs)])
        return sale

    return sell


def plan(shop: Shop, **values: Any) -> PayoutRun:
    return plan_payouts(shop.domain, **values)


def set_to(shop: Shop, **values: Any) -> None:
    shop.settings = replace(shop.settings, **values)


def hold(shop: Shop, on: holds.HoldOn, reason: str = "looking into it") -> None:
    with shop.store.write() as rows:
        holds.place(rows, shop.clock, shop.organization_id, on, reason=reason, actor="ada")


def why(shop: Shop) -> list[str | None]:
    return [each.reason for each in idle(shop.domain)]


def test_a_run_plans_every_released_bill_and_reserves_its_money(shop: Shop, owe: Owe) -> None:
    owe(100_00, {"ann": 50_00, "cid": 40_00}, fee=10_00)

    run = plan(shop)

    assert (run.bills, run.cents, run.sellers, run.skipped, run.stopped) == (2, 90_00, 2, {}, None)
    assert [(op.kind, op.amount_cents, op.state) for op in shop.rows(Operation)] == [
        ("pay", 50_00, "planned"),
        ("pay", 40_00, "planned"),
    ]
    assert shop.books()["seller_reserved"] == -90_00
    assert "seller_payable" not in shop.books()
    assert [act.action for act in shop.rows(Audit)] == ["payout_planned"]


def test_the_same_run_twice_plans_once(shop: Shop, owe: Owe) -> None:
    owe(100_00, {"ann": 90_00}, fee=10_00)

    plan(shop)
    again = plan(shop)

    assert again.bills == 0
    assert len(shop.rows(Operation)) == 1
    assert shop.books()["seller_reserved"] == -90_00


def test_two_runs_at_once_plan_each_bill_once(shop: Shop, owe: Owe) -> None:
    for _ in range(20):
        owe(10_00, {"ann": 10_00})
    barrier, runs = Barrier(4), []

    def run() -> None:
        barrier.wait()
        runs.append(plan(shop))

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(run.bills for run in runs) == 20
    assert len(shop.rows(Operation)) == 20
    assert shop.books()["seller_reserved"] == -200_00


def test_a_bill_waits_for_its_release(shop: Shop, owe: Owe) -> None:
    sale = owe(100_00, {"ann": 100_00})
    with shop.store.write() as rows:
        later = shop.clock.now() + timedelta(days=2)
        rows.change(update(Document).where(Document.id == sale.bills["ann"]).values(release_after=later))

    assert plan(shop).bills == 0
    assert why(shop) == [f"released on {later:%Y-%m-%d}"]

    shop.clock.advance(timedelta(days=2))
    assert plan(shop).bills == 1


def test_a_dry_run_says_what_would_be_planned_and_writes_nothing(shop: Shop, owe: Owe) -> None:
    owe(100_00, {"ann": 90_00}, fee=10_00)
    set_to(shop, payments_enabled=False)

    run = plan(shop, dry_run=True)

    assert (run.bills, run.cents, run.stopped, run.is_dry_run) == (1, 90_00, SWITCHED_OFF, True)
    assert shop.rows(Operation) == []
    assert why(shop) == [SWITCHED_OFF]


def test_nothing_is_planned_while_payments_are_switched_off(shop: Shop, owe: Owe) -> None:
    owe(100_00, {"ann": 90_00}, fee=10_00)
    set_to(shop, payments_enabled=False)

    assert plan(shop).stopped == SWITCHED_OFF
    assert shop.rows(Operation) == []


@pytest.mark.parametrize("on", [holds.EVERYTHING, holds.ALL_PAYOUTS])
def test_the_kill_switch_stops_a_run(shop: Shop, owe: Owe, on: holds.HoldOn) -> None:
    owe(100_00, {"ann": 90_00}, fee=10_00)
    hold(shop, on, holds.KILL_SWITCH)

    assert plan(shop).stopped == "hold: kill switch"
    assert shop.rows(Operation) == []

    with shop.store.write() as rows:
        assert holds.release(rows, shop.clock, shop.organization_id, on, actor="ada") == 1
    assert plan(shop).bills == 1


@pytest.mark.parametrize("scope", ["party", "settlement", "document"])
def test_held_bills_are_passed_over_with_their_reason(shop: Shop, owe: Owe, scope: str) -> None:
    sale = owe(100_00, {"ann": 100_00})
    owe(10_00, {"cid": 10_00})
    row_id = {
        "party": shop.party("vendor", "ann"),
        "settlement": sale.settlement_id,
        "document": sale.bills["ann"],
    }[scope]
    hold(shop, holds.HoldOn.row(scope, row_id))

    run = plan(shop)

    assert run.cents == 10_00
    assert {reason: skipped.cents for reason, skipped in run.skipped.items()} == {"hold: looking into it": 100_00}
    with shop.store.read() as rows:
        ann = balance_of(rows, shop.organization_id, shop.party("vendor", "ann"))
        blocked = holds.blocking(rows, shop.organization_id, "payouts", [sale.bills["ann"]])
    assert (ann.held_cents, ann.available_cents, ann.earned_cents) == (100_00, 0, 100_00)
    assert blocked == {sale.bills["ann"]}


@pytest.mark.parametrize(
    ("values", "reason"), [({"is_active": False}, INACTIVE), ({"merged_into": "00901OTHERVENDOR0001"}, MERGED)]
)
def test_sellers_that_are_gone_are_not_paid(shop: Shop, owe: Owe, values: dict[str, Any], reason: str) -> None:
    owe(100_00, {"ann": 100_00})
    with shop.store.write() as rows:
        rows.change(update(Party).where(Party.id == shop.party("vendor", "ann")).values(**values))

    assert list(plan(shop).skipped) == [reason]
    assert why(shop) == [reason]


def test_a_changed_bank_account_cools_off(shop: Shop, owe: Owe) -> None:
    owe(100_00, {"ann": 100_00})
    with shop.store.write() as rows:
        rows.change(update(Party).where(Party.role == "vendor").values(bank_changed_at=shop.clock.now()))

    assert list(plan(shop).skipped) == [COOLING]
    shop.clock.advance(timedelta(days=2))
    assert list(plan(shop).skipped) == [COOLING]
    shop.clock.advance(timedelta(days=1))
    assert plan(shop).bills == 1


def test_sellers_below_the_minimum_wait_unless_a_person_pays_them_now(shop: Shop, owe: Owe) -> None:
    set_to(shop, minimum_payout_cents=50_00)
    owe(30_00, {"ann": 30_00})
    owe(30_00, {"cid": 30_00})
    owe(30_00, {"cid": 30_00})

    run = plan(shop)

    assert (run.bills, run.sellers) == (2, 1)
    assert run.skipped[MINIMUM].cents == 30_00
    assert plan(shop, seller=shop.party("vendor", "ann")).bills == 1


def test_held_bills_do_not_count_towards_the_minimum(shop: Shop, owe: Owe) -> None:
    set_to(shop, minimum_payout_cents=50_00)
    held = owe(40_00, {"ann": 40_00})
    owe(30_00, {"ann": 30_00})
    hold(shop, holds.HoldOn.row("settlement", held.settlement_id))

    assert plan(shop).bills == 0


def test_the_cover_goes_to_the_oldest_bills_that_fit(shop: Shop, owe: Owe) -> None:
    owe(100_00, {"ann": 100_00})
    shop.clock.advance(timedelta(minutes=1))
    owe(50_00, {"cid": 50_00})
    with shop.store.write() as rows:
        legs = ledger.transfer(Account.BUYER_RECEIVABLE, Account.BANK, 70_00)
        ledger.post(rows, shop.clock, shop.organization_id, [Posting(legs)])

    run = plan(shop)

    assert run.cents == 50_00
    assert run.skipped[COVER].cents == 100_00

    set_to(shop, float_cents=70_00)
    assert plan(shop).cents == 100_00


def test_the_cap_of_a_run_counts_the_whole_day(shop: Shop, owe: Owe) -> None:
    set_to(shop, run_cap_cents=150_00)
    for _ in range(2):
        owe(100_00, {"ann": 100_00})

    assert plan(shop).cents == 100_00
    assert list(plan(shop).skipped) == [RUN_CAP]
    shop.clock.advance(timedelta(days=1))
    assert plan(shop).cents == 100_00


def test_the_cap_of_a_seller_counts_the_whole_day(shop: Shop, owe: Owe) -> None:
    set_to(shop, seller_day_cap_cents=150_00)
    for _ in range(2):
        owe(100_00, {"ann": 100_00})
    owe(100_00, {"cid": 100_00})

    run = plan(shop)

    assert (run.cents, run.skipped[DAY_CAP].cents) == (200_00, 100_00)
    shop.clock.advance(timedelta(days=1))
    assert plan(shop).cents == 100_00


def test_a_share_of_ninety_days_earnings_stays_behind(shop: Shop, owe: Owe) -> None:
    from decimal import Decimal

    set_to(shop, reserve_percent=Decimal(10))
    for _ in range(10):
        owe(10_00, {"ann": 10_00})

    run = plan(shop)

    assert (run.cents, run.skipped[RESERVE].cents) == (90_00, 10_00)
    shop.clock.advance(timedelta(days=91))
    assert plan(shop).cents == 10_00


def test_large_runs_wait_for_approval(shop: Shop, owe: Owe) -> None:
    set_to(shop, approval_threshold_cents=100_00)
    owe(60_00, {"ann": 60_00})
    assert plan(shop).parked is None

    owe(60_00, {"ann": 60_00})
    owe(60_00, {"cid": 60_00})

    assert plan(shop).parked == NEEDS_APPROVAL
    assert [op.parked for op in shop.rows(Operation)] == [None, NEEDS_APPROVAL, NEEDS_APPROVAL]
    assert why(shop) == ["payout parked: needs_approval"] * 2


def test_runs_keep_to_the_schedule_and_catch_up_a_missed_day(shop: Shop, owe: Owe) -> None:
    set_to(shop, payout_schedule=Schedule.parse("weekly:fri"))
    owe(10_00, {"ann": 10_00})

    assert plan_scheduled_payouts(shop.domain) is None
    assert why(shop) == [NEXT_RUN]

    shop.clock.advance(timedelta(days=4))
    friday = plan_scheduled_payouts(shop.domain)
    assert friday is not None
    assert friday.bills == 1

    owe(10_00, {"ann": 10_00})
    shop.clock.advance(timedelta(days=10))
    monday_after_a_missed_friday = plan_scheduled_payouts(shop.domain)
    assert monday_after_a_missed_friday is not None
    assert monday_after_a_missed_friday.bills == 1


def test_a_monthly_run_on_the_31st_comes_on_the_last_day_of_february(shop: Shop, owe: Owe) -> None:
    set_to(shop, payout_schedule=Schedule.parse("monthly:last"))
    shop.clock.advance(datetime(2032, 2, 26, 18, tzinfo=UTC) - shop.clock.now())
    owe(10_00, {"ann": 10_00})
    assert plan_scheduled_payouts(shop.domain) is None

    shop.clock.advance(datetime(2032, 3, 1, 18, tzinfo=UTC) - shop.clock.now())

    # 2032-02-29 is a Sunday, so banks work on it on Monday.
    run = plan_scheduled_payouts(shop.domain)
    assert run is not None
    assert run.bills == 1


def test_manual_runs_never_come_by_themselves(shop: Shop, owe: Owe) -> None:
    set_to(shop, payout_schedule=Schedule.parse("manual"))
    owe(10_00, {"ann": 10_00})

    for _ in range(40):
        assert plan_scheduled_payouts(shop.domain) is None
        shop.clock.advance(timedelta(days=1))

    assert plan(shop).bills == 1


def test_bills_that_become_due_a_moment_later_are_planned_at_once(shop: Shop, owe: Owe) -> None:
    owe(10_00, {"ann": 10_00})
    assert plan_scheduled_payouts(shop.domain) is not None
    shop.clock.advance(timedelta(seconds=1))
    assert plan_scheduled_payouts(shop.domain) is None

    owe(10_00, {"ann": 10_00})

    run = plan_scheduled_payouts(shop.domain)
    assert run is not None
    assert run.bills == 1


def test_a_bill_with_a_payment_made_is_never_planned_again_by_itself(shop: Shop, owe: Owe) -> None:
    sale = owe(10_00, {"ann": 10_00})
    plan(shop)
    with shop.store.write() as rows:
        rows.change(update(Operation).values(state="done"))
        rows.change(update(Document).where(Document.id == sale.bills["ann"]).values(released_at=None))

    assert plan(shop).bills == 0
    assert len(shop.rows(Operation)) == 1


def test_a_rejected_payment_is_named_and_left_to_a_person(shop: Shop, owe: Owe) -> None:
    owe(10_00, {"ann": 10_00})
    plan(shop)
    with shop.store.write() as rows:
        rows.change(update(Operation).values(state="rejected", error_code="BDC_1205"))

    assert plan(shop).bills == 0
    [reason] = why(shop)
    assert reason is not None
    assert "BDC_1205" in reason
    assert "ops retry" in reason


def test_a_run_of_several_pages_takes_every_bill_once(shop: Shop, owe: Owe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flask_billcom.marketplace.paying.payouts.ROWS", 3)
    for number in range(10):
        owe(10_00, {f"seller {number % 4}": 10_00})

    run = plan(shop)

    assert (run.bills, run.sellers) == (10, 4)
    assert len({op.subject_id for op in shop.rows(Operation)}) == 10


def test_a_hold_that_the_engine_probes_lets_the_probe_through_but_plans_nothing(shop: Shop, owe: Owe) -> None:
    sale = owe(10_00, {"ann": 10_00})
    hold(shop, holds.HoldOn("capability", "all"), "the organization is locked for minutes")
    with shop.store.write() as rows:
        rows.change(update(Hold).values(probe_after=shop.clock.now()))

    with shop.store.read() as rows:
        assert holds.blocking(rows, shop.organization_id, "payouts", [sale.bills["ann"]]) == set()
    assert plan(shop).stopped is not None


def test_a_bill_that_is_lowered_between_looking_and_planning_waits_for_the_next_look(
    shop: Shop, owe: Owe, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(100_00, {"ann": 90_00}, fee=10_00)

    def then_lowered(rows: Any, *args: Any, **values: Any) -> Any:
        found = due_bills(rows, *args, **values)
        # As a transaction of READ COMMITTED sees what another one has committed in between.
        rows.change(update(Document).where(Document.kind == "bill", Document.cents == 90_00).values(cents=50_00))
        return found

    monkeypatch.setattr("flask_billcom.marketplace.paying.payouts.due_bills", then_lowered)
    assert plan(shop).bills == 0
    assert shop.rows(Operation) == []
    assert "seller_reserved" not in shop.books()

    assert plan(shop).cents == 50_00
    assert [op.amount_cents for op in shop.rows(Operation)] == [50_00]
