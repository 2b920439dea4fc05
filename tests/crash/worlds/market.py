"""One world of the random suite: some hundred settlements on a few days, hurt wherever chance wants it.

    day 0 to 2    orders are settled, as they come
    day 0 to 10   some of them are regretted
    each day      the worker ticks until nothing is under way; people do what they do in Bill.com's own page
    the end       faults stop, and a person decides by the book about what is left to him

Everything comes from one seed: orders, faults, what people do, what Bill.com is like, ids and times.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import selectinload

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.engine.errors import NoCapacity
from flask_billcom.marketplace.kinds.money import DIFFERENCE
from flask_billcom.models import LIVE, OPEN_LANE, Adjustment, Document, Operation, OperationState, Settlement
from flask_billcom.simulator.payments.disbursements import SCHEDULED
from flask_billcom.store import written
from tests.crash.boundaries import Crash
from tests.crash.judging.effects import DEAD_SENT
from tests.crash.tale.chapters import ENDED, KEPT, PATIENCE, PROMISES
from tests.crash.tale.decider import Decider
from tests.crash.tale.orders import Order
from tests.crash.tale.story import ROUNDS, Run
from tests.crash.worlds.chances import Chances, Fired
from tests.crash.worlds.meddling import Meddler
from tests.crash.worlds.regrets import Customers, regrets_of

SELLERS, BUYERS = ("ann", "bo", "cy", "di"), ("Ada", "Ben", "Cleo", "Dan", "Eve")
SALE_DAYS, DAYS = 3, 13
ODD = (1, 3, 7, 99, 101, 333, 1999, 100_00, 12_345_67)
_OURS = Operation.organization_id == bindparam("organization_id")
_UNDER_WAY = (
    select(func.count(func.distinct(Document.origin_id)))
    .join(Operation, Operation.subject_id == Document.id)
    .where(_OURS, Operation.state.in_(written(OPEN_LANE)), Operation.state == OperationState.SENDING)
)
_ANY_IN_DOUBT = (
    select(Operation.id)
    .where(_OURS, Operation.state.in_(written(OPEN_LANE)), Operation.state != OperationState.QUARANTINED)
    .limit(1)
)
_ANY_TO_SEND = (
    select(Operation.id)
    .where(
        _OURS,
        Operation.state.in_(written(LIVE)),
        Operation.state == OperationState.PLANNED,
        Operation.parked.is_(None),
    )
    .limit(1)
)


@dataclass
class Market(Run):
    """One world of the random suite.

    :param chance: of orders and people.
    :param folder: for backups of its database.
    """

    chance: random.Random = field(default_factory=random.Random)
    folder: Path = Path()
    sold: list[int] = field(default_factory=list)
    meddler: Meddler = field(init=False)
    customers: Customers = field(init=False)

    # -- the days --------------------------------------------------------------------------------------------------

    def live(self) -> None:
        """Live through all days and, without faults, through the end."""
        self.meddler = Meddler(self, self.chance, self.folder)
        self.customers = Customers(self, regrets_of(self.chance, self.orders))
        places = sorted(range(len(self.orders)), key=lambda _: self.chance.random())
        days = [places[first::SALE_DAYS] for first in range(SALE_DAYS)]
        self.boundaries.is_listening = True
        for day in range(DAYS):
            self.boundaries.open(f"day {day}")
            if day < SALE_DAYS:
                self._insist(lambda today=days[day]: self._sell(today))  # type: ignore[misc]
            self._insist(lambda today=day: self.customers.open(today))  # type: ignore[misc]
            self._insist(self.rounds)
            self._quietly(self.meddler.meddle)
            if self.world.holds():
                self._quietly(self._let_go_on)
                self._insist(self.rounds)
            self.world.advance(business_days=1)
        self.boundaries.is_listening = False
        self.world.simulator.faults.clear()
        self.meddler.end()
        self.end()

    def rounds(self) -> None:
        """Tick until nothing is under way or in doubt any more, while people ask for what comes to their minds."""
        for _ in range(ROUNDS):
            self.world.tick()
            self.bystander.looks(self.world)
            self.customers.look()
            if not self._is_busy():
                return
            self._quietly(lambda: self.world.advance_to_next(900))

    def _let_go_on(self) -> None:
        """Let a person end holds; told to try later, he comes back the next day."""
        with suppress(NoCapacity):
            Decider(self.world).let_go_on()

    def end(self) -> None:
        """Let a person decide what is left to him until all has ended, and put in what refunds take above the sales."""
        self.world.restart(float_cents=10**9)
        self.listen()
        for _ in range(PATIENCE):
            Decider(self.world).decide_all()
            self._adopt_what_was_paid_by_hand()
            self.rounds()
            if self.is_over():
                return
            self.world.advance(business_days=2)

    def _adopt_what_was_paid_by_hand(self) -> None:
        """Let a person adopt the payments of bills that are to be lowered, and that somebody has paid meanwhile."""
        parked = (Operation.state == OperationState.PLANNED, Operation.parked == DIFFERENCE)
        lowered = {
            row.subject_id
            for row in self.world.rows(Operation, Operation.kind.in_(("update_bill", "delete_bill")), *parked)
        }
        bills = {row.remote_id for row in self.world.rows(Document, Document.id.in_(sorted(lowered)))}
        for payment in self.world.simulator.books.sent_pays if bills else ():
            is_alive = payment["status"] not in DEAD_SENT
            if is_alive and bills & {part["billId"] for part in payment["billPays"] or ()}:
                with self.world.app(), suppress(NotPossible):
                    billcom = self.world.shop.billcom
                    billcom.adopt_payment(payment.id, actor="operator", reason="somebody has paid it by hand")

    def is_over(self) -> bool:
        """Return whether nothing is left to be done."""
        ended = [OperationState.DONE, OperationState.CANCELLED]
        return not (
            self._is_any(Settlement, Settlement.state.not_in(ENDED))
            or self._is_any(Operation, Operation.state.not_in(ended))
            or self._is_any(Document, Document.kind == "bill", Document.status == "open")
            or any(way.status == SCHEDULED for way in self.world.simulator.world.disbursements.values())
            or self._is_any(Adjustment, Adjustment.kind.in_(PROMISES), Adjustment.state.not_in(KEPT))
        )

    def _is_busy(self) -> bool:
        ours = {"organization_id": self.world.organization_id}
        with self.world.store.read() as rows:
            if rows.first(_ANY_IN_DOUBT, ours) is not None:
                return True
            is_planned = rows.first(_ANY_TO_SEND, ours) is not None
        return is_planned and not self.world.holds()

    def _is_any(self, model: type[Any], *where: Any) -> bool:
        with self.world.store.read() as rows:
            return rows.first(select(model.id).where(*where).limit(1)) is not None

    def _insist(self, act: Callable[[], object]) -> None:
        """Do something until it succeeds, in a new process after each crash."""
        while True:
            try:
                act()
            except Crash:
                self.crashes += 1
                self._quietly(self.world.restart)
                self.listen()
            except OperationalError:
                continue  # the app's own request failed; whoever sent it sends it again
            else:
                return

    def _sell(self, places: list[int]) -> None:
        """Settle orders, a request for each handful; again for the same ones it changes nothing."""
        self.sold = sorted({*self.sold, *places})
        for first in range(0, len(places), 50):
            self._settle([self.orders[place] for place in places[first : first + 50]])
        self.world.advance(seconds=5)

    def settle_again(self) -> None:
        """Let the app's customers ask for everything again that they have asked for."""
        self._sell(self.sold)
        self.customers.ask_again()

    def request(self, order: Order, act: Callable[[Any, Any], object]) -> None:
        """Let the app do something about an order that it has settled, and commit.

        :param act: is given the extension and the app's row.
        """
        with self.world.app() as session:
            act(self.world.shop.billcom, session.get(self.world.shop.Order, int(order.number)))
            session.commit()

    def change(self, place: int, **values: Any) -> None:
        """Note something about an order."""
        order = replace(self.orders[place], **values)
        self.orders = (*self.orders[:place], order, *self.orders[place + 1 :])

    def _settle(self, orders: list[Order]) -> None:
        shop = self.world.shop
        with self.world.app() as session:
            numbers = [int(order.number) for order in orders]
            wanted = select(shop.Order).where(shop.Order.id.in_(numbers)).options(selectinload(shop.Order.items))
            known = {row.id: row for row in session.scalars(wanted)}
            rows = [known.get(int(order.number)) or self._row(session, order) for order in orders]
            session.flush()
            shop.billcom.settle_many(rows)
            session.commit()

    def _row(self, session: Any, order: Order) -> Any:
        shop = self.world.shop
        row = shop.Order(id=int(order.number), buyer_id=1 + BUYERS.index(order.buyer))
        for seller, cents, fee in order.items:
            seller_id = 1 + SELLERS.index(seller)
            row.items.append(shop.Item(seller_id=seller_id, amount_cents=cents, fee_cents=fee, title="a thing"))
        if order.own:
            row.items.append(shop.Item(amount_cents=order.own, fee_cents=0, title="shipping"))
        session.add(row)
        return row

    # -- what is under way -----------------------------------------------------------------------------------------

    def under_way(self) -> int:
        """Return how many settlements are in a call just now; at least one, as a fault hits somebody."""
        with self.world.store.read() as rows:
            found: int = rows.first(_UNDER_WAY, {"organization_id": self.world.organization_id})
        return max(1, found)

    @property
    def fired(self) -> list[Fired]:
        """Return the faults that happened."""
        assert isinstance(self.boundaries, Chances)
        return self.boundaries.fired


def orders_of(chance: random.Random, count: int) -> tuple[Order, ...]:
    """Draw orders: one to three lines, sellers and amounts as they come, sometimes to the cent."""
    return tuple(_order(chance, number) for number in range(1, count + 1))


def _order(chance: random.Random, number: int) -> Order:
    items = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        cents = chance.choice(ODD) if chance.random() < 0.2 else chance.randrange(100, 50_000)
        fee = chance.choice((0, cents // 10, chance.randrange(cents)))
        items.append((chance.choice(SELLERS), cents, fee))
    own = chance.choice((0, 0, 0, 4_99))
    return Order(str(number), chance.choice(BUYERS), tuple(items), own=own)
