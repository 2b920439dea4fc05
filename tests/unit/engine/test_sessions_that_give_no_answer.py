"""Sessions after which nobody can ask: a silence proves nothing, costs no patience, and is waited for longer."""

from __future__ import annotations

import pytest

from flask_billcom.engine.endings import Ending
from flask_billcom.engine.errors import SessionSilent
from flask_billcom.engine.fence import endless, note_sleeper
from flask_billcom.models import Mark
from tests.unit.engine.fenced import KINDS, MINUTES, SECOND, known, unanswered
from tests.unit.engine.planned import OTHERS, add
from tests.unit.engine.workshop import Workshop


@pytest.mark.parametrize(("fault", "slots"), [("connect_refused", 0), ("timeout_before", 1)])
@pytest.mark.parametrize("endpoint", ["Logout", "GetSessionInfo"])
def test_a_silence_proves_nothing_and_keeps_its_slot(shop: Workshop, endpoint: str, fault: str, slots: int) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.simulator.plan_fault(fault, endpoint)

    with pytest.raises(SessionSilent, match=r"session 1 could not be asked after: (ConnectionFailed|RequestTimedOut)"):
        shop.fence.round(KINDS)

    assert [row.state for row in shop.generations()] == ["fenced"]
    assert shop.slots_taken() == slots
    assert shop.operation(1).absent_after is not None
    assert shop.states() == ["unknown"]
    assert known(shop) == {"silent": shop.now, "touched": shop.now, "again": shop.now + 5 * MINUTES}


@pytest.mark.parametrize("seen", ["gone", "alive"])
def test_a_silence_costs_no_patience(shop: Workshop, seen: str) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.simulator.plan_fault("garbage", "GetSessionInfo")
    with pytest.raises(SessionSilent):
        shop.fence.round(KINDS)
    began = known(shop)["silent"]

    shop.advance(6 * MINUTES)
    if seen == "alive":
        shop.simulator.plan_fault("bdc:BDC_1002", "Logout")
        shop.simulator.plan_fault("bdc:BDC_1002", "GetSessionInfo")
    shop.fence.round(KINDS)
    assert shop.states() == ["unknown"]
    assert "silent" not in known(shop)
    assert known(shop)["first"] == shop.now > began

    for _ in range(1 + (seen == "alive")):
        shop.advance(5 * MINUTES)
        shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["dead"]
    assert shop.states() == ["unknown"]


def test_each_silence_is_waited_for_longer_and_the_others_have_their_turn(shop: Workshop) -> None:
    for _ in range(2):
        live = shop.sessions.live()
        with shop.store.write() as rows:
            shop.sessions.retire(rows, live.gen)
    unanswered(shop, gen=2)
    shop.simulator.plan_fault("connect_refused", "Logout", count=100)
    began, asked = shop.now, []
    for _ in range(240):
        try:
            shop.fence.round(KINDS)
        except SessionSilent as silent:
            asked.append((str(silent).split()[1], round((shop.now - began) / MINUTES)))
        shop.advance(60)

    assert [minute for gen, minute in asked if gen == "1"] == [0, 5, 10, 20, 40, 80, 120, 160, 200]
    assert {gen for gen, _ in asked} == {"1", "2"}


def test_what_has_not_ended_is_named_after_ten_minutes(shop: Workshop) -> None:
    for _ in range(12):
        live = shop.sessions.live()
        with shop.store.write() as rows:
            shop.sessions.retire(rows, live.gen)
    unanswered(shop, gen=12)
    began = shop.now
    shop.simulator.plan_fault("connect_refused", "Logout", count=100)
    for gen in range(1, 13):
        with pytest.raises(SessionSilent, match=f"session {gen} "):
            shop.fence.round(KINDS)
    with shop.store.write() as rows:
        note_sleeper(rows, shop.organization_id, 12, shop.now)
        add(rows, Mark(organization_id=OTHERS, name="fence/13", value=Ending(first=began).noted(), updated_at=began))

    with shop.store.read() as rows:
        assert endless(rows, shop.organization_id, began + 10 * MINUTES) == []
        named = endless(rows, shop.organization_id, began + 10 * MINUTES + SECOND)
    assert named == [(gen, began) for gen in range(1, 13)]


def test_a_rest_ends_where_our_clock_was_put_back(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    shop.simulator.plan_fault("connect_refused", "Logout")
    with pytest.raises(SessionSilent):
        shop.fence.round(KINDS)

    shop.clock.offset -= 60 * MINUTES
    unanswered(shop, 2)
    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["dead"]
