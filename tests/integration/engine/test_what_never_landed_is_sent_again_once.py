"""No answer and no effect: sent again after fence and grace, within the budget, never before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flask_billcom.ledger import Account
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World

NOT_LANDED = ["reset_before", "timeout_before", "http_5xx_before", "idle_close"]
GRACE_S = 15 * 60


@pytest.mark.parametrize("fault", NOT_LANDED)
def test_a_payment_that_never_landed_is_sent_again_after_fence_and_grace(world: World, fault: str) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault(fault, "PayBills")

    world.run_until(lambda: world.states("pay") == ["done"], within=3600)

    first, second = world.sent("PayBills")
    proof = world.sent("GetSessionInfo")[-1]
    assert proof.code == "BDC_1109"
    assert second.at - proof.at >= GRACE_S * 1000
    assert second.at - first.at <= 20 * 60 * 1000, "and not much later"
    assert world.paid_cents() == {"FB-1-1": 900}
    assert world.operation("pay").resends == 1


def test_a_second_silence_leaves_the_payment_to_a_person(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_before", "PayBills", count=2)

    world.run_until(lambda: world.states("pay") == ["quarantined"], within=2 * 3600)
    world.run(3600)

    assert len(world.sent("PayBills")) == 2
    assert world.trial()[Account.SELLER_RESERVED] == -900, "what may have been paid stays reserved"
    assert "absent" in world.evidence("pay")["reason"]


def test_a_connection_that_was_refused_is_tried_again_soon_and_without_a_fence(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("connect_refused", "PayBills")
    world.tick()
    assert world.states("pay") == ["planned"]

    took = world.run_until(lambda: world.states("pay") == ["done"])

    assert took <= 60
    assert world.sent("Logout") == []
    assert world.operation("pay").attempt == 1


@pytest.mark.parametrize("entity", ["Customer", "Vendor", "Invoice", "Bill"])
def test_an_object_that_never_landed_is_made_once(world: World, entity: str) -> None:
    world.simulator.plan_fault("timeout_before", f"Bulk/Crud/Create/{entity}")
    world.settle(("ann", "10.00", "1.00"))

    world.run_until(lambda: set(world.states()) == {"done"}, within=3600)

    assert len(world.simulator.books[entity]) == 1
    first, second = world.sent(f"Bulk/Crud/Create/{entity}")
    assert second.at - first.at >= GRACE_S * 1000


@pytest.mark.parametrize("delay_s", [30, 300, 590, 600])
def test_a_payment_that_lands_within_the_landing_time_is_found(world: World, delay_s: int) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("late_effect", "PayBills", seconds=delay_s)

    world.run_until(lambda: world.states("pay") == ["done"], within=3600)
    world.run(3600)

    assert world.paid_cents() == {"FB-1-1": 900}


@pytest.mark.parametrize("delay_s", [1200, 1800, 7200])
@pytest.mark.parametrize("entity", ["Bill", "Vendor"])
def test_a_packet_later_than_any_grace_carries_a_dead_session(world: World, delay_s: int, entity: str) -> None:
    world.simulator.plan_fault("late_effect", f"Bulk/Crud/Create/{entity}", seconds=delay_s)
    world.settle(("ann", "10.00", "1.00"))

    world.run_until(lambda: set(world.states()) == {"done"}, within=3600)
    world.run(delay_s + 600)

    landed = [entry for entry in world.simulator.journal if entry.fault == "landed"]
    assert [entry.code for entry in landed] == ["BDC_1109"]
    assert len(world.simulator.books[entity]) == 1


def test_a_late_payment_behind_a_dead_session_pays_nothing_twice(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("late_effect", "PayBills", seconds=7200)

    world.run_until(lambda: world.states("pay") == ["done"], within=3600)
    world.run(3 * 3600)

    assert world.paid_cents() == {"FB-1-1": 900}
    assert [e.code for e in world.simulator.journal if e.fault == "landed"] == ["BDC_1109"]


def test_a_charge_that_never_landed_is_left_to_a_person(make_world: MakeWorld) -> None:
    world = make_world(collect="charge")
    world.onboard(sellers=["ann"], buyers=["Ada"])
    world.simulator.plan_fault("timeout_before", "ChargeCustomer")
    world.settle(("ann", "10.00", "1.00"))

    world.run_until(lambda: world.states("charge") == ["quarantined"], within=3600)
    world.run(2 * 3600)

    assert len(world.sent("ChargeCustomer")) == 1
    assert world.simulator.books.received_pays == []


def test_a_mail_that_never_left_is_sent_once_more(make_world: MakeWorld) -> None:
    world = make_world(collect="send")
    world.simulator.plan_fault("timeout_before", "SendInvoice")
    world.settle(("ann", "10.00", "1.00"))

    world.run_until(lambda: world.states("send_invoice") == ["done"], within=3600)

    assert len(world.sent("SendInvoice")) == 2


def test_waiting_counts_by_the_servers_time_too(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_before", "PayBills")
    world.tick()
    world.run(150, step=10)
    assert world.sent("GetSessionInfo"), "the fence has its proof"
    world.clock.offset = timedelta(hours=1)

    world.run(600)
    assert len(world.sent("PayBills")) == 1, "an hour has passed by our clock alone"
    world.run_until(lambda: world.states("pay") == ["done"], within=3600)

    assert world.paid_cents() == {"FB-1-1": 900}
