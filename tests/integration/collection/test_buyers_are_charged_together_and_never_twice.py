"""Charges: one call for many invoices of a buyer, none for what he has paid, another one only when a person says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Audit, Document, Settlement
from flask_billcom.simulator.banking.bankdays import next_bank_day
from flask_billcom.simulator.organization.accounts import active_account
from flask_billcom.simulator.payments.receipts import return_charge, schedule_receipt
from tests.support.world import World

MakeWorld = Callable[..., World]
THING = ("ann", "10.00", "1.00")


@pytest.fixture
def charging(make_world: MakeWorld) -> World:
    """Give a world whose buyers are charged and do not pay by themselves."""
    world = make_world(simulator={"buyers_pay": False}, collect="charge")
    world.onboard(sellers=["ann"], buyers=["Ada", "Bob"])
    return world


def look(world: World, times: int = 2) -> None:
    world.lives_through(_look, times)


def _look(world: World, times: int) -> None:
    for _ in range(times):
        world.tick()
        world.advance(seconds=5)


def charge_again(world: World, order: int = 1, **values: Any) -> Any:
    with world.app() as session:
        found = session.get(world.shop.Order, order)
        said = {"actor": "bea", "reason": "he says that there is money now", **values}
        return world.shop.billcom.charge_again(found, **said)


def bank_returns(world: World, code: str = "R01") -> None:
    """Let the bank take the newest debit back, and see it."""
    receipt = world.simulator.books.received_pays[-1]
    world.simulator.under_lock(lambda bill: return_charge(bill, bill.store["ReceivedPay"].by_id[receipt.id], code))
    for _ in range(2):
        world.advance(business_days=1)
        world.tick()


def differences(world: World) -> list[Any]:
    with world.app():
        return list(world.shop.billcom.reconcile().differences)


def parts(world: World) -> list[tuple[int, int]]:
    """Return how many invoices each payment at Bill.com is for, and its cents."""
    return [(len(row["invoicePays"]), row["amount"]) for row in world.simulator.books.received_pays]


# -- together ----------------------------------------------------------------------------------------------------------


def test_one_call_charges_all_invoices_of_a_buyer(charging: World) -> None:
    charging.settle_some(5, THING, buyer="Ada")
    charging.settle_some(2, THING, buyer="Bob")

    look(charging)

    assert sorted(parts(charging)) == [(2, 2000), (5, 5000)]
    assert len(charging.sent("ChargeCustomer")) == 2
    assert set(charging.states("charge")) == {"done"}
    assert differences(charging) == []


def test_a_call_charges_two_hundred_invoices_at_most(charging: World) -> None:
    for _ in range(5):
        charging.settle_some(41, THING, buyer="Ada")

    look(charging)

    assert sorted(parts(charging)) == [(5, 5000), (200, 200_000)]


@pytest.mark.parametrize("fault", ["timeout_after", "http_5xx_after", "garbage", "truncated", "reset_after"])
def test_all_of_a_call_are_found_by_one_look(charging: World, fault: str) -> None:
    charging.settle_some(4, THING, buyer="Ada")
    charging.simulator.plan_fault(fault, "ChargeCustomer")
    look(charging, 1)
    assert set(charging.states("charge")) == {"unknown"}
    before = len(charging.sent("List/ReceivedPay"))

    charging.run(30)

    assert set(charging.states("charge")) == {"done"}
    assert parts(charging) == [(4, 4000)]
    assert len(charging.sent("ChargeCustomer")) == 1
    assert len(charging.sent("List/ReceivedPay")) - before <= 2
    assert differences(charging) == []


def test_a_refusal_of_all_is_looked_up_and_halved(charging: World) -> None:
    charging.settle_some(4, THING, buyer="Ada")
    charging.simulator.plan_fault("bdc:BDC_9999", "ChargeCustomer", count=6)
    look(charging, 1)

    charging.run_until(lambda: set(charging.states("charge")) == {"done"}, within=3 * 3600)

    # From two hundred at most it takes six rounds to come to three.
    assert sorted(parts(charging)) == [(1, 1000), (3, 3000)]
    assert len(charging.sent("ChargeCustomer")) == 8
    assert differences(charging) == []


def test_without_a_trace_nothing_is_charged_again_by_itself(charging: World) -> None:
    charging.settle_some(3, THING, buyer="Ada")
    charging.simulator.plan_fault("timeout_before", "ChargeCustomer")
    look(charging, 1)

    charging.run(3 * 3600)

    assert set(charging.states("charge")) == {"quarantined"}
    assert parts(charging) == []
    assert len(charging.sent("ChargeCustomer")) == 1


# -- the buyer was quicker ---------------------------------------------------------------------------------------------


def test_who_pays_by_the_link_a_minute_before_is_not_charged(charging: World) -> None:
    charging.settle(THING)
    charging.on_call = stop_at_charge = _PayFirst(charging)
    look(charging)
    assert stop_at_charge.has_paid
    assert charging.sent("ChargeCustomer") == []

    for _ in range(3):
        charging.advance(business_days=1)
        look(charging)

    assert charging.states("charge") == ["cancelled"]
    assert charging.rows(Settlement)[0].state == "collected"
    assert parts(charging) == [(1, 1000)]
    assert differences(charging) == []


class _PayFirst:
    """Lets the buyer pay as soon as his invoice is at Bill.com, before anything is charged."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.has_paid = False

    def __call__(self, moment: str, _endpoint: str) -> None:
        invoices = self._world.simulator.books.invoices
        if moment == "connect" and invoices and not self.has_paid:
            self.has_paid = True
            pay_by_link(self._world)


