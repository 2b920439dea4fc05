"""The rounds of a worker with kinds of its own: what is done in which order, and what is noted in the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from flask_billcom.audit import SEAL_BATCH, Act, record
from flask_billcom.engine import operations
from flask_billcom.engine.errors import NoCapacity
from flask_billcom.engine.kinds import Absent, Applied, Policy
from flask_billcom.engine.worker import Step, last_tick
from flask_billcom.errors import ConnectionFailed
from flask_billcom.models import Audit, Mark, OperationState
from flask_billcom.store import Rows, Store
from tests.unit.engine.planned import OTHERS, add, call, operation
from tests.unit.engine.ticking import raising, worker
from tests.unit.engine.workshop import Vendors, Workshop

VENDORS = "Bulk/Crud/Create/Vendor"
SECOND = timedelta(seconds=1)
LOOKED = Act("looked", "operation", None, {})
NOT_FENCED = Policy(Absent.RESEND, resends=1, fenced=False)


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
