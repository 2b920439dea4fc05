"""A town with a marketplace, for stories: what its people and banks do, and how its days pass, in a word or two each.

    order = town.sells(("ann", "60.00", "6.00"), to="Ada")     the shop sells and settles
    town.billcom.hold(order, "the parcel is lost")             any public call; orders and people by their names
    town.waits(bank_days=6)                                    banks work, the worker ticks until all is quiet
    town.bank("return_payout", town.payout_to("ann"), "R03")   what a bank does
    town.ends(collected="60.00", paid_out="54.00", fees="6.00")   the oracle looks at all three sides

Stories use public calls, the tick, and what banks and people do at Bill.com; nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from flask_billcom.api.secret import Secret
from flask_billcom.marketplace.counterparties.consent import Consent
from flask_billcom.models import Call, Operation, OperationState, Party
from flask_billcom.schedule import Schedule
from flask_billcom.simulator import people
from flask_billcom.simulator.banking.bankdays import next_bank_day
from flask_billcom.simulator.organization.accounts import active_account
from flask_billcom.simulator.payments.bankevents import KINDS as BANK_ACTS
from flask_billcom.simulator.payments.receipts import schedule_receipt
from flask_billcom.store import written
from tests.stories.oracle import check
from tests.support.copies import copy_file, put_file
from tests.support.world import Stage, World

SELLERS, BUYERS = ("ann", "bo", "cy"), ("Ada", "Ben", "Cleo")
ROUNDS = 40
UNDER_WAY = (OperationState.SENDING, OperationState.UNKNOWN, OperationState.CHECKING)
UNREACHABLE = ("ConnectionFailed", "RequestTimedOut")
PATIENCE = timedelta(minutes=45)
"""How far ahead of now a row may be due and still be waited for before a day is over."""
_READY = (Operation.state == OperationState.PLANNED) & Operation.parked.is_(None)
_SOON = _READY & (Operation.not_before > bindparam("now")) & (Operation.not_before <= bindparam("soon"))
_DUE = _READY & or_(Operation.not_before.is_(None), Operation.not_before <= bindparam("now"))
_LEFT = select(
    select(func.count()).where(Operation.state.in_(written(UNDER_WAY)) | _SOON).scalar_subquery(),
    select(func.count()).where(Call.outcome.is_(None)).scalar_subquery(),
    select(func.count()).where(_DUE).scalar_subquery(),
)


def cents(dollars: str) -> int:
    """Return dollars as text in cents."""
    return int(Decimal(dollars) * 100)


NOONS = (1, 6, 7, 9)
"""Bank days after a sale on which something happens to it: it is collected, funded and planned, processed, arrived."""
FEW = 5


def _steps(bank_days: int) -> list[int]:
    """Return the days between the noons that matter: each of a few, those of a sale's life of more."""
    noons = range(1, bank_days + 1) if bank_days <= FEW else [day for day in (*NOONS, bank_days) if day <= bank_days]
    return [day - before for before, day in pairwise((0, *dict.fromkeys(noons)))]


@dataclass(frozen=True)
class Person:
    """A buyer or seller of the shop, by the row's key."""

    role: str
    key: int
    name: str


@dataclass(frozen=True)
class Order:
    """An order as the shop knows it; the oracle goes by this, never by our rows.

    :param items: (seller, cents, fee in cents).
    """

    number: str
    buyer: str
    items: tuple[tuple[str, int, int], ...]
    own: int = 0

    @property
    def gross(self) -> int:
        """What the buyer pays."""
        return sum(each[1] for each in self.items) + self.own

    def net(self) -> dict[str, int]:
        """Return what each seller gets."""
        shares: dict[str, int] = {}
        for seller, amount, fee in self.items:
            shares[seller] = shares.get(seller, 0) + amount - fee
        return shares


class Desk:
    """The public calls, in an app context and a transaction each; orders and people are looked up in the shop."""

    def __init__(self, town: Town) -> None:
        self._town = town

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            town = self._town
            with town.world.app() as session:
                found = [town.mapped(session, each) for each in args]
                known = {key: town.mapped(session, each) for key, each in options.items()}
                done = getattr(town.world.shop.billcom, name)
                result = done(*found, **known) if callable(done) else done
                result = list(result) if isinstance(result, Iterator) else result
                session.commit()
            return result

        return call


