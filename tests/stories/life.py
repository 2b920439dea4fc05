"""A life of a marketplace by chance: what people, banks and the wire may do, one act after the other, and how it ends.

    life = Life(town)
    life.does("sell", 3, 12_00)      each act takes two numbers, which choose among what is there
    life.settles_the_dust()          faults stop, holds go, people decide by the book, and banks have their days

An act that makes no sense, as a refund where nothing was sold, is what nobody does; one that is refused is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, TypeVar

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.errors import BillcomError
from flask_billcom.models import Adjustment, Operation, Payment
from tests.crash.story import Decider
from tests.stories.town import BUYERS, SELLERS, Order, Town

T = TypeVar("T")
FAULTS = ("timeout_after", "timeout_before", "http_5xx_after", "connect_refused", "reset_after", "late_effect")
ENDPOINTS = ("PayBills", "ChargeCustomer", "Bulk/Crud/Create/Bill", "Bulk/Crud/Create/Invoice", "List/SentPay", "*")
REFUSALS = (NotPossible, BillcomError, ValueError)
ROUNDS = 8
OPEN = ("quarantined", "rejected", "unknown", "checking", "sending")


def _pick(things: Sequence[T], number: int) -> T | None:
    return things[number % len(things)] if things else None


class Life:
    """Acts by name; see `ACTS`.

    :param town: as it was founded.
    """

    def __init__(self, town: Town) -> None:
        self.town = town
        self.bonuses: Counter[str] = Counter()
        self._disputes: list[Any] = []
        self._count = 0

    def does(self, act: str, first: int, second: int) -> None:
        """Do one act; what is refused changes nothing."""
        with suppress(*REFUSALS):
            ACTS[act](self, first, second)

    # -- the shop --------------------------------------------------------------------------------------------------

    def sells(self, first: int, second: int) -> None:
        price = second % 50_00 + 1
        sellers = {SELLERS[first % 3], SELLERS[second % 3]}
        items = [(name, _dollars(price), _dollars(price // 10)) for name in sorted(sellers)]
        self.town.sells(*items, to=BUYERS[first % 2], own=_dollars(second % 3 * 50))

    def refunds(self, first: int, second: int) -> None:
        order = _pick(self.town.orders, first)
        if order is not None:
            how: dict[str, Any] = {}
            if second % 3:
                how["amount"] = Decimal(second % order.gross + 1) / 100
            self.town.billcom.refund(order, reference=f"r{second % 4}", reason="chance", actor="eve", **how)

    def cancels(self, first: int, second: int) -> None:
        del second
        order = _pick(self.town.orders, first)
        if order is not None:
            self.town.billcom.cancel(order, reason="chance", actor="eve")

    def adjusts(self, first: int, second: int) -> None:
        self._count += 1
        name, kind, amount = SELLERS[first % 3], ("fine", "bonus")[second % 2], second % 10_00 + 1
        self.town.billcom.adjust(
            self.town.seller(name),
            kind=kind,
            amount=Decimal(amount) / 100,
            reference=f"a{self._count}",
            reason="chance",
            actor="eve",
        )
        if kind == "bonus":
            self.bonuses[name] += amount

    def disputes(self, first: int, second: int) -> None:
        order = _pick(self.town.orders, first)
        if order is not None and second % 2:
            dispute = self.town.billcom.dispute(order, reference=f"d{second % 3}", reason="chance", actor="eve")
            self._disputes.append(dispute)
        elif self._disputes:
            outcome = ("won", "lost", "withdrawn")[second % 3]
            self.town.billcom.resolve_dispute(self._disputes.pop(), outcome, actor="bob", reason="chance")

    def holds(self, first: int, second: int) -> None:
        on: Any = [None, *map(self.town.seller, SELLERS), *self.town.orders][first % (4 + len(self.town.orders))]
        if second % 2:
            self.town.billcom.hold(on, "chance", actor="eve")
        else:
            self.town.billcom.release(on, actor="eve")

    # -- banks and people ------------------------------------------------------------------------------------------

    def pays_by_link(self, first: int, second: int) -> None:
        del second
        unpaid = [order for order in self.town.orders if self._due(order)]
        order = _pick(unpaid, first)
        if order is not None:
            self.town.pays_by_link(order)

    def _due(self, order: Order) -> int:
        found = self.town.at_billcom("Invoice", invoiceNumber=f"FB-{order.number}")
        return sum(row["amountDue"] - row["scheduledAmount"] for row in found if row.is_active)

    def returns_a_debit(self, first: int, second: int) -> None:
        del second
        debit = _pick([row for row in self.town.at_billcom("ReceivedPay") if row["status"] == "0"], first)
        if debit is not None:
            self.town.bank("return_charge", debit, "R01")

    def stops_a_payout(self, first: int, second: int) -> None:
        payout = _pick([row for row in self.town.at_billcom("SentPay") if row["status"] == "2"], first)
        if payout is not None:
            self.town.bank(("return_payout", "hold_payout", "release_payout")[second % 3], payout, "R03")

    def takes_back(self, first: int, second: int) -> None:
        payout = _pick(self.town.at_billcom("SentPay"), first)
        if payout is not None:
            call = self.town.billcom.void if second % 2 else self.town.billcom.pay_again
            call(payout.id, reason="chance", actor="eve")

    def breaks(self, first: int, second: int) -> None:
        self.town.breaks(FAULTS[first % len(FAULTS)], ENDPOINTS[second % len(ENDPOINTS)], seconds=60)

    def waits(self, first: int, second: int) -> None:
        self.town.waits(bank_days=first % 6 + 1, step=first % 6 + 1)
        del second

    def passes(self, first: int, second: int) -> None:
        del second
        self.town.world.advance(seconds=first % 600)
        self.town.ticks()

    # -- the end ---------------------------------------------------------------------------------------------------

    def settles_the_dust(self) -> None:
        """Let everything come to its end: nothing goes wrong any more, and people decide by the book."""
        town = self.town
        town.mends()
        for dispute in town.world.rows(Adjustment, Adjustment.kind == "dispute", Adjustment.state == "open"):
            town.billcom.resolve_dispute(dispute.id, "withdrawn", actor="bob", reason="the dust settles")
        for _ in range(ROUNDS):
            self._people_decide()
            town.passes(seconds=3600)
            town.waits(bank_days=6, step=3)
            if self._is_over():
                break
        town.waits(bank_days=8, step=8)  # checks arrive later than anybody at Bill.com says

    def _people_decide(self) -> None:
        town = self.town
        for on in (None, *(town.seller(name) for name in SELLERS), *town.orders):
            with suppress(*REFUSALS):
                town.billcom.release(on, actor="eve")
        for row in town.at_billcom("SentPay"):
            with suppress(*REFUSALS):
                town.bank("release_payout", row)
        for payment in town.world.rows(Payment, Payment.kind == "sent", Payment.status == "returning"):
            with suppress(*REFUSALS):
                town.billcom.void(payment.id, "the dust settles", actor="eve")
        Decider(town.world).decide_all()

    def _is_over(self) -> bool:
        going = ("scheduled", "paid", "held", "returning", "voided", "cancelled")
        return not self.town.world.rows(Operation, Operation.state.in_(OPEN)) and not self.town.world.rows(
            Payment, Payment.kind == "sent", Payment.status.in_(going)
        )


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


ACTS: dict[str, Callable[[Life, int, int], None]] = {
    "sell": Life.sells,
    "refund": Life.refunds,
    "cancel": Life.cancels,
    "adjust": Life.adjusts,
    "dispute": Life.disputes,
    "hold": Life.holds,
    "pay by link": Life.pays_by_link,
    "return a debit": Life.returns_a_debit,
    "stop a payout": Life.stops_a_payout,
    "take back": Life.takes_back,
    "break": Life.breaks,
    "wait": Life.waits,
    "pass": Life.passes,
}
