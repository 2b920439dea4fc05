"""Where the cases run: each of them in process and over HTTP, or at a sandbox alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from flask_billcom.simulator import Simulator, WSGIAdapter
from flask_billcom.simulator.serving.server import serve
from tests.contract.service import Credentials, Service, live_base

SWITCHES: dict[str, Any] = {"hourly_cap": None, "login_cap": None, "mail_limit": None}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "service" in metafunc.fixturenames:
        live = metafunc.config.getoption("--billcom-live")
        metafunc.parametrize(
            "service", ["live"] if live else ["in process", "over http"], indirect=True, scope="session"
        )


@pytest.fixture(scope="session")
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """An API with a session."""
    with requests.Session() as http:
        http.trust_env = False
        if request.param == "in process":
            http.mount("https://", WSGIAdapter(Simulator(**SWITCHES)))
            yield _signed_in(Service(http, "https://api-stage.bill.com/api/v2", Credentials.local(), "r"), request)
        elif request.param == "over http":
            with serve(Simulator(**SWITCHES)) as server:
                yield _signed_in(Service(http, f"{server.url}/api/v2", Credentials.local(), "r"), request)
        else:
            http.trust_env = True
            run = os.urandom(3).hex()
            live = _signed_in(Service(http, live_base(), Credentials.from_environment(), run, is_live=True), request)
            yield live
            live.put_away()


def _signed_in(service: Service, request: pytest.FixtureRequest) -> Service:
    service.sign_in()
    folder = request.config.getoption("--billcom-record")
    if folder is not None:
        request.addfinalizer(lambda: _keep(service, folder))
    return service


def _keep(service: Service, folder: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    fields = {
        entity: {name: sorted(kinds) for name, kinds in sorted(seen.items())} for entity, seen in service.seen.items()
    }
    (folder / "fields.json").write_text(json.dumps(fields, indent=1, sort_keys=True) + "\n")
    (folder / "errors.json").write_text(json.dumps(service.codes, indent=1) + "\n")


@pytest.fixture
def trusted(service: Service) -> Service:
    """The same, its session trusted."""
    service.trust()
    return service
