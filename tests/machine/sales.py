"""Rules of the shop: orders, what buyers pay, and what goes back."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from flask_billcom.errors import AlreadySettled, BillcomError
from flask_billcom.marketplace.counterparties.consent import Consent
from tests.crash.boundaries import Crash
from tests.machine.base import Base, dollars
from tests.machine.base import cents_as_text as text
from tests.machine.counted import COUNTED, rule
from tests.stories.town import BUYERS, SELLERS, Order

CENTS = st.integers(1, 99_99)
FEE = st.sampled_from([0, 1, 10, 100])
"""Percent of the price."""
FEW = st.integers(0, 3)
BUYER, SELLER = st.sampled_from(BUYERS), st.sampled_from(SELLERS)
LINES = st.lists(st.tuples(SELLER, CENTS, FEE), min_size=1, max_size=3)


class Broken(Exception):  # noqa: N818 - what happens, and nobody's mistake
    """The app breaks in the middle of a transaction."""


class Sales(Base):
    """The shop sells, and people want their money back."""

    @rule(
        target=Base.orders,
        lines=LINES,
        buyer=BUYER,
        own=st.sampled_from([0, 0, 3_00]),
        settled=st.sampled_from([True] * 4 + [False]),
    )
    def sells(self, *, lines: list[tuple[str, int, int]], buyer: str, own: int, settled: bool) -> Order:
        items = [(seller, text(cents), text(cents * fee // 100)) for seller, cents, fee in lines]
        order = self.town.places(*items, to=buyer, own=text(own))
        if settled:
            self.asks("settle", order)
        return order

    @rule(order=Base.orders)
    def settles(self, order: Order) -> None:
        self.asks("settle", order)

    @rule(some=st.lists(Base.orders, min_size=1, max_size=3, unique_by=lambda order: order.number))
    def settles_many(self, some: list[Order]) -> None:
        self.together("settle_many", some)

    @rule(order=Base.orders, breaks=st.booleans())
    def settles_in_a_transaction(self, *, order: Order, breaks: bool) -> None:
        """Settle within the extension's own transaction; where the app breaks in the middle, nothing is written."""
        before, is_calm = self.watch.content(), self.trouble.is_calm
        try:
            self.trouble.during(lambda: self._settle_within(order, breaks=breaks))
        except (Crash, OperationalError):
            COUNTED["cut"] += 1
        except (Broken, BillcomError):
            COUNTED["refused transaction"] += 1
            assert self.watch.content() == before or not is_calm, "a transaction that broke has written something"
        else:
            COUNTED["done transaction"] += 1

    def _settle_within(self, order: Order, *, breaks: bool) -> None:
        billcom = self.town.world.shop.billcom
        with self.town.world.app(), billcom.transaction() as session:
            row = self.town.mapped(session, order)
            assert billcom.session_of(row) is session
            COUNTED["done session_of"] += 1
            billcom.settle(row)
            if breaks:
                raise Broken

    @rule(order=Base.orders)
    def settles_other_content(self, order: Order) -> None:
        with self.town.world.app() as session:
            row = self.town.mapped(session, order)
            if row is None or not self.is_settled(order):
                return
            row.items[0].amount_cents += 1
            try:
                self.town.world.shop.billcom.settle(row)
            except AlreadySettled:
                session.rollback()
            else:
                raise AssertionError(f"order {order.number} was settled again with other content")

    @rule(
        order=Base.orders,
        cents=st.none() | CENTS,
        name=FEW,
        line=st.sampled_from([None, None, 1, 2]),
        dry=st.booleans(),
    )
    def refunds(self, *, order: Order, cents: int | None, name: int, line: int | None, dry: bool) -> None:
        amount = None if cents is None else dollars(cents)
        self.asks(
            "refund", order, reference=f"r{name}", amount=amount, line=line, reason="chance", actor="eve", dry_run=dry
        )

    @rule(order=Base.orders)
    def cancels(self, order: Order) -> None:
        self.asks("cancel", order, reason="chance", actor="eve")

    @rule(order=Base.orders, cents=st.none() | CENTS, name=FEW, overpay=st.booleans())
    def records_a_payment(self, *, order: Order, cents: int | None, name: int, overpay: bool) -> None:
        self.asks(
            "record_payment",
            order,
            amount=dollars(order.gross if cents is None else cents),
            date=self.today,
            reference=f"check {name}",
            actor="eve",
            overpay=overpay,
        )

    @rule(order=Base.orders, call=st.sampled_from(["remind", "charge_again"]))
    def asks_for_the_money_again(self, order: Order, call: str) -> None:
        self.asks(call, order, actor="eve", reason="chance")

    @rule(buyer=BUYER, may=st.sampled_from([True, True, False]))
    def consents(self, *, buyer: str, may: bool) -> None:
        who = self.town.buyer(buyer)
        if may:
            self.asks("authorize_charges", who, Consent(reference="form", date=self.today))
        else:
            self.asks("revoke_charges", who)

    @rule(
        target=Base.adjustments,
        order=Base.orders,
        cents=st.none() | CENTS,
        line=st.sampled_from([None, 1, 2]),
        name=FEW,
    )
    def disputes(self, order: Order, cents: int | None, line: int | None, name: int) -> Any:
        amount = None if cents is None else dollars(cents)
        found = self.asks(
            "dispute", order, reference=f"d{name}", amount=amount, line=line, reason="chance", actor="eve"
        )
        return self.several(found)

    @rule(dispute=Base.adjustments, outcome=st.sampled_from(["won", "lost", "withdrawn"]))
    def resolves_a_dispute(self, dispute: Any, outcome: str) -> None:
        self.asks("resolve_dispute", dispute, outcome, actor="bob", reason="chance")

    # -- what buyers and their banks do ----------------------------------------------------------------------------

    @rule(order=Base.orders, part=st.sampled_from([None, None, 50, 120]))
    def pays_by_link(self, order: Order, part: int | None) -> None:
        """Let a buyer pay with the link: all that is due, or a part of it, or more."""
        town = self.town
        due = 0
        for row in town.at_billcom("Invoice", invoiceNumber=f"FB-{order.number}"):
            if row.is_active:
                due += row["amountDue"] - row["scheduledAmount"]
        if due > 0:
            paid = due if part is None else due * part // 100
            if part is None or paid < due:
                town.pays_by_link(order, amount=text(max(1, paid)))
            else:
                town.pays_by_link(order, on_top=text(paid - due))

    @rule(number=st.integers(0, 9))
    def a_debit_comes_back(self, number: int) -> None:
        debits = [row for row in self.town.at_billcom("ReceivedPay") if row["status"] == "0" and row["isOnline"]]
        if debits:
            with suppress(ValueError):
                self.town.bank("return_charge", debits[number % len(debits)], "R01")
