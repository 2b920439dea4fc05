"""A bill of which one of several payments made by hand has come back, and whose sale is given back, or seller owes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import AdjustmentPart, Document
from tests.stories.by_hand import doctor_is_silent, due, runs, told_of
from tests.stories.conftest import Begin
from tests.stories.test_bills_paid_by_hand_in_parts import adopts, commands, in_parts, pays, said_about_money
from tests.stories.town import Order, Town

REASON = "it came broken"


@pytest.fixture
def partial(begin: Begin) -> tuple[Town, Order, Any]:
    """Return a sale whose bill of 9.00 is paid with 5.40, as the 3.60 beside it have come back, and the latter."""
    return paid_in_part(begin)


def paid_in_part(begin: Begin, *, void: int = 1, **switches: Any) -> tuple[Town, Order, Any]:
    town, order, parts = in_parts(begin, 5_40, 3_60, float_cents=1_000_000)
    adopts(town, *parts)
    town.operator("void", id=parts[void].id)
    town.waits(bank_days=9)
    if switches:
        town.world.simulator.switch(**switches)
    return town, order, parts[void]


def gives_back(town: Town, order: Order, **what: Any) -> None:
    """Let somebody give the sale back, or a part of it."""
    town.signs_in()
    town.billcom.refund(order, reference="r1", reason=REASON, actor="eve", **what)
    town.passes()


def bill_of(town: Town) -> tuple[str, int, int | None]:
    (bill,) = town.world.rows(Document, Document.number == "FB-1-1")
    return bill.status, bill.cents, bill.due_cents


def owes(town: Town) -> int:
    return int(town.billcom.balance_of(town.seller("ann")).owes_cents)


def waits_for_a_person(town: Town) -> list[str]:
    return [
        each.message for each in town.billcom.doctor(offline=True).checks if each.id == "refunds" and each.next_step
    ]


@pytest.mark.parametrize("void", [0, 1])
def test_what_nothing_pays_is_lowered_and_only_what_was_paid_is_owed(begin: Begin, void: int) -> None:
    town, order, _ = paid_in_part(begin, void=void)
    paid = (3_60, 5_40)[void]
    gives_back(town, order)

    assert bill_of(town) == ("paid", paid, 0)
    assert owes(town) == paid
    assert said_about_money(town) == [("every payable cent is on its way or waits for a known day", None)]
    runs(town, bank_days=12)
    assert doctor_is_silent(town)
    assert town.state_of(order) == "paid_out"
    dollars = f"{paid / 100:.2f}"
    town.ends(collected="10.00", refunded="10.00", paid_out=dollars, sellers_owe=dollars)


def test_a_part_that_is_given_back_is_taken_off_the_rest_first(partial: tuple[Town, Order, Any]) -> None:
    town, order, _ = partial
    gives_back(town, order, amount=Decimal("2.00"))
    assert (bill_of(town), owes(town)) == (("partial", 7_20, 1_80), 0)
    rest = pays(town, order, 1_80)
    town.waits(bank_days=1)
    assert commands(town) == {f"flask billcom pay adopt {rest.id} --reason WHY"}
    adopts(town, rest)
    runs(town, bank_days=12)

    assert doctor_is_silent(town)
    town.ends(collected="10.00", refunded="2.00", paid_out="7.20", fees="0.80")


def test_a_rest_that_was_paid_in_secret_is_adopted_and_then_all_is_owed(partial: tuple[Town, Order, Any]) -> None:
    town, order, _ = partial
    rest = pays(town, order, 3_60)
    gives_back(town, order)
    assert (bill_of(town), owes(town)) == (("partial", 9_00, 3_60), 0)
    assert waits_for_a_person(town) == ["refund r1 of sale 1, FB-1-1, 9.00 dollars: update_bill is parked: difference"]
    assert town.calls("Crud/Update/Bill") == 0
    adopts(town, rest)
    town.passes()
    assert owes(town) == 9_00
    runs(town, bank_days=12)

    assert doctor_is_silent(town)
    town.ends(collected="10.00", refunded="10.00", paid_out="9.00", sellers_owe="9.00")


def test_while_the_other_part_is_only_scheduled_the_refund_waits(begin: Begin) -> None:
    town, order = due(begin, float_cents=1_000_000)
    bill = town.bill_of(order, "ann")
    later = (town.world.clock.now() + timedelta(days=28)).date()
    one = town.operator("pay_bill", id=bill.id, amount_cents=5_40, process_date=later.isoformat())
    two = pays(town, order, 3_60)
    adopts(town, one, two)
    town.operator("cancel", id=two.id)
    town.waits(bank_days=3)
    gives_back(town, order)
    assert bill_of(town) == ("scheduled", 9_00, 3_60)
    ((reason, needs_person),) = [
        (each.reason, each.needs_person) for each in town.billcom.waiting_refunds() if each.number == "FB-1-1"
    ]
    assert (reason, needs_person) == ("a payment of a part of the bill is scheduled", False)
    runs(town, bank_days=24)

    assert doctor_is_silent(town)
    assert town.calls("Crud/Update/Bill") == 1
    town.ends(collected="10.00", refunded="10.00", paid_out="5.40", sellers_owe="5.40")


def test_where_bill_com_refuses_to_lower_it_that_is_named_until_the_rest_is_paid(begin: Begin) -> None:
    town, order, _ = paid_in_part(begin, change_paid="refuse")
    gives_back(town, order)
    (message,) = waits_for_a_person(town)
    assert "FB-1-1, 9.00 dollars: update_bill was refused: BDC_9019; mend the cause, " in message
    assert message.endswith(
        "; or pay the rest of the bill at Bill.com, then flask billcom pay adopt; its seller owes it then"
    )
    assert said_about_money(town) == [("every payable cent is on its way or waits for a known day", None)]
    adopts(town, pays(town, order, 3_60))
    runs(town, bank_days=12)

    assert doctor_is_silent(town)
    assert (bill_of(town)[0], owes(town)) == ("paid", 9_00)
    town.ends(collected="10.00", refunded="10.00", paid_out="9.00", sellers_owe="9.00")


def test_where_bill_com_refuses_the_other_payment_may_be_taken_back_instead(begin: Begin) -> None:
    town, order, _ = paid_in_part(begin, change_paid="refuse")
    gives_back(town, order)
    assert waits_for_a_person(town)
    (other,) = [each for each in town.payouts_to("ann") if each["status"] not in {"3", "4"}]
    town.bank("return_payout", other, "R03")
    town.waits(bank_days=3)
    town.operator("void", id=other.id)
    runs(town, bank_days=12)

    assert doctor_is_silent(town)
    assert (bill_of(town)[0], owes(town)) == ("inactive", 0)
    town.ends(collected="10.00", refunded="10.00")


# -- the refund came first ---------------------------------------------------------------------------------------------


def owed_before(begin: Begin, **what: Any) -> tuple[Town, Order, Any]:
    """Return a sale given back while its bill was paid in two parts, the second of which has come back since."""
    town, order, (one, two) = in_parts(begin, 5_40, 3_60, float_cents=1_000_000)
    adopts(town, one, two)
    gives_back(town, order, **what)
    town.operator("void", id=two.id)
    town.waits(bank_days=9)
    return town, order, two


def test_a_seller_who_owes_as_much_is_not_to_be_paid_the_rest(begin: Begin) -> None:
    town, order, two = owed_before(begin)
    assert (bill_of(town), owes(town)) == (("partial", 9_00, 3_60), 9_00)
    again = f"flask billcom pay again {two.id} --reason WHY"
    ((message, step),) = said_about_money(town)
    assert message.endswith("paid in part, the other payment is voided, its seller owes 9.00")
    assert step == f"{again} takes that off the rest"
    would = town.billcom.pay_again(two.id, actor="eve", reason="he owes it", dry_run=True)
    assert (would.numbers, would.cents, would.netted_cents, would.is_dry_run) == (("FB-1-1",), 0, 3_60, True)
    assert owes(town) == 9_00
    town.billcom.pay_again(two.id, actor="eve", reason="he owes it")
    with pytest.raises(NotPossible, match="paid or being paid already: FB-1-1"):
        town.billcom.pay_again(two.id, actor="eve", reason="he owes it")
    town.passes()
    assert (bill_of(town), owes(town)) == (("paid", 5_40, 0), 5_40)
    runs(town, bank_days=12)

    assert doctor_is_silent(town)
    assert town.state_of(order) == "paid_out"
    assert told_of(town, "ann")
    town.ends(collected="10.00", refunded="10.00", paid_out="5.40", sellers_owe="5.40")


def test_one_who_owes_less_gets_what_is_left_of_it(begin: Begin) -> None:
    town, order, two = owed_before(begin, amount=Decimal("2.00"))
    assert owes(town) == 1_80
    town.billcom.pay_again(two.id, actor="eve", reason="he owes it")
    town.passes()
    assert (bill_of(town), owes(town)) == (("partial", 7_20, 1_80), 0)
    ((_, step),) = said_about_money(town)
    assert step is not None
    assert step.endswith("pay the rest at Bill.com, then flask billcom pay adopt")
    adopts(town, pays(town, order, 1_80))
    runs(town, bank_days=12)

    assert doctor_is_silent(town)
    town.ends(collected="10.00", refunded="2.00", paid_out="7.20", fees="0.80")


def test_a_rest_that_was_paid_in_secret_lets_him_owe_again(begin: Begin) -> None:
    town, order, two = owed_before(begin)
    rest = pays(town, order, 3_60)
    town.billcom.pay_again(two.id, actor="eve", reason="he owes it")
    town.passes()
    assert owes(town) == 5_40
    assert waits_for_a_person(town)
    adopts(town, rest)
    runs(town, bank_days=12)

    assert [part.turned_cents for part in town.world.rows(AdjustmentPart, AdjustmentPart.kind == "bill")] == [
        9_00,
        3_60,
    ]
    assert doctor_is_silent(town)
    town.ends(collected="10.00", refunded="10.00", paid_out="9.00", sellers_owe="9.00")


# -- the bill that pays a buyer back -----------------------------------------------------------------------------------


def test_a_buyer_who_was_paid_back_in_part_is_not_paid_the_rest_once_his_debit_comes_back(begin: Begin) -> None:
    town = begin(payout_schedule="manual", float_cents=1_000_000)
    order = town.sells(("ann", "10.00", "1.00"))
    town.passes()
    town.waits(bank_days=7)
    gives_back(town, order)
    bill = town.at_billcom("Bill", invoiceNumber="FB-1-R1")[-1]
    parts = [town.operator("pay_bill", id=bill.id, amount_cents=cents) for cents in (6_00, 4_00)]
    adopts(town, *parts)
    town.operator("cancel", id=parts[1].id)
    town.waits(bank_days=9)
    town.bank("return_charge", town.debit_of("Ada"), "R10")
    runs(town, bank_days=12)

    assert doctor_is_silent(town)
    assert [(row.status, row.cents) for row in town.world.rows(Document, Document.number == "FB-1-R1")] == [
        ("paid", 6_00)
    ]
    town.ends(collected="10.00", returned="10.00", refunded="6.00", lost="6.00")
