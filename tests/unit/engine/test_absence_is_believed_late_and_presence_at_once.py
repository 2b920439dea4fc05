"""Where a checked operation goes, decided from what is known: the table of the protocol, one line each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from flask_billcom.clock import ManualClock
from flask_billcom.engine.kinds import Absent, Finding, Policy, Remote
from flask_billcom.engine.readback import AGAIN, Decision, Proof, Step, decide, proof_of, shown_id
from flask_billcom.engine.timing import Timing
from flask_billcom.models import Operation, Session
from flask_billcom.store import Rows
from tests.unit.engine.planned import OTHERS, OURS, add, call, operation

NOW = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
"""Noon in Pacific time."""
THERE = NOW - timedelta(minutes=3)
"""The server's clock is behind ours."""
SENT = NOW - timedelta(minutes=30)
TIMING = Timing()
SECOND = timedelta(seconds=1)

RESEND = Policy(Absent.RESEND, resends=1)
REPEAT = Policy(Absent.REPEAT)
UNFENCED = Policy(Absent.RESEND, resends=1, fenced=False)
NEVER = Policy(Absent.QUARANTINE)
FENCED = Proof(NOW - TIMING.grace, THERE - TIMING.grace)


def unknown(**values: Any) -> Operation:
    known = {"unknown_since": SENT, "absent_after": NOW, "first_sent_at": SENT, "attempt": 1, "unsafe_gen": 3}
    return operation(1, SENT - timedelta(hours=5), **{**known, **values})


def refused(**values: Any) -> Operation:
    return unknown(**{"answered": True, "evidence": {"alone": True, "present": False}, **values})


def decided(
    checked: Operation,
    finding: Finding,
    policy: Policy = RESEND,
    *,
    dated: bool = True,
    proof: Proof = FENCED,
) -> Decision:
    return decide(checked, finding, policy, dated=dated, now=NOW, timing=TIMING, proof=proof)


def shown(*matches: Remote, **values: Any) -> Finding:
    return Finding(**{"matches": matches, "equal": [True] * len(matches), "server_date": THERE, **values})


def match(created: datetime | None = SENT) -> Remote:
    return Remote("stp01", {}, created)


def aside(reason: str, **seen: datetime | None) -> Decision:
    """Return that a person decides, with what was seen."""
    each = {name: None if created is None else created.isoformat() for name, created in seen.items()}
    return Decision(Step.QUARANTINE, reason=reason, evidence={"seen": each} if each else {})


# -- something is there --------------------------------------------------------------------------------------------


def test_one_equal_match_is_the_effect_at_once() -> None:
    assert decided(unknown(absent_after=NOW + SECOND), shown(match())) == Decision(Step.DONE, remote=match())


def test_a_conflict_is_for_a_person_whatever_else_is_to_be_seen() -> None:
    assert decided(unknown(), shown(match(), conflict="two of it")) == aside("two of it", stp01=SENT)
    assert decided(unknown(), Finding(conflict="odd")).step is Step.QUARANTINE


def test_two_matches_and_one_of_other_content_are_for_a_person() -> None:
    two = decided(unknown(), shown(match(), Remote("stp02", {}, None)))
    other = decided(unknown(), shown(match(), equal=[False]))

    assert two == aside("2 effects stand under its natural key", stp01=SENT, stp02=None)
    assert other == aside("what stands under its natural key has other cents, party or content", stp01=SENT)


def test_a_person_is_told_how_far_back_the_look_went_that_saw_something() -> None:
    far = SENT - timedelta(days=2)
    seen = {"seen": {"stp01": far.isoformat()}, "looked_from": (far - SECOND).isoformat()}

    assert decided(unknown(), shown(match(far), since=far - SECOND)).evidence == seen
    assert decided(unknown(), shown(match(far), since=far - SECOND, conflict="odd")).evidence == seen
    assert decided(unknown(), shown(match(SENT), since=far)).evidence == {}
    assert decided(unknown(), shown(blocked="its list is closed", since=far)).evidence == {}


def test_a_change_without_an_id_of_its_own_is_named_by_what_it_changed() -> None:
    changed = Remote(None, SimpleNamespace(id="00901"), SENT)

    assert (shown_id(match()), shown_id(changed), shown_id(Remote(None, None))) == ("stp01", "00901", None)
    assert decided(unknown(), shown(changed, equal=[False])).evidence == {"seen": {"00901": SENT.isoformat()}}


def older(created: datetime | None) -> Decision:
    return aside("what stands under its natural key is older than our first attempt", stp01=created)


