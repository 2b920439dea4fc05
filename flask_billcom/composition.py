"""Put the parts of one app together, once.

    settings ── transport ── sessions ── gateway ── reads ── domain ── kinds
        └─ store ── limits, parking ──────┴── delivery, readback, fence ── worker.tick()

Nothing here decides anything; it is the one place that knows every part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import requests

from flask_billcom.marketplace.shop.mapping import Mapping

from .api.hosts import default_base_url, endpoints
from .api.transport import Transport
from .clock import Clock
from .engine.clocks import DatabaseClock, SimulatorClock
from .engine.decisions import Decisions
from .engine.delivery import Delivery
from .engine.fence import Fence
from .engine.gateway import Gateway
from .engine.holds import Parking
from .engine.limits import Allowance, Limits
from .engine.readback import ReadBack
from .engine.reads import Reads
from .engine.recording import Recorder
from .engine.servertime import ServerTime
from .engine.sessions import Credentials, Sessions
from .engine.timing import Timing
from .engine.worker import Step, Worker
from .marketplace.context import Domain
from .marketplace.kinds import all_kinds
from .marketplace.steps import steps_after, steps_before
from .marketplace.sweeps import unpark
from .settings import SIMULATOR, Settings
from .store import Store
from .vault import Vault


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one app.

    :param sessions: the shared session.
    :param gateway: calls that are no operations: reads and pass-throughs.
    :param decisions: what people decide about operations.
    :param worker: `worker.tick()` does one round of everything.
    """

    domain: Domain
    vault: Vault
    transport: Transport
    limits: Limits
    parking: Parking
    sessions: Sessions
    gateway: Gateway
    recorder: Recorder
    decisions: Decisions
    worker: Worker


def clock_for(settings: Settings, store: Store) -> Clock:
    """Return the clock that all processes of this app share."""
    if settings.environment == SIMULATOR and settings.base_url:
        return SimulatorClock(settings.base_url)
    return DatabaseClock(store.engine)


def compose(
    settings: Settings,
    store: Store,
    mapping: Mapping,
    *,
    clock: Clock | None = None,
    session_factory: Callable[[], requests.Session] | None = None,
    events: Sequence[Step] = (),
) -> Parts:
    """Return the parts of one app.

    :param clock: what tells the time; the database or the simulator if left out.
    :param session_factory: makes HTTP sessions; tests mount an in-process simulator on theirs.
    :param events: steps that come last in a tick, before the audit trail is sealed.
    """
    clock = clock or clock_for(settings, store)
    organization_id = settings.organization_id
    timing = Timing(settings.landing_s, settings.list_lag_s, settings.grace_margin_s)
    transport = _transport(settings, timing, clock, session_factory)
    limits = Limits(organization_id, _key_hash(settings), _allowance(settings))
    parking = Parking(organization_id, clock)
    vault = Vault(settings.encryption_keys)
    sessions = Sessions(
        organization_id,
        store=store,
        clock=clock,
        transport=transport,
        vault=vault,
        limits=limits,
        parking=parking,
        credentials=Credentials(settings.user_name, settings.password, settings.device_id),
    )
    server_time = ServerTime(clock)
    gateway = Gateway(
        store=store,
        clock=clock,
        transport=transport,
        sessions=sessions,
        limits=limits,
        timing=timing,
        server_time=server_time,
    )
    reads = Reads(gateway)
    domain = Domain(organization_id, settings, clock, store, reads, mapping)
    recorder = Recorder(
        organization_id, store=store, clock=clock, sessions=sessions, limits=limits, parking=parking, timing=timing
    )
    kinds = all_kinds(domain)
    decisions = Decisions(
        organization_id,
        store=store,
        clock=clock,
        reads=reads,
        timing=timing,
        kinds=kinds,
        people=settings.approvers,
    )
    worker = Worker(
        organization_id,
        store=store,
        clock=clock,
        delivery=Delivery(
            organization_id,
            store=store,
            clock=clock,
            transport=transport,
            sessions=sessions,
            limits=limits,
            parking=parking,
            reads=reads,
            recorder=recorder,
            timing=timing,
            server_time=server_time,
            linger_s=settings.linger_s,
        ),
        readback=ReadBack(organization_id, store=store, clock=clock, reads=reads, recorder=recorder, timing=timing),
        fence=Fence(
            organization_id,
            store=store,
            clock=clock,
            transport=transport,
            sessions=sessions,
            limits=limits,
            recorder=recorder,
            timing=timing,
            server_time=server_time,
        ),
        timing=timing,
        kinds=kinds,
        unpark=lambda: unpark(domain),
        before=steps_before(domain),
        after=[*steps_after(domain), *events],
    )
    return Parts(domain, vault, transport, limits, parking, sessions, gateway, recorder, decisions, worker)


def _transport(
    settings: Settings, timing: Timing, clock: Clock, session_factory: Callable[[], requests.Session] | None
) -> Transport:
    return Transport(
        settings.base_url or default_base_url(settings.environment),
        dev_key=settings.dev_key,
        timeout_s=timing.call_s,
        connect_timeout_s=timing.write_s,
        session_factory=session_factory,
        monotonic=clock.monotonic,
        allowed_hosts=endpoints(settings.environment, settings.base_url),
    )


def _allowance(settings: Settings) -> Allowance:
    return Allowance(concurrency=settings.concurrency, reserve=settings.hourly_reserve)


def _key_hash(settings: Settings) -> str:
    """Return a name for the developer key, which several organizations may share, without the key."""
    return hashlib.sha256(settings.dev_key.reveal().encode()).hexdigest()
