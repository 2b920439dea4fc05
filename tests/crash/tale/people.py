"""What people do in the midst of a story, by the names that cuts give to it.

stranger    somebody enters sellers of the same names in Bill.com's own page, who are somebody else
one_more    order 8 is sold
earlier     its buyer begins to pay it by himself, takes that back, and goes away; two hours pass
complaint   its buyer gets a part of it back, whatever its money is just going through
by_hand     somebody pays in Bill.com's own page what void payouts were for: nothing pays it again by itself

The judge learns from the orders what is owed then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from flask_billcom.money import from_cents
from flask_billcom.simulator.banking.bankdays import next_bank_day
from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.payments.payouts import VOID
from flask_billcom.simulator.payments.receipts import schedule_receipt, void_receipt
from flask_billcom.simulator.serving import crud
from tests.crash.tale.orders import Order
from tests.crash.tale.story import Run

ELSEWHERE = "1 Other Street"
"""Where strangers live."""
ONE_MORE = Order("8", "Cleo", (("ann", 15_00, 1_50),))
BACK = 3_00
PREFIX = "FB-"


def _stranger(run: Run) -> None:
    for name in ("ann", "bo"):
        values = {"obj": {"entity": "Vendor", "name": name, "address1": ELSEWHERE}}
        run.world.simulator.under_lock(lambda bill: crud.single(bill, ENTITIES["Vendor"], "Create", values))  # noqa: B023


def _earlier(run: Run) -> None:
    run.world.simulator.switch(buyers_pay=False)
    run.world.simulator.under_lock(_pay_and_take_back)
    run.world.advance(seconds=7200)


def _pay_and_take_back(there: Any) -> None:
    invoice = next(row for row in there.store["Invoice"] if row["invoiceNumber"] == f"{PREFIX}{ONE_MORE.number}")
    buyer, cents = there.store["Customer"].by_id[invoice["customerId"]], invoice["amountDue"]
    day = next_bank_day(there.today)
    begun = schedule_receipt(there, buyer, [(invoice, cents)], paid_on=day, account=None, total=cents)
    void_receipt(there, {"id": begun.id})


def _one_more(run: Run) -> None:
    ((seller, cents, fee),) = ONE_MORE.items
    run.orders = (*run.orders, ONE_MORE)
    shop = run.world.shop
    with run.world.app() as session:
        line = (seller, str(from_cents(cents)), str(from_cents(fee)))
        order = shop.order(line, buyer=ONE_MORE.buyer, id=int(ONE_MORE.number))
        order.collect = ONE_MORE.collect
        shop.billcom.settle(order)
        session.commit()


def _complaint(run: Run) -> None:
    run.orders = tuple(replace(order, refunded=BACK) if order == ONE_MORE else order for order in run.orders)
    shop = run.world.shop
    with run.world.app() as session:
        order = session.get(shop.Order, int(ONE_MORE.number))
        # In the words of the story, which asks for all refunds once more in its own chapter.
        shop.billcom.refund(order, reference="complaint", amount=from_cents(BACK), reason="broken")
        session.commit()


def _by_hand(run: Run) -> None:
    for payment in [row for row in run.world.simulator.books.sent_pays if row["status"] == VOID]:
        for part in payment["billPays"]:
            run.world.person_does("pay_bill", id=part["billId"], amount_cents=part["amount"])


DEEDS: Mapping[str, Callable[[Run], None]] = MappingProxyType(
    {
        "stranger": _stranger,
        "one_more": _one_more,
        "earlier": _earlier,
        "complaint": _complaint,
        "by_hand": _by_hand,
    }
)