@dataclass
class Town:
    """A marketplace in the middle of its life, and everybody around it."""

    world: World
    stage: Stage
    folder: Path
    orders: list[Order] = field(default_factory=list)
    people: dict[tuple[str, str], Person] = field(default_factory=dict)
    opening: int = 0

    def __post_init__(self) -> None:
        self.billcom: Any = Desk(self)
        self.opening = self.world.simulator.settings.opening_cents

    # -- the shop --------------------------------------------------------------------------------------------------

    def person(self, role: str, name: str) -> Person:
        """Return a buyer or seller, who enters the shop now if nobody knows him."""
        if (role, name) not in self.people:
            self.people[role, name] = self._enters(role, name)
        return self.people[role, name]

    def buyer(self, name: str) -> Person:
        """Return a buyer."""
        return self.person("buyer", name)

    def seller(self, name: str) -> Person:
        """Return a seller."""
        return self.person("seller", name)

    def _enters(self, role: str, name: str) -> Person:
        key = sum(1 for known, _ in self.people if known == role) + 1
        cls = self._class(role)
        with self.world.app() as session:
            # A number behind the name tells two of one name apart; the shop shows the name alone.
            session.add(cls(id=key, name=name.partition("#")[0], email=f"{role}{key}@example.com"))
            session.commit()
        return Person(role, key, name)

    def _class(self, role: str) -> type[Any]:
        return self.world.shop.Buyer if role == "buyer" else self.world.shop.Seller

    def mapped(self, session: Any, thing: Any) -> Any:
        """Return the shop's own object of an order or a person; anything else as it is."""
        if isinstance(thing, Order):
            return session.get(self.world.shop.Order, int(thing.number))
        if isinstance(thing, Person):
            return session.get(self._class(thing.role), thing.key)
        return thing

    def places(self, *items: tuple[str, ...], to: str = "Ada", own: str = "0", number: int | None = None) -> Order:
        """Let a buyer place an order: items are (seller, dollars, fee in dollars); nothing is settled yet."""
        lines = tuple((seller, cents(price), cents(fee[0]) if fee else 0) for seller, price, *fee in items)
        key = number or max((int(each.number) for each in self.orders), default=0) + 1
        order = Order(str(key), to, lines, cents(own))
        buyer = self.buyer(to)
        sellers = [self.seller(name) for name, *_ in lines]
        shop = self.world.shop
        with self.world.app() as session:
            row = shop.Order(id=key, buyer_id=buyer.key)
            for place, (seller, (_, amount, fee)) in enumerate(zip(sellers, lines, strict=True)):
                row.items.append(
                    shop.Item(seller_id=seller.key, amount_cents=amount, fee_cents=fee, title=f"thing {place}")
                )
            if order.own:
                row.items.append(shop.Item(amount_cents=order.own, fee_cents=0, title="shipping"))
            session.add(row)
            session.commit()
        self.orders.append(order)
        return order

    def sells(self, *items: tuple[str, ...], to: str = "Ada", own: str = "0", number: int | None = None) -> Order:
        """Let a buyer place an order, and settle it; nothing is sent yet."""
        order = self.places(*items, to=to, own=own, number=number)
        self.billcom.settle(order)
        return order

    def sold(
        self, *items: tuple[str, ...], to: str = "Ada", own: str = "0", times: int = 1, bank_days: int = 0
    ) -> Order:
        """Sell, let the worker get on with it, and let bank days pass, as many stories begin; return the last order.

        :param times: how many orders of these items.
        """
        self.lives_through(Town._sold, items, to, own, times, bank_days)
        return self.orders[-1]

    def _sold(self, items: Sequence[tuple[str, ...]], to: str, own: str, times: int, bank_days: int) -> None:
        for _ in range(times):
            self.sells(*items, to=to, own=own)
        self.passes()
        if bank_days:
            self.waits(bank_days=bank_days)

    def sells_to_paid(self, *items: tuple[str, ...], to: str = "Ada", own: str = "0") -> Order:
        """Sell, and let the buyer's debit be collected."""
        order = self.sells(*items, to=to, own=own)
        self.passes()
        self.waits(bank_days=1)
        return order

    def forgets(self, order: Order) -> None:
        """Delete an order from the shop."""
        with self.world.app() as session:
            session.delete(self.mapped(session, order))
            session.commit()

    def changes(self, thing: Order | Person, **values: Any) -> None:
        """Change a person's row in the shop."""
        with self.world.app() as session:
            row = self.mapped(session, thing)
            for name, value in values.items():
                setattr(row, name, value)
            session.commit()

    # -- time ------------------------------------------------------------------------------------------------------

    def lives_through(self, act: Callable[..., None], *args: Any) -> None:
        """Live through something, or be put back to where it led an earlier town from the same state.

        :param act: a function of the town, which always does the same with the same values.
        """
        self.world.diary = tuple(self.orders), tuple(self.people.items())
        self.world.lives_through(_live, self.stage, self.folder, act, *args)
        orders, people = self.world.diary
        self.orders, self.people = list(orders), dict(people)

    def ticks(self) -> bool:
        """Let the worker do one round, and return whether anything was sent or looked up."""
        report = self.world.tick()
        broken = {step: error for step, error in report.failed.items() if not error.startswith(UNREACHABLE)}
        assert not broken, broken
        return report.moved

    def passes(self, *, seconds: float = 5, rounds: int = ROUNDS) -> None:
        """Let a moment pass, then tick until nothing is under way, and what is planned stands still."""
        self.world.advance(seconds=seconds)
        still = 0
        for _ in range(rounds):
            moved = self.ticks()
            waits = self._what_is_left()
            still = 0 if moved or waits != "planned" else still + 1
            if waits is None or still > 1:
                return
            self.world.advance_to_next(1 if waits == "planned" else 900)

    def waits(self, *, bank_days: int = 1, step: int | None = None) -> None:
        """Let bank days pass, and let the worker tick until nothing is under way at noon of those on which it matters.

        :param step: at noon of every so many days instead.
        """
        for days in _steps(bank_days) if step is None else [step] * (bank_days // step):
            self.world.advance(business_days=days)
            self.passes(seconds=0)

    def waits_long(self) -> None:
        """Let so many bank days pass that cheques have arrived as well."""
        self.waits(bank_days=9)
        self.waits(bank_days=8, step=4)

    def until(self, day: str) -> None:
        """Let time pass until a moment in UTC, then tick until nothing is under way."""
        self.world.advance(to=day)
        self.passes(seconds=0)

    def _what_is_left(self) -> str | None:
        """Return whether something is under way or due soon, or only planned for now, or neither."""
        now = self.world.clock.now()
        with self.world.store.read() as rows:
            under_way, calls, due = rows.first(_LEFT, {"now": now, "soon": now + PATIENCE})
        if under_way or calls:
            return "under way"
        return "planned" if due else None

    def restarts(self, **settings: Any) -> None:
        """Let the marketplace start anew with other settings."""
        if "payout_schedule" in settings:
            settings["payout_schedule"] = Schedule.parse(settings["payout_schedule"])
        self.world.restart(**settings)

    def backs_up(self) -> Path:
        """Copy the marketplace's database as it is now."""
        self.world.let_go()
        return copy_file(self.stage.engine, self.folder / "backup.sqlite")

    def restores(self, backup: Path) -> None:
        """Put a copy back, and start anew with it."""
        self.world.let_go()
        put_file(self.stage.engine, backup)
        self.world.restart()

    # -- people ----------------------------------------------------------------------------------------------------

    def onboard(self, *, sellers: Iterable[str] = SELLERS, buyers: Iterable[str] = BUYERS) -> None:
        """Make people known to Bill.com, with bank accounts old enough to be paid to, and consent to charges."""
        everyone = [self.seller(name) for name in sellers] + [self.buyer(name) for name in buyers]
        for person in everyone:
            self.billcom.ensure_party(person)
        self.passes()
        self.signs_in()
        for person in everyone:
            self.enters_bank_account(person)
            if person.role == "buyer":
                self.consents(person)
        self.world.advance(business_days=4)

    def signs_in(self) -> None:
        """Let the operator confirm this device with the code from his phone."""
        self.world.trust()

    def enters_bank_account(self, person: Person, number: str | None = None) -> None:
        """Let somebody enter a bank account."""
        place = person.key + (100 if person.role == "buyer" else 0)
        self.billcom.add_bank_account(
            person,
            account_number=Secret(number or f"{4_000_000_000 + place}"),
            routing_number=Secret("322271627"),
            name_on_account=person.name,
        )

    def consents(self, buyer: Person) -> None:
        """Let a buyer allow charges of his bank account."""
        today = self.world.clock.now().astimezone(self.world.settings.zone).date()
        self.billcom.authorize_charges(buyer, Consent(reference=f"form {buyer.key}", date=today))

    def pays_by_link(self, *orders: Order, amount: str | None = None, on_top: str = "0") -> str:
        """Let a buyer pay invoices with the link, on the next bank day: all of them, or so much of one.

        :param on_top: what he pays beside, for nothing that he owes.
        """

        def pay(bill: Any) -> str:
            parts = []
            for order in orders:
                invoice = bill.store["Invoice"].by_id[self.invoice_of(order).id]
                due = invoice["amountDue"] - invoice["scheduledAmount"]
                parts.append((invoice, due if amount is None else cents(amount)))
            customer = bill.store["Customer"].by_id[parts[0][0]["customerId"]]
            account = active_account(bill, "CustomerBankAccount", customer)
            total = sum(each for _, each in parts) + cents(on_top)
            day = next_bank_day(bill.today)
            return str(schedule_receipt(bill, customer, parts, paid_on=day, account=account, total=total).id)

        return str(self.world.simulator.under_lock(pay))

    def operator(self, act: str, **details: Any) -> Any:
        """Let somebody act in Bill.com's own web page; see the simulator's `people`."""
        return self.world.simulator.under_lock(lambda bill: people.act(bill, act, details))

    # -- banks -----------------------------------------------------------------------------------------------------

    def bank(self, act: str, row: Any, code: str = "") -> None:
        """Let a bank act on a payment, movement or account; see the simulator's `bankevents`."""
        self.world.simulator.under_lock(lambda bill: BANK_ACTS[act](bill, row.id, code))

    def breaks(self, fault: str, endpoint: str, **details: float) -> None:
        """Let the next call of an endpoint go wrong."""
        self.world.simulator.plan_fault(fault, endpoint, **details)

    def mends(self) -> None:
        """Let nothing go wrong any more."""
        self.world.simulator.faults.clear()

    # -- what Bill.com shows ---------------------------------------------------------------------------------------

    def at_billcom(self, entity: str, **fields: Any) -> list[Any]:
        """Return Bill.com's active objects of a kind with these fields."""
        rows = self.world.simulator.books[entity]
        return [row for row in rows if all(row[name] == value for name, value in fields.items())]

    def remote_id(self, person: Person) -> str:
        """Return the id of somebody at Bill.com."""
        role = "customer" if person.role == "buyer" else "vendor"
        known = (Party.local_id == str(person.key)) & (Party.local_type == person.role.capitalize())
        (party,) = self.world.rows(Party, known, Party.role == role)
        return str(party.remote_id)

    def vendor(self, name: str) -> Any:
        """Return a seller as Bill.com knows him."""
        return self.world.simulator.books.find("Vendor", self.remote_id(self.seller(name)))

    def customer(self, name: str) -> Any:
        """Return a buyer as Bill.com knows him."""
        return self.world.simulator.books.find("Customer", self.remote_id(self.buyer(name)))

    def invoice_of(self, order: Order) -> Any:
        """Return Bill.com's active invoice of an order."""
        found = self.at_billcom("Invoice", invoiceNumber=f"FB-{order.number}")
        (only,) = [row for row in found if row.is_active]
        return only

    def bill_of(self, order: Order, seller: str) -> Any:
        """Return Bill.com's active bill of a seller for an order."""
        place = list(order.net()).index(seller) + 1
        (only,) = [r for r in self.at_billcom("Bill", invoiceNumber=f"FB-{order.number}-{place}") if r.is_active]
        return only

    def payouts_to(self, name: str) -> list[Any]:
        """Return Bill.com's payments to a seller, the oldest first."""
        return self.at_billcom("SentPay", vendorId=self.vendor(name).id)

    def payout_to(self, name: str) -> Any:
        """Return Bill.com's last payment to a seller."""
        return self.payouts_to(name)[-1]

    def debit_of(self, name: str) -> Any:
        """Return Bill.com's last payment of a buyer."""
        return self.at_billcom("ReceivedPay", customerId=self.customer(name).id)[-1]

    def calls(self, endpoint: str) -> int:
        """Return how often an endpoint was called."""
        return len(self.world.sent(endpoint))

    # -- what the shop sees ----------------------------------------------------------------------------------------

    def state_of(self, order: Order) -> str:
        """Return how far an order's settlement is."""
        return str(self.billcom.settlement_of(order).state)

    def operations(self, kind: str, state: str | None = None) -> list[Operation]:
        """Return the operations of a kind, in a state."""
        return [each for each in self.world.operations(kind) if state in {None, each.state}]

    def skipped(self, run: Any) -> Mapping[str, int]:
        """Return the cents that a payout run leaves, by reason."""
        return {reason: each.cents for reason, each in run.skipped.items()}

    def ends(self, **expected: Any) -> None:
        """Let the oracle look at our books, at Bill.com's and at the banks'; see `oracle.check`."""
        check(self, **expected)


def _live(world: World, stage: Stage, folder: Path, act: Callable[..., None], *args: Any) -> None:
    orders, people = world.diary
    town = Town(world, stage, folder, list(orders), dict(people))
    act(town, *args)
    world.diary = tuple(town.orders), tuple(town.people.items())
