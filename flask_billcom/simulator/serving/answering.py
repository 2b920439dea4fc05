"""From a request to its answer.

    request ──route──> gate (3 at once) ──lock──> clock, key, quota, session, role, fault ──> effect ──> journal

A fault that comes first takes the place of the effect; one that comes last takes the place of the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask_billcom.simulator.access import rights, sessions
from flask_billcom.simulator.banking.fates import slowness
from flask_billcom.simulator.calls.answers import envelope, refused, to_json
from flask_billcom.simulator.calls.operation import NO_FILES, Call
from flask_billcom.simulator.clock import monotonic, pause
from flask_billcom.simulator.errors import TABLE, Refusal, refusal

from . import crud
from .faults import BEFORE, SOME, Fault
from .mangling import mangle
from .routes import NotFound, Route, find_route
from .servlets import SERVLETS, File, Missing, NotSignedIn, fetched
from .wire import Reply, Request, parse_data

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from flask_billcom.simulator.access.sessions import Session
    from flask_billcom.simulator.service import Simulator

__all__ = ["Late", "answer", "land"]

Files = dict[str, tuple[str, bytes]]
_AT_THE_DOOR = frozenset(
    {
        "BDC_1101",
        "BDC_1102",
        "BDC_1103",
        "BDC_1104",
        "BDC_1105",
        "BDC_1107",
        "BDC_1109",
        "BDC_1110",
        "BDC_1144",
        "BDC_1322",
    }
)
"""Key, session and limits are looked at before any work begins."""


class Sent(NamedTuple):
    """What a call brings, however it came."""

    route: Route
    form: Mapping[str, str]
    session_id: str
    files: Mapping[str, tuple[str, bytes]] = NO_FILES
    base_url: str = ""


Late = Sent


class Done(NamedTuple):
    """What came of a call: the text of its answer, or a file, and how many objects the call held."""

    text: str
    items: int = 0
    file: File | None = None


def answer(simulator: Simulator, request: Request) -> Reply:
    """Answer one request of the API, and keep it waiting as long as latency and magic names say."""
    started = monotonic()
    key = _gate_key(simulator, request)
    inside = simulator.gate.enter(key, simulator.settings.concurrency)
    try:
        reply = _answered(simulator, request, inside, started)
        wanted = simulator.settings.latency_ms / 1000 + slowness(simulator.settings, request.form.get("data"))
        left = wanted - (monotonic() - started)
        if left > 0:
            pause(left)
        return reply
    finally:
        if inside:
            simulator.gate.leave(key)


def _gate_key(simulator: Simulator, request: Request) -> tuple[str, str]:
    form = request.form
    session = simulator.world.sessions.live.get(_session_id(simulator, request))
    return form.get("devKey", ""), session.org_id if session is not None else form.get("orgId", "")


def _session_id(simulator: Simulator, request: Request) -> str:
    given = request.form.get("sessionId", "") or request.session_header
    if request.cookie and (simulator.settings.cookie_wins or not given):
        return request.cookie
    return given


def _answered(simulator: Simulator, request: Request, inside: int, started: float) -> Reply:
    endpoint = request.path.removeprefix("/api/v2/").removesuffix(".json").lstrip("/")
    with simulator.lock:
        simulator.catch_up()
        world = simulator.world
        fault = simulator.faults.take(endpoint) if simulator.faults.planned else None
        code, items = "", 0
        try:
            done = _carried_out(simulator, request, inside, fault)
            reply, items = _reply_of(done), done.items
            if endpoint == "Login":
                reply.headers.append(("Set-Cookie", f"sid={_session_of(done.text)}; Path=/; HttpOnly"))
        except Refusal as error:
            code = simulator.settings.code_of(error)
            reply = Reply(refused(error, code).encode(), _status_of(error))
        world.actor = world.user
        if fault is not None:
            mangle(reply, fault)
        simulator.journal.write(
            at=world.now,
            method=request.method,
            endpoint=endpoint,
            status=int(reply.status[:3]),
            code=code,
            fault=fault.kind if fault is not None else "",
            items=items,
            effects=tuple(dict.fromkeys(world.effects)),
            in_flight=inside or (simulator.settings.concurrency or 0) + 1,
            duration_ms=round((monotonic() - started) * 1000, 3),
        )
        return reply


def _reply_of(done: Done) -> Reply:
    if done.file is None:
        return Reply(done.text.encode())
    return Reply(done.file.content, kind=done.file.kind, headers=done.file.headers())


def _status_of(error: Refusal) -> str:
    """Return the HTTP status of a refusal: 200 on the API unless there is no such path."""
    if isinstance(error, NotSignedIn):
        return "401 Unauthorized"
    return "404 Not Found" if isinstance(error, NotFound | Missing) else "200 OK"


def _carried_out(simulator: Simulator, request: Request, inside: int, fault: Fault | None) -> Done:
    """Carry out a call; a fault that comes first takes its place."""
    if fault is not None and fault.name in BEFORE and fault.name != "bdc":
        if fault.name == "late_effect":
            _put_off(simulator, request, fault)
        return Done("")
    servlet = request.path in SERVLETS
    route = None if servlet else find_route(request.path)
    if not inside:
        raise refusal("BDC_1322")
    if route is None:
        session_id = _session_id(simulator, request)
        return Done("", 1, fetched(simulator.world, request.path, request.form, session_id))
    if route.operation is None or route.operation.needs != "nothing":
        _check_key(simulator, request.form)
    _count(simulator, route, request.form)
    sent = Sent(route, request.form, _session_id(simulator, request), request.files, request.base_url)
    if fault is not None and fault.name == "bdc":
        if simulator.settings.answer == "early" and fault.code not in _AT_THE_DOOR:
            _put_off(simulator, request, fault)
        raise _forced(fault)
    done = _effect(simulator, sent, fault)
    if fault is not None and fault.name in {"bdc_after", "bdc_some"}:
        raise _forced(fault)
    return done


def _check_key(simulator: Simulator, form: Mapping[str, str]) -> None:
    given = form.get("devKey") or form.get("appkey") or form.get("appKey")
    if not given:
        raise Refusal("BDC_1108", "Developer key must be specified.")  # recorded; its code is assumed
    if given != simulator.settings.dev_key:
        raise refusal("BDC_1102")
    state = simulator.settings.dev_key_state
    if state != "active":
        raise refusal("BDC_1103" if state == "inactive" else "BDC_1104")
    sessions.check_organization(simulator.world)


def _count(simulator: Simulator, route: Route, form: Mapping[str, str]) -> None:
    simulator.quotas.take(
        simulator.settings,
        simulator.world.now,
        form.get("devKey", ""),
        is_login=route.operation is not None and route.operation.needs == "password",
        sends_mail=route.operation is not None and route.operation.sends_mail,
    )


def _effect(simulator: Simulator, sent: Sent, fault: Fault | None = None) -> Done:
    world, route = simulator.world, sent.route
    session = _signed_in(simulator, sent)
    if route.operation is not None and route.operation.switch and not getattr(world.settings, route.operation.switch):
        raise NotFound.of(refusal("BDC_1121"))
    data = parse_data(sent.form.get("data"))
    items = _items(data)
    if fault is not None and fault.name in SOME:
        data = _first_half(data)
        if not data:
            return Done("", items)
    if route.operation is not None:
        call = Call(data, sent.form, session, sent.base_url, sent.files)
        found = to_json(route.operation.run(world, call))
        beside = world.settings.network_answers if route.operation.is_beside else "inside"
        return Done(envelope(found, beside), items)
    assert route.entity is not None
    if route.is_bulk:
        return Done(_bulk(simulator, route, data, fault), items)
    if route.verb == "List":
        stale = fault.seconds if fault is not None and fault.name == "stale_list" else 0
        return Done(envelope(crud.listed(world, route.entity, data, stale)), items)
    return Done(envelope(to_json(crud.single(world, route.entity, route.verb, data))), items)


def _signed_in(simulator: Simulator, sent: Sent) -> Session | None:
    """Return the call's session, its user acting from now on, checked for what the call needs."""
    world, route = simulator.world, sent.route
    if route.operation is not None and route.operation.needs != "session":
        return None
    if not sent.session_id:
        raise refusal("BDC_1108", "sessionId")
    session = sessions.find(world, sent.session_id)
    if not session.trusted and _needs_trust(simulator, route):
        raise refusal("BDC_1361")
    world.actor = world.store["User"].by_id[session.user_id]
    sessions.check_kind(session, route.verb)
    rights.check(world, route)
    return session


