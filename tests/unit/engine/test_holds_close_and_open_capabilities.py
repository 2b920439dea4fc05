"""Capability holds on their own: what they close, who probes them, who opens them again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from flask_billcom.clock import ManualClock
from flask_billcom.engine.holds import PROBE_EVERY, Parking
from flask_billcom.models import Hold
from flask_billcom.store import Rows
from tests.unit.engine.planned import OTHERS, OURS, acts, add

SECOND = timedelta(seconds=1)


@pytest.fixture
def parking(clock: ManualClock) -> Parking:
    return Parking(OURS, clock)


def hold(number: int, now: datetime, **values: Any) -> Hold:
    known = {
        "id": UUID(int=number),
        "organization_id": OURS,
        "scope": "capability",
        "scope_id": "payouts",
        "reason": f"reason {number}",
        "actor": "engine",
        "placed_at": now,
    }
    return Hold(**{**known, **values})


def holds(rows: Rows) -> list[Hold]:
    found = rows.all(select(Hold).order_by(Hold.id))
    rows.session.expunge_all()
    return found


def released(rows: Rows) -> list[int]:
    return [each.id.int for each in holds(rows) if each.released_at is not None]


@pytest.mark.parametrize(
    ("values", "closed"),
    [
        ({}, True),
        ({"scope_id": "all"}, True),
        ({"scope": "organization", "scope_id": ""}, True),
        ({"scope_id": "charges"}, False),
        ({"scope_id": "login"}, False),
        ({"scope": "party", "scope_id": "payouts"}, False),
        ({"organization_id": OTHERS}, False),
        ({"released_at": True}, False),
        ({"probe_after": SECOND}, True),
        ({"probe_after": timedelta(0)}, False),
        ({"probe_after": -SECOND}, False),
    ],
)
def test_a_capability_is_closed_by_its_holds_and_those_on_everything(
    rows: Rows,
    clock: ManualClock,
    parking: Parking,
    values: dict[str, Any],
    closed: bool,  # noqa: FBT001
) -> None:
    now = clock.now()
    if "released_at" in values:
        values = {**values, "released_at": now}
    if "probe_after" in values:
        values = {**values, "probe_after": now + values["probe_after"]}
    add(rows, hold(1, now, **values))

    assert parking.is_closed(rows, now, "payouts") is closed


def test_one_of_several_capabilities_is_enough(rows: Rows, clock: ManualClock, parking: Parking) -> None:
    add(rows, hold(1, clock.now()))

    assert parking.is_closed(rows, clock.now(), "charges", "payouts")
    assert not parking.is_closed(rows, clock.now(), "charges", "mail")


@pytest.mark.parametrize(
    ("values", "barred"),
    [
        ({"scope_id": "all"}, True),
        ({"scope_id": "login"}, True),
        ({"scope_id": "payouts"}, False),
        ({"scope": "organization", "scope_id": ""}, False),
        ({"scope_id": "login", "organization_id": OTHERS}, False),
    ],
)
def test_signing_in_is_barred_only_by_what_concerns_it(
    rows: Rows,
    clock: ManualClock,
    parking: Parking,
    values: dict[str, Any],
    barred: bool,  # noqa: FBT001
) -> None:
    add(rows, hold(1, clock.now(), **values))

    assert parking.bars_signing_in(rows, clock.now()) is barred


def test_a_due_probe_is_taken_by_one_call_and_the_others_wait(rows: Rows, clock: ManualClock, parking: Parking) -> None:
    now = clock.now()
    add(
        rows,
        hold(1, now, probe_after=now),
        hold(2, now, probe_after=now - SECOND, scope_id="all"),
        hold(3, now, probe_after=now, scope_id="charges"),
        hold(4, now, probe_after=now, organization_id=OTHERS),
        hold(5, now, probe_after=now, released_at=now),
        hold(6, now, probe_after=now, scope="organization", scope_id=""),
    )

    assert parking.admits(rows, now, "payouts") is True
    probes = {each.id.int: each.probe_after for each in holds(rows)}
    assert probes == {1: now + PROBE_EVERY, 2: now + PROBE_EVERY, 3: now, 4: now, 5: now, 6: now}
    assert parking.is_closed(rows, now, "payouts")
    assert parking.admits(rows, now, "payouts") is False
    assert parking.admits(rows, now + PROBE_EVERY, "payouts") is True


@pytest.mark.parametrize(
    "closed",
    [
        {},
        {"scope_id": "all"},
        {"scope": "organization", "scope_id": ""},
        {"probe_after": SECOND},
    ],
)
def test_nothing_is_probed_while_anything_is_closed(
    rows: Rows, clock: ManualClock, parking: Parking, closed: dict[str, Any]
) -> None:
    now = clock.now()
    if "probe_after" in closed:
        closed = {**closed, "probe_after": now + closed["probe_after"]}
    add(rows, hold(1, now, probe_after=now), hold(2, now, **closed))

    assert parking.admits(rows, now, "payouts") is False
    assert next(each for each in holds(rows) if each.id.int == 1).probe_after == now


def test_what_is_held_elsewhere_keeps_no_call_back(rows: Rows, clock: ManualClock, parking: Parking) -> None:
    now = clock.now()
    add(
        rows,
        hold(1, now, scope_id="charges"),
        hold(2, now, organization_id=OTHERS),
        hold(3, now, released_at=now),
        hold(4, now, scope="party", scope_id="payouts"),
    )

    assert parking.admits(rows, now, "payouts") is True


def test_a_hold_says_what_it_closes_and_why(rows: Rows, clock: ManualClock, parking: Parking) -> None:
    now, probe = clock.now() - SECOND, clock.now() + PROBE_EVERY

    parking.close(rows, "BDC_1361: words", now, capability="payouts", probe_after=probe)

    (only,) = holds(rows)
    assert (only.organization_id, only.scope, only.scope_id, only.reason) == (
        OURS,
        "capability",
        "payouts",
        "BDC_1361: words",
    )
    assert (only.actor, only.placed_at, only.probe_after, only.released_at) == ("engine", now, probe, None)
    detail = {"scope": "capability", "capability": "payouts", "reason": "BDC_1361: words"}
    assert acts(rows) == [("hold_placed", "hold", only.id.int, detail, "engine", OURS, clock.now())]


def test_without_a_name_everything_is_closed_and_a_person_can_stop_the_organization(
    rows: Rows, clock: ManualClock, parking: Parking
) -> None:
    now = clock.now()
    parking.close(rows, "sign-in refused", now)
    parking.close(rows, "stopped", now, scope="organization", actor="eve")

    first, second = holds(rows)
    assert (first.scope, first.scope_id, first.actor, first.probe_after) == ("capability", "all", "engine", None)
    assert (second.scope, second.scope_id, second.actor) == ("organization", "", "eve")
    assert acts(rows)[1][3:5] == ({"scope": "organization", "capability": "", "reason": "stopped"}, "eve")


def test_a_hold_that_is_there_only_gets_the_new_probe(rows: Rows, clock: ManualClock, parking: Parking) -> None:
    now = clock.now()
    add(
        rows,
        hold(1, now, reason="why"),
        hold(2, now, reason="why", released_at=now),
        hold(3, now, reason="else"),
        hold(4, now, reason="why", scope_id="charges"),
        hold(5, now, reason="why", organization_id=OTHERS),
        hold(6, now, reason="why", scope="party"),
    )

    parking.close(rows, "why", now + SECOND, capability="payouts", probe_after=now + PROBE_EVERY)

    found = holds(rows)
    assert [each.probe_after for each in found] == [now + PROBE_EVERY, None, None, None, None, None]
    assert found[0].placed_at == now
    assert acts(rows) == []


def test_the_engines_holds_are_reopened_and_those_of_people_stay(
    rows: Rows, clock: ManualClock, parking: Parking
) -> None:
    now = clock.now()
    add(
        rows,
        hold(1, now),
        hold(2, now, scope_id="charges"),
        hold(3, now, scope_id="all"),
        hold(4, now, actor="eve"),
        hold(5, now, scope="organization", scope_id=""),
        hold(6, now, organization_id=OTHERS),
        hold(7, now, released_at=now - SECOND, released_by="eve"),
        hold(8, now, scope="party", scope_id="payouts"),
    )

    assert [each.int for each in parking.reopen(rows, "ann", "payouts", "charges")] == [1, 2]

    assert released(rows) == [1, 2, 7]
    first, *_, seventh, _ = holds(rows)
    assert (first.released_at, first.released_by) == (now, "ann")
    assert (seventh.released_at, seventh.released_by) == (now - SECOND, "eve")
    assert acts(rows) == [("hold_released", "hold", number, {}, "ann", OURS, now) for number in (1, 2)]


def test_a_trusted_session_opens_payouts_and_charges(rows: Rows, clock: ManualClock, parking: Parking) -> None:
    now = clock.now()
    add(rows, *[hold(n, now, scope_id=name) for n, name in enumerate(["payouts", "charges", "mail", "all"], 1)])

    parking.reopen_payments(rows, "ann")

    assert released(rows) == [1, 2]
    assert {act[4] for act in acts(rows)} == {"ann"}


@pytest.mark.parametrize(
    ("values", "opened"),
    [
        ({}, [1, 2, 3]),
        ({"scope_id": "all"}, [1, 2, 3]),
        ({"scope_id": "charges"}, []),
        ({"organization_id": OTHERS}, []),
        ({"released_at": timedelta(0)}, [1]),
        ({"probe_after": None}, []),
        ({"placed_at": timedelta(0)}, []),
    ],
    ids=str,
)
def test_a_probe_that_went_through_opens_what_was_closed_before_it(
    rows: Rows, clock: ManualClock, parking: Parking, values: dict[str, Any], opened: list[int]
) -> None:
    started = clock.now()
    known = {"placed_at": started - SECOND, "probe_after": started, **values}
    known = {key: started if value == timedelta(0) else value for key, value in known.items()}
    add(rows, hold(1, started, **known))
    if "scope_id" not in values or values["scope_id"] == "all":
        # What waits for no probe opens with what has just been proved, on everything and on this capability.
        add(rows, hold(2, started), hold(3, started, scope_id="all"))

    parking.proved(rows, started, "payouts")

    assert released(rows) == opened
    if 2 in opened:
        assert {act[4] for act in acts(rows)} == {"engine"}
