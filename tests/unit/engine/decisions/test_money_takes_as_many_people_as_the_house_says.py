"""Who decides: somebody with a name and a reason, and two of them about money where the house says so."""

from __future__ import annotations

import pytest

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.models import OperationState
from tests.unit.engine.decisions.desk import (
    ANN,
    BOTH,
    CANCELLED,
    REJECTED,
    aside,
    chosen,
    decisions,
    kept,
    one,
    stranger,
    told,
)
from tests.unit.engine.planned import OTHERS
from tests.unit.engine.workshop import Vendors, Workshop


@pytest.mark.parametrize(("name", "reason"), [("", "why"), (" ", "why"), ("ann", ""), ("ann", " ")])
def test_a_decision_needs_a_name_and_a_reason(name: str, reason: str) -> None:
    with pytest.raises(NotPossible, match="needs the name"):
        Person(name, reason)


def test_the_second_person_is_somebody_else() -> None:
    with pytest.raises(NotPossible, match="somebody else"):
        Person("ann", "why", " ann ")
    with pytest.raises(NotPossible, match="somebody else"):
        Person(" ann", "why", "ann")
    assert Person("ann", "why", "ben").second == "ben"


@pytest.mark.parametrize("second", ["", " "])
def test_an_empty_name_is_no_second_person(second: str) -> None:
    with pytest.raises(NotPossible, match="somebody else"):
        Person("ann", "why", second)


def test_of_others_and_of_what_is_not_there_nobody_decides(shop: Workshop) -> None:
    shop.plan(1, state=REJECTED, organization_id=OTHERS)

    for number in (1, 2):
        with pytest.raises(NotPossible, match="no such operation"):
            decisions(shop).retry(one(number), ANN)


@pytest.mark.parametrize("act", ["cancel", "resend"])
def test_money_is_decided_about_by_two_where_the_house_says_so(shop: Workshop, act: str) -> None:
    for number in (1, 2, 3):
        aside(shop, number)

    with pytest.raises(NotPossible, match="two people decide"):
        getattr(decisions(shop, Vendors(money=True), people=2), act)(one(1), ANN)
    assert (shop.states()[0], shop.journal()) == ("quarantined", [])
    getattr(decisions(shop, Vendors(money=True), people=2), act)(one(1), BOTH)
    getattr(decisions(shop, Vendors(money=True), people=1), act)(one(2), ANN)
    getattr(decisions(shop, Vendors(money=False), people=2), act)(one(3), ANN)
    assert "quarantined" not in shop.states()
    assert told(shop)[0][2]["second"] == "ben"


@pytest.mark.parametrize("state", [REJECTED, CANCELLED])
def test_refused_money_is_tried_again_by_two_where_the_house_says_so(shop: Workshop, state: OperationState) -> None:
    shop.plan(1, 2, 3, state=state)

    with pytest.raises(NotPossible, match="two people decide"):
        decisions(shop, Vendors(money=True), people=2).retry(one(1), ANN)
    assert shop.states() == [state] * 3
    decisions(shop, Vendors(money=True), people=2).retry(one(1), BOTH)
    decisions(shop, Vendors(money=True), people=1).retry(one(2), ANN)
    decisions(shop, Vendors(money=False), people=2).retry(one(3), ANN)

    assert shop.states().count("planned") == 3
    assert [each[2]["second"] for each in told(shop)] == ["ben", None, None]


def test_parked_money_is_looked_at_again_by_one_alone(shop: Workshop) -> None:
    shop.plan(1, parked="cover")

    decisions(shop, Vendors(money=True), people=2).retry(one(), ANN)

    assert shop.operation(1).parked is None


def test_money_is_adopted_by_two(shop: Workshop) -> None:
    aside(shop)

    with pytest.raises(NotPossible, match="two people decide"):
        decisions(shop, Vendors(money=True), people=2).adopt(one(), stranger(shop), ANN)


def test_money_is_taken_by_two(shop: Workshop) -> None:
    kept(shop, 1)
    careful = decisions(shop, Vendors(money=True), people=2)

    with pytest.raises(NotPossible, match="two people decide"):
        careful.take("vendor", chosen(1), ANN, what="payment 7")
    assert shop.states() == ["planned"]
    careful.take("vendor", chosen(1), BOTH, what="payment 7")
    assert told(shop)[0][2]["second"] == "ben"
