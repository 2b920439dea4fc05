"""An error came, and what it did is open: looked up, halved, and only then refused or sent again."""

from __future__ import annotations

from collections import Counter

import pytest

from flask_billcom.ledger import Account
from flask_billcom.simulator.calls.answers import to_json
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World

DOUBT_S = 5 * 60


def test_an_error_after_the_effect_is_found_without_a_fence(world: World) -> None:
    world.ready_to_pay(3)
    world.simulator.plan_fault("bdc_after:BDC_9999", "PayBills")

    world.run(60)

    assert set(world.states("pay")) == {"done"}
    assert len(world.sent("PayBills")) == 1
    assert world.sent("Logout") == []


def test_an_error_without_effect_is_waited_for_and_then_halved(world: World) -> None:
    world.ready_to_pay(4)
    world.simulator.plan_fault("bdc:BDC_9999", "PayBills")

    world.run_until(lambda: set(world.states("pay")) == {"done"}, within=1800)

    first, *rest = world.sent("PayBills")
    assert sum(entry.items for entry in rest) == 4
    assert rest[0].at - first.at >= DOUBT_S * 1000
    assert set(world.paid_cents().values()) == {900}
    assert [o.resends for o in world.operations("pay")] == [0] * 4
    assert world.sent("Logout") == []


def test_a_single_bill_that_is_refused_and_absent_is_rejected_and_its_money_given_back(world: World) -> None:
    world.ready_to_pay(1)
    world.simulator.plan_fault("bdc:BDC_1205", "PayBills")
    payable = world.trial()[Account.SELLER_PAYABLE]

    world.run_until(lambda: world.states("pay") == ["rejected"], within=1800)

    assert world.trial()[Account.SELLER_RESERVED] == 0
    assert world.trial()[Account.SELLER_PAYABLE] == payable - 900
    assert world.operation("pay").error_code == "BDC_1205"


def test_a_vendor_with_too_young_an_account_is_tried_on_the_next_bank_day(world: World) -> None:
    world.ready_to_pay(1)
    world.simulator.plan_fault("bdc:BDC_1402", "PayBills")

    took = world.run_until(lambda: world.states("pay") == ["done"], step=600, within=36 * 3600)

    assert took > 3600
    assert len(world.sent("PayBills")) == 2


@pytest.mark.parametrize("code", ["BDC_1159", "BDC_1171"])
def test_evidence_of_presence_is_read_back_at_once_and_never_called_failed(world: World, code: str) -> None:
    world.ready_to_pay(1)
    world.simulator.plan_fault(f"bdc_after:{code}", "PayBills")
    world.tick()
    world.tick()

    assert world.states("pay") == ["done"]


def test_evidence_of_presence_without_anything_of_ours_is_left_to_a_person(world: World) -> None:
    world.ready_to_pay(1)
    world.simulator.plan_fault("bdc:BDC_1159", "PayBills")

    world.run_until(lambda: world.states("pay") == ["quarantined"], within=1800)

    assert len(world.sent("PayBills")) == 1
    assert world.trial()[Account.SELLER_RESERVED] == -900


def test_a_number_that_somebody_else_has_used_is_left_to_a_person(make_world: MakeWorld) -> None:
    world = make_world(simulator={"unique_numbers": "org"})
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.simulator.plan_fault("connect_refused", "Bulk/Crud/Create/Bill")
    world.tick()
    (vendor,) = world.simulator.books.vendors
    stranger = {"vendorId": vendor.id, "number": "FB-1-1", "dollars": "4.00"}
    make_bill(world, **stranger)

    world.run_until(lambda: world.states("create_bill") == ["quarantined"], within=3600)

    assert world.operation("create_bill").remote_id is None


