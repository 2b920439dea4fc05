"""What a seller owes is taken off his next bills before they are made, and carried forward where they are too small."""

from __future__ import annotations

from flask_billcom.ledger import Account
from flask_billcom.marketplace.corrections.adjustments import BOOKED
from flask_billcom.models import Document, OperationState, Settlement

from .conftest import MakeOffice, Office


def test_a_fine_is_taken_off_the_next_bill(office: Office) -> None:
    fine = office.adjust("ann", "fine", "3.00")
    assert (fine.state, fine.approver) == (BOOKED, None)
    assert office.balance("ann").owes_cents == 300

    office.world.settle(("ann", "10.00", "1.00"))
    office.go()

    assert office.bills() == {"FB-1-1": 600}
    assert office.lines("FB-1-1") == [(600, "thing 0 (less 3.00 that was owed)")]
    after = office.balance("ann")
    assert (after.owes_cents, after.available_cents, after.earned_cents) == (0, 600, 600)
    office.check()


def test_bills_that_exist_stay_as_they_are(office: Office) -> None:
    office.world.settle(("ann", "10.00", "1.00"))
    office.go()

    office.adjust("ann", "fine", "3.00")
    office.go()

    assert office.bills() == {"FB-1-1": 900}
    assert office.balance("ann").owes_cents == 300
    office.check()


def test_a_fine_above_the_bill_is_carried_over_to_the_next_one(office: Office) -> None:
    office.adjust("ann", "fine", "12.00")

    office.world.settle(("ann", "10.00", "1.00"))
    office.go()
    assert office.bills() == {}
    assert office.balance("ann").owes_cents == 300
    (bill,) = office.world.rows(Document, Document.kind == "bill")
    assert bill.status == "inactive"
    office.check()

    office.world.settle(("ann", "10.00", "1.00"))
    office.go()
    assert office.bills() == {"FB-2-1": 600}
    assert office.balance("ann").owes_cents == 0
    assert [(each.kind, each.cents) for each in office.adjustments("ann")] == [
        ("fine", 1200),
        ("netting", 900),
        ("netting", 300),
    ]
    office.check()


def test_lines_are_lowered_in_order_and_never_below_zero(office: Office) -> None:
    office.adjust("ann", "fine", "5.00")

    office.world.settle(("ann", "4.00"), ("ann", "2.00", "0.50"), ("ann", "7.00"))
    office.go()

    assert office.lines("FB-1-1") == [(50, "thing 1 (less 1.00 that was owed)"), (700, "thing 2")]
    office.check()


def test_only_the_seller_who_owes_is_paid_less(make_office: MakeOffice) -> None:
    office = make_office("ann", "bob")
    office.adjust("ann", "fine", "3.00")

    office.world.settle(("ann", "10.00"), ("bob", "10.00"))
    office.go()

    assert sorted(office.bills().values()) == [700, 1000]
    office.check()


def test_a_lowered_bill_is_paid_in_full(office: Office) -> None:
    office.adjust("ann", "fine", "3.00")
    office.world.settle(("ann", "10.00", "1.00"))
    office.go()
    office.release_everything()
    with office.world.app():
        office.world.shop.billcom.payout_run()
    office.go()

    assert office.world.paid_cents() == {"FB-1-1": 600}
    office.check()


def test_the_bill_of_a_seller_who_is_not_known_yet_is_lowered_too(office: Office) -> None:
    office.world.settle(("cid", "10.00"))
    office.adjust("cid", "fine", "4.00")

    office.go()

    assert office.bills() == {"FB-1-1": 600}
    assert office.world.states("create_bill") == [OperationState.CANCELLED, OperationState.DONE]
    office.check()


def test_a_sale_whose_bill_came_to_nothing_walks_to_its_end(make_office: MakeOffice) -> None:
    office = make_office(collect="charge")
    world = office.world
    world.onboard(buyers=["Ada"])
    office.adjust("ann", "fine", "9.00")
    world.settle(("ann", "10.00", "1.00"))
    for days in (0, 1, 4, 1, 1, 2):
        if days:
            world.advance(business_days=days)
        world.rounds()

    (sale,) = world.rows(Settlement)
    assert sale.state == "paid_out"
    assert world.paid_cents() == {}
    assert office.balance("ann").earned_cents == 0
    assert world.trial()[Account.BANK] == 1000
    office.check()
