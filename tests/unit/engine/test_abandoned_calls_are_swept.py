from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from flask_billcom.clock import ManualClock
from flask_billcom.engine import janitor
from flask_billcom.engine.timing import Timing
from flask_billcom.models import Call, Mark, OperationState
from flask_billcom.store import Store
from tests.unit.engine.planned import OTHERS, OURS, acts, add, call, operation, read

TIMING = Timing()
SENDING = OperationState.SENDING


def outcomes(store: Store) -> list[str | None]:
    with store.read() as rows:
        return [each.outcome for each in rows.all(select(Call).order_by(Call.id))]


def test_the_operations_of_a_call_whose_lease_has_passed_are_unknown(store: Store, clock: ManualClock) -> None:
    began = clock.now()
    abandoned = call(1, began, session_gen=7)
    with store.write() as rows:
        add(rows, abandoned, operation(1, began, state=SENDING, call_id=UUID(int=5001), answered=True))
        add(rows, operation(2, began, state=SENDING, call_id=UUID(int=5001)))
    ended = began + timedelta(seconds=160)
    clock.advance(timedelta(seconds=160))

    assert janitor.sweep(OURS, store, clock, TIMING) == 2

    with store.read() as rows:
        for number in (1, 2):
            row = read(rows, number)
            assert (row.state, row.answered, row.unsafe_gen) == (OperationState.UNKNOWN, False, 7)
            assert (row.unknown_since, row.check_after) == (ended, clock.now())
            assert row.absent_after == ended + TIMING.grace
            assert row.evidence == {"message": "its worker ended or froze before the answer was recorded"}
        detail = {"endpoint": "PayBills", "code": None}
        assert sorted(acts(rows), key=lambda act: act[2]) == [
            ("outcome_unknown", "operation", number, detail, "engine", OURS, clock.now()) for number in (1, 2)
        ]
    assert outcomes(store) == ["abandoned"]
    assert janitor.sweep(OURS, store, clock, TIMING) == 0


@pytest.mark.parametrize(
    ("held_s", "values"),
    [(1, {}), (0, {"outcome": "success"}), (0, {"organization_id": OTHERS})],
    ids=["held", "ended", "of another organization"],
)
def test_other_calls_are_left_alone(store: Store, clock: ManualClock, held_s: float, values: dict[str, object]) -> None:
    now = clock.now()
    with store.write() as rows:
        add(rows, call(1, now, lease_until=now + timedelta(seconds=held_s), **values))
        add(rows, operation(1, now, state=SENDING, call_id=UUID(int=5001)))

    assert janitor.sweep(OURS, store, clock, TIMING) == 0

    with store.read() as rows:
        assert read(rows, 1).state == SENDING
        assert acts(rows) == []
    assert outcomes(store) == [values.get("outcome")]


def test_the_newest_session_of_a_worker_that_may_wake_up_is_noted(store: Store, clock: ManualClock) -> None:
    began = clock.now()
    known = {"value": "000000000001", "updated_at": began}
    with store.write() as rows:
        add(rows, Mark(organization_id=OTHERS, name="fence/sleeper", **known))
        add(rows, Mark(organization_id=OURS, name="another", **known))
    for number, gen in enumerate((9, 10, 2, 10), start=1):
        clock.advance(timedelta(seconds=1))
        with store.write() as rows:
            add(rows, call(number, clock.now(), session_gen=gen, lease_until=clock.now()))
        janitor.sweep(OURS, store, clock, TIMING)

    with store.read() as rows:
        found = {
            (each.organization_id, each.name): (int(each.value), each.updated_at) for each in rows.all(select(Mark))
        }
    assert found == {
        (OURS, "fence/sleeper"): (10, began + timedelta(seconds=2)),
        (OURS, "another"): (1, began),
        (OTHERS, "fence/sleeper"): (1, began),
    }


def test_only_what_is_still_being_sent_by_that_call_is_moved(store: Store, clock: ManualClock) -> None:
    now = clock.now()
    with store.write() as rows:
        add(rows, call(1, now, lease_until=now), call(2, now), operation(1, now))
        add(rows, operation(2, now, state=OperationState.DONE, call_id=UUID(int=5001)))
        add(rows, operation(3, now, state=SENDING, call_id=UUID(int=5002)))
        add(rows, operation(4, now, state=SENDING, call_id=UUID(int=5001)))

    assert janitor.sweep(OURS, store, clock, TIMING) == 1

    with store.read() as rows:
        assert [read(rows, n).state for n in (1, 2, 3, 4)] == ["planned", "done", "sending", "unknown"]
    assert outcomes(store) == ["abandoned", None]


def test_the_oldest_fifty_are_swept_at_a_time(store: Store, clock: ManualClock) -> None:
    now = clock.now()
    with store.write() as rows:
        for number in reversed(range(51)):
            add(rows, call(number, now, lease_until=now))
            add(rows, operation(number, now, state=SENDING, call_id=UUID(int=5000 + number)))

    assert janitor.sweep(OURS, store, clock, TIMING) == 50
    assert outcomes(store)[49:] == ["abandoned", None]
    assert janitor.sweep(OURS, store, clock, TIMING) == 1


def test_a_call_that_somebody_ended_between_finding_and_closing_is_left_alone(store: Store, clock: ManualClock) -> None:
    now = clock.now()
    with store.write() as rows:
        add(rows, call(1, now, lease_until=now, outcome="success"))
        add(rows, operation(1, now, state=SENDING, call_id=UUID(int=5001)))
    found_before = call(1, now, lease_until=now)

    with store.write() as rows:
        assert janitor._abandon(rows, clock, TIMING, found_before) == 0

    with store.read() as rows:
        assert read(rows, 1).state == SENDING
    assert outcomes(store) == ["success"]
