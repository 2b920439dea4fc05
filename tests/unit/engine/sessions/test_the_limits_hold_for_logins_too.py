"""A login where the calls, the slots or the organization are used up, busy or locked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from flask_billcom.engine.errors import Held, NoCapacity
from flask_billcom.errors import (
    RateLimited,
)
from flask_billcom.models import Hold, Quota
from tests.unit.engine.sessions.generations import SECOND, put, states
from tests.unit.engine.workshop import Workshop


def test_a_login_may_use_the_calls_that_are_kept_for_reads(shop: Workshop) -> None:
    shop.sessions.live()
    shop.sessions.expired(1)
    used = shop.limits.allowance.cap("all", changes=True)
    with shop.store.write() as rows:
        rows.change(update(Quota).where(Quota.name == "all").values(used=used))

    assert shop.sessions.live().gen == 2


def test_a_locked_organization_is_probed_again_in_a_quarter_of_an_hour(shop: Workshop) -> None:
    shop.simulator.plan_fault("bdc:BDC_1107", "Login")

    with pytest.raises(RateLimited):
        shop.sessions.live()

    probe = shop.now + timedelta(minutes=15)
    assert shop.holds() == [("capability", "all", "organization locked (BDC_1107)", probe)]
    assert shop.rows(Hold)[0].placed_at == shop.now
    assert states(shop) == [(1, "refreshing")]
    assert shop.generations()[0].refresh_lease == shop.now
    shop.advance(probe - shop.now - SECOND)
    with pytest.raises(Held):
        shop.sessions.live()
    shop.advance(1)
    shop.simulator.world.sessions.organization_locked_until = 0
    assert shop.sessions.live().gen == 1


def test_a_used_up_hour_at_the_login_closes_the_hour(shop: Workshop) -> None:
    shop.simulator.plan_fault("bdc:BDC_1144", "Login")
    shop.clock.jitter = lambda low, high: low + high  # type: ignore[method-assign]  # 60 of 0 to 60

    with pytest.raises(RateLimited):
        shop.sessions.live()
    with pytest.raises(NoCapacity):
        shop.sessions.live()
    assert shop.holds() == []
    hour = shop.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    closed = {each.closed_until for each in shop.rows(Quota, Quota.window) if each.name == "all"}
    (until,) = closed
    assert until == hour + timedelta(minutes=1)


def test_a_busy_server_closes_nothing(shop: Workshop) -> None:
    shop.simulator.plan_fault("bdc:BDC_1322", "Login")

    with pytest.raises(RateLimited):
        shop.sessions.live()
    assert shop.holds() == []
    assert shop.sessions.live().gen == 1


def test_where_no_call_is_free_the_generation_is_let_go(shop: Workshop) -> None:
    put(shop, 1, state="dead")
    for _ in range(3):
        with shop.store.write() as rows:
            shop.limits.take(rows, shop.now, until=shop.now + timedelta(minutes=9), changes=False)

    with pytest.raises(NoCapacity):
        shop.sessions.live()

    assert states(shop) == [(1, "dead"), (2, "refreshing")]
    assert shop.generations()[1].refresh_lease == shop.now
    assert shop.generations()[0].refresh_lease is None
