"""What the marketplace of the crash suites lives through: three buyers, two sellers, seven orders.

    meet      parties become known
    enter     people enter bank accounts and consent, and confirm the device
    sell      three orders are charged, four are sent by mail
    change    a seller and a buyer change their addresses
    correct   of those that nobody has paid one is lowered, one canceled, and one turns out to be paid by a check
    collect   the charges settle, the buyers of the mailed invoices pay them themselves
    refund    a part of what is paid goes back to its buyer
    pay out   return days pass, the payout run pays both sellers, one payment for all bills of each
    recall    a person cancels the payout of one seller before it is processed
    take back the payout of the other one is processed, and a person voids it
    arrive    those are proved void, a person pays them again; one comes back from the bank, and is paid once more
    decide    whatever a person has to decide is decided by the book

Each chapter can be read again from its start after a crash, as an app repeats a request and cron repeats a tick.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Adjustment, OperationState, Party, Payment, Quota, Settlement
from flask_billcom.simulator.banking.bank import PAYING_OUT
from flask_billcom.simulator.clock import DEFAULT_START
from flask_billcom.simulator.payments.disbursements import ACH, return_payout
from flask_billcom.simulator.payments.payouts import PAID
from tests.crash.tale.decider import Decider, open_operations, pay_again
from tests.crash.tale.orders import BUYERS, SELLERS, Order
from tests.support.world import World

if TYPE_CHECKING:
    from tests.crash.tale.story import Run

ENDED = ("paid_out", "cancelled")
PROMISES, KEPT = ("refund", "cancel"), ("refunded", "cancelled")
HOUR = 3600
PATIENCE = 12
"""How many pairs of bank days the end may take."""


def _meet(run: Run) -> None:
    for role, names in (("seller", SELLERS), ("buyer", BUYERS)):
        for name in names:
            run.world.ensure(role, name)
    run.world.advance(seconds=5)
    run.rounds()


def _enter(run: Run) -> None:
    """Bank accounts pass through; they are nobody's operation, and who enters one waits for the hour to turn.

    Somebody whose making was lost more often than it may be repeated is decided about before.
    """
    _decide_soon(run)
    now = run.world.clock.now()
    if run.world.rows(Quota, Quota.closed_until > now):
        run._quietly(lambda: run.world.advance(seconds=HOUR))
    run.by_people(lambda: run.world.onboard(sellers=SELLERS, buyers=BUYERS))


def _sell(run: Run) -> None:
    world = run.world
    for order in sold_in(run, "sell"):
        _collect_by(run, order.collect)
        settle(run, order)
    world.advance(seconds=5)
    run.rounds()
    run.rounds()


def sold_in(run: Run, chapter: str) -> list[Order]:
    """Return the orders of a chapter."""
    return [order for order in run.orders if order.chapter == chapter]


def _collect_by(run: Run, collect: str) -> None:
    if run.world.settings.collect != collect:
        run.with_settings(collect=collect)


def settle(run: Run, order: Order) -> None:
    """Settle one order in the shop's own transaction; again for the same order it changes nothing."""
    shop = run.world.shop
    with run.world.app() as session:
        found = session.get(shop.Order, int(order.number))
        if found is None:
            found = shop.Order(id=int(order.number), buyer=session.merge(run.world.person("buyer", order.buyer)))
            for seller, cents, fee in order.items:
                found.items.append(
                    shop.Item(
                        seller=session.merge(run.world.person("seller", seller)),
                        amount_cents=cents,
                        fee_cents=fee,
                        title="a thing",
                    )
                )
            if order.own:
                found.items.append(shop.Item(amount_cents=order.own, fee_cents=0, title="shipping"))
            session.add(found)
            session.flush()
        shop.billcom.settle(found)
        session.commit()


def _change(run: Run) -> None:
    """A seller and a buyer get other addresses."""
    world = run.world
    with world.app() as session:
        for person, name in ((world.shop.Seller, "ann"), (world.shop.Buyer, "Ada")):
            session.query(person).filter_by(name=name).one().email = "new@example.com"
        session.commit()
    world.advance(seconds=5)
    run.rounds()


def _correct(run: Run) -> None:
    """Lower, cancel and record, each in a request of its own; again for the same order it changes nothing."""
    for order in sold_in(run, "sell"):
        if is_corrected(order):
            _request(run, order, lambda billcom, row, order=order: correct(order, billcom, row))  # type: ignore[misc]
    run.world.advance(seconds=5)
    run.rounds()
    _decide_soon(run)


def is_corrected(order: Order) -> bool:
    """Return whether an order is lowered, canceled, or paid by a check."""
    return bool(order.lowered or order.checks)


