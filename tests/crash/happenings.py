"""Each fault once, as an operator would live through it: what became of the operation, and how long it took.

`docs/what_happens.rst` has a row for each of them, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from flask_billcom.engine.decisions import Person
from flask_billcom.marketplace.agreement.lost import resume
from flask_billcom.marketplace.returns.voidable import void
from flask_billcom.models import Audit, Document, Operation, OperationState, Payment
from tests.crash.boundaries import Crash
from tests.support.world import World

PAY, BILL = "PayBills", "Bulk/Crud/Create/Bill"
EVE = Person("Eve", "the seller asked for it")
LONG_S = 30 * 86400
MakeWorld = Callable[..., World]


@dataclass(frozen=True)
class Seen:
    """What was to be seen.

    :param states: what the operation went through, or the payout.
    :param took_s: from the fault to the last of them, in seconds.
    """

    states: tuple[str, ...]
    took_s: float

    @property
    def path(self) -> str:
        """Return the states as the page writes them."""
        return ", ".join(self.states)

    @property
    def took(self) -> str:
        """Return the time as the page writes it."""
        if self.took_s < 1:
            return "at once"
        for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
            if self.took_s >= 2 * size:
                return f"{round(self.took_s / size)} {name}"
        return f"{round(self.took_s)} s"


class Watch:
    """Writes down the states of the operations of a kind, or of payouts, while the time passes."""

    def __init__(self, world: World, kind: str = "pay") -> None:
        self.world = world
        self.kind = kind
        self.began = world.clock.monotonic()
        self.states: list[str] = []

    def look(self) -> str:
        """Write the state down, if it is another one, and return it."""
        if self.kind == "payout":
            state = self.world.rows(Payment, Payment.kind == "sent")[0].status
        else:
            operation: Operation = self.world.operations(self.kind)[0]
            state = operation.state
            if state == OperationState.PLANNED and operation.parked is not None:
                state = f"{state} ({operation.parked})"
        if not self.states or self.states[-1] != state:
            self.states.append(str(state))
        return self.states[-1]

    def until(self, *ends: str, step: float = 30.0) -> Seen:
        """Tick until one of these states, and return what was seen on the way."""
        while self.look() not in ends:
            assert self.world.clock.monotonic() - self.began < LONG_S, (self.states, self.world.shown())
            self.world.advance_to_next(step)
            self.world.tick()
        return Seen(tuple(self.states), self.world.clock.monotonic() - self.began)


Happening = Callable[[MakeWorld], Seen]


def _of_the_wire(fault: str, *, seconds: float = 0.0, ends: str = "done", **switches: Any) -> Happening:
    """Return a payment that meets a fault of the wire."""

    def happen(make_world: MakeWorld) -> Seen:
        world = make_world(simulator=switches)
        world.ready_to_pay()
        watch = Watch(world)
        world.simulator.plan_fault(fault, PAY, seconds=seconds)
        world.tick()
        return watch.until(ends)

    return happen


def _reordered(make_world: MakeWorld) -> Seen:
    world = make_world()
    world.settle(("ann", "10.00", "1.00"), ("bo", "5.00"))
    world.simulator.plan_fault("reordered_bulk", BILL)
    world.advance(seconds=5)
    watch = Watch(world, "create_bill")
    world.tick()
    return watch.until("done")


def _taken_back(make_world: MakeWorld) -> Seen:
    world = make_world(float_cents=10**9, hold_days=0)
    world.ready_to_pay()
    world.tick()
    world.advance(business_days=2)
    world.tick()
    (payment,) = world.rows(Payment, Payment.kind == "sent")
    watch = Watch(world, "payout")
    watch.look()
    void(world.parts.domain, payment.id, EVE)
    return watch.until("voided", step=1800)


def _crash(moment: str) -> Happening:
    """Return a payment whose worker dies at a moment of its call."""

    def happen(make_world: MakeWorld) -> Seen:
        world = make_world()
        world.ready_to_pay()
        watch = Watch(world)
        world.on_call = _once(moment, _die)
        try:
            world.tick()
        except Crash:
            world.restart()
        return watch.until("done")

    return happen


def _die() -> None:
    raise Crash


def _once(moment: str, act: Callable[[], object], endpoint: str = PAY) -> Callable[[str, str], None]:
    left = [act]

    def on_call(now_at: str, of: str) -> None:
        if (now_at, of) == (moment, endpoint) and left:
            left.pop()()

    return on_call


def _freeze(make_world: MakeWorld) -> Seen:
    """Let the worker stand still for half an hour with the answer in its hands."""
    world = make_world()
    world.ready_to_pay()
    watch = Watch(world)
    other = world.process()

    def stand_still() -> None:
        for _ in range(60):
            watch.look()
            world.advance(seconds=30)
            world.tick(other)

    world.on_call = _once("effect", stand_still)
    world.tick()
    return Seen(tuple(watch.states), _first(world, "done"))


def _first(world: World, state: str) -> float:
    """Return how long after its first attempt an operation was found."""
    (found,) = world.rows(Audit, Audit.action == "read_back")
    (pay,) = world.operations("pay")
    assert pay.state == state
    assert pay.first_sent_at is not None
    return float((found.at - pay.first_sent_at).total_seconds())


def _commit_error(make_world: MakeWorld) -> Seen:
    """Let the database refuse to write down the answer."""
    world = make_world()
    world.ready_to_pay()
    watch = Watch(world)
    left = [True]

    def refuse(_session: Session) -> None:
        if left and world.sent(PAY):
            left.clear()
            raise OperationalError("commit", {}, Exception("the connection is gone"))

    event.listen(Session, "before_commit", refuse)
    try:
        world.tick()
    finally:
        event.remove(Session, "before_commit", refuse)
    return watch.until("done")


def _clock_jump(make_world: MakeWorld) -> Seen:
    world = make_world()
    world.ready_to_pay()
    watch = Watch(world)
    world.simulator.plan_fault("timeout_before", PAY)
    world.tick()
    world.clock.offset = timedelta(hours=1)
    return watch.until("done")


def _two_schedulers(make_world: MakeWorld) -> Seen:
    world = make_world()
    world.ready_to_pay()
    watch = Watch(world)
    watch.look()
    other = world.process()
    world.on_call = _once("connect", lambda: world.tick(other))
    world.tick()
    return watch.until("done")


def _restored(make_world: MakeWorld) -> Seen:
    """Bring back a database that knows nothing of the documents that were made since."""
    world = make_world()
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    with world.store.write() as rows:
        rows.execute(
            update(Operation)
            .where(Operation.kind == "create_bill")
            .values(
                state="planned", attempt=0, call_id=None, call_pos=None, digest=None, first_sent_at=None, remote_id=None
            )
        )
        rows.execute(
            update(Document)
            .where(Document.kind == "bill")
            .values(status="planned", remote_id=None, remote_created_at=None, due_cents=None)
        )
    world.restart()
    watch = Watch(world, "create_bill")
    watch.look()
    world.run(600)
    assert any("was it restored" in reason for reason in world.holds())
    resume(world.parts.domain, actor="Eve", reason="restored last night's backup")
    world.run(60)
    watch.look()
    operation = world.operation("create_bill")
    world.parts.decisions.adopt(operation.id, str((operation.evidence or {})["remote_id"]), EVE)
    return watch.until("done")


def _operator(make_world: MakeWorld) -> Seen:
    """Let a person pay the bill in Bill.com's own page before our payment leaves, and take it back after an hour."""
    world = make_world()
    world.ready_to_pay()
    watch = Watch(world)
    world.person_does("pay_bill", id=world.simulator.books.bills[0].id)
    world.advance(seconds=60)
    world.tick()
    watch.look()
    (theirs,) = world.simulator.books.sent_pays
    world.person_does("cancel", id=theirs.id)
    return watch.until("done", step=300)


