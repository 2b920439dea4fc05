"""A seller's reserve is shown as kept, and no run pays it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from .conftest import MakeOffice, Office


@pytest.fixture
def careful(make_office: MakeOffice) -> Office:
    """Give an office that keeps a tenth, and has sold for 90.00 and for 10.00."""
    office = make_office(reserve_percent=Decimal(10))
    office.world.settle(("ann", "90.00"))
    office.world.settle(("ann", "10.00"))
    office.go()
    return office


def test_a_share_of_what_was_earned_is_kept(careful: Office) -> None:
    balance = careful.balance("ann")

    assert (balance.available_cents, balance.kept_cents, balance.earned_cents) == (9000, 1000, 10000)
    assert balance.kept == Decimal("10.00")


def test_what_is_kept_is_what_no_run_pays(careful: Office) -> None:
    careful.release_everything()
    with careful.world.app():
        careful.world.shop.billcom.payout_run()

    balance = careful.balance("ann")
    assert (balance.available_cents, balance.kept_cents, balance.reserved_cents) == (0, 1000, 9000)


def test_what_is_held_counts_towards_it(careful: Office) -> None:
    careful.dispute("2")
    balance = careful.balance("ann")
    assert (balance.available_cents, balance.held_cents, balance.kept_cents) == (9000, 1000, 0)

    careful.dispute("1", reference="D-2")
    balance = careful.balance("ann")
    assert (balance.available_cents, balance.held_cents, balance.kept_cents) == (0, 10000, 0)


def test_a_bonus_in_dispute_is_held(careful: Office) -> None:
    with careful.world.app() as session:
        order = session.get(careful.world.shop.Order, 2)
        careful.adjust("ann", "bonus", "5.00", order=order)
    careful.dispute("2")

    balance = careful.balance("ann")
    assert (balance.held_cents, balance.available_cents, balance.earned_cents) == (1500, 9000, 10500)


def test_staff_see_what_is_kept(careful: Office) -> None:
    with careful.world.app():
        lists = careful.world.shop.billcom.lists()
        (party,) = lists.parties(role="vendor").items
        sheet = lists.party(party.id.hex)

    assert sheet is not None
    assert sheet.balance is not None
    assert sheet.balance.kept_cents == 1000
