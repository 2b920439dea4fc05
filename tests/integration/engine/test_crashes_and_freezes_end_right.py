"""A worker dies or freezes at any moment of a call; the rows say what is left, and another one goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from flask_billcom.api import sessions
from flask_billcom.api.secret import Secret
from flask_billcom.api.transport import Transport
from flask_billcom.engine.recording import Recorder
from flask_billcom.models import Audit
from flask_billcom.simulator import people
from tests.integration.engine.conftest import MakeWorld
from tests.support.virtual import Wire
from tests.support.world import World

CREATES = ["Customer", "Vendor", "Invoice", "Bill"]


class Crash(BaseException):
    """The worker process is gone."""


def crash_at(world: World, moment: str, endpoint: str) -> None:
    """Let the worker die the first time it comes to that moment of a call, and another one begin."""

    def stop(now_at: str, of: str) -> None:
        if (now_at, of) == (moment, endpoint):
            world.on_call = lambda _moment, _endpoint: None
            raise Crash

    world.on_call = stop


def tick_and_die(world: World) -> None:
    with pytest.raises(Crash):
        world.tick()
    world.restart()


@pytest.mark.parametrize("moment", ["connect", "effect"])
@pytest.mark.parametrize("entity", CREATES)
def test_a_crash_around_a_bulk_create_makes_each_object_once(world: World, moment: str, entity: str) -> None:
    endpoint = f"Bulk/Crud/Create/{entity}"
    world.settle(("ann", "10.00", "1.00"), ("bo", "5.00"))
    world.advance(seconds=5)
    crash_at(world, moment, endpoint)
    tick_and_die(world)
    assert "sending" in world.states(f"create_{entity.lower()}")

    world.run_until(lambda: set(world.states()) == {"done"}, within=3600)

    assert len(world.simulator.books[entity]) == {"Customer": 1, "Vendor": 2, "Invoice": 1, "Bill": 2}[entity]


@pytest.mark.parametrize("moment", ["connect", "effect"])
def test_a_crash_around_a_payment_pays_once(world: World, moment: str) -> None:
    world.ready_to_pay(3)
    crash_at(world, moment, "PayBills")
    tick_and_die(world)
    assert set(world.states("pay")) == {"sending"}

    took = world.run_until(lambda: set(world.states("pay")) == {"done"}, within=3600)

    assert set(world.paid_cents().values()) == {900}
    assert took <= 160 + 2 * 15 * 60 + 60
    assert len(world.sent("PayBills")) == (1 if moment == "effect" else 3), "after no answer each bill goes alone"


def test_a_crash_after_the_answer_and_before_the_commit_is_read_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.ready_to_pay(2)

    def die(*_: Any) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "record", die)
        tick_and_die(world)

    world.run_until(lambda: set(world.states("pay")) == {"done"}, within=600)

    assert set(world.paid_cents().values()) == {900}
    assert len(world.sent("PayBills")) == 1


@pytest.mark.parametrize("when", ["before_commit", "after_commit"])
def test_a_commit_that_fails_or_whose_success_is_lost_changes_nothing_at_bill(world: World, when: str) -> None:
    world.ready_to_pay(2)
    with failing_commit(when, lambda: world.sent("PayBills") != []):
        world.tick()

    world.run_until(lambda: set(world.states("pay")) == {"done"}, within=600)

    assert set(world.paid_cents().values()) == {900}
    assert len(world.sent("PayBills")) == 1
    assert world.states("pay") == ["done", "done"]


class failing_commit:  # noqa: N801 - reads as a verb where it is used
    """Let the first commit of a writing session fail once something is so."""

    def __init__(self, when: str, once: Callable[[], bool]) -> None:
        self.when, self.once, self.is_over = when, once, False

    def __enter__(self) -> None:
        event.listen(Session, self.when, self._fail)

    def __exit__(self, *_: object) -> None:
        event.remove(Session, self.when, self._fail)
        assert self.is_over, "no commit has failed"

    def _fail(self, session: Session) -> None:
        options: Any = getattr(session.bind, "get_execution_options", dict)()
        if not self.is_over and options.get("billcom_write") and self.once():
            self.is_over = True
            raise OperationalError("commit", {}, Exception("the connection is gone"))


@pytest.mark.parametrize("wrongly_ended", [False, True])
def test_a_worker_that_freezes_before_its_write_does_no_harm_when_it_wakes(
    world: World,
    wrongly_ended: bool,  # noqa: FBT001
) -> None:
    world.ready_to_pay(2)
    frozen, other = world.parts, world.process()
    is_first = [True]

    def freeze(moment: str, endpoint: str) -> None:
        if (moment, endpoint) == ("connect", "PayBills") and is_first:
            is_first.clear()
            if wrongly_ended:
                world.simulator.plan_fault("bdc:BDC_1109", "List/*")
            for _ in range(30):
                world.advance(seconds=60)
                world.tick(other)

    world.on_call = freeze
    world.tick(frozen)

    assert set(world.states("pay")) == {"done"}
    assert set(world.paid_cents().values()) == {900}
    by_first, *by_second = world.calls("PayBills")
    assert [call.outcome for call in (by_first, *by_second)] == ["abandoned", "success", "success"]
    assert by_first.late_evidence is not None
    assert world.sent("PayBills")[-1].code == "BDC_1109", "its write carried a dead session"


@pytest.mark.parametrize("slow", [timedelta(0), timedelta(minutes=45)], ids=["", "the database's clock is slow"])
def test_a_session_that_bill_com_denies_twice_in_a_row_is_no_dead_one(world: World, slow: timedelta) -> None:
    world.ready_to_pay(1)
    world.clock.offset -= slow

    def deny() -> None:
        for endpoint in ("Logout", "GetSessionInfo"):
            world.simulator.plan_fault("bdc:BDC_1109", endpoint)

    sleep_before(world, "PayBills", deny)
    world.tick()

    world.run_until(lambda: world.states("pay") == ["done"], within=3600)
    assert world.paid_cents() == {"FB-1-1": 900}


def sleep_before(world: World, endpoint: str, act: Callable[[], None], *, minutes: int = 30) -> None:
    """Let the worker stand still before its next write to an endpoint, and another one work for half an hour.

    :param act: what somebody does meanwhile.
    :param minutes: for how long.
    """
    other = world.process()

    def freeze(now_at: str, of: str) -> None:
        if (now_at, of) != ("connect", endpoint):
            return
        world.on_call = lambda _moment, _endpoint: None
        act()
        for _ in range(minutes):
            world.advance(seconds=60)
            world.tick(other)

    world.on_call = freeze


def test_a_worker_that_slept_pays_nothing_that_a_person_has_paid_meanwhile(world: World) -> None:
    world.ready_to_pay(1)
    sleep_before(world, "PayBills", lambda: pay_by_hand(world))
    world.tick()

    assert world.paid_cents() == {"FB-1-1": 900}
    assert world.states("pay") == ["done"]
    assert world.sent("PayBills")[-1].code == "BDC_1109", "its write carried a dead session"


def test_asking_after_a_session_does_not_keep_it_alive_for_a_worker_that_sleeps_for_hours(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.ready_to_pay(1)
    said: list[str] = []
    logout = sessions.logout

    def lie(transport: Transport, *, session_id: Secret, end_point: str | None = None) -> None:
        if said:
            logout(transport, session_id=session_id, end_point=end_point)
        said.append("ok")

    def act() -> None:
        monkeypatch.setattr(sessions, "logout", lie)
        pay_by_hand(world)

    sleep_before(world, "PayBills", act, minutes=180)
    world.tick()

    assert world.paid_cents() == {"FB-1-1": 900}
    assert world.sent("PayBills")[-1].code == "BDC_1109", "its write carried a dead session"
    assert len(world.sent("GetSessionInfo")) < 15


@pytest.mark.parametrize("fault", ["connect_refused", "timeout_before", "reset_before"])
def test_a_session_that_cannot_be_reached_any_more_keeps_no_other_work_waiting(world: World, fault: str) -> None:
    world.onboard(sellers=["ann"])
    move(world, "ann", "one@example.com")
    world.advance(seconds=5)
    crash_at(world, "effect", "Bulk/Crud/Update/Vendor")
    tick_and_die(world)
    world.simulator.plan_fault(fault, "Logout", count=10**6)
    world.settle(("ann", "10.00", "1.00"))

    reports = []
    for _ in range(20):
        world.advance(seconds=60)
        reports.append(world.tick())

    assert world.simulator.books.bills
    assert {report.stopped for report in reports} == {None}
    assert any("could not be asked after" in report.failed.get("fence", "") for report in reports)


def test_a_worker_that_slept_does_not_put_back_what_has_changed_since(world: World) -> None:
    world.onboard(sellers=["ann"])
    move(world, "ann", "one@example.com")
    world.advance(seconds=5)

    sleep_before(world, "Bulk/Crud/Update/Vendor", lambda: move(world, "ann", "two@example.com"))
    world.tick()

    assert [vendor["email"] for vendor in world.simulator.books.vendors] == ["two@example.com"]


def stand_still_before_the_claim(world: World, seconds: float, act: Callable[[], None]) -> None:
    """Let the worker stand still when it has looked at the bill that it is about to pay.

    :param act: what somebody does meanwhile.
    """
    seen: list[str] = []

    def freeze(now_at: str, of: str) -> None:
        seen.append(of)
        if (now_at, of) == ("answer", "List/Bill") and "List/BankAccount" in seen:
            world.on_call = lambda _moment, _endpoint: None
            world.advance(seconds=seconds)
            act()

    world.on_call = freeze


def pay_by_hand(world: World) -> None:
    """Let a person pay the only bill in Bill.com's own page."""
    (bill,) = world.simulator.books.bills
    world.simulator.under_lock(lambda there: people.act(there, "pay_bill", {"id": bill.id}))


