"""A hundred real processes on one database, forked from one that has already signed in.

    python -m tests.support.crowd DATABASE MODE API COUNT
        -> ready                 one session is there
        <- (a line)              whoever listens has made Bill.com forget it
        -> {"through": 100, ...} how many have read something in the end

Each child has connections of its own, waits at one gate with all others, and reads until it is through. MODE is `safe`
for SQLite with the write lock taken at once, `plain` for the driver's own way.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import OperationalError

from flask_billcom.api.records import Customer
from flask_billcom.clock import SystemClock
from flask_billcom.composition import Parts
from flask_billcom.engine.errors import NoCapacity
from flask_billcom.simulator import Simulator
from tests.support.shop import draw_shop, make_shop

TRIES = 3000


def main(database: str, mode: str, api: str, count: int) -> None:
    """Sign in, wait for the word, and let the crowd go."""
    known = Simulator().settings
    shop = make_shop(
        database,
        clock=SystemClock(),
        drawing=draw_shop(),
        is_safe=mode == "safe",
        BILLCOM_BASE_URL=api,
        BILLCOM_USER_NAME=known.user_name,
        BILLCOM_PASSWORD=known.password,
        BILLCOM_DEV_KEY=known.dev_key,
        BILLCOM_ORGANIZATION_ID=known.org_id,
    )
    with shop.app.app_context():
        state = shop.billcom.state_of()
        read(state._compose(), SystemClock())
        shop.db.engine.dispose()
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps({"through": crowd(count, lambda: read(state._compose(), SystemClock()))}), flush=True)


def read(parts: Parts, clock: SystemClock) -> None:
    """Read something, again while there is no room."""
    for _ in range(TRIES):
        try:
            parts.domain.reads.page(Customer, max=1)
        except (NoCapacity, OperationalError):
            clock.sleep(clock.jitter(0.1, 0.6))
        else:
            return
    raise NoCapacity("never got through")


def crowd(count: int, act: Callable[[], Any]) -> int:
    """Do something in so many processes at once and return how many ended well."""
    gate, opened = os.pipe()
    children = [_child(gate, opened, act) for _ in range(count)]
    os.close(gate)
    os.close(opened)  # every child reads the end of the pipe now
    return sum(os.waitpid(child, 0)[1] == 0 for child in children)


def _child(gate: int, opened: int, act: Callable[[], Any]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        os.close(opened)
        os.read(gate, 1)
        act()
    except BaseException as error:  # noqa: BLE001 - the parent counts, and nothing of it may run here
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