def correct(order: Order, billcom: Any, row: Any) -> object:
    """Lower an order, cancel it, or record the check that has come for it."""
    if order.lowered == order.gross:
        return billcom.cancel(row, reason="ordered twice", actor="operator")
    if order.lowered:
        amount = Decimal(order.lowered) / 100
        return billcom.refund(row, reference="complaint", amount=amount, reason="broken")
    amount = Decimal(order.checks) / 100
    came = DEFAULT_START.date() + timedelta(days=4)  # it bears that day, however late this is said again
    return billcom.record_payment(row, amount=amount, date=came, reference="check 1", actor="operator")


def _decide_soon(run: Run) -> None:
    """Let a person decide before the buyers pay: what was canceled, or paid by check, is not paid once more."""
    left = (OperationState.QUARANTINED, OperationState.REJECTED)
    for _ in range(PATIENCE):
        if not any(operation.state in left for operation in open_operations(run.world)):
            return
        run.by_people(Decider(run.world).decide_all)
        run.world.advance(seconds=HOUR)
        run.rounds()


def _refund(run: Run, order: Order, cents: int) -> None:
    amount = Decimal(cents) / 100
    _request(
        run, order, lambda billcom, row: billcom.refund(row, reference="complaint", amount=amount, reason="broken")
    )


def _request(run: Run, order: Order, act: Callable[[Any, Any], object]) -> None:
    """Let the app do something about an order that it has settled, and commit."""
    with run.world.app() as session:
        act(run.world.shop.billcom, session.get(run.world.shop.Order, int(order.number)))
        session.commit()


def _collect(run: Run) -> None:
    world = run.world
    world.simulator.switch(buyers_pay=True)
    for day in range(2):
        run.let_days_pass(1, time=day)
        run.rounds()


def _give_back(run: Run) -> None:
    for order in run.orders:
        if order.refunded:
            _refund(run, order, order.refunded)
    run.world.advance(seconds=5)
    run.rounds()


def _pay_out(run: Run) -> None:
    run.let_days_pass(6)
    run.rounds()


def _recall(run: Run) -> None:
    """Cancel the payout of one seller before it leaves, as a person would who saw a mistake."""
    _void(run, "ann")


def _take_back(run: Run) -> None:
    """Void the payout of the other one after it has left."""
    run.let_days_pass(1)
    run.rounds()
    _void(run, "bo")


def _void(run: Run, seller: str) -> None:
    for payment in payouts_of(run.world, seller):
        with run.world.app(), suppress(NotPossible):
            run.world.shop.billcom.void(payment.id, "a mistake", actor="operator")
    run.world.advance(seconds=5)
    run.rounds()


def payouts_of(world: World, seller: str) -> list[Payment]:
    """Return our rows of a seller's first payouts."""
    vendor = next((row.id for row in world.simulator.books.vendors if row["name"] == seller), None)
    parties = [party.id for party in world.rows(Party, Party.remote_id == vendor)]
    return world.rows(Payment, Payment.kind == "sent", Payment.party_id.in_(parties))[:1]


def _arrive(run: Run) -> None:
    for time in range(3):
        run.let_days_pass(2, time=time)
        run.rounds()
        pay_again(run.world)
        run.world.simulator.under_lock(send_back)


def send_back(there: Any) -> None:
    """Let the bank send back one transfer to a seller, once."""
    ways = there.disbursements
    sent = [row for row in there.store["SentPay"] if row["status"] == PAID and ways[row.id].kind == ACH]
    if sent and not any(way.returned_on for way in ways.values()):
        return_payout(there, sent[0], "R03")


def _decide(run: Run) -> None:
    """Let a person decide what is left to him, each by the proof that the decision asks for, until all has ended."""
    for _ in range(PATIENCE):
        if _is_over(run):
            return
        run.by_people(Decider(run.world).decide_all)
        run.world.advance(business_days=2)
        run.rounds()


def _is_over(run: Run) -> bool:
    world = run.world
    return (
        not world.rows(Settlement, Settlement.state.not_in(ENDED))
        and not world.rows(Adjustment, Adjustment.kind.in_(PROMISES), Adjustment.state.not_in(KEPT))
        and not open_operations(world)
        and not world.simulator.bank.accounts[PAYING_OUT].cents  # checks in the mail
    )


CHAPTERS: dict[str, Callable[[Run], None]] = {
    "meet": _meet,
    "enter": _enter,
    "sell": _sell,
    "change": _change,
    "correct": _correct,
    "collect": _collect,
    "refund": _give_back,
    "pay out": _pay_out,
    "recall": _recall,
    "take back": _take_back,
    "arrive": _arrive,
    "decide": _decide,
}
UNHURT = ("enter", "decide")
"""Chapters in which people act; the worker is not killed there."""
