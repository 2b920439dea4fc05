"""The debt of a seller who has left is given up by two people."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.ledger import Account, trial_balance

from .conftest import Office


@pytest.fixture
def owing(office: Office) -> Office:
    """Give an office whose seller owes 10.00."""
    office.adjust("ann", "fine", "10.00")
    return office


def written_off(office: Office) -> int:
    with office.world.store.read() as rows:
        return trial_balance(rows, office.world.organization_id)[Account.WRITE_OFF]


def test_a_write_off_waits_for_another_person_always(owing: Office) -> None:
    asked = owing.write_off("ann")
    assert (asked.state, asked.cents, asked.missing) == ("proposed", 1000, 1)
    assert (owing.balance("ann").owes_cents, written_off(owing)) == (1000, 0)

    with pytest.raises(NotPossible, match="somebody else"):
        owing.decide("approve_adjustment", asked, actor="Ann")
    owing.decide("approve_adjustment", asked)

    assert (owing.balance("ann").owes_cents, written_off(owing)) == (0, 1000)
    owing.check()


def test_a_second_person_at_hand_books_it_at_once(owing: Office) -> None:
    done = owing.write_off("ann", second="Bob", amount=Decimal("4.00"))

    assert (done.state, done.approver) == ("booked", "Bob")
    assert (owing.balance("ann").owes_cents, written_off(owing)) == (600, 400)
    owing.check()


def test_a_second_click_gives_up_nothing_more(owing: Office) -> None:
    first = owing.write_off("ann", second="Bob")

    assert owing.write_off("ann", second="Bob") == first
    assert written_off(owing) == 1000


def test_the_second_person_is_somebody_else(owing: Office) -> None:
    with pytest.raises(NotPossible, match="somebody else"):
        owing.write_off("ann", second="Ann")


def test_no_more_is_written_off_than_is_owed(owing: Office) -> None:
    with pytest.raises(NotPossible, match=r"owes 10\.00 dollars"):
        owing.write_off("ann", amount=Decimal("10.01"), second="Bob")

    assert owing.adjustments("ann")[-1].kind == "fine"


def test_a_debt_that_was_taken_off_a_bill_meanwhile_is_not_written_off_too(owing: Office) -> None:
    asked = owing.write_off("ann")
    owing.world.settle(("ann", "6.00"))
    owing.go()

    with pytest.raises(NotPossible, match=r"owes 4\.00 dollars"):
        owing.decide("approve_adjustment", asked)

    assert (owing.balance("ann").owes_cents, written_off(owing)) == (400, 0)
    owing.check()


def test_nothing_owed_is_nothing_to_write_off(office: Office) -> None:
    with pytest.raises(NotPossible, match="owes nothing"):
        office.write_off("ann")
