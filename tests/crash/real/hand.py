"""A worker process that can be killed and stopped for real; see `processes`.

    work(words, database, api)            the whole life of one, in a process of its own
        <- {"settings": {...}}            what differs from the settings as shipped
        <- {"stops": [[name, n], ...]}    where to wait for what comes: the n-th passing of a boundary from now on
        <- {"tick": true}                 one round of the worker
        -> {"at": name}                   it waits there to be killed, or stopped and woken again
        <- {"go": true}                   it goes on, and stops nowhere else
        -> {"done": [names], ...}         the boundaries that the round has passed
        <- {"rest": true}                 close all connections
        -> {"done": []}
        <- {"fork": address}              another worker, which speaks there
        <- {"wait": pid}                  wait until a fork of it has stopped or ended
        -> {"status": n}                  what became of that one

Boundaries are found as everywhere in the crash suites; the way to Bill.com is a real socket. Others are forked from one
worker, as a server forks its workers: they find everything imported and every statement compiled, but open connections
of their own and remember nothing of what that one did.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from multiprocessing.connection import Client, Connection
from typing import Any

from sqlalchemy.exc import OperationalError

from flask_billcom.api.connection import TimedAdapter
from flask_billcom.engine.clocks import SimulatorClock
from flask_billcom.schedule import Schedule
from flask_billcom.simulator import Simulator
from tests.crash.boundaries import Boundaries
from tests.support.shop import Shop, make_shop

KEY = "BILLCOM_TEST_KEY"


def known_settings(api: str) -> dict[str, Any]:
    """Return the settings of a shop beside a simulator: times as shipped."""
    known = Simulator().settings
    return {
        "BILLCOM_BASE_URL": api,
        "BILLCOM_USER_NAME": known.user_name,
        "BILLCOM_PASSWORD": known.password,
        "BILLCOM_DEV_KEY": known.dev_key,
        "BILLCOM_ORGANIZATION_ID": known.org_id,
        "BILLCOM_PAYMENTS_ENABLED": True,
        "BILLCOM_LINGER_S": 0,
        "BILLCOM_ENCRYPTION_KEYS": [os.environ[KEY]],
    }


class KnownClock(SimulatorClock):
    """The simulator's time, asked again only after it may have been moved; by itself it stands still.

    Waiting moves it, and this process's own seconds.
    """

    known: datetime | None = None
    waited_s: float = 0.0

    def now(self) -> datetime:
        """Return the time."""
        if self.known is None:
            self.known = super().now()
        return self.known

    def monotonic(self) -> float:
        """Return the machine's seconds, and those that this process has waited."""
        return super().monotonic() + self.waited_s

    def sleep(self, seconds: float) -> None:
        """Let the simulator's time pass."""
        self._session.post(self._url, json={"advance_s": seconds}, timeout=10).raise_for_status()
        self.waited_s += seconds
        self.forget()

    def forget(self) -> None:
        """Expect another time."""
        self.known = None

    def hang_up(self) -> None:
        """Close the connection to the simulator; the next question opens another one."""
        self._session.close()
        self.forget()


class Hand:
    """The worker and what it passes.

    :param words: to and from whoever may hurt it.
    """

    def __init__(self, words: Connection, shop: Shop, clock: KnownClock) -> None:
        self.words = words
        self.shop = shop
        self.clock = clock
        self.state = shop.billcom.state_of(shop.app)
        self.shipped = self.state.settings
        self.boundaries = Boundaries()
        self.stops: dict[str, int] = {}
        self.passed: Counter[str] = Counter()
        self.trail: list[str] = []
        self.forks: set[int] = set()

    def live(self) -> None:
        """Do what is said until nobody speaks any more."""
        while True:
            try:
                said = self.words.recv()
            except EOFError:
                self.leave()
                return
            if "settings" in said:
                self.change(**said["settings"])
            if "stops" in said:
                self.stop_at(said["stops"])
            if "tick" in said:
                self.tick()
            if "rest" in said:
                self.rest()
                self.words.send({"done": []})
            if "fork" in said:
                self.fork(said["fork"])
            if "wait" in said:
                self.words.send({"status": self.wait_for(said["wait"])})

    def rest(self) -> None:
        """Close all connections: a file of SQLite may be replaced only then, and no child may inherit one."""
        self.shop.close()
        self.clock.hang_up()

    def fork(self, address: str) -> None:
        """Let another worker begin, who knows nothing of what this one did."""
        self.rest()
        self.state._parts = None
        self.state._environment_known = False
        self.state.settings = self.shipped
        gc.freeze()  # else looking for garbage would copy every page for each of them
        if child := os.fork():
            self.forks.add(child)
        else:
            self.forks.clear()
            self.words.close()
            self.words = Client(address)
            self.words.send({"pid": os.getpid()})

    def wait_for(self, child: int) -> int:
        """Return what became of a fork, once it has stopped or ended."""
        status = os.waitpid(child, os.WUNTRACED)[1]
        if not os.WIFSTOPPED(status):
            self.forks.discard(child)
        return status

    def leave(self) -> None:
        """Let no fork outlive whoever would have woken it."""
        for child in self.forks:
            os.kill(child, signal.SIGKILL)

    def change(self, **settings: Any) -> None:
        """Begin to work with other settings."""
        state = self.state
        if "payout_schedule" in settings:
            settings["payout_schedule"] = Schedule.parse(settings["payout_schedule"])
        state.settings = replace(state.settings, **settings)
        state._parts = None
        call = state.parts.transport.call

        def told(path: str, *args: Any, **options: Any) -> Any:
            reply = call(path, *args, **options)
            self.passes(f"answer {path.removesuffix('.json')}")
            return reply

        state.parts.transport.call = told  # type: ignore[method-assign]  # one more place to stop at

    def stop_at(self, places: Iterable[tuple[str, int]]) -> None:
        """Learn where to stop, counted from now on."""
        self.stops = dict(places)
        self.passed.clear()

    def passes(self, name: str) -> None:
        """Pass a boundary, and wait there for what comes if that was asked for."""
        self.trail.append(name)
        self.passed[name] += 1
        if self.stops.get(name) == self.passed[name]:
            self.words.send({"at": name})
            self.stop_at(self.words.recv()["go"])
            self.clock.forget()

    def tick(self) -> None:
        """Do one round."""
        self.trail, failed = [], None
        self.clock.forget()
        try:
            with self.shop.app.app_context():
                self.shop.billcom.tick()
        except OperationalError as error:
            failed = type(error).__name__  # the loop of a worker goes on as well
        self.words.send({"done": self.trail, "failed": failed})


def listen(hand: Hand) -> None:
    """Pass commits and calls to a hand."""
    hand.boundaries._pass = hand.passes  # type: ignore[method-assign]  # its events, our deed
    hand.boundaries.is_listening = True
    send = TimedAdapter.send

    def sends(self: Any, request: Any, **options: Any) -> Any:
        endpoint = str(request.url).rpartition("/api/v2/")[2].removesuffix(".json")
        hand.passes(f"connect {endpoint}")
        response = send(self, request, **options)
        hand.passes(f"effect {endpoint}")
        return response

    TimedAdapter.send = sends  # type: ignore[method-assign,assignment]


def work(words: Connection, database: str, api: str, key: str) -> None:
    """Be a worker until nobody speaks any more.

    :param key: what all processes of the shop encrypt with.
    """
    os.environ[KEY] = key
    logging.disable(logging.CRITICAL)
    clock = KnownClock(api)
    hand = Hand(words, make_shop(database, clock=clock, **known_settings(api)), clock)
    with hand.boundaries:
        listen(hand)
        hand.live()
