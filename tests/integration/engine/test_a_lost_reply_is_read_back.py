"""The effect is there, its answer is not: it is found at Bill.com and never sent again."""

from __future__ import annotations

import pytest

from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World

LOST = ["reset_after", "timeout_after", "http_5xx_after", "garbage", "truncated", "cut", "empty", "html"]
CREATES = {
    "create_customer": ("Bulk/Crud/Create/Customer", "Customer"),
    "create_vendor": ("Bulk/Crud/Create/Vendor", "Vendor"),
    "create_invoice": ("Bulk/Crud/Create/Invoice", "Invoice"),
    "create_bill": ("Bulk/Crud/Create/Bill", "Bill"),
}


@pytest.mark.parametrize("fault", LOST)
def test_a_payment_whose_answer_was_lost_is_found_and_not_paid_again(world: World, fault: str) -> None:
    world.ready_to_pay(2)
    world.simulator.plan_fault(fault, "PayBills")
    world.tick()
    assert world.states("pay") == ["unknown", "unknown"]

    world.run(20)

    assert world.states("pay") == ["done", "done"]
    assert world.paid_cents() == {"FB-1-1": 900, "FB-2-1": 900}
    assert len(world.sent("PayBills")) == 1
    assert len(world.sent("Logout")) == 0, "presence needs no fence"


@pytest.mark.parametrize("kind", CREATES)
@pytest.mark.parametrize("fault", ["timeout_after", "truncated"])
def test_objects_whose_answer_was_lost_are_found_and_not_made_again(world: World, kind: str, fault: str) -> None:
    endpoint, entity = CREATES[kind]
    world.simulator.plan_fault(fault, endpoint)
    world.settle(("ann", "10.00", "1.00"), ("bo", "5.00"))
    world.tick()
    assert set(world.states(kind)) == {"unknown"}

    world.run(60)

    assert set(world.states()) == {"done"}
    assert len(world.simulator.books[entity]) == {"Customer": 1, "Vendor": 2, "Invoice": 1, "Bill": 2}[entity]
    assert len(world.sent(endpoint)) == 1


def test_a_charge_whose_answer_was_lost_is_found_and_not_made_again(make_world: MakeWorld) -> None:
    world = make_world(collect="charge")
    world.onboard(sellers=["ann"], buyers=["Ada"])
    world.simulator.plan_fault("timeout_after", "ChargeCustomer")
    world.settle(("ann", "10.00", "1.00"))
    world.tick()
    assert world.states("charge") == ["unknown"]

    world.run(30)

    assert world.states("charge") == ["done"]
    assert [row["amount"] for row in world.simulator.books.received_pays] == [1000]


def test_an_invoice_mail_whose_answer_was_lost_is_seen_on_the_invoice(make_world: MakeWorld) -> None:
    world = make_world(collect="send")
    world.simulator.plan_fault("timeout_after", "SendInvoice")
    world.settle(("ann", "10.00", "1.00"))
    world.tick()
    assert world.states("send_invoice") == ["unknown"]

    world.run(30)

    assert world.states("send_invoice") == ["done"]
    assert len(world.sent("SendInvoice")) == 1


def test_an_effect_that_lists_do_not_show_yet_is_waited_for(make_world: MakeWorld) -> None:
    world = make_world(simulator={"list_lag_s": 120})
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_after", "PayBills")
    world.tick()

    world.run(3600)

    assert world.states("pay") == ["done"]
    assert world.paid_cents() == {"FB-1-1": 900}
    assert len(world.sent("PayBills")) == 1


def test_a_body_that_drips_past_the_deadline_is_no_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flask_billcom.simulator.serving.adapter.pause", lambda seconds: world.advance(seconds=seconds))
    world.ready_to_pay()
    world.simulator.plan_fault("dribble", "PayBills", seconds=2)
    world.tick()
    assert world.states("pay") == ["unknown"]

    world.run(60)

    assert world.states("pay") == ["done"]
    assert world.paid_cents() == {"FB-1-1": 900}


def test_a_fence_does_not_put_the_second_look_off(make_world: MakeWorld) -> None:
    world = make_world(simulator={"list_lag_s": 100})
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_after", "PayBills")
    world.tick()

    took = world.run_until(lambda: world.states("pay") == ["done"], within=3600)

    assert 100 <= took <= 125
