"""Money that came by check or in cash: entered by a person, told to Bill.com once, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.api.records import Invoice
from flask_billcom.engine.decisions import NotPossible
from flask_billcom.errors import InvalidRequest
from flask_billcom.ledger import Account
from flask_billcom.marketplace.kinds.balances import Balances
from flask_billcom.models import Audit, Document, Payment, RecordedPayment, Settlement
from tests.support.world import World

MakeWorld = Callable[..., World]
TEN = Decimal("10.00")


def today(world: World) -> date:
    return world.clock.now().astimezone(world.settings.zone).date()


def enter(world: World, reference: str = "check 1043", **values: Any) -> Any:
    """Enter a payment for the first order."""
    with world.app() as session:
        order = session.get(world.shop.Order, 1)
        said = {"amount": TEN, "date": today(world), "actor": "bea", **values}
        return world.shop.billcom.record_payment(order, reference=reference, **said)


def sell(world: World, **values: Any) -> None:
    """Settle one order of ten dollars and bring its documents to Bill.com."""
    world.lives_through(_sell, **values)


def _sell(world: World, **values: Any) -> None:
    world.settle(("ann", "10.00", "1.00"), **values)
    for _ in range(2):
        world.tick()
        world.advance(seconds=5)


def receipts(world: World) -> list[tuple[int, int, str, str]]:
    return [
        (row["amount"], row["unappliedAmount"], row["refNumber"], row["description"])
        for row in world.simulator.books.received_pays
    ]


def invoice(world: World) -> Document:
    (found,) = world.rows(Document, Document.kind == "invoice")
    return found  # type: ignore[no-any-return]


def differences(world: World) -> list[Any]:
    with world.app():
        return list(world.shop.billcom.reconcile().differences)


def trial(world: World) -> dict[str, int]:
    return {account.value: cents for account, cents in world.trial().items() if cents}


def test_a_check_pays_the_invoice_and_lies_at_the_bank(world: World) -> None:
    sell(world)

    recorded = enter(world)
    world.tick()

    assert (recorded.invoice, recorded.applied_cents, recorded.credit_cents, recorded.is_new) == ("FB-1", 1000, 0, True)
    ((cents, unapplied, number, words),) = receipts(world)
    assert (cents, unapplied, words) == (1000, 0, "check 1043")
    assert number == world.operation("record").natural_key
    assert len(number) <= 21
    assert invoice(world).status == "paid"
    assert world.rows(Settlement)[0].state == "collected"
    assert trial(world) == {"bank": 1000, "seller_payable": -900, "fee_income": -100}
    assert differences(world) == []
    acts = {act.action: act for act in world.rows(Audit)}
    assert (acts["payment_entered"].actor, acts["payment_recorded"].actor) == ("bea", "engine")


def test_recorded_money_is_counted_on_after_the_return_days(world: World) -> None:
    sell(world)
    enter(world)
    world.tick()

    world.advance(business_days=6)
    world.tick()

    assert world.rows(Settlement)[0].state == "funded"


def test_a_double_click_is_one_payment(world: World) -> None:
    sell(world)

    first, second = enter(world), enter(world)
    world.tick()
    third = enter(world)

    assert (first.is_new, second.is_new, third.is_new) == (True, False, False)
    assert len(receipts(world)) == len(world.rows(RecordedPayment)) == len(world.operations("record")) == 1


def test_a_list_that_lags_takes_nothing_of_it_back(make_world: MakeWorld) -> None:
    world = make_world(simulator={"list_lag_s": 3600})
    sell(world)
    world.advance(seconds=7200)
    enter(world, amount=Decimal("1.88"))
    world.tick()
    assert invoice(world).due_cents == 812

    other = Balances(world.parts.domain, Invoice)
    other.read(world.parts.domain.reads, [(invoice(world), world.simulator.books.customers[0].id)])

    assert (invoice(world).status, invoice(world).due_cents) == ("partial", 812)
    world.advance(seconds=7200)
    assert differences(world) == []


@pytest.mark.parametrize(
    "other", [{"amount": Decimal("9.99")}, {"method": "cash"}, {"date": date(2020, 1, 6)}], ids=lambda o: next(iter(o))
)
def test_a_reference_names_one_payment(world: World, other: dict[str, Any]) -> None:
    sell(world)
    enter(world)

    with pytest.raises(NotPossible, match="check 1043 is recorded for FB-1 already"):
        enter(world, **other)


def test_several_checks_pay_one_invoice_and_only_the_last_releases_it(world: World) -> None:
    sell(world)
    enter(world, "a", amount=Decimal("4.00"))
    enter(world, "b", amount=Decimal("6.00"))

    world.tick()
    assert sorted(world.states("record")) == ["done", "done"]
    assert world.rows(Settlement)[0].state == "collected"
    assert [row.cents for row in world.rows(Payment)] == [400, 600]
    assert differences(world) == []


def test_a_part_releases_nothing(world: World) -> None:
    sell(world)
    enter(world, amount=Decimal("4.00"))
    world.tick()
    world.advance(business_days=8)
    world.tick()

    assert (invoice(world).status, invoice(world).due_cents) == ("partial", 600)
    assert world.rows(Settlement)[0].state == "collecting"
    (bill,) = world.rows(Document, Document.kind == "bill")
    assert bill.release_after is None
    assert differences(world) == []


def test_more_than_is_due_is_refused_unless_it_was_meant(world: World) -> None:
    sell(world)
    with pytest.raises(NotPossible, match=r"10\.00 dollars are due on FB-1, less than 12\.50"):
        enter(world, amount=Decimal("12.50"))

    recorded = enter(world, amount=Decimal("12.50"), overpay=True)
    world.tick()

    assert (recorded.applied_cents, recorded.credit_cents) == (1000, 250)
    assert trial(world)["buyer_credit"] == -250
    assert trial(world)["bank"] == 1250
    with world.app() as session:
        assert world.shop.billcom.credit_of(session.merge(world.person("buyer", "Ada"))) == Decimal("2.50")
    assert differences(world) == []


def test_what_is_entered_and_not_told_yet_counts_as_paid(world: World) -> None:
    sell(world)
    enter(world, "a", amount=Decimal("7.00"))

    with pytest.raises(NotPossible, match=r"3\.00 dollars are due"):
        enter(world, "b", amount=Decimal("7.00"))
    enter(world, "b", amount=Decimal("3.00"))
    with pytest.raises(NotPossible, match="nothing is due"):
        enter(world, "c", amount=Decimal("0.01"))


def test_a_payment_may_be_entered_before_the_invoice_is_there(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    enter(world)
    world.run(120)

    assert world.states("record") == ["done"]
    assert world.rows(Settlement)[0].state == "collected"


def test_a_rehearsal_writes_nothing(world: World) -> None:
    sell(world)

    rehearsed = enter(world, dry_run=True)

    assert rehearsed.is_dry_run
    assert world.rows(RecordedPayment) == world.operations("record") == []


def test_a_planned_charge_is_given_up_for_it(make_world: MakeWorld) -> None:
    world = make_world(collect="charge")
    sell(world)
    assert [(o.state, o.parked) for o in world.operations("charge")] == [("planned", "awaiting_authorization")]

    recorded = enter(world)
    world.tick()

    assert recorded.gave_up_charge
    assert world.states("charge") == ["cancelled"]
    assert world.states("record") == ["done"]
    assert differences(world) == []


def test_a_charge_under_way_has_to_end_first(make_world: MakeWorld) -> None:
    world = make_world(collect="charge")
    world.onboard(buyers=["Ada"])
    world.simulator.plan_fault("timeout_before", "ChargeCustomer")
    sell(world)
    assert world.states("charge") == ["unknown"]

    with pytest.raises(NotPossible, match="a charge of FB-1 is unknown"):
        enter(world)


def test_a_scheduled_charge_leaves_nothing_due(make_world: MakeWorld) -> None:
    world = make_world(collect="charge")
    world.onboard(buyers=["Ada"])
    sell(world)
    assert invoice(world).status == "scheduled"

    with pytest.raises(NotPossible, match="nothing is due"):
        enter(world)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": Decimal("0.00")},
        {"amount": Decimal("-1.00")},
        {"amount": Decimal("1.005")},
        {"amount": 10.0},
        {"reference": ""},
        {"reference": "x" * 101},
        {"reference": "a\u202eb"},
        {"method": "barter"},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(world: World, wrong: dict[str, Any]) -> None:
    sell(world)
    with pytest.raises(InvalidRequest):
        enter(world, **{"reference": "check 1043", **wrong})


def test_the_future_pays_nothing(world: World) -> None:
    sell(world)
    with pytest.raises(InvalidRequest, match="in the future"):
        enter(world, date=today(world) + timedelta(days=1))


def test_where_two_people_decide_about_money_two_say_that_it_came(make_world: MakeWorld) -> None:
    world = make_world(approvers=2)
    sell(world)
    with pytest.raises(NotPossible, match="two people decide"):
        enter(world)
    with pytest.raises(NotPossible, match="somebody else"):
        enter(world, second="bea")

    enter(world, second="cal")
    world.tick()

    assert world.states("record") == ["done"]


@pytest.mark.parametrize("fault", ["timeout_after", "reset_after", "http_5xx_after", "garbage", "truncated", "empty"])
def test_a_lost_answer_is_read_back_and_nothing_is_recorded_twice(world: World, fault: str) -> None:
    sell(world)
    enter(world)
    world.simulator.plan_fault(fault, "RecordARPayment")
    world.tick()
    assert world.states("record") == ["unknown"]

    world.run(60)

    assert world.states("record") == ["done"]
    assert len(receipts(world)) == 1
    assert trial(world)["bank"] == 1000
    assert differences(world) == []


@pytest.mark.parametrize("fault", ["timeout_before", "http_5xx_before", "reset_before"])
def test_without_an_answer_and_without_a_trace_a_person_decides(world: World, fault: str) -> None:
    sell(world)
    enter(world)
    world.simulator.plan_fault(fault, "RecordARPayment")
    world.tick()

    world.run(3600)

    assert world.states("record") == ["quarantined"]
    assert receipts(world) == []
    operation = world.operation("record")
    with world.app():
        world.shop.billcom.resolve(operation.id, actor="bea", reason="not there")
    world.tick()
    assert world.states("record") == ["done"]
    assert len(receipts(world)) == 1
    assert differences(world) == []


def test_what_lands_late_is_found_and_not_sent_again(world: World) -> None:
    sell(world)
    enter(world)
    world.simulator.plan_fault("late_effect", "RecordARPayment", seconds=90)
    world.tick()

    world.run(3600)

    assert world.states("record") == ["done"]
    assert len(receipts(world)) == 1


@pytest.mark.parametrize("fault", ["connect_refused", "bdc:BDC_1322"])
def test_what_never_left_is_sent_again_by_itself(world: World, fault: str) -> None:
    sell(world)
    enter(world)
    world.simulator.plan_fault(fault, "RecordARPayment")
    world.tick()
    assert world.states("record") == ["planned"]

    world.run(60)

    assert world.states("record") == ["done"]
    assert len(receipts(world)) == 1


def test_a_poll_that_sees_it_first_changes_nothing(world: World) -> None:
    sell(world)
    enter(world)
    world.simulator.plan_fault("timeout_after", "RecordARPayment")
    world.tick()
    world.change_operations("record", check_after=world.clock.now() + timedelta(hours=1))
    world.advance(seconds=300)
    world.tick()
    assert (world.states("record"), invoice(world).status) == (["unknown"], "paid")

    world.run(7200)

    assert world.states("record") == ["done"]
    assert trial(world) == {"bank": 1000, "seller_payable": -900, "fee_income": -100}


def test_a_payment_of_a_stranger_with_the_same_amount_is_not_taken_for_ours(world: World) -> None:
    sell(world)
    enter(world)
    world.simulator.plan_fault("timeout_before", "RecordARPayment")
    world.tick()
    (there,) = world.simulator.books.invoices
    with world.app():
        client = world.shop.billcom.client
        from flask_billcom.api.requests import InvoicePayment

        client.record_ar_payment(
            there["customerId"], [InvoicePayment(there.id, TEN)], amount=TEN, payment_date=today(world)
        )

    world.run(3600)

    assert world.states("record") == ["quarantined"]
    assert "without a number" in world.evidence("record")["reason"]
    (theirs,) = world.simulator.books.received_pays
    operation = world.operation("record")
    with world.app():
        with pytest.raises(NotPossible, match="may have happened"):
            world.shop.billcom.resolve(operation.id, actor="bea", reason="send it again")
        world.shop.billcom.resolve(operation.id, actor="bea", reason="cal recorded it by hand", adopt=theirs.id)
    world.run(600)

    assert world.states("record") == ["done"]
    assert trial(world) == {"bank": 1000, "seller_payable": -900, "fee_income": -100}
    assert differences(world) == []


def test_an_invoice_that_was_paid_by_link_meanwhile_is_not_paid_again(world: World) -> None:
    sell(world)
    enter(world)
    (there,) = world.simulator.books.invoices
    world.person_does("pay_by_card", id=there.id, amount_cents=1000)

    world.tick()

    (operation,) = world.operations("record")
    assert (operation.state, operation.parked) == ("planned", "difference")
    assert receipts(world)[0][0] == 1000
    assert len(receipts(world)) == 1


def test_a_recording_that_was_given_up_may_be_entered_anew(world: World) -> None:
    sell(world)
    enter(world, amount=Decimal("4.00"))
    with world.app():
        world.shop.billcom.cancel_operation(world.operation("record").id, actor="bea", reason="typed wrongly")

    enter(world, amount=Decimal("5.00"))
    world.tick()

    assert world.states("record") == ["cancelled", "done"]
    assert [row[0] for row in receipts(world)] == [500]


def test_a_check_that_bounced_is_taken_back(world: World) -> None:
    sell(world)
    enter(world)
    world.tick()
    (there,) = world.simulator.books.received_pays
    with world.app():
        world.shop.billcom.client.void_ar_payment(there.id)
    world.advance(business_days=1)
    world.tick()

    assert invoice(world).status == "open"
    assert trial(world)["buyer_receivable"] == 1000
    assert Account.BANK.value not in trial(world)
    assert differences(world) == []
    enter(world, "check 1044")
    world.tick()
    assert invoice(world).status == "paid"
