"""What buyers regret in a random world: sales that are canceled or refunded, whole and in part, at every moment.

before      while the sale is invoiced and nobody has paid
in doubt    while nobody knows whether a charge or a payout of it happened
after       when it is collected, and when its sellers are paid

The shop remembers what its requests were answered with: the judge goes by that, and where a backup of the database was
put back its customers ask for the same again.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Document, Operation, OperationState, Payment, PaymentPart
from tests.crash.judging.effects import DEAD_RECEIVED, DEAD_SENT
from tests.crash.judging.judge import PREFIX, sale_of
from tests.crash.tale.orders import GivenBack, Order

if TYPE_CHECKING:
    from flask_billcom.simulator.state.books import Books
    from tests.crash.worlds.market import Market

SOME = (0.0, 0.05, 0.08, 0.15)
"""How many sales somebody regrets: one of these for each world."""
LAST_DAY = 10
"""When somebody asks who has waited for a doubt in vain."""
CANCEL, WHOLE, PART, PART_AND_REST = "cancel", "whole", "part", "part and rest"
WAYS = (
    ("Invoice", "ReceivedPay", "invoicePays", "invoiceId", DEAD_RECEIVED),
    ("Bill", "SentPay", "billPays", "billId", DEAD_SENT),
)
IN_DOUBT = (OperationState.UNKNOWN, OperationState.CHECKING)
PAYS = ("charge", "pay")
IN_FLIGHT = (OperationState.SENDING, *IN_DOUBT, OperationState.QUARANTINED)


@dataclass(frozen=True)
class Regret:
    """One request that somebody is going to make about a sale.

    :param place: of the order.
    :param day: when at the earliest.
    :param waits: whether for a moment at which a charge or a payout of it is in doubt.
    :param line: the line that goes back, from one; 0 for all that is left.
    :param part: how much of the line, as a fraction.
    """

    place: int
    day: int
    waits: bool
    what: str
    line: int = 0
    part: float = 1.0

    @property
    def reference(self) -> str:
        """Return what names it within its sale."""
        return f"{self.what} {self.line}"


def regrets_of(chance: random.Random, orders: tuple[Order, ...]) -> list[Regret]:
    """Draw what is regretted."""
    found: list[Regret] = []
    some = chance.choice(SOME)
    for place, order in enumerate(orders):
        if chance.random() < some:
            found += _drawn(chance, place, order)
    return found


def _drawn(chance: random.Random, place: int, order: Order) -> list[Regret]:
    what = chance.choice((CANCEL, WHOLE, PART, PART_AND_REST))
    day, waits = chance.randrange(LAST_DAY), chance.random() < 0.5
    if what in (CANCEL, WHOLE):
        return [Regret(place, day, waits, what)]
    regret = Regret(place, day, waits, PART, chance.randrange(len(order.items)) + 1, chance.random())
    rest = Regret(place, min(LAST_DAY, day + chance.randrange(4)), chance.random() < 0.5, WHOLE)
    return [regret, rest] if what == PART_AND_REST else [regret]


@dataclass
class Customers:
    """Those who regret.

    :param waiting: what they are going to ask for.
    """

    market: Market
    waiting: list[Regret]
    asked: list[Regret] = field(default_factory=list)
    today: int = 0
    _seen: tuple[datetime, int] | None = None
    """When Bill.com was looked at, and after how many calls; it stays the same until the next one."""
    _paid: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def open(self, day: int) -> None:
        """Begin a day, and ask for what is due on it."""
        self.today, self._seen = day, None
        sold = set(self.market.sold)
        for regret in list(self.waiting):
            is_due = regret.day <= day and (not regret.waits or day >= LAST_DAY)
            if is_due and regret.place in sold and self._is_possible(regret):
                self._ask(regret)

    def look(self) -> None:
        """Ask for what waited for a doubt that is there now."""
        self._seen = None
        waiting = [each for each in self.waiting if each.waits and each.day <= self.today]
        if not waiting:
            return
        doubted = {sale_of(number) for number in self._in_doubt(IN_DOUBT)}
        for regret in waiting:
            if self.market.orders[regret.place].number in doubted and self._is_possible(regret):
                self._ask(regret)

    def ask_again(self) -> None:
        """Ask again for everything that was asked for; where it is known it changes nothing."""
        self._seen = None
        for regret in self.asked:
            self._request(regret)

    def _is_possible(self, regret: Regret) -> bool:
        """Return whether nothing else is to be asked, or put in order, before about the same sale."""
        first = next(each for each in self.waiting if each.place == regret.place)
        return first is regret and not self._is_strange(self.market.orders[regret.place])

    def _ask(self, regret: Regret) -> None:
        order = self.market.orders[regret.place]
        back = GivenBack(regret.line, _cents(order, regret))
        if back.cents:  # of a line of one cent no part is left
            self._request(regret)
            self.market.change(regret.place, given_back=(*order.given_back, back))
            self.asked.append(regret)
        self.waiting.remove(regret)

    def _request(self, regret: Regret) -> None:
        market, place = self.market, regret.place
        order = market.orders[place]
        market.change(place, late=order.late | self._paid_to_sellers(order))
        if regret.line:
            amount = Decimal(_cents(order, regret)) / 100
            market.request(order, _refund(regret.reference, {"line": regret.line, "amount": amount}))
            return
        try:
            if regret.what == CANCEL:
                market.request(order, _cancel)
                market.change(place, canceled=True)
                return
        except NotPossible:  # something of it is on its way already
            market.change(place, canceled=False)
        market.request(order, _refund(regret.reference, {}))

    def _is_strange(self, order: Order) -> bool:
        """Return whether somebody has paid for it behind the shop's back: what he has done is put in order first."""
        theirs = self._payments(order)
        with self.market.world.store.read() as rows:
            ours = rows.all(select(Payment.remote_id).where(Payment.remote_id.in_(sorted(theirs))))
        strange = {number for payment, paid in theirs.items() if payment not in ours for number in paid}
        return bool(strange.difference(self._in_doubt(IN_FLIGHT) if strange else ()))

    def _paid_to_sellers(self, order: Order) -> frozenset[str]:
        """Return the numbers of its sellers' bills that are paid, or may be."""
        numbers = {f"{PREFIX}{order.number}-{place}" for place in range(1, len(order.net()) + 1)}
        paid = {number for some in self._payments(order).values() for number in some}
        return frozenset(numbers & (paid | self._in_doubt(IN_FLIGHT) | self._not_read_as_void()))

    def _not_read_as_void(self) -> set[str]:
        """Return the numbers of bills whose payout is void at Bill.com, which nobody here has read or proved yet."""
        void = sorted(row.id for row in self.market.world.simulator.books["SentPay"] if row["status"] in DEAD_SENT)
        with self.market.world.store.read() as rows:
            found = rows.all(
                select(Document.number)
                .join(PaymentPart, PaymentPart.document_id == Document.id)
                .join(Payment, Payment.id == PaymentPart.payment_id)
                .where(Payment.remote_id.in_(void), Payment.status.not_in(("voided", "cancelled")))
            )
        return set(found)

    def _payments(self, order: Order) -> dict[str, list[str]]:
        """Return the numbers of its documents that each living payment pays, by the payment's id."""
        simulator = self.market.world.simulator
        seen = (simulator.clock.now(), simulator.journal.count)
        if seen != self._seen:
            self._seen, self._paid = seen, _payments_by_sale(simulator.books)
        return self._paid.get(order.number, {})

    def _in_doubt(self, states: tuple[OperationState, ...]) -> set[str]:
        """Return the numbers of the documents with a charge or payout in some states."""
        with self.market.world.store.read() as rows:
            found = rows.all(
                select(Document.number)
                .join(Operation, Operation.subject_id == Document.id)
                .where(Operation.state.in_(states), Operation.kind.in_(PAYS))
            )
        return set(found)


