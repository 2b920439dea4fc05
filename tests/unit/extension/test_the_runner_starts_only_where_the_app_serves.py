from __future__ import annotations

import threading

import click
import pytest
from flask import Flask

from flask_billcom.choosing import Surroundings, look_around, runs_thread
from flask_billcom.running import start_thread

NOWHERE = Surroundings(None, None, is_reloaded=False)
SERVING = Surroundings("run", reloads=False, is_reloaded=False)
PARENT = Surroundings("run", reloads=True, is_reloaded=False)
CHILD = Surroundings("run", reloads=True, is_reloaded=True)
COMMAND = Surroundings("upgrade", reloads=False, is_reloaded=False)
SCRIPT_CHILD = Surroundings(None, None, is_reloaded=True)


@pytest.mark.parametrize(
    ("configured", "where", "debug", "starts"),
    [
        (None, SERVING, True, True),
        (None, CHILD, True, True),
        (None, SCRIPT_CHILD, True, True),
        (None, PARENT, True, False),
        (None, COMMAND, True, False),
        (None, NOWHERE, True, False),
        (None, SERVING, False, False),
        (None, NOWHERE, False, False),
        ("thread", SERVING, False, True),
        ("thread", NOWHERE, False, True),
        ("thread", NOWHERE, True, False),
        ("thread", COMMAND, False, False),
        ("thread", PARENT, True, False),
        ("external", CHILD, True, False),
        ("external", SERVING, True, False),
    ],
)
def test_it_starts(configured: str | None, where: Surroundings, *, debug: bool, starts: bool) -> None:
    assert runs_thread(configured, where, debug=debug, testing=False) is starts
    assert runs_thread(configured, where, debug=debug, testing=True) is False


def test_the_command_under_way_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WERKZEUG_RUN_MAIN", raising=False)

    @click.command("run")
    @click.option("--reload/--no-reload", default=None)
    def run(**_: object) -> None:
        seen.append(look_around(debug=True))

    seen: list[Surroundings] = []
    run.main([], prog_name="run", standalone_mode=False)
    run.main(["--no-reload"], prog_name="run", standalone_mode=False)
    monkeypatch.setenv("WERKZEUG_RUN_MAIN", "true")
    run.main([], prog_name="run", standalone_mode=False)

    assert seen == [PARENT, SERVING, CHILD]


def test_the_thread_ticks_in_an_app_context_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flask_billcom.running._WARM_UP_S", 0.0)
    ticked = threading.Event()
    app = Flask("app")
    names: list[str] = []

    def tick() -> bool:
        from flask import current_app

        names.append(current_app.name)
        ticked.set()
        return False

    runner = start_thread(app, tick)
    assert ticked.wait(10)
    runner.stop(10)

    assert set(names) == {"app"}
    assert not runner.is_running
