"""The rounds of a worker with kinds of its own: which trouble ends what."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from flask_billcom.engine.errors import NoCapacity, QuotaUsed
from flask_billcom.engine.worker import Step
from flask_billcom.errors import ConnectionFailed, InvalidRequest, RateLimited, RequestTimedOut
from flask_billcom.models import Mark, OperationState
from tests.unit.engine.ticking import raising, worker
from tests.unit.engine.workshop import Vendors, Workshop


@pytest.mark.parametrize(
    "error", [ConnectionFailed("away"), RequestTimedOut("silent"), RateLimited("full", code="BDC_1322")]
)
def test_what_every_call_would_meet_ends_the_steps_of_the_network(shop: Workshop, error: Exception) -> None:
    shop.plan(1)
    run: list[str] = []
    after = [Step("poll", lambda: run.append("poll")), Step("count", lambda: run.append("count"), network=False)]

    report = worker(shop, before=[Step("witness", raising(error))], after=after).tick()

    said = f"{type(error).__name__}: {error}"
    assert (report.failed, report.stopped) == ({"witness": said}, said)
    assert run == ["count"]
    assert shop.states() == ["planned"]


def test_no_room_ends_the_steps_of_the_network_and_is_no_fault(shop: Workshop) -> None:
    report = worker(shop, before=[Step("witness", raising(NoCapacity("all calls are in flight")))]).tick()

    assert (report.stopped, report.failed) == ("all calls are in flight", {})


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InvalidRequest("odd"), "InvalidRequest: odd"),
        (IntegrityError("statement", {}, Exception("twice")), "IntegrityError"),
        (OperationalError("statement", {}, Exception("busy")), "OperationalError"),
        (KeyError("mistake"), "KeyError: 'mistake'"),
    ],
)
def test_any_other_trouble_ends_its_own_step(shop: Workshop, error: Exception, said: str) -> None:
    shop.plan(1)

    report = worker(shop, before=[Step("witness", raising(error))]).tick()

    assert (report.failed, report.stopped) == ({"witness": said}, None)
    assert shop.states() == ["done"]


@pytest.mark.parametrize(
    "error",
    [
        InvalidRequest("odd"),
        OperationalError("statement", {}, Exception("busy")),
        NoCapacity("full"),
        KeyError("mistake"),
    ],
)
def test_nothing_guarded_happens_where_the_guard_did_not_come_to_its_end(shop: Workshop, error: Exception) -> None:
    shop.plan(1)
    run: list[str] = []

    def look() -> None:
        run.append("look")
        raise error

    guard = Step("witness", look, guards=True)
    before = [guard, Step("lower", lambda: run.append("lower"), network=False, guarded=True)]
    after = [Step("count", lambda: run.append("count"), network=False)]

    report = worker(shop, before=before, after=after).tick()

    assert run == ["look", "count"]
    assert shop.states() == ["planned"]
    assert report.unguarded
    assert ("last_error", report.unguarded) in {(each.name, each.value) for each in shop.rows(Mark, Mark.name)}


def test_what_is_guarded_happens_behind_a_guard_that_came_to_its_end(shop: Workshop) -> None:
    shop.plan(1)
    run: list[str] = []
    before = [
        Step("odd", raising(InvalidRequest("odd"))),
        Step("witness", lambda: run.append("witness"), guards=True),
        Step("lower", lambda: run.append("lower"), network=False, guarded=True),
    ]

    report = worker(shop, before=before).tick()

    assert report.unguarded is None
    assert run == ["witness", "lower", "witness"]
    assert shop.states() == ["done"]


def test_what_is_planned_after_the_guard_has_looked_is_guarded_too(shop: Workshop) -> None:
    looks: list[int] = []
    before = [
        Step("witness", lambda: looks.append(len(shop.states())), guards=True),
        Step("plan", lambda: shop.plan(1), network=False, guarded=True),
    ]

    worker(shop, before=before).tick()

    assert looks == [0, 1]
    assert shop.states() == ["done"]


def test_nothing_is_sent_where_the_guard_fails_at_its_second_look(shop: Workshop) -> None:
    errors: list[Exception] = []

    def look() -> None:
        if errors:
            raise errors.pop()
        errors.append(InvalidRequest("odd"))

    before = [
        Step("witness", look, guards=True),
        Step("plan", lambda: shop.plan(1), network=False, guarded=True),
    ]

    report = worker(shop, before=before).tick()

    assert (report.unguarded, shop.states()) == ("InvalidRequest: odd", ["planned"])


def test_a_step_of_our_own_that_meets_a_silence_stops_nothing(shop: Workshop) -> None:
    shop.plan(1)
    report = worker(shop, before=[Step("ours", raising(ConnectionFailed("away")), network=False)]).tick()

    assert (report.stopped, shop.states()) == (None, ["done"])


PARTS = {
    "janitor": "flask_billcom.engine.janitor.sweep",
    "fence": "flask_billcom.engine.fence.Fence.round",
    "checks": "flask_billcom.engine.operations.kinds_to_check",
    "delivery": "flask_billcom.engine.operations.kinds_due",
    "seal": "flask_billcom.audit.is_unsealed",
    "finish": "flask_billcom.store.Rows.insert_new",
}
"""What breaks one step alone, where nothing is planned."""
OF_THE_NETWORK = {"fence", "checks", "delivery"}


@pytest.mark.parametrize("name", PARTS)
def test_a_step_is_named_that_fails_and_the_others_go_on(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    done: list[str] = []
    after = [Step("after", lambda: done.append("after"))]
    with monkeypatch.context() as broken:
        broken.setattr(PARTS[name], lambda *_: raising(KeyError("mistake"))())
        report = worker(shop, after=after).tick()

    assert (report.failed, report.stopped, done) == ({name: "KeyError: 'mistake'"}, None, ["after"])


def test_where_unparking_fails_the_others_go_on(shop: Workshop) -> None:
    shop.plan(1)
    mistakes = [KeyError("mistake")]

    def unpark() -> int:
        if mistakes:
            raise mistakes.pop()
        return 0

    report = worker(shop, unpark=unpark).tick()

    assert (report.failed, report.stopped, shop.states()) == ({"unpark": "KeyError: 'mistake'"}, None, ["done"])


@pytest.mark.parametrize("name", PARTS)
def test_only_a_silence_in_a_step_of_the_network_stops_the_others(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(PARTS[name], lambda *_: raising(ConnectionFailed("the clock is away"))())
        report = worker(shop).tick()

    said = "ConnectionFailed: the clock is away"
    assert (report.failed, report.stopped) == ({name: said}, said if name in OF_THE_NETWORK else None)


def test_a_silence_where_things_are_unparked_stops_nothing(shop: Workshop) -> None:
    shop.plan(1)
    silences = [ConnectionFailed("the clock is away")]

    def unpark() -> int:
        if silences:
            raise silences.pop()
        return 0

    report = worker(shop, unpark=unpark).tick()

    assert (set(report.failed), report.stopped, shop.states()) == ({"unpark"}, None, ["done"])


def test_a_mistake_in_one_kind_leaves_the_others(shop: Workshop) -> None:
    broken = Vendors(name="bill")
    broken.request = raising(KeyError("mistake"))  # type: ignore[method-assign, assignment]
    broken.finding = raising(KeyError("mistake"))  # type: ignore[assignment]
    shop.plan(1, kind="bill")
    shop.plan(2)
    shop.plan(3, kind="bill", state=OperationState.UNKNOWN, check_after=shop.now)
    shop.plan(4, state=OperationState.UNKNOWN, check_after=shop.now)

    report = worker(shop, broken, Vendors()).tick()

    assert set(report.failed) == {"deliver bill", "check bill"}
    assert (report.batches, report.checked) == ({"vendor": 1}, {"vendor": 1})


def test_a_class_that_is_used_up_ends_only_the_kind_that_counts_in_it(shop: Workshop) -> None:
    mails, others = Vendors(name="bill", quota="mail"), Vendors()

    def used_up(name: str) -> Any:
        return raising(QuotaUsed(name, shop.now))

    shop.plan(1, kind="bill")
    shop.plan(2)
    mails.gated = lambda *_: used_up("mail")()
    assert worker(shop, mails, others).tick().stopped is None
    assert shop.states() == ["planned", "done"]
    shop.plan(3)
    mails.gated = lambda *_: used_up("all")()
    assert worker(shop, mails, others).tick().stopped == "the calls of class 'all' are used up for now"
    assert shop.states() == ["planned", "done", "planned"]
