"""One batch over the wire, from the claim to the row of every operation in it, for each way that a call can end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from flask_billcom.clock import ManualClock
from flask_billcom.engine import janitor
from flask_billcom.engine.errors import LateReply
from flask_billcom.engine.kinds import Applied, Capability, Refusal, Remote
from flask_billcom.engine.outcomes import Fate, Outcome
from flask_billcom.engine.recording import _alike, finish, next_pacific_day
from flask_billcom.models import Hold, OperationState
from flask_billcom.store import Rows
from tests.unit.engine.planned import add, operation, read
from tests.unit.engine.workshop import TIMING, Vendors, Workshop

VENDORS = "Bulk/Crud/Create/Vendor"
SECOND = timedelta(seconds=1)
PROBE = timedelta(minutes=15)


def sent(shop: Workshop, fault: str | None, *numbers: int, kind: Vendors | None = None, **details: Any) -> Vendors:
    """Plan and send some vendors, with a fault of the call that makes them."""
    kind = kind or Vendors()
    shop.plan(*(numbers or (1,)))
    shop.sessions.live()
    if fault is not None:
        shop.simulator.plan_fault(fault, VENDORS, **details)
    assert shop.delivery.round(kind)
    return kind


def test_what_was_made_is_done_with_the_id_of_each(shop: Workshop) -> None:
    kind = sent(shop, None, 1, 2)

    first, second = shop.operations()
    by_name = {row["name"]: row.id for row in shop.simulator.world.store["Vendor"].by_id.values()}
    assert [first.state, second.state] == ["done", "done"]
    assert [first.remote_id, second.remote_id] == [by_name["key 1"], by_name["key 2"]]
    assert (first.error_code, first.parked, first.check_id, first.attempt) == (None, None, None, 1)
    assert [(a.operation.id.int, a.digest) for a in kind.applied] == [(1, "digest of key 1"), (2, "digest of key 2")]
    assert [a.remote.remote_id for a in kind.applied] == [first.remote_id, second.remote_id]
    assert shop.told() == []
    assert shop.slots_taken() == 0


@pytest.mark.parametrize(
    ("fault", "kept"),
    [
        (None, ("success", 200, None, True, 0)),
        ("bdc:BDC_1119", ("error", 200, "BDC_1119", True, 0)),
        ("connect_refused", ("unsent", None, None, False, 0)),
        ("timeout_after", ("lost", None, None, False, 1)),
        ("http_5xx_before", ("lost", None, None, True, 1)),
    ],
)
def test_a_call_says_how_it_ended_and_keeps_its_slot_where_the_server_may_be_at_work(
    shop: Workshop, fault: str | None, kept: tuple[str, int | None, str | None, bool, int]
) -> None:
    sent(shop, fault)

    (call,) = shop.calls()
    assert (call.outcome, call.http, call.bdc, call.server_date is not None, shop.slots_taken()) == kept


@pytest.mark.parametrize(("fault", "landed"), [("timeout_after", ["key 1", "key 2"]), ("timeout_before", [])])
def test_without_an_answer_everything_is_unknown(shop: Workshop, fault: str, landed: list[str]) -> None:
    kind = sent(shop, fault, 1, 2)

    assert shop.vendors() == landed
    for row in shop.operations():
        assert (row.state, row.answered, row.unsafe_gen, row.unknown_since) == ("unknown", False, 1, shop.now)
        assert (row.check_after, row.absent_after) == (shop.now + 5 * SECOND, shop.now + TIMING.grace)
        assert row.error_code is None
        assert row.evidence is not None
        assert set(row.evidence) == {"code", "message"}
        assert row.evidence["code"] is None
        assert "before sending again" in row.evidence["message"]
        assert row.attempt == 1
    detail = {"kind": "vendor", "code": None}
    assert shop.told() == [("outcome_unknown", 1, detail), ("outcome_unknown", 2, detail)]
    assert (kind.applied, kind.dropped_numbers) == ([], [])


def test_what_was_refused_is_rejected_and_what_was_reserved_is_given_back(shop: Workshop) -> None:
    kind = sent(shop, "bdc:BDC_1119")

    row = shop.operation(1)
    assert (row.state, row.error_code, row.attempt) == ("rejected", "BDC_1119", 1)
    assert row.evidence is not None
    assert row.evidence["code"] == "BDC_1119"
    assert row.evidence["message"]
    assert set(row.evidence) == {"code", "message"}
    assert kind.dropped_numbers == [1]
    assert shop.told() == [("operation_rejected", 1, {"kind": "vendor", "code": "BDC_1119"})]


@pytest.mark.parametrize(
    ("code", "present", "look_s"), [("BDC_1171", True, 0), ("BDC_1205", False, 5), ("BDC_9999", False, 5)]
)
def test_an_answer_in_doubt_is_looked_up_soon(shop: Workshop, code: str, present: bool, look_s: int) -> None:  # noqa: FBT001
    sent(shop, f"bdc:{code}")

    row = shop.operation(1)
    assert (row.state, row.answered, row.unsafe_gen, row.unknown_since) == ("unknown", True, 0, shop.now)
    assert (row.check_after, row.absent_after) == (shop.now + look_s * SECOND, shop.now + TIMING.doubt)
    assert row.error_code == code
    assert row.evidence is not None
    assert {key: row.evidence[key] for key in ("code", "alone", "present")} == {
        "code": code,
        "alone": True,
        "present": present,
    }
    assert isinstance(row.evidence["message"], str)
    assert shop.told() == [("outcome_doubtful", 1, {"kind": "vendor", "code": code})]


def test_one_of_several_is_not_alone_unless_they_stand_and_fall_together(shop: Workshop) -> None:
    sent(shop, "bdc:BDC_1205", 1, 2)
    assert [(row.evidence or {})["alone"] for row in shop.operations()] == [False, False]
    assert {row.state for row in shop.operations()} == {"unknown"}


def test_parts_of_one_effect_are_alone_together(shop: Workshop) -> None:
    sent(shop, "bdc:BDC_1205", 1, 2, kind=Vendors(followers=("part",)))
    assert [(row.evidence or {})["alone"] for row in shop.operations()] == [True, True]


# -- not applied, try later ----------------------------------------------------------------------------------------


def planned_again(shop: Workshop, code: str | None) -> timedelta:
    """Check that the attempt does not count, and return how long the next one waits."""
    row = shop.operation(1)
    assert (row.state, row.attempt, row.call_id, row.call_pos, row.error_code) == ("planned", 0, None, None, code)
    assert shop.told() == []
    return row.not_before - shop.now


def test_a_connection_that_was_refused_is_tried_again_in_a_quarter_of_a_minute(shop: Workshop) -> None:
    sent(shop, "connect_refused")

    assert planned_again(shop, None) == 15 * SECOND


def test_an_ended_session_is_out_of_use_unproved_and_the_next_one_sends_at_once(shop: Workshop) -> None:
    sent(shop, "bdc:BDC_1109")

    assert planned_again(shop, "BDC_1109") == timedelta(0)
    (ended,) = shop.generations()
    assert (ended.state, ended.fenced_at, ended.dead_at) == ("fenced", shop.now, None)
    assert ended.token_enc is not None


def test_a_session_that_ends_at_once_again_is_not_followed_by_another_for_a_minute(shop: Workshop) -> None:
    sent(shop, "bdc:BDC_1109", count=2)
    shop.delivery.round(Vendors())

    assert planned_again(shop, "BDC_1109") == timedelta(minutes=1)
    assert [each.state for each in shop.generations()] == ["fenced", "fenced"]


def test_a_used_up_hour_closes_until_the_next_one(shop: Workshop) -> None:
    sent(shop, "bdc:BDC_1144")

    hour = shop.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    until = shop.now + planned_again(shop, "BDC_1144")
    assert hour <= until <= hour + timedelta(minutes=1)
    assert until != hour


def test_a_refused_sign_in_is_for_a_person(shop: Workshop) -> None:
    sent(shop, "bdc:BDC_1102")

    assert planned_again(shop, "BDC_1102") == timedelta(0)
    assert shop.holds() == [("capability", "all", "sign-in refused (BDC_1102)", None)]
    assert shop.rows(Hold)[0].placed_at == shop.now


def test_a_date_that_cannot_be_had_waits_for_the_next_pacific_day(shop: Workshop) -> None:
    sent(shop, "bdc:BDC_1152")

    assert shop.now + planned_again(shop, "BDC_1152") == next_pacific_day(shop.now)


def test_a_busy_server_is_tried_again_after_some_seconds(shop: Workshop) -> None:
    sent(shop, "bdc:BDC_1322")

    assert SECOND <= planned_again(shop, "BDC_1322") <= 8 * SECOND


@pytest.mark.parametrize(("code", "low_s", "high_s"), [("BDC_1322", 1, 8), ("BDC_1144", 0, 60)])
def test_chance_spreads_the_next_tries(shop: Workshop, code: str, low_s: int, high_s: int) -> None:
    bounds: list[tuple[float, float]] = []

    def chance(low: float, high: float) -> float:
        bounds.append((low, high))
        return high

    shop.sessions.live()
    shop.clock.jitter = chance  # type: ignore[method-assign]  # says between what it is asked to choose
    sent(shop, f"bdc:{code}")

    assert bounds == [(low_s, high_s)]


def test_the_next_pacific_day_begins_a_minute_after_midnight_there() -> None:
    assert next_pacific_day(datetime(2026, 3, 2, 7, 59, tzinfo=UTC)) == datetime(2026, 3, 2, 8, 1, tzinfo=UTC)
    assert next_pacific_day(datetime(2026, 3, 2, 8, 0, 7, 5, tzinfo=UTC)) == datetime(2026, 3, 3, 8, 1, tzinfo=UTC)


# -- not applied, and somebody has to switch something on ----------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "capability", "probe"),
    [
        ("BDC_1150", "charges", None),
        ("BDC_1361", "charges", None),
        ("BDC_1105", "all", None),
        ("BDC_1107", "all", PROBE),
    ],
)
def test_what_somebody_must_switch_on_closes_what_it_concerns(
    shop: Workshop, code: str, capability: str, probe: timedelta | None
) -> None:
    sent(shop, f"bdc:{code}", kind=Vendors(capability=Capability.CHARGES))

    assert planned_again(shop, code) == timedelta(0)
    ((scope, scope_id, reason, probe_after),) = shop.holds()
    assert (scope, scope_id) == ("capability", capability)
    assert reason.startswith(f"{code}: ")
    assert len(reason) > len(code) + 2
    assert probe_after == (None if probe is None else shop.now + probe)
    assert shop.rows(Hold)[0].placed_at == shop.now
    assert shop.delivery.round(Vendors(capability=Capability.CHARGES)) is False


def test_a_session_that_bill_com_does_not_trust_is_not_taken_for_trusted(shop: Workshop) -> None:
    shop.sessions.authenticate(
        shop.sessions.challenge(), shop.simulator.settings.mfa_code, machine_name="test", actor="ann"
    )
    assert shop.generations()[0].trusted

    sent(shop, "bdc:BDC_1361")

    assert not shop.generations()[0].trusted


def test_a_long_refusal_is_cut_to_what_a_hold_can_say(shop: Workshop) -> None:
    kind = Vendors()
    kind.parse = lambda _reply, ready: [Refusal("BDC_1150", "x" * 300)] * len(ready)  # type: ignore[method-assign, assignment]
    sent(shop, None, kind=kind)

    ((_, _, reason, _),) = shop.holds()
    assert reason == "BDC_1150: " + "x" * 190


def test_other_refusals_leave_the_trust(shop: Workshop) -> None:
    shop.sessions.authenticate(
        shop.sessions.challenge(), shop.simulator.settings.mfa_code, machine_name="test", actor="ann"
    )
    sent(shop, "bdc:BDC_1150")

    assert shop.generations()[0].trusted


def test_a_probe_that_goes_through_opens_what_was_closed(shop: Workshop) -> None:
    sent(shop, "bdc:BDC_1107")
    shop.advance(PROBE)
    assert shop.delivery.round(Vendors())

    assert shop.states() == ["done"]
    assert shop.holds() == []


def test_a_probe_of_one_capability_opens_that_one(shop: Workshop) -> None:
    with shop.store.write() as rows:
        shop.parking.close(rows, "why", shop.now, capability="payouts", probe_after=shop.now + SECOND)
    shop.advance(1)
    sent(shop, None)

    assert shop.states() == ["done"]
    assert shop.holds() == []


# -- late answers --------------------------------------------------------------------------------------------------


def sent_late(shop: Workshop, fault: str | None) -> None:
    """Let a worker freeze after its answer, long enough for the janitor of another one."""

    def freeze(moment: str, endpoint: str) -> None:
        if (moment, endpoint) == ("answer", VENDORS):
            shop.advance(161)
            janitor.sweep(shop.organization_id, shop.store, shop.clock, TIMING)
            shop.advance(3)

    shop.on_call = freeze
    sent(shop, fault, 1, 2)


@pytest.mark.parametrize(("fault", "said"), [(None, "success"), ("bdc:BDC_1119", "BDC_1119")])
def test_a_late_answer_is_kept_as_evidence_and_looked_at_at_once(shop: Workshop, fault: str | None, said: str) -> None:
    sent_late(shop, fault)

    (call,) = shop.calls()
    assert (call.outcome, call.http, call.bdc) == ("abandoned", None, None)
    assert call.late_evidence == f"{shop.now.isoformat()} {said}"
    assert [row.state for row in shop.operations()] == ["unknown", "unknown"]
    assert {row.check_after for row in shop.operations()} == {shop.now}
    assert [each[0] for each in shop.told()] == ["outcome_unknown"] * 2 + ["answered_late"] * 2
    assert shop.told("outcome_unknown") == [
        ("answered_late", number, {"kind": "vendor", "said": said}) for number in (1, 2)
    ]


def test_a_late_silence_is_evidence_too(shop: Workshop) -> None:
    def freeze(moment: str, endpoint: str) -> None:
        if (moment, endpoint) == ("connect", VENDORS):
            shop.advance(161)
            janitor.sweep(shop.organization_id, shop.store, shop.clock, TIMING)

    shop.on_call = freeze
    sent(shop, "timeout_after", 1)

    assert shop.calls()[0].late_evidence == f"{shop.now.isoformat()} RequestTimedOut"


def test_a_late_answer_changes_nothing_of_what_has_moved_on(shop: Workshop) -> None:
    def freeze(moment: str, endpoint: str) -> None:
        if (moment, endpoint) == ("effect", VENDORS):
            shop.advance(161)
            janitor.sweep(shop.organization_id, shop.store, shop.clock, TIMING)
            shop.change(1, state=OperationState.DONE, check_after=None)
            shop.change(2, call_id=UUID(int=9), check_after=None)

    shop.on_call = freeze
    sent(shop, None, 1, 2, 3)

    assert shop.states() == ["done", "unknown", "unknown"]
    assert [row.check_after for row in shop.operations()] == [None, None, shop.now]


@pytest.mark.parametrize("fault", [None, "bdc:BDC_1119", "bdc:BDC_1205", "bdc:BDC_1322", "timeout_after"])
@pytest.mark.parametrize("change", [{"state": OperationState.DONE}, {"call_id": UUID(int=9)}], ids=["state", "call"])
def test_nothing_is_written_where_one_of_the_operations_has_moved_on(
    shop: Workshop, fault: str | None, change: dict[str, Any]
) -> None:
    def meddle(moment: str, endpoint: str) -> None:
        if (moment, endpoint) == ("effect", VENDORS) or (fault == "timeout_after" and moment == "connect"):
            shop.change(2, **change)

    kind = Vendors()
    shop.plan(1, 2)
    shop.sessions.live()
    shop.on_call = meddle
    if fault is not None:
        shop.simulator.plan_fault(fault, VENDORS)
    shop.delivery.round(kind)

    assert shop.calls()[0].outcome is None
    assert shop.calls()[0].late_evidence is not None
    assert shop.operation(1).state == "sending"
    assert kind.applied == []
    assert shop.told("answered_late") == []


def test_done_is_written_only_from_where_it_was(rows: Rows, clock: ManualClock) -> None:
    now = clock.now()
    applied = [Applied(operation(number, now), Remote(f"stp{number}", {})) for number in (1, 2)]
    add(rows, operation(1, now, error_code="BDC_1205", check_id=UUID(int=8), parked="cover"), operation(2, now))

    finish(rows, applied, from_={"state": OperationState.PLANNED})

    found = read(rows, 1)
    assert (found.state, found.remote_id, found.error_code, found.check_id, found.parked) == (
        "done",
        "stp1",
        None,
        None,
        None,
    )
    with pytest.raises(LateReply):
        finish(rows, applied, from_={"state": OperationState.PLANNED})


# -- set aside for a person ----------------------------------------------------------------------------------------


def test_what_is_set_aside_keeps_what_was_known_and_says_why(shop: Workshop) -> None:
    shop.plan(1, evidence={"code": "BDC_1205", "reason": "older"})
    shop.plan(2, state=OperationState.DONE)
    shop.plan(3)
    with shop.store.write() as rows:
        shop.recorder.quarantine(
            rows, shop.operations(), "two of it", state=OperationState.PLANNED, evidence={"seen": 2}
        )

    first, second, third = shop.operations()
    assert (first.state, first.evidence) == ("quarantined", {"code": "BDC_1205", "reason": "two of it", "seen": 2})
    assert (second.state, second.evidence) == ("done", None)
    assert (third.state, third.evidence) == ("quarantined", {"reason": "two of it", "seen": 2})
    detail = {"kind": "vendor", "reason": "two of it", "seen": 2}
    assert shop.told() == [("quarantined", 1, detail), ("quarantined", 3, detail)]


def test_what_is_guarded_is_set_aside_only_where_the_guard_holds(shop: Workshop) -> None:
    shop.plan(1, check_id=UUID(int=8))
    shop.plan(2)
    with shop.store.write() as rows:
        shop.recorder.quarantine(
            rows, shop.operations(), "why", state=OperationState.PLANNED, guard={"check_id": UUID(int=8)}
        )

    assert shop.states() == ["quarantined", "planned"]


def test_what_was_said_alike_is_written_together_and_nothing_else(shop: Workshop) -> None:
    shop.plan(1, 2, 3, 4, 5)
    said = [
        ("A", "words", False),
        ("B", "words", False),
        ("A", "words", False),
        ("A", "more", False),
        ("A", "words", True),
    ]
    outcomes = [
        Outcome(operation, Fate.ANSWERED, code=code, message=message, present=present)
        for operation, (code, message, present) in zip(shop.operations(), said, strict=True)
    ]

    alike = [(first.operation.id.int, [each.operation.id.int for each in some]) for first, some in _alike(outcomes)]

    assert alike == [(1, [1, 3]), (2, [2]), (4, [4]), (5, [5])]
