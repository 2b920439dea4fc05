"""A life of a marketplace by chance: what people, banks and the wire may do, one act after the other, and how it ends.

    life = Life(town)
    life.does("sell", 3, 12_00)      each act takes two numbers, which choose among what is there
    life.settles_the_dust()          faults stop, holds go, people decide by the book, and banks have their days

An act that makes no sense, as a refund where nothing was sold, is what nobody does; one that is refused is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.errors import BillcomError
from flask_billcom.marketplace.corrections.adjustments import BOOKED, PROPOSED, AdjustmentSnapshot
from flask_billcom.models import Adjustment
from flask_billcom.simulator.errors import Refusal
from flask_billcom.simulator.payments.disbursements import HOLD, SCHEDULED
from tests.crash.boundaries import Crash
from tests.stories.dust import settle
from tests.stories.operator import Operator, pick
from tests.stories.town import BUYERS, SELLERS, Order, Town

FAULTS = (
    "timeout_after",
    "timeout_before",
    "http_5xx_after",
    "connect_refused",
    "reset_after",
    "late_effect",
    "dribble",
    "bdc:BDC_1109",
    "bdc_after:BDC_9999",
    "short_bulk",
)
ENDPOINTS = (
    "PayBills",
    "ChargeCustomer",
    "Bulk/Crud/Create/Bill",
    "Bulk/Crud/Create/Invoice",
    "List/SentPay",
    "*",
    "RecordARPayment",
    "Crud/Update/Bill",
    "Crud/Delete/Bill",
    "CancelAPPayment",
    "VoidAPPayment",
)
REFUSALS = (NotPossible, BillcomError, Refusal, ValueError)
BY_CHEQUE = "dee"
"""A seller who never enters a bank account."""
EVERYBODY = (*SELLERS, BY_CHEQUE)
ORDINARY: dict[str, Any] = {
    "collect": "charge",
    "payout_schedule": "daily",
    "float_cents": 1_000_000,
    "payments_enabled": True,
    "minimum_payout_cents": 0,
    "reserve_percent": Decimal(0),
    "hold_days": 0,
    "approval_threshold_cents": None,
    "run_cap_cents": None,
    "seller_day_cap_cents": None,
    "combine_payments": False,
    "reminder_days": (),
}
"""How the marketplace is set up at first, and again when the dust settles."""
OTHERWISE: tuple[dict[str, Any], ...] = (
    {"collect": "send"},
    {"payout_schedule": "manual"},
    {"payout_schedule": "weekly:fri"},
    {"float_cents": 0},
    {"payments_enabled": False},
    {"minimum_payout_cents": 25_00},
    {"reserve_percent": Decimal(10)},
    {"hold_days": 3},
    {"approval_threshold_cents": 20_00},
    {"run_cap_cents": 60_00},
    {"seller_day_cap_cents": 30_00},
    {"combine_payments": True},
    {"reminder_days": (1, 3)},
)
"""How it may be set up in between."""


class Life:
    """Acts by name; see `ACTS`.

    :param town: as it was founded.
    """

    def __init__(self, town: Town) -> None:
        self.town = town
        self.operator = Operator(town)
        self._adjusted: list[tuple[str, AdjustmentSnapshot]] = []
        self._disputes: list[Any] = []
        self._count = 0

    def does(self, act: str, first: int, second: int) -> None:
        """Do one act; what is refused changes nothing."""
        with suppress(*REFUSALS):
            ACTS[act](self, first, second)

    def settles_the_dust(self) -> None:
        """Let everything come to its end: nothing goes wrong any more, and people decide by the book."""
        self.town.restarts(**ORDINARY)
        settle(self.town, self.operator)

    def bonuses(self) -> Counter[str]:
        """Return the cents that sellers were given beside their sales."""
        rows = {row.id: row for row in self.town.world.rows(Adjustment, Adjustment.state == BOOKED)}
        given: Counter[str] = Counter()
        for name, asked in self._adjusted:
            if asked.id in rows and asked.kind == "bonus":
                given[name] += asked.cents
        return given

    # -- the shop --------------------------------------------------------------------------------------------------

    def sells(self, first: int, second: int) -> Order:
        price = second % 50_00 + 1
        sellers = {EVERYBODY[first % 4], EVERYBODY[second % 4]}
        items = [(name, dollars(price), dollars(price // 10)) for name in sorted(sellers)]
        return self.town.sells(*items, to=BUYERS[first % 2], own=dollars(second % 3 * 50))

    def refunds(self, first: int, second: int) -> None:
        order = pick(self.town.orders, first)
        if order is not None:
            how: dict[str, Any] = {}
            if second % 3:
                how["amount"] = Decimal(second % order.gross + 1) / 100
            self.town.billcom.refund(order, reference=f"r{second % 4}", reason="chance", actor="eve", **how)

    def cancels(self, first: int, second: int) -> None:
        del second
        order = pick(self.town.orders, first)
        if order is not None:
            self.town.billcom.cancel(order, reason="chance", actor="eve")

    def adjusts(self, first: int, second: int) -> None:
        self._count += 1
        name, kind = EVERYBODY[first % 4], ("fine", "bonus")[second % 2]
        asked = self.town.billcom.adjust(
            self.town.seller(name),
            kind=kind,
            amount=Decimal(second % 10_00 + 1) / 100,
            reference=f"a{self._count}",
            reason="chance",
            actor="eve",
        )
        self._adjusted.append((name, asked))

    def writes_off(self, first: int, second: int) -> None:
        self._count += 1
        seller = self.town.seller(EVERYBODY[first % 4])
        who = "bob" if second % 2 else None
        self.town.billcom.write_off(seller, reference=f"w{self._count}", reason="chance", actor="eve", second=who)

    def disputes(self, first: int, second: int) -> None:
        order = pick(self.town.orders, first)
        if order is not None and second % 2:
            dispute = self.town.billcom.dispute(order, reference=f"d{second % 3}", reason="chance", actor="eve")
            self._disputes.append(dispute)
        elif self._disputes:
            outcome = ("won", "lost", "withdrawn")[second % 3]
            self.town.billcom.resolve_dispute(self._disputes.pop(), outcome, actor="bob", reason="chance")

    def holds(self, first: int, second: int) -> None:
        on: Any = [None, *map(self.town.seller, EVERYBODY), *self.town.orders][first % (5 + len(self.town.orders))]
        if second % 2:
            self.town.billcom.hold(on, "chance", actor="eve")
        else:
            self.town.billcom.release(on, actor="eve")

    def approves(self, first: int, second: int) -> None:
        run = pick(self.town.billcom.waiting_runs(), first)
        if run is not None:
            self.town.billcom.approve(run.id, actor="bob", reason="chance")
        asked = pick(self.town.world.rows(Adjustment, Adjustment.state == PROPOSED), first)
        if asked is not None:
            decide = self.town.billcom.approve_adjustment if second % 2 else self.town.billcom.deny_adjustment
            decide(asked.id, actor="bob", reason="chance")

    def pays_now(self, first: int, second: int) -> None:
        if second % 2:
            self.town.billcom.pay_now(self.town.seller(EVERYBODY[first % 4]), actor="eve")
        else:
            self.town.billcom.payout_run(actor="eve")

    def sets_up(self, first: int, second: int) -> None:
        del second
        self.town.restarts(**OTHERWISE[first % len(OTHERWISE)])

    # -- collection ------------------------------------------------------------------------------------------------

    def reminds(self, first: int, second: int) -> None:
        order = pick(self.town.orders, first)
        if order is not None:
            self.town.billcom.remind(order, actor="eve", reference=f"m{second % 2}")

    def records(self, first: int, second: int) -> None:
        order = pick(self.town.orders, first)
        if order is not None:
            town = self.town
            town.billcom.record_payment(
                order,
                amount=Decimal(second % (order.gross + 100) + 1 if second % 3 else order.gross) / 100,
                date=town.world.clock.now().astimezone(town.world.settings.zone).date(),
                reference=f"check {second % 2}",
                actor="eve",
                overpay=bool(first % 2),
            )

    def charges_again(self, first: int, second: int) -> None:
        del second
        order = pick(self.town.orders, first)
        if order is not None:
            self.town.billcom.charge_again(order, actor="eve", reason="chance")

    def consents(self, first: int, second: int) -> None:
        buyer = self.town.buyer(BUYERS[first % 2])
        if second % 2:
            self.town.billcom.revoke_charges(buyer)
        else:
            self.town.consents(buyer)

    def pays_by_link(self, first: int, second: int) -> None:
        unpaid = [order for order in self.town.orders if self._due(order)]
        order = pick(unpaid, first)
        if order is not None:
            part = dollars(second % self._due(order) + 1) if second % 3 == 1 else None
            self.town.pays_by_link(order, amount=part, on_top="0.50" if second % 3 == 2 else "0")

    def _due(self, order: Order) -> int:
        found = self.town.at_billcom("Invoice", invoiceNumber=f"FB-{order.number}")
        return sum(row["amountDue"] - row["scheduledAmount"] for row in found if row.is_active)

    # -- banks -----------------------------------------------------------------------------------------------------

    def returns_a_debit(self, first: int, second: int) -> None:
        del second
        paid = [row for row in self.town.at_billcom("ReceivedPay") if row["status"] == "0" and row["isOnline"]]
        debit = pick(paid, first)
        if debit is not None:
            self.town.bank("return_charge", debit, "R01")

    def stops_a_payout(self, first: int, second: int) -> None:
        payout = pick([row for row in self.town.at_billcom("SentPay") if row["status"] == "2"], first)
        if payout is not None:
            acts = ("return_payout", "hold_payout", "release_payout", "settle_payout")
            self.town.bank(acts[second % len(acts)], payout, "R03")

    def fails_our_debit(self, first: int, second: int) -> None:
        del second
        debits = [row for row in self.town.at_billcom("MoneyMovement") if row["amount"] < 0 and row["status"] != "2"]
        debit = pick([row for row in debits if self._may_bounce(row)], first)
        if debit is not None:
            self.town.bank("bounce_funding", debit)

    def _may_bounce(self, debit: Any) -> bool:
        """Return whether none of its payouts has arrived: a bank says within a day that a debit is not covered."""
        bill = self.town.world.simulator.world
        payments = bill.notes.get(debit.id, {}).get("payments", ())
        return bool(payments) and all(bill.disbursements[each].status in {SCHEDULED, HOLD} for each in payments)

    def takes_back(self, first: int, second: int) -> None:
        payout = pick(self.town.at_billcom("SentPay"), first)
        if payout is not None:
            call = self.town.billcom.void if second % 2 else self.town.billcom.pay_again
            call(payout.id, reason="chance", actor="eve")

    def changes_account(self, first: int, second: int) -> None:
        self.town.enters_bank_account(self.town.seller(SELLERS[first % 3]), number=f"{5_000_000_000 + second}")

    # -- the machine and the wire ----------------------------------------------------------------------------------

    def breaks(self, first: int, second: int) -> None:
        seconds = 1.0 if FAULTS[first % len(FAULTS)] == "dribble" else 60
        self.town.breaks(FAULTS[first % len(FAULTS)], ENDPOINTS[second % len(ENDPOINTS)], seconds=seconds)

    def crashes(self, first: int, second: int) -> None:
        """Let the worker die at one of the next moments of its calls, and another one begin."""
        del second
        world = self.town.world
        left = iter(range(first % 24))

        def die(_moment: str, _endpoint: str) -> None:
            if next(left, None) is None:
                raise Crash

        quiet, world.on_call = world.on_call, die
        try:
            self.town.ticks()
        except Crash:
            pass
        finally:
            world.on_call = quiet
        world.restart()

    def restores(self, first: int, second: int) -> None:
        """Put back a backup that is ten minutes old at most; the customers of those minutes order again."""
        town = self.town
        backup, people, orders = town.backs_up(), dict(town.people), list(town.orders)
        if second % 2:
            self.sells(first, second)
        town.passes(seconds=first % 600)
        lost = [order for order in town.orders if order not in orders]
        town.people, town.orders = people, orders
        town.restores(backup)
        for order in lost:
            items = [(name, dollars(price), dollars(fee)) for name, price, fee in order.items]
            town.sells(*items, to=order.buyer, own=dollars(order.own), number=int(order.number))

    def forgets_the_device(self, first: int, second: int) -> None:
        """Let the trust in our device lapse, and with it what a session may do."""
        del first, second
        self.town.world.simulator.world.sessions.devices.clear()

    def waits(self, first: int, second: int) -> None:
        del second
        self.town.waits(bank_days=first % 6 + 1, step=first % 6 + 1)

    def passes(self, first: int, second: int) -> None:
        del second
        self.town.world.advance(seconds=first % 600)
        self.town.ticks()


def dollars(cents: int) -> str:
    """Return cents as a story writes them."""
    return f"{cents // 100}.{cents % 100:02d}"


def _by_operator(act: Callable[[Operator, int, int], None]) -> Callable[[Life, int, int], None]:
    return lambda life, first, second: act(life.operator, first, second)


ACTS: dict[str, Callable[[Life, int, int], object]] = {
    "sell": Life.sells,
    "refund": Life.refunds,
    "cancel": Life.cancels,
    "adjust": Life.adjusts,
    "write off": Life.writes_off,
    "dispute": Life.disputes,
    "hold": Life.holds,
    "approve": Life.approves,
    "pay now": Life.pays_now,
    "set up": Life.sets_up,
    "remind": Life.reminds,
    "record": Life.records,
    "charge again": Life.charges_again,
    "consent": Life.consents,
    "pay by link": Life.pays_by_link,
    "return a debit": Life.returns_a_debit,
    "stop a payout": Life.stops_a_payout,
    "fail our debit": Life.fails_our_debit,
    "take back": Life.takes_back,
    "change account": Life.changes_account,
    "break": Life.breaks,
    "crash": Life.crashes,
    "restore": Life.restores,
    "forget device": Life.forgets_the_device,
    "wait": Life.waits,
    "pass": Life.passes,
    "edit there": _by_operator(Operator.edits),
    "delete there": _by_operator(Operator.deletes),
    "pay there": _by_operator(Operator.pays),
    "void there": _by_operator(Operator.voids),
    "switch off there": _by_operator(Operator.switches_off),
    "merge there": _by_operator(Operator.merges),
}
"""What may happen, by name; `there` is Bill.com's own web page."""
OFTEN = (*sorted(ACTS), *["sell"] * 5, *["wait"] * 9, *["pass"] * 3)
"""The same by how often they happen: money takes days to get anywhere, and nothing happens to what was never sold."""
