"""What was set aside is sent again by a person's word only when its absence is as certain as for the engine itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.models import Call, Operation
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World

OPERATOR = Person("operator", "the bank shows nothing")


def test_an_absent_charge_is_made_once_more_by_a_persons_word(make_world: MakeWorld) -> None:
    world = make_world(collect="charge")
    world.onboard(sellers=["ann"], buyers=["Ada"])
    world.simulator.plan_fault("timeout_before", "ChargeCustomer")
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.run_until(lambda: world.states("charge") == ["quarantined"], within=7200)

    world.parts.decisions.resend(world.operation("charge").id, OPERATOR)
    world.tick()

    assert world.states("charge") == ["done"]
    assert [row["amount"] for row in world.simulator.books.received_pays] == [1000]


def test_what_is_there_twice_is_neither_sent_again_nor_given_up(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("timeout_after", "PayBills")
    world.tick()
    (ours,) = world.simulator.books.sent_pays
    world.person_does("pay_bill", id=world.simulator.books.bills[0].id, amount_cents=900)
    world.run_until(lambda: world.states("pay") == ["quarantined"], within=3600)
    pay = world.operation("pay")

    for act in (world.parts.decisions.resend, world.parts.decisions.cancel):
        with pytest.raises(NotPossible):
            act(pay.id, OPERATOR)
    world.parts.decisions.adopt(pay.id, ours["billPays"][0].id, OPERATOR)

    assert world.states("pay") == ["done"]
    assert len(world.sent("PayBills")) == 1


def test_a_mail_that_was_set_aside_is_sent_by_a_persons_word_without_a_fence(make_world: MakeWorld) -> None:
    world = make_world(collect="send")
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.simulator.plan_fault("timeout_before", "SendInvoice", count=2)
    world.run_until(lambda: world.states("send_invoice") == ["quarantined"], within=4 * 3600)
    world.run(900)

    world.parts.decisions.resend(world.operation("send_invoice").id, OPERATOR)
    world.run(120)

    assert world.states("send_invoice") == ["done"]


@pytest.mark.parametrize("act", ["resend", "cancel"])
def test_a_clock_that_jumps_ahead_does_not_shorten_what_a_person_has_to_wait(world: World, act: str) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("bdc:BDC_9999", "PayBills")
    world.tick()
    world.change_operations("pay", state="quarantined")
    world.clock.offset = timedelta(hours=1)

    with pytest.raises(NotPossible, match="cannot be proved yet"):
        getattr(world.parts.decisions, act)(world.operation("pay").id, OPERATOR)
    world.advance(seconds=301)
    getattr(world.parts.decisions, act)(world.operation("pay").id, OPERATOR)

    assert world.states("pay") == [{"resend": "planned", "cancel": "cancelled"}[act]]


def test_what_was_refused_without_a_date_waits_as_long_as_what_got_no_answer(world: World) -> None:
    world.ready_to_pay()
    world.simulator.plan_fault("bdc:BDC_9999", "PayBills")
    world.tick()
    world.change_operations("pay", state="quarantined")
    with world.store.write() as rows:
        rows.change(update(Call).values(server_date=None))
    pay = world.operation("pay")

    world.advance(seconds=600)
    with pytest.raises(NotPossible, match="cannot be proved yet"):
        world.parts.decisions.resend(pay.id, OPERATOR)
    world.advance(seconds=301)
    world.parts.decisions.resend(pay.id, OPERATOR)

    assert world.states("pay") == ["planned"]


def test_what_another_operation_has_made_is_not_adopted(world: World) -> None:
    world.settle_some(2, ("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    first, second = world.operations("create_bill")
    with world.store.write() as rows:
        rows.change(
            update(Operation)
            .where(Operation.id == second.id)
            .values(
                state="quarantined",
                remote_id=None,
                subject_id=first.subject_id,
                natural_key=first.natural_key,
                generation=2,
            )
        )
        rows.change(update(Operation).where(Operation.id == first.id).values(kind="create_bill"))

    with pytest.raises(NotPossible, match="another operation"):
        world.parts.decisions.adopt(second.id, str(first.remote_id), OPERATOR)
