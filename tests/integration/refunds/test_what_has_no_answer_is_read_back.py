"""Updates and deletes whose answer is lost, and payments that happen meanwhile: one effect, never at the old amount."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Operation, OperationState

from .conftest import Open, Shop

LOST = ("timeout_after", "reset_after", "garbage", "http_5xx_after", "truncated")
UNSENT = ("timeout_before", "reset_before", "http_5xx_before", "connect_refused")


def settle_down(shop: Shop) -> None:
    """Let doubts end: grace, fence, and what follows."""
    for _ in range(6):
        shop.world.run(1800)


def evidence_of(shop: Shop, kind: str) -> dict[str, Any]:
    found = shop.world.operation(kind).evidence
    assert found is not None
    return found


@pytest.mark.parametrize("fault", [*LOST, *UNSENT])
def test_a_lost_answer_to_an_update_lowers_the_invoice_once(quiet: Shop, fault: str) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))
    quiet.world.simulator.plan_fault(fault, "Crud/Update/*", count=2)

    quiet.refund(order, "20.00")
    quiet.go()
    settle_down(quiet)

    assert quiet.there("Invoice") == {"FB-1": 40_00}
    assert quiet.there("Bill") == {"FB-1-1": 36_00}
    assert quiet.lines("Invoice", "FB-1") == [40_00]
    quiet.settled_dust()


@pytest.mark.parametrize("fault", ["timeout_after", "timeout_before", "http_5xx_after"])
def test_a_lost_answer_to_a_delete_deletes_once(quiet: Shop, fault: str) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))
    quiet.world.simulator.plan_fault(fault, "Crud/Delete/*", count=2)

    quiet.refund(order)
    quiet.go()
    settle_down(quiet)

    assert (quiet.there("Invoice"), quiet.there("Bill"), quiet.books()) == ({}, {}, {})
    assert quiet.state(order) == "cancelled"
    quiet.settled_dust()


def test_an_update_that_lands_late_is_found_and_not_sent_again(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))
    quiet.world.simulator.plan_fault("late_effect", "Crud/Update/Invoice", seconds=90)

    quiet.refund(order, "20.00")
    quiet.go()
    settle_down(quiet)

    assert [call.fault for call in quiet.world.sent("Crud/Update/Invoice")] == ["late_effect", "landed"]
    assert quiet.there("Invoice") == {"FB-1": 40_00}
    quiet.settled_dust()


def test_a_new_refund_waits_for_the_outcome_of_the_one_before(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))
    quiet.world.simulator.plan_fault("timeout_before", "Crud/Update/Invoice")
    quiet.refund(order, "20.00")
    quiet.go()

    quiet.refund(order, "10.00")
    quiet.go()
    assert quiet.waiting()["FB-1"].startswith("update_invoice is unknown")
    settle_down(quiet)

    assert quiet.there("Invoice") == {"FB-1": 30_00}
    assert quiet.there("Bill") == {"FB-1-1": 27_00}
    quiet.settled_dust()


def test_a_payout_that_timed_out_and_lands_lets_the_seller_owe_his_share(open_shop: Open) -> None:
    shop = open_shop(float_cents=100_00)
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.go(days=1)
    shop.world.simulator.plan_fault("timeout_after", "PayBills")
    shop.go(days=5)
    assert shop.operations("pay") == [("pay", "unknown", 54_00)]

    shop.refund(order, "20.00")
    assert shop.waiting()["FB-1-1"] == "pay is unknown"
    settle_down(shop)
    shop.dust()

    assert shop.operations("pay")[0] == ("pay", "done", 54_00)
    assert (shop.paid_to("ann"), shop.paid_to("Ada")) == (54_00, 20_00)
    assert shop.books() == {"bank": -14_00, "seller_clawback": 18_00, "fee_income": -4_00}
    shop.settled_dust()


def test_a_payout_that_timed_out_and_never_landed_is_made_once_and_the_rest_is_owed(open_shop: Open) -> None:
    shop = open_shop(float_cents=100_00)
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.go(days=1)
    shop.world.simulator.plan_fault("timeout_before", "PayBills")
    shop.go(days=5)

    shop.refund(order, "20.00")
    shop.go()
    settle_down(shop)
    shop.dust()

    # It was proved absent and is planned again: the refund gives it up and lowers the bill first.
    assert shop.paid_to("ann") - shop.owed_by_seller("ann") == 36_00
    assert shop.paid_to("Ada") == 20_00
    shop.settled_dust()


def test_a_buyer_who_pays_by_link_before_the_update_is_paid_back(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))
    quiet.refund(order, "20.00")
    quiet.world.advance(seconds=5)
    with quiet.world.app():
        from flask_billcom.marketplace.refunds.carrying import carry_out

        carry_out(quiet.world.parts.domain)
    quiet.pay_by_link()
    quiet.go()
    quiet.dust()

    assert quiet.there("Invoice") == {"FB-1": 60_00}
    assert (quiet.paid_to("Ada"), quiet.paid_to("ann")) == (20_00, 36_00)
    assert quiet.books() == {"bank": 4_00, "fee_income": -4_00}
    quiet.settled_dust()


def test_a_refused_update_names_its_cause_and_goes_on_when_it_is_mended(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))
    quiet.world.simulator.plan_fault("bdc:BDC_1117", "Crud/Update/Invoice")
    quiet.refund(order, "20.00")
    quiet.go()

    [refused] = quiet.world.rows(Operation, Operation.state == OperationState.REJECTED)
    assert quiet.waiting()["FB-1"].startswith(
        "update_invoice was refused: BDC_1117; mend the cause, then flask billcom"
    )
    with quiet.world.app():
        quiet.world.shop.billcom.retry(refused.id, actor="Ann", reason="mended")
    quiet.go()

    assert quiet.there("Invoice") == {"FB-1": 40_00}
    quiet.settled_dust()


def test_a_document_that_somebody_edited_is_left_alone(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))
    [bill] = quiet.world.simulator.books.bills
    line = {"entity": "BillLineItem", "id": bill["billLineItems"][0].id, "amount": Decimal("70.00")}
    quiet.world.person_does("edit_bill", id=bill.id, values={"billLineItems": [line]})

    quiet.refund(order, "20.00")
    quiet.go()

    assert quiet.there("Bill") == {"FB-1-1": 70_00}
    assert quiet.waiting()["FB-1-1"] == "update_bill is parked: difference"
    assert evidence_of(quiet, "update_bill")["difference"] == "its amount at Bill.com is 70.00"

    quiet.world.person_does("edit_bill", id=bill.id, values={"billLineItems": [{**line, "amount": Decimal("54.00")}]})
    quiet.world.run(3600)
    assert quiet.there("Bill") == {"FB-1-1": 36_00}
    quiet.settled_dust()


def test_a_document_that_is_edited_while_the_update_is_in_doubt_needs_a_person(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))
    [bill] = quiet.world.simulator.books.bills
    line = {"entity": "BillLineItem", "id": bill["billLineItems"][0].id}
    quiet.world.simulator.plan_fault("timeout_before", "Crud/Update/Bill")
    quiet.refund(order, "20.00")
    quiet.go()
    quiet.world.person_does("edit_bill", id=bill.id, values={"billLineItems": [{**line, "amount": Decimal("1.00")}]})
    settle_down(quiet)

    update = quiet.world.operation("update_bill")
    assert update.state == "quarantined"
    assert evidence_of(quiet, "update_bill")["reason"] == "the document stands neither as it was nor as wanted"
    assert quiet.waiting()["FB-1-1"] == f"update_bill is in quarantine; flask billcom ops show {update.id}"

    quiet.world.person_does("edit_bill", id=bill.id, values={"billLineItems": [{**line, "amount": Decimal("36.00")}]})
    with quiet.world.app():
        quiet.world.shop.billcom.resolve(update.id, actor="Ann", reason="put right by hand", adopt=bill.id)
    quiet.go()
    assert quiet.document("FB-1-1").cents == 36_00
    quiet.settled_dust()


def test_a_payment_that_comes_while_the_update_is_in_doubt_needs_a_person_or_is_paid_back(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))
    quiet.world.simulator.plan_fault("timeout_before", "Crud/Update/Invoice")
    quiet.refund(order, "20.00")
    quiet.go()
    quiet.pay_by_link()
    settle_down(quiet)

    update = quiet.world.operation("update_invoice")
    assert (update.state, evidence_of(quiet, "update_invoice")["reason"]) == (
        "quarantined",
        "a payment of the document came in between",
    )

    quiet.go(days=1)
    with quiet.world.app():
        quiet.world.shop.billcom.cancel_operation(update.id, actor="Ann", reason="it never came there")
    quiet.dust()
    assert (quiet.paid_to("Ada"), quiet.paid_to("ann")) == (20_00, 36_00)
    quiet.settled_dust()


class Killed(BaseException):
    """The process has ended."""


def tick_until_killed(shop: Shop) -> None:
    for _ in range(4):
        shop.world.tick()


@pytest.mark.parametrize("moment", ["connect", "effect", "answer"])
@pytest.mark.parametrize("whole", [False, True], ids=["update", "delete"])
def test_a_worker_that_is_killed_around_a_correction_leaves_it_to_the_next_one(
    quiet: Shop, moment: str, *, whole: bool
) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))
    verb = "Delete" if whole else "Update"
    left = [1]

    def kill(at: str, endpoint: str) -> None:
        if at == moment and endpoint.startswith(f"Crud/{verb}/") and left:
            left.pop()
            raise Killed

    quiet.refund(order, None if whole else "20.00")
    quiet.world.advance(seconds=5)
    quiet.world.on_call = kill
    with pytest.raises(Killed):
        tick_until_killed(quiet)
    quiet.world.restart()
    settle_down(quiet)

    assert quiet.there("Invoice") == ({} if whole else {"FB-1": 40_00})
    assert quiet.there("Bill") == ({} if whole else {"FB-1-1": 36_00})
    quiet.settled_dust()


def test_money_that_is_being_recorded_is_waited_for(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))
    received = {"amount": Decimal("60.00"), "date": quiet.world.clock.now().date(), "reference": "cheque 7"}
    quiet.call("record_payment", order, commit=False, actor="Ann", **received)
    with pytest.raises(NotPossible, match="its record is planned"):
        quiet.cancel(order)

    quiet.refund(order, "20.00")
    assert quiet.waiting()["FB-1"] == "a payment received elsewhere is being recorded"
    quiet.go()
    quiet.dust()

    assert quiet.there("Invoice") == {"FB-1": 60_00}
    # Bill.com has not moved the buyer's money, so the cover for paying him back is the recorded one.
    assert (quiet.paid_to("Ada"), quiet.paid_to("ann")) == (20_00, 36_00)
    quiet.settled_dust()


def test_a_reconciliation_takes_a_correction_in_doubt_for_what_it_is(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))
    quiet.world.simulator.plan_fault("timeout_after", "Crud/Update/Invoice")
    quiet.refund(order, "20.00")
    quiet.world.advance(seconds=5)
    quiet.world.tick()

    with quiet.world.app():
        report = quiet.world.shop.billcom.reconcile()
    [seen] = [each for each in report.differences if each.subject == "invoice FB-1"]
    assert (seen.kind, seen.ours, seen.theirs) == ("other_state", "60.00", "40.00")
    assert "A refund lowers it" in seen.explanation
    settle_down(quiet)
    quiet.settled_dust()
