"""The simulator: one WSGI application that answers as Bill.com does.

    request ──route──> gate (3 at once) ──lock──> clock, quota, session, fault ──> operation ──> envelope ──> journal

One lock guards the world; the gate counts outside it, and latency is waited for outside it, so that calls overlap as in
life.
"""

from __future__ import annotations

import pickle
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.banking.bankdays import at_hour, bank_days_after, pacific_date
from flask_billcom.simulator.clock import Clock, http_date, millis_of
from flask_billcom.simulator.events import EVENTS
from flask_billcom.simulator.serving.answering import answer, land
from flask_billcom.simulator.serving.faults import Fault, Faults
from flask_billcom.simulator.serving.journal import Journal
from flask_billcom.simulator.serving.limits import Gate, Quotas
from flask_billcom.simulator.serving.wire import Reply, TooLarge, read_request
from flask_billcom.simulator.settings import Settings
from flask_billcom.simulator.state.books import Books
from flask_billcom.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime
    from wsgiref.types import StartResponse, WSGIEnvironment

    from flask_billcom.simulator.serving.answering import Late
    from flask_billcom.simulator.serving.journal import Entry
    from flask_billcom.simulator.serving.wire import Request

__all__ = ["Simulator", "SimulatorClock"]

NOON: Final = 12
_END: Final = millis_of("2200-01-01")
"""No calendar of ours goes further; a clock beyond it could not be told any more."""
_MOST_DAYS: Final = 50_000


