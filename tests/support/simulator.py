"""A local Bill.com for one test: in process, or on a real socket.

simulator        a fresh `Simulator`; its clock moves only when told
bill_session     a `requests.Session` that reaches it under Bill.com's own addresses, without a socket
simulator_url    the address of its API over HTTP, for browsers, commands and other processes
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from flask_billcom.simulator import Simulator


@pytest.fixture
def simulator() -> Simulator:
    """Return a fresh local Bill.com."""
    from flask_billcom.simulator import Simulator

    return Simulator()


@pytest.fixture
def bill_session(simulator: Simulator) -> Iterator[requests.Session]:
    """Return a session whose calls to Bill.com end at the simulator, and which reaches nothing else."""
    from flask_billcom.api.hosts import HOSTS
    from flask_billcom.simulator import WSGIAdapter

    with requests.Session() as session:
        session.trust_env = False
        session.adapters.clear()
        for host in (host for hosts in HOSTS.values() for host in hosts):
            session.mount(f"https://{host}/", WSGIAdapter(simulator))
        yield session


@pytest.fixture
def simulator_url(simulator: Simulator) -> Iterator[str]:
    """Serve the simulator on a free port and return the address of its API."""
    from flask_billcom.simulator.serving.server import Server

    with Server(simulator) as server:
        yield f"{server.url}/api/v2"
