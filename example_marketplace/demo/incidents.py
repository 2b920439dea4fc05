"""What does not go as planned in the demo, one of each, told as stories that go on a little every day.

a_fine, a_bonus           adjustments of two sellers, before anything is sent
a_hold                    the money of one order waits until the end
a_refund                  one line of an order goes back to its buyer after he has paid
a_charge_comes_back       the bank returns a buyer's debit; he is charged again
a_payout_comes_back       a seller's bank returns a payout; it is taken back, and he is owed again

A story yields what has happened, or None while it waits for the next day; when it ends, there is nothing left to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from sqlalchemy import select

from example_marketplace.extensions import billcom, db
from example_marketplace.local_billcom import LocalBillcom
from example_marketplace.models import Order, Seller
from flask_billcom.errors import NotReady
from flask_billcom.marketplace.balances import Payout
from flask_billcom.models import Document, Party, Settlement

ACTOR = "demo"
PAGE = 1000
CHECK_DAYS = 7
"""Bank days that a check is on its way; nobody knows a buyer's bank account as one to pay to."""
Story = Iterator[str | None]


def stories(local: LocalBillcom) -> list[Story]:
    """Return the stories that the settled orders are enough for; each takes an order of its own."""
    told = (a_refund, a_charge_comes_back, a_hold, a_payout_comes_back)
    orders = _settled_orders(len(told))
    adjusted = [a_fine(orders[0]), a_bonus(orders[-1])] if orders else []
    return adjusted + [tell(local, order) for tell, order in zip(told, orders, strict=False)]


def a_fine(order: Order) -> Story:
    """Fine a seller for a late parcel; it is taken off his next bill before that is made."""
    seller = order.items[0].seller
    billcom.adjust(
        seller, kind="fine", amount=Decimal("2.00"), reference="late parcel", reason="sent a week late", actor=ACTOR
    )
    yield f"{seller.name} is fined 2.00 dollars"


def a_bonus(order: Order) -> Story:
    """Give a seller a bonus, which is a bill of its own."""
    seller = order.items[-1].seller
    billcom.adjust(
        seller, kind="bonus", amount=Decimal("25.00"), reference="spring fair", reason="best stand", actor=ACTOR
    )
    yield f"{seller.name} gets a bonus of 25.00 dollars"


def a_hold(_: LocalBillcom, order: Order) -> Story:
    """Let the money of an order wait once it is collected: a hold stops the charge as well."""
    yield from _until_paid([order])
    billcom.hold(order, "the parcel is lost, its carrier searches for it", actor=ACTOR)
    yield f"the sellers' money of order {order.id} is held"


def a_refund(_: LocalBillcom, order: Order) -> Story:
    """Give a buyer one line back when he has paid, and wait until he has the money."""
    yield from _until_paid([order])
    refund = billcom.refund(order, reference="broken", line=1, reason="it arrived broken", actor=ACTOR)
    db.session.commit()
    yield f"line 1 of order {order.id} is refunded: {refund.amount} dollars"
    while not all(each.is_done for each in billcom.refunds_of(order)):
        yield None
        db.session.rollback()
    yield from [None] * CHECK_DAYS


def a_charge_comes_back(local: LocalBillcom, order: Order) -> Story:
    """Let the bank return a debit, and charge the buyer again for every order that was in it."""
    yield from _until_paid([order])
    in_it = [each for each in order.buyer.orders if _is_paid(each)]
    charge = _last_charge(local, order)
    local.tell("events", kind="return_charge", id=charge["id"], code="R01")
    yield f"the bank returns a charge of {order.buyer.company}: insufficient funds"
    while _is_paid(order):
        yield None
        db.session.rollback()
    again = [each for each in in_it if not _is_paid(each)]
    for each in again:
        billcom.charge_again(each, actor=ACTOR, reason="the buyer has seen to his account")
    yield f"{order.buyer.company} is charged again for {len(again)} orders"
    yield from _until_paid(again)


def a_payout_comes_back(local: LocalBillcom, order: Order) -> Story:
    """Let a seller's bank return a payout that had arrived; it is taken back, and nobody pays it again unasked."""
    seller = order.items[0].seller
    number = _bill_number(order, seller)
    while (payout := _cleared(seller, number)) is None:
        yield None
    local.tell("events", kind="return_payout", id=payout.remote_id, code="R02")
    yield f"a payout to {seller.name} comes back: account closed"
    while _status(seller, payout) != "returning":
        yield None
    billcom.void(payout.id, "account closed", actor=ACTOR)
    yield "it is taken back"
    while _status(seller, payout) != "voided":
        yield None


def _settled_orders(most: int) -> Sequence[Order]:
    keys = db.session.scalars(select(Settlement.local_id).order_by(Settlement.id).limit(most)).all()
    return [db.session.get_one(Order, int(key)) for key in keys]


def _until_paid(orders: Sequence[Order]) -> Story:
    while not all(_is_paid(each) for each in orders):
        yield None
        db.session.rollback()


def _is_paid(order: Order) -> bool:
    return order.is_shipped and billcom.settlement_of(order).is_paid


def _last_charge(local: LocalBillcom, order: Order) -> dict[str, str]:
    settlement = billcom.settlement_of(order)
    customer = db.session.scalars(select(Party.remote_id).where(Party.id == settlement.buyer_id)).one()
    charges: list[dict[str, str]] = local.read(f"books/ReceivedPay?max={PAGE}")["rows"]
    return [charge for charge in charges if charge["customerId"] == customer][-1]


def _bill_number(order: Order, seller: Seller) -> str:
    settlement = billcom.settlement_of(order)
    return db.session.scalars(
        select(Document.number)
        .join(Party, Party.id == Document.party_id)
        .where(Document.origin_id == settlement.id, Document.kind == "bill", Party.local_id == str(seller.id))
    ).one()


def _cleared(seller: Seller, number: str) -> Payout | None:
    return next((each for each in _payouts(seller) if each.status == "cleared" and number in each.numbers), None)


def _status(seller: Seller, payout: Payout) -> str:
    return next(each.status for each in _payouts(seller) if each.id == payout.id)


def _payouts(seller: Seller) -> list[Payout]:
    try:
        found: list[Payout] = billcom.payouts_of(seller)
    except NotReady:
        return []
    return found
