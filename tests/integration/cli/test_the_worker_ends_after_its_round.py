"""A worker as a process of its own, against a local Bill.com over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from flask_billcom.clock import SystemClock
from flask_billcom.simulator import Simulator
from tests.support.shop import draw_shop

ROOT = Path(__file__).parents[3]
APP = """
import os

from tests.support.shop import draw_shop, make_shop


def create_app():
    shop = make_shop(
        os.environ["SHOP_URL"],
        real_clock=True,
        drawing=draw_shop(),
        BILLCOM_BASE_URL=os.environ["SHOP_BILLCOM"],
        BILLCOM_USER_NAME=os.environ["SHOP_USER"],
        BILLCOM_PASSWORD=os.environ["SHOP_PASSWORD"],
        BILLCOM_DEV_KEY=os.environ["SHOP_DEV_KEY"],
        BILLCOM_ORGANIZATION_ID=os.environ["SHOP_ORGANIZATION"],
        BILLCOM_LINGER_S=0,
    )
    shop.app.extensions["shop"] = shop  # mapped classes know each other only as long as somebody holds them
    return shop.app
"""
"""The shop of the tests, as an app that `flask --app` finds."""


class Process:
    """`flask billcom` with some words, in a process of its own."""

    def __init__(self, folder: Path, environment: dict[str, str], *words: str) -> None:
        command = [sys.executable, "-m", "flask", "--app", "shop_app", "billcom", *words]
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def says(self, words: str) -> None:
        """Wait for a line on standard error."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if words in line:
                return
        raise AssertionError(f"it ended with {self.process.wait()} before it said {words!r}")

    def ended(self) -> tuple[int, str]:
        """Wait for its end and return its code and what it said last on standard error."""
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@pytest.fixture
def simulator() -> Simulator:
    """Return a Bill.com whose clock moves as life does."""
    return Simulator(clock="real")


@pytest.fixture
def environment(tmp_path: Path, simulator: Simulator, simulator_url: str) -> dict[str, str]:
    """Return what the processes find in their environment."""
    (tmp_path / "shop_app.py").write_text(APP)
    given = simulator.settings
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("FLASK_", "BILLCOM_"))},
        "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}",
        "PYTHONUNBUFFERED": "1",
        "SHOP_URL": f"sqlite:///{tmp_path / 'shop.sqlite'}",
        "SHOP_BILLCOM": simulator_url,
        "SHOP_USER": given.user_name,
        "SHOP_PASSWORD": given.password,
        "SHOP_DEV_KEY": given.dev_key,
        "SHOP_ORGANIZATION": given.org_id,
    }


@pytest.fixture
def flask(tmp_path: Path, environment: dict[str, str]) -> Iterator[Callable[..., Process]]:
    """Give a function that starts `flask billcom` with some words."""
    started: list[Process] = []

    def start(*words: str) -> Process:
        started.append(Process(tmp_path, environment, *words))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Give the shop's database, with one seller."""
    made = create_engine(f"sqlite:///{tmp_path / 'shop.sqlite'}")
    draw_shop().metadata.create_all(made)
    with made.begin() as connection:
        connection.execute(text("insert into seller (id, name, email) values (1, 'ann', 'ann@example.com')"))
    yield made
    made.dispose()


def counted(engine: Engine, statement: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())


def until(is_so: Callable[[], bool], within_s: float = 30) -> None:
    clock = SystemClock()
    deadline = clock.monotonic() + within_s
    while not is_so():
        assert clock.monotonic() < deadline
        clock.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_round_under_way_end(
    flask: Callable[..., Process], engine: Engine, simulator: Simulator, number: signal.Signals
) -> None:
    assert flask("sync", "Seller", "1").ended() == (0, "syncing\n")
    simulator.switch(latency_ms=700)
    worker = flask("worker", "--threads", "2")
    worker.says("working with 2 threads")
    until(lambda: counted(engine, "select count(*) from billcom_call where outcome is null") == 1)

    worker.process.send_signal(number)
    code, said = worker.ended()

    assert code == 0
    assert "finishing the round under way" in said
    assert "stopped; nothing is under way" in said
    assert counted(engine, "select count(*) from billcom_call where outcome is null") == 0
    assert counted(engine, "select count(*) from billcom_operation where state = 'done'") == 1


def test_a_worker_that_cannot_work_says_so_at_once(flask: Callable[..., Process], engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("drop table billcom_mark"))

    code, said = flask("worker").ended()

    assert code == 1
    assert "Error: " in said
    assert "Traceback" not in said


def test_the_simulator_takes_its_own_words(flask: Callable[..., Process], tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    local = flask("simulator", "--port", "0", "--port-file", str(port_file), "--seed", "7")

    until(port_file.exists)
    local.process.send_signal(signal.SIGTERM)
    code, _ = local.ended()

    assert code == 0
    assert port_file.read_text().endswith("\n")


def test_the_simulator_shows_its_own_help(flask: Callable[..., Process]) -> None:
    process = flask("simulator", "--help").process
    said, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "--port-file" in said


def test_flask_help_loads_neither_sqlalchemy_nor_our_engine(tmp_path: Path) -> None:
    code = (
        "import sys, flask_billcom.cli as cli; assert cli.billcom_cli.name == 'billcom'; "
        "print(sorted(n for n in sys.modules if n.startswith(('sqlalchemy', 'requests', 'flask_billcom.'))))"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "['flask_billcom.cli', 'flask_billcom.cli.lazy']"
