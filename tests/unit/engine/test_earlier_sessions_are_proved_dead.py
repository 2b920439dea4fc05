"""The fence over the wire: which sessions are taken out of use, logged out and asked after, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from flask_billcom.engine.errors import NoCapacity
from flask_billcom.errors import ConnectionFailed, RequestTimedOut
from flask_billcom.models import Mark, OperationState, Quota, Slot
from flask_billcom.models import Session as SessionRow
from tests.unit.engine.planned import OTHERS, add, call
from tests.unit.engine.workshop import TIMING, Workshop

KINDS = ["vendor", "pay"]
MINUTES = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
LOST = "the token of an earlier session is lost, so its end cannot be proved"
LIVES = "an earlier session does not end, so a late packet could still land"


def unanswered(shop: Workshop, number: int = 1, gen: int = 1, **values: Any) -> None:
    """Add an operation whose attempt with a session got no answer two minutes ago."""
    known = {
        "state": OperationState.UNKNOWN,
        "unsafe_gen": gen,
        "unknown_since": shop.now - 2 * MINUTES,
        "absent_after": shop.now,
    }
    shop.plan(number, **{**known, **values})


def marks(shop: Workshop) -> dict[str, datetime]:
    found = shop.rows(Mark, Mark.name)
    assert {each.organization_id for each in found} <= {shop.organization_id}
    assert all(each.updated_at == datetime.fromisoformat(each.value) for each in found)
    return {each.name: datetime.fromisoformat(each.value) for each in found}


def proof(shop: Workshop) -> list[str]:
    """Return what was asked of Bill.com after the first login."""
    return shop.journal()[1:]


def test_a_session_that_carried_an_attempt_is_retired_logged_out_and_asked_after(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)

    shop.fence.round(KINDS)

    (row,) = shop.generations()
    assert proof(shop) == ["Logout", "GetSessionInfo"]
    assert (row.state, row.fenced_at, row.dead_at, row.token_enc) == ("dead", shop.now, shop.now, None)
    assert row.dead_server_date == shop.now
    assert shop.operation(1).absent_after == shop.now + TIMING.grace
    assert marks(shop) == {"fence": shop.now}
    assert [act[:6] for act in shop.acts() if act[0] == "session_fenced"] == [
        ("session_fenced", "session", 0, {"generation": 1}, "engine", shop.organization_id)
    ]
    assert (shop.slots_taken(), shop.used()) == (0, 3)
    shop.fence.round(KINDS)
    assert proof(shop) == ["Logout", "GetSessionInfo"]
    assert shop.states() == ["unknown"]


@pytest.mark.parametrize(
    "values",
    [
        {"unknown_since": -2 * MINUTES + SECOND},
        {"answered": True},
        {"gen": 0},
        {"kind": "bill"},
        {"state": OperationState.DONE},
        {"state": OperationState.PLANNED},
        {"organization_id": OTHERS},
    ],
    ids=str,
)
def test_what_depends_on_no_session_fences_none(shop: Workshop, values: dict[str, Any]) -> None:
    shop.sessions.live()
    if "unknown_since" in values:
        values = {**values, "unknown_since": shop.now + values["unknown_since"]}
    unanswered(shop, **values)

    shop.fence.round(KINDS)

    assert proof(shop) == []
    assert [row.state for row in shop.generations()] == ["valid"]


@pytest.mark.parametrize("state", [OperationState.CHECKING, OperationState.QUARANTINED])
def test_what_is_being_checked_or_waits_for_a_person_still_needs_the_proof(
    shop: Workshop, state: OperationState
) -> None:
    shop.sessions.live()
    unanswered(shop, state=state)
    before = shop.operation(1).absent_after

    shop.fence.round(KINDS)

    assert [row.state for row in shop.generations()] == ["dead"]
    assert shop.operation(1).absent_after == before


def test_every_session_up_to_the_newest_unsafe_one_is_proved(shop: Workshop) -> None:
    for _ in range(3):
        live = shop.sessions.live()
        with shop.store.write() as rows:
            shop.sessions.retire(rows, live.gen)
    shop.sessions.live()
    with shop.store.write() as rows:
        add(rows, SessionRow(organization_id=OTHERS, gen=1, state="fenced", token_enc="theirs"))
    unanswered(shop, 1, gen=1)
    unanswered(shop, 2, gen=3)
    unanswered(shop, 3, gen=4, answered=True, absent_after=None)
    before = shop.used()

    shop.fence.round(KINDS)

    ours = [(row.gen, row.state) for row in shop.generations() if row.organization_id == shop.organization_id]
    assert ours == [(1, "dead"), (2, "dead"), (3, "dead"), (4, "valid")]
    assert shop.used() == before + 6
    assert [row.absent_after for row in shop.operations()] == [shop.now + TIMING.grace] * 2 + [None]
    assert marks(shop) == {}


@pytest.mark.usefixtures("backwards")
def test_the_oldest_session_is_proved_first(shop: Workshop) -> None:
    for _ in range(2):
        live = shop.sessions.live()
        with shop.store.write() as rows:
            shop.sessions.retire(rows, live.gen)
    unanswered(shop, gen=2)
    shop.simulator.plan_fault("timeout_before", "Logout", skip=1)

    with pytest.raises(RequestTimedOut):
        shop.fence.round(KINDS)

    assert [(row.gen, row.state) for row in shop.generations()] == [(1, "dead"), (2, "fenced")]


def test_a_death_proves_nothing_for_what_a_later_session_carried(shop: Workshop) -> None:
    for _ in range(2):
        live = shop.sessions.live()
        with shop.store.write() as rows:
            shop.sessions.retire(rows, live.gen)
    unanswered(shop, 1, gen=1, absent_after=None)
    unanswered(shop, 2, gen=2, absent_after=None)
    unanswered(shop, 3, gen=1, absent_after=None, kind="bill")
    shop.simulator.plan_fault("timeout_before", "GetSessionInfo", skip=1)

    with pytest.raises(RequestTimedOut):
        shop.fence.round(KINDS)

    assert [row.absent_after for row in shop.operations()] == [shop.now + TIMING.grace, None, None]


def test_a_generation_that_is_signing_in_is_left_alone(shop: Workshop) -> None:
    with shop.store.write() as rows:
        add(
            rows,
            SessionRow(
                organization_id=shop.organization_id, gen=1, state="refreshing", refresh_lease=shop.now + MINUTES
            ),
        )
    unanswered(shop)
    shop.fence.round(KINDS)

    assert shop.journal() == []
    assert shop.states() == ["unknown"]


# -- how often -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "fenced"), [(299, False), (300, True)])
def test_a_session_in_use_is_taken_out_of_it_once_in_five_minutes(
    shop: Workshop,
    seconds: int,
    fenced: bool,  # noqa: FBT001
) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.fence.round(KINDS)
    shop.advance(seconds)
    live = shop.sessions.live()
    unanswered(shop, 2, gen=live.gen)

    shop.fence.round(KINDS)

    assert [row.state for row in shop.generations()] == ["dead", "dead" if fenced else "valid"]
    assert (marks(shop)["fence"] == shop.now) is fenced


def test_marks_of_others_say_nothing_about_ours(shop: Workshop) -> None:
    with shop.store.write() as rows:
        add(rows, Mark(organization_id=OTHERS, name="fence", value=shop.now.isoformat(), updated_at=shop.now))
    shop.sessions.live()
    unanswered(shop)
    shop.fence.round(KINDS)

    assert [row.state for row in shop.generations()] == ["dead"]


def test_a_session_that_another_process_retired_meanwhile_is_proved_in_the_next_round(shop: Workshop) -> None:
    shop.sessions.live()
    (seen,) = shop.generations()
    with shop.store.write() as rows:
        shop.sessions.retire(rows, 1)

    assert shop.fence._retire(seen, shop.now) is False
    assert marks(shop) == {}
    assert [act[0] for act in shop.acts()] == ["signed_in"]


# -- calls that are under way --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "waits"),
    [
        ({"lease_until": SECOND}, True),
        ({"lease_until": timedelta(0)}, False),
        ({"lease_until": SECOND, "outcome": "success"}, False),
        ({"lease_until": SECOND, "session_gen": 2}, False),
        ({"lease_until": SECOND, "organization_id": OTHERS}, False),
    ],
    ids=str,
)
def test_a_session_is_not_logged_out_under_a_call(shop: Workshop, values: dict[str, Any], waits: bool) -> None:  # noqa: FBT001
    shop.sessions.live()
    unanswered(shop)
    known = {"organization_id": shop.organization_id, **values, "lease_until": shop.now + values["lease_until"]}
    with shop.store.write() as rows:
        add(rows, call(1, shop.now, **known))

    shop.fence.round(KINDS)

    assert proof(shop) == ([] if waits else ["Logout", "GetSessionInfo"])
    assert [row.state for row in shop.generations()] == ["fenced" if waits else "dead"]


# -- what cannot be proved -----------------------------------------------------------------------------------------


def test_a_lost_token_leaves_its_attempts_to_a_person(shop: Workshop) -> None:
    shop.sessions.live()
    (row,) = shop.generations()
    with shop.store.write() as rows:
        rows.session.merge(SessionRow(organization_id=shop.organization_id, gen=1, state="fenced", token_enc="broken"))
    unanswered(shop, 1)
    unanswered(shop, 2, gen=2)
    unanswered(shop, 3, kind="bill")
    unanswered(shop, 4, state=OperationState.CHECKING)

    shop.fence.round(KINDS)

    assert row.token_enc is not None
    assert shop.states() == ["quarantined", "quarantined", "unknown", "checking"]
    assert [(o.evidence or {}).get("reason") for o in shop.operations()] == [LOST, LOST, None, None]
    assert proof(shop) == []


def test_a_lost_token_says_nothing_about_attempts_of_earlier_sessions(shop: Workshop) -> None:
    for _ in range(2):
        live = shop.sessions.live()
        with shop.store.write() as rows:
            shop.sessions.retire(rows, live.gen)
    with shop.store.write() as rows:
        rows.session.merge(SessionRow(organization_id=shop.organization_id, gen=2, state="fenced", token_enc="broken"))
    unanswered(shop, 1, gen=1)
    unanswered(shop, 2, gen=2)

    shop.fence.round(KINDS)

    assert [(row.gen, row.state) for row in shop.generations()] == [(1, "dead"), (2, "fenced")]
    assert shop.states() == ["unknown", "quarantined"]


def living(shop: Workshop, *faults: str) -> None:
    """Let the session stay alive through a round."""
    for fault in faults:
        shop.simulator.plan_fault(fault, "Logout")
    shop.fence.round(KINDS)


def test_a_session_that_does_not_end_is_asked_after_for_five_minutes_and_then_left_to_a_person(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    unanswered(shop, 2, gen=0)
    began = shop.now

    living(shop, "bdc:BDC_1002")
    assert marks(shop) == {"fence": began, "fence/try/1": began}
    assert proof(shop) == ["Logout", "GetSessionInfo"]
    assert (shop.states(), shop.slots_taken()) == (["unknown", "unknown"], 0)

    shop.advance(5 * MINUTES)
    living(shop, "bdc:BDC_1002")
    assert marks(shop)["fence/try/1"] == began
    assert shop.states() == ["unknown", "unknown"]

    shop.advance(SECOND)
    living(shop, "bdc:BDC_1002")
    assert shop.states() == ["quarantined", "unknown"]
    assert (shop.operation(1).evidence or {})["reason"] == LIVES


def test_a_session_that_ends_slowly_is_logged_out_once_and_asked_after(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    for _ in range(3):
        shop.simulator.plan_fault("bdc:BDC_1002", "GetSessionInfo")
    began = shop.now

    shop.fence.round(KINDS)
    assert marks(shop) == {"fence": began, "fence/try/1": began, "fence/logout/1": began}
    shop.advance(5 * MINUTES)
    shop.fence.round(KINDS)
    assert proof(shop) == ["Logout", "GetSessionInfo", "GetSessionInfo"]
    assert marks(shop)["fence/logout/1"] == began
    assert shop.states() == ["unknown"]
    shop.advance(SECOND)
    shop.fence.round(KINDS)
    assert shop.states() == ["quarantined"]
    assert shop.journal("Logout") == ["Logout"]


def test_a_jump_of_our_clock_is_no_patience(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    for _ in range(2):
        shop.simulator.plan_fault("bdc:BDC_1002", "GetSessionInfo")
    shop.fence.round(KINDS)

    shop.clock.offset += 60 * MINUTES
    shop.fence.round(KINDS)
    assert shop.states() == ["unknown"]

    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["dead"]


def test_where_bill_com_names_no_time_the_patience_goes_by_our_clock(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    send = shop.transport.call
    shop.transport.call = lambda *args, **options: replace(  # type: ignore[method-assign]  # hides the time
        send(*args, **options), server_date=None
    )
    for _ in range(2):
        shop.simulator.plan_fault("bdc:BDC_1002", "GetSessionInfo")
    began = shop.now

    shop.fence.round(KINDS)
    assert marks(shop) == {"fence": began, "fence/try/1": began, "fence/logout/1": began}
    shop.advance(5 * MINUTES + SECOND)
    shop.fence.round(KINDS)
    assert shop.states() == ["quarantined"]


def test_the_patience_begins_anew_with_a_logout_that_was_answered_late(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    living(shop, "bdc:BDC_1002")
    shop.advance(6 * MINUTES)
    shop.simulator.plan_fault("bdc:BDC_1002", "GetSessionInfo")
    shop.fence.round(KINDS)

    assert shop.states() == ["unknown"]
    assert marks(shop)["fence/logout/1"] == shop.now
    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["dead"]


@pytest.mark.parametrize(
    ("fault", "error", "slots"),
    [("connect_refused", ConnectionFailed, 0), ("timeout_before", RequestTimedOut, 1)],
)
@pytest.mark.parametrize("endpoint", ["Logout", "GetSessionInfo"])
def test_a_silence_proves_nothing_and_keeps_its_slot(
    shop: Workshop, endpoint: str, fault: str, error: type[Exception], slots: int
) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.simulator.plan_fault(fault, endpoint)

    with pytest.raises(error):
        shop.fence.round(KINDS)

    assert [row.state for row in shop.generations()] == ["fenced"]
    assert shop.slots_taken() == slots
    assert shop.operation(1).absent_after is not None
    assert shop.states() == ["unknown"]


def test_both_calls_of_a_proof_share_one_slot_for_two_leases(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    seen: list[Any] = []

    def look(moment: str, endpoint: str) -> None:
        if moment == "connect":
            seen.append((endpoint, shop.rows(Slot, Slot.slot)[0].lease_until, shop.slots_taken()))

    shop.on_call = look
    shop.fence.round(KINDS)

    until = shop.now + 2 * TIMING.lease
    assert seen == [("Logout", until, 1), ("GetSessionInfo", until, 1)]


def test_a_proof_goes_where_the_session_was_opened(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    asked: list[Any] = []
    send = shop.transport.call

    def call(path: str, *args: Any, **options: Any) -> Any:
        asked.append((path, options["end_point"]))
        return send(path, *args, **options)

    shop.transport.call = call  # type: ignore[method-assign]  # listens
    shop.fence.round(KINDS)

    there = shop.generations()[0].api_end_point
    assert asked == [("Logout.json", there), ("GetSessionInfo.json", there)]


def test_a_proof_may_use_the_calls_that_are_kept_for_reads(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    with shop.store.write() as rows:
        rows.change(
            update(Quota).where(Quota.name == "all").values(used=shop.limits.allowance.cap("all", changes=True))
        )

    shop.fence.round(KINDS)

    assert [row.state for row in shop.generations()] == ["dead"]


def test_without_a_slot_nothing_is_asked(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    for _ in range(3):
        with shop.store.write() as rows:
            shop.limits.take(rows, shop.now, until=shop.now + timedelta(hours=1), changes=False)

    with pytest.raises(NoCapacity):
        shop.fence.round(KINDS)
    assert proof(shop) == []
    assert shop.operation(1).id == UUID(int=1)
