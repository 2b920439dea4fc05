"""Quarantine: another's object, another content, two effects, or a proof that cannot be had."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from flask_billcom.engine import operations as ops
from flask_billcom.models import Document, Operation, Party
from flask_billcom.models import Session as SessionRow
from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.serving import crud
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World


def enter_bill(world: World, number: str, dollars: str = "9.00", vendor: str | None = None) -> None:
    """Let a person enter a bill in Bill.com's own page."""
    vendor_id = vendor or world.simulator.books.vendors[0].id
    obj = {
        "entity": "Bill",
        "vendorId": vendor_id,
        "invoiceNumber": number,
        "invoiceDate": "2026-03-02",
        "dueDate": "2026-03-02",
        "billLineItems": [{"entity": "BillLineItem", "amount": dollars}],
    }
    world.simulator.under_lock(lambda bill: crud.single(bill, ENTITIES["Bill"], "Create", {"obj": obj}))


def with_a_vendor(world: World) -> None:
    world.onboard(sellers=["ann"])


@pytest.mark.parametrize("age_s", [200, 500])
def test_an_older_object_under_our_number_is_never_adopted(world: World, age_s: int) -> None:
    with_a_vendor(world)
    world.settle(("ann", "10.00", "1.00"))
    world.tick()
    enter_bill(world, "FB-2-1")
    world.advance(seconds=age_s)
    world.simulator.plan_fault("timeout_before", "Bulk/Crud/Create/Bill")
    world.settle(("ann", "10.00", "1.00"))
    world.tick()

    world.run_until(lambda: world.states("create_bill") == ["done", "quarantined"], within=7200)

    assert "older" in (world.operations("create_bill")[1].evidence or {})["reason"]
    assert world.numbers("Bill") == ["FB-1-1", "FB-2-1"]


def test_an_object_under_our_number_that_we_never_sent_stops_everything(world: World) -> None:
    with_a_vendor(world)
    enter_bill(world, "FB-1-1")
    world.advance(seconds=1800)
    world.settle(("ann", "10.00", "1.00"))

    world.run(3600)

    assert any("restored" in reason for reason in world.holds())
    assert world.sent("Bulk/Crud/Create/Bill") == []


def test_an_object_under_our_number_with_other_cents_is_not_ours(world: World) -> None:
    with_a_vendor(world)
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.simulator.plan_fault("timeout_before", "Bulk/Crud/Create/Bill")
    world.tick()
    enter_bill(world, "FB-1-1", "8.00")

    world.run_until(lambda: world.states("create_bill") == ["quarantined"], within=600)

    assert len(world.simulator.books.bills) == 1


def test_two_objects_under_our_number_are_left_to_a_person(world: World) -> None:
    with_a_vendor(world)
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.simulator.plan_fault("timeout_after", "Bulk/Crud/Create/Bill")
    world.tick()
    enter_bill(world, "FB-1-1")

    world.run_until(lambda: world.states("create_bill") == ["quarantined"], within=600)

    assert "2 effects" in world.evidence("create_bill")["reason"]


