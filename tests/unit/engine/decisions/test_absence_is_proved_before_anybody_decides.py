"""How long a person is asked to wait until it is certain that nothing happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.engine.kinds import Absent, Finding, Policy
from flask_billcom.models import Session as SessionRow
from tests.unit.engine.decisions.desk import ANN, aside, decisions, one
from tests.unit.engine.planned import add, call
from tests.unit.engine.workshop import Vendors, Workshop

SECOND = timedelta(seconds=1)
UNFENCED = Policy(Absent.RESEND, resends=1, fenced=False)


def wait_of(shop: Workshop, kind: Vendors | None = None) -> int | None:
    """Return for how many seconds a person is asked to wait, or None where absence is proved."""
    try:
        decisions(shop, kind).cancel(one(), ANN)
    except NotPossible as error:
        _, _, said = str(error).partition("try again in ")
        seconds, _, now = said.partition(" s")
        return int(seconds) if now == f" (now {shop.now.isoformat(timespec='seconds')})" else -1
    return None


@pytest.mark.parametrize(("ahead_s", "seconds"), [(0, None), (1, 30), (90, 90)])
def test_absence_is_waited_for(shop: Workshop, ahead_s: int, seconds: int | None) -> None:
    aside(shop, absent_after=shop.now + ahead_s * SECOND)

    assert wait_of(shop) == seconds


def test_bill_coms_clock_counts_as_well(shop: Workshop) -> None:
    aside(shop)
    kind = Vendors(finding=lambda finding: replace(finding, server_date=shop.now - 70 * SECOND))

    assert wait_of(shop, kind) == 70


def test_without_bill_coms_time_nothing_is_proved(shop: Workshop) -> None:
    aside(shop)

    assert wait_of(shop, Vendors(hidden=True)) == 30
    assert wait_of(shop, Vendors(finding=lambda _found: Finding())) == 30


def test_what_was_never_sent_has_nothing_to_wait_for(shop: Workshop) -> None:
    aside(shop, absent_after=None)

    assert wait_of(shop) is None


def dead(shop: Workshop, seconds: float | None, *, there: float = 0.0) -> None:
    """Let the session that carried the attempt have died so long ago, by our clock and by Bill.com's."""
    at = None if seconds is None else shop.now - timedelta(seconds=seconds)
    with shop.store.write() as rows:
        add(
            rows,
            SessionRow(
                organization_id=shop.organization_id,
                gen=1,
                state="dead",
                dead_at=at,
                dead_server_date=None if at is None else at + timedelta(seconds=there),
            ),
            SessionRow(organization_id=shop.organization_id, gen=2, state="dead", dead_at=shop.now),
        )


@pytest.mark.parametrize(
    ("seconds", "there", "wait"),
    [(900, 0, None), (800, 0, 100), (800, -50, 100), (900, 50, 50), (1000, 0, None), (None, 0, 900)],
)
def test_the_session_of_a_silent_attempt_must_be_dead_for_the_whole_grace(
    shop: Workshop, seconds: float | None, there: float, wait: int | None
) -> None:
    aside(shop, unsafe_gen=1)
    dead(shop, seconds, there=there)

    assert wait_of(shop) == wait


def test_where_no_fence_is_needed_no_session_has_to_be_dead(shop: Workshop) -> None:
    aside(shop, unsafe_gen=1)
    dead(shop, None)

    assert wait_of(shop, Vendors(policy=UNFENCED)) is None


@pytest.mark.parametrize(("ago_s", "wait"), [(300, None), (250, 50), (301, None)])
def test_a_refusal_is_believed_after_the_doubt_by_bill_coms_clock(shop: Workshop, ago_s: int, wait: int | None) -> None:
    with shop.store.write() as rows:
        known = {"organization_id": shop.organization_id, "outcome": "error"}
        add(rows, call(1, shop.now, server_date=shop.now - ago_s * SECOND, **known))
    aside(shop, answered=True, call_id=UUID(int=5001), absent_after=shop.now - timedelta(days=1))

    assert wait_of(shop) == wait
    if wait is not None:
        assert wait_of(shop, Vendors(hidden=True)) == 300


@pytest.mark.parametrize("name", ["unknown_since", "created_at"])
def test_a_refusal_without_a_date_counts_as_no_answer(shop: Workshop, name: str) -> None:
    known: dict[str, Any] = {name: shop.now - 850 * SECOND}
    aside(shop, answered=True, absent_after=shop.now, **known)

    assert wait_of(shop) == 50
