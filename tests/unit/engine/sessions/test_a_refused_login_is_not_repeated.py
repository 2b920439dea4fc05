"""What Bill.com says to a login, or does not say, and who may try again after it."""

from __future__ import annotations

import pytest

from flask_billcom.engine.errors import Held
from flask_billcom.engine.sessions import LOGIN_LEASE
from flask_billcom.errors import (
    AuthenticationFailed,
    ConfigurationError,
    ConnectionFailed,
    RequestTimedOut,
)
from flask_billcom.models import Hold
from tests.unit.engine.planned import OTHERS
from tests.unit.engine.sessions.generations import change, put, states
from tests.unit.engine.workshop import Workshop


def test_one_refused_login_is_enough(shop: Workshop) -> None:
    shop.simulator.plan_fault("bdc:BDC_1101", "Login")

    with pytest.raises(AuthenticationFailed):
        shop.sessions.live()

    (row,) = shop.generations()
    assert (row.state, row.dead_at) == ("dead", shop.now)
    assert shop.holds() == [("capability", "all", "sign-in refused (BDC_1101)", None)]
    assert shop.rows(Hold)[0].placed_at == shop.now
    assert [act[:4] for act in shop.acts() if act[1] == "session"] == [
        ("sign_in_refused", "session", 0, {"code": "BDC_1101"})
    ]
    assert shop.slots_taken() == 0
    with pytest.raises(Held, match="signing in is on hold"):
        shop.sessions.live()
    assert shop.journal("Login") == ["Login"]


def test_a_login_that_is_refused_late_proves_nothing_about_the_session_of_who_took_over(shop: Workshop) -> None:
    shop.simulator.plan_fault("bdc:BDC_1101", "Login")
    shop.on_call = lambda moment, _endpoint: change(shop, 1, state="valid") if moment == "answer" else None

    with pytest.raises(AuthenticationFailed):
        shop.sessions.live()

    (row,) = shop.generations()
    assert (row.state, row.dead_at) == ("valid", None)
    assert shop.holds() == [("capability", "all", "sign-in refused (BDC_1101)", None)]


@pytest.mark.parametrize(
    ("fault", "error", "slots"),
    [("connect_refused", ConnectionFailed, 0), ("timeout_before", RequestTimedOut, 1)],
)
def test_a_login_without_an_answer_may_be_tried_again_by_anybody(
    shop: Workshop, fault: str, error: type[Exception], slots: int
) -> None:
    shop.simulator.plan_fault(fault, "Login")
    lease = shop.now + LOGIN_LEASE
    put(shop, 1, state="refreshing", refresh_lease=lease, organization_id=OTHERS)

    with pytest.raises(error):
        shop.sessions.live()

    theirs, row = sorted(shop.generations(), key=lambda each: each.organization_id == shop.organization_id)
    assert (row.state, row.refresh_lease, row.dead_at) == ("refreshing", shop.now, None)
    assert theirs.refresh_lease == lease
    assert shop.slots_taken() == slots
    assert shop.holds() == []
    assert shop.sessions.live().gen == 1


def test_a_login_that_ends_without_an_answer_changes_nothing_of_who_took_over(shop: Workshop) -> None:
    shop.simulator.plan_fault("timeout_before", "Login")
    shop.on_call = lambda _moment, _endpoint: change(shop, 1, state="valid", refresh_lease=None)

    with pytest.raises(RequestTimedOut):
        shop.sessions.live()

    (row,) = shop.generations()
    assert (row.state, row.refresh_lease) == ("valid", None)


def test_an_address_that_is_not_bill_coms_stops_signing_in(shop: Workshop) -> None:
    shop.simulator.switch(api_host="http://elsewhere.example")

    with pytest.raises(ConfigurationError):
        shop.sessions.live()

    assert shop.holds() == [("capability", "all", "sign-in refused (ConfigurationError)", None)]
    assert states(shop) == [(1, "dead")]
