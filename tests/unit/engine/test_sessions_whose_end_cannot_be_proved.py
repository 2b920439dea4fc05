"""What the fence cannot prove dead: lost tokens, sessions that live on; in the end a person decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom.api.envelope import Reply
from flask_billcom.models import OperationState
from flask_billcom.models import Session as SessionRow
from tests.unit.engine.fenced import KINDS, MINUTES, SECOND, known, marks, proof, unanswered
from tests.unit.engine.workshop import TIMING, Workshop

LOST = "the token of an earlier session is lost, so its end cannot be proved today"
LIVES = "an earlier session does not end, so a late packet could still land"


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
    assert known(shop) == {"first": began, "touched": began}
    assert proof(shop) == ["Logout", "GetSessionInfo"]
    assert (shop.states(), shop.slots_taken()) == (["unknown", "unknown"], 0)

    shop.advance(5 * MINUTES)
    living(shop, "bdc:BDC_1002")
    assert known(shop)["first"] == began
    assert shop.states() == ["unknown", "unknown"]

    shop.advance(SECOND)
    living(shop, "bdc:BDC_1002")
    assert shop.states() == ["quarantined", "unknown"]
    assert (shop.operation(1).evidence or {})["reason"] == LIVES


def test_a_session_that_was_never_logged_out_is_not_dead_by_one_answer(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.simulator.plan_fault("bdc:BDC_1109", "GetSessionInfo")

    living(shop, "bdc:BDC_1002")
    assert [row.state for row in shop.generations()] == ["fenced"]
    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["dead"]
    assert proof(shop) == ["Logout", "GetSessionInfo", "Logout", "GetSessionInfo"]


def test_a_session_that_lives_on_after_its_logout_is_not_dead(shop: Workshop) -> None:
    shop.simulator.world.settings = replace(shop.simulator.world.settings, logout_lag_s=60)
    shop.sessions.live()
    unanswered(shop)

    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["fenced"]
    shop.advance(60)
    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["dead"]
    assert proof(shop) == ["Logout", "GetSessionInfo", "GetSessionInfo"]


def test_a_session_that_was_said_to_be_over_and_lives_is_logged_out_again(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)

    living(shop, "bdc:BDC_1109")
    assert [row.state for row in shop.generations()] == ["fenced"]
    assert "logged_out" not in known(shop)
    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["dead"]
    assert proof(shop) == ["Logout", "GetSessionInfo", "Logout", "GetSessionInfo"]


def test_a_session_that_had_been_idle_for_longer_than_any_lives_is_dead_though_logout_is_refused(
    shop: Workshop,
) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.advance(40 * MINUTES)
    began = shop.now

    living(shop, "bdc:BDC_1002")
    assert known(shop) == {"first": began, "denied": began}
    shop.advance(5 * MINUTES - SECOND)
    living(shop, "bdc:BDC_1002")
    assert [row.state for row in shop.generations()] == ["fenced"]
    shop.advance(SECOND)
    living(shop, "bdc:BDC_1002")

    assert [row.state for row in shop.generations()] == ["dead"]
    assert list(marks(shop)) == ["fence"], "what was noted of its end is not needed any more"


@pytest.mark.parametrize("slow", [timedelta(0), 45 * MINUTES], ids=["", "whose database's clock was slow"])
def test_a_session_that_was_in_use_a_minute_ago_is_not_idle(shop: Workshop, slow: timedelta) -> None:
    shop.clock.offset -= slow
    shop.sessions.live()
    unanswered(shop)
    shop.advance(60)

    for _ in range(3):
        denied(shop, logout="BDC_1002")
        shop.advance(2 * MINUTES)
    denied(shop, logout="BDC_1002")

    assert [row.state for row in shop.generations()] == ["fenced"]


def test_a_session_that_is_asked_after_is_not_idle(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    for _ in range(40):
        shop.advance(60)
        living(shop, "bdc:BDC_1002")
    assert known(shop)["again"] == known(shop)["touched"] + 40 * MINUTES

    shop.clock.offset += 40 * MINUTES
    denied(shop, logout="BDC_1002")
    shop.advance(5 * MINUTES)
    denied(shop, logout="BDC_1002")
    assert [row.state for row in shop.generations()] == ["fenced"]


def test_a_session_that_does_not_end_is_left_alone_until_it_has(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    for _ in range(60):
        living(shop, "bdc:BDC_1002")
        shop.advance(60)

    assert [row.state for row in shop.generations()] == ["dead"]
    assert len(shop.journal("Logout")) == len(shop.journal("GetSessionInfo")) < 20


def test_a_logout_that_was_answered_well_and_did_nothing_is_tried_again(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.simulator.world.settings = replace(shop.simulator.world.settings, logout_lag_s=10**6)
    shop.fence.round(KINDS)
    shop.advance(6 * MINUTES)
    shop.fence.round(KINDS)
    assert "logged_out" not in known(shop)

    shop.advance(40 * MINUTES)
    shop.fence.round(KINDS)
    assert proof(shop) == ["Logout", "GetSessionInfo", "GetSessionInfo", "Logout", "GetSessionInfo"]


@pytest.mark.parametrize("is_lost", [True, False])
def test_a_session_that_nobody_used_for_a_day_is_dead_unasked(shop: Workshop, *, is_lost: bool) -> None:
    shop.sessions.live()
    with shop.store.write() as rows:
        lost = {"token_enc": "broken"} if is_lost else {}
        rows.change(update(SessionRow).values(state="fenced", **lost))
    unanswered(shop)
    shop.advance(24 * 60 * MINUTES - SECOND)
    shop.server_time.note(shop.now)
    unanswered(shop, 2)
    if is_lost:
        shop.fence.round(KINDS)
        assert shop.states() == ["quarantined", "quarantined"]
    unanswered(shop, 3)
    shop.advance(1)
    shop.fence.round(KINDS)

    (row,) = shop.generations()
    assert (row.state, row.dead_at, row.dead_server_date, row.token_enc) == ("dead", shop.now, shop.now, None)
    assert proof(shop) == []
    assert shop.operation(3).absent_after == shop.now + TIMING.grace


@pytest.mark.parametrize("ahead", ["ours", "theirs"])
def test_a_clock_that_is_a_day_ahead_proves_nothing(shop: Workshop, ahead: str) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.server_time.note(shop.now + (ahead == "theirs") * 24 * 60 * MINUTES)
    shop.clock.offset += (ahead == "ours") * 24 * 60 * MINUTES

    shop.fence.round(KINDS)
    assert proof(shop) == ["Logout", "GetSessionInfo"]


def test_a_session_that_bill_com_knew_no_more_is_asked_after_again_before_it_is_dead(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.advance(40 * MINUTES - SECOND)
    began = shop.now

    shop.fence.round(KINDS)
    again = began + 5 * MINUTES
    assert known(shop) == {"first": began, "denied": began, "unknown": began, "again": again}
    shop.advance(5 * MINUTES - SECOND)
    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["fenced"]
    assert proof(shop) == ["Logout", "GetSessionInfo"], "it is not asked after all the time"
    shop.advance(SECOND)
    shop.fence.round(KINDS)

    assert [row.state for row in shop.generations()] == ["dead"]
    assert proof(shop) == ["Logout", "GetSessionInfo"] * 2
    assert shop.states() == ["unknown"]


def test_a_session_that_bill_com_called_unknown_by_mistake_is_logged_out_later(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.simulator.plan_fault("bdc:BDC_1109", "GetSessionInfo")

    living(shop, "bdc:BDC_1109")
    shop.advance(5 * MINUTES)
    shop.simulator.plan_fault("bdc:BDC_1002", "GetSessionInfo")
    shop.fence.round(KINDS)

    assert [row.state for row in shop.generations()] == ["fenced"]
    assert "unknown" not in known(shop)
    assert known(shop)["logged_out"] == shop.now
    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["dead"]


def test_an_end_of_which_bill_com_names_no_time_is_asked_after_again(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    send = shop.transport.call

    def hide(path: str, *args: Any, **options: Any) -> Reply:
        reply = send(path, *args, **options)
        return replace(reply, server_date=None) if path.startswith("GetSessionInfo") else reply

    shop.transport.call = hide  # type: ignore[method-assign]
    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["fenced"]

    shop.transport.call = send  # type: ignore[method-assign]
    shop.fence.round(KINDS)
    assert [(row.state, row.dead_server_date) for row in shop.generations()] == [("dead", shop.now)]


def test_a_session_that_ends_slowly_is_logged_out_once_and_asked_after(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    for _ in range(3):
        shop.simulator.plan_fault("bdc:BDC_1002", "GetSessionInfo")
    began = shop.now

    shop.fence.round(KINDS)
    assert known(shop) == {"first": began, "logged_out": began, "touched": began}
    shop.advance(5 * MINUTES)
    shop.fence.round(KINDS)
    assert proof(shop) == ["Logout", "GetSessionInfo", "GetSessionInfo"]
    assert known(shop)["logged_out"] == began
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
    assert known(shop) == {"first": began, "logged_out": began, "touched": began}
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
    assert known(shop)["logged_out"] == shop.now
    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["dead"]


# -- a session that Bill.com denies --------------------------------------------------------------------------------


def denied(shop: Workshop, *, logout: str = "BDC_1109") -> None:
    """Let Bill.com say that it knows no session, neither to log out nor otherwise, although it lives."""
    shop.simulator.plan_fault(f"bdc:{logout}", "Logout")
    shop.simulator.plan_fault("bdc:BDC_1109", "GetSessionInfo")
    shop.fence.round(KINDS)


def test_a_session_that_is_denied_again_after_five_minutes_is_dead(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    began = shop.now

    denied(shop)
    shop.fence.round(KINDS)
    shop.advance(5 * MINUTES - SECOND)
    shop.fence.round(KINDS)
    assert proof(shop) == ["Logout", "GetSessionInfo"]
    assert known(shop)["unknown"] == began

    shop.advance(SECOND)
    denied(shop)
    assert [row.state for row in shop.generations()] == ["dead"]
    assert shop.operation(1).absent_after == shop.now + TIMING.grace


def test_a_jump_of_our_clock_is_no_second_denial(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    began = shop.now
    denied(shop)

    shop.clock.offset += 10 * MINUTES
    denied(shop)
    assert [row.state for row in shop.generations()] == ["fenced"]
    assert known(shop)["unknown"] == began


@pytest.mark.parametrize("seen", ["alive", "gone, and not logged out"])
def test_what_speaks_against_a_denial_ends_it(shop: Workshop, seen: str) -> None:
    shop.sessions.live()
    unanswered(shop)
    denied(shop)
    shop.advance(5 * MINUTES)
    if seen == "alive":
        living(shop, "bdc:BDC_1002")
    else:
        denied(shop, logout="BDC_1002")
    assert "unknown" not in known(shop)

    denied(shop)
    assert [row.state for row in shop.generations()] == ["fenced"]
    assert known(shop)["unknown"] == shop.now