@pytest.mark.parametrize("trouble", ["none", "suspended", "suspended beside a server", "jumped back"])
def test_what_a_worker_saw_before_it_stood_still_is_not_believed(world: World, trouble: str) -> None:
    world.ready_to_pay(1)

    def act() -> None:
        pay_by_hand(world)
        if trouble.startswith("suspended"):
            world.clock.rewind(1200)
            world.clock.late = timedelta(seconds=1200) if trouble.endswith("server") else timedelta(0)
        elif trouble == "jumped back":
            world.clock.offset -= timedelta(hours=1)

    stand_still_before_the_claim(world, 1200, act)
    world.tick()
    world.clock.offset = timedelta(0)
    world.run(3600)

    assert world.paid_cents() == {"FB-1-1": 900}
    assert world.sent("PayBills") == []
    assert world.operation("pay").parked == "difference"


@pytest.mark.parametrize(("seconds", "sent"), [(162, 1), (162.001, 0)])
def test_what_was_read_is_believed_for_as_long_as_reading_may_take(world: World, seconds: float, sent: int) -> None:
    world.ready_to_pay(1)
    stand_still_before_the_claim(world, seconds, lambda: None)

    world.tick()
    assert len(world.sent("PayBills")) == sent
    world.tick()

    assert world.paid_cents() == {"FB-1-1": 900}


