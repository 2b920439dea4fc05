"""Large adjustments wait for people, never for the one who asked; a write-off always does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Audit

from .conftest import MakeOffice, Office


@pytest.fixture
def careful(make_office: MakeOffice) -> Office:
    return make_office(approval_threshold_cents=1000)


def test_a_small_one_is_booked_at_once(careful: Office) -> None:
    assert careful.adjust("ann", "fine", "9.99").state == "booked"


def test_a_large_one_waits_for_another_person(careful: Office) -> None:
    asked = careful.adjust("ann", "fine", "10.00")
    assert (asked.state, asked.missing) == ("proposed", 1)
    assert careful.balance("ann").owes_cents == 0

    booked = careful.decide("approve_adjustment", asked)

    assert (booked.state, booked.approver) == ("booked", "Bob")
    assert careful.balance("ann").owes_cents == 1000
    careful.check()


@pytest.mark.parametrize("name", ["Ann", "ann ", "ANN"])
def test_who_asked_does_not_approve(careful: Office, name: str) -> None:
    asked = careful.adjust("ann", "bonus", "10.00")

    with pytest.raises(NotPossible, match="somebody else"):
        careful.decide("approve_adjustment", asked, actor=name)

    assert careful.balance("ann").available_cents == 0


def test_two_people_means_two_different_people(make_office: MakeOffice) -> None:
    office = make_office(approval_threshold_cents=1000, approvers=2)
    asked = office.adjust("ann", "bonus", "10.00")

    for _ in range(2):
        assert office.decide("approve_adjustment", asked).missing == 1
    booked = office.decide("approve_adjustment", asked, actor="Cleo")

    assert (booked.state, booked.approver, booked.missing) == ("booked", "Bob, Cleo", 0)
    office.check()


def test_one_that_was_denied_is_not_approved_any_more(careful: Office) -> None:
    asked = careful.adjust("ann", "fine", "10.00")

    assert careful.decide("deny_adjustment", asked).state == "denied"

    with pytest.raises(NotPossible, match="denied"):
        careful.decide("approve_adjustment", asked, actor="Cleo")
    assert careful.adjust("ann", "fine", "10.00").state == "denied"
    assert careful.balance("ann").owes_cents == 0


def test_approving_twice_books_once(careful: Office) -> None:
    asked = careful.adjust("ann", "bonus", "10.00")
    careful.decide("approve_adjustment", asked)

    with pytest.raises(NotPossible, match="booked"):
        careful.decide("approve_adjustment", asked, actor="Cleo")

    assert careful.balance("ann").available_cents == 1000
    careful.check()


def test_a_look_approves_nothing(careful: Office) -> None:
    asked = careful.adjust("ann", "bonus", "10.00")

    assert careful.decide("approve_adjustment", asked, dry_run=True).missing == 1

    assert [each.state for each in careful.adjustments("ann")] == ["proposed"]


def test_settings_that_changed_since_let_nothing_go(careful: Office) -> None:
    asked = careful.adjust("ann", "bonus", "10.00")
    careful.world.restart(approval_threshold_cents=None)

    assert careful.decide("approve_adjustment", asked, dry_run=True).missing == 1
    assert careful.decide("approve_adjustment", asked).state == "booked"


def test_who_asked_and_who_approved_stands_in_the_audit_trail(careful: Office) -> None:
    careful.decide("approve_adjustment", careful.adjust("ann", "fine", "10.00"))

    trail = careful.world.rows(Audit, Audit.subject_type == "adjustment")
    assert [(act.action, act.actor) for act in trail] == [
        ("adjustment_proposed", "Ann"),
        ("adjustment_approved", "Bob"),
        ("adjustment_booked", "Bob"),
    ]


def test_the_same_reference_is_the_same_adjustment(office: Office) -> None:
    first = office.adjust("ann", "fine", "3.00")
    again = office.adjust("ann", "fine", "3.00", actor="Bob")

    assert again == first
    assert office.balance("ann").owes_cents == 300


@pytest.mark.parametrize(
    ("kind", "dollars", "reason", "word"),
    [
        ("bonus", "3.00", "late again", "kind"),
        ("fine", "3.01", "late again", "amount"),
        ("fine", "3.00", "x", "reason"),
    ],
)
def test_the_same_reference_with_another_content_is_refused(
    office: Office, kind: str, dollars: str, reason: str, word: str
) -> None:
    office.adjust("ann", "fine", "3.00")

    with pytest.raises(NotPossible, match=f"another {word}"):
        office.adjust("ann", kind, dollars, reason=reason)

    assert office.balance("ann").owes_cents == 300


@pytest.mark.parametrize("dollars", ["0.00", "-1.00", "0.001", "NaN", "99999999999.00"])
def test_an_amount_that_is_none_is_refused(office: Office, dollars: str) -> None:
    with pytest.raises(NotPossible):
        office.adjust("ann", "fine", dollars)


def test_an_amount_that_is_no_decimal_is_refused(office: Office) -> None:
    for amount in (1, 1.5, "1.00"):
        with pytest.raises(TypeError, match="Decimal"):
            office.call("adjust", "seller", "ann", kind="fine", amount=amount, reference="x", reason="x", actor="Ann")


@pytest.mark.parametrize("values", [{"reason": " "}, {"reference": ""}, {"actor": ""}, {"reference": "x" * 81}])
def test_words_that_say_nothing_are_refused(office: Office, values: dict[str, str]) -> None:
    with pytest.raises(NotPossible):
        office.adjust("ann", "fine", "1.00", **values)


def test_a_kind_that_is_none_is_refused(office: Office) -> None:
    with pytest.raises(NotPossible, match="fine, charge, bonus, credit"):
        office.adjust("ann", "gift", "1.00")


def test_an_order_of_somebody_else_is_refused(make_office: MakeOffice) -> None:
    office = make_office("ann", "bob")
    order = office.world.settle(("bob", "5.00"))
    with office.world.app() as session, pytest.raises(NotPossible, match="no line"):
        office.adjust("ann", "fine", "1.00", order=session.get(office.world.shop.Order, int(order)))


def test_a_rehearsal_writes_nothing(office: Office) -> None:
    planned = office.adjust("ann", "fine", "3.00", dry_run=True)

    assert (planned.id, planned.state, planned.is_dry_run, planned.amount) == (None, "booked", True, Decimal("3.00"))
    assert office.adjustments("ann") == []
    assert office.balance("ann").owes_cents == 0