class SimulatorClock:
    """The simulator's time as tests move it; whatever becomes due on the way happens in order.

    :param simulator: whose time it is.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def now(self) -> datetime:
        """Return the present time, aware, in UTC."""
        return self._simulator.world.clock.now()

    def advance(
        self,
        *,
        seconds: float = 0,
        business_days: int = 0,
        to: datetime | date | str | None = None,
        to_next_event: bool = False,
    ) -> datetime:
        """Move the time on.

        :param seconds: how far.
        :param business_days: how many bank days; it is noon Pacific of that day then, after the morning's bank events.
        :param to: until when; a time without a zone is UTC.
        :param to_next_event: until the next bank event has happened.
        :raises ValueError: it would go back, or past the year 2200.
        """
        return self._simulator.advance(seconds=seconds, business_days=business_days, to=to, to_next_event=to_next_event)


class Simulator:
    """A local Bill.com, stateful, with banks and a clock of its own.

    :param start: when its clock begins; a time without a zone is UTC.
    :param clock: "manual", "real" or "factor=K".
    :param seed: ids and tokens repeat for the same seed.
    :param settings: credentials and switches of `Settings` by name.
    """

    def __init__(
        self,
        *,
        start: datetime | date | str | None = None,
        clock: str = "manual",
        seed: int = 1,
        **settings: Any,  # noqa: ANN401 - checked by Settings
    ) -> None:
        self._origin = (start, clock, seed, Settings(**settings))
        self.lock = RLock()
        self.clock = SimulatorClock(self)
        self.books = Books(self)
        self._snapshots: dict[str, bytes] = {}
        self._begin()

    def _begin(self) -> None:
        start, mode, seed, settings = self._origin
        self.world = World(settings, Clock(mode, start), seed)
        self.journal = Journal(settings.journal_size)
        self.faults = Faults()
        self.quotas = Quotas()
        self.gate = Gate()
        self.late: dict[str, Late] = {}

    @property
    def settings(self) -> Settings:
        """The present credentials and switches."""
        return self.world.settings

    @property
    def bank(self) -> Any:  # noqa: ANN401 - see below
        """The banks: accounts by key, transfers, balances in cents."""
        return self.world.bank

    # -- moving and keeping the world ------------------------------------------------------------------------------

    def switch(self, **switches: Any) -> None:  # noqa: ANN401 - checked by Settings
        """Set switches.

        :raises ValueError: no such switch, or a value that it does not take.
        """
        with self.lock:
            self.world.settings = self.world.settings.changed(switches)
            self.world.settings_changed()

    def advance(
        self,
        *,
        seconds: float = 0,
        business_days: int = 0,
        to: datetime | date | str | None = None,
        to_next_event: bool = False,
    ) -> datetime:
        """Move the clock; see `SimulatorClock.advance`."""
        with self.lock:
            now = self.world.clock.millis()
            if not 0 <= seconds <= (_END - now) / 1000 or not 0 <= business_days <= _MOST_DAYS:
                raise ValueError("the clock goes forward only, and no further than the year 2200")
            target = now + int(seconds * 1000)
            if to is not None:
                target = millis_of(to)
                if target < now:
                    raise ValueError(f"{to} lies in the past: it is {self.world.clock.now().isoformat()}")
            if business_days:
                target = max(target, at_hour(bank_days_after(pacific_date(target), business_days), NOON))
            if to_next_event and self.world.agenda:
                target = max(now, self.world.agenda[0].at)
            if target > _END:
                raise ValueError("the clock goes no further than the year 2200")
            self._run_until(target)
            return self.world.clock.now()

    def _run_until(self, target: int) -> None:
        world = self.world
        while (event := world.next_event(target)) is not None:
            world.clock.move_to(event.at)
            if event.kind == "late":
                land(self, event.about)
            else:
                EVENTS[event.kind](world, event.about)
        world.clock.move_to(target)
        world.now = max(world.now, target)
        world.effects.clear()

    def catch_up(self) -> None:
        """Let happen what became due since the last call."""
        world = self.world
        now = world.clock.millis()
        while (event := world.next_event(now)) is not None:
            if event.kind == "late":
                land(self, event.about)
            else:
                EVENTS[event.kind](world, event.about)
        world.now = max(world.now, now)
        world.effects.clear()

    def plan_fault(self, kind: str, endpoint: str = "*", **details: float) -> Fault:
        """Plan a fault; see `faults`.

        :param kind: its name, as "reset_after" or "bdc:BDC_1322".
        :param endpoint: a pattern of endpoints, as "PayBills" or "Bulk/*".
        :param details: count, skip, seconds, status.
        """
        with self.lock:
            if kind == "stale_list":
                self.world.keep_past()
            return self.faults.add(kind, endpoint, **details)

    def snapshot(self, name: str = "default") -> None:
        """Keep the whole state under a name."""
        with self.lock:
            self._snapshots[name] = self.pickled()

    def restore(self, name: str = "default") -> None:
        """Go back to a kept state; the journal goes on.

        :raises KeyError: nothing was kept under that name.
        """
        with self.lock:
            self.unpickle(self._snapshots[name])

    def reset(self) -> None:
        """Begin anew: empty books, the first clock time, the first switches, an empty journal."""
        with self.lock:
            self._begin()

    def pickled(self) -> bytes:
        """Return the whole state as bytes."""
        return pickle.dumps((self.world, self.faults, self.quotas, self.late), pickle.HIGHEST_PROTOCOL)

    def unpickle(self, kept: bytes) -> None:
        """Go back to a state kept as bytes."""
        self.world, self.faults, self.quotas, self.late = pickle.loads(kept)  # noqa: S301 - our own bytes

    def under_lock(self, act: Callable[[World], Any]) -> Any:  # noqa: ANN401 - whatever the act returns
        """Carry out something on the world while no call runs."""
        with self.lock:
            self.catch_up()
            return act(self.world)

    # -- answering -----------------------------------------------------------------------------------------------

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one WSGI request."""
        try:
            reply = self.answer(read_request(environ))
        except TooLarge:
            reply = Reply(b"The request is too large.", "413 Content Too Large", "text/plain")
        headers = [
            ("Content-Type", reply.kind),
            ("Content-Length", str(len(reply.body))),
            ("Date", http_date(self.world.clock.millis() // 1000)),
            *reply.headers,
        ]
        if reply.fault:
            realise = environ.get("simulator.serving.wire")
            if realise is None:
                raise ConnectionAbortedError(reply.fault)
            return realise(reply, headers, start_response)  # type: ignore[no-any-return] # whoever serves us knows
        start_response(reply.status, headers)
        return [reply.body]

    def answer(self, request: Request) -> Reply:
        """Answer one request."""
        if request.path.startswith("/simulator"):
            from flask_billcom.simulator.serving.control import respond

            return respond(self, request)
        return answer(self, request)

    def entries(self, since: int = 0, endpoint: str = "") -> list[Entry]:
        """Return journal entries after a number."""
        with self.lock:
            return self.journal.since(since, endpoint)
