"""The rows of operations: planned once, found when due, claimed one to a lane, moved only from where they are."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from flask_billcom.clock import ManualClock
from flask_billcom.engine import operations as ops
from flask_billcom.models import Operation, OperationState
from flask_billcom.store import Rows
from tests.unit.engine.planned import OTHERS, OURS, add, numbers, operation, read

PLANNED, SENDING, UNKNOWN = OperationState.PLANNED, OperationState.SENDING, OperationState.UNKNOWN
CHECKING, DONE = OperationState.CHECKING, OperationState.DONE
CALL = UUID(int=5001)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def build_anew() -> None:
    """Let each test build the statements that a process builds once."""
    ops._moving.cache_clear()
    ops._moving_each.cache_clear()


def test_lanes_are_named_after_what_they_guard() -> None:
    assert ops.lane_of_document(UUID(int=255)) == "document:000000000000000000000000000000ff"
    assert ops.lane_of_party(UUID(int=255)) == "party:000000000000000000000000000000ff"


def test_a_plan_becomes_a_row_with_all_that_it_says(rows: Rows, clock: ManualClock) -> None:
    later = clock.now() + timedelta(days=1)
    old = UUID(int=9)
    wanted = [
        ops.Plan("bill", "document", UUID(int=3), "document:3", "key", amount_cents=700),
        ops.Plan(
            "pay",
            "payment",
            UUID(int=4),
            "payment:4",
            "other",
            generation=2,
            parked="cover",
            not_before=later,
            supersedes=old,
        ),
    ]

    ids = ops.plan(rows, clock, OURS, wanted, linger_s=2.5)

    first, second = (read(rows, row_id.int) for row_id in ids.values())
    assert list(ids) == [("bill", "key", 1), ("pay", "other", 2)]
    assert (first.organization_id, first.kind, first.subject_type, first.subject_id) == (
        OURS,
        "bill",
        "document",
        UUID(int=3),
    )
    assert (first.lane, first.natural_key, first.generation, first.supersedes) == ("document:3", "key", 1, None)
    assert (first.amount_cents, first.state, first.parked) == (700, PLANNED, None)
    assert (first.attempt, first.resends, first.splits, first.answered, first.unsafe_gen) == (0, 0, 0, False, 0)
    assert (first.not_before, first.created_at) == (clock.now() + timedelta(seconds=2.5), clock.now())
    assert (second.generation, second.parked, second.not_before, second.supersedes) == (2, "cover", later, old)


def test_what_is_planned_already_stays_as_it_is(rows: Rows, clock: ManualClock) -> None:
    wanted = ops.Plan("bill", "document", UUID(int=3), "document:3", "key", amount_cents=700)
    first = ops.plan(rows, clock, OURS, [wanted])["bill", "key", 1]
    clock.advance(SECOND)
    again = ops.plan(rows, clock, OURS, [wanted])["bill", "key", 1]

    assert first != again
    assert read(rows, first.int).not_before == clock.now() - SECOND
    with pytest.raises(AssertionError):
        read(rows, again.int)


def test_kinds_are_due_while_something_of_them_may_be_sent(rows: Rows, clock: ManualClock) -> None:
    now = clock.now()
    add(
        rows,
        operation(1, now, kind="due"),
        operation(2, now, kind="due"),
        operation(3, now, kind="later", not_before=now + SECOND),
        operation(4, now, kind="parked", parked="cover"),
        operation(5, now, kind="done", state=DONE),
        operation(6, now, kind="others", organization_id=OTHERS),
    )

    assert ops.kinds_due(rows, OURS, now) == {"due"}
    assert ops.kinds_due(rows, OURS, now + SECOND) == {"due", "later"}


def test_what_stands_in_the_place_of_an_operation_is_the_same_effect_in_the_next_generation(clock: ManualClock) -> None:
    before = operation(1, clock.now(), generation=3, amount_cents=700, parked="cover", subject_type="payment")
    same = {name: getattr(before, name) for name in ("kind", "subject_type", "subject_id", "lane", "natural_key")}

    assert ops.following(before, amount_cents=500) == ops.Plan(
        **same, amount_cents=500, generation=4, supersedes=before.id
    )
    kept = ops.following(before, amount_cents=700, parked="cap", not_before=clock.now())
    assert (kept.amount_cents, kept.parked, kept.not_before) == (700, "cap", clock.now())


def test_kinds_are_checked_when_their_time_or_the_lease_of_their_check_has_come(rows: Rows, clock: ManualClock) -> None:
    now = clock.now()
    add(
        rows,
        operation(1, now, kind="due", state=UNKNOWN, check_after=now),
        operation(2, now, kind="left", state=CHECKING, check_lease=now),
        operation(3, now, kind="later", state=UNKNOWN, check_after=now + SECOND, check_lease=now),
        operation(4, now, kind="held", state=CHECKING, check_lease=now + SECOND, check_after=now),
        operation(5, now, kind="done", state=DONE, check_after=now, check_lease=now),
        operation(6, now, kind="others", state=UNKNOWN, check_after=now, organization_id=OTHERS),
    )

    assert ops.kinds_to_check(rows, OURS, now) == {"due", "left"}


def test_the_kind_of_few_is_the_kind(rows: Rows, clock: ManualClock) -> None:
    add(rows, operation(1, clock.now(), kind="pay"), operation(2, clock.now(), kind="bill"))

    assert rows.all(select(ops.kind_of_few()).order_by(Operation.id)) == ["pay", "bill"]


def test_due_are_those_that_may_be_sent_now_the_most_halved_and_oldest_first(rows: Rows, clock: ManualClock) -> None:
    now = clock.now()
    add(
        rows,
        operation(1, now),
        operation(2, now, not_before=now - SECOND),
        operation(3, now, splits=1),
        operation(4, now, splits=2),
        operation(5, now),
        operation(6, now, not_before=now + SECOND),
        operation(7, now, parked="cover"),
        operation(8, now, kind="bill"),
        operation(9, now, organization_id=OTHERS),
        operation(10, now, state=DONE),
    )

    assert numbers(ops.due(rows, OURS, "pay", now, 10)) == [4, 3, 2, 1, 5]
    assert numbers(ops.due(rows, OURS, "pay", now, 2)) == [4, 3]


def test_of_those_that_are_equally_old_the_first_comes_first(rows: Rows, clock: ManualClock) -> None:
    now = clock.now()
    add(rows, operation(3, now))
    add(rows, operation(1, now))
    add(rows, operation(2, now))

    assert numbers(ops.due(rows, OURS, "pay", now, 2)) == [1, 2]


@pytest.mark.parametrize("state", [SENDING, UNKNOWN, CHECKING, OperationState.QUARANTINED])
def test_a_lane_whose_outcome_is_open_lets_nothing_else_through(
    rows: Rows, clock: ManualClock, state: OperationState
) -> None:
    now = clock.now()
    add(
        rows,
        operation(1, now, lane="a"),
        operation(2, now, lane="b"),
        operation(3, now, kind="void", lane="a", state=state),
        operation(4, now, kind="void", lane="b", state=state, organization_id=OTHERS),
        operation(5, now, kind="void", lane="c", state=DONE),
        operation(6, now, lane="c"),
    )

    assert numbers(ops.due(rows, OURS, "pay", now, 10)) == [2, 6]
    assert numbers(rows.all(select(Operation.id).where(ops._lane_is_busy()).order_by(Operation.id))) == [1, 3, 4]
    assert sorted(numbers(ops.claim(rows, [UUID(int=n) for n in (1, 2, 6)], CALL, now))) == [2, 6]


def test_a_batch_is_full_with_as_many_planned_as_a_call_takes(rows: Rows, clock: ManualClock) -> None:
    now = clock.now()
    add(rows, operation(1, now), operation(2, now, not_before=now + SECOND))
    add(
        rows,
        operation(3, now, parked="cover"),
        operation(4, now, kind="bill"),
        operation(5, now, organization_id=OTHERS),
        operation(6, now, state=SENDING),
    )

    assert ops.is_full(rows, OURS, "pay", 2) is True
    assert ops.is_full(rows, OURS, "pay", 1) is True
    assert ops.is_full(rows, OURS, "pay", 3) is False


def test_a_claim_gives_planned_operations_to_one_call(rows: Rows, clock: ManualClock) -> None:
    now = clock.now()
    before = now - timedelta(hours=1)
    add(
        rows,
        operation(1, now, answered=True, attempt=1, first_sent_at=before),
        operation(2, now),
        operation(3, now, parked="cover"),
        operation(4, now, state=DONE),
        operation(5, now),
    )

    claimed = ops.claim(rows, [UUID(int=n) for n in (4, 3, 2, 1)], CALL, now)

    assert sorted(numbers(claimed)) == [1, 2]
    first, second = read(rows, 1), read(rows, 2)
    assert (first.state, first.attempt, first.call_id, first.answered) == (SENDING, 2, CALL, False)
    assert (second.state, second.attempt, second.call_id) == (SENDING, 1, CALL)
    assert (first.first_sent_at, second.first_sent_at) == (before, now)
    assert [read(rows, n).call_id for n in (3, 4, 5)] == [None, None, None]


def test_places_are_numbered_as_in_the_request(rows: Rows, clock: ManualClock) -> None:
    now = clock.now()
    add(rows, operation(1, now, call_id=CALL), operation(2, now, call_id=CALL), operation(3, now))

    ops.number(rows, CALL, [(UUID(int=2), "two"), (UUID(int=1), "one"), (UUID(int=3), "three")])

    found = [(read(rows, n).call_pos, read(rows, n).digest) for n in (1, 2, 3)]
    assert found == [(1, "one"), (0, "two"), (None, None)]


def test_a_move_asks_for_every_column_that_it_names(rows: Rows, clock: ManualClock) -> None:
    now = clock.now()
    add(
        rows,
        operation(1, now, state=SENDING, call_id=CALL),
        operation(2, now, state=SENDING),
        operation(3, now, call_id=CALL),
        operation(4, now, state=SENDING, call_id=CALL),
    )
    some = [UUID(int=n) for n in (1, 2, 3)]

    assert ops.move(rows, some, from_={"state": SENDING, "call_id": CALL}, to={"state": DONE, "attempt": 3}) == 1
    assert [read(rows, n).state for n in (1, 2, 3, 4)] == ["done", "sending", "planned", "sending"]
    assert read(rows, 1).attempt == 3
    assert ops.move(rows, [], from_={"state": SENDING}, to={"state": DONE}) == 0


def test_what_must_be_empty_is_asked_for_too(rows: Rows, clock: ManualClock) -> None:
    now = clock.now()
    add(rows, operation(1, now, call_id=CALL), operation(2, now))
    both = [UUID(int=n) for n in (1, 2)]

    assert ops.move(rows, both, from_={"state": PLANNED, "call_id": None}, to={"state": DONE}) == 1
    assert [read(rows, n).state for n in (1, 2)] == ["planned", "done"]


def test_what_is_counted_from_the_row_itself_moves_each_by_its_own(rows: Rows, clock: ManualClock) -> None:
    now = clock.now()
    add(rows, operation(1, now, state=SENDING, attempt=1), operation(2, now, state=SENDING, attempt=4))
    add(rows, operation(3, now, attempt=9), operation(4, now, state=SENDING, attempt=9))
    some = [UUID(int=n) for n in (1, 2, 3)]

    assert ops.move(rows, some, from_={"state": SENDING}, to={"state": PLANNED, "attempt": Operation.attempt - 1}) == 2
    assert [(read(rows, n).state, read(rows, n).attempt) for n in (1, 2, 3, 4)] == [
        ("planned", 0),
        ("planned", 3),
        ("planned", 9),
        ("sending", 9),
    ]


def test_what_stays_where_it_is_moves_once_in_parts_too(rows: Rows, clock: ManualClock) -> None:
    now = clock.now()
    some = range(1, 502)
    add(rows, *[operation(number, now) for number in some])
    ids = [UUID(int=number) for number in some]

    assert ops.move(rows, ids, from_={"state": PLANNED}, to={"parked": "cover"}) == 501


@pytest.mark.parametrize("count", [1, 500, 501, 1001])
def test_a_move_takes_any_number_in_parts(rows: Rows, clock: ManualClock, count: int) -> None:
    now = clock.now()
    add(rows, *[operation(number, now) for number in range(1, count + 1)])
    some = [UUID(int=number) for number in range(1, count + 1)]

    assert ops.move(rows, some, from_={"state": PLANNED}, to={"state": SENDING}) == count
    assert ops.move(rows, some, from_={"state": PLANNED}, to={"state": SENDING}) == 0


def test_each_moves_to_values_of_its_own(rows: Rows, clock: ManualClock) -> None:
    now = clock.now()
    add(rows, operation(1, now, state=SENDING), operation(2, now, state=SENDING), operation(3, now))
    to = [(UUID(int=n), {"state": DONE, "remote_id": f"stp{n}"}) for n in (1, 2, 3)]

    assert ops.move_each(rows, from_={"state": SENDING}, to=to) == 2
    found = [(read(rows, n).state, read(rows, n).remote_id) for n in (1, 2, 3)]
    assert found == [("done", "stp1"), ("done", "stp2"), ("planned", None)]
    assert ops.move_each(rows, from_={"state": SENDING}, to=[]) == 0


def test_one_alone_moves_to_values_of_its_own(rows: Rows, clock: ManualClock) -> None:
    add(rows, operation(1, clock.now()))

    assert ops.move_each(rows, from_={"state": PLANNED}, to=[(UUID(int=1), {"state": DONE})]) == 1
    assert read(rows, 1).state == "done"
