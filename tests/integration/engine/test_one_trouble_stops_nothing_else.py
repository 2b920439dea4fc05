"""What goes wrong with one kind of work leaves the others alone."""

from __future__ import annotations

from typing import Any

import pytest

from flask_billcom.marketplace.kinds.invoices import CreateInvoice
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World


def test_mails_that_wait_for_the_next_minute_do_not_keep_payments_waiting(make_world: MakeWorld) -> None:
    world = make_world(collect="send")
    world.onboard(sellers=["ann"])
    world.settle_some(8, ("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    assert world.states("send_invoice").count("done") == 5
    world.plan_payouts()

    world.tick()

    assert world.states("send_invoice").count("planned") == 3
    assert set(world.states("pay")) == {"done"}


def test_a_read_back_that_bill_refuses_does_not_keep_other_work_waiting(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_after", "PayBills")
    world.tick()
    world.simulator.plan_fault("bdc:BDC_1205", "List/SentPay", count=100)
    world.settle(("bo", "5.00"))
    world.advance(seconds=30)

    world.tick()

    assert world.states("pay") == ["unknown"]
    assert set(world.states("create_bill")) == {"done"}


def test_a_funding_account_that_is_missing_does_not_keep_other_work_waiting(world: World) -> None:
    (account,) = world.simulator.books["BankAccount"]
    world.simulator.under_lock(lambda bill: bill.change(account, status="3"))
    world.ready_to_pay()
    assert world.states("pay") == ["planned"]

    report = world.tick()

    assert any("ConfigurationError" in text for text in report.failed.values())
    assert report.stopped is None
    assert world.states("pay") == ["planned"]


def test_an_effect_that_cannot_be_written_down_stops_only_its_own_kind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("a bug of ours")

    with monkeypatch.context() as patch:
        patch.setattr(CreateInvoice, "apply", broken)
        world.settle(("ann", "10.00", "1.00"))
        world.advance(seconds=5)
        report = world.tick()
        assert any("ValueError" in text for text in report.failed.values())
        assert world.states("create_bill") == ["done"]
        world.run(600)
        assert world.operation("create_invoice").state in {"unknown", "checking"}

    world.run(600)

    assert world.states("create_invoice") == ["done"]
    assert len(world.simulator.books.invoices) == 1


def test_bill_that_was_away_finds_everything_waiting_and_no_slot_taken(world: World) -> None:
    world.ready_to_pay(3)
    world.simulator.plan_fault("connect_refused", "*", count=40)
    world.settle(("bo", "5.00"))
    for _ in range(40):
        world.advance(seconds=60)
        world.tick()
        if not world.simulator.faults.planned:
            break
    assert "planned" in world.states()

    world.advance(seconds=60)
    world.tick()
    world.advance(seconds=60)
    world.tick()

    assert set(world.states()) == {"done"}
    assert len(world.sent("PayBills")) <= 41


def test_a_sign_in_that_finds_no_slot_leaves_the_place_to_the_next(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    world.simulator.plan_fault("timeout_before", "Login", count=3)
    world.tick()
    for _ in range(8):
        world.advance(seconds=60)
        world.tick()

    assert set(world.states()) == {"done"}
