"""The simulator: one WSGI application that answers as Bill.com does.

    request ──route──> gate (3 at once) ──lock──> clock, quota, session, fault ──> operation ──> envelope ──> journal

One lock guards the world; the gate counts outside it, and latency is waited for outside it, so that calls overlap as in
life.
"""

from __future__ import annotations

import pickle
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator import crud, sessions
from flask_billcom.simulator.answers import envelope, refused, to_json
from flask_billcom.simulator.bankdays import at_hour, bank_days_after, pacific_date
from flask_billcom.simulator.books import Books
from flask_billcom.simulator.clock import Clock, http_date, millis_of, monotonic, pause
from flask_billcom.simulator.errors import TABLE, Refusal, refusal
from flask_billcom.simulator.events import EVENTS
from flask_billcom.simulator.faults import BEFORE, Fault, Faults
from flask_billcom.simulator.journal import Journal
from flask_billcom.simulator.limits import Gate, Quotas
from flask_billcom.simulator.operations import Call
from flask_billcom.simulator.routes import NotFound, Route, find_route
from flask_billcom.simulator.settings import Settings
from flask_billcom.simulator.wire import Reply, Request, TooLarge, parse_data, read_request
from flask_billcom.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date, datetime
    from wsgiref.types import StartResponse, WSGIEnvironment

    from flask_billcom.simulator.journal import Entry

__all__ = ["Simulator", "SimulatorClock"]

