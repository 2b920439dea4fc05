"""Slots and quotas on their own: how many may be taken, by whom, until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flask_billcom.engine.errors import NoCapacity, QuotaUsed
from flask_billcom.engine.limits import ALL, LOGIN, MAIL, Allowance, Limits, SlotLease
from flask_billcom.models import Quota, Slot
from flask_billcom.store import Rows
from tests.unit.engine.planned import OTHERS, OURS, add

NOW = datetime(2026, 3, 2, 17, 30, 20, 500, tzinfo=UTC)
HOUR = datetime(2026, 3, 2, 17, tzinfo=UTC)
QUARTER = datetime(2026, 3, 2, 17, 30, 15, tzinfo=UTC)
UNTIL = NOW + timedelta(seconds=160)
SECOND = timedelta(seconds=1)


def limits(organization: str = OURS, key: str = "key", **allowance: Any) -> Limits:
    return Limits(organization, key, Allowance(**allowance))


def quotas(rows: Rows) -> list[tuple[str, str, datetime, int, datetime | None]]:
    found = rows.all(select(Quota).order_by(Quota.key_hash, Quota.name, Quota.window))
    rows.session.expunge_all()
    return [(each.key_hash, each.name, each.window, each.used, each.closed_until) for each in found]


def slots(rows: Rows, organization: str = OURS) -> list[tuple[int, datetime, int]]:
    found = rows.all(select(Slot).where(Slot.organization_id == organization).order_by(Slot.slot))
    rows.session.expunge_all()
    return [(each.slot, each.lease_until, each.slot_fence) for each in found]


def taken(rows: Rows, of: Limits, now: datetime = NOW, **options: Any) -> SlotLease:
    return of.take(rows, now, **{"until": now + timedelta(seconds=160), "changes": True, **options})


def test_a_window_allows_less_changes_than_reads() -> None:
    allowance = Allowance(hourly=100, reserve=0.05, logins=7, mails=3)

    assert (allowance.cap(ALL, changes=True), allowance.cap(ALL, changes=False)) == (95, 100)
    assert (allowance.cap(LOGIN, changes=True), allowance.cap(LOGIN, changes=False)) == (7, 7)
    assert (allowance.cap(MAIL, changes=True), allowance.cap(MAIL, changes=False)) == (3, 3)


def test_a_call_takes_the_first_slot_and_counts_in_its_hour(rows: Rows) -> None:
    lease = taken(rows, limits())

    assert lease == SlotLease(0, 1, UNTIL)
    assert [slot for slot, _, _ in slots(rows)] == [0, 1, 2]
    assert slots(rows)[0] == (0, UNTIL, 1)
    assert {(until < NOW, fence) for _, until, fence in slots(rows)[1:]} == {(True, 0)}
    assert quotas(rows) == [("key", ALL, HOUR, 1, None)]


def test_three_calls_are_in_flight_and_a_fourth_is_not(rows: Rows) -> None:
    assert [taken(rows, limits()).slot for _ in range(3)] == [0, 1, 2]
    with pytest.raises(NoCapacity) as full:
        taken(rows, limits())
    assert not isinstance(full.value, QuotaUsed)
    assert taken(rows, limits(OTHERS)).slot == 0
    assert taken(rows, limits(), UNTIL - SECOND / 1000 + SECOND).slot == 0


def test_an_app_that_may_use_one_slot_uses_one(rows: Rows) -> None:
    taken(rows, limits())
    with pytest.raises(NoCapacity):
        taken(rows, limits(concurrency=1))
    assert [slot for slot, _, _ in slots(rows)] == [0, 1, 2]
    assert taken(rows, limits(OTHERS, concurrency=1)).slot == 0
    assert [slot for slot, _, _ in slots(rows, OTHERS)] == [0]


def test_slots_that_are_missing_are_made_when_more_may_be_used(rows: Rows) -> None:
    taken(rows, limits(concurrency=1))

    assert taken(rows, limits(concurrency=2)) == SlotLease(1, 1, UNTIL)
    assert slots(rows)[0] == (0, UNTIL, 1)


def test_a_slot_whose_lease_has_ended_is_taken_with_the_next_fence(rows: Rows) -> None:
    taken(rows, limits(concurrency=1))

    assert taken(rows, limits(concurrency=1), UNTIL) == SlotLease(0, 2, UNTIL + timedelta(seconds=160))


def test_a_slot_is_given_back_only_by_the_lease_that_has_it(rows: Rows) -> None:
    ours = limits(concurrency=1)
    first = taken(rows, ours)
    other = taken(rows, limits(OTHERS, concurrency=1))
    taken(rows, limits(concurrency=2))

    ours.release(rows, first, NOW + SECOND)
    assert slots(rows) == [(0, NOW + SECOND, 1), (1, UNTIL, 1)]
    assert slots(rows, OTHERS) == [(0, other.until, 1)]
    second = taken(rows, ours, NOW + SECOND)
    ours.release(rows, first, NOW + SECOND)
    assert slots(rows)[0] == (0, second.until, 2)


def test_a_lease_that_has_ended_is_not_made_longer_by_giving_it_back(rows: Rows) -> None:
    lease = taken(rows, limits())
    limits().release(rows, lease, UNTIL + SECOND)

    assert slots(rows)[0] == (0, UNTIL, 1)


def test_the_reserve_of_an_hour_is_for_reads(rows: Rows) -> None:
    ours = limits(hourly=20, reserve=0.1, concurrency=3)

    def use(*, changes: bool) -> None:
        ours.release(rows, taken(rows, ours, changes=changes), NOW)

    for _ in range(18):
        use(changes=True)
    with pytest.raises(QuotaUsed) as used:
        use(changes=True)
    assert (used.value.name, used.value.retry_at) == (ALL, HOUR + timedelta(hours=1))
    use(changes=False)
    use(changes=False)
    with pytest.raises(QuotaUsed):
        use(changes=False)
    assert quotas(rows) == [("key", ALL, HOUR, 20, None)]
    assert taken(rows, ours, HOUR + timedelta(hours=1)).slot == 0
    assert taken(rows, limits(OTHERS, "another key", hourly=1, reserve=0)).slot == 0


def test_a_call_counts_once_in_each_class_that_it_names(rows: Rows) -> None:
    taken(rows, limits(), classes=(ALL, ALL, LOGIN))

    assert quotas(rows) == [("key", ALL, HOUR, 2, None), ("key", LOGIN, HOUR, 1, None)]


def test_sign_ins_have_an_hour_of_their_own(rows: Rows) -> None:
    ours = limits(logins=1)
    taken(rows, ours, classes=(LOGIN,))

    with pytest.raises(QuotaUsed) as used:
        taken(rows, ours, classes=(ALL, LOGIN))
    assert (used.value.name, used.value.retry_at) == (LOGIN, HOUR + timedelta(hours=1))


def test_no_minute_anywhere_holds_more_mails(rows: Rows) -> None:
    ours = limits(mails=2)

    def mail(now: datetime) -> None:
        ours.release(rows, taken(rows, ours, now, classes=(MAIL,)), now)

    mail(NOW)
    mail(NOW + timedelta(seconds=30))
    assert quotas(rows) == [
        ("key", MAIL, QUARTER, 1, None),
        ("key", MAIL, QUARTER + timedelta(seconds=30), 1, None),
    ]
    for seconds in (30, 45, 69):
        with pytest.raises(QuotaUsed) as used:
            mail(NOW + timedelta(seconds=seconds))
        again = QUARTER + timedelta(seconds=15 * ((5 + seconds) // 15) + 15)
        assert (used.value.name, used.value.retry_at) == (MAIL, again)
    mail(NOW + timedelta(seconds=70))
    with pytest.raises(QuotaUsed):
        mail(NOW + timedelta(seconds=75))
    mail(NOW + timedelta(seconds=100))


def test_all_mails_of_a_minute_may_go_at_once(rows: Rows) -> None:
    ours = limits(mails=2)

    assert [taken(rows, ours, classes=(MAIL,)).slot for _ in range(2)] == [0, 1]
    with pytest.raises(QuotaUsed):
        taken(rows, ours, classes=(MAIL,))


def test_mails_of_another_key_and_calls_of_another_class_count_for_themselves(rows: Rows) -> None:
    before = QUARTER - timedelta(seconds=15)
    for window in (before, QUARTER):
        add(rows, Quota(key_hash="another key", name=MAIL, window=window, used=9))
        add(rows, Quota(key_hash="key", name=ALL, window=window, used=9))

    assert taken(rows, limits(mails=1), classes=(MAIL,)).slot == 0


def test_an_hour_that_bill_com_says_is_used_up_is_closed_for_all_until_the_next(rows: Rows) -> None:
    ours = limits()
    taken(rows, ours)
    taken(rows, limits(OTHERS, "another key"))

    opens = ours.close_hour(rows, NOW, 40.0)

    assert opens == HOUR + timedelta(hours=1, seconds=40)
    assert quotas(rows) == [
        ("another key", ALL, HOUR, 1, None),
        ("key", ALL, HOUR, 1, opens),
        ("key", ALL, HOUR + timedelta(hours=1), 0, opens),
    ]
    for moment in (NOW, HOUR + timedelta(hours=1, seconds=39)):
        with pytest.raises(QuotaUsed):
            taken(rows, limits(OTHERS), moment)
    assert taken(rows, ours, opens).slot == 0
    assert taken(rows, limits("third", "another key"), NOW).slot == 0


def test_what_is_closed_is_this_hour_and_the_next_and_no_other_class(rows: Rows) -> None:
    before, after = HOUR - timedelta(hours=1), HOUR + timedelta(hours=2)
    for name, window in [(ALL, before), (ALL, after), (LOGIN, HOUR)]:
        add(rows, Quota(key_hash="key", name=name, window=window, used=1))

    limits().close_hour(rows, NOW, 0)

    assert [(name, window) for _, name, window, _, closed in quotas(rows) if closed] == [
        (ALL, HOUR),
        (ALL, HOUR + timedelta(hours=1)),
    ]


def test_what_was_used_is_told_for_the_running_hour(rows: Rows) -> None:
    taken(rows, limits(), classes=(ALL, LOGIN))
    taken(rows, limits(), NOW + timedelta(hours=1), classes=(ALL, ALL))
    taken(rows, limits(OTHERS, "another key"), classes=(ALL, ALL, MAIL))

    assert limits().used(rows, NOW) == {ALL: 1, LOGIN: 1}
