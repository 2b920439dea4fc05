"""A bill that somebody paid in Bill.com's own page before our payment of it was planned: a person adopts it."""

from __future__ import annotations

from flask_billcom.engine.decisions import Person
from flask_billcom.ledger import Account
from flask_billcom.marketplace.returns import paid_by_hand
from flask_billcom.models import Settlement
from flask_billcom.schedule import Schedule
from tests.integration.engine.conftest import MakeWorld

WHO = Person("Eve", "somebody had paid it by hand")


def test_a_payment_from_before_ours_was_planned_is_adopted_and_followed(make_world: MakeWorld) -> None:
    world = make_world(collect="charge", payout_schedule=Schedule.parse("daily"), float_cents=0)
    world.onboard(sellers=["ann"], buyers=["Ada"])
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.person_does("pay_bill", id=world.simulator.books.bills[0].id)
    for _ in range(10):
        world.advance(business_days=1)
        world.tick()
    operation = world.operation("pay")
    assert (operation.state, operation.parked) == ("planned", "difference")
    (payment,) = world.simulator.books["SentPay"]

    world.parts.decisions.adopt(operation.id, payment["billPays"][0].id, WHO)
    for _ in range(3):
        world.advance(business_days=1)
        world.tick()

    assert world.paid_cents() == {"FB-1-1": 900}
    assert [each.state for each in world.rows(Settlement)] == ["paid_out"]


def test_an_adopted_payment_that_the_polls_have_passed_is_followed_to_its_end(make_world: MakeWorld) -> None:
    world = make_world(collect="charge", payout_schedule=Schedule.parse("daily"), float_cents=0)
    world.onboard(sellers=["ann", "bo"], buyers=["Ada"])
    world.settle(("ann", "10.00", "1.00"), ("bo", "5.00"))
    world.advance(seconds=5)
    world.tick()
    by_hand = next(row for row in world.simulator.books.bills if row["invoiceNumber"] == "FB-1-1")
    world.person_does("pay_bill", id=by_hand.id)
    for _ in range(14):
        world.advance(business_days=1)
        world.tick()
    (operation,) = [each for each in world.operations("pay") if each.state == "planned"]
    (part,) = [p for row in world.simulator.books["SentPay"] for p in row["billPays"] if p["billId"] == by_hand.id]

    world.parts.decisions.adopt(operation.id, part.id, WHO)
    for _ in range(3):
        world.advance(business_days=1)
        world.tick()

    assert world.paid_cents() == {"FB-1-1": 900, "FB-1-2": 500}
    assert [each.state for each in world.rows(Settlement)] == ["paid_out"]


def test_a_bill_paid_with_another_amount_is_taken_as_it_was_paid_and_its_rest_is_owed(make_world: MakeWorld) -> None:
    world = make_world(collect="charge", payout_schedule=Schedule.parse("daily"), float_cents=0)
    world.onboard(sellers=["ann"], buyers=["Ada"])
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    (bill,) = world.simulator.books.bills
    world.person_does("pay_bill", id=bill.id, amount_cents=400)
    for _ in range(8):
        world.advance(business_days=1)
        world.tick()
    (payment,) = world.simulator.books["SentPay"]
    (line,) = bill["billLineItems"]
    lines = [{"entity": "BillLineItem", "id": line.id, "amount": "4.00"}]
    world.person_does("edit", id=bill.id, values={"billLineItems": lines})

    paid_by_hand.adopt(world.parts.domain, world.parts.decisions, [payment.id], WHO, as_paid=True)
    for _ in range(6):
        world.advance(business_days=1)
        world.tick()

    paid = world.paid_cents()
    assert (paid.pop("FB-1-1"), list(paid.values())) == (400, [500])
    trial = world.trial()
    owed = (Account.SELLER_PAYABLE, Account.SELLER_RESERVED, Account.PAYOUT_SCHEDULED, Account.SELLER_CLAWBACK)
    assert {account: trial[account] for account in owed} == dict.fromkeys(owed, 0)
