"""The database's clock and the simulator's: when they are asked, and what is told while they are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
from sqlalchemy import Engine, TextClause, create_engine, event

from flask_billcom.engine.clocks import RESYNC_S, DatabaseClock, SimulatorClock
from flask_billcom.errors import ConnectionFailed
from flask_billcom.simulator import Simulator, WSGIAdapter

NOON = datetime(2031, 3, 3, 12, 0, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))
API = "http://127.0.0.1:8460/api/v2"


# -- the database's ------------------------------------------------------------------------------------------------


class Machine(DatabaseClock):
    """The database's clock on a machine whose own one moves only when told."""

    seconds = 5000.0

    def monotonic(self) -> float:
        return self.seconds


class Server:
    """A server of PostgreSQL, of which an engine shows the time."""

    def __init__(self, moment: datetime) -> None:
        self.dialect = SimpleNamespace(name="postgresql")
        self.moment = moment
        self.asked = 0
        self.takes: Callable[[], None] = lambda: None

    @contextmanager
    def connect(self) -> Iterator[Server]:
        yield self

    def execute(self, statement: TextClause) -> Server:
        assert str(statement) == "select clock_timestamp()"
        self.asked += 1
        self.takes()
        return self

    def scalar_one(self) -> datetime:
        return self.moment


def machine_before(server: Server) -> Machine:
    return Machine(cast("Engine", server))


def test_the_time_of_sqlite_is_that_of_this_machine() -> None:
    engine = create_engine("sqlite://")
    opened: list[Any] = []
    event.listen(engine, "connect", lambda *_: opened.append(1))

    before = datetime.now(UTC)
    now = DatabaseClock(engine).now()

    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)
    assert opened == []


def test_a_server_is_asked_once_and_its_time_is_counted_on() -> None:
    server = Server(NOON)
    clock = machine_before(server)
    assert clock.now() == NOON

    for seconds in (0.25, 30, RESYNC_S):
        clock.seconds = 5000 + seconds
        assert clock.now() == NOON + timedelta(seconds=seconds)
    assert server.asked == 1


def test_it_is_asked_again_after_a_minute_and_followed_wherever_it_stands() -> None:
    server = Server(NOON)
    clock = machine_before(server)
    clock.now()
    server.moment = NOON - timedelta(hours=1)
    clock.seconds += 61

    assert clock.now() == server.moment
    clock.seconds += 59
    assert clock.now() == server.moment + timedelta(seconds=59)
    assert server.asked == 2


def test_a_machine_that_was_suspended_learns_the_time_where_it_asks_anew() -> None:
    server = Server(NOON)
    clock = machine_before(server)
    clock.now()
    server.moment += timedelta(minutes=20)
    clock.seconds += 1  # what a machine does not count while it is suspended

    assert clock.now() == NOON + timedelta(seconds=1)
    assert clock.fresh() == server.moment
    assert clock.now() == server.moment
    assert server.asked == 2


def test_the_answer_is_taken_for_the_middle_of_the_time_that_it_took() -> None:
    server = Server(NOON)
    clock = machine_before(server)

    def take() -> None:
        clock.seconds += 4

    server.takes = take

    assert clock.now() == NOON + timedelta(seconds=2)


def test_a_server_in_another_zone_is_told_in_utc() -> None:
    now = machine_before(Server(NOON.astimezone(TOKYO))).now()

    assert now == NOON
    assert now.tzinfo is UTC


# -- the simulator's -----------------------------------------------------------------------------------------------


class Way(WSGIAdapter):
    """The way to a simulator, which may be cut or lead elsewhere."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self.asked: list[tuple[Any, ...]] = []
        self.is_cut = False
        self.body: bytes | None = None

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        self.asked.append((request.method, request.url, options["timeout"], dict(options["proxies"])))
        if self.is_cut:
            raise requests.ConnectionError("cut")
        response = super().send(request, **options)
        if self.body is not None:
            response._content = self.body
        return response


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(seed=1)


@pytest.fixture
def way(simulator: Simulator) -> Way:
    return Way(simulator)


def clock_over(way: Way, base_url: str = API) -> SimulatorClock:
    clock = SimulatorClock(base_url)
    clock._session.mount("http://", way)
    clock._session.mount("https://", way)
    return clock


def test_the_simulators_time_is_told_and_passes_when_it_is_told_to(simulator: Simulator, way: Way) -> None:
    clock = clock_over(way)
    begin = clock.now()
    simulator.clock.advance(business_days=2)

    assert begin < clock.now() == simulator.clock.now()
    assert clock.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("base_url", "asked"),
    [
        (API, "http://127.0.0.1:8460/simulator/clock"),
        ("https://bank.example/api/v2", "https://bank.example/simulator/clock"),
    ],
)
def test_it_is_asked_on_the_control_side_past_every_proxy(
    way: Way, base_url: str, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:3128")

    clock_over(way, base_url).now()

    assert way.asked == [("GET", asked, 10, {})]


def test_while_it_cannot_be_reached_its_time_stands_still(simulator: Simulator, way: Way) -> None:
    clock = clock_over(way)
    last = clock.now()
    way.is_cut = True
    simulator.clock.advance(seconds=60)

    assert clock.now() == last
    way.is_cut = False
    assert clock.now() == last + timedelta(seconds=60)


def test_one_that_was_never_reached_has_no_time(way: Way) -> None:
    way.is_cut = True

    with pytest.raises(ConnectionFailed, match="start it, or correct BILLCOM_BASE_URL") as raised:
        clock_over(way).now()
    assert isinstance(raised.value.__cause__, requests.ConnectionError)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"now": "noon"}'])
def test_what_is_no_time_counts_as_unreached(way: Way, body: bytes) -> None:
    clock = clock_over(way)
    last = clock.now()
    way.body = body

    assert clock.now() == last
    with pytest.raises(ConnectionFailed):
        clock_over(way).now()


def test_a_time_of_another_zone_is_told_in_utc(way: Way) -> None:
    way.body = b'{"now": "2031-03-03T21:00:00+09:00"}'

    now = clock_over(way).now()

    assert now == NOON
    assert now.tzinfo is UTC


def test_ids_carry_the_machines_time_and_ask_nobody(way: Way) -> None:
    clock = clock_over(way)
    way.is_cut = True

    before = datetime.now(UTC)
    ids = [clock.new_id() for _ in range(3)]

    assert ids == sorted(set(ids))
    made = datetime.fromtimestamp((ids[0].int >> 80) / 1000, UTC)
    assert before - timedelta(milliseconds=1) <= made <= datetime.now(UTC)
    assert way.asked == []
