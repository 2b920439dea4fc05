"""The fence over the wire: which sessions are taken out of use, logged out and asked after, how often and where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from flask_billcom.api import requests as wire
from flask_billcom.api.records import Vendor
from flask_billcom.engine.errors import NoCapacity, SessionSilent
from flask_billcom.engine.fence import note_sleeper
from flask_billcom.models import Mark, OperationState, Quota, Slot
from flask_billcom.models import Session as SessionRow
from tests.unit.engine.fenced import KINDS, MINUTES, SECOND, marks, proof, unanswered
from tests.unit.engine.planned import OTHERS, add, call
from tests.unit.engine.workshop import TIMING, Workshop


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


def test_a_session_that_bill_com_called_unknown_is_logged_out_and_asked_after_as_well(shop: Workshop) -> None:
    live = shop.sessions.live()
    shop.simulator.plan_fault("bdc:BDC_1109", "List/Vendor")
    shop.gateway.read(wire.list_page(Vendor))
    unanswered(shop, gen=live.gen)
    before = len(shop.journal())

    shop.fence.round(KINDS)

    assert shop.journal()[before:] == ["Logout", "GetSessionInfo"]
    assert [row.state for row in shop.generations()] == ["dead", "valid"]
    assert shop.operation(1).absent_after == shop.now + TIMING.grace
    assert marks(shop) == {}


@pytest.mark.usefixtures("backwards")
def test_the_oldest_session_is_proved_first(shop: Workshop) -> None:
    for _ in range(2):
        live = shop.sessions.live()
        with shop.store.write() as rows:
            shop.sessions.retire(rows, live.gen)
    unanswered(shop, gen=2)
    shop.simulator.plan_fault("timeout_before", "Logout", skip=1)

    with pytest.raises(SessionSilent):
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

    with pytest.raises(SessionSilent):
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


def test_no_two_sessions_are_taken_out_of_use_at_one_time(shop: Workshop) -> None:
    for number in (1, 2):
        live = shop.sessions.live()
        unanswered(shop, number, gen=live.gen)
        shop.fence.round(KINDS)

    assert [row.state for row in shop.generations()] == ["dead", "valid"]


def test_a_clock_that_was_put_back_keeps_no_session_in_use(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.fence.round(KINDS)
    shop.clock.offset -= timedelta(hours=4)
    live = shop.sessions.live()
    unanswered(shop, 2, gen=live.gen)

    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["dead", "dead"]


def test_the_session_of_a_worker_that_may_wake_up_is_ended_whatever_became_of_its_operations(shop: Workshop) -> None:
    live = shop.sessions.live()
    with shop.store.write() as rows:
        note_sleeper(rows, shop.organization_id, live.gen, shop.now)
        note_sleeper(rows, OTHERS, live.gen + 5, shop.now)

    shop.fence.round(KINDS)
    shop.sessions.live()
    shop.fence.round(KINDS)

    assert [row.state for row in shop.generations()] == ["dead", "valid"]
    assert proof(shop) == ["Logout", "GetSessionInfo", "Login"]


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
