"""A document or payment that Bill.com always refuses to show stays where it is; all others go on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.api.envelope import Reply
from flask_billcom.engine.decisions import Person
from flask_billcom.errors import APIError, InvalidRequest, MalformedReply
from flask_billcom.marketplace.returns.voidable import void
from flask_billcom.models import Document, Operation, Payment
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World

REFUSALS = (InvalidRequest(code="BDC_1129"), APIError(code="BDC_1001"), MalformedReply("HTTP 500", http=500))


class Hidden:
    """What Bill.com shows no longer one by one."""

    def __init__(self, world: World, patch: pytest.MonkeyPatch, error: Exception) -> None:
        self.ids: set[str] = set()
        reader = world.parts.domain.reads._reader
        read = reader.read

        def refusing(call: Any) -> Reply:
            if "/Read/" in f"/{call.path}" and call.data.get("id") in self.ids:
                raise error
            return read(call)

        patch.setattr(reader, "read", refusing)


def document(world: World, number: str) -> Document:
    (found,) = world.rows(Document, Document.number == number)
    return found  # type: ignore[no-any-return]


def refund(world: World, order: str) -> None:
    with world.app() as session:
        sale = session.get(world.shop.Order, int(order))
        world.shop.billcom.refund(sale, amount=Decimal(1), reference="r", reason="broken")
        session.commit()


def of(world: World, kind: str, number: str) -> Operation:
    subject = document(world, number).id
    (found,) = world.rows(Operation, Operation.kind == kind, Operation.subject_id == subject)
    return found  # type: ignore[no-any-return]


@pytest.fixture(params=REFUSALS, ids=lambda each: each.code or "garbage")
def error(request: pytest.FixtureRequest) -> Exception:
    found: Exception = request.param
    return found


def test_the_next_document_is_lowered_where_one_is_never_shown(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    orders = world.settle_some(2, ("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    hidden = Hidden(world, monkeypatch, error)
    hidden.ids.add(document(world, "FB-1").remote_id or "")
    for order in orders:
        refund(world, order)

    world.run(1200)

    assert of(world, "update_invoice", "FB-2").state == "done"
    kept = of(world, "update_invoice", "FB-1")
    assert (kept.state, kept.parked) == ("planned", "difference")
    assert "does not show it" in (kept.evidence or {})["difference"]

    hidden.ids.clear()
    world.run(3700)

    assert of(world, "update_invoice", "FB-1").state == "done"


def test_one_that_is_not_shown_once_is_lowered_soon(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    (order,) = world.settle_some(1, ("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    hidden = Hidden(world, monkeypatch, error)
    hidden.ids.add(document(world, "FB-1").remote_id or "")
    refund(world, order)
    world.advance(seconds=5)
    world.tick()
    hidden.ids.clear()

    took = world.run_until(lambda: of(world, "update_invoice", "FB-1").state == "done", step=30)

    assert took <= 90


def test_other_bills_are_paid_where_one_is_never_shown(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    world.ready_to_pay(5)
    hidden = Hidden(world, monkeypatch, error)
    hidden.ids.add(document(world, "FB-3-1").remote_id or "")
    # What no page shows is read one by one.
    world.simulator.plan_fault("stale_list", "List/Bill", count=100, seconds=10**6)

    world.run(600)

    assert {number: cents for number, cents in world.paid_cents().items() if not cents} == {"FB-3-1": 0}
    assert of(world, "pay", "FB-3-1").parked == "difference"


def test_others_are_looked_up_where_the_bill_of_one_is_never_shown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.ready_to_pay(4)
    hidden = Hidden(world, monkeypatch, REFUSALS[0])
    hidden.ids.add(document(world, "FB-2-1").remote_id or "")
    world.simulator.plan_fault("timeout_before", "PayBills")
    world.tick()

    world.run_until(lambda: world.states("pay").count("done") == 3)

    assert world.paid_cents() == {"FB-1-1": 9_00, "FB-2-1": 0, "FB-3-1": 9_00, "FB-4-1": 9_00}
    assert of(world, "pay", "FB-2-1").state in {"unknown", "checking"}

    hidden.ids.clear()
    world.run_until(lambda: world.states("pay").count("done") == 4)

    assert set(world.paid_cents().values()) == {9_00}


def test_another_payout_is_taken_back_where_one_is_never_shown(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    world = make_world()
    world.ready_to_pay(2, sellers=["ann", "cid"])
    world.tick()
    first, second = world.rows(Payment, Payment.kind == "sent")
    hidden = Hidden(world, monkeypatch, error)
    hidden.ids.add(first.remote_id)
    for each in (first, second):
        void(world.parts.domain, each.id, Person("eve", "not his money"))
    world.advance(seconds=1)

    world.tick()

    assert world.states("void") == ["planned", "done"]
    assert [each.parked for each in world.operations("void")] == ["difference", None]
