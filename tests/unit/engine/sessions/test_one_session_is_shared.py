"""All calls share one session, until it idles, dies or is taken out of use."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flask_billcom.engine.sessions import IDLE, Live
from tests.unit.engine.planned import OTHERS
from tests.unit.engine.sessions.generations import SECOND, put, states
from tests.unit.engine.workshop import Workshop


def test_the_first_call_signs_in_and_the_others_share_it(shop: Workshop) -> None:
    live = shop.sessions.live()

    (row,) = shop.generations()
    assert (row.organization_id, row.gen, row.state, row.trusted) == (shop.organization_id, 1, "valid", False)
    assert (row.last_used, row.refresh_lease, row.mfa_enc, row.mfa_expires) == (shop.now, None, None, None)
    assert row.token_enc is not None
    assert live.token.reveal() not in row.token_enc
    assert shop.sessions.token(row).reveal() == live.token.reveal()
    assert (live.gen, live.end_point, live.user_id, live.trusted) == (1, row.api_end_point, row.user_id, False)
    assert live.end_point == shop.transport.base_url
    assert live.user_id
    again = shop.sessions.live()
    assert (again.gen, again.token.reveal(), again.end_point) == (1, live.token.reveal(), live.end_point)
    assert (again.user_id, again.trusted) == (live.user_id, False)
    assert shop.journal() == ["Login"]
    assert [act[:6] for act in shop.acts()] == [
        ("signed_in", "session", 0, {"generation": 1}, "engine", shop.organization_id)
    ]
    assert (shop.used("all"), shop.used("login"), shop.slots_taken()) == (1, 1, 0)


def test_a_session_of_another_organization_is_not_ours(shop: Workshop) -> None:
    put(shop, 7, organization_id=OTHERS)

    assert shop.sessions.live().gen == 1


@pytest.mark.parametrize(("minutes", "gen"), [(30, 1), (31, 2)])
def test_an_idle_session_is_renewed_before_bill_com_ends_it(shop: Workshop, minutes: int, gen: int) -> None:
    shop.sessions.live()
    shop.advance(timedelta(minutes=minutes))

    assert shop.sessions.live().gen == gen
    if gen == 2:
        assert states(shop) == [(1, "fenced"), (2, "valid")]
        assert shop.generations()[0].fenced_at == shop.now
        assert shop.generations()[0].token_enc is not None
    assert timedelta(minutes=30) == IDLE


def within(shop: Workshop) -> Live | None:
    with shop.store.write() as rows:
        return shop.sessions.within(rows)


@pytest.mark.parametrize(("seconds", "is_touched"), [(60, False), (61, True)])
def test_the_use_of_a_claim_is_noted_once_a_minute(shop: Workshop, seconds: int, is_touched: bool) -> None:  # noqa: FBT001
    live = shop.sessions.live()
    first = shop.now
    put(shop, 1, organization_id=OTHERS, last_used=first)
    shop.advance(seconds)

    with shop.store.write() as rows:
        assert shop.sessions.may_use(rows, live) is True

    used = {row.organization_id: row.last_used for row in shop.generations()}
    assert used == {shop.organization_id: shop.now if is_touched else first, OTHERS: first}


@pytest.mark.parametrize(("seconds", "is_touched"), [(60, False), (61, True)])
def test_the_use_of_a_read_is_noted_once_a_minute(shop: Workshop, seconds: int, is_touched: bool) -> None:  # noqa: FBT001
    live = shop.sessions.live()
    first = shop.now
    put(shop, 1, organization_id=OTHERS, last_used=first)
    shop.advance(seconds)

    found = within(shop)

    assert found is not None
    assert (found.gen, found.token.reveal(), found.end_point) == (1, live.token.reveal(), live.end_point)
    used = {row.organization_id: row.last_used for row in shop.generations()}
    assert used == {shop.organization_id: shop.now if is_touched else first, OTHERS: first}


@pytest.mark.parametrize(("minutes", "is_found"), [(30, True), (31, False)])
def test_an_idle_session_is_not_found_inside_a_transaction(
    shop: Workshop,
    minutes: int,
    is_found: bool,  # noqa: FBT001
) -> None:
    assert within(shop) is None
    shop.sessions.live()
    shop.advance(timedelta(minutes=minutes))

    assert (within(shop) is not None) is is_found
    assert states(shop) == [(1, "valid")]


def test_only_the_newest_session_may_be_used(shop: Workshop) -> None:
    live = shop.sessions.live()
    with shop.store.write() as rows:
        assert shop.sessions.may_use(rows, live) is True
        shop.sessions.retire(rows, live.gen)
        assert shop.sessions.may_use(rows, live) is False
        assert shop.sessions.within(rows) is None
    assert shop.sessions.live().gen == live.gen + 1
    with shop.store.write() as rows:
        assert shop.sessions.may_use(rows, live) is False


def test_a_dead_or_fenced_generation_is_followed_by_the_next(shop: Workshop) -> None:
    shop.sessions.live()
    with shop.store.write() as rows:
        shop.sessions.mark_dead(rows, 1, shop.now - SECOND)

    (row,) = shop.generations()
    assert (row.state, row.token_enc, row.dead_at, row.dead_server_date) == ("dead", None, shop.now, shop.now - SECOND)
    assert shop.sessions.live().gen == 2
    with shop.store.write() as rows:
        assert shop.sessions.retire(rows, 2) is True
        assert shop.sessions.retire(rows, 2) is False
    assert shop.sessions.live().gen == 3
    assert states(shop) == [(1, "dead"), (2, "fenced"), (3, "valid")]


def test_a_session_that_bill_com_calls_unknown_is_out_of_use_and_not_yet_dead(shop: Workshop) -> None:
    shop.sessions.live()
    shop.sessions.expired(1)

    (row,) = shop.generations()
    assert (row.state, row.fenced_at, row.dead_at) == ("fenced", shop.now, None)
    assert row.token_enc is not None
    assert shop.sessions.live().gen == 2


def test_a_death_is_noted_once_and_of_one_generation(shop: Workshop) -> None:
    put(shop, 1, token_enc="a")
    put(shop, 2, token_enc="b")
    put(shop, 1, token_enc="c", organization_id=OTHERS)
    with shop.store.write() as rows:
        shop.sessions.mark_dead(rows, 1, None)
    died = shop.now
    shop.advance(9)
    with shop.store.write() as rows:
        shop.sessions.mark_dead(rows, 1, shop.now)

    rows_of = {(row.organization_id, row.gen): row for row in shop.generations()}
    first = rows_of[shop.organization_id, 1]
    assert (first.state, first.dead_at, first.dead_server_date) == ("dead", died, None)
    assert [rows_of[shop.organization_id, 2].state, rows_of[OTHERS, 1].state] == ["valid", "valid"]


def test_only_one_generation_is_untrusted_or_retired(shop: Workshop) -> None:
    until = shop.now + timedelta(days=30)
    trust = {"trusted": True, "mfa_enc": "remembered", "mfa_expires": until}
    for gen in (1, 2):
        put(shop, gen, **trust)
    put(shop, 1, organization_id=OTHERS, **trust)
    with shop.store.write() as rows:
        shop.sessions.untrusted(rows, 1)
        shop.sessions.retire(rows, 1)

    found = {
        (row.organization_id, row.gen): (row.trusted, row.mfa_enc, row.mfa_expires, row.state)
        for row in shop.generations()
    }
    assert found == {
        (shop.organization_id, 1): (False, None, None, "fenced"),
        (shop.organization_id, 2): (True, "remembered", until, "valid"),
        (OTHERS, 1): (True, "remembered", until, "valid"),
    }
