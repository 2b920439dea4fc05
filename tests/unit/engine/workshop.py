"""The engine's parts on tables in memory, in front of a local Bill.com, with one small kind of their own.

The kind makes a vendor for each operation, named by its natural key. It keeps what the engine tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import requests
from sqlalchemy import select, update

from flask_billcom.api import requests as wire
from flask_billcom.api.envelope import Reply
from flask_billcom.api.query import Filter
from flask_billcom.api.records import Vendor
from flask_billcom.api.secret import Secret
from flask_billcom.api.transport import Transport
from flask_billcom.engine.delivery import Delivery
from flask_billcom.engine.fence import Fence
from flask_billcom.engine.gateway import Gateway
from flask_billcom.engine.holds import Parking
from flask_billcom.engine.kinds import (
    Absent,
    Applied,
    Capability,
    Finding,
    Needless,
    Policy,
    Ready,
    Refusal,
    Remote,
    Rendered,
    Wait,
)
from flask_billcom.engine.limits import Allowance, Limits
from flask_billcom.engine.readback import ReadBack
from flask_billcom.engine.reads import Reads
from flask_billcom.engine.recording import Recorder
from flask_billcom.engine.servertime import ServerTime
from flask_billcom.engine.sessions import Credentials, Sessions
from flask_billcom.engine.timing import Timing
from flask_billcom.marketplace.kinds.base import parse_created
from flask_billcom.models import Call, Hold, Operation, Quota, Slot
from flask_billcom.models import Session as SessionRow
from flask_billcom.simulator import Simulator
from flask_billcom.store import Rows, Store
from flask_billcom.vault import Vault, generate_key
from tests.support.world import BASE_URL, Wire, WorldClock
from tests.unit.engine.planned import acts, add, operation

TIMING = Timing()
KEYS = [generate_key()]


class Vendors:
    """Makes vendors; what a test changes of it is an attribute."""

    def __init__(self, **values: Any) -> None:
        self.name = "vendor"
        self.endpoint = "Bulk/Crud/Create/Vendor"
        self.capability = Capability.PAYOUTS
        self.batch_size = 4
        self.policy = Policy(Absent.RESEND, resends=1)
        self.quota: str | None = None
        self.money = False
        self.protected = False
        self.dated = True
        self.followers: Sequence[str] = ()
        self.date: date | None = None
        self.hidden = False
        """Whether looking up says nothing."""
        self.aside: dict[int, Wait | Needless] = {}
        """What rendering or checking says instead of ready, by number."""
        self.asked: list[str] = []
        """What the engine asked of it, in order."""
        self.asked_for: list[int] = []
        """The numbers whose company the engine asked for."""
        self.applied: list[Applied] = []
        self.dropped_numbers: list[int] = []
        self.reserved_numbers: list[int] = []
        self.gated: Callable[[Rows, Sequence[Ready]], Sequence[Ready]] = lambda _rows, ready: ready
        self.finding: Callable[[Finding], Finding] = lambda finding: finding
        for name, value in values.items():
            setattr(self, name, value)

    def company(self, rows: Rows, operation: Operation) -> Sequence[Operation]:
        self.asked_for.append(operation.id.int)
        if not self.followers:
            return [operation]
        found: list[Operation] = rows.all(select(Operation).order_by(Operation.id))
        return found

    def choose(self, rows: Rows, due: Sequence[Operation]) -> Sequence[Operation]:
        assert isinstance(rows, Rows)
        self.asked.append("choose")
        return due

    def render(self, rows: Rows, operations: Sequence[Operation]) -> Sequence[Rendered]:
        assert isinstance(rows, Rows)
        self.asked.append("render")
        return [self._aside("render", o) or self._ready(o) for o in operations]

    def _aside(self, _at: str, operation: Operation) -> Rendered | None:
        return self.aside.get(operation.id.int)

    @staticmethod
    def _ready(operation: Operation) -> Ready:
        vendor = Vendor(name=operation.natural_key)
        return Ready(operation, vendor, f"digest of {operation.natural_key}", echo=operation.natural_key)

    def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:
        assert isinstance(reads, Reads)
        self.asked.append("check")
        return ready

    def gate(self, rows: Rows, ready: Sequence[Ready], now: datetime) -> Sequence[Ready]:
        assert isinstance(rows, Rows)
        self.asked.append(f"gate {now.isoformat()}")
        return self.gated(rows, ready)

    def request(self, ready: Sequence[Ready], now: datetime) -> wire.Call:
        self.asked.append(f"request {now.isoformat()}")
        return wire.bulk_create([each.payload for each in ready])

    def process_date(self, now: datetime) -> date | None:
        assert isinstance(now, datetime)
        return self.date

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:
        return parse_created(reply, ready, Vendor, echo=lambda made: made["name"])

    def find(self, reads: Reads, operations: Sequence[Operation]) -> Mapping[UUID, Finding]:
        assert isinstance(reads, Reads)
        self.asked.append(f"find {[each.id.int for each in operations]}")
        if self.hidden:
            return {}
        return {each.id: self.finding(self._found(reads, each)) for each in operations}

    @staticmethod
    def _found(reads: Reads, operation: Operation) -> Finding:
        page = reads.page(Vendor, filters=[Filter("name", "=", operation.natural_key)])
        matches = [Remote(made.id, made, made.created_time) for made in page.records]
        return Finding(matches, [True] * len(matches), page.server_date)

    def apply(self, rows: Rows, applied: Sequence[Applied]) -> None:
        assert isinstance(rows, Rows)
        self.applied += applied

    def dropped(self, rows: Rows, operations: Sequence[Operation]) -> None:
        assert isinstance(rows, Rows)
        self.dropped_numbers += [each.id.int for each in operations]

    def lock(self, rows: Rows, operations: Sequence[Operation]) -> None:
        """Nothing can change."""

    def reserved(self, rows: Rows, operations: Sequence[Operation]) -> None:
        assert isinstance(rows, Rows)
        self.reserved_numbers += [each.id.int for each in operations]


@dataclass
class Workshop:
    """The parts of one process of one organization."""

    store: Store
    simulator: Simulator = field(default_factory=lambda: Simulator(seed=1))
    linger_s: float = 0.0
    on_call: Callable[[str, str], None] = lambda _moment, _endpoint: None

    def __post_init__(self) -> None:
        known = self.simulator.settings
        self.organization_id = known.org_id
        self.clock = WorldClock(self.simulator, seed=1)
        self.transport = Transport(
            BASE_URL,
            dev_key=known.dev_key,
            timeout_s=TIMING.call_s,
            connect_timeout_s=TIMING.write_s,
            session_factory=self._http,
            monotonic=self.clock.monotonic,
        )
        shared: dict[str, Any] = {"store": self.store, "clock": self.clock}
        send = self.transport.call

        def call(path: str, *args: Any, **options: Any) -> Any:
            reply = send(path, *args, **options)
            self.on_call("answer", path.removesuffix(".json"))
            return reply

        self.transport.call = call  # type: ignore[method-assign]  # one more place to stop at
        self.limits = Limits(self.organization_id, "key", Allowance())
        self.parking = Parking(self.organization_id, self.clock)
        self.vault = Vault(KEYS)
        self.sessions = Sessions(
            self.organization_id,
            transport=self.transport,
            vault=self.vault,
            limits=self.limits,
            parking=self.parking,
            credentials=Credentials(known.user_name, Secret(known.password), "device"),
            **shared,
        )
        self.server_time = ServerTime(self.clock)
        shared |= {"sessions": self.sessions, "limits": self.limits, "timing": TIMING}
        self.gateway = Gateway(transport=self.transport, server_time=self.server_time, **shared)
        self.reads = Reads(self.gateway)
        self.recorder = Recorder(self.organization_id, parking=self.parking, **shared)
        self.delivery = Delivery(
            self.organization_id,
            transport=self.transport,
            parking=self.parking,
            reads=self.reads,
            recorder=self.recorder,
            server_time=self.server_time,
            linger_s=self.linger_s,
            **shared,
        )
        self.readback = ReadBack(
            self.organization_id,
            store=self.store,
            clock=self.clock,
            reads=self.reads,
            recorder=self.recorder,
            timing=TIMING,
        )
        self.fence = Fence(
            self.organization_id,
            transport=self.transport,
            recorder=self.recorder,
            server_time=self.server_time,
            **shared,
        )

    def _http(self) -> requests.Session:
        session = requests.Session()
        session.adapters.clear()
        session.mount("http://", Wire(self.simulator, self._told))
        return session

    def _told(self, moment: str, endpoint: str) -> None:
        self.on_call(moment, endpoint)

    # -- time and rows ---------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def advance(self, by: timedelta | float) -> datetime:
        seconds = by if isinstance(by, (int, float)) else by.total_seconds()
        self.simulator.clock.advance(seconds=seconds)
        return self.now

    def plan(self, *numbers: int, **values: Any) -> None:
        """Add planned operations of the kind `vendor`."""
        known = {"kind": "vendor", "organization_id": self.organization_id}
        with self.store.write() as rows:
            add(rows, *[operation(number, self.now, **{**known, **values}) for number in numbers])

    def change(self, number: int, **values: Any) -> None:
        """Change an operation behind everybody's back."""
        with self.store.write() as rows:
            rows.change(update(Operation).where(Operation.id == UUID(int=number)).values(**values))

    def rows(self, model: type[Any], *order: Any) -> list[Any]:
        with self.store.read() as rows:
            return rows.all(select(model).order_by(*order))

    def operation(self, number: int) -> Operation:
        (found,) = [each for each in self.operations() if each.id.int == number]
        return found

    def operations(self) -> list[Operation]:
        return self.rows(Operation, Operation.id)

    def states(self) -> list[str]:
        return [each.state for each in self.operations()]

    def calls(self) -> list[Call]:
        return self.rows(Call, Call.id)

    def slots_taken(self) -> int:
        return sum(each.lease_until > self.now for each in self.rows(Slot, Slot.slot))

    def used(self, name: str = "all") -> int:
        return sum(each.used for each in self.rows(Quota, Quota.window) if each.name == name)

    def generations(self) -> list[SessionRow]:
        return self.rows(SessionRow, SessionRow.gen)

    def holds(self) -> list[tuple[str, str, str, datetime | None]]:
        found = self.rows(Hold, Hold.id)
        return [(each.scope, each.scope_id, each.reason, each.probe_after) for each in found if not each.released_at]

    def acts(self) -> list[Any]:
        with self.store.read() as rows:
            return acts(rows)

    def told(self, *but: str) -> list[tuple[str, int, dict[str, Any]]]:
        """Return what was written down about operations: action, number, detail."""
        return [(act[0], act[2], act[3]) for act in self.acts() if act[1] == "operation" and act[0] not in but]

    def vendors(self) -> list[str]:
        return sorted(row["name"] for row in self.simulator.world.store["Vendor"].by_id.values())

    def journal(self, endpoint: str = "*") -> list[str]:
        return [e.endpoint for e in self.simulator.journal if endpoint in ("*", e.endpoint)]
