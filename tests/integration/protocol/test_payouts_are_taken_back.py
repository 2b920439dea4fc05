"""A payout is taken back: every bill is held by its lane, the money is given back on proof, and a person pays again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.errors import PermissionDenied
from flask_billcom.ledger import Account
from flask_billcom.marketplace.agreement.proof import prove
from flask_billcom.marketplace.paying.payouts import plan_payouts
from flask_billcom.marketplace.returns import voiding
from flask_billcom.marketplace.returns.paid_by_hand import adopt
from flask_billcom.marketplace.returns.paying_again import pay_again
from flask_billcom.marketplace.returns.voidable import void
from flask_billcom.models import Document, Mark, Payment
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World

EVE = Person("Eve", "the seller asked for it")
GRACE = 15 * 60


@pytest.fixture
def paid(make_world: MakeWorld) -> World:
    """Two bills of one seller, paid by one combined payment that is scheduled."""
    world = make_world(float_cents=10**9, hold_days=0)
    world.lives_through(pay_together)
    assert world.states("pay") == ["done", "done"]
    assert len(world.rows(Payment)) == 1
    return world


def pay_together(world: World) -> None:
    world.onboard(sellers=["ann"])
    (vendor,) = world.simulator.books.vendors
    world.person_does("edit", id=vendor.id, values={"enabledCombinePayments": True})
    for _ in range(2):
        world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.plan_payouts()
    with world.store.write() as rows:
        rows.change(
            update(Document)
            .where(Document.kind == "bill")
            .values(released_at=world.clock.now(), release_after=world.clock.now())
        )
    world.advance(seconds=1)
    world.tick()


def payout(world: World) -> Payment:
    (only,) = world.rows(Payment, Payment.kind == "sent")
    assert isinstance(only, Payment)
    return only


def ask(world: World) -> None:
    void(world.parts.domain, payout(world).id, EVE)
    world.advance(seconds=1)


def books_hold(world: World) -> None:
    with world.store.read() as rows:
        assert [str(each) for each in prove(rows, world.organization_id)] == []


def process(world: World, days: int = 1) -> None:
    world.lives_through(_process, days)


def _process(world: World, days: int) -> None:
    for _ in range(days):
        world.advance(business_days=1)
        world.run(60)


def until_void(world: World, within: float = 6 * 3600, step: float = 3600) -> None:
    world.run_until(lambda: payout(world).status in {"voided", "cancelled"}, step=step, within=within)


def test_what_would_be_reversed_is_said_first(paid: World) -> None:
    said = void(paid.parts.domain, payout(paid).id, None)

    assert said.numbers == ("FB-1-1", "FB-2-1")
    assert said.cents == 1800
    assert said.operation_id is None
    assert paid.operations("void") == []


def test_a_payout_of_two_bills_is_canceled_in_one_call_and_given_back_on_proof(paid: World) -> None:
    payable = paid.trial()[Account.SELLER_PAYABLE]
    ask(paid)
    paid.tick()

    assert paid.states("void") == paid.states("void_part") == ["done"]
    assert len(paid.sent("CancelAPPayment")) == 1
    assert paid.sent("VoidAPPayment") == []
    assert payout(paid).status != "cancelled", "one look is no proof"
    until_void(paid, within=26 * 3600)
    assert payout(paid).status == "cancelled"
    assert paid.trial()[Account.SELLER_PAYABLE] == payable - 1800
    assert paid.trial()[Account.PAYOUT_RETURNED] == 0
    books_hold(paid)


def test_two_looks_lie_grace_apart(paid: World) -> None:
    ask(paid)
    paid.tick()
    paid.run_until(lambda: payout(paid).status == "returning", step=3600, within=26 * 3600)
    paid.run_until(lambda: bool(paid.rows(Mark, Mark.name.startswith("voiding/"))), step=60, within=1800)

    took = paid.run_until(lambda: payout(paid).status == "cancelled", step=100, within=7200)

    assert took >= GRACE


def test_a_jump_of_the_clock_does_not_shorten_the_time_between_the_looks(paid: World) -> None:
    ask(paid)
    paid.tick()
    paid.run_until(lambda: payout(paid).status == "returning", step=3600, within=26 * 3600)
    voiding.prove(paid.parts.domain)
    paid.clock.offset = timedelta(hours=1)

    for _ in range(3):
        voiding.prove(paid.parts.domain)

    assert payout(paid).status == "returning"


def test_a_processed_payout_is_voided_and_waits_for_its_credit(paid: World) -> None:
    process(paid)
    assert payout(paid).status == "paid"
    ask(paid)
    paid.tick()

    assert len(paid.sent("VoidAPPayment")) == 1
    assert paid.states("void") == ["done"]
    paid.run_until(lambda: payout(paid).status == "returning", step=3600, within=80 * 3600)
    paid.run(2 * GRACE, step=600)
    assert payout(paid).status == "returning", "the bank has not shown the credit yet"
    until_void(paid, within=120 * 3600, step=5 * 3600)
    assert payout(paid).status == "voided"
    books_hold(paid)


def test_a_person_confirms_a_credit_that_no_line_shows(paid: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voiding, "_bank_shows", lambda *_: False)
    process(paid)
    ask(paid)
    paid.tick()
    paid.run_until(lambda: payout(paid).status == "returning", step=3600, within=80 * 3600)
    process(paid, days=3)
    assert payout(paid).status == "returning"

    voiding.confirm_credit(paid.parts.domain, payout(paid).id, EVE)
    until_void(paid)

    assert payout(paid).status == "voided"
    books_hold(paid)


def test_a_bill_that_somebody_pays_by_hand_meanwhile_is_left_out_and_the_other_is_paid_again(paid: World) -> None:
    ask(paid)
    paid.tick()
    bill, _ = paid.simulator.books.bills
    paid.person_does("pay_bill", id=bill.id)
    until_void(paid, within=26 * 3600)
    first = payout(paid)
    by_hand = next(row.id for row in paid.simulator.books.sent_pays if row.id != first.remote_id)

    adopt(paid.parts.domain, paid.parts.decisions, [by_hand], EVE)
    again = pay_again(paid.parts.domain, first.id, EVE)

    assert first.status == "cancelled"
    assert again.numbers == ("FB-2-1",)
    assert [o.generation for o in paid.operations("pay") if o.state == "done"] == [2]
    books_hold(paid)


def test_paid_again_is_a_persons_word_and_has_the_next_generation(paid: World) -> None:
    ask(paid)
    paid.tick()
    until_void(paid, within=26 * 3600)
    plan_payouts(paid.parts.domain)
    paid.run(120)
    assert paid.states("pay") == ["done", "done"], "nothing is paid again by itself"

    again = pay_again(paid.parts.domain, payout(paid).id, EVE)
    run = plan_payouts(paid.parts.domain)
    paid.advance(seconds=1)
    paid.tick()

    assert (again.numbers, run.bills) == (("FB-1-1", "FB-2-1"), 2)
    assert sorted(paid.states("pay")) == ["cancelled", "cancelled", "done", "done"]
    assert [o.generation for o in paid.operations("pay")] == [1, 1, 2, 2]
    assert set(paid.paid_cents().values()) == {900}
    books_hold(paid)
    with pytest.raises(NotPossible):
        pay_again(paid.parts.domain, paid.rows(Payment)[0].id, EVE)


@pytest.mark.parametrize("fault", ["timeout_after", "bdc_after:BDC_9999", "timeout_before", "http_5xx_after"])
def test_a_void_whose_answer_is_lost_is_looked_up_with_all_its_parts(paid: World, fault: str) -> None:
    paid.simulator.plan_fault(fault, "CancelAPPayment")
    ask(paid)
    paid.tick()
    assert paid.states("void") == paid.states("void_part")

    paid.run_until(lambda: paid.states("void") == ["done"], within=4 * 3600)

    assert paid.states("void_part") == ["done"]


def test_a_void_that_is_refused_leaves_the_payout_as_it_is(paid: World) -> None:
    paid.simulator.plan_fault("bdc:BDC_1122", "CancelAPPayment")
    ask(paid)
    paid.tick()

    assert paid.states("void") == paid.states("void_part") == ["rejected"]
    assert payout(paid).status == "scheduled"
    ask(paid)
    paid.tick()
    assert sorted(paid.states("void")) == ["done", "rejected"]


def test_a_bill_whose_lane_is_busy_keeps_the_whole_void_waiting(paid: World) -> None:
    ask(paid)
    paid.change_operations("void_part", state="quarantined")
    blocked = paid.operations("void_part")[0].lane
    paid.change_operations("void_part", state="planned")
    with paid.store.write() as rows:
        from flask_billcom.engine.operations import Plan, plan

        other = paid.operations("create_bill")[0]
        plan(
            rows,
            paid.clock,
            paid.organization_id,
            [Plan("update_vendor", "other", other.id, blocked, "other", parked="held")],
        )
    paid.change_operations("update_vendor", state="quarantined")

    paid.run(60)

    assert paid.states("void") == paid.states("void_part") == ["planned"]
    assert paid.sent("CancelAPPayment") == []


def test_two_people_who_ask_at_once_take_it_back_once(paid: World) -> None:
    ask(paid)

    with pytest.raises(NotPossible):
        void(paid.parts.domain, payout(paid).id, Person("Bob", "the same"))

    paid.tick()
    assert len(paid.sent("CancelAPPayment")) == 1


def bounces(world: World) -> None:
    """Let the seller's bank send the payout back before it has arrived."""
    world.lives_through(_bounces)


