from __future__ import annotations

import logging
import threading

import pytest

from flask_billcom.engine.runners import AFTER_ERROR_S, IDLE_S, ThreadRunner


def listening(runner: ThreadRunner) -> list[float]:
    """Return the pauses of a runner, which take no time."""
    pauses: list[float] = []

    def wait(timeout: float | None = None) -> bool:
        pauses.append(timeout or 0.0)
        return False

    runner._stopping.wait = wait  # type: ignore[method-assign]  # no test waits for a clock
    return pauses


def test_it_goes_on_at_once_while_something_moves_and_pauses_where_nothing_did() -> None:
    moves = [True, True, False, True]

    def tick() -> bool:
        moved = moves.pop(0)
        if not moves:
            runner.end()
        return moved

    runner = ThreadRunner(tick)
    pauses = listening(runner)
    runner.run()

    assert (pauses, moves) == ([IDLE_S], [])


def test_the_pause_is_as_long_as_was_asked_for() -> None:
    def tick() -> bool:
        runner.end()
        return False

    runner = ThreadRunner(tick, idle_s=0.25)
    pauses = listening(runner)
    runner.run()

    assert pauses == [0.25]


def test_a_tick_that_fails_is_told_and_followed_by_another(caplog: pytest.LogCaptureFixture) -> None:
    ticks: list[int] = []

    def tick() -> bool:
        ticks.append(1)
        if len(ticks) == 2:
            runner.end()
            return True
        raise KeyError("mistake")

    runner = ThreadRunner(tick)
    pauses = listening(runner)
    with caplog.at_level(logging.ERROR):
        runner.run()

    assert (len(ticks), pauses) == (2, [AFTER_ERROR_S])
    assert "a tick failed" in caplog.text


def test_stopping_waits_for_the_tick_under_way() -> None:
    began, go_on = threading.Event(), threading.Event()
    ended: list[bool] = []

    def tick() -> bool:
        began.set()
        go_on.wait(20)
        ended.append(threading.current_thread().daemon)
        return False

    runner = ThreadRunner(tick)
    assert not runner.is_running
    runner.stop()
    runner = ThreadRunner(tick)
    runner.start()
    assert began.wait(20)
    runner.stop(timeout_s=0.01)
    assert runner.is_running
    assert ended == []
    go_on.set()
    runner.stop()

    assert (runner.is_running, ended) == (False, [True])
    assert runner._thread.name == "billcom-runner"
