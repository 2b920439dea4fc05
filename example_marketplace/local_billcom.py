"""A local Bill.com in a process of its own, and its control side.

    with running(folder) as local:          python -m flask_billcom.simulator --port 0 --port-file ...
        local.api                           what FLASK_BILLCOM_BASE_URL has to be
        local.read("books")                 GET  /simulator/books
        local.tell("clock", ...)            POST /simulator/clock

The control side is what only a simulator has: its clock, its books and its bank.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests

from flask_billcom.clock import Clock, SystemClock

START_S, STOP_S, TIMEOUT_S = 30, 10, 60


@dataclass(frozen=True, slots=True)
class LocalBillcom:
    """A running simulator.

    :param address: where it listens, without a path.
    """

    address: str

    @property
    def api(self) -> str:
        """The address of its API."""
        return f"{self.address}/api/v2"

    def read(self, what: str) -> Any:  # noqa: ANN401 - JSON
        """Return what the control side says about its clock, books or bank."""
        with _session() as session:
            return _json(session.get(f"{self.address}/simulator/{what}", timeout=TIMEOUT_S))

    def tell(self, what: str, **values: str | int | bool) -> Any:  # noqa: ANN401 - JSON
        """Tell the control side something, such as to move its clock, and return its answer."""
        with _session() as session:
            return _json(session.post(f"{self.address}/simulator/{what}", json=values, timeout=TIMEOUT_S))


@contextmanager
def running(folder: Path, *options: str, port: int = 0, clock: Clock | None = None) -> Iterator[LocalBillcom]:
    """Run a simulator; its log is `simulator.log` in the folder.

    :param options: further options of its command line.
    :param port: where it listens; 0 for any free port.
    :raises RuntimeError: it did not start; the message ends with its log.
    """
    port_file, log = folder / "simulator.port", folder / "simulator.log"
    port_file.unlink(missing_ok=True)
    words = ["--port", str(port), "--port-file", str(port_file), "--until-eof", *options]
    command = [sys.executable, "-m", "flask_billcom.simulator", *words]
    with log.open("w") as output:
        # Its input is a pipe that we hold open: where we are killed, it ends as well.
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.PIPE)  # noqa: S603 - our own program
    try:
        yield LocalBillcom(f"http://127.0.0.1:{_port(process, port_file, log, clock or SystemClock())}")
    finally:
        _stop(process)


def _port(process: subprocess.Popen[bytes], port_file: Path, log: Path, clock: Clock) -> int:
    deadline = clock.monotonic() + START_S
    while not port_file.exists():
        if process.poll() is not None or clock.monotonic() > deadline:
            raise RuntimeError(f"the local Bill.com did not start:\n{log.read_text()}")
        clock.sleep(0.02)
    return int(port_file.read_text())


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


def _json(answer: requests.Response) -> Any:  # noqa: ANN401 - JSON
    answer.raise_for_status()
    return json.loads(answer.text, parse_float=Decimal)
