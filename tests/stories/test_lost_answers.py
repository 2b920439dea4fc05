"""Answers that never come, connections that are refused, and sessions that end."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flask_billcom.engine.decisions import NotPossible
from tests.stories.conftest import Begin
from tests.stories.town import Order, Town

TEN = ("ann", "10.00", "1.00")
MUTE = ["timeout_after", "timeout_before", "reset_after", "http_5xx_after", "garbage", "empty"]


@pytest.mark.parametrize("fault", MUTE)
def test_a_payout_whose_answer_is_lost_is_paid_once(town: Town, fault: str) -> None:
    town.sold(TEN, bank_days=5)
    town.breaks(fault, "PayBills")
    town.waits(bank_days=5)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


@pytest.mark.parametrize(
    ("fault", "endpoint"),
    [
        ("timeout_after", "Bulk/Crud/Create/Invoice"),
        ("http_5xx_before", "Bulk/Crud/Create/Invoice"),
        ("timeout_after", "Bulk/Crud/Create/Bill"),
        ("http_5xx_before", "Bulk/Crud/Create/Bill"),
        ("timeout_after", "ChargeCustomer"),
    ],
)
def test_whatever_answer_is_lost_the_order_is_made_once_and_paid_out(town: Town, endpoint: str, fault: str) -> None:
    town.breaks(fault, endpoint)
    town.sells(TEN, ("bo", "5.00", "0.50"))
    town.passes()
    town.waits(bank_days=10)

    town.ends(collected="15.00", paid_out="13.50", fees="1.50")


def test_a_charge_that_vanished_is_sent_again_by_a_person_alone(town: Town) -> None:
    town.breaks("timeout_before", "ChargeCustomer")
    town.sells(TEN)
    town.passes()
    town.waits(bank_days=2)
    (lost,) = town.operations("charge", "quarantined")
    assert town.calls("ChargeCustomer") == 1
    town.billcom.resolve(lost.id, actor="eve", reason="Ada's bank shows no debit", second="bob")
    town.passes()
    town.waits(bank_days=9)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def loses_a_charge(begin: Begin) -> tuple[Town, Order]:
    """Let the charge of an order vanish on its way."""
    town = begin()
    town.lives_through(charge_vanishes)
    return town, town.orders[-1]


def charge_vanishes(town: Town) -> None:
    """Sell, and let the charge vanish."""
    town.breaks("timeout_before", "ChargeCustomer")
    town.sells(TEN)
    town.world.advance(seconds=5)
    town.world.run_until(lambda: town.operations("charge", "unknown") != [], within=600)


def gives_up_the_charge(town: Town) -> None:
    """Let two people say that the charge never was."""
    (lost,) = town.operations("charge", "quarantined")
    town.billcom.cancel_operation(lost.id, actor="eve", reason="Ada paid four dollars herself", second="bob")


def test_a_part_paid_by_link_is_not_the_charge_that_vanished_and_the_rest_follows(begin: Begin) -> None:
    town, order = loses_a_charge(begin)
    town.pays_by_link(order, amount="4.00")
    town.waits(bank_days=2)
    (lost,) = town.operations("charge", "quarantined")
    with pytest.raises(NotPossible, match="may have happened"):
        town.billcom.resolve(lost.id, actor="eve", reason="again", second="bob")
    gives_up_the_charge(town)
    town.waits(bank_days=2)
    town.pays_by_link(order)
    town.waits(bank_days=10)

    assert town.calls("ChargeCustomer") == 1
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_the_rest_may_be_recorded_when_a_charge_is_given_up_beside_a_part(begin: Begin) -> None:
    town, order = loses_a_charge(begin)
    town.pays_by_link(order, amount="4.00")
    town.waits(bank_days=2)
    gives_up_the_charge(town)
    town.waits(bank_days=2)
    today = town.world.clock.now().astimezone(town.world.settings.zone).date()
    town.billcom.record_payment(order, amount=Decimal("6.00"), date=today, reference="check 7", actor="eve")
    town.waits(bank_days=10)

    town.ends(collected="4.00", outside="6.00", paid_out="9.00", fees="1.00")


def test_a_charge_beside_a_part_is_not_given_up_while_it_could_still_land(begin: Begin) -> None:
    town, order = loses_a_charge(begin)
    town.pays_by_link(order, amount="4.00")
    town.world.run_until(lambda: town.operations("charge", "quarantined") != [], within=300)

    with pytest.raises(NotPossible, match="cannot be proved yet"):
        gives_up_the_charge(town)
    town.waits(bank_days=1)
    town.passes(seconds=1000)
    gives_up_the_charge(town)

    assert len(town.operations("charge", "cancelled")) == 1


def test_a_payment_of_which_a_part_was_taken_off_may_be_the_charge(begin: Begin) -> None:
    town, order = loses_a_charge(begin)
    town.pays_by_link(order, amount="4.00", on_top="6.00")
    town.waits(bank_days=2)

    with pytest.raises(NotPossible, match="may have happened"):
        gives_up_the_charge(town)


def test_a_packet_that_lands_ten_minutes_late_pays_once(town: Town) -> None:
    town.sold(TEN, bank_days=5)
    town.breaks("late_effect", "PayBills", seconds=500)
    town.waits(bank_days=5)

    assert len(town.payouts_to("ann")) == 1
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_mfa_trust_lapses_with_one_payout_unknown_and_fifty_planned(begin: Begin) -> None:
    town = begin(payout_schedule="manual", float_cents=10_000_00, collect="none", release="on_settlement")
    crowd = [f"seller {place}" for place in range(50)]
    town.sells(TEN)
    town.passes()
    town.breaks("timeout_after", "PayBills")
    town.billcom.payout_run(actor="eve")
    town.world.advance(seconds=1)
    town.ticks()
    town.sells(*((name, "1.00") for name in crowd))
    for _ in range(4):
        town.ticks()
    town.world.simulator.world.sessions.devices.clear()
    town.world.advance(seconds=40 * 60)
    town.billcom.payout_run(actor="eve")
    town.passes()
    assert len(town.at_billcom("SentPay")) == 1
    town.signs_in()
    town.passes(seconds=3600)
    town.waits(bank_days=9)

    town.ends(due="60.00", paid_out="59.00", fees="1.00", states={"1": "invoiced", "2": "invoiced"})


def test_an_hour_of_refused_connections_is_a_pause(town: Town) -> None:
    town.breaks("connect_refused", "*", count=10_000)
    town.sells(TEN)
    town.passes(rounds=6)
    town.mends()
    town.waits(bank_days=11)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_session_that_ends_in_the_middle_signs_in_once(town: Town) -> None:
    town.breaks("bdc:BDC_1109", "Bulk/Crud/Create/Invoice")
    town.sells(TEN)
    town.passes()
    town.waits(bank_days=9)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_marketplace_that_was_asleep_for_a_month_catches_up(town: Town) -> None:
    town.sold(TEN)
    town.waits(bank_days=22, step=22)
    town.signs_in()
    town.waits(bank_days=5)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")
