"""Somebody pays a bill by hand in Bill.com's own page while the payout that had paid it is still coming back."""

from __future__ import annotations

from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.simulator.errors import Refusal
from tests.stories.conftest import Begin
from tests.stories.town import Town

TEN = ("ann", "10.00", "1.00")
WHY = {"actor": "eve", "reason": "Bea has paid it by hand"}


def sent(begin: Begin, sales: int = 3, *, days: int = 6, **settings: Any) -> tuple[Town, Any]:
    """Let one payment pay the bills of some sales: made on the sixth day, on its way from the seventh on."""
    town = begin(combine_payments=True, simulator={"void": "at_once"}, **settings)
    town.operator("edit", id=town.vendor("ann").id, values={"enabledCombinePayments": True})
    town.sold(TEN, times=sales, bank_days=days)
    (payment,) = town.payouts_to("ann")
    assert payment["status"] == ("1" if days == 6 else "2")
    return town, payment


def taken_back(town: Town, payment: Any) -> None:
    """Let somebody take a payment back at Bill.com, and get its money back if it had left."""
    (shown,) = [each for each in town.payouts_to("ann") if each.id == payment.id]
    town.operator("cancel" if shown["status"] == "1" else "void", id=payment.id)


def is_void(town: Town, payment: Any, second: str | None = None) -> None:
    """Let two looks prove that a payment is void; where a line of the bank does not tell, a person does."""
    town.waits(bank_days=1)
    if status_of(town, payment) == "returning":
        town.billcom.confirm_credit(payment.id, actor="eve", second=second, reason="the statement shows it")
    town.passes(seconds=3600)
    town.passes(seconds=3600)
    assert status_of(town, payment) in {"voided", "cancelled"}


def paid_by_hand(town: Town, place: int = 0, **details: Any) -> Any:
    """Let somebody pay the bill of a sale there, and return the payment."""
    town.operator("pay_bill", id=town.bill_of(town.orders[place], "ann").id, **details)
    return town.payout_to("ann")


def status_of(town: Town, payment: Any) -> str:
    """Return what our rows say of a payment to the seller."""
    (found,) = [each for each in town.billcom.payouts_of(town.seller("ann")) if each.remote_id == payment.id]
    return str(found.status)


def commands_about(town: Town, by_hand: Any) -> list[str]:
    """Return what the reconciliation says to do about a payment made by hand."""
    return [each.command for each in town.billcom.reconcile().differences if by_hand.id in each.theirs]


def advice_about(town: Town, by_hand: Any) -> list[tuple[str, str | None]]:
    """Return what the doctor says about it."""
    checks = town.billcom.doctor(offline=True).checks
    return [(check.message, check.next_step) for check in checks if by_hand.id in check.message]


@pytest.mark.parametrize("days", [6, 7], ids=["before it left", "on its way"])
@pytest.mark.parametrize("waits", [0, 4], ids=["not arrived", "arrived"])
def test_the_other_bills_are_paid_again_and_the_payment_by_hand_is_adopted(begin: Begin, days: int, waits: int) -> None:
    town, payment = sent(begin, days=days)
    taken_back(town, payment)
    by_hand = paid_by_hand(town)
    is_void(town, payment)
    town.waits(bank_days=waits)
    if waits:
        with pytest.raises(Refusal):
            taken_back(town, by_hand)
    assert commands_about(town, by_hand) == [f"flask billcom pay adopt {by_hand.id} --reason WHY"]
    town.billcom.adopt_payment(by_hand.id, **WHY)
    again = town.billcom.pay_again(payment.id, actor="eve", reason="it was right")
    assert again.numbers == ("FB-2-1", "FB-3-1")
    town.waits(bank_days=5)

    assert town.calls("PayBills") == 2
    town.ends(collected="30.00", paid_out="27.00", fees="3.00")