NOON: Final = 12
_CUT: Final = {"reset_before": "reset", "reset_after": "reset", "timeout_before": "timeout", "timeout_after": "timeout"}
_PAGE_502: Final = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


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
        :raises ValueError: `to` lies in the past.
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
        self._lock = RLock()
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
        self._late: dict[str, tuple[Route, dict[str, str], str]] = {}

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
        with self._lock:
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
        with self._lock:
            now = self.world.clock.millis()
            target = now + int(seconds * 1000)
            if to is not None:
                target = millis_of(to)
                if target < now:
                    raise ValueError(f"{to} lies in the past: it is {self.world.clock.now().isoformat()}")
            if business_days:
                target = max(target, at_hour(bank_days_after(pacific_date(target), business_days), NOON))
            if to_next_event and self.world.agenda:
                target = max(now, self.world.agenda[0].at)
            self._run_until(target)
            return self.world.clock.now()

    def _run_until(self, target: int) -> None:
        world = self.world
        while (event := world.next_event(target)) is not None:
            world.clock.move_to(event.at)
            if event.kind == "late":
                self._land(event.about)
            else:
                EVENTS[event.kind](world, event.about)
        world.clock.move_to(target)
        world.now = max(world.now, target)
        world.effects.clear()

    def _catch_up(self) -> None:
        world = self.world
        now = world.clock.millis()
        while (event := world.next_event(now)) is not None:
            if event.kind == "late":
                self._land(event.about)
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
        with self._lock:
            if kind == "stale_list":
                self.world.keep_past()
            return self.faults.add(kind, endpoint, **details)

    def snapshot(self, name: str = "default") -> None:
        """Keep the whole state under a name."""
        with self._lock:
            self._snapshots[name] = self._pickled()

    def restore(self, name: str = "default") -> None:
        """Go back to a kept state; the journal goes on.

        :raises KeyError: nothing was kept under that name.
        """
        with self._lock:
            self._unpickle(self._snapshots[name])

    def reset(self) -> None:
        """Begin anew: empty books, the first clock time, the first switches, an empty journal."""
        with self._lock:
            self._begin()

    def _pickled(self) -> bytes:
        return pickle.dumps((self.world, self.faults, self.quotas, self._late), pickle.HIGHEST_PROTOCOL)

    def _unpickle(self, kept: bytes) -> None:
        self.world, self.faults, self.quotas, self._late = pickle.loads(kept)  # noqa: S301 - our own bytes

    def under_lock(self, act: Callable[[World], Any]) -> Any:  # noqa: ANN401 - whatever the act returns
        """Carry out something on the world while no call runs."""
        with self._lock:
            self._catch_up()
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
            realise = environ.get("simulator.wire")
            if realise is None:
                raise ConnectionAbortedError(reply.fault)
            return realise(reply, headers, start_response)  # type: ignore[no-any-return] # whoever serves us knows
        start_response(reply.status, headers)
        return [reply.body]

    def answer(self, request: Request) -> Reply:
        """Answer one request."""
        if request.path.startswith("/simulator"):
            from flask_billcom.simulator.control import respond

            return respond(self, request)
        started = monotonic()
        key = self._gate_key(request)
        inside = self.gate.enter(key, self.settings.concurrency)
        try:
            reply = self._answered(request, inside, started)
            left = self.settings.latency_ms / 1000 - (monotonic() - started)
            if left > 0:
                pause(left)
            return reply
        finally:
            if inside:
                self.gate.leave(key)

    def _gate_key(self, request: Request) -> tuple[str, str]:
        form = request.form
        session = self.world.sessions.live.get(self._session_id(request))
        return form.get("devKey", ""), session.org_id if session is not None else form.get("orgId", "")

    def _session_id(self, request: Request) -> str:
        given = request.form.get("sessionId", "")
        if request.cookie and (self.settings.cookie_wins or not given):
            return request.cookie
        return given

    def _answered(self, request: Request, inside: int, started: float) -> Reply:
        endpoint = request.path.removeprefix("/api/v2/").removesuffix(".json")
        with self._lock:
            self._catch_up()
            world = self.world
            fault = self.faults.take(endpoint)
            code, items, status = "", 0, "200 OK"
            try:
                text, items = self._carried_out(request, inside, fault)
            except NotFound as error:
                code, text, status = error.code, refused(error), "404 Not Found"
            except Refusal as error:
                code, text = error.code, refused(error)
            reply = Reply(text.encode(), status)
            if endpoint == "Login" and not code:
                reply.headers.append(("Set-Cookie", f"sid={_session_of(text)}; Path=/; HttpOnly"))
            if fault is not None:
                _mangle(reply, fault)
            self.journal.write(
                at=world.now,
                method=request.method,
                endpoint=endpoint,
                status=int(reply.status[:3]),
                code=code,
                fault=fault.kind if fault is not None else "",
                items=items,
                effects=tuple(dict.fromkeys(world.effects)),
                in_flight=inside or (self.settings.concurrency or 0) + 1,
                duration_ms=round((monotonic() - started) * 1000, 3),
            )
            return reply

    def _carried_out(self, request: Request, inside: int, fault: Fault | None) -> tuple[str, int]:
        """Return the answer's text and how many objects the call held; a fault that comes first takes its place."""
        form = request.form
        if fault is not None and fault.name in BEFORE and fault.name != "bdc":
            if fault.name == "late_effect":
                self._put_off(request, fault)
            return "", 0
        route = find_route(request.path)
        if not inside:
            raise refusal("BDC_1322")
        self._check_key(form)
        self._count(route, form)
        session_id = self._session_id(request)
        if fault is not None and fault.name == "bdc":
            if self.settings.answer == "early":
                self._put_off(request, fault)
            raise _forced(fault)
        answer = self._effect(route, form, session_id, request, fault)
        if fault is not None and fault.name == "bdc_after":
            raise _forced(fault)
        return answer

    def _check_key(self, form: Mapping[str, str]) -> None:
        given = form.get("devKey") or form.get("appkey") or form.get("appKey")
        if not given:
            raise refusal("BDC_1108", "devKey")
        if given != self.settings.dev_key:
            raise refusal("BDC_1102")

    def _count(self, route: Route, form: Mapping[str, str]) -> None:
        self.quotas.take(
            self.settings,
            self.world.now,
            form.get("devKey", ""),
            is_login=route.operation is not None and route.operation.needs == "password",
            sends_mail=route.operation is not None and route.operation.sends_mail,
        )

    def _effect(
        self, route: Route, form: dict[str, str], session_id: str, request: Request | None, fault: Fault | None = None
    ) -> tuple[str, int]:
        world = self.world
        session = None
        if route.operation is None or route.operation.needs == "session":
            if not session_id:
                raise refusal("BDC_1108", "sessionId")
            session = sessions.find(world, session_id)
        if session is not None and not session.trusted and self._needs_trust(route):
            raise refusal("BDC_1361")
        data = parse_data(form.get("data"))
        items = _items(data)
        if route.operation is not None:
            base_url = request.base_url if request is not None else ""
            return envelope(to_json(route.operation.run(world, Call(data, form, session, base_url)))), items
        assert route.entity is not None
        if route.is_bulk:
            return self._bulk(route, data, fault), items
        if route.verb == "List":
            stale = fault.seconds if fault is not None and fault.name == "stale_list" else 0
            return envelope(crud.listed(world, route.entity, data, stale)), items
        return envelope(to_json(crud.single(world, route.entity, route.verb, data))), items

    def _needs_trust(self, route: Route) -> bool:
        customer_bank = route.entity is not None and route.entity.name == "CustomerBankAccount"
        return route.needs_trust or (
            self.settings.protect_customer_bank and customer_bank and route.verb in {"Create", "Delete"}
        )

    def _bulk(self, route: Route, data: Mapping[str, Any], fault: Fault | None) -> str:
        assert route.entity is not None
        mode = fault.name.removesuffix("_bulk") if fault is not None and fault.name.endswith("_bulk") else ""
        kept = self._pickled() if self.settings.bulk == "rollback" else b""
        try:
            return crud.bulk(self.world, route.entity, route.verb, data, mode)
        except crud.RolledBack as back:
            self._unpickle(kept)
            return back.answer

    # -- late effects --------------------------------------------------------------------------------------------

    def _put_off(self, request: Request, fault: Fault) -> None:
        """Remember a call that lands later, in the session that it was sent with."""
        seconds = fault.seconds or self.settings.landing_s
        name = f"{self.world.now}/{len(self._late)}"
        self._late[name] = (find_route(request.path), dict(request.form), self._session_id(request))
        self.world.plan(self.world.now + int(seconds * 1000), "late", name)

    def _land(self, name: str) -> None:
        """Let a late call take effect; its answer reaches nobody."""
        route, form, session_id = self._late.pop(name)
        world, code, items = self.world, "", 0
        world.effects.clear()
        try:
            _, items = self._effect(route, form, session_id, None)
        except Refusal as error:
            code = error.code
        self.journal.write(
            at=world.now,
            method="POST",
            endpoint=route.endpoint,
            status=0,
            code=code,
            fault="landed",
            items=items,
            effects=tuple(dict.fromkeys(world.effects)),
            in_flight=0,
            duration_ms=0.0,
        )

    def entries(self, since: int = 0, endpoint: str = "") -> list[Entry]:
        """Return journal entries after a number."""
        with self._lock:
            return self.journal.since(since, endpoint)


