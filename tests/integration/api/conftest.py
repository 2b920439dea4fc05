"""A client beside a simulator, in process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from flask_billcom.api import Client, PasswordSession, Transport, default_base_url
from flask_billcom.simulator import Simulator, WSGIAdapter


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(start="2031-03-03T18:00:00")


@pytest.fixture
def transport(simulator: Simulator) -> Iterator[Transport]:
    def session() -> requests.Session:
        made = requests.Session()
        made.adapters.clear()
        made.mount("https://api-stage.bill.com/", WSGIAdapter(simulator))
        return made

    made = Transport(default_base_url("sandbox"), dev_key=simulator.settings.dev_key, session_factory=session)
    yield made
    made.close()


@pytest.fixture
def provider(simulator: Simulator, transport: Transport) -> PasswordSession:
    known = simulator.settings
    return PasswordSession(
        transport,
        known.user_name,
        known.password,
        known.org_id,
        clock=lambda: simulator.clock.now().timestamp(),
    )


@pytest.fixture
def client(transport: Transport, provider: PasswordSession) -> Client:
    return Client(transport, provider)


@pytest.fixture
def trusted(client: Client, provider: PasswordSession, simulator: Simulator) -> Client:
    """Return the client with a device that a person has confirmed."""
    challenge = provider.challenge()
    provider.trust(challenge, simulator.settings.mfa_code, device_id="test-device", machine_name="tests")
    return client