def move(world: World, seller: str, email: str) -> None:
    """Let a seller have another address."""
    with world.app() as session:
        session.merge(world.person("seller", seller)).email = email
        session.commit()


def test_a_death_of_which_bill_com_names_no_time_is_proved_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.ready_to_pay(1)
    world.simulator.plan_fault("timeout_before", "PayBills")
    send = Wire.send
    undated: list[str] = []

    def hide(wire: Wire, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = send(wire, request, **options)
        if "GetSessionInfo" in str(request.url) and len(undated) < 2:
            undated.append(response.headers.pop("Date"))
        return response

    monkeypatch.setattr(Wire, "send", hide)
    world.tick()
    world.run_until(lambda: world.states("pay") == ["done"], within=3600)

    assert len(undated) == 2
    assert world.paid_cents() == {"FB-1-1": 900}


def test_an_answer_that_comes_after_its_lease_is_kept_as_evidence(world: World) -> None:
    world.ready_to_pay(2)
    frozen, other = world.parts, world.process()

    send = frozen.transport.call

    def freeze(*args: Any, **options: Any) -> Any:
        reply = send(*args, **options)
        if args[0].startswith("PayBills"):
            for _ in range(5):
                world.advance(seconds=60)
                world.tick(other)
        return reply

    frozen.transport.call = freeze  # type: ignore[method-assign]
    world.tick(frozen)

    (call,) = world.calls("PayBills")
    assert call.outcome == "abandoned"
    assert "success" in (call.late_evidence or "")
    late = world.rows(Audit, Audit.action == "answered_late")
    assert {act.subject_id: act.detail["said"] for act in late} == {o.id: "success" for o in world.operations("pay")}
    assert world.states("pay") == ["done", "done"], "the other worker had read it back"
    assert set(world.paid_cents().values()) == {900}


def test_a_worker_that_wakes_past_its_time_to_write_writes_nothing(world: World) -> None:
    world.ready_to_pay(1)
    other = world.process()
    send = world.parts.transport.call
    is_first = [True]

    def slow(*args: Any, **options: Any) -> Any:
        if args[0].startswith("PayBills") and is_first:
            is_first.clear()
            for _ in range(5):
                world.advance(seconds=60)
                world.tick(other)
        return send(*args, **options)

    world.parts.transport.call = slow  # type: ignore[method-assign]
    world.tick()
    assert world.sent("PayBills") == []

    world.run_until(lambda: world.states("pay") == ["done"], within=3600)

    assert world.paid_cents() == {"FB-1-1": 900}


def test_a_crash_in_a_sign_in_delays_the_next_one_by_its_lease_alone(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    crash_at(world, "effect", "Login")
    tick_and_die(world)

    took = world.run_until(lambda: set(world.states()) == {"done"}, within=1800, step=10)

    assert took <= 200
    assert len(world.sent("Login")) == 2


def test_a_crash_in_the_proof_of_a_fence_is_proved_again(world: World) -> None:
    world.ready_to_pay(1)
    world.simulator.plan_fault("timeout_before", "PayBills")
    world.tick()
    crash_at(world, "effect", "Logout")
    world.advance(seconds=130)
    tick_and_die(world)

    world.run_until(lambda: world.states("pay") == ["done"], within=3600)

    assert world.paid_cents() == {"FB-1-1": 900}


def test_a_check_that_froze_past_its_lease_decides_nothing(world: World) -> None:
    world.ready_to_pay(1)
    world.simulator.plan_fault("timeout_after", "PayBills")
    world.tick()
    frozen, other = world.parts, world.process()
    is_first = [True]

    def freeze(moment: str, endpoint: str) -> None:
        if (moment, endpoint) == ("effect", "List/SentPay") and is_first and is_first.pop():
            for _ in range(12):
                world.advance(seconds=60)
                world.tick(other)

    world.advance(seconds=30)
    world.on_call = freeze
    world.tick(frozen)

    assert world.states("pay") == ["done"]
    assert world.paid_cents() == {"FB-1-1": 900}


def test_a_charge_cut_by_a_crash_is_left_to_a_person_if_it_never_landed(make_world: MakeWorld) -> None:
    world = make_world(collect="charge")
    world.onboard(sellers=["ann"], buyers=["Ada"])
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    crash_at(world, "connect", "ChargeCustomer")
    tick_and_die(world)

    world.run_until(lambda: world.states("charge") == ["quarantined"], within=7200)

    assert world.simulator.books.received_pays == []
