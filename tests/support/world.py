"""A whole marketplace in one process: shop, database, Bill.com, banks, and one clock for all of them.

    world = stage.world()                       empty database, fresh simulator, nothing but virtual time
    world.onboard(sellers=["ann"], buyers=["Ada"])
    world.settle(("ann", "10.00", "1.00"), buyer="Ada")
    world.tick(); world.advance(seconds=5)      the worker's round, as in life over the wire
    world.process()                             the parts of a second worker on the same database

The shop and its tables are made once for each stage; a world begins by deleting every row. Ids, jitter and the
simulator's tokens come from the seed, so a world repeats bit for bit, and what many tests begin with is lived through
once (`lives_through`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import requests
from sqlalchemy import bindparam, func, select, text, update

from flask_billcom.api.secret import Secret
from flask_billcom.composition import Parts
from flask_billcom.engine import operations as ops
from flask_billcom.engine.worker import TickReport
from flask_billcom.ledger import Account, Posting, post, transfer
from flask_billcom.marketplace.counterparties.consent import Consent
from flask_billcom.models import LIVE, Call, Document, Hold, Operation, OperationState, Slot
from flask_billcom.schedule import Schedule
from flask_billcom.settings import Settings
from flask_billcom.simulator import Simulator
from flask_billcom.store import written
from tests.support.kept import Memories
from tests.support.shop import Shop, make_shop
from tests.support.sights import Sights
from tests.support.virtual import BASE_URL, Wire, WorldClock

__all__ = ["BASE_URL", "Stage", "Wire", "World", "WorldClock"]


def _unheard(_moment: str, _endpoint: str) -> None:
    """Nobody listens."""


@dataclass
class World(Sights):
    """One marketplace in the middle of its life."""

    shop: Shop
    simulator: Simulator
    clock: WorldClock
    settings: Settings
    memories: Memories | None = None
    on_call: Callable[[str, str], None] = _unheard
    parts: Parts = field(init=False)
    orders: int = 0
    diary: Any = None
    """What whoever tells of this world has to know of it himself; goes back with it."""

    def __post_init__(self) -> None:
        self.restart()

    # -- processes -------------------------------------------------------------------------------------------------

    def process(self) -> Parts:
        """Return the parts of one more worker process on the same database."""
        parts = self.shop.billcom.state_of(self.shop.app)._compose()
        self._listen(parts)
        return parts

    def restart(self, **settings: Any) -> None:
        """Let the worker process end and another one begin, with other settings if they are given."""
        state = self.shop.billcom.state_of(self.shop.app)
        self.settings = state.settings = replace(self.settings, **settings)
        state.clock = self.shop.clock = self.clock
        state.session_factory = self.http
        state._parts = None
        state._environment_known = False
        with self.shop.app.app_context():
            state.check()
        self.parts = state.parts
        self._listen(self.parts)

    def _listen(self, parts: Parts) -> None:
        send = parts.transport.call

        def call(path: str, *args: Any, **options: Any) -> Any:
            reply = send(path, *args, **options)
            self.on_call("answer", path.removesuffix(".json"))
            return reply

        parts.transport.call = call  # type: ignore[method-assign]  # one more place to stop at

    def http(self) -> requests.Session:
        """Return a session whose calls end at the simulator."""
        session = requests.Session()
        session.adapters.clear()
        session.mount("http://", Wire(self.simulator, self._on_call))
        return session

    @property
    def is_heard(self) -> bool:
        """Whether somebody listens to the calls."""
        return self.on_call is not _unheard

    def let_go(self) -> None:
        """End the app's open transaction."""
        with self.app() as session:
            session.remove()

    def _on_call(self, moment: str, endpoint: str) -> None:
        self.on_call(moment, endpoint)

    # -- time ------------------------------------------------------------------------------------------------------

    def tick(self, parts: Parts | None = None) -> TickReport:
        """Do one round of the worker."""
        with self.shop.app.app_context():
            return (parts or self.parts).worker.tick()

    def rounds(self, most: int = 4) -> None:
        """Do rounds until one of them neither sends, finds nor plans anything, so many at most."""
        for _ in range(most):
            before = self.clock.made_ids
            report = self.tick()
            if not report.moved and not report.failed and self.clock.made_ids == before:
                return

    def advance(self, **by: Any) -> None:
        """Move the time; see the simulator's clock."""
        self.simulator.clock.advance(**by)

    def run(self, seconds: float, *, step: float = 600.0) -> None:
        """Tick for a while, whenever something becomes due and at least every so often."""
        until = self.clock.monotonic() + seconds
        self.tick()
        while self.clock.monotonic() < until:
            self.advance_to_next(min(step, until - self.clock.monotonic()))
            self.tick()

    def run_until(self, is_so: Callable[[], bool], *, step: float = 300.0, within: float = 4 * 3600) -> float:
        """Tick until something is so, and return how many seconds of virtual time that took."""
        began = self.clock.monotonic()
        while not is_so():
            passed = self.clock.monotonic() - began
            assert passed < within, f"not so within {within} s: {self.shown()}"
            self.advance_to_next(step)
            self.tick()
        return self.clock.monotonic() - began

    def advance_to_next(self, most: float) -> None:
        """Move to the next time at which one of our rows becomes due, by this many seconds at most."""
        now = self.clock.now()
        with self.store.read() as rows:
            found = rows.first(_SOON, {"organization_id": self.organization_id, "now": now})
        soon = min((time - now).total_seconds() for time in (*found, now + timedelta(seconds=most)) if time is not None)
        self.advance(seconds=soon + 0.001)

    # -- the shop --------------------------------------------------------------------------------------------------

    @contextmanager
    def app(self) -> Iterator[Any]:
        """Open the app's context and give its session."""
        with self.shop.app.app_context():
            yield self.shop.db.session

    def person(self, role: str, name: str) -> Any:
        """Return a buyer or seller of the shop, committed."""
        cls = self.shop.Buyer if role == "buyer" else self.shop.Seller
        with self.app() as session:
            found = session.query(cls).filter_by(name=name).first()
            if found is None:
                number = session.query(cls).count() + 1
                found = cls(id=number, name=name, email=f"{name.lower()}@example.com")
                session.add(found)
                session.commit()
            session.expunge(found)
        return found

    def order(self, session: Any, *items: tuple[str, ...], buyer: str = "Ada", own: str | None = None) -> Any:
        """Add an order with the next number to an open session."""
        self.person("buyer", buyer)
        for seller, *_ in items:
            self.person("seller", seller)
        self.orders += 1
        order = self.shop.order(*items, own=own, buyer=buyer, id=self.orders)
        session.flush()
        return order

    def settle(
        self, *items: tuple[str, ...], buyer: str = "Ada", own: str | None = None, collect: str | None = None
    ) -> str:
        """Settle and commit one order and return its reference.

        :param collect: how this one is collected, where not as the settings say.
        """
        with self.app() as session:
            order = self.order(session, *items, buyer=buyer, own=own)
            order.collect = collect
            self.shop.billcom.settle(order)
            session.commit()
        return str(self.orders)

    def settle_some(self, count: int, *items: tuple[str, ...], buyer: str = "Ada") -> list[str]:
        """Settle orders of the same items."""
        with self.app() as session:
            orders = [self.order(session, *items, buyer=buyer) for _ in range(count)]
            self.shop.billcom.settle_many(orders)
            session.commit()
        return [str(self.orders - count + n + 1) for n in range(count)]

    # -- people ----------------------------------------------------------------------------------------------------

    def trust(self) -> None:
        """Confirm this device with the code from the phone."""
        challenge = self.parts.sessions.challenge()
        self.parts.sessions.authenticate(
            challenge, self.simulator.settings.mfa_code, machine_name="test", actor="operator"
        )

    def ensure(self, role: str, name: str) -> None:
        """Plan that Bill.com knows a buyer or seller."""
        person = self.person(role, name)
        with self.app() as session:
            self.shop.billcom.ensure_party(session.merge(person))
            session.commit()

    def onboard(self, *, sellers: Iterable[str] = (), buyers: Iterable[str] = ()) -> None:
        """Make people known to Bill.com, with bank accounts, consent, and a session that may pay."""
        people = [("seller", name) for name in sellers] + [("buyer", name) for name in buyers]
        self.lives_through(World._onboard, people)

    def lives_through(self, live: Callable[..., None], *args: Any, **values: Any) -> None:
        """Live through something, or be put back to where it led an earlier world from the same state.

        Not where a test has changed our code: that is no part of the state.

        :param live: a function of the world, which always does the same with the same values.
        """
        if self.memories is None or self.is_heard:
            live(self, *args, **values)
        else:
            self.memories.live(self, live, args, values)

    def _onboard(self, people: list[tuple[str, str]]) -> None:
        for role, name in people:
            self.ensure(role, name)
        self.advance(seconds=5)
        self.tick()
        self.trust()
        today = self.clock.now().astimezone(self.settings.zone).date()
        for place, (role, name) in enumerate(people):
            with self.app() as session:
                person = session.merge(self.person(role, name))
                self.shop.billcom.add_bank_account(
                    person,
                    account_number=Secret(f"{4_000_000_000 + place}"),
                    routing_number=Secret("322271627"),
                    name_on_account=name,
                )
                if role == "buyer":
                    self.shop.billcom.authorize_charges(person, Consent(reference=f"form {place}", date=today))
        # A bank account has to be two days old before Bill.com pays to it.
        self.advance(business_days=4)

    def plan_payouts(self, count: int | None = None) -> int:
        """Plan to pay every open bill, or the first ones, as a payout run does, and return how many."""
        with self.store.write() as rows:
            bills = rows.all(select(Document).where(Document.kind == "bill", Document.status == "open"))
            taken = set(rows.all(select(Operation.subject_id).where(Operation.kind == "pay")))
            bills = [bill for bill in sorted(bills, key=lambda b: b.id) if bill.id not in taken][:count]
            plans = [
                ops.Plan("pay", "document", b.id, ops.lane_of_document(b.id), b.id.hex, amount_cents=b.cents)
                for b in bills
            ]
            ids = ops.plan(rows, self.clock, self.organization_id, plans)
            released = update(Document).where(Document.id.in_([bill.id for bill in bills]))
            rows.change(released.values(released_at=self.clock.now()))
            post(
                rows,
                self.clock,
                self.organization_id,
                [
                    Posting(
                        transfer(Account.SELLER_PAYABLE, Account.SELLER_RESERVED, b.cents, b.party_id),
                        settlement_id=b.origin_id,
                        operation_id=ids["pay", b.id.hex, 1],
                    )
                    for b in bills
                ],
            )
        return len(bills)

    def ready_to_pay(self, count: int = 1, *, sellers: Sequence[str] = ("ann",), price: str = "10.00") -> None:
        """Bring everything to where bills are open at Bill.com and their payments planned."""
        self.lives_through(World._ready_to_pay, count, sellers, price)

    def _ready_to_pay(self, count: int, sellers: Sequence[str], price: str) -> None:
        self.onboard(sellers=sellers)
        for place in range(count):
            self.settle((sellers[place % len(sellers)], price, "1.00"))
        self.advance(seconds=5)
        self.tick()
        planned = self.plan_payouts()
        assert planned == count, (planned, self.shown())
        self.advance(seconds=1)