def _needs_trust(simulator: Simulator, route: Route) -> bool:
    customer_bank = route.entity is not None and route.entity.name == "CustomerBankAccount"
    return route.needs_trust or (
        simulator.settings.protect_customer_bank and customer_bank and route.verb in {"Create", "Delete"}
    )


def _bulk(simulator: Simulator, route: Route, data: Mapping[str, Any], fault: Fault | None) -> str:
    assert route.entity is not None
    mode = fault.name.removesuffix("_bulk") if fault is not None and fault.name.endswith("_bulk") else ""
    # A lone one that cannot be made was refused before anything changed, as in a call that is no bulk.
    may_leave_some = _items(data) > 1 or route.verb != "Create"
    is_kept = simulator.settings.bulk == "rollback" and may_leave_some
    kept = simulator.pickled() if is_kept else b""
    try:
        return crud.bulk(simulator.world, route.entity, route.verb, data, mode)
    except crud.RolledBack as back:
        if kept:
            simulator.unpickle(kept)
        return back.answer


def _put_off(simulator: Simulator, request: Request, fault: Fault) -> None:
    """Remember a call that lands later, in the session that it was sent with."""
    world = simulator.world
    seconds = fault.seconds or simulator.settings.landing_s
    name = f"{world.now}/{len(simulator.late)}"
    simulator.late[name] = Sent(
        find_route(request.path), dict(request.form), _session_id(simulator, request), dict(request.files)
    )
    world.plan(world.now + int(seconds * 1000), "late", name)