def test_its_bill_may_go_to_the_payout_runs_with_the_others_and_be_adopted_then(begin: Begin) -> None:
    town, payment = sent(begin)
    taken_back(town, payment)
    by_hand = paid_by_hand(town)
    is_void(town, payment)
    town.waits(bank_days=3)
    again = town.billcom.pay_again(payment.id, actor="eve", reason="it was right")
    assert again.numbers == ("FB-1-1", "FB-2-1", "FB-3-1")
    town.waits(bank_days=2)
    assert sorted(each.parked or each.state for each in town.operations("pay"))[3:] == ["difference", "done", "done"]
    assert commands_about(town, by_hand) == [f"flask billcom pay adopt {by_hand.id} --reason WHY"]
    town.billcom.adopt_payment(by_hand.id, **WHY)
    town.waits(bank_days=5)

    town.ends(collected="30.00", paid_out="27.00", fees="3.00")


def test_a_payout_of_one_bill_that_is_paid_by_hand(begin: Begin) -> None:
    town, payment = sent(begin, sales=1)
    taken_back(town, payment)
    by_hand = paid_by_hand(town)
    is_void(town, payment)
    would = town.billcom.adopt_payment(by_hand.id, dry_run=True, **WHY)
    assert (would.numbers, would.cents) == (("FB-1-1",), 9_00)
    town.billcom.adopt_payment(by_hand.id, **WHY)
    town.waits(bank_days=5)
    with pytest.raises(NotPossible, match="paid or being paid already: FB-1-1"):
        town.billcom.pay_again(payment.id, actor="eve", reason="it was right")

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_nothing_is_adopted_before_the_payout_is_proved_void(begin: Begin) -> None:
    town, payment = sent(begin, sales=2)
    taken_back(town, payment)
    by_hand = paid_by_hand(town)
    town.world.run_until(lambda: status_of(town, payment) == "returning", step=3600, within=26 * 3600)
    with pytest.raises(NotPossible, match=f"payout {payment.id}, which paid bill FB-1-1 before, is not proved void"):
        town.billcom.adopt_payment(by_hand.id, **WHY)
    adopt = f"flask billcom pay adopt {by_hand.id} --reason WHY"
    assert commands_about(town, by_hand) == [f"flask billcom tick, until payout {payment.id} is void; then {adopt}"]
    town.ticks()
    assert [step for _, step in advice_about(town, by_hand)] == [f"once the payout is void, `{adopt}`"]
    is_void(town, payment)
    assert [step for _, step in advice_about(town, by_hand)] == [
        f"`{adopt}`; if it was taken back since, `flask billcom pay again {payment.id} --reason WHY`"
    ]
    town.billcom.adopt_payment(by_hand.id, **WHY)
    assert advice_about(town, by_hand) == []
    town.billcom.pay_again(payment.id, actor="eve", reason="it was right")
    town.waits(bank_days=9)

    town.ends(collected="20.00", paid_out="18.00", fees="2.00")


def test_an_adoption_needs_as_many_people_as_ever_and_changes_nothing_without_them(begin: Begin) -> None:
    town, payment = sent(begin, sales=1, approvers=2)
    taken_back(town, payment)
    by_hand = paid_by_hand(town)
    is_void(town, payment, second="bob")
    before = [(each.id, each.state) for each in town.operations("pay")]
    with pytest.raises(NotPossible, match="two people decide"):
        town.billcom.adopt_payment(by_hand.id, **WHY)
    assert [(each.id, each.state) for each in town.operations("pay")] == before
    town.billcom.adopt_payment(by_hand.id, second="bob", **WHY)
    town.waits(bank_days=5)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


@pytest.mark.parametrize("is_proved", [False, True], ids=["before the proof", "after it"])
def test_the_payment_by_hand_is_taken_back_too_and_all_bills_are_paid_again(begin: Begin, *, is_proved: bool) -> None:
    town, payment = sent(begin, sales=2)
    taken_back(town, payment)
    by_hand = paid_by_hand(town)
    if is_proved:
        is_void(town, payment)
    taken_back(town, by_hand)
    is_void(town, payment)
    assert commands_about(town, by_hand) == []
    with pytest.raises(NotPossible, match="was taken back"):
        town.billcom.adopt_payment(by_hand.id, **WHY)
    again = town.billcom.pay_again(payment.id, actor="eve", reason="it was right")
    assert again.numbers == ("FB-1-1", "FB-2-1")
    town.waits(bank_days=9)

    town.ends(collected="20.00", paid_out="18.00", fees="2.00")