def _soonest(column: Any, *where: Any) -> Any:
    """Return the earliest value of a column that lies ahead."""
    return select(func.min(column)).where(column > bindparam("now"), *where).scalar_subquery()


_LIVE = (Operation.organization_id == bindparam("organization_id"), Operation.state.in_(written(LIVE)))
"""By the index of live operations."""
_SOON = select(
    _soonest(Operation.not_before, *_LIVE, Operation.state == OperationState.PLANNED),
    _soonest(Operation.check_after, *_LIVE, Operation.state.in_((OperationState.UNKNOWN, OperationState.CHECKING))),
    _soonest(Operation.check_lease, *_LIVE, Operation.state == OperationState.CHECKING),
    _soonest(Call.lease_until, Call.outcome.is_(None)),
    _soonest(Hold.probe_after, Hold.released_at.is_(None)),
    _soonest(Slot.lease_until),
)


class Stage:
    """One shop with its tables, on one database, for one world after the other.

    :param url: of an empty database.
    """

    def __init__(self, url: str, *, create: bool = True) -> None:
        simulator = Simulator()
        known = simulator.settings
        self.shop = make_shop(
            url,
            create=create,
            BILLCOM_BASE_URL=BASE_URL,
            BILLCOM_USER_NAME=known.user_name,
            BILLCOM_PASSWORD=known.password,
            BILLCOM_DEV_KEY=known.dev_key,
            BILLCOM_ORGANIZATION_ID=known.org_id,
            BILLCOM_PAYMENTS_ENABLED=True,
            BILLCOM_LINGER_S=0,
        )
        self._settings = self.shop.billcom.state_of(self.shop.app).settings
        with self.shop.app.app_context():
            self.engine = self.shop.db.engine
            self._memories = Memories(self.engine)
            self._tables = list(reversed(self.shop.db.metadata.sorted_tables))

    def world(self, *, seed: int = 1, simulator: dict[str, Any] | None = None, **settings: Any) -> World:
        """Begin a new world on the emptied database.

        :param simulator: switches of the simulator.
        :param settings: of the extension; by default nothing is collected or paid out by itself.
        """
        self.empty()
        bill = Simulator(seed=seed, **(simulator or {}))
        # Nothing is collected, so the marketplace itself puts in what the payouts take.
        chosen = {"payout_schedule": Schedule.parse("manual"), "collect": "none", "float_cents": 10**9, **settings}
        clock = WorldClock(bill, seed=seed)
        return World(self.shop, bill, clock, replace(self._settings, **chosen), self._memories)

    def empty(self) -> None:
        """Delete every row."""
        with self.shop.app.app_context():
            self.shop.db.session.remove()
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("set session_replication_role = replica"))
            for table in self._tables:
                connection.execute(table.delete())
            if connection.dialect.name == "postgresql":
                connection.execute(text("set session_replication_role = default"))

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()
