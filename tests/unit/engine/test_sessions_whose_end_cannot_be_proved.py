"""What the fence cannot prove dead: lost tokens, sessions that live on, silence; in the end a person decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flask_billcom.api.envelope import Reply
from flask_billcom.errors import ConnectionFailed, RequestTimedOut
from flask_billcom.models import OperationState
from flask_billcom.models import Session as SessionRow
from tests.unit.engine.fenced import KINDS, MINUTES, SECOND, marks, proof, unanswered
from tests.unit.engine.workshop import TIMING, Workshop

LOST = "the token of an earlier session is lost, so its end cannot be proved"
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
    assert "fence/logout/1" not in marks(shop)
    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["dead"]
    assert proof(shop) == ["Logout", "GetSessionInfo", "Logout", "GetSessionInfo"]


def test_a_session_that_had_been_idle_for_longer_than_any_lives_is_dead_though_it_was_not_logged_out(
    shop: Workshop,
) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.advance(40 * MINUTES)

    shop.fence.round(KINDS)

    assert [row.state for row in shop.generations()] == ["dead"]
    assert "fence/logout/1" not in marks(shop)


def test_a_session_that_bill_com_knew_no_more_is_asked_after_again_before_it_is_dead(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.advance(40 * MINUTES - SECOND)
    began = shop.now

    shop.fence.round(KINDS)
    assert marks(shop) == {"fence": began, "fence/try/1": began, "fence/unknown/1": began}
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
    assert "fence/unknown/1" not in marks(shop)
    assert marks(shop)["fence/logout/1"] == shop.now
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
    assert marks(shop)["fence/unknown/1"] == began

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
    assert marks(shop)["fence/unknown/1"] == began


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
    assert "fence/unknown/1" not in marks(shop)

    denied(shop)
    assert [row.state for row in shop.generations()] == ["fenced"]
    assert marks(shop)["fence/unknown/1"] == shop.now
