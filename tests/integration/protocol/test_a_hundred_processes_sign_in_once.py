"""Real processes over a real socket: whoever meets an ended session first signs in, and all others use what he got."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from sqlalchemy import MetaData, select

from flask_billcom.models import Session
from flask_billcom.simulator import Simulator
from tests.support.database import Database
from tests.support.shop import draw_shop

COUNT = 100
SIGNING_IN_S = 1.0
"""How long Bill.com takes to sign in, so that all others come meanwhile."""


@pytest.mark.parametrize(
    ("dialect", "mode"),
    [
        ("sqlite", "safe"),
        ("sqlite", "plain"),
        pytest.param("postgresql", "plain", marks=pytest.mark.needs("postgresql")),
    ],
    indirect=["dialect"],
)
def test_a_hundred_processes_that_meet_an_ended_session_sign_in_once(
    database_of: Callable[[MetaData], Database], mode: str, simulator: Simulator, simulator_url: str
) -> None:
    database = database_of(draw_shop().metadata)
    command = [sys.executable, "-m", "tests.support.crowd", database.url, mode, simulator_url, str(COUNT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as crowd:
        assert crowd.stdout is not None
        assert crowd.stdout.readline() == "ready\n"
        simulator.under_lock(lambda bill: bill.sessions.live.clear())
        simulator.plan_fault("slow", "Login", seconds=SIGNING_IN_S)
        out, _ = crowd.communicate("go\n", timeout=120)

    assert json.loads(out) == {"through": COUNT}
    logins = [entry for entry in simulator.journal if entry.endpoint == "Login"]
    refused = [entry for entry in simulator.journal if entry.code == "BDC_1109"]
    assert len(logins) == 2, "one before, and one for all hundred"
    assert refused, "the session had ended"
    assert simulator.journal.peak_in_flight <= 3
    with database.engine().connect() as connection:
        assert sorted(connection.scalars(select(Session.gen))) == [1, 2]