def land(simulator: Simulator, name: str) -> None:
    """Let a late call take effect; its answer reaches nobody."""
    sent = simulator.late.pop(name)
    world, code, items = simulator.world, "", 0
    world.effects.clear()
    try:
        items = _effect(simulator, sent).items
    except Refusal as error:
        code = simulator.settings.code_of(error)
    world.actor = world.user
    simulator.journal.write(
        at=world.now,
        method="POST",
        endpoint=sent.route.endpoint,
        status=0,
        code=code,
        fault="landed",
        items=items,
        effects=tuple(dict.fromkeys(world.effects)),
        in_flight=0,
        duration_ms=0.0,
    )


def _forced(fault: Fault) -> Refusal:
    known = TABLE.get(fault.code)
    return Refusal(fault.code, known.text if known is not None else "Forced by a fault of the simulator.")


def _session_of(text: str) -> str:
    return text.partition('"sessionId":"')[2].partition('"')[0]


def _several(data: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Return what a call holds several objects in, and those; nothing for a call of one object."""
    for name in ("bulk", "billPays", "invoicePays"):
        given = data.get(name)
        if isinstance(given, list):
            return name, given
    return "", []


def _items(data: Mapping[str, Any]) -> int:
    name, given = _several(data)
    return len(given) if name else 1


def _first_half(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a call with the first half of its objects, or nothing where one is all that it has."""
    name, given = _several(data)
    some = given[: len(given) // 2]
    return {**data, name: some} if some else {}
