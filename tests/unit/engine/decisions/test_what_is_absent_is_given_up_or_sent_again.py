"""What was not sent, or is not there, is given up for good or sent again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.engine.kinds import Finding
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