def _bounces(world: World) -> None:
    from flask_billcom.simulator.payments.disbursements import return_payout

    row = world.simulator.books.find("SentPay", payout(world).remote_id)
    world.simulator.under_lock(lambda bill: return_payout(bill, bill.store["SentPay"].by_id[row.id], "R03"))
    world.run_until(lambda: payout(world).status == "returning", step=3600, within=6 * 24 * 3600)


def test_a_payout_that_failed_is_not_void_before_somebody_voids_it(paid: World) -> None:
    process(paid)
    bounces(paid)

    paid.run(4 * GRACE, step=1200)

    assert payout(paid).status == "returning"
    books_hold(paid)


def test_a_payout_that_failed_and_was_sent_once_more_by_hand_goes_on(paid: World) -> None:
    process(paid)
    bounces(paid)
    paid.person_does("void", id=payout(paid).remote_id, kind="reissue")

    process(paid, days=4)

    assert payout(paid).status == "cleared"
    assert set(paid.paid_cents().values()) == {900}
    books_hold(paid)


def test_a_payout_that_failed_is_voided_and_its_money_given_back(paid: World) -> None:
    process(paid)
    bounces(paid)
    ask(paid)

    until_void(paid, within=6 * 24 * 3600, step=5 * 3600)

    assert payout(paid).status == "voided"
    books_hold(paid)


def test_a_payout_that_cannot_be_read_keeps_no_other_from_being_given_back(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world()
    world.ready_to_pay(2, sellers=["ann", "cid"])
    world.tick()
    first, second = world.rows(Payment, Payment.kind == "sent")
    for each in (first, second):
        void(world.parts.domain, each.id, EVE)
    world.advance(seconds=1)
    read = world.parts.domain.reads.dated

    def unreadable(record_type: Any, remote_id: str) -> Any:
        if remote_id == first.remote_id:
            raise PermissionDenied("it is not yours")
        return read(record_type, remote_id)

    world.tick()
    assert world.states("void") == ["done", "done"]
    monkeypatch.setattr(world.parts.domain.reads, "dated", unreadable)

    world.run_until(lambda: _status(world, second) == "cancelled", step=3600, within=26 * 3600)
    assert _status(world, first) == "returning"
    assert "voids" in world.tick().failed


def _status(world: World, payment: Payment) -> str:
    (found,) = world.rows(Payment, Payment.id == payment.id)
    return str(found.status)