def test_a_match_must_not_be_older_than_our_first_attempt_less_the_skew_of_clocks() -> None:
    earliest = SENT - TIMING.skew

    assert decided(unknown(), shown(match(earliest))).step is Step.DONE
    assert decided(unknown(), shown(match(earliest - SECOND))) == older(earliest - SECOND)
    assert decided(unknown(), shown(match(None))) == older(None)


def test_an_operation_that_was_never_stamped_counts_from_its_making() -> None:
    never = unknown(first_sent_at=None)

    assert decided(never, shown(match(never.created_at - TIMING.skew))).step is Step.DONE
    assert decided(never, shown(match(never.created_at - TIMING.skew - SECOND))) == older(
        never.created_at - TIMING.skew - SECOND
    )


def test_age_means_nothing_for_a_kind_whose_effects_carry_no_time() -> None:
    assert decided(unknown(), shown(match(None)), dated=False).step is Step.DONE
    assert decided(unknown(), shown(match(SENT - timedelta(days=9))), dated=False).step is Step.DONE


# -- nothing is there, but it may still come -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("checked", "until"),
    [
        (unknown(absent_after=NOW + SECOND), NOW + AGAIN),
        (unknown(absent_after=NOW + timedelta(minutes=9)), NOW + timedelta(minutes=9)),
        (
            unknown(unknown_since=NOW, absent_after=NOW + timedelta(minutes=9)),
            NOW + timedelta(minutes=2),
        ),
        (
            unknown(unknown_since=NOW - timedelta(minutes=2), absent_after=NOW + timedelta(minutes=9)),
            NOW + timedelta(minutes=9),
        ),
        (
            unknown(unknown_since=NOW - timedelta(minutes=1), absent_after=NOW + timedelta(minutes=1)),
            NOW + timedelta(minutes=1),
        ),
        (unknown(absent_after=None), NOW + AGAIN),
        (unknown(unknown_since=None, absent_after=NOW + timedelta(minutes=9)), NOW + timedelta(minutes=2)),
    ],
)
def test_absence_is_not_believed_early_and_is_looked_at_after_two_minutes_and_at_the_end(
    checked: Operation, until: datetime
) -> None:
    assert decided(checked, shown()) == Decision(Step.WAIT, until=until)


def test_absence_without_the_servers_time_is_not_believed() -> None:
    assert decided(unknown(), shown(server_date=None)) == Decision(Step.WAIT, until=NOW + AGAIN)
    assert decided(unknown(absent_after=None), shown()).step is Step.WAIT


def test_what_hides_an_effect_is_for_a_person_once_it_should_be_seen() -> None:
    blocked = shown(blocked="its list is closed")

    assert decided(unknown(), blocked) == Decision(Step.QUARANTINE, reason="its list is closed")
    assert decided(unknown(absent_after=NOW + SECOND), blocked).step is Step.WAIT


def test_what_hides_an_effect_is_waited_for_by_bill_coms_clock_as_well() -> None:
    """Ours may have been put forward: what was paid a minute ago is not listed yet."""
    blocked = shown(blocked="its list is closed")
    young = Proof(FENCED.fenced_at, THERE - TIMING.grace + SECOND)

    assert decided(unknown(), blocked, proof=young).step is Step.WAIT
    assert decided(refused(), blocked, proof=Proof(answered_server_date=THERE)).step is Step.WAIT
    assert decided(refused(), blocked, proof=Proof(answered_server_date=THERE - TIMING.doubt)).reason == blocked.blocked


# -- refused, and nothing is there ---------------------------------------------------------------------------------


def test_a_refusal_without_a_date_proves_nothing_ever() -> None:
    assert decided(refused(), shown()) == Decision(
        Step.QUARANTINE, reason="refused without a date, and nothing to be seen"
    )


def answered(ago: timedelta = TIMING.doubt) -> Proof:
    return Proof(answered_server_date=THERE - ago)


def test_a_refusal_is_believed_when_the_servers_clock_has_passed_the_doubt() -> None:
    early = decided(refused(), shown(), proof=answered(TIMING.doubt - SECOND))

    assert early == Decision(Step.WAIT, until=NOW + AGAIN)
    assert decided(refused(), shown(), proof=answered()) == Decision(Step.REJECT, reason="refused, and proved absent")
    assert decided(refused(evidence=None), shown(), proof=answered()).step is Step.REJECT