def test_an_adopted_payment_that_is_taken_back_later_is_paid_again_like_a_payout_of_ours(begin: Begin) -> None:
    town, payment = sent(begin, sales=2)
    taken_back(town, payment)
    by_hand = paid_by_hand(town)
    is_void(town, payment)
    town.billcom.adopt_payment(by_hand.id, **WHY)
    taken_back(town, by_hand)
    is_void(town, by_hand)
    again = town.billcom.pay_again(by_hand.id, actor="eve", reason="it was right")
    assert again.numbers == ("FB-1-1",)
    with pytest.raises(NotPossible, match="with the payout runs already"):
        town.billcom.pay_again(by_hand.id, actor="bob", reason="it was right")
    town.billcom.payout_run(actor="eve")
    town.passes()
    town.billcom.pay_again(payment.id, actor="eve", reason="it was right")
    town.waits(bank_days=9)

    town.ends(collected="20.00", paid_out="18.00", fees="2.00")


def test_a_part_paid_by_hand_is_taken_back_and_the_others_have_not_waited_for_it(begin: Begin) -> None:
    town, payment = sent(begin, sales=2)
    taken_back(town, payment)
    part = paid_by_hand(town, amount_cents=400)
    is_void(town, payment)
    assert commands_about(town, part) == [
        (
            f"cancel or void {part.id} at Bill.com, then flask billcom pay again {payment.id} --reason WHY; once it "
            f"has arrived, set bill FB-1-1 to 4.00 there, then flask billcom pay adopt {part.id} --as-paid --reason WHY"
        )
    ]
    town.billcom.pay_again(payment.id, actor="eve", reason="it was right")
    town.waits(bank_days=1)
    assert len(town.operations("pay", "done")) == 1, "the other bill is paid"
    with pytest.raises(NotPossible, match=r"pays 4\.00 of bill FB-1-1"):
        town.billcom.adopt_payment(part.id, **WHY)
    taken_back(town, part)
    town.waits(bank_days=9)

    town.ends(collected="20.00", paid_out="18.00", fees="2.00")


def test_a_part_paid_by_hand_that_has_arrived_is_taken_as_it_was_paid_once_the_payout_is_void(begin: Begin) -> None:
    town, payment = sent(begin, sales=2)
    taken_back(town, payment)
    part = paid_by_hand(town, amount_cents=400)
    with pytest.raises(NotPossible, match="it is settled first"):
        town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    is_void(town, payment)
    bill = town.bill_of(town.orders[0], "ann")
    (line,) = bill["billLineItems"]
    lines = [{"entity": "BillLineItem", "id": line.id, "amount": "4.00"}]
    town.operator("edit", id=bill.id, values={"billLineItems": lines})
    town.waits(bank_days=4)
    town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    town.billcom.pay_again(payment.id, actor="eve", reason="the other bill was right")
    town.waits(bank_days=9)

    town.ends(collected="20.00", paid_out="18.00", fees="2.00")


def test_more_than_a_bill_comes_to_is_adopted_once_and_the_rest_is_taken_back(begin: Begin) -> None:
    town, payment = sent(begin, sales=2)
    taken_back(town, payment)
    too_much = paid_by_hand(town, amount_cents=400)
    by_hand = paid_by_hand(town, amount_cents=900)
    is_void(town, payment)
    town.billcom.adopt_payment(by_hand.id, **WHY)
    assert "duplicate" in {each.kind for each in town.billcom.reconcile().differences}
    taken_back(town, too_much)
    town.billcom.pay_again(payment.id, actor="eve", reason="it was right")
    town.waits(bank_days=9)

    town.ends(collected="20.00", paid_out="18.00", fees="2.00")


def test_two_bills_that_one_payment_by_hand_pays_are_adopted_together(begin: Begin) -> None:
    town, payment = sent(begin, sales=2)
    taken_back(town, payment)
    by_hand = [paid_by_hand(town, place) for place in (0, 1)]
    is_void(town, payment)
    for each in by_hand:
        town.billcom.adopt_payment(each.id, **WHY)
    town.waits(bank_days=9)

    assert town.calls("PayBills") == 1
    town.ends(collected="20.00", paid_out="18.00", fees="2.00")
