"""A bill that somebody pays in Bill.com's own page with another amount than ours, and that nobody can take back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from tests.stories.by_hand import TEN, WHY, comes_to, command_about, doctor_is_silent, due, runs, told_of
from tests.stories.conftest import Begin
from tests.stories.town import Order, Town


def processed(begin: Begin, *, cents: int = 4_00, **settings: Any) -> tuple[Town, Order, Any]:
    """Let a due bill be paid by hand with another amount, which has left and not arrived yet."""
    town, order = due(begin, **settings)
    bill = town.bill_of(order, "ann")
    if cents > 9_00:
        comes_to(town, bill, f"{cents / 100:.2f}")
    town.operator("pay_bill", id=bill.id, amount_cents=cents)
    town.waits(bank_days=1)
    return town, order, town.payout_to("ann")


def arrived(begin: Begin, *, cents: int = 4_00, runs_before: bool = True, **settings: Any) -> tuple[Town, Order, Any]:
    """Let a due bill be paid by hand with another amount, which arrives, beside a payout of ours or before one."""
    town, order, payment = processed(begin, cents=cents, **settings)
    if runs_before:
        runs(town, bank_days=1)
    town.waits(bank_days=4)
    return town, order, payment


@pytest.mark.parametrize("runs_before", [True, False])
def test_what_a_part_that_has_arrived_leaves_is_paid_by_a_bill_of_its_own(begin: Begin, *, runs_before: bool) -> None:
    town, order, part = arrived(begin, runs_before=runs_before)
    assert command_about(town, part) == (
        f"cancel or void {part.id} at Bill.com, then flask billcom tick; once it has arrived, set bill FB-1-1 to 4.00 "
        f"there, then flask billcom pay adopt {part.id} --as-paid --reason WHY"
    )
    comes_to(town, town.bill_of(order, "ann"), "4.00")
    would = town.billcom.adopt_payment(part.id, as_paid=True, dry_run=True, **WHY)
    assert (would.numbers, would.cents, would.rest_cents, would.excess_cents) == (("FB-1-1",), 4_00, 5_00, 0)
    assert town.operations("pay", "done") == []
    done = town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    assert (done.cents, done.rest_cents, done.is_dry_run) == (4_00, 5_00, False)
    town.passes()
    (rest,) = [row for row in town.at_billcom("Bill") if row["invoiceNumber"].startswith("FB-A")]
    assert (rest["amount"], rest["vendorId"]) == (5_00, town.vendor("ann").id)
    runs(town)

    assert doctor_is_silent(town)
    assert [each.kind for each in town.billcom.adjustments_of(town.seller("ann"))] == ["rest"]
    assert told_of(town, "ann") == [("sale", 10_00), ("fee", -1_00), ("payout", -4_00), ("payout", -5_00)]
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_what_was_paid_too_much_is_owed_by_the_seller_and_taken_off_his_next_bill(begin: Begin) -> None:
    town, _, too_much = arrived(begin, cents=12_00)
    assert f"set bill FB-1-1 to 12.00 there, then flask billcom pay adopt {too_much.id}" in command_about(
        town, too_much
    )
    would = town.billcom.adopt_payment(too_much.id, as_paid=True, dry_run=True, **WHY)
    assert (would.cents, would.rest_cents, would.excess_cents) == (12_00, 0, 3_00)
    town.billcom.adopt_payment(too_much.id, as_paid=True, **WHY)
    town.waits(bank_days=2)
    assert doctor_is_silent(town)
    assert town.billcom.balance_of(town.seller("ann")).owes_cents == 3_00
    assert told_of(town, "ann") == [("sale", 10_00), ("fee", -1_00), ("payout", -12_00)]
    town.ends(collected="10.00", paid_out="12.00", fees="1.00", sellers_owe="3.00", overpaid=["ann"])
    town.sells(TEN)
    town.passes()
    town.waits(bank_days=7)
    runs(town)

    town.ends(collected="20.00", paid_out="18.00", fees="2.00")


def test_it_is_refused_while_bill_com_shows_another_amount_or_something_due(begin: Begin) -> None:
    town, order, part = arrived(begin)
    with pytest.raises(NotPossible, match=r"say --as-paid"):
        town.billcom.adopt_payment(part.id, **WHY)
    with pytest.raises(NotPossible, match=r"comes to 9\.00 at Bill\.com, and 5\.00 of it is due; set it to 4\.00"):
        town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    comes_to(town, town.bill_of(order, "ann"), "6.00")
    with pytest.raises(NotPossible, match=r"comes to 6\.00 at Bill\.com, and 2\.00 of it is due"):
        town.billcom.adopt_payment(part.id, as_paid=True, **WHY)

    assert town.operations("pay", "done") == []
    comes_to(town, town.bill_of(order, "ann"), "4.00")
    town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    with pytest.raises(NotPossible, match="FB-1-1 is done"):
        town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    town.passes()
    runs(town)
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_one_of_two_payments_of_a_bill_is_not_taken_as_if_it_were_alone(begin: Begin) -> None:
    town, order, part = arrived(begin, runs_before=False)
    bill = town.bill_of(order, "ann")
    town.operator("pay_bill", id=bill.id, amount_cents=3_00)
    other = town.payout_to("ann")
    town.waits(bank_days=1)
    # Bill.com may say of a bill that it lets somebody lower below what is paid that nothing is due.
    comes_to(town, bill, "4.00")
    town.world.simulator.under_lock(lambda there: there.change(there.store["Bill"].by_id[bill.id], dueAmount=0))

    with pytest.raises(NotPossible, match=rf"payment {other.id} pays bill FB-1-1 as well; void it at Bill\.com"):
        town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    assert town.operations("pay", "done") == []


def test_two_people_take_it_where_the_house_asks_for_two(begin: Begin) -> None:
    town, order, part = arrived(begin, approvers=2)
    comes_to(town, town.bill_of(order, "ann"), "4.00")
    with pytest.raises(NotPossible, match="two people decide"):
        town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    assert town.billcom.adjustments_of(town.seller("ann")) == []
    town.billcom.adopt_payment(part.id, as_paid=True, second="bob", **WHY)
    town.passes()
    runs(town)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_part_paid_before_the_buyer_has_waits_until_its_bill_is_due(begin: Begin) -> None:
    town = begin(payout_schedule="manual", collect="send")
    order = town.sells(TEN)
    town.passes()
    bill = town.bill_of(order, "ann")
    town.operator("pay_bill", id=bill.id, amount_cents=4_00)
    town.waits(bank_days=4)
    comes_to(town, bill, "4.00")
    part = town.payout_to("ann")
    with pytest.raises(NotPossible, match="may not be paid yet, nor what is left of it"):
        town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    town.pays_by_link(order)
    town.waits(bank_days=9)
    town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    town.passes()
    runs(town)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


@pytest.mark.parametrize(("back", "owes"), [("10.00", "4.00"), ("4.00", "0")])
def test_a_refund_that_waits_takes_the_rest_and_what_more_it_asks_for_is_owed(
    begin: Begin, back: str, owes: str
) -> None:
    town, order, part = arrived(begin, runs_before=False, float_cents=1_000_000)
    town.signs_in()
    town.billcom.refund(order, reference="r1", amount=Decimal(back), reason="it came broken", actor="eve")
    town.waits(bank_days=2)
    comes_to(town, town.bill_of(order, "ann"), "4.00")
    town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    town.waits(bank_days=4)
    runs(town, bank_days=12)

    fees = "0.60" if back == "4.00" else "0"
    town.ends(
        collected="10.00",
        refunded=back,
        paid_out="5.40" if back == "4.00" else "4.00",
        fees=fees,
        sellers_owe=owes,
        overpaid=[],
    )


def test_an_order_in_dispute_holds_the_rest_as_well(begin: Begin) -> None:
    town, order, part = arrived(begin)
    comes_to(town, town.bill_of(order, "ann"), "4.00")
    town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    town.billcom.hold(order, "the parcel is lost", actor="eve")
    town.passes()
    runs(town, bank_days=1)
    assert town.calls("PayBills") == 0
    town.billcom.release(order, actor="eve")
    runs(town)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_part_taken_for_ours_that_comes_back_is_paid_again_and_the_rest_beside_it(begin: Begin) -> None:
    town, order, part = processed(begin)
    comes_to(town, town.bill_of(order, "ann"), "4.00")
    town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    town.passes()
    town.operator("void", id=part.id)
    town.waits(bank_days=9)
    town.billcom.pay_again(part.id, actor="eve", reason="it was right")
    runs(town, bank_days=9)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_too_much_that_comes_back_is_paid_again_less_what_it_was_too_much(begin: Begin) -> None:
    town, _, too_much = processed(begin, cents=12_00)
    town.billcom.adopt_payment(too_much.id, as_paid=True, **WHY)
    town.passes()
    town.operator("void", id=too_much.id)
    town.waits(bank_days=9)
    town.billcom.pay_again(too_much.id, actor="eve", reason="it was right, but for three dollars")
    town.passes()
    runs(town, bank_days=9)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_refund_of_what_was_taken_as_paid_is_owed_by_the_seller_as_any_other(begin: Begin) -> None:
    town, order, part = arrived(begin, float_cents=1_000_000)
    comes_to(town, town.bill_of(order, "ann"), "4.00")
    town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    town.passes()
    runs(town)
    town.billcom.refund(order, reference="r1", reason="it came broken", actor="eve")
    town.waits(bank_days=2)
    runs(town, bank_days=9)

    town.ends(collected="10.00", refunded="10.00", paid_out="9.00", sellers_owe="9.00")


def test_a_rest_that_a_restored_backup_has_forgotten_is_not_made_a_second_time(begin: Begin) -> None:
    town, order, part = arrived(begin)
    comes_to(town, town.bill_of(order, "ann"), "4.00")
    backup = town.backs_up()
    town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    town.passes()
    town.waits(bank_days=1)
    (rest,) = [row for row in town.at_billcom("Bill") if row["invoiceNumber"].startswith("FB-A")]
    town.restores(backup)
    town.billcom.adopt_payment(part.id, as_paid=True, **WHY)
    town.passes()
    town.billcom.resume(actor="eve", reason="last night's backup")
    town.passes()
    (kept,) = town.operations("create_bill", "planned")
    assert (kept.parked, kept.natural_key) == ("difference", rest["invoiceNumber"])
    town.billcom.resolve(kept.id, actor="eve", adopt=rest.id, reason="it is the rest of order 1")
    runs(town)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")