def test_what_bill_com_says_exists_and_does_not_show_is_for_a_person() -> None:
    said = refused(evidence={"present": True, "alone": False})

    assert decided(said, shown(), proof=answered()) == Decision(
        Step.QUARANTINE, reason="Bill.com says that it exists, yet shows nothing that is ours"
    )


def test_one_refused_among_several_is_sent_again_in_half_as_many() -> None:
    assert decided(refused(evidence={"alone": False}), shown(), proof=answered()) == Decision(Step.HALVE)


def test_a_date_that_was_refused_is_tried_the_next_pacific_day() -> None:
    tomorrow = datetime(2026, 3, 3, 8, 1, tzinfo=UTC)

    postponed = decided(refused(error_code="BDC_1402"), shown(), REPEAT, proof=answered())
    assert (postponed.step, postponed.until) == (Step.POSTPONE, tomorrow)


def test_what_may_be_repeated_is_repeated_once_after_a_refusal() -> None:
    assert decided(refused(attempt=1), shown(), REPEAT, proof=answered()) == Decision(Step.REPEAT)
    assert decided(refused(attempt=2), shown(), REPEAT, proof=answered()).step is Step.REJECT
    assert decided(refused(attempt=1), shown(), RESEND, proof=answered()).step is Step.REJECT


# -- no answer, and nothing is there -------------------------------------------------------------------------------


def test_what_must_never_go_twice_is_for_a_person() -> None:
    assert decided(unknown(), shown(), NEVER) == Decision(
        Step.QUARANTINE, reason="no answer, nothing to be seen, and never sent again by itself"
    )


def test_it_is_sent_again_when_every_earlier_session_is_dead_for_the_whole_grace_on_both_clocks() -> None:
    fenced_at, there = NOW - TIMING.grace, THERE - TIMING.grace

    assert decided(unknown(), shown()) == Decision(Step.RESEND)
    for proof in (Proof(), Proof(fenced_at, None), Proof(None, there)):
        assert decided(unknown(), shown(), proof=proof) == Decision(Step.WAIT, until=NOW + AGAIN)
    for seconds in (60, 5):
        late = Proof(fenced_at + timedelta(seconds=seconds), there)
        until = NOW + max(AGAIN, timedelta(seconds=seconds))
        assert decided(unknown(), shown(), proof=late) == Decision(Step.WAIT, until=until)
    slow = Proof(fenced_at, there + SECOND)
    assert decided(unknown(), shown(), proof=slow) == Decision(Step.WAIT, until=NOW + AGAIN)


def test_no_fence_is_needed_where_the_kind_asks_for_none_or_no_session_was_used() -> None:
    assert decided(unknown(), shown(), UNFENCED, proof=Proof()).step is Step.RESEND
    assert decided(unknown(unsafe_gen=0), shown(), proof=Proof()).step is Step.RESEND


def test_the_budget_of_silences_ends_with_a_person() -> None:
    assert decided(unknown(resends=0), shown()).step is Step.RESEND
    assert decided(unknown(resends=1, attempt=2), shown()) == Decision(
        Step.QUARANTINE, reason="absent after 2 attempts without an answer"
    )
    assert decided(unknown(resends=1), shown(), Policy(Absent.RESEND, resends=2)).step is Step.RESEND
    assert decided(unknown(resends=9), shown(), REPEAT).step is Step.RESEND


# -- what is known of sessions and answers -------------------------------------------------------------------------


def session(gen: int, dead_at: datetime | None, **values: Any) -> Session:
    known = {"organization_id": OURS, "gen": gen, "state": "dead", "dead_at": dead_at}
    return Session(**{**known, "dead_server_date": dead_at and dead_at - SECOND, **values})


CALLED = UUID(int=5001)


def test_the_proof_is_the_death_of_the_last_session_that_may_still_carry_an_attempt(
    rows: Rows, clock: ManualClock
) -> None:
    now = clock.now()
    add(rows, call(1, now, server_date=THERE), call(2, now, server_date=NOW))
    add(
        rows,
        session(1, now),
        session(2, now + SECOND),
        session(3, now - SECOND),
        session(4, None),
        session(1, None, organization_id=OTHERS),
    )

    assert proof_of(rows, unknown(call_id=CALLED)) == Proof(now + SECOND, now, THERE)
    assert proof_of(rows, unknown(call_id=CALLED, unsafe_gen=4)) == Proof(answered_server_date=THERE)
    assert proof_of(rows, unknown(call_id=CALLED, unsafe_gen=0)) == Proof(answered_server_date=THERE)
    assert proof_of(rows, unknown(unsafe_gen=1)) == Proof(now, now - SECOND, None)
