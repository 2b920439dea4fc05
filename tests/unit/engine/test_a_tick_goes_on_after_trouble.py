"""The rounds of a worker with kinds of its own: what is done in which order, and which trouble ends what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from flask_billcom.audit import SEAL_BATCH, Act, record
from flask_billcom.engine import operations
from flask_billcom.engine.errors import NoCapacity, QuotaUsed
from flask_billcom.engine.kinds import Absent, Applied, Policy
from flask_billcom.engine.worker import Step, Worker, last_tick
from flask_billcom.errors import ConnectionFailed, InvalidRequest, RateLimited, RequestTimedOut
from flask_billcom.models import Audit, Mark, OperationState
from flask_billcom.store import Rows, Store
from tests.unit.engine.planned import OTHERS, add, call, operation
from tests.unit.engine.workshop import TIMING, Vendors, Workshop

VENDORS = "Bulk/Crud/Create/Vendor"
SECOND = timedelta(seconds=1)
LOOKED = Act("looked", "operation", None, {})
NOT_FENCED = Policy(Absent.RESEND, resends=1, fenced=False)


def nothing() -> int:
    return 0


def worker(
    shop: Workshop,
    *kinds: Vendors,
    unpark: Callable[[], int] = nothing,
    before: Sequence[Step] = (),
    after: Sequence[Step] = (),
) -> Worker:
    return Worker(
        shop.organization_id,
        store=shop.store,
        clock=shop.clock,
        delivery=shop.delivery,
        readback=shop.readback,
        fence=shop.fence,
        timing=TIMING,
        kinds=kinds or (Vendors(),),
        unpark=unpark,
        before=before,
        after=after,
    )


def raising(error: Exception) -> Callable[[], object]:
    def run() -> object:
        raise error

    return run


def test_everything_due_is_sent_and_told(shop: Workshop) -> None:
    shop.plan(1, 2, 3, 4, 5)

    report = worker(shop).tick()

    assert (report.batches, report.checked, report.stopped, report.failed) == ({"vendor": 2}, {}, None, {})
    assert report.moved is True
    assert shop.states() == ["done"] * 5
    assert worker(shop).tick().moved is False


def test_steps_come_in_order(shop: Workshop) -> None:
    done: list[str] = []
    shop.plan(1)

    def step(name: str) -> Step:
        return Step(name, lambda: done.append(f"{name} {shop.states()}"))

    def unpark() -> int:
        done.append("unpark")
        return 0

    worker(shop, unpark=unpark, before=[step("before")], after=[step("after")]).tick()

    assert done == ["unpark", "before ['planned']", "unpark", "unpark", "after ['done']"]


def test_abandoned_calls_are_swept_first(shop: Workshop) -> None:
    with shop.store.write() as rows:
        add(rows, call(1, shop.now, organization_id=shop.organization_id, lease_until=shop.now))
    worker(shop).tick()

    assert [each.outcome for each in shop.calls()] == ["abandoned"]


def test_what_is_unknown_is_looked_up_and_what_it_lets_go_is_sent(shop: Workshop) -> None:
    shop.plan(1, lane="same")
    shop.plan(2, lane="same")
    shop.simulator.plan_fault("timeout_after", VENDORS)
    kind = Vendors(policy=NOT_FENCED)
    assert worker(shop, kind).tick().stopped is None
    assert shop.states() == ["unknown", "planned"]
    shop.advance(5)

    report = worker(shop, kind).tick()

    assert (report.checked, report.batches) == ({"vendor": 1}, {"vendor": 1})
    assert shop.states() == ["done", "done"]


def test_kinds_with_nothing_to_do_are_not_asked(shop: Workshop) -> None:
    other = Vendors(name="bill")
    shop.plan(1)
    shop.plan(2, state=OperationState.UNKNOWN, check_after=shop.now, unsafe_gen=0)
    worker(shop, other, Vendors()).tick()

    assert other.asked == []


def test_each_batch_that_is_checked_counts(shop: Workshop) -> None:
    shop.plan(*range(1, 202), state=OperationState.UNKNOWN, check_after=shop.now)

    assert worker(shop, Vendors(hidden=True)).tick().checked == {"vendor": 2}


def test_only_sessions_of_kinds_that_need_it_are_fenced(shop: Workshop) -> None:
    values: dict[str, Any] = {
        "state": OperationState.UNKNOWN,
        "unsafe_gen": 1,
        "unknown_since": shop.now - timedelta(minutes=2),
        "check_after": shop.now + timedelta(hours=1),
    }
    shop.plan(1, **values)
    shop.sessions.live()

    for policy in (NOT_FENCED, Policy(Absent.REPEAT)):
        worker(shop, Vendors(policy=policy)).tick()
        assert [row.state for row in shop.generations()] == ["valid"]
    worker(shop, Vendors(policy=Policy(Absent.RESEND))).tick()
    assert [row.state for row in shop.generations()] == ["dead"]


def test_what_a_kind_lets_go_is_sent_in_the_same_tick(shop: Workshop) -> None:
    first, second = Vendors(name="bill"), Vendors()

    def plan_bill(rows: Rows, _applied: Sequence[Applied]) -> None:
        add(rows, operation(50, shop.now, kind="bill", organization_id=shop.organization_id))

    second.apply = plan_bill  # type: ignore[method-assign, assignment]  # plans what follows
    shop.plan(1)
    parked = [1]

    def unpark() -> int:
        return parked.pop() if parked and shop.states()[0] == "done" else 0

    report = worker(shop, first, second, unpark=unpark).tick()

    assert report.batches == {"vendor": 1, "bill": 1}


def test_what_follows_later_in_the_order_is_sent_in_the_same_round(shop: Workshop) -> None:
    first, second = Vendors(), Vendors(name="bill")

    def plan_bill(rows: Rows, _applied: Sequence[Applied]) -> None:
        add(rows, operation(50, shop.now, kind="bill", organization_id=shop.organization_id))

    first.apply = plan_bill  # type: ignore[method-assign, assignment]  # plans what follows
    shop.plan(1)

    assert worker(shop, first, second).tick().batches == {"vendor": 1, "bill": 1}


def test_it_is_looked_again_for_what_is_due_only_after_something_moved(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Workshop(store, linger_s=2.0)
    found: list[set[str]] = []
    kinds_due = operations.kinds_due

    def listening(*args: Any) -> set[str]:
        found.append(kinds_due(*args))
        return found[-1]

    monkeypatch.setattr(operations, "kinds_due", listening)
    more = [1]

    def unpark() -> int:
        """Let a second one go on after the first was sent, which may wait for company."""
        if not more or shop.states()[0] != "done":
            return 0
        shop.plan(2, not_before=shop.now + SECOND)
        return more.pop()

    shop.plan(1)
    shop.plan(60, kind="bill", not_before=shop.now + SECOND)
    worker(shop, Vendors(name="bill"), Vendors(), Vendors(name="memo"), unpark=unpark).tick()

    assert found == [{"bill", "vendor"}, {"bill"}, {"bill", "vendor"}]


def test_a_full_batch_goes_ahead_of_its_lingering(store: Store) -> None:
    shop = Workshop(store, linger_s=2.0)
    shop.plan(1, 2, 3, 4, not_before=shop.now + SECOND)

    assert worker(shop).tick().batches == {"vendor": 1}


# -- trouble -------------------------------------------------------------------------------------------------------


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
    guard = Step("witness", raising(error), guards=True)
    before = [guard, Step("lower", lambda: run.append("lower"), network=False, guarded=True)]
    after = [Step("count", lambda: run.append("count"), network=False)]

    report = worker(shop, before=before, after=after).tick()

    assert run == ["count"]
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


# -- the end of a tick ---------------------------------------------------------------------------------------------


def test_the_audit_trail_is_sealed_in_the_end(shop: Workshop) -> None:
    shop.plan(1)
    worker(shop).tick()

    assert [each.sequence for each in shop.rows(Audit, Audit.id)] == [1]


def test_the_trail_is_sealed_and_the_end_is_noted_also_where_bill_com_is_away(shop: Workshop) -> None:
    shop.plan(1)
    worker(shop, before=[Step("witness", raising(ConnectionFailed("away")))]).tick()
    with shop.store.write() as rows:
        record(rows, shop.clock, shop.organization_id, [LOOKED])

    worker(shop, before=[Step("witness", raising(ConnectionFailed("away")))]).tick()

    assert [(act.action, act.sequence) for act in shop.rows(Audit, Audit.id)] == [("looked", 1)]
    assert last_tick(shop.store, shop.organization_id) == shop.now


def test_the_whole_trail_is_sealed_however_long_it_is(shop: Workshop) -> None:
    acts = [LOOKED for _ in range(SEAL_BATCH + 1)]
    with shop.store.write() as rows:
        record(rows, shop.clock, shop.organization_id, acts)

    worker(shop).tick()

    assert [act.sequence for act in shop.rows(Audit, Audit.id)] == list(range(1, SEAL_BATCH + 2))


def test_when_the_last_tick_ended_and_what_stopped_it_is_kept(shop: Workshop) -> None:
    assert last_tick(shop.store, shop.organization_id) is None
    worker(shop, before=[Step("witness", raising(NoCapacity("full")))]).tick()

    kept = {each.name: (each.value, each.updated_at) for each in shop.rows(Mark, Mark.name)}
    assert kept == {"last_tick": (shop.now.isoformat(), shop.now), "last_error": ("full", shop.now)}
    with shop.store.write() as rows:
        add(rows, Mark(organization_id=OTHERS, name="last_tick", value="never", updated_at=shop.now))
    shop.advance(60)
    worker(shop).tick()

    kept = {e.name: (e.value, e.updated_at) for e in shop.rows(Mark, Mark.name) if e.organization_id != OTHERS}
    assert kept == {"last_tick": (shop.now.isoformat(), shop.now), "last_error": ("", shop.now)}
    assert last_tick(shop.store, shop.organization_id) == shop.now
