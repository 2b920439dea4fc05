"""The tiny marketplace of `tests.support.shop`, working against a local Bill.com in process.

local = make_local_shop(url)
local.tick()                   one round
local.pass_days(1)             let the banks work
local.trust()                  a person confirms the device
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import requests
from sqlalchemy import MetaData

from flask_billcom.api.fields import Record
from flask_billcom.clock import ManualClock
from flask_billcom.engine.worker import TickReport
from flask_billcom.simulator import Simulator, WSGIAdapter, people
from tests.support.database import Database
from tests.support.shop import Drawing, Shop, make_shop, same_shop

T = TypeVar("T", bound=Record)
BASE_URL = "http://127.0.0.1:9/api/v2"


class SimulatedTime:
    """The simulator's clock, with ids that repeat."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._ids = ManualClock(simulator.clock.now())

    def now(self) -> datetime:
        """Return the simulator's time."""
        return self._simulator.clock.now()

    def fresh(self) -> datetime:
        """Return the simulator's time."""
        return self.now()

    def monotonic(self) -> float:
        """Return seconds of the simulator."""
        return self.now().timestamp()

    def sleep(self, seconds: float) -> None:
        """Move the simulator's clock instead of waiting."""
        self._simulator.clock.advance(seconds=seconds)

    def jitter(self, low: float, high: float) -> float:
        """Return a number between two bounds."""
        return self._ids.jitter(low, high)

    def new_id(self) -> UUID:
        """Return a new UUIDv7."""
        return self._ids.new_id()


@dataclass
class LocalShop:
    """A marketplace and its local Bill.com."""

    shop: Shop
    simulator: Simulator

    def tick(self, rounds: int = 1) -> TickReport:
        """Do some rounds, a minute apart, and return the report of the last one."""
        with self.shop.app.app_context():
            for _ in range(rounds):
                self.simulator.clock.advance(seconds=60)
                report = self.shop.billcom.tick()
        return report

    def trust(self) -> None:
        """Confirm the device with the code from the phone."""
        with self.shop.app.app_context():
            sessions = self.shop.billcom.state_of().parts.sessions
            code = self.simulator.settings.mfa_code
            sessions.authenticate(sessions.challenge(), code, machine_name="test", actor="test")

    def shown(self, record_type: type[T]) -> list[T]:
        """Return what Bill.com shows of a kind of objects."""
        with self.shop.app.app_context():
            return list(self.shop.billcom.state_of().parts.domain.reads.page(record_type).records)

    def pays_by_hand(self, number: int = 0, *, cents: int | None = None) -> str:
        """Let somebody pay a bill in Bill.com's own page, or so much of it, and return the payment's id there."""
        bill = self.simulator.books.bills[number]
        given = {"id": bill.id} if cents is None else {"id": bill.id, "amount_cents": cents}
        self.simulator.under_lock(lambda service: people.act(service, "pay_bill", given))
        return str(self.simulator.books["SentPay"][-1].id)

    def pass_days(self, count: int) -> None:
        """Let days pass at Bill.com."""
        self.simulator.clock.advance(seconds=timedelta(days=count).total_seconds())


def make_local_shop(url: str, simulator: Simulator, *, drawing: Drawing | None = None, **settings: Any) -> LocalShop:
    """Make a marketplace whose calls end at a simulator, without a socket."""
    given = simulator.settings

    def session() -> requests.Session:
        opened = requests.Session()
        opened.adapters.clear()
        opened.mount("http://127.0.0.1:9/", WSGIAdapter(simulator))
        return opened

    shop = make_shop(
        url,
        clock=SimulatedTime(simulator),
        drawing=drawing,
        session_factory=session,
        BILLCOM_BASE_URL=BASE_URL,
        BILLCOM_USER_NAME=given.user_name,
        BILLCOM_PASSWORD=given.password,
        BILLCOM_DEV_KEY=given.dev_key,
        BILLCOM_ORGANIZATION_ID=given.org_id,
        **settings,
    )
    return LocalShop(shop, simulator)


@contextmanager
def local_shops(
    database_of: Callable[[MetaData], Database], simulator: Simulator
) -> Iterator[Callable[..., LocalShop]]:
    """Give a function that makes marketplaces with settings of their own, and close them all."""
    made: list[LocalShop] = []

    def make(**settings: Any) -> LocalShop:
        drawing = same_shop()
        made.append(make_local_shop(database_of(drawing.metadata).url, simulator, drawing=drawing, **settings))
        return made[-1]

    yield make
    for each in made:
        each.shop.close()
