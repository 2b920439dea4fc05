"""A poll may see a payment before its own operation knows of it, or move it on before a part of it is recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom.marketplace.agreement.proof import prove
from flask_billcom.marketplace.kinds.payouts import Pay
from flask_billcom.models import Document, Operation, Payment, PaymentPart
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World


def books_hold(world: World) -> None:
    with world.store.read() as rows:
        assert [str(each) for each in prove(rows, world.organization_id)] == []


def look_after(world: World, kind: str, days: int) -> None:
    """Let a check that has frozen be taken up after some days."""
    with world.store.write() as rows:
        rows.change(
            update(Operation)
            .where(Operation.kind == kind, Operation.state.in_(("unknown", "checking")))
            .values(state="checking", check_id=None, check_lease=world.clock.now() + timedelta(days=days))
        )


def process(world: World, days: int) -> None:
    for _ in range(days):
        world.advance(business_days=1)
        world.run(60)


@pytest.mark.parametrize("days", [0, 1, 4])
def test_a_part_that_is_read_back_late_catches_up_with_its_payment(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    world = make_world(float_cents=10**9)
    world.onboard(sellers=["ann"])
    (vendor,) = world.simulator.books.vendors
    world.person_does("edit", id=vendor.id, values={"enabledCombinePayments": True})
    world.settle_some(2, ("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.plan_payouts()
    world.advance(seconds=1)
    with monkeypatch.context() as patch:
        whole = Pay.parse

        def half(kind: Any, reply: Any, ready: Any) -> Any:
            names = [item.payload.document.number for item in ready]
            parsed = whole(kind, reply, ready)
            return [None if name == "FB-2-1" else part for name, part in zip(names, parsed, strict=True)]

        patch.setattr(Pay, "parse", half)
        world.tick()
    assert sorted(world.states("pay")) == ["done", "unknown"]
    look_after(world, "pay", days=30 if days else 0)

    process(world, days)
    if days:
        assert len(world.rows(PaymentPart)) == 1
    look_after(world, "pay", days=0)
    world.run_until(lambda: set(world.states("pay")) == {"done"}, step=3600, within=10 * 24 * 3600)
    process(world, 1)

    assert len(world.rows(PaymentPart)) == 2
    assert len({document.status for document in world.rows(Document, Document.kind == "bill")}) == 1
    books_hold(world)


@pytest.mark.parametrize("days", [0, 1, 3])
def test_a_charge_that_is_paid_before_its_outcome_is_known_is_booked_once(make_world: MakeWorld, days: int) -> None:
    world = make_world(collect="charge")
    world.onboard(sellers=["ann"], buyers=["Ada"])
    world.simulator.plan_fault("timeout_after", "ChargeCustomer")
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.tick()
    assert world.states("charge") == ["unknown"]
    look_after(world, "charge", days=30 if days else 0)

    process(world, days)
    if days:
        assert world.rows(Payment) == []
    look_after(world, "charge", days=0)
    world.run_until(lambda: world.states("charge") == ["done"], step=3600, within=8 * 24 * 3600)
    process(world, 2)

    (payment,) = world.rows(Payment)
    assert payment.status in {"paid", "cleared"}
    assert [document.status for document in world.rows(Document, Document.kind == "invoice")] == ["paid"]
    books_hold(world)
