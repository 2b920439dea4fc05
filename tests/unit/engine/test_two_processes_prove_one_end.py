"""Two processes ask after one session at a time: what the slower one found is no news any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flask_billcom.engine.errors import SessionSilent
from flask_billcom.engine.fence import endless
from tests.unit.engine.fenced import KINDS, MINUTES, SECOND, known, marks, unanswered
from tests.unit.engine.workshop import Workshop


def meanwhile(shop: Workshop, act: Callable[[], None], *, at: str = "answer GetSessionInfo") -> None:
    """Let another process act once, at a moment of this one's next proof."""

    def on_call(moment: str, endpoint: str) -> None:
        if f"{moment} {endpoint}" == at:
            shop.on_call = lambda _moment, _endpoint: None
            shop.advance(SECOND)
            act()

    shop.on_call = on_call


def denied(shop: Workshop) -> None:
    """Let Bill.com say once that it knows no session, although it lives."""
    shop.simulator.plan_fault("bdc:BDC_1109", "Logout")
    shop.simulator.plan_fault("bdc:BDC_1109", "GetSessionInfo")


def test_a_life_that_another_process_has_seen_ends_a_denial_that_is_noted_after_it(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    denied(shop)

    def see_it_live() -> None:
        shop.simulator.plan_fault("bdc:BDC_1002", "Logout")
        shop.fence.round(KINDS)
        assert "touched" in known(shop)

    meanwhile(shop, see_it_live)
    shop.fence.round(KINDS)
    assert "touched" in known(shop)
    assert "unknown" not in known(shop)

    shop.advance(5 * MINUTES)
    denied(shop)
    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["fenced"]


def test_a_second_denial_counts_for_nothing_where_another_process_has_seen_a_life(shop: Workshop) -> None:
    shop.sessions.live()
    unanswered(shop)
    denied(shop)
    shop.fence.round(KINDS)
    shop.advance(5 * MINUTES)
    denied(shop)

    def see_it_live() -> None:
        shop.simulator.plan_fault("bdc:BDC_1002", "Logout")
        shop.fence.round(KINDS)

    meanwhile(shop, see_it_live)
    shop.fence.round(KINDS)
    assert [row.state for row in shop.generations()] == ["fenced"]
    assert "unknown" not in known(shop)


@pytest.mark.parametrize("found", ["alive", "nothing"])
def test_nothing_is_noted_of_a_session_that_another_process_has_proved_dead(shop: Workshop, found: str) -> None:
    shop.sessions.live()
    unanswered(shop)
    if found == "alive":
        shop.simulator.plan_fault("bdc:BDC_1002", "Logout")
        meanwhile(shop, lambda: shop.fence.round(KINDS))
        shop.fence.round(KINDS)
    else:
        shop.simulator.plan_fault("timeout_before", "Logout", skip=1)
        meanwhile(shop, lambda: shop.fence.round(KINDS), at="connect Logout")
        with pytest.raises(SessionSilent):
            shop.fence.round(KINDS)

    assert [row.state for row in shop.generations()] == ["dead"]
    assert list(marks(shop)) == ["fence"]
    with shop.store.read() as rows:
        assert endless(rows, shop.organization_id, shop.now + 60 * MINUTES) == []
    assert shop.states() == ["unknown"]
