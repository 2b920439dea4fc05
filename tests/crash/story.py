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
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.exc import OperationalError

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.engine.errors import NoCapacity
from flask_billcom.errors import BillcomError
from flask_billcom.marketplace.kinds.money import DIFFERENCE
from flask_billcom.marketplace.strays import RESTORED
from flask_billcom.marketplace.voidable import VOID as TAKEN_BACK
from flask_billcom.marketplace.voidable import VOID_PART
from flask_billcom.models import Operation, OperationState, Party, Payment, Quota, Settlement
from flask_billcom.schedule import Schedule
from flask_billcom.simulator.bank import PAYING_OUT
from flask_billcom.simulator.disbursements import ACH, return_payout
from flask_billcom.simulator.payouts import PAID, VOID
from tests.crash.boundaries import Boundaries, Crash
from tests.support.world import Stage, World

BUYERS, SELLERS = ("Ada", "Ben", "Cleo"), ("ann", "bo")
OPERATOR = Person("operator", "settled by the book of the crash suite")
ENDED = ("paid_out", "cancelled")
ROUNDS = 60
STILL = 10
"""How many rounds may leave planned work as it is until it waits for the next chapter, such as for money to come back;
two hours and a half, longer than any refusal of Bill.com lasts, also by a clock that was put back by an hour."""
HOUR = 3600
PATIENCE = 12
"""How many pairs of bank days the end may take."""

Standing = tuple[UUID, str, int]
"""An operation's id, state and number of attempts."""


@dataclass(frozen=True)
class GivenBack:
    """What the shop has promised to give back of an order, at a moment that the judge does not know.

    :param line: of which, counted from one; 0 for all that was left.
    """

    line: int
    cents: int


@dataclass(frozen=True)
class Order:
    """One order as the shop knows it; the judge compares Bill.com with this, never with our rows.

    :param items: (seller, cents, fee cents).
    :param lowered: cents that are taken off before it is paid; all of them where it is canceled.
    :param refunded: cents that go back after it was paid; an order with either has one line.
    :param elsewhere: whether it is paid by a check that Bill.com never sees.
    :param given_back: what was promised at any time.
    :param canceled: whether it was canceled before anybody had paid.
    :param late: numbers of its sellers' bills that may have been paid before that.
    """

    number: str
    buyer: str
    items: tuple[tuple[str, int, int], ...]
    own: int = 0
    collect: str = "charge"
    lowered: int = 0
    refunded: int = 0
    elsewhere: bool = False
    given_back: tuple[GivenBack, ...] = ()
    canceled: bool = False
    late: frozenset[str] = frozenset()

    @property
    def gross(self) -> int:
        return sum(cents for _, cents, _ in self.items) + self.own

    @property
    def invoiced(self) -> int:
        """Return the cents that its buyer owes in the end."""
        return self.gross - self.lowered - sum(back.cents for back in self.given_back)

    def net(self) -> dict[str, int]:
        """Return what each seller gets in the end, in cents; the fee of what goes back goes back with it."""
        shares: dict[str, int] = {}
        for line, (seller, cents, fee) in enumerate(self.items, start=1):
            back = self.lowered + self.refunded + self._given_back_of(line)
            shares[seller] = shares.get(seller, 0) + cents - fee - (back - _fee_of(back, fee, cents))
        return shares

    def _given_back_of(self, line: int) -> int:
        """Return the cents that were given back of a line."""
        if any(not back.line for back in self.given_back):
            return self.items[line - 1][1]
        return sum(back.cents for back in self.given_back if back.line == line)


def _fee_of(back: int, fee: int, cents: int) -> int:
    """Return the fee of a part of a line, half up."""
    return (2 * fee * back + cents) // (2 * cents)


ORDERS = (
    Order("1", "Ada", (("ann", 10_00, 1_00), ("bo", 5_05, 0))),
    Order("2", "Ben", (("ann", 7_77, 78),), own=3_00),
    Order("3", "Ada", (("bo", 20_00, 2_00), ("bo", 1_01, 0))),
    Order("4", "Cleo", (("ann", 100_00, 10_00),), collect="send", refunded=40_00),
    Order("5", "Ben", (("ann", 30_00, 3_00),), collect="send", lowered=10_00),
    Order("6", "Cleo", (("bo", 12_00, 1_20),), collect="send", lowered=12_00),
    Order("7", "Ben", (("bo", 9_00, 90),), collect="send", elsewhere=True),
)