def test_a_payment_by_a_person_while_ours_is_unknown_leaves_two_and_a_person_decides(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_after", "PayBills")
    world.tick()
    world.person_does("pay_bill", id=world.simulator.books.bills[0].id, amount_cents=900)

    world.run_until(lambda: world.states("pay") == ["quarantined"], within=600)

    assert len(world.sent("PayBills")) == 1


def test_a_payment_that_a_person_voided_while_it_was_unknown_is_not_made_again(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_after", "PayBills")
    world.tick()
    (payment,) = world.simulator.books.sent_pays
    world.person_does("cancel", id=payment.id)

    world.run(7200)

    assert world.states("pay") == ["done"], "it was made, and what became of it is followed"
    assert len(world.sent("PayBills")) == 1
    assert world.paid_cents() == {"FB-1-1": 0}


def test_a_bill_that_somebody_else_has_scheduled_is_never_paid(world: World) -> None:
    world.ready_to_pay()
    world.person_does("pay_bill", id=world.simulator.books.bills[0].id)
    world.tick()

    assert world.sent("PayBills") == []
    assert world.operation("pay").parked == "difference"
    assert world.paid_cents() == {"FB-1-1": 900}


@pytest.mark.parametrize("wait_s", [60, 300, 540])
def test_a_payment_by_a_person_minutes_before_ours_is_seen(world: World, wait_s: int) -> None:
    world.ready_to_pay(2)
    first, second = sorted(world.simulator.books.bills, key=lambda row: row["invoiceNumber"])
    world.change_operations("pay", parked="difference", not_before=world.clock.now() + timedelta(seconds=wait_s))
    with world.store.write() as rows:
        rows.change(
            update(Operation)
            .where(Operation.kind == "pay", Operation.id == world.operations("pay")[0].id)
            .values(parked=None, not_before=world.clock.now())
        )
    world.tick()
    assert sorted(world.paid_cents().values()) == [0, 900], "one is paid, and both balances have been read"
    unpaid = first if world.paid_cents()["FB-1-1"] == 0 else second
    world.person_does("pay_bill", id=unpaid.id)
    world.advance(seconds=wait_s)

    world.run(1200)

    assert world.paid_cents() == {"FB-1-1": 900, "FB-2-1": 900}


@pytest.mark.parametrize("act", ["delete", "deny"])
def test_a_bill_that_a_person_took_back_is_not_paid(world: World, act: str) -> None:
    world.ready_to_pay()
    world.person_does(act, id=world.simulator.books.bills[0].id)
    world.tick()

    assert world.sent("PayBills") == []
    assert world.operation("pay").parked == "difference"


def test_content_that_differs_from_an_earlier_attempt_is_never_sent(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("connect_refused", "PayBills")
    world.tick()
    with world.store.write() as rows:
        rows.change(update(Document).where(Document.kind == "bill").values(cents=800))
        rows.change(update(Operation).where(Operation.kind == "pay").values(amount_cents=800))
    world.person_does("edit", id=world.simulator.books.bills[0].id, values={})
    world.advance(seconds=60)
    world.tick()

    assert world.states("pay") in (["quarantined"], ["planned"])
    assert len(world.sent("PayBills")) == 1


def test_the_same_key_with_another_party_is_quarantined(world: World) -> None:
    with_a_vendor(world)
    world.simulator.plan_fault("connect_refused", "Bulk/Crud/Create/Bill")
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    with world.store.write() as rows:
        rows.change(update(Party).where(Party.role == "vendor").values(remote_id="00901SOMEBODYELSE001"))
    world.advance(seconds=60)
    world.tick()

    assert world.states("create_bill") == ["quarantined"]
    assert world.simulator.books.bills == []


def test_a_lost_token_of_an_old_session_leaves_its_work_to_a_person(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_before", "PayBills")
    world.tick()
    with world.store.write() as rows:
        rows.change(update(SessionRow).where(SessionRow.state == "valid").values(state="fenced", token_enc="gone"))

    world.run_until(lambda: world.states("pay") == ["quarantined"], within=3600)

    assert "token" in world.evidence("pay")["reason"]


def test_a_session_that_does_not_end_leaves_its_work_to_a_person(make_world: MakeWorld) -> None:
    world = make_world(simulator={"logout_lag_s": 3600})
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_before", "PayBills")

    world.run_until(lambda: world.states("pay") == ["quarantined"], within=3600)

    assert len(world.sent("PayBills")) == 1


@pytest.mark.parametrize("code", ["BDC_1109", "BDC_1144", "BDC_9999"])
def test_a_logout_that_is_refused_is_tried_again(world: World, code: str) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_before", "PayBills")
    world.simulator.plan_fault(f"bdc:{code}", "Logout", count=2)

    world.run_until(lambda: world.states("pay") == ["done"], within=3600)

    assert len(world.sent("Logout")) == 3
    assert world.paid_cents() == {"FB-1-1": 900}


def test_a_session_that_never_lets_itself_be_logged_out_leaves_its_work_to_a_person(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_before", "PayBills")
    world.simulator.plan_fault("bdc:BDC_1109", "Logout", count=1000)

    took = world.run_until(lambda: world.states("pay") == ["quarantined"], within=3600)

    assert took < 900
    assert len(world.sent("PayBills")) == 1


def test_a_session_that_ends_a_minute_late_is_waited_for(make_world: MakeWorld) -> None:
    world = make_world(simulator={"logout_lag_s": 100})
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_before", "PayBills")

    world.run_until(lambda: world.states("pay") == ["done"], within=3600)

    assert world.paid_cents() == {"FB-1-1": 900}


def test_a_fence_waits_for_the_calls_that_its_session_still_carries(world: World) -> None:
    world.ready_to_pay(2)
    first, second = world.operations("pay")
    with world.store.write() as rows:
        rows.change(update(Operation).where(Operation.id == second.id).values(parked="held"))
        rows.change(
            update(Operation)
            .where(Operation.id == second.id)
            .values(not_before=world.clock.now() + timedelta(seconds=125))
        )
    world.simulator.plan_fault("timeout_before", "PayBills")
    world.tick()
    assert world.rows(Operation, Operation.id == first.id)[0].state == "unknown"
    other = world.process()
    seen: list[str] = []

    def while_sending(moment: str, endpoint: str) -> None:
        if (moment, endpoint) == ("connect", "PayBills") and not seen:
            for _ in range(3):
                world.advance(seconds=30)
                world.tick(other)
            carrying = world.calls("PayBills")[-1].session_gen
            seen.extend(session.state for session in world.sessions() if session.gen == carrying)

    world.advance(seconds=118)
    with world.store.write() as rows:
        rows.change(
            update(Operation).where(Operation.id == second.id).values(parked=None, not_before=world.clock.now())
        )
    world.on_call = while_sending
    world.tick()

    assert seen == ["fenced"], "out of use, and not ended while a call of it is open"
    assert world.calls("PayBills")[1].outcome == "success"
    world.run_until(lambda: set(world.states("pay")) == {"done"}, within=3600)
    assert set(world.paid_cents().values()) == {900}


def test_no_other_money_moves_on_a_document_while_one_is_in_doubt(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_before", "PayBills")
    world.tick()
    (pay,) = world.operations("pay")
    with world.store.write() as rows:
        ids = [ops.Plan("create_bill", "document", pay.subject_id, pay.lane, f"{pay.natural_key}x", generation=2)]
        ops.plan(rows, world.clock, world.organization_id, ids)
    created = len(world.sent("Bulk/Crud/Create/Bill"))

    world.run(600)

    with world.store.read() as rows:
        open_in_lane = rows.all(select(Operation.state).where(Operation.lane == pay.lane, Operation.state != "done"))
    assert sorted(open_in_lane) == ["planned", "unknown"]
    assert len(world.sent("Bulk/Crud/Create/Bill")) == created
