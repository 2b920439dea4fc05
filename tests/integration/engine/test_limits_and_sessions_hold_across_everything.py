"""The shared session and Bill.com's limits: parked, signed in once, never hammered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import update

from flask_billcom.api.secret import Secret
from flask_billcom.models import Quota
from flask_billcom.models import Session as SessionRow
from flask_billcom.vault import generate_key
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World


def expire_sessions(world: World) -> None:
    """Let Bill.com forget every session, while ours looks young."""
    world.simulator.under_lock(lambda bill: bill.sessions.live.clear())


def wait_a_moment(_seconds: float) -> None:
    """Let other threads run, without moving the time."""
    Event().wait(0.01)


def test_a_session_that_ends_mid_batch_is_renewed_once_and_the_call_planned_anew(world: World) -> None:
    world.ready_to_pay(2)
    logins = len(world.sent("Login"))
    world.simulator.plan_fault("bdc:BDC_1109", "PayBills")
    world.tick()

    assert world.states("pay") == ["done", "done"]
    assert len(world.sent("Login")) == logins + 1
    assert len(world.sent("PayBills")) == 2
    assert world.operation_attempts("pay") == [1, 1]
    assert world.paid_cents() == {"FB-1-1": 900, "FB-2-1": 900}


def test_a_session_that_always_ends_is_not_renewed_without_end(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("bdc:BDC_1109", "PayBills", count=1000)
    world.tick()

    assert len(world.sent("Login")) <= 10


def test_three_calls_at_once_too_many_park_for_seconds(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("bdc:BDC_1322", "PayBills")
    world.tick()
    operation = world.operation("pay")
    assert operation.state == "planned"
    assert timedelta(seconds=1) <= operation.not_before - world.clock.now() <= timedelta(seconds=8)

    world.advance(seconds=8)
    world.tick()

    assert world.states("pay") == ["done"]
    assert world.operation_attempts("pay") == [1]


def test_a_used_up_hour_parks_everything_until_the_next_one(world: World) -> None:
    world.ready_to_pay()
    world.settle(("bo", "5.00"))
    world.simulator.plan_fault("bdc:BDC_1144", "PayBills")
    world.advance(seconds=5)
    world.tick()
    calls = world.simulator.journal.count
    next_hour = world.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)

    while world.clock.now() < next_hour - timedelta(seconds=61):
        world.advance(seconds=60)
        world.tick()
    assert world.simulator.journal.count == calls, "not one call more in that hour"
    world.run(180)

    assert set(world.states()) == {"done"}


@pytest.mark.parametrize(("used", "is_sent"), [(18_990, True), (19_000, False)])
def test_changes_stop_at_nineteen_thousand_and_reads_go_on(world: World, used: int, *, is_sent: bool) -> None:
    world.ready_to_pay(2)
    world.simulator.plan_fault("timeout_after", "PayBills")
    world.tick()
    world.settle(("ann", "7.00", "1.00"))
    world.advance(seconds=60)
    with world.store.write() as rows:
        rows.change(update(Quota).where(Quota.name == "all").values(used=used))

    world.tick()

    assert world.states("pay") == ["done", "done"], "a read-back never starves"
    assert world.states("create_bill")[-1] == ("done" if is_sent else "planned")


def test_a_wrong_password_is_tried_once_and_then_everything_waits(make_world: MakeWorld) -> None:
    world = make_world(password=Secret("not it"))
    world.settle(("ann", "10.00", "1.00"))

    world.run(4 * 3600, step=600)

    assert [entry.code for entry in world.sent("Login")] == ["BDC_1101"]
    assert any("sign-in refused" in reason for reason in world.holds())
    assert set(world.states()) == {"planned"}


def test_the_right_password_lets_everything_go_on(make_world: MakeWorld) -> None:
    world = make_world(password=Secret("not it"))
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.restart(password=Secret(world.simulator.settings.password))
    with world.store.write() as rows:
        world.parts.parking.reopen(rows, "operator", "all")

    world.tick()

    assert set(world.states()) == {"done"}


def test_an_untrusted_session_parks_payouts_alone_and_trust_releases_them(world: World) -> None:
    world.ready_to_pay()
    with world.store.write() as rows:
        rows.change(update(SessionRow).values(trusted=False, mfa_enc=None))
    world.settle(("bo", "5.00"))
    world.advance(seconds=5)
    world.tick()
    assert world.states("pay") == ["planned"]
    assert world.states("create_bill") == ["done", "done"]
    assert len(world.sent("PayBills")) == 0
    assert any("MFA" in reason for reason in world.holds())

    world.trust()
    world.tick()

    assert world.states("pay") == ["done"]
    assert world.holds() == []


def test_a_trust_that_only_bill_has_forgotten_parks_payouts_too(world: World) -> None:
    world.ready_to_pay()
    world.simulator.under_lock(lambda bill: bill.sessions.devices.clear())
    expire_sessions(world)
    world.tick()
    assert world.states("pay") == ["planned"]
    assert [entry.code for entry in world.sent("PayBills")] == ["BDC_1361"]
    world.run(1800)
    assert len(world.sent("PayBills")) == 1, "asked once, then a person acts"

    world.trust()
    world.tick()

    assert world.states("pay") == ["done"]


def test_a_device_that_bill_com_does_not_trust_is_not_taken_for_trusted_after_the_next_sign_in(world: World) -> None:
    world.ready_to_pay()
    world.simulator.under_lock(lambda bill: bill.sessions.devices.clear())
    expire_sessions(world)
    world.tick()
    assert [entry.code for entry in world.sent("PayBills")] == ["BDC_1361"]

    world.advance(seconds=3600)
    with world.app():
        stand = world.shop.billcom.session.sign_in(actor="operator")

    assert not stand.trusted
    assert stand.trusted_until is None


def test_a_locked_organization_is_probed_every_quarter_of_an_hour(world: World) -> None:
    world.ready_to_pay(2)
    world.simulator.plan_fault("bdc:BDC_1107", "PayBills", count=3)

    took = world.run_until(lambda: set(world.states("pay")) == {"done"}, within=2 * 3600)

    assert 2700 <= took <= 3100
    assert len(world.sent("PayBills")) == 4
    assert world.holds() == []


def test_a_hundred_threads_that_meet_an_ended_session_sign_in_once(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    with world.store.write() as rows:
        world.parts.sessions.mark_dead(rows, 1, None)
    world.clock.waits = wait_a_moment
    processes = [world.process() for _ in range(100)]

    with ThreadPoolExecutor(100) as threads:
        found = list(threads.map(lambda parts: parts.sessions.live().gen, processes))

    assert set(found) == {2}
    assert len(world.sent("Login")) == 2


def test_a_lost_login_answer_is_followed_by_one_more(world: World) -> None:
    world.simulator.plan_fault("timeout_after", "Login")
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)

    world.run(600)

    assert len(world.sent("Login")) == 2
    assert set(world.states()) == {"done"}


def test_tokens_that_no_key_opens_are_named_and_nothing_is_sent(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.settle(("ann", "7.00", "1.00"))
    world.restart(encryption_keys=(Secret(generate_key()),))
    calls = world.simulator.journal.count
    world.advance(seconds=5)

    report = world.tick()

    assert any(text.startswith("TokenUnreadable") for text in report.failed.values())
    assert world.simulator.journal.count == calls


def test_a_session_that_slept_is_renewed_without_trying_it(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.advance(seconds=31 * 60)
    world.settle(("ann", "7.00", "1.00"))
    world.tick()

    assert len(world.sent("Login")) == 2
    assert not [entry for entry in world.simulator.journal if entry.code == "BDC_1109"]


def test_reads_that_never_connected_leave_their_slots_free(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.settle(("ann", "7.00", "1.00"))
    world.advance(seconds=700)
    world.simulator.plan_fault("connect_refused", "*", count=4)
    for _ in range(4):
        world.tick()
        world.advance(seconds=2)

    world.tick()

    assert set(world.states()) == {"done"}, "three refused connections have taken no slot for minutes"
