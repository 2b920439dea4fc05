"""What was not sent, or is not there, is given up for good or sent again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.engine.kinds import Finding, Remote
from flask_billcom.models import OperationState
from tests.unit.engine.decisions.desk import (
    ANN,
    CANCELLED,
    DONE,
    PLANNED,
    REJECTED,
    aside,
    decisions,
    detail,
    one,
    stranger,
    told,
)
from tests.unit.engine.workshop import Vendors, Workshop


def test_what_is_planned_is_given_up_at_once_and_what_was_reserved_is_given_back(shop: Workshop) -> None:
    shop.plan(1, parked="cover")
    kind = Vendors(money=True)

    decisions(shop, kind, people=2).cancel(one(), ANN)

    row = shop.operation(1)
    assert (row.state, row.parked) == ("cancelled", None)
    assert kind.dropped_numbers == [1]
    assert told(shop) == [("operation_cancelled", 1, detail(), "ann")]
    assert shop.journal() == []


@pytest.mark.parametrize("state", [DONE, OperationState.SENDING, OperationState.UNKNOWN, REJECTED, CANCELLED])
def test_what_is_neither_planned_nor_set_aside_is_not_given_up(shop: Workshop, state: OperationState) -> None:
    shop.plan(1, state=state)

    with pytest.raises(NotPossible, match=f"the operation is {state}; only a planned"):
        decisions(shop).cancel(one(), ANN)
    assert shop.states() == [state]


def test_what_is_absent_is_given_up(shop: Workshop) -> None:
    aside(shop)
    kind = Vendors()

    decisions(shop, kind).cancel(one(), ANN)

    assert (shop.states(), kind.dropped_numbers) == (["cancelled"], [1])
    assert told(shop) == [("operation_cancelled", 1, detail(), "ann")]


def test_what_cannot_be_its_effect_does_not_keep_it_from_being_given_up(shop: Workshop) -> None:
    aside(shop)
    made = stranger(shop)
    kind = Vendors(finding=lambda finding: replace(finding, apart=True))

    with pytest.raises(NotPossible, match="1 effects stand under"):
        decisions(shop, kind).resend(one(), ANN)
    decisions(shop, kind).cancel(one(), ANN)

    assert told(shop) == [("operation_cancelled", 1, detail(not_ours=[made]), "ann")]


def test_each_effect_that_stands_in_the_way_is_named_with_its_time(shop: Workshop) -> None:
    aside(shop)
    made = Remote("00901", None, datetime(2026, 3, 2, 9, 30, 5, 250, tzinfo=UTC))
    shown = Finding([made, Remote("00902", None)], [True, True], shop.now)

    with pytest.raises(NotPossible) as caught:
        decisions(shop, Vendors(finding=lambda _found: shown)).cancel(one(), ANN)

    named = "(00901 of 2026-03-02T09:30:05+00:00, 00902 of an unknown time)"
    assert str(caught.value) == (
        f"it may have happened: 2 effects stand under its natural key {named}; "
        "adopt it with its id, or void, delete or mend it at Bill.com first"
    )


def gone(made_before_s: float | None) -> Callable[[Finding], Finding]:
    """Return what shows that all that stands there was taken back, made so long before the first attempt."""

    def of(finding: Finding) -> Finding:
        (match,) = finding.matches
        assert match.created is not None
        made = None if made_before_s is None else match.created - timedelta(seconds=made_before_s)
        return replace(finding, matches=[replace(match, created=made, gone=True)])

    return of


@pytest.mark.parametrize("act", ["cancel", "resend"])
@pytest.mark.parametrize("before_s", [0, 181, None])
def test_a_deleted_object_does_not_stand_against_the_absence(shop: Workshop, act: str, before_s: float | None) -> None:
    aside(shop)
    stranger(shop)

    with pytest.raises(NotPossible, match=r"1 effects stand under its natural key \(009"):
        getattr(decisions(shop), act)(one(), ANN)
    getattr(decisions(shop, Vendors(finding=gone(before_s))), act)(one(), ANN)

    assert shop.states() == [{"cancel": "cancelled", "resend": "planned"}[act]]


@pytest.mark.parametrize("act", ["cancel", "resend"])
@pytest.mark.parametrize(("before_s", "may_be_ours"), [(181, False), (180, True), (None, True)])
def test_a_payment_that_was_taken_back_is_adopted_if_it_may_be_ours(
    shop: Workshop, act: str, before_s: float | None, *, may_be_ours: bool
) -> None:
    aside(shop, first_sent_at=shop.now)
    stranger(shop)
    kind = Vendors(money=True, finding=gone(before_s))

    if may_be_ours:
        with pytest.raises(NotPossible, match="adopt it with its id, or void, delete or mend it"):
            getattr(decisions(shop, kind), act)(one(), ANN)
    else:
        getattr(decisions(shop, kind), act)(one(), ANN)

    left = "quarantined" if may_be_ours else {"cancel": "cancelled", "resend": "planned"}[act]
    assert shop.states() == [left]


def test_the_parts_of_an_effect_are_given_up_and_sent_again_together(shop: Workshop) -> None:
    aside(shop, 1)
    aside(shop, 2)
    shop.plan(3)
    kind = Vendors(followers=("part",))

    decisions(shop, kind).resend(one(), ANN)
    assert shop.states() == ["planned", "planned", "planned"]
    decisions(shop, kind).cancel(one(), ANN)
    assert shop.states() == ["cancelled"] * 3
    assert kind.dropped_numbers == [1, 2, 3]


def test_what_is_absent_is_sent_again(shop: Workshop) -> None:
    aside(shop, call_id=one(9), call_pos=4, not_before=shop.now - timedelta(days=1))

    decisions(shop).resend(one(), ANN)

    row = shop.operation(1)
    assert (row.state, row.call_id, row.call_pos, row.not_before) == ("planned", None, None, shop.now)
    assert told(shop) == [("operation_resent", 1, detail(), "ann")]


@pytest.mark.parametrize("act", ["resend", "adopt"])
@pytest.mark.parametrize("state", [PLANNED, DONE, REJECTED, OperationState.UNKNOWN])
def test_only_what_is_set_aside_is_sent_again_or_adopted(shop: Workshop, act: str, state: OperationState) -> None:
    shop.plan(1, state=state)
    given = ("00901",) if act == "adopt" else ()

    with pytest.raises(NotPossible, match=f"the operation is {state}, not quarantined"):
        getattr(decisions(shop), act)(one(), *given, ANN)


@pytest.mark.parametrize(
    ("finding", "why"),
    [
        (Finding(conflict="two of it"), "two of it"),
        (Finding(blocked="a closed list"), "a closed list"),
    ],
)
@pytest.mark.parametrize("act", ["cancel", "resend"])
def test_what_may_have_happened_is_neither_given_up_nor_sent_again(
    shop: Workshop, act: str, finding: Finding, why: str
) -> None:
    aside(shop)

    with pytest.raises(NotPossible, match=f"it may have happened: {why}"):
        getattr(decisions(shop, Vendors(finding=lambda _found: finding)), act)(one(), ANN)
    assert shop.states() == ["quarantined"]
