"""Read-backs are written together, since that is cheap; one that fails keeps no other one back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom.engine.kinds import Applied
from flask_billcom.marketplace.kinds.payouts import Pay
from flask_billcom.models import Operation
from flask_billcom.store import Rows
from tests.crash.boundaries import Boundaries
from tests.support.world import World


def test_many_lost_payments_are_found_in_one_transaction(world: World) -> None:
    world.ready_to_pay(5)
    world.simulator.plan_fault("timeout_after", "PayBills")
    world.tick()
    assert set(world.states("pay")) == {"unknown"}
    world.advance(seconds=20)

    with Boundaries() as boundaries:
        boundaries.is_listening = True
        world.tick()

    assert set(world.states("pay")) == {"done"}
    written = [label for label in boundaries.trail if "before commit of engine.readback." in label]
    assert len(written) == len({"claim", "write", "look for more"}), boundaries.trail


def test_a_payment_that_cannot_be_written_keeps_no_other_one_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.ready_to_pay(3)
    world.simulator.plan_fault("timeout_after", "PayBills")
    world.tick()
    last = world.operations("pay")[-1].id
    apply = Pay.apply

    def refuse_the_last(kind: Pay, rows: Rows, applied: Sequence[Applied]) -> None:
        if any(each.operation.id == last for each in applied):
            raise ZeroDivisionError
        apply(kind, rows, applied)

    monkeypatch.setattr(Pay, "apply", refuse_the_last)
    world.advance(seconds=20)

    world.tick()

    assert world.states("pay") == ["done", "done", "checking"]
    monkeypatch.undo()
    world.run(600)
    assert world.states("pay") == ["done", "done", "done"]
    assert len(world.sent("PayBills")) == 1


def test_a_check_that_another_worker_took_over_keeps_no_other_one_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.ready_to_pay(3)
    world.simulator.plan_fault("timeout_after", "PayBills")
    world.tick()
    first = world.operations("pay")[0].id
    find = Pay.find

    def while_another_takes_it(kind: Pay, reads: Any, operations: Sequence[Operation]) -> Any:
        with world.store.write() as rows:
            rows.change(update(Operation).where(Operation.id == first).values(check_id=world.clock.new_id()))
        return find(kind, reads, operations)

    monkeypatch.setattr(Pay, "find", while_another_takes_it)
    world.advance(seconds=20)

    world.tick()

    assert world.states("pay") == ["checking", "done", "done"]


def test_a_document_is_not_read_before_the_absence_of_its_payment_can_be_believed(world: World) -> None:
    world.ready_to_pay(3)
    world.simulator.plan_fault("timeout_before", "PayBills")
    world.tick()
    assert set(world.states("pay")) == {"unknown"}
    before = len(world.sent("Crud/Read/Bill"))

    world.run(130)

    assert set(world.states("pay")) == {"unknown"}
    assert len(world.sent("List/SentPay")) > 0, "it was looked for"
    assert len(world.sent("Crud/Read/Bill")) == before
