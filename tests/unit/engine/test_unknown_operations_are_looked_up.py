"""The rounds of the read-back over the wire: what is claimed, and what is written of what was found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from flask_billcom.engine.kinds import Absent, Policy
from flask_billcom.engine.readback import ALONE, CHECK_BATCH
from flask_billcom.errors import APIError, RequestTimedOut
from flask_billcom.models import Call, Operation, OperationState
from tests.unit.engine.planned import OTHERS
from tests.unit.engine.workshop import TIMING, Vendors, Workshop

VENDORS = "Bulk/Crud/Create/Vendor"
UNKNOWN, CHECKING = OperationState.UNKNOWN, OperationState.CHECKING
SECOND = timedelta(seconds=1)
LOOK = timedelta(seconds=30)
REPEAT = Policy(Absent.REPEAT, fenced=False)


def silent(shop: Workshop, fault: str, *numbers: int, kind: Vendors | None = None) -> Vendors:
    """Send some vendors without an answer, and let the time of the first look come."""
    kind = kind or Vendors(policy=REPEAT)
    shop.plan(*(numbers or (1,)))
    shop.sessions.live()
    shop.simulator.plan_fault(fault, VENDORS)
    shop.delivery.round(kind)
    shop.advance(5)
    return kind


def test_what_is_there_is_done(shop: Workshop) -> None:
    kind = silent(shop, "timeout_after", 1, 2)

    assert shop.readback.round(kind) is True

    for row in shop.operations():
        assert (row.state, row.check_id, row.check_lease if row.state != "done" else None) == ("done", None, None)
    made = {row["name"]: row.id for row in shop.simulator.world.store["Vendor"].by_id.values()}
    assert [row.remote_id for row in shop.operations()] == [made["key 1"], made["key 2"]]
    assert [(each.operation.id.int, each.digest) for each in kind.applied] == [
        (1, "digest of key 1"),
        (2, "digest of key 2"),
    ]
    assert shop.told("outcome_unknown") == [
        ("read_back", number, {"kind": "vendor", "remote_id": made[f"key {number}"]}) for number in (1, 2)
    ]
    assert shop.readback.round(kind) is False


def test_what_is_not_there_yet_is_looked_at_again_in_time(shop: Workshop) -> None:
    kind = silent(shop, "timeout_before")
    since = shop.now - 5 * SECOND

    assert shop.readback.round(kind) is True

    row = shop.operation(1)
    assert (row.state, row.check_id, row.check_lease) == ("unknown", None, None)
    assert row.check_after == since + timedelta(minutes=2)
    assert shop.told("outcome_unknown") == []
    assert shop.readback.round(kind) is False


def test_what_is_proved_absent_is_sent_again_alone_and_counts(shop: Workshop) -> None:
    kind = silent(shop, "timeout_before")
    shop.advance(TIMING.grace)

    assert shop.readback.round(kind) is True

    row = shop.operation(1)
    assert (row.state, row.call_id, row.call_pos, row.not_before) == ("planned", None, None, shop.now)
    assert (row.splits, row.resends, row.attempt, row.check_id, row.check_lease) == (ALONE, 1, 1, None, None)
    assert shop.told("outcome_unknown") == [("proved_absent", 1, {"kind": "vendor", "next": "resend"})]


def refused(shop: Workshop, code: str, *numbers: int, policy: Policy = REPEAT) -> Vendors:
    kind = silent(shop, f"bdc:{code}", *numbers, kind=Vendors(policy=policy))
    shop.advance(TIMING.doubt)
    assert shop.readback.round(kind) is True
    return kind


def test_one_refused_among_several_is_sent_again_among_half_as_many(shop: Workshop) -> None:
    refused(shop, "BDC_1205", 1, 2)

    for row in shop.operations():
        assert (row.state, row.splits, row.resends, row.not_before) == ("planned", 1, 0, shop.now)
        assert (row.call_id, row.call_pos) == (None, None)
    assert shop.told("outcome_doubtful") == [
        ("proved_absent", number, {"kind": "vendor", "next": "halve"}) for number in (1, 2)
    ]


def test_each_of_several_is_halved_from_where_it_was(shop: Workshop) -> None:
    kind = silent(shop, "bdc:BDC_1205", 1, 2, 3)
    with shop.store.write() as rows:
        rows.change(update(Operation).where(Operation.id == UUID(int=2)).values(splits=4))
    shop.advance(TIMING.doubt)

    shop.readback.round(kind)

    assert [(row.state, row.splits) for row in shop.operations()] == [("planned", 1), ("planned", 5), ("planned", 1)]
    assert [number for _, number, _ in shop.told("outcome_doubtful")] == [1, 2, 3]


def test_what_goes_different_ways_is_told_apart(shop: Workshop) -> None:
    kind = silent(shop, "timeout_before", 1, 2, 3)
    with shop.store.write() as rows:
        of_one = update(Operation).where(Operation.id == UUID(int=2))
        rows.change(of_one.values(answered=True, attempt=2, error_code="BDC_1205"))
        rows.change(update(Call).values(server_date=shop.now - TIMING.grace))
        later = shop.now + TIMING.grace * 2
        rows.change(update(Operation).where(Operation.id == UUID(int=3)).values(absent_after=later))
    shop.advance(TIMING.grace)

    shop.readback.round(kind)

    assert [row.state for row in shop.operations()] == ["planned", "rejected", "unknown"]
    assert kind.dropped_numbers == [2]
    assert shop.told("outcome_unknown") == [
        ("proved_absent", 1, {"kind": "vendor", "next": "resend"}),
        ("operation_rejected", 2, {"kind": "vendor", "code": "BDC_1205"}),
    ]


def test_what_was_refused_alone_is_repeated_once_and_then_rejected(shop: Workshop) -> None:
    kind = refused(shop, "BDC_1205")
    row = shop.operation(1)
    assert (row.state, row.splits, row.resends, row.not_before) == ("planned", 0, 0, shop.now)

    shop.simulator.plan_fault("bdc:BDC_1205", VENDORS)
    shop.delivery.round(kind)
    shop.advance(TIMING.doubt + 5 * SECOND)
    shop.readback.round(kind)

    row = shop.operation(1)
    assert (row.state, row.error_code, row.check_id, row.check_lease) == ("rejected", "BDC_1205", None, None)
    assert kind.dropped_numbers == [1]
    assert shop.told("outcome_doubtful")[1:] == [
        ("operation_rejected", 1, {"kind": "vendor", "code": "BDC_1205"}),
    ]


def test_a_refused_date_is_tried_on_the_next_day(shop: Workshop) -> None:
    refused(shop, "BDC_1402")

    row = shop.operation(1)
    assert row.state == "planned"
    assert row.not_before > shop.now + timedelta(hours=1)
    assert shop.told("outcome_doubtful") == [("proved_absent", 1, {"kind": "vendor", "next": "postpone"})]


def test_what_cannot_be_believed_is_set_aside_with_its_reason(shop: Workshop) -> None:
    kind = silent(shop, "timeout_after", 1, 2)
    since = shop.now - timedelta(days=2)
    kind.finding = lambda finding: replace(finding, equal=[False] * len(finding.matches), since=since)
    made = {row["name"]: row for row in shop.simulator.world.store["Vendor"].by_id.values()}

    shop.readback.round(kind)

    reason = "what stands under its natural key has other cents, party or content"
    for row in shop.operations():
        assert row.state == "quarantined"
        assert row.evidence is not None
        assert (row.evidence["reason"], row.evidence["looked_from"]) == (reason, since.isoformat())
        assert list(row.evidence["seen"]) == [made[row.natural_key].id]
    assert [each[2]["reason"] for each in shop.told("outcome_unknown")] == [reason, reason]
    assert kind.applied == []


@pytest.mark.parametrize(("dated", "state"), [(False, "done"), (True, "quarantined")])
def test_age_counts_where_the_kind_says_so(shop: Workshop, dated: bool, state: str) -> None:  # noqa: FBT001
    kind = silent(shop, "timeout_after", kind=Vendors(dated=dated))
    shop.change(1, first_sent_at=shop.now + timedelta(hours=1))
    shop.readback.round(kind)

    assert shop.states() == [state]


def test_what_was_found_of_many_is_written_in_one_go(shop: Workshop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "flask_billcom.engine.readback")
    kind = silent(shop, "timeout_after", 1, 2)

    shop.readback.round(kind)

    assert shop.states() == ["done", "done"]
    assert caplog.messages == []


def test_what_cannot_be_written_together_is_written_one_by_one(shop: Workshop) -> None:
    kind = silent(shop, "timeout_after", 1, 2)
    made = {row["name"]: row.id for row in shop.simulator.world.store["Vendor"].by_id.values()}
    shop.plan(3, state=OperationState.DONE, remote_id=made["key 1"])

    shop.readback.round(kind)

    assert shop.states() == ["quarantined", "done", "done"]
    assert [each.operation.id.int for each in kind.applied][-1] == 2
    assert [(act[0], act[1]) for act in shop.told("outcome_unknown")] == [("quarantined", 1), ("read_back", 2)]


def test_an_effect_that_belongs_to_another_operation_is_set_aside(shop: Workshop) -> None:
    kind = silent(shop, "timeout_after", 1)
    (made,) = shop.simulator.world.store["Vendor"].by_id
    shop.plan(2, state=OperationState.DONE, remote_id=made)

    shop.readback.round(kind)

    row = shop.operation(1)
    assert row.state == "quarantined"
    assert (row.evidence or {})["reason"] == "its effect already belongs to another operation"


def test_nothing_is_found_of_what_the_kind_does_not_mention(shop: Workshop) -> None:
    kind = silent(shop, "timeout_after")
    shop.advance(TIMING.grace)
    kind.hidden = True

    shop.readback.round(kind)

    row = shop.operation(1)
    assert (row.state, row.check_after) == ("unknown", shop.now + LOOK)


# -- who looks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "looked"),
    [
        ({"state": UNKNOWN, "check_after": timedelta(0)}, True),
        ({"state": UNKNOWN, "check_after": SECOND}, False),
        ({"state": UNKNOWN, "check_after": SECOND, "check_lease": timedelta(0)}, False),
        ({"state": CHECKING, "check_lease": timedelta(0)}, True),
        ({"state": CHECKING, "check_lease": SECOND, "check_after": timedelta(0)}, False),
        ({"state": OperationState.PLANNED, "check_after": timedelta(0)}, False),
        ({"state": OperationState.QUARANTINED, "check_after": timedelta(0), "check_lease": timedelta(0)}, False),
        ({"state": UNKNOWN, "check_after": timedelta(0), "kind": "bill"}, False),
        ({"state": UNKNOWN, "check_after": timedelta(0), "organization_id": OTHERS}, False),
    ],
)
def test_what_is_due_is_looked_up_and_nothing_else(shop: Workshop, values: dict[str, Any], looked: bool) -> None:  # noqa: FBT001
    now = shop.now
    moments = {key: now + value if isinstance(value, timedelta) else value for key, value in values.items()}
    shop.plan(1, **moments)
    kind = Vendors()

    assert shop.readback.round(kind) is looked
    assert kind.asked == (["find [1]"] if looked else [])


def test_the_oldest_two_hundred_are_looked_up_together(shop: Workshop) -> None:
    kind = Vendors(hidden=True)
    shop.plan(*reversed(range(1, CHECK_BATCH + 2)), state=UNKNOWN, check_after=shop.now)

    assert shop.readback.round(kind)
    assert kind.asked == [f"find {list(range(1, CHECK_BATCH + 1))}"]
    assert [row.id.int for row in shop.operations() if row.check_after == shop.now] == [201]


def test_while_one_looks_nobody_else_does_for_five_minutes_and_a_slow_read(shop: Workshop) -> None:
    kind = silent(shop, "timeout_after")
    seen: list[Any] = []

    def look(moment: str, endpoint: str) -> None:
        if (moment, endpoint) == ("connect", "List/Vendor"):
            shop.on_call = lambda _moment, _endpoint: None
            seen.append(shop.operation(1))
            seen.append(shop.readback.round(Vendors()))

    shop.on_call = look
    began = shop.now
    shop.readback.round(kind)

    assert (seen[0].state, seen[0].check_lease) == ("checking", began + timedelta(minutes=5, seconds=2))
    assert seen[0].check_id is not None
    assert seen[1] is False


def test_while_one_looks_slowly_for_many_nobody_else_does(shop: Workshop) -> None:
    count = 160
    shop.plan(*range(1, count + 1), state=UNKNOWN, check_after=shop.now)
    others: list[bool] = []

    def look(moment: str, endpoint: str) -> None:
        if (moment, endpoint) == ("answer", "List/Vendor"):
            shop.advance(2)
            if len(shop.journal("List/Vendor")) == count:
                others.append(shop.readback.round(Vendors()))

    shop.on_call = look
    assert shop.readback.round(Vendors())

    assert others == [False]
    assert {row.check_id for row in shop.operations()} == {None}


def test_a_check_that_lost_its_lease_writes_nothing(shop: Workshop) -> None:
    kind = silent(shop, "timeout_before", 1, 2)

    def take(moment: str, endpoint: str) -> None:
        if (moment, endpoint) == ("answer", "List/Vendor"):
            shop.change(1, check_id=UUID(int=9))

    shop.on_call = take
    assert shop.readback.round(kind) is True

    first, second = shop.operations()
    assert (first.state, first.check_id) == ("checking", UUID(int=9))
    assert second.state == "unknown"


def test_an_effect_is_not_taken_by_a_check_that_lost_its_lease(shop: Workshop) -> None:
    kind = silent(shop, "timeout_after")
    shop.on_call = lambda moment, _endpoint: shop.change(1, check_id=UUID(int=9)) if moment == "answer" else None

    shop.readback.round(kind)

    assert shop.states() == ["checking"]
    assert kind.applied == []


def test_a_check_that_lost_its_lease_sets_nothing_aside(shop: Workshop) -> None:
    kind = silent(shop, "timeout_after")
    kind.finding = lambda finding: replace(finding, conflict="two of it")
    shop.on_call = lambda moment, _endpoint: shop.change(1, check_id=UUID(int=9)) if moment == "answer" else None

    shop.readback.round(kind)

    assert shop.states() == ["checking"]
    assert shop.told("outcome_unknown") == []


@pytest.mark.parametrize(("fault", "error"), [("timeout_before", RequestTimedOut), ("bdc:BDC_1129", APIError)])
def test_a_look_that_fails_is_given_back_for_half_a_minute(shop: Workshop, fault: str, error: type[Exception]) -> None:
    kind = silent(shop, "timeout_after", 1, 2)
    shop.simulator.plan_fault(fault, "List/Vendor")

    with pytest.raises(error):
        shop.readback.round(kind)

    for row in shop.operations():
        assert (row.state, row.check_id, row.check_lease) == ("unknown", None, None)
        assert row.check_after == shop.now + LOOK


def test_only_ones_own_check_is_given_back(shop: Workshop) -> None:
    kind = silent(shop, "timeout_after", 1, 2)
    shop.simulator.plan_fault("timeout_before", "List/Vendor")
    shop.on_call = lambda moment, _endpoint: shop.change(1, check_id=UUID(int=9)) if moment == "connect" else None

    with pytest.raises(RequestTimedOut):
        shop.readback.round(kind)

    assert shop.states() == ["checking", "unknown"]


def test_parts_of_one_effect_are_claimed_and_written_together(shop: Workshop) -> None:
    kind = silent(shop, "timeout_after", 1, 2, kind=Vendors(followers=("part",)))
    shop.change(2, kind="part", check_after=shop.now + timedelta(hours=1))
    shop.plan(3, kind="part", state=OperationState.DONE)

    def take(moment: str, endpoint: str) -> None:
        if (moment, endpoint) == ("answer", "List/Vendor"):
            shop.change(2, check_id=UUID(int=9))

    shop.on_call = take
    assert shop.readback.round(kind) is True

    assert kind.asked_for[-1] == 1
    assert kind.asked[-1] == "find [1, 2]"
    assert shop.states() == ["checking", "checking", "done"]


def test_parts_of_one_effect_that_are_there_are_done_together(shop: Workshop) -> None:
    kind = silent(shop, "timeout_after", 1, 2, kind=Vendors(followers=("part",)))

    assert shop.readback.round(kind) is True

    assert shop.states() == ["done", "done"]
    assert [each.operation.id.int for each in kind.applied] == [1, 2]


def test_the_parts_of_an_effect_that_belongs_to_another_are_set_aside_together(shop: Workshop) -> None:
    kind = silent(shop, "timeout_after", 1, 2, kind=Vendors(followers=("part",)))
    made = {row["name"]: row.id for row in shop.simulator.world.store["Vendor"].by_id.values()}
    shop.plan(3, state=OperationState.DONE, remote_id=made["key 2"])

    shop.readback.round(kind)

    assert shop.states() == ["quarantined", "quarantined", "done"]
    assert [row.remote_id for row in shop.operations()][:2] == [None, None]


def test_one_that_cannot_be_written_keeps_none_of_the_others_from_it(shop: Workshop) -> None:
    kind = silent(shop, "timeout_after", 1, 2, 3)
    apply = kind.apply

    def fails(rows: Any, applied: Any) -> None:
        if any(each.operation.id.int == 1 for each in applied):
            raise RuntimeError("a mistake of the app")
        apply(rows, applied)

    kind.apply = fails  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="mistake"):
        shop.readback.round(kind)

    assert shop.states() == ["checking", "done", "done"]
