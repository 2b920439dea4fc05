"""While a dispute is open its money waits; its outcome decides to whom it goes, once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.marketplace import holds
from flask_billcom.models import Adjustment, Audit, Document, Hold
from tests.support.world import World

from .conftest import MakeOffice, Office


def pay(office: Office) -> dict[str, int]:
    office.release_everything()
    with office.world.app():
        office.world.shop.billcom.payout_run()
    office.go()
    return office.world.paid_cents()


@pytest.fixture
def sold(make_office: MakeOffice) -> Office:
    """Give an office with one order of two sellers, with shipping."""
    office = make_office("ann", "bob")
    office.world.lives_through(sell)
    return office


def sell(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"), ("bob", "20.00", "2.00"), own="5.00")
    Office(world).go()


def test_a_disputed_order_is_not_paid_out(sold: Office) -> None:
    dispute = sold.dispute("1")

    assert (dispute.state, dispute.cents, dispute.kind) == ("open", 3500, "dispute")
    assert set(pay(sold).values()) == {0}
    assert (sold.balance("ann").held_cents, sold.balance("bob").held_cents) == (900, 1800)
    sold.check()


def test_a_disputed_line_keeps_only_its_seller_waiting(sold: Office) -> None:
    dispute = sold.dispute("1", line=1)

    assert dispute.cents == 1000
    assert pay(sold) == {"FB-1-1": 0, "FB-1-2": 1800}
    assert sold.balance("ann").held_cents == 900


def test_a_line_of_our_own_keeps_nobody_waiting(sold: Office) -> None:
    assert sold.dispute("1", line=3).cents == 500
    assert pay(sold) == {"FB-1-1": 900, "FB-1-2": 1800}


def test_a_dispute_that_is_won_lets_the_money_go(sold: Office) -> None:
    dispute = sold.dispute("1")

    assert sold.decide("resolve_dispute", dispute, "won").state == "won"

    assert pay(sold) == {"FB-1-1": 900, "FB-1-2": 1800}
    sold.check()


def test_a_double_click_is_one_dispute_and_one_outcome(sold: Office) -> None:
    dispute = sold.dispute("1")
    assert sold.dispute("1") == dispute
    for _ in range(2):
        assert sold.decide("resolve_dispute", dispute, "withdrawn").state == "withdrawn"

    acts = [act.action for act in sold.world.rows(Audit, Audit.subject_type == "adjustment")]
    assert acts == ["dispute_opened", "dispute_withdrawn"]
    assert len(sold.world.rows(Hold, Hold.reason == "dispute D-1")) == 1


def test_a_second_dispute_keeps_the_money_where_the_first_is_won(sold: Office) -> None:
    first, _ = sold.dispute("1"), sold.dispute("1", reference="D-2")

    sold.decide("resolve_dispute", first, "won")

    assert set(pay(sold).values()) == {0}


@pytest.mark.parametrize("reason", [None, "dispute D-1"])
def test_the_hold_of_an_open_dispute_is_not_released_by_hand(sold: Office, reason: str | None) -> None:
    sold.dispute("1")
    dispute_of_line = sold.dispute("1", reference="D-2", line=1)
    (bill,) = sold.world.rows(Document, Document.number == "FB-1-1")

    assert sold.call("release", None, "1", reason=reason) == 0
    with sold.world.app():
        assert sold.world.shop.billcom.release(holds.HoldOn.row(holds.DOCUMENT, bill.id)) == 0

    assert set(pay(sold).values()) == {0}
    sold.decide("resolve_dispute", dispute_of_line, "won")
    assert sold.world.holds() == ["dispute D-1"]


def test_what_else_holds_a_disputed_order_is_released_by_hand(world_on: World) -> None:
    sold = Office(world_on)
    world_on.onboard(sellers=["ann"])
    world_on.settle(("ann", "10.00", "1.00"))
    sold.decide("resolve_dispute", sold.dispute("1", reference="D-0"), "won")
    dispute = sold.dispute("1")
    for reason in ("dispute about the colour", "dispute D-0"):
        sold.call("hold", None, "1", reason)

    assert sold.call("release", None, "1") == 2

    assert sold.world.holds() == ["dispute D-1"]
    sold.decide("resolve_dispute", dispute, "won")
    assert sold.world.holds() == []


def test_another_outcome_afterwards_is_refused(sold: Office) -> None:
    dispute = sold.dispute("1")
    sold.decide("resolve_dispute", dispute, "won")

    with pytest.raises(NotPossible, match="won already, by Bob"):
        sold.decide("resolve_dispute", dispute, "lost")


def test_the_same_reference_with_another_amount_is_refused(sold: Office) -> None:
    sold.dispute("1", amount=Decimal("2.00"))

    with pytest.raises(NotPossible, match="another amount"):
        sold.dispute("1", amount=Decimal("3.00"))


@pytest.mark.parametrize(
    ("values", "word"),
    [({"line": 4}, "no line 4"), ({"line": 1, "amount": Decimal("10.01")}, "cannot be disputed")],
)
def test_what_was_not_sold_is_not_disputed(sold: Office, values: dict[str, object], word: str) -> None:
    with pytest.raises(NotPossible, match=word):
        sold.dispute("1", **values)

    assert sold.world.holds() == []


def test_an_unknown_outcome_is_refused(sold: Office) -> None:
    with pytest.raises(NotPossible, match="won, lost, withdrawn"):
        sold.decide("resolve_dispute", sold.dispute("1"), "drawn")


def test_a_rehearsal_holds_nothing(sold: Office) -> None:
    assert sold.dispute("1", dry_run=True).is_dry_run
    assert sold.world.holds() == []


# -- lost --------------------------------------------------------------------------------------------------------------


def refunded(office: Office) -> list[tuple[str, int]]:
    """Return the references and cents of all refunds."""
    return [(row.reference, row.cents) for row in office.world.rows(Adjustment, Adjustment.kind == "refund")]


def test_a_lost_dispute_of_an_order_gives_all_of_it_back(sold: Office) -> None:
    dispute = sold.dispute("1")

    assert sold.decide("resolve_dispute", dispute, "lost").state == "lost"
    sold.go()
    sold.go()

    assert refunded(sold) == [("dispute D-1", 3500)]
    assert sold.bills() == {}
    assert sold.world.holds() == []
    assert (sold.balance("ann").earned_cents, sold.balance("bob").earned_cents) == (0, 0)
    sold.check()


def test_a_lost_dispute_of_a_line_takes_nothing_from_the_other_seller(sold: Office) -> None:
    dispute = sold.dispute("1", line=1, amount=Decimal("4.00"))

    for _ in range(2):
        assert sold.decide("resolve_dispute", dispute, "lost").approver == "Bob"
    sold.go()
    sold.go()

    assert refunded(sold) == [("dispute D-1", 400)]
    assert sold.bills() == {"FB-1-1": 540, "FB-1-2": 1800}
    sold.check()


def test_what_was_given_back_before_is_not_given_back_again(sold: Office) -> None:
    dispute = sold.dispute("1", line=1)
    other = sold.dispute("1", reference="D-2")
    sold.decide("resolve_dispute", dispute, "lost")

    sold.decide("resolve_dispute", other, "lost")

    assert refunded(sold) == [("dispute D-1", 1000), ("dispute D-2", 2500)]


def test_a_dispute_lost_after_the_payout_is_the_sellers_debt(sold: Office) -> None:
    assert pay(sold) == {"FB-1-1": 900, "FB-1-2": 1800}
    sold.decide("resolve_dispute", sold.dispute("1", line=1), "lost")
    sold.world.run(600)
    for _ in range(8):
        sold.world.advance(business_days=1)
        sold.world.run(60)
    assert sold.balance("ann").owes_cents == 900

    sold.world.settle(("ann", "10.00", "1.00"), buyer="Cy")
    sold.go()

    assert sold.balance("ann").owes_cents == 0
    assert "FB-2-1" not in sold.bills()
    sold.check()
