"""What people put back at the end, and what nobody can."""

from __future__ import annotations

import pytest

from flask_billcom.errors import BillcomError
from tests.machine.ground import begin
from tests.stories.dust import ROUND, settle
from tests.stories.life import ORDINARY
from tests.stories.operator import Operator
from tests.stories.oracle import check_dust
from tests.stories.town import Town


def settled(town: Town, operator: Operator) -> None:
    town.restarts(**ORDINARY)
    town.passes(seconds=4500)
    settle(town, operator, step=ROUND)
    check_dust(town, bonuses={}, differences=operator.paid_as_edited)


def test_a_seller_whose_account_was_lost_half_way_enters_it_again() -> None:
    town = begin({}, {}, is_young=False)
    operator = Operator(town)
    town.breaks("reset_after", "*")

    with pytest.raises(BillcomError):
        town.enters_bank_account(town.seller("cy"), number="5000000003")

    settled(town, operator)
    assert operator.paid_as_edited == set()


def test_what_a_buyer_has_paid_of_an_invoice_that_was_raised_stays_a_difference() -> None:
    town = begin({"change_paid": "refuse"}, {}, is_young=False)
    operator = Operator(town)
    (_, debit, *_) = [row for row in town.at_billcom("ReceivedPay") if row["status"] == "0" and row["isOnline"]]
    town.bank("return_charge", debit, "R01")
    town.ticks()
    operator.edits(1, 9)
    town.pays_by_link(town.orders[1])

    settled(town, operator)

    assert operator.paid_as_edited == {"other_amount invoice FB-2"}


def test_the_rest_of_a_bill_is_paid_that_nobody_may_lower_any_more() -> None:
    town = begin({"change_paid": "refuse"}, {}, is_young=False)
    order = town.orders[-1]
    who = {"actor": "eve", "reason": "paid by hand"}
    bill = town.bill_of(order, "cy")
    payments = [town.operator("pay_bill", id=bill.id, amount_cents=cents) for cents in (7_20, 64_80)]
    town.billcom.adopt_payment(*(each.id for each in payments), **who)
    town.waits(bank_days=2)
    town.bank("return_payout", payments[1], "R03")
    town.waits(bank_days=1)
    town.billcom.refund(order, reference="r", **who)

    settled(town, Operator(town))

    assert town.bill_of(order, "cy")["dueAmount"] == 0