def _forced(fault: Fault) -> Refusal:
    known = TABLE.get(fault.code)
    return Refusal(fault.code, known.text if known is not None else "Forced by a fault of the simulator.")


def _session_of(text: str) -> str:
    return text.partition('"sessionId":"')[2].partition('"')[0]


def _items(data: Mapping[str, Any]) -> int:
    for name in ("bulk", "billPays", "invoicePays"):
        given = data.get(name)
        if isinstance(given, list):
            return len(given)
    return 1


def _mangle(reply: Reply, fault: Fault) -> None:
    """Let a fault have its way with an answer."""
    name = fault.name
    if name in {"bdc", "bdc_after", "stale_list", "short_bulk", "reordered_bulk"}:
        return
    if name.startswith("http_5xx"):
        reply.status, reply.body, reply.kind = f"{fault.status} Server Error", b"Service unavailable.", "text/plain"
    elif name == "garbage":
        reply.body = b'{"response_status":0,"respon\x00se_m' + reply.body[40:60]
    elif name == "truncated":
        reply.body = reply.body[: len(reply.body) // 2]
    elif name == "empty":
        reply.body = b""
    elif name == "html":
        reply.body, reply.kind = _PAGE_502, "text/html"
    else:
        reply.fault, reply.seconds = _CUT.get(name, "timeout" if name == "late_effect" else name), fault.seconds
