"""The embedded runner of one app: a thread that ticks, and ends with the process."""

from __future__ import annotations

import atexit
from collections.abc import Callable

from flask import Flask

from .clock import SystemClock
from .engine.runners import ThreadRunner

_WARM_UP_S = 2.0
"""The first tick waits until the app is whole: functions may be registered after init_app."""


def start_thread(app: Flask, tick: Callable[[], bool]) -> ThreadRunner:
    """Start ticking for an app and return what stops it; at exit it takes no new claim and is waited for.

    :param tick: one round inside an app context; returns whether anything moved.
    """
    clock = SystemClock()
    ready_at = clock.monotonic() + _WARM_UP_S

    def go_on() -> bool:
        if clock.monotonic() < ready_at:
            return False
        with app.app_context():
            return tick()

    runner = ThreadRunner(go_on)
    runner.start()
    atexit.register(runner.stop)
    return runner