def pay_by_link(world: World) -> None:
    """Let Ada pay her only invoice, from her bank account on the next bank day."""

    def pay(bill: Any) -> None:
        (invoice,) = bill.store["Invoice"]
        customer = bill.store["Customer"].by_id[invoice["customerId"]]
        account = active_account(bill, "CustomerBankAccount", customer)
        day = next_bank_day(bill.today)
        schedule_receipt(bill, customer, [(invoice, 1000)], paid_on=day, account=account, total=1000)

    world.simulator.under_lock(pay)


def test_who_pays_while_his_consent_is_missing_is_not_charged_when_it_comes(make_world: MakeWorld) -> None:
    world = make_world(simulator={"buyers_pay": False}, collect="charge")
    world.settle(THING)
    look(world)
    assert [(o.state, o.parked) for o in world.operations("charge")] == [("planned", "awaiting_authorization")]
    world.person_does("pay_by_card", id=world.simulator.books.invoices[0].id, amount_cents=1000)
    world.advance(business_days=1)

    look(world)

    assert world.states("charge") == ["cancelled"]
    assert world.evidence("charge") == {"message": "the invoice is paid"}


def test_a_consent_that_was_taken_back_is_respected(charging: World) -> None:
    with charging.app() as session:
        charging.shop.billcom.revoke_charges(session.merge(charging.person("buyer", "Ada")), actor="bea")
    charging.settle(THING, buyer="Ada")
    charging.settle(THING, buyer="Bob")

    look(charging)

    assert parts(charging) == [(1, 1000)]
    assert sorted((o.state, o.parked or "") for o in charging.operations("charge")) == [
        ("done", ""),
        ("planned", "awaiting_authorization"),
    ]


# -- again -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def returned(charging: World) -> World:
    """Give a world in which the bank has taken the debit of the only order back."""
    charging.settle(THING)
    look(charging)
    charging.advance(business_days=1)
    charging.tick()
    bank_returns(charging)
    return charging


def test_a_returned_debit_reopens_the_receivable_and_is_not_repeated(returned: World) -> None:
    returned.advance(business_days=5)
    look(returned)

    (invoice,) = returned.rows(Document, Document.kind == "invoice")
    assert (invoice.status, invoice.due_cents) == ("open", 1000)
    assert returned.rows(Settlement)[0].state == "invoiced"
    assert returned.holds() == ["charge returned"]
    assert len(returned.sent("ChargeCustomer")) == 1
    assert returned.states("charge") == ["done"]
    assert differences(returned) == []


def test_a_person_charges_again_and_the_sale_goes_on(returned: World) -> None:
    again = charge_again(returned)
    look(returned)
    assert (again.invoice, again.cents, again.try_) == ("FB-1", 1000, 2)
    assert [(o.state, o.generation) for o in returned.operations("charge")] == [("cancelled", 1), ("done", 2)]

    for _ in range(12):
        returned.advance(business_days=1)
        returned.tick()

    assert returned.rows(Settlement)[0].state in {"funded", "paying", "paid_out"}
    assert returned.holds() == []
    assert parts(returned) == [(1, 1000), (1, 1000)]
    assert differences(returned) == []
    acts = [act for act in returned.rows(Audit) if act.action == "charged_again"]
    assert [(act.actor, act.detail["try"]) for act in acts] == [("bea", 2)]


def test_a_double_click_charges_once(returned: World) -> None:
    charge_again(returned)
    with pytest.raises(NotPossible, match="a charge of FB-1 is planned already"):
        charge_again(returned)
    look(returned)

    assert len(returned.sent("ChargeCustomer")) == 2


def test_a_rehearsal_charges_nothing(returned: World) -> None:
    assert charge_again(returned, dry_run=True).is_dry_run
    look(returned)
    assert len(returned.sent("ChargeCustomer")) == 1


def test_a_lost_answer_of_the_second_charge_is_read_back_without_the_first(returned: World) -> None:
    charge_again(returned)
    returned.simulator.plan_fault("timeout_after", "ChargeCustomer")
    returned.tick()
    returned.run(60)

    assert [(o.state, o.generation) for o in returned.operations("charge")] == [("cancelled", 1), ("done", 2)]
    assert differences(returned) == []


def test_who_paid_by_link_after_the_return_is_not_charged_again(returned: World) -> None:
    returned.person_does("pay_by_card", id=returned.simulator.books.invoices[0].id, amount_cents=1000)
    returned.advance(seconds=70)
    returned.tick()

    with pytest.raises(NotPossible, match="paid or scheduled"):
        charge_again(returned)


def test_who_does_not_consent_any_more_is_not_charged_again(returned: World) -> None:
    with returned.app() as session:
        returned.shop.billcom.revoke_charges(session.merge(returned.person("buyer", "Ada")), actor="bea")

    with pytest.raises(NotPossible, match="does not consent"):
        charge_again(returned)


def test_what_was_never_charged_is_not_charged_again(world: World) -> None:
    world.settle(THING)
    look(world)
    with pytest.raises(NotPossible, match="never charged"):
        charge_again(world)


def test_two_people_charge_again_where_two_decide(returned: World) -> None:
    returned.restart(approvers=2)
    with pytest.raises(NotPossible, match="two people"):
        charge_again(returned)
    charge_again(returned, second="cal")
    look(returned)
    assert len(returned.sent("ChargeCustomer")) == 2
