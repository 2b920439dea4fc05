"""The database's clock jumps by an hour, forwards or back, at the worst moments."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.world import World

HOUR = timedelta(hours=1)
FAULTS = ["timeout_after", "timeout_before", "late_effect"]


@pytest.mark.parametrize("entity", ["Vendor", "Bill"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_jump_while_an_object_is_unknown_makes_it_once(
    world: World, jump: timedelta, fault: str, entity: str
) -> None:
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.simulator.plan_fault(fault, f"Bulk/Crud/Create/{entity}", seconds=500)
    world.tick()
    world.clock.offset = jump

    world.run_until(lambda: set(world.states()) == {"done"}, within=3 * 3600)
    world.run(1200)

    assert len(world.simulator.books[entity]) == 1


@pytest.mark.parametrize("entity", ["Vendor", "Bill"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_jump_before_the_send_that_is_mended_after_it_makes_it_once(
    world: World, jump: timedelta, fault: str, entity: str
) -> None:
    world.clock.offset = jump
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.simulator.plan_fault(fault, f"Bulk/Crud/Create/{entity}", seconds=500)
    world.tick()
    world.clock.offset = timedelta(0)

    world.run_until(lambda: set(world.states()) == {"done"}, within=3 * 3600)
    world.run(1200)

    assert len(world.simulator.books[entity]) == 1


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_jump_while_a_payment_is_unknown_pays_it_once(world: World, jump: timedelta, fault: str) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault(fault, "PayBills", seconds=500)
    world.tick()
    world.clock.offset = jump

    world.run_until(lambda: world.states("pay") == ["done"], within=3 * 3600)
    world.run(1200)

    assert world.paid_cents() == {"FB-1-1": 900}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_clock_that_was_wrong_when_a_payment_was_sent_pays_it_once(world: World, jump: timedelta, fault: str) -> None:
    world.ready_to_pay()
    world.clock.offset = jump
    world.change_operations("pay", not_before=world.clock.now())
    world.simulator.plan_fault(fault, "PayBills", seconds=500)
    world.tick()
    assert world.states("pay") == ["unknown"]
    world.clock.offset = timedelta(0)

    world.run_until(lambda: world.states("pay") == ["done"], within=3 * 3600)
    world.run(1200)

    assert world.paid_cents() == {"FB-1-1": 900}


@pytest.mark.parametrize("jump_s", [-1500, -1795])
@pytest.mark.parametrize("is_new_process", [False, True])
def test_a_jump_back_does_not_make_old_balances_young(world: World, jump_s: int, *, is_new_process: bool) -> None:
    world.ready_to_pay(2)
    operation = world.operations("pay")[0]
    world.change_operations("pay", parked="held", not_before=world.clock.now() + timedelta(days=1))
    world.unpark(operation.id)
    world.tick()
    assert world.states("pay").count("done") == 1
    world.pay_by_hand_whatever_is_open()
    world.advance(seconds=1800)
    world.clock.offset = timedelta(seconds=jump_s)
    if is_new_process:
        world.restart()
    world.unpark(world.operations("pay")[1].id)

    world.tick()

    assert set(world.paid_cents().values()) == {900}
