"""One telling of the story: its chapters one after the other, each again from its start after a crash."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import OperationalError

from flask_billcom.engine.decisions import DIFFERENCE
from flask_billcom.engine.errors import NoCapacity
from flask_billcom.errors import BillcomError
from flask_billcom.models import Operation, OperationState
from flask_billcom.schedule import Schedule
from tests.crash.boundaries import Act, Boundaries, Crash
from tests.crash.judging.bystander import Bystander
from tests.crash.tale.chapters import CHAPTERS, HOUR
from tests.crash.tale.decider import Decider
from tests.crash.tale.orders import ORDERS, Order
from tests.crash.tale.trade import BUSY, trade
from tests.support.world import Stage, World

ROUNDS = 60
STILL = 10
"""How many rounds may leave planned work as it is until it waits for the next chapter, such as for money to come back;
two hours and a half, longer than any refusal of Bill.com lasts, also by a clock that was put back by an hour."""
SOON = timedelta(minutes=5)
"""What is looked at again so soon by itself is waited for, as nobody does anything else meanwhile."""

AGAIN = 3
"""How often people try once more what failed."""

Standing = tuple[UUID, str, int]
"""An operation's id, state and number of attempts."""


@dataclass
class Run:
    """One telling of the story.

    :param stage: the shop and its database.
    :param boundaries: where it may be cut.
    :param float_cents: what the marketplace itself puts in, so that it can pay what sellers owe it meanwhile.
    :param hears_people: whether what people do may be cut as well.
    """

    stage: Stage
    boundaries: Boundaries
    seed: int = 1
    simulator: dict[str, object] = field(default_factory=dict)
    orders: tuple[Order, ...] = ORDERS
    float_cents: int = 0
    hears_people: bool = False
    crashes: int = 0
    bystander: Bystander = field(default_factory=Bystander)
    """Who sees what is hurt, and what is left to people."""
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
            float_cents=self.float_cents,
        )
        self.listen()

    def listen(self) -> None:
        """Let the boundaries hear of this world's calls."""
        self.world.on_call = self._on_call
        self.boundaries.around = self._look_on

    def _on_call(self, moment: str, endpoint: str) -> None:
        self.boundaries.of_call(moment, endpoint)
        if moment == "connect" and self.world.simulator.faults.planned:
            self.bystander.sees_call(self.world, endpoint)

    def _look_on(self, act: Act) -> None:
        self.bystander.sees_act(self.world, act)

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
        if self.boundaries.chapter in BUSY:
            trade(self, self.boundaries.chapter)
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
            self.bystander.looks(self.world)
            busy = self._busy()
            if busy != last:
                last, since = busy, number
            is_still = number - since >= STILL and all(state == OperationState.PLANNED for _, state, _ in busy)
            if not busy or is_still:
                return
            self._quietly(lambda: world.advance_to_next(900))

    def by_people(self, act: Callable[[], object]) -> None:
        """Let people do something; who is told that it failed tries again an hour later."""
        if not self.hears_people:
            self._quietly(act)
            return
        for _ in range(AGAIN):
            with suppress(BillcomError):
                act()
                return
            self._quietly(lambda: self.world.advance(seconds=HOUR))
        act()

    def _quietly(self, act: Callable[[], object]) -> None:
        was, self.boundaries.is_listening = self.boundaries.is_listening, False
        try:
            act()
        finally:
            self.boundaries.is_listening = was

    def _busy(self) -> set[Standing]:
        under_way = [OperationState.SENDING, OperationState.UNKNOWN, OperationState.CHECKING]
        soon = self.world.clock.now() + SOON
        goes_on = Operation.parked.is_(None) | ((Operation.parked == DIFFERENCE) & (Operation.not_before < soon))
        planned = (Operation.state == OperationState.PLANNED) & goes_on
        rows = self.world.rows(Operation, Operation.state.in_(under_way) | planned)
        return {(row.id, row.state, row.attempt) for row in rows}
