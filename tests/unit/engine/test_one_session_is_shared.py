"""The rows of the shared session, in front of a Bill.com that signs in, refuses, forgets and stays silent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom.engine.errors import Held, NoCapacity
from flask_billcom.engine.sessions import IDLE, LOGIN_LEASE, Live, Sessions, State
from flask_billcom.errors import (
    AuthenticationFailed,
    ConfigurationError,
    ConnectionFailed,
    MFARequired,
    RateLimited,
    RequestTimedOut,
    TokenUnreadable,
)
from flask_billcom.models import Hold, Quota
from flask_billcom.models import Session as SessionRow
from flask_billcom.store import Store
from flask_billcom.vault import Vault, generate_key
from tests.unit.engine.planned import OTHERS, add
from tests.unit.engine.workshop import KEYS, Workshop

SECOND = timedelta(seconds=1)
MONTH = timedelta(days=30)


def trusted_there(shop: Workshop, live: Live) -> bool:
    """Whether Bill.com trusts a session."""
    return shop.simulator.world.sessions.live[live.token.reveal()].trusted


def asked(shop: Workshop) -> list[tuple[str, Any, Any, Any]]:
    """Return what is going to be asked of Bill.com: path, data or form, whether signed in, and where."""
    heard: list[tuple[str, Any, Any, Any]] = []
    send = shop.transport.call

    def call(path: str, data: Any = None, **options: Any) -> Any:
        heard.append((path, data or options["form"], options["session_id"] is not None, options["end_point"]))
        return send(path, data, **options)

    shop.transport.call = call  # type: ignore[method-assign]  # listens
    return heard


def confirm(shop: Workshop) -> Any:
    code = shop.simulator.settings.mfa_code
    return shop.sessions.authenticate(shop.sessions.challenge(), code, machine_name="desk", actor="ann")


def put(shop: Workshop, gen: int, **values: Any) -> None:
    """Add a generation as another process left it."""
    known = {"organization_id": shop.organization_id, "gen": gen, "state": "valid", "last_used": shop.now}
    with shop.store.write() as rows:
        add(rows, SessionRow(**{**known, **values}))


def change(shop: Workshop, gen: int, **values: Any) -> None:
    with shop.store.write() as rows:
        rows.change(update(SessionRow).where(SessionRow.gen == gen).values(**values))


def states(shop: Workshop) -> list[tuple[int, str]]:
    return [(row.gen, row.state) for row in shop.generations()]


# -- signing in ----------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(("seconds", "is_touched"), [(60, False), (61, True)])
def test_use_is_noted_once_a_minute(shop: Workshop, seconds: int, is_touched: bool) -> None:  # noqa: FBT001
    shop.sessions.live()
    first = shop.now
    put(shop, 1, organization_id=OTHERS, last_used=first)
    shop.advance(seconds)
    shop.sessions.live()

    used = {row.organization_id: row.last_used for row in shop.generations()}
    assert used == {shop.organization_id: shop.now if is_touched else first, OTHERS: first}


def test_a_dead_or_fenced_generation_is_followed_by_the_next(shop: Workshop) -> None:
    shop.sessions.live()
    shop.sessions.expired(1, shop.now - SECOND)

    (row,) = shop.generations()
    assert (row.state, row.token_enc, row.dead_at, row.dead_server_date) == ("dead", None, shop.now, shop.now - SECOND)
    assert shop.sessions.live().gen == 2
    with shop.store.write() as rows:
        assert shop.sessions.retire(rows, 2) is True
        assert shop.sessions.retire(rows, 2) is False
    assert shop.sessions.live().gen == 3
    assert states(shop) == [(1, "dead"), (2, "fenced"), (3, "valid")]


def test_a_death_is_noted_once_and_of_one_generation(shop: Workshop) -> None:
    put(shop, 1, token_enc="a")
    put(shop, 2, token_enc="b")
    put(shop, 1, token_enc="c", organization_id=OTHERS)
    shop.sessions.expired(1, None)
    died = shop.now
    shop.advance(9)
    shop.sessions.expired(1, shop.now)

    rows = {(row.organization_id, row.gen): row for row in shop.generations()}
    first = rows[shop.organization_id, 1]
    assert (first.state, first.dead_at, first.dead_server_date) == ("dead", died, None)
    assert [rows[shop.organization_id, 2].state, rows[OTHERS, 1].state] == ["valid", "valid"]


def test_only_one_generation_is_untrusted_or_retired(shop: Workshop) -> None:
    for gen in (1, 2):
        put(shop, gen, trusted=True)
    put(shop, 1, trusted=True, organization_id=OTHERS)
    with shop.store.write() as rows:
        shop.sessions.untrusted(rows, 1)
        shop.sessions.retire(rows, 1)

    found = {(row.organization_id, row.gen): (row.trusted, row.state) for row in shop.generations()}
    assert found == {
        (shop.organization_id, 1): (False, "fenced"),
        (shop.organization_id, 2): (True, "valid"),
        (OTHERS, 1): (True, "valid"),
    }


# -- one login at a time -------------------------------------------------------------------------------------------


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
    shop.sessions.expired(1, None)
    newest = shop.sessions.newest
    put(shop, 2, state="refreshing", refresh_lease=shop.now - SECOND)
    stale = [shop.generations()[0]]
    shop.sessions.newest = lambda rows: stale.pop() if stale else newest(rows)  # type: ignore[method-assign]

    assert shop.sessions.live().gen == 2
    assert shop.journal("Login") == ["Login", "Login"]


# -- what Bill.com says to a login ---------------------------------------------------------------------------------


def test_one_refused_login_is_enough(shop: Workshop) -> None:
    shop.simulator.plan_fault("bdc:BDC_1101", "Login")

    with pytest.raises(AuthenticationFailed):
        shop.sessions.live()

    (row,) = shop.generations()
    assert (row.state, row.dead_at) == ("dead", shop.now)
    assert shop.holds() == [("capability", "all", "sign-in refused (BDC_1101)", None)]
    assert shop.rows(Hold)[0].placed_at == shop.now
    assert [act[:4] for act in shop.acts() if act[1] == "session"] == [
        ("sign_in_refused", "session", 0, {"code": "BDC_1101"})
    ]
    assert shop.slots_taken() == 0
    with pytest.raises(Held, match="signing in is on hold"):
        shop.sessions.live()
    assert shop.journal("Login") == ["Login"]


def test_a_login_that_is_refused_late_proves_nothing_about_the_session_of_who_took_over(shop: Workshop) -> None:
    shop.simulator.plan_fault("bdc:BDC_1101", "Login")
    shop.on_call = lambda moment, _endpoint: change(shop, 1, state="valid") if moment == "answer" else None

    with pytest.raises(AuthenticationFailed):
        shop.sessions.live()

    (row,) = shop.generations()
    assert (row.state, row.dead_at) == ("valid", None)
    assert shop.holds() == [("capability", "all", "sign-in refused (BDC_1101)", None)]


@pytest.mark.parametrize(
    ("fault", "error", "slots"),
    [("connect_refused", ConnectionFailed, 0), ("timeout_before", RequestTimedOut, 1)],
)
def test_a_login_without_an_answer_may_be_tried_again_by_anybody(
    shop: Workshop, fault: str, error: type[Exception], slots: int
) -> None:
    shop.simulator.plan_fault(fault, "Login")
    lease = shop.now + LOGIN_LEASE
    put(shop, 1, state="refreshing", refresh_lease=lease, organization_id=OTHERS)

    with pytest.raises(error):
        shop.sessions.live()

    theirs, row = sorted(shop.generations(), key=lambda each: each.organization_id == shop.organization_id)
    assert (row.state, row.refresh_lease, row.dead_at) == ("refreshing", shop.now, None)
    assert theirs.refresh_lease == lease
    assert shop.slots_taken() == slots
    assert shop.holds() == []
    assert shop.sessions.live().gen == 1


def test_a_login_that_ends_without_an_answer_changes_nothing_of_who_took_over(shop: Workshop) -> None:
    shop.simulator.plan_fault("timeout_before", "Login")
    shop.on_call = lambda _moment, _endpoint: change(shop, 1, state="valid", refresh_lease=None)

    with pytest.raises(RequestTimedOut):
        shop.sessions.live()

    (row,) = shop.generations()
    assert (row.state, row.refresh_lease) == ("valid", None)


def test_an_address_that_is_not_bill_coms_stops_signing_in(shop: Workshop) -> None:
    shop.simulator.switch(api_host="http://elsewhere.example")

    with pytest.raises(ConfigurationError):
        shop.sessions.live()

    assert shop.holds() == [("capability", "all", "sign-in refused (ConfigurationError)", None)]
    assert states(shop) == [(1, "dead")]


def test_a_login_may_use_the_calls_that_are_kept_for_reads(shop: Workshop) -> None:
    shop.sessions.live()
    shop.sessions.expired(1, None)
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


# -- trust ---------------------------------------------------------------------------------------------------------


def test_a_confirmed_device_is_trusted_for_thirty_days_also_after_the_next_login(shop: Workshop) -> None:
    put(shop, 1, organization_id=OTHERS)
    assert confirm(shop) == shop.now + MONTH

    (first,) = [row for row in shop.generations() if row.organization_id == shop.organization_id]
    assert (first.trusted, first.mfa_expires) == (True, shop.now + MONTH)
    device = shop.sessions.remembered_device(first).reveal()
    assert device
    assert device not in str(first.mfa_enc)
    expires = shop.now + MONTH
    assert [act[:6] for act in shop.acts()][-1] == (
        "device_trusted",
        "session",
        0,
        {"until": expires.isoformat()},
        "ann",
        shop.organization_id,
    )
    shop.sessions.expired(1, None)
    live = shop.sessions.live()
    first, second = [row for row in shop.generations() if row.organization_id == shop.organization_id]
    assert (live.gen, live.trusted, trusted_there(shop, live)) == (2, True, True)
    assert (first.mfa_enc, second.trusted, second.mfa_expires) == (None, True, expires)
    assert shop.sessions.remembered_device(second).reveal() == device
    assert [row.trusted for row in shop.generations() if row.organization_id == OTHERS] == [False]


@pytest.mark.parametrize(("days", "trusted"), [(29, True), (30, False)])
def test_what_was_remembered_ends_after_thirty_days(shop: Workshop, days: int, trusted: bool) -> None:  # noqa: FBT001
    confirm(shop)
    shop.advance(timedelta(days=days))

    live = shop.sessions.live()

    assert (live.gen, live.trusted, trusted_there(shop, live)) == (2, trusted, trusted)
    assert (shop.generations()[1].mfa_enc is not None) is trusted


def test_the_newest_of_several_memories_is_used(shop: Workshop) -> None:
    confirm(shop)
    with_old = shop.vault.seal(f"billcom_session.mfa/{shop.organization_id}/0", "old")
    put(shop, 0, state="dead", mfa_enc=with_old, mfa_expires=shop.now + MONTH)
    put(shop, 5, organization_id=OTHERS, mfa_enc="theirs", mfa_expires=shop.now + MONTH)
    put(shop, 6, state="dead", mfa_expires=shop.now + MONTH)
    shop.sessions.expired(1, None)

    live = shop.sessions.live()

    assert (live.gen, live.trusted, trusted_there(shop, live)) == (7, True, True)


def test_a_remembered_device_that_no_key_opens_keeps_nobody_waiting(shop: Workshop) -> None:
    confirm(shop)
    shop.sessions.expired(1, None)
    rotating(shop, [generate_key()])
    used = shop.used("login")

    for _ in range(2):
        with pytest.raises(TokenUnreadable):
            shop.sessions.live()

    assert (shop.slots_taken(), shop.used("login"), shop.journal("Login")) == (0, used, ["Login"])
    assert (states(shop)[-1], shop.generations()[-1].refresh_lease) == ((2, "refreshing"), shop.now)
    assert shop.holds() == []


def test_a_confirmed_device_opens_payments(shop: Workshop) -> None:
    with shop.store.write() as rows:
        for name in ("payouts", "charges", "mail"):
            shop.parking.close(rows, "why", shop.now, capability=name)
    confirm(shop)

    assert [hold[1] for hold in shop.holds()] == ["mail"]
    assert {hold.released_by for hold in shop.rows(Hold) if hold.released_at} == {"ann"}


def test_a_code_goes_to_the_phone_that_was_asked_for(shop: Workshop) -> None:
    shop.sessions.live()
    heard = asked(shop)
    assert shop.sessions.challenge()
    with pytest.raises(MFARequired):
        shop.sessions.challenge(use_backup=True)
    confirm(shop)

    base = shop.transport.base_url
    assert heard[:2] == [
        ("MFAChallenge.json", {"useBackup": False}, True, base),
        ("MFAChallenge.json", {"useBackup": True}, True, base),
    ]
    path, data, is_signed_in, end_point = heard[-1]
    assert (path, is_signed_in, end_point) == ("MFAAuthenticate.json", True, base)
    assert (data["machineName"], data["deviceId"], data["rememberMe"]) == ("desk", "device", True)


# -- the end -------------------------------------------------------------------------------------------------------


def test_signing_out_ends_the_session_there_and_takes_it_out_of_use(shop: Workshop) -> None:
    end_point = shop.sessions.live().end_point
    heard = asked(shop)
    shop.sessions.logout("ann")

    assert [(path, is_signed_in, there) for path, _, is_signed_in, there in heard] == [("Logout.json", True, end_point)]
    assert shop.journal() == ["Login", "Logout"]
    assert states(shop) == [(1, "fenced")]
    assert [act[:6] for act in shop.acts()][-1] == ("signed_out", "session", 0, {}, "ann", shop.organization_id)
    shop.sessions.expired(1, None)
    shop.sessions.logout("ann")
    assert shop.journal() == ["Login", "Logout"]


def test_without_a_session_nobody_signs_out(shop: Workshop) -> None:
    shop.sessions.logout("ann")

    assert (shop.journal(), shop.acts()) == ([], [])


def test_a_token_opens_only_at_its_own_place(shop: Workshop) -> None:
    shop.sessions.live()
    row = shop.generations()[0]
    put(shop, 2, token_enc=row.token_enc, mfa_enc=row.token_enc)
    moved = shop.generations()[1]

    with pytest.raises(TokenUnreadable, match=f"billcom_session.token/{shop.organization_id}/2 holds"):
        shop.sessions.token(moved)
    with pytest.raises(TokenUnreadable, match=f"billcom_session.mfa/{shop.organization_id}/2 holds"):
        shop.sessions.remembered_device(moved)
    with pytest.raises(TokenUnreadable):
        shop.sessions.token(SessionRow(gen=3))
    with pytest.raises(TokenUnreadable):
        shop.sessions.remembered_device(SessionRow(gen=3))


def rotating(shop: Workshop, keys: list[str]) -> Sessions:
    shop.sessions._vault = Vault(keys)
    return shop.sessions


def test_stored_tokens_are_encrypted_with_the_newest_key(shop: Workshop) -> None:
    confirm(shop)
    put(shop, 2, state=State.REFRESHING)
    before = next(row for row in shop.generations() if row.organization_id != OTHERS)
    put(shop, 1, organization_id=OTHERS, token_enc=before.token_enc)
    token, device = shop.sessions.token(before).reveal(), shop.sessions.remembered_device(before).reveal()
    new = generate_key()

    assert rotating(shop, [new, *KEYS]).rotate_keys() == 2
    assert shop.sessions.rotate_keys() == 0

    after = next(row for row in shop.generations() if row.organization_id != OTHERS)
    assert [row.token_enc for row in shop.generations() if row.organization_id == OTHERS] == [before.token_enc]
    rotating(shop, [new])
    assert (shop.sessions.token(after).reveal(), shop.sessions.remembered_device(after).reveal()) == (token, device)


def test_a_token_that_changed_meanwhile_is_left_as_it_is(shop: Workshop, store: Store) -> None:
    shop.sessions.live()
    seen = shop.generations()[0]
    rotating(shop, [generate_key(), *KEYS])
    change(shop, 1, token_enc="fresh")

    with store.write() as rows:
        assert shop.sessions._rotate(rows, seen, "token", seen.token_enc) == 0
    assert shop.generations()[0].token_enc == "fresh"