def test_a_request_that_is_wrong_for_certain_is_rejected_at_once(world: World) -> None:
    world.ready_to_pay(2)
    world.simulator.plan_fault("bdc:BDC_1122", "PayBills")
    world.tick()

    assert set(world.states("pay")) == {"rejected"}
    assert world.trial()[Account.SELLER_RESERVED] == 0


@pytest.mark.parametrize("paybills", ["atomic", "partial"])
def test_one_bad_bill_of_two_hundred_keeps_nobody_from_his_money_that_day(make_world: MakeWorld, paybills: str) -> None:
    world = make_world(simulator={"paybills": paybills})
    world.onboard(sellers=["ann", "bo"])
    world.settle(("ann", "10.00", "1.00"))
    world.settle_some(199, ("ann", "10.00", "1.00"))
    world.settle(("bo", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.plan_payouts(1)
    world.tick()
    assert world.states("pay") == ["done"], "vendors have just been looked at"
    assert world.plan_payouts() == 200
    bo = next(row for row in world.simulator.books.vendors if row["name"] == "bo")
    world.simulator.under_lock(lambda bill: bill.change(bo, isActive="2"))

    world.run_until(lambda: world.states("pay").count("done") == 200, within=45 * 60)
    world.run(1800)

    (left,) = [operation for operation in world.operations("pay") if operation.state != "done"]
    assert (left.state, left.parked) in {("rejected", None), ("planned", "difference")}
    assert Counter(world.paid_cents().values()) == {0: 1, 900: 200}
    assert len({payment["processDate"] for payment in world.simulator.books.sent_pays}) == 1, "all of them the same day"
    assert "quarantined" not in world.states()
    assert len(world.sent("PayBills")) <= 1 + 1 + 2 * 8


@pytest.mark.parametrize("mode", ["short_bulk", "reordered_bulk"])
@pytest.mark.parametrize("entity", ["Vendor", "Invoice", "Bill"])
def test_bulk_answers_that_do_not_fit_the_request_are_not_believed(world: World, mode: str, entity: str) -> None:
    world.simulator.plan_fault(mode, f"Bulk/Crud/Create/{entity}")
    for number in range(4):
        world.settle((f"s{number}", "10.00", "1.00"))

    world.run_until(lambda: set(world.states()) == {"done"}, within=3600)

    assert len(world.simulator.books[entity]) == 4
    assert len({o.remote_id for o in world.operations(f"create_{entity.lower()}")}) == 4


@pytest.mark.parametrize("bulk", ["per_item", "rollback", "short", "reordered"])
def test_one_bad_bill_in_a_bulk_leaves_the_others_alone(make_world: MakeWorld, bulk: str) -> None:
    world = make_world(simulator={"bulk": bulk})
    for name in ("ann", "bo", "cy"):
        world.settle((name, "10.00", "1.00"))
    world.advance(seconds=5)
    world.simulator.plan_fault("connect_refused", "Bulk/Crud/Create/Bill")
    world.tick()
    bo = next(row for row in world.simulator.books.vendors if row["name"] == "bo")
    world.simulator.under_lock(lambda bill: bill.change(bo, isActive="2"))

    world.run(2 * 3600)

    assert world.numbers("Bill") in (["FB-1-1", "FB-3-1"], ["FB-1-1", "FB-2-1", "FB-3-1"])
    assert world.states("create_bill").count("done") >= 2


def make_bill(world: World, **what: str) -> None:
    """Let a person enter a bill in Bill.com's own page."""
    from flask_billcom.simulator.catalogue import ENTITIES
    from flask_billcom.simulator.serving import crud

    obj = {
        "entity": "Bill",
        "vendorId": what["vendorId"],
        "invoiceNumber": what["number"],
        "invoiceDate": "2026-03-02",
        "dueDate": "2026-03-02",
        "billLineItems": [{"entity": "BillLineItem", "amount": what["dollars"]}],
    }
    world.simulator.under_lock(lambda bill: to_json(crud.single(bill, ENTITIES["Bill"], "Create", {"obj": obj})))
