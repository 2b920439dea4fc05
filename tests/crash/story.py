"""What the marketplace of the crash suites lives through: three buyers, two sellers, four orders.

    meet      parties become known
    enter     people enter bank accounts and consent, and confirm the device
    sell      three orders are charged, one is sent by mail; a seller changes his address
    collect   the charges settle, the buyer of the mailed invoice pays it himself
    pay out   return days pass, the payout run pays both sellers, one payment for all bills of each
    take back the payout of one seller is processed, and a person voids it
    arrive    the others clear; the void one is proved, a person pays it again, and that clears
    audit     whatever a person has to decide is decided by the book

Each chapter can be read again from its start after a crash, as an app repeats a request and cron repeats a tick.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import OperationalError

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.models import Operation, OperationState, Party, Payment, Settlement
from flask_billcom.schedule import Schedule
from tests.crash.boundaries import Boundaries, Crash
from tests.support.world import Stage, World

BUYERS, SELLERS = ("Ada", "Ben", "Cleo"), ("ann", "bo")
OPERATOR = Person("operator", "settled by the book of the crash suite")
ROUNDS = 60
PATIENCE = 12
"""How many pairs of bank days the end may take."""


@dataclass(frozen=True)
class Order:
    """One order as the shop knows it; the judge compares Bill.com with this, never with our rows.

    :param items: (seller, cents, fee cents).
    """

    number: str
    buyer: str
    items: tuple[tuple[str, int, int], ...]
    own: int = 0
    collect: str = "charge"

    @property
    def gross(self) -> int:
        return sum(cents for _, cents, _ in self.items) + self.own

    def net(self) -> dict[str, int]:
        """Return what each seller gets, in cents."""
        shares: dict[str, int] = {}
        for seller, cents, fee in self.items:
            shares[seller] = shares.get(seller, 0) + cents - fee
        return shares


ORDERS = (
    Order("1", "Ada", (("ann", 10_00, 1_00), ("bo", 5_05, 0))),
    Order("2", "Ben", (("ann", 7_77, 78),), own=3_00),
    Order("3", "Ada", (("bo", 20_00, 2_00), ("bo", 1_01, 0))),
    Order("4", "Cleo", (("ann", 100_00, 10_00),), collect="send"),
)


@dataclass
class Run:
    """One telling of the story.

    :param stage: the shop and its database.
    :param boundaries: where it may be cut.
    """

    stage: Stage
    boundaries: Boundaries
    seed: int = 1
    simulator: dict[str, object] = field(default_factory=dict)
    orders: tuple[Order, ...] = ORDERS
    crashes: int = 0
    quarantined: dict[str, str] = field(default_factory=dict)
    """Why a person had to decide about an operation, by kind and natural key."""
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

    # -- telling ---------------------------------------------------------------------------------------------------

    def tell(self, chapters: list[str] | None = None) -> None:
        """Live through the chapters; a crash begins its chapter again in a new process."""
        for name in chapters or list(CHAPTERS):
            self.boundaries.open(name)
            while True:
                try:
                    CHAPTERS[name](self)
                    break
                except Crash:
                    self.crashes += 1
                    self._quietly(self.world.restart)
                    self.listen()
                except OperationalError:
                    continue  # the app's own request failed; whoever sent it sends it again

    def rounds(self) -> None:
        """Tick until nothing is under way or in doubt any more."""
        world = self.world
        for _ in range(ROUNDS):
            world.tick()
            self._remember_quarantined()
            if not self._is_busy():
                return
            self._quietly(lambda: world.advance_to_next(900))

    def _quietly(self, act: Callable[[], object]) -> None:
        was, self.boundaries.is_listening = self.boundaries.is_listening, False
        try:
            act()
        finally:
            self.boundaries.is_listening = was

    def _is_busy(self) -> bool:
        under_way = [OperationState.SENDING, OperationState.UNKNOWN, OperationState.CHECKING]
        planned = (Operation.state == OperationState.PLANNED) & Operation.parked.is_(None)
        return bool(self.world.rows(Operation, Operation.state.in_(under_way) | planned))

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
    """Bank accounts pass through; they are nobody's operation."""
    run._quietly(lambda: run.world.onboard(sellers=SELLERS, buyers=BUYERS))


def _sell(run: Run) -> None:
    world = run.world
    for order in run.orders:
        run._quietly(lambda collect=order.collect: _collect_by(run, collect))  # type: ignore[misc]
        settle(run, order)
    world.advance(seconds=5)
    run.rounds()
    run.rounds()


def _collect_by(run: Run, collect: str) -> None:
    if run.world.settings.collect != collect:
        run.world.restart(collect=collect)
        run.listen()


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
    world = run.world
    with world.app() as session:
        seller = session.query(world.shop.Seller).filter_by(name="ann").one_or_none()
        if seller is not None:
            seller.email = "new@example.com"
            session.commit()
    world.advance(seconds=5)
    run.rounds()


def _collect(run: Run) -> None:
    world = run.world
    world.simulator.switch(buyers_pay=True)
    for _ in range(2):
        world.advance(business_days=1)
        run.rounds()


def _pay_out(run: Run) -> None:
    run.world.advance(business_days=6)
    run.rounds()


def _take_back(run: Run) -> None:
    """Void the payout of one seller after it has left, as a person would who saw a mistake."""
    world = run.world
    world.advance(business_days=1)
    run.rounds()
    for payment in payouts_of(world, "bo"):
        with world.app(), suppress(NotPossible):
            world.shop.billcom.void(payment.id, "a mistake", actor="operator")
    world.advance(seconds=5)
    run.rounds()


def payouts_of(world: World, seller: str) -> list[Payment]:
    """Return our rows of a seller's first payouts."""
    vendor = next((row.id for row in world.simulator.books.vendors if row["name"] == seller), None)
    parties = [party.id for party in world.rows(Party, Party.remote_id == vendor)]
    return world.rows(Payment, Payment.kind == "sent", Payment.party_id.in_(parties))[:1]


def _arrive(run: Run) -> None:
    for _ in range(3):
        run.world.advance(business_days=2)
        run.rounds()
        pay_again(run.world)


def pay_again(world: World) -> None:
    """Let a person pay again what is proved void."""
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
    ended = [OperationState.DONE, OperationState.CANCELLED]
    return not world.rows(Settlement, Settlement.state != "paid_out") and not world.rows(
        Operation, Operation.state.not_in(ended)
    )


@dataclass(frozen=True)
class Decider:
    """A person who goes by the book: adopts what is there, sends again what is absent, retries what was refused."""

    world: World

    def decide_all(self) -> None:
        """Decide about everything that is left to a person."""
        self.sign_in()
        pay_again(self.world)
        left = [OperationState.QUARANTINED, OperationState.REJECTED]
        for operation in self.world.rows(Operation, Operation.state.in_(left)):
            if operation.state == OperationState.REJECTED:
                self._is_possible("retry", operation.id)
            elif not self._is_possible("resend", operation.id):
                self._adopt(operation)

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
            if match.remote_id is not None and self._is_possible("adopt", operation.id, match.remote_id):
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
    "collect": _collect,
    "pay out": _pay_out,
    "take back": _take_back,
    "arrive": _arrive,
    "decide": _decide,
}
UNHURT = ("enter", "decide")
"""Chapters in which people act; the worker is not killed there."""

__all__ = ["CHAPTERS", "ORDERS", "UNHURT", "Order", "Run", "settle"]
