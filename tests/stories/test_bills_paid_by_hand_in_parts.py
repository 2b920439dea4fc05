"""A bill that somebody pays in Bill.com's own page with several payments, which together pay all of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Operation
from tests.stories.by_hand import WHY, comes_to, doctor_is_silent, due, runs, told_of
from tests.stories.conftest import Begin
from tests.stories.town import Order, Town


def in_parts(begin: Begin, *cents: int, bank_days: int = 1, **settings: Any) -> tuple[Town, Order, list[Any]]:
    """Let a due bill be paid by hand in parts, which have left after a bank day and not arrived yet."""
    town, order = due(begin, **settings)
    bill = town.bill_of(order, "ann")
    for some in cents:
        town.operator("pay_bill", id=bill.id, amount_cents=some)
    if bank_days:
        town.waits(bank_days=bank_days)
    return town, order, town.payouts_to("ann")


def pays(town: Town, order: Order, cents: int) -> Any:
    """Let somebody pay a part of the bill by hand once more."""
    town.operator("pay_bill", id=town.bill_of(order, "ann").id, amount_cents=cents)
    return town.payout_to("ann")


def adopts(town: Town, *payments: Any, **options: Any) -> Any:
    return town.billcom.adopt_payment(*[each.id for each in payments], **{**WHY, **options})


def commands(town: Town) -> set[str]:
    """Return the commands that a reconciliation names for payments that are not ours."""
    return {each.command for each in town.billcom.reconcile().differences if each.theirs.startswith("SentPay")}


def said_about_money(town: Town) -> list[tuple[str, str | None]]:
    found = town.billcom.doctor(offline=True).checks
    return [(each.message, each.next_step) for each in found if each.id == "payable"]


@pytest.mark.parametrize("runs_before", [True, False])
def test_two_that_have_arrived_are_taken_together_for_its_payout(begin: Begin, *, runs_before: bool) -> None:
    town, _, (one, two) = in_parts(begin, 5_40, 3_60)
    if runs_before:
        runs(town, bank_days=1)
        assert [each.parked for each in town.operations("pay")] == ["difference"]
    town.waits(bank_days=4)
    assert commands(town) == {f"flask billcom pay adopt {one.id} {two.id} --reason WHY"}
    would = adopts(town, one, two, dry_run=True)
    assert (would.payment, would.numbers, would.cents) == (f"{one.id}, {two.id}", ("FB-1-1",), 9_00)
    assert (would.rest_cents, would.excess_cents, would.is_dry_run) == (0, 0, True)
    assert town.operations("pay", "done") == []
    adopts(town, two, one)
    town.waits(bank_days=2)

    assert doctor_is_silent(town)
    assert told_of(town, "ann") == [("sale", 10_00), ("fee", -1_00), ("payout", -5_40), ("payout", -3_60)]
    assert [(each.remote_id, each.cents) for each in town.billcom.payouts_of(town.seller("ann"))] == [
        (two.id, 3_60),
        (one.id, 5_40),
    ]
    assert town.calls("PayBills") == 0
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_three_are_taken_together_as_well(begin: Begin) -> None:
    town, _, parts = in_parts(begin, 3_00, 4_00, 2_00)
    adopts(town, *parts)
    town.waits(bank_days=4)

    assert [each.amount_cents for each in town.world.rows(Operation, Operation.kind == "pay_part")] == [4_00, 2_00]
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_one_of_them_is_not_taken_alone_nor_twice(begin: Begin) -> None:
    town, order, (one, two) = in_parts(begin, 5_40, 3_60)
    with pytest.raises(
        NotPossible, match=rf"{one.id} pays 5\.40 of bill FB-1-1, .* about 9\.00; where another payment"
    ):
        adopts(town, one)
    with pytest.raises(NotPossible, match=r"pays 5\.40"):
        adopts(town, one, one)
    comes_to(town, town.bill_of(order, "ann"), "5.40")
    with pytest.raises(NotPossible, match=r"set it to 5\.40"):
        adopts(town, one, as_paid=True)
    comes_to(town, town.bill_of(order, "ann"), "9.00")
    assert town.operations("pay", "done") == []
    adopts(town, one, two)
    for again in ((one, two), (one,), (two,)):
        with pytest.raises(NotPossible):
            adopts(town, *again)
        with pytest.raises(NotPossible, match="FB-1-1 is done"):
            adopts(town, *again, as_paid=True)
    town.waits(bank_days=4)
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_two_people_take_them_where_the_house_asks_for_two(begin: Begin) -> None:
    town, _, parts = in_parts(begin, 5_40, 3_60, approvers=2)
    with pytest.raises(NotPossible, match="two people decide"):
        adopts(town, *parts)
    adopts(town, *parts, second="bob")
    town.waits(bank_days=4)
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


@pytest.mark.parametrize("which", [0, 1])
def test_one_that_comes_back_leaves_a_rest_that_is_paid_by_hand_and_taken_likewise(begin: Begin, which: int) -> None:
    town, order, parts = in_parts(begin, 5_40, 3_60)
    adopts(town, *parts)
    back, cents = parts[which], (5_40, 3_60)[which]
    town.operator("void", id=back.id)
    town.waits(bank_days=9)
    assert town.state_of(order) == "paying"
    ((message, step),) = said_about_money(town)
    assert message.startswith(f"1 bill, {cents / 100:.2f} dollars: bill FB-1-1 paid in part, the other payment is ")
    assert step is not None
    assert step.startswith("flask billcom books reconcile names what pays the rest already; else, once that payment is")
    assert step.endswith("void, pay the rest at Bill.com, then flask billcom pay adopt")
    with pytest.raises(NotPossible, match="paid or being paid already: FB-1-1"):
        town.billcom.pay_again(back.id, actor="eve", reason="it was right")
    runs(town, bank_days=1)
    assert town.calls("PayBills") == 0
    rest = pays(town, order, cents)
    town.waits(bank_days=1)
    assert commands(town) == {f"flask billcom pay adopt {rest.id} --reason WHY"}
    adopts(town, rest)
    town.waits(bank_days=4)

    assert doctor_is_silent(town)
    assert len(town.operations("pay", "done")) == 1
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_nobody_is_told_to_pay_a_rest_that_somebody_has_paid_anew_at_once(begin: Begin) -> None:
    town, order, (one, two) = in_parts(begin, 5_40, 3_60)
    adopts(town, one, two)
    town.operator("void", id=two.id)
    town.waits(bank_days=1)
    rest = pays(town, order, 3_60)
    town.passes(seconds=3600)
    adopt = f"flask billcom pay adopt {rest.id} --reason WHY"
    ((_, before),) = said_about_money(town)
    assert before is not None
    assert before.startswith(f"once payout {two.id} is void, {adopt}; ")
    town.waits(bank_days=8)
    ((message, step),) = said_about_money(town)
    assert message.endswith(f"paid in part, the other payment is cancelled, {rest.id} by hand")
    assert step is not None
    assert step.startswith(f"{adopt}; if it was taken back since, ")
    ((message, step),) = [
        (each.message, each.next_step)
        for each in town.billcom.doctor(offline=True).checks
        if each.id == "payouts.by_hand"
    ]
    assert message == f"bill FB-1-1 of void payout {two.id} was paid by hand, by {rest.id}"
    assert step == f"`{adopt}`; if it was taken back since, pay the rest at Bill.com, and adopt that"
    assert commands(town) == {adopt}
    adopts(town, rest)
    town.waits(bank_days=2)

    assert doctor_is_silent(town)
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_nobody_is_told_to_pay_again_what_another_part_still_pays(begin: Begin) -> None:
    town, order, (one, two) = in_parts(begin, 5_40, 3_60)
    adopts(town, one, two)
    town.operator("void", id=two.id)
    town.waits(bank_days=9)
    odd = pays(town, order, 2_00)
    back = f"cancel or void {odd.id} at Bill.com, then pay the rest there and flask billcom pay adopt that"
    assert commands(town) == {back}
    town.waits(bank_days=1)
    as_paid = f"flask billcom pay adopt {odd.id} --as-paid --reason WHY"
    assert commands(town) == {f"{back}; once it has arrived, set bill FB-1-1 to 7.40 there, then {as_paid}"}
    town.operator("void", id=odd.id)
    rest = pays(town, order, 3_60)
    adopts(town, rest)
    town.waits(bank_days=4)

    assert doctor_is_silent(town)
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_all_of_them_that_come_back_let_a_payout_of_ours_pay_the_whole(begin: Begin) -> None:
    town, _, (one, two) = in_parts(begin, 5_40, 3_60)
    adopts(town, one, two)
    town.operator("void", id=one.id)
    town.waits(bank_days=1)
    town.operator("void", id=two.id)
    town.waits(bank_days=9)
    town.billcom.pay_again(two.id, actor="eve", reason="they were right")
    runs(town, bank_days=9)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_one_is_taken_back_by_command_before_it_is_processed(begin: Begin) -> None:
    town, order, (one, two) = in_parts(begin, 5_40, 3_60, bank_days=0)
    adopts(town, one, two)
    town.billcom.void(two.id, actor="eve", reason="the wrong account")
    town.waits(bank_days=9)
    rest = pays(town, order, 3_60)
    adopts(town, rest)
    town.waits(bank_days=4)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_one_that_a_bank_sends_back_weeks_later_is_a_rest_as_well(begin: Begin) -> None:
    town, order, (one, two) = in_parts(begin, 5_40, 3_60)
    adopts(town, one, two)
    town.waits(bank_days=3)
    town.bank("return_payout", two, "R03")
    town.waits(bank_days=3)
    town.operator("void", id=two.id)
    town.waits(bank_days=9)
    rest = pays(town, order, 3_60)
    adopts(town, rest)
    town.waits(bank_days=4)

    assert doctor_is_silent(town)
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_two_that_pay_less_together_are_taken_as_paid(begin: Begin) -> None:
    town, order, parts = in_parts(begin, 4_00, 3_00)
    runs(town, bank_days=4)
    with pytest.raises(NotPossible, match=r"set it to 7\.00 there, which payments .* pay, and say it again"):
        adopts(town, *parts, as_paid=True)
    comes_to(town, town.bill_of(order, "ann"), "7.00")
    taken = adopts(town, *parts, as_paid=True)
    assert (taken.cents, taken.rest_cents) == (7_00, 2_00)
    town.passes()
    runs(town)

    assert doctor_is_silent(town)
    assert told_of(town, "ann") == [
        ("sale", 10_00),
        ("fee", -1_00),
        ("payout", -4_00),
        ("payout", -3_00),
        ("payout", -2_00),
    ]
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_somebody_who_pays_a_bill_twice_is_owed_the_second(begin: Begin) -> None:
    town, order, (one,) = in_parts(begin, 9_00, bank_days=0)
    comes_to(town, town.bill_of(order, "ann"), "18.00")
    two = pays(town, order, 9_00)
    town.waits(bank_days=5)
    taken = adopts(town, one, two, as_paid=True)
    assert (taken.cents, taken.excess_cents) == (18_00, 9_00)
    town.waits(bank_days=2)

    assert doctor_is_silent(town)
    town.ends(collected="10.00", paid_out="18.00", fees="1.00", sellers_owe="9.00", overpaid=["ann"])


def test_a_refund_that_waits_goes_on_and_is_owed_by_the_seller(begin: Begin) -> None:
    town, order, parts = in_parts(begin, 5_40, 3_60, float_cents=1_000_000)
    town.signs_in()
    town.billcom.refund(order, reference="r1", amount=Decimal("4.00"), reason="it came broken", actor="eve")
    town.waits(bank_days=2)
    adopts(town, *parts)
    town.waits(bank_days=4)
    runs(town, bank_days=12)

    town.ends(collected="10.00", refunded="4.00", paid_out="9.00", fees="0.60", sellers_owe="3.60")


def test_a_payout_of_ours_that_comes_back_gives_way_to_two_made_by_hand(begin: Begin) -> None:
    town, order = due(begin)
    runs(town, bank_days=1)
    ours = town.payout_to("ann")
    town.operator("void", id=ours.id)
    one, two = pays(town, order, 5_40), pays(town, order, 3_60)
    with pytest.raises(NotPossible):
        adopts(town, one, two)
    town.waits(bank_days=9)
    assert commands(town) == {f"flask billcom pay adopt {one.id} {two.id} --reason WHY"}
    adopts(town, one, two)
    town.waits(bank_days=2)

    assert doctor_is_silent(town)
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")