def _payments_by_sale(books: Books) -> dict[str, dict[str, list[str]]]:
    """Return the numbers of the documents that each living payment pays, by the sale and by the payment's id."""
    found: dict[str, dict[str, list[str]]] = {}
    for entity, payments, parts, name, dead in WAYS:
        numbers = {row.id: row["invoiceNumber"] for row in books[entity]}
        for payment in books[payments]:
            if payment["status"] not in dead:
                for part in payment[parts] or ():
                    number = numbers.get(part[name], "")
                    if number.startswith(PREFIX):
                        found.setdefault(sale_of(number), {}).setdefault(payment.id, []).append(number)
    return found


def _cancel(billcom: Any, row: Any) -> object:
    return billcom.cancel(row, reason="regretted", actor="shop")


def _refund(reference: str, about: dict[str, Any]) -> Callable[[Any, Any], object]:
    def act(billcom: Any, row: Any) -> object:
        return billcom.refund(row, reference=reference, reason="regretted", actor="shop", **about)

    return act


def _cents(order: Order, regret: Regret) -> int:
    """Return what goes back: of a line as much as was drawn, else all that is left."""
    if not regret.line:
        return order.gross - sum(back.cents for back in order.given_back)
    return max(1, int(order.items[regret.line - 1][1] * regret.part))