@dataclass
class Run:
    """One telling of the story.

    :param stage: the shop and its database.
    :param boundaries: where it may be cut.
    :param hears_people: whether what people do may be cut as well.
    """

    stage: Stage
    boundaries: Boundaries
    seed: int = 1
    simulator: dict[str, object] = field(default_factory=dict)
    orders: tuple[Order, ...] = ORDERS
    hears_people: bool = False
    crashes: int = 0
    quarantined: dict[str, str] = field(default_factory=dict)
    """Why a person had to decide about an operation, by kind and natural key."""
    errands: dict[str, list[Callable[[], None]]] = field(default_factory=dict)
    """What people do at the beginning of a chapter."""
    past: set[tuple[str, int]] = field(default_factory=set)
    """The bank days of each chapter that are over: they do not come again because a worker began again."""
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.world = self.stage.world(
            seed=self.seed,
            simulator=self.simulator,
            collect="charge",
            combine_payments=True,
            payout_schedule=Schedule.parse("daily"),
            float_cents=0,
        )
        self.listen()

    def listen(self) -> None:
        """Let the boundaries hear of this world's calls."""
        self.world.on_call = self.boundaries.of_call

    def with_settings(self, **settings: Any) -> None:
        """Go on with other settings, in a new process."""
        self._quietly(lambda: self.world.restart(**settings))
        self.listen()

    # -- telling ---------------------------------------------------------------------------------------------------

    def tell(self, chapters: list[str] | None = None) -> None:
        """Live through the chapters; a crash begins its chapter again in a new process."""
        for name in chapters or list(CHAPTERS):
            self.boundaries.open(name)
            while True:
                try:
                    self._run_errands(name)
                    self.chapter()
                    break
                except Crash:
                    self.crashes += 1
                    self._quietly(self.world.restart)
                    self.listen()
                except OperationalError:
                    continue  # the app's own request failed; whoever sent it sends it again
                except NoCapacity:
                    self._quietly(lambda: self.world.advance(seconds=HOUR))  # so does who was told to try later

    def chapter(self) -> None:
        """Live through the chapter that was opened."""
        CHAPTERS[self.boundaries.chapter](self)

    def _run_errands(self, chapter: str) -> None:
        """Let people do what they do on the side; what they began before a crash they do again."""
        waiting = self.errands.get(chapter, [])
        while waiting:
            with suppress(BillcomError):  # who is told that it failed lets it be
                waiting[0]()
            del waiting[0]

    def let_days_pass(self, count: int, *, time: int = 0) -> None:
        """Let bank days pass, if they have not yet in this chapter.

        :param time: which of several times in a chapter it is.
        """
        when = (self.boundaries.chapter, time)
        if when not in self.past:
            self.world.advance(business_days=count)
            self.past.add(when)

    def rounds(self) -> None:
        """Tick until all is quiet, and once more after a person has released what a refused sign-in holds up."""
        self._tick_until_quiet()
        if self.world.holds():
            with suppress(BillcomError):
                self.by_people(Decider(self.world).let_go_on)
            self._tick_until_quiet()

    def _tick_until_quiet(self) -> None:
        """Tick until nothing is under way or in doubt any more, and nothing becomes of what is planned."""
        world = self.world
        last, since = set[Standing](), 0
        for number in range(ROUNDS):
            world.tick()
            self._remember_quarantined()
            busy = self._busy()
            if busy != last:
                last, since = busy, number
            is_still = number - since >= STILL and all(state == OperationState.PLANNED for _, state, _ in busy)
            if not busy or is_still:
                return
            self._quietly(lambda: world.advance_to_next(900))

    def by_people(self, act: Callable[[], object]) -> None:
        """Let people do something."""
        if self.hears_people:
            act()
        else:
            self._quietly(act)

    def _quietly(self, act: Callable[[], object]) -> None:
        was, self.boundaries.is_listening = self.boundaries.is_listening, False
        try:
            act()
        finally:
            self.boundaries.is_listening = was

    def _busy(self) -> set[Standing]:
        under_way = [OperationState.SENDING, OperationState.UNKNOWN, OperationState.CHECKING]
        planned = (Operation.state == OperationState.PLANNED) & Operation.parked.is_(None)
        rows = self.world.rows(Operation, Operation.state.in_(under_way) | planned)
        return {(row.id, row.state, row.attempt) for row in rows}

    def _remember_quarantined(self) -> None:
        for row in self.world.rows(Operation, Operation.state == OperationState.QUARANTINED):
            self.quarantined[f"{row.kind} {row.natural_key}"] = str((row.evidence or {}).get("reason", ""))


# -- the chapters --------------------------------------------------------------------------------------------------


def _meet(run: Run) -> None:
    for role, names in (("seller", SELLERS), ("buyer", BUYERS)):
        for name in names:
            run.world.ensure(role, name)
    run.world.advance(seconds=5)
    run.rounds()


def _enter(run: Run) -> None:
    """Bank accounts pass through; they are nobody's operation, and who enters one waits for the hour to turn."""
    now = run.world.clock.now()
    if run.world.rows(Quota, Quota.closed_until > now):
        run._quietly(lambda: run.world.advance(seconds=HOUR))
    run.by_people(lambda: run.world.onboard(sellers=SELLERS, buyers=BUYERS))


