"""A worker process that can be killed and stopped for real; see `processes`.

    python -m tests.crash.hand DATABASE API
        <- {"settings": {...}}            what differs from the settings as shipped
        <- {"stop": [name, n], ...}       stop yourself at the n-th passing of a boundary
        <- {"tick": true}                 one round of the worker
        -> {"at": name}                   before it stops itself with SIGSTOP
        -> {"done": [names], ...}         the boundaries that the round has passed

Boundaries are found as everywhere in the crash suites; the way to Bill.com is a real socket.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import OperationalError

from flask_billcom.api.connection import TimedAdapter
from flask_billcom.schedule import Schedule
from flask_billcom.simulator import Simulator
from tests.crash.boundaries import Boundaries
from tests.support.shop import Shop, make_shop


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
        "BILLCOM_ENCRYPTION_KEYS": [os.environ["BILLCOM_TEST_KEY"]],
    }


class Hand:
    """The worker and what it passes."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.boundaries = Boundaries()
        self.stops: dict[str, int] = {}
        self.passed: Counter[str] = Counter()
        self.trail: list[str] = []

    def change(self, **settings: Any) -> None:
        """Begin to work with other settings."""
        state = self.shop.billcom.state_of(self.shop.app)
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

    def passes(self, name: str) -> None:
        """Pass a boundary, and stop there if that was asked for."""
        self.trail.append(name)
        self.passed[name] += 1
        if self.stops.get(name) == self.passed[name]:
            say(at=name)
            os.kill(os.getpid(), signal.SIGSTOP)

    def tick(self) -> None:
        """Do one round."""
        self.trail, failed = [], None
        try:
            with self.shop.app.app_context():
                self.shop.billcom.tick()
        except OperationalError as error:
            failed = type(error).__name__  # the loop of a worker goes on as well
        say(done=self.trail, failed=failed)


def say(**words: Any) -> None:
    """Tell the parent something."""
    print(json.dumps(words), flush=True)


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


def main(database: str, api: str) -> None:
    """Do what the parent says until it ends."""
    logging.disable(logging.CRITICAL)
    hand = Hand(make_shop(database, real_clock=True, **known_settings(api)))
    with hand.boundaries:
        listen(hand)
        for line in sys.stdin:
            said = json.loads(line)
            if "settings" in said:
                hand.change(**said["settings"])
            if "stop" in said:
                name, nth = said["stop"]
                hand.stops[name] = nth
                hand.passed.clear()
            if "tick" in said:
                hand.tick()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
