"""Who signs in holds a lease; who finds another signing in waits, and takes over from one that is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flask_billcom.engine.errors import NoCapacity
from flask_billcom.engine.sessions import LOGIN_LEASE
from tests.unit.engine.planned import OTHERS
from tests.unit.engine.sessions.generations import SECOND, change, put, states
from tests.unit.engine.workshop import Workshop


def test_who_finds_another_signing_in_waits_and_takes_what_it_got(shop: Workshop) -> None:
    put(shop, 1, state="refreshing", refresh_lease=shop.now + LOGIN_LEASE)
    sealed = shop.vault.seal(f"billcom_session.token/{shop.organization_id}/1", "their token")
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        shop.advance(seconds)
        if len(waits) == 8:
            change(shop, 1, state="valid", token_enc=sealed, api_end_point="there", user_id="who", trusted=True)

    shop.clock.waits = wait
    live = shop.sessions.live()

    assert (live.gen, live.token.reveal(), live.end_point, live.user_id) == (1, "their token", "there", "who")
    assert live.trusted is True
    assert shop.journal() == []
    for n, waited in enumerate(waits):
        low = min(1.0, 0.05 * 2**n)
        assert low <= waited <= 2 * low


def test_nobody_waits_longer_than_half_a_minute(shop: Workshop) -> None:
    put(shop, 1, state="refreshing", refresh_lease=shop.now + LOGIN_LEASE)
    began = shop.now

    with pytest.raises(NoCapacity):
        shop.sessions.live()
    assert timedelta(seconds=30) <= shop.now - began <= timedelta(seconds=32)
    assert states(shop) == [(1, "refreshing")]


def test_the_patience_is_over_at_its_last_moment(shop: Workshop) -> None:
    put(shop, 1, state="refreshing", refresh_lease=shop.now + LOGIN_LEASE)
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        shop.advance(30)

    shop.clock.waits = wait
    with pytest.raises(NoCapacity):
        shop.sessions.live()
    assert len(waits) == 1


@pytest.mark.parametrize("lease", [timedelta(0), -SECOND, None])
def test_a_login_whose_lease_has_passed_is_taken_over(shop: Workshop, lease: timedelta | None) -> None:
    began = shop.now
    put(shop, 4, state="refreshing", refresh_lease=None if lease is None else began + lease)
    put(shop, 4, state="refreshing", refresh_lease=None if lease is None else began + lease, organization_id=OTHERS)
    leases: list[Any] = []
    shop.on_call = lambda moment, _endpoint: leases.extend(shop.generations()) if moment == "connect" else None

    assert shop.sessions.live().gen == 4
    found = {row.organization_id: (row.state, row.refresh_lease) for row in leases}
    assert found == {
        shop.organization_id: ("refreshing", began + LOGIN_LEASE),
        OTHERS: ("refreshing", None if lease is None else began + lease),
    }
    assert {row.organization_id: row.state for row in shop.generations()} == {
        shop.organization_id: "valid",
        OTHERS: "refreshing",
    }


@pytest.mark.parametrize("meanwhile", [{"state": "dead"}, {"refresh_lease": "later"}], ids=str)
def test_a_login_is_taken_over_only_as_it_was_seen(shop: Workshop, meanwhile: dict[str, Any]) -> None:
    put(shop, 1, state="refreshing", refresh_lease=shop.now)
    (seen,) = shop.generations()
    later = shop.now + LOGIN_LEASE
    change(shop, 1, **{name: later if value == "later" else value for name, value in meanwhile.items()})

    with shop.store.write() as rows:
        assert shop.sessions._take_over(rows, seen, shop.now) is False


def test_who_signs_in_holds_the_lease_of_a_row_of_its_own(shop: Workshop) -> None:
    seen: list[Any] = []
    shop.on_call = lambda moment, _endpoint: seen.append(shop.generations()[-1]) if moment == "connect" else None
    put(shop, 3, state="dead")
    shop.sessions.live()

    (row,) = seen
    assert (row.gen, row.state, row.refresh_lease) == (4, "refreshing", shop.now + LOGIN_LEASE)
    assert (row.trusted, row.token_enc, row.last_used) == (False, None, None)


def test_a_login_that_was_taken_over_meanwhile_writes_nothing(shop: Workshop) -> None:
    shop.on_call = lambda moment, _endpoint: change(shop, 1, state="dead") if moment == "answer" else None

    with pytest.raises(NoCapacity):
        shop.sessions.live()
    (row,) = shop.generations()
    assert (row.state, row.token_enc, row.last_used) == ("dead", None, None)
    assert shop.acts() == []


def test_a_row_that_another_process_has_just_inserted_is_waited_for(shop: Workshop) -> None:
    shop.sessions.live()
    shop.sessions.expired(1)
    newest = shop.sessions.newest
    put(shop, 2, state="refreshing", refresh_lease=shop.now - SECOND)
    stale = [shop.generations()[0]]
    shop.sessions.newest = lambda rows: stale.pop() if stale else newest(rows)  # type: ignore[method-assign]

    assert shop.sessions.live().gen == 2
    assert shop.journal("Login") == ["Login", "Login"]