def _sell(run: Run) -> None:
    world = run.world
    for order in run.orders:
        _collect_by(run, order.collect)
        settle(run, order)
    world.advance(seconds=5)
    run.rounds()
    run.rounds()


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
    for order in run.orders:
        if order.lowered == order.gross:
            _request(run, order, lambda billcom, row: billcom.cancel(row, reason="ordered twice", actor="operator"))
        elif order.lowered:
            _refund(run, order, order.lowered)
        elif order.elsewhere:
            _record(run, order)
    run.world.advance(seconds=5)
    run.rounds()
    _decide_soon(run)


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


def _record(run: Run, order: Order) -> None:
    today = run.world.clock.now().astimezone(run.world.settings.zone).date()
    amount = Decimal(order.invoiced) / 100
    _request(
        run,
        order,
        lambda billcom, row: billcom.record_payment(
            row, amount=amount, date=today, reference="check 1", actor="operator"
        ),
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


def pay_again(world: World) -> None:
    """Let a person void what the bank has sent back, and pay again what is proved void."""
    for payment in world.rows(Payment, Payment.status == "returning", Payment.disbursement_status == "failed"):
        with world.app(), suppress(NotPossible):
            world.shop.billcom.void(payment.id, "sent back by the bank", actor="operator")
    for payment in world.rows(Payment, Payment.status.in_(["voided", "cancelled"])):
        with world.app(), suppress(NotPossible):
            world.shop.billcom.pay_again(payment.id, actor="operator", reason="the mistake is mended")


def _decide(run: Run) -> None:
    """Let a person decide what is left to him, each by the proof that the decision asks for, until all has ended."""
    for _ in range(PATIENCE):
        if _is_over(run):
            return
        Decider(run.world).decide_all()
        run.world.advance(business_days=2)
        run.rounds()


def _is_over(run: Run) -> bool:
    world = run.world
    return (
        not world.rows(Settlement, Settlement.state.not_in(ENDED))
        and not open_operations(world)
        and not world.simulator.bank.accounts[PAYING_OUT].cents  # checks in the mail
    )


def open_operations(world: World) -> list[Operation]:
    """Return the operations that somebody or something has still to end.

    One that was refused has another one in its place; but a void that came too late stays refused, and nobody is owed.
    """
    ended = [OperationState.DONE, OperationState.CANCELLED]
    superseded = {row.supersedes for row in world.rows(Operation)}
    return [
        row
        for row in world.rows(Operation, Operation.state.not_in(ended))
        if not (row.state == OperationState.REJECTED and (row.id in superseded or row.kind in (TAKEN_BACK, VOID_PART)))
    ]


@dataclass(frozen=True)
class Decider:
    """A person who goes by the book: adopts what is there, sends again what is absent, retries what was refused."""

    world: World

    def decide_all(self) -> None:
        """Decide about everything that is left to a person."""
        self.let_go_on()
        self._look_at_the_bank()
        pay_again(self.world)
        left = [OperationState.QUARANTINED, OperationState.REJECTED]
        differs = (Operation.state == OperationState.PLANNED) & (Operation.parked == DIFFERENCE)
        for operation in self.world.rows(Operation, Operation.state.in_(left) | differs):
            if operation.state == OperationState.PLANNED:
                self._adopt(operation)
            elif operation.state == OperationState.REJECTED:
                self._is_possible("retry", operation.id)
            elif not self._is_possible("resend", operation.id):
                self._adopt(operation)

    def _look_at_the_bank(self) -> None:
        """Confirm the credit of a payout that is void: where several come back within a week, the lines do not tell."""
        world = self.world
        void = {row.id for row in world.simulator.books["SentPay"] if row["status"] == VOID}
        for payment in world.rows(Payment, Payment.status == "returning", Payment.remote_id.in_(void)):
            with world.app(), suppress(NotPossible):
                world.shop.billcom.confirm_credit(payment.id, actor="operator", reason="the bank shows it")

    def let_go_on(self) -> None:
        """Sign in again, and read back what a restored backup does not know."""
        self.sign_in()
        if any(RESTORED in reason for reason in self.world.holds()):
            with self.world.app():
                self.world.shop.billcom.resume(actor="operator", reason="the backup of yesterday was restored")

    def sign_in(self) -> None:
        """Release what waits for a sign-in, and confirm the device if it is not trusted."""
        with self.world.app():
            session = self.world.shop.billcom.session
            if not session.sign_in(actor="operator").trusted:
                self.world.trust()

    def _adopt(self, operation: Operation) -> None:
        parts = self.world.parts
        kind = next(each for each in parts.worker._kinds if each.name == operation.kind)
        finding = kind.find(parts.domain.reads, [operation]).get(operation.id)
        for match in finding.matches if finding is not None else ():
            there = match.remote_id or getattr(match.record, "id", None)  # a change makes no object of its own
            if there is not None and self._is_possible("adopt", operation.id, there):
                return

    def _is_possible(self, act: str, *about: object) -> bool:
        try:
            getattr(self.world.parts.decisions, act)(*about, OPERATOR)
        except NotPossible:
            return False
        return True


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

__all__ = ["CHAPTERS", "ORDERS", "UNHURT", "Order", "Run", "settle"]