HAPPENINGS: Mapping[str, Happening] = MappingProxyType(
    {
        "F1": _of_the_wire("connect_refused"),
        "F2": _of_the_wire("timeout_before"),
        "F3": _of_the_wire("timeout_after"),
        "F4": _of_the_wire("late_effect", seconds=60),
        "F5": _of_the_wire("http_5xx_before"),
        "F6": _of_the_wire("http_5xx_after"),
        "F7": _of_the_wire("garbage"),
        "F8": _reordered,
        "F9": _of_the_wire("bdc:BDC_1109"),
        "F10": _of_the_wire("bdc:BDC_1144"),
        "F11": _of_the_wire("bdc:BDC_1322"),
        "F12": _of_the_wire("timeout_after", list_lag_s=100),
        "F13": _of_the_wire("dribble", seconds=1.0),
        "F14": _of_the_wire("idle_close"),
        "F15 done": _of_the_wire("bdc_after:BDC_9999"),
        "F15 not done": _of_the_wire("bdc:BDC_9999", ends="rejected"),
        "F16": _taken_back,
        "P1, P2 before": _crash("connect"),
        "P1, P2 after": _crash("effect"),
        "P3": _freeze,
        "P4": _commit_error,
        "P5": _clock_jump,
        "P6": _two_schedulers,
        "P7": _restored,
        "P8": _operator,
    }
)
"""By the name that the page gives to its row."""
