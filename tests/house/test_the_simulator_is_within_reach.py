from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from flask_billcom.simulator import Simulator


def sign_in(session: requests.Session, url: str, simulator: Simulator) -> dict[str, object]:
    settings = simulator.settings
    form = {
        "userName": settings.user_name,
        "password": settings.password,
        "devKey": settings.dev_key,
        "orgId": settings.org_id,
    }
    answer: dict[str, object] = session.post(f"{url}/Login.json", data=form, timeout=10).json()
    return answer


@pytest.mark.parametrize("host", ["api.bill.com", "api-stage.bill.com"])
def test_in_process_under_the_addresses_of_bill_com(
    bill_session: requests.Session, simulator: Simulator, host: str
) -> None:
    assert sign_in(bill_session, f"https://{host}/api/v2", simulator)["response_message"] == "Success"


def test_over_http_on_a_free_port(simulator_url: str, simulator: Simulator) -> None:
    with requests.Session() as session:
        assert sign_in(session, simulator_url, simulator)["response_message"] == "Success"


def test_a_session_in_process_reaches_nothing_else(bill_session: requests.Session) -> None:
    with pytest.raises(requests.exceptions.InvalidSchema):
        bill_session.get("https://example.invalid/", timeout=1)


@pytest.mark.parametrize("run", ["first", "second"])
def test_each_test_has_one_of_its_own(simulator: Simulator, bill_session: requests.Session, run: str) -> None:
    assert simulator.journal.since(0) == [], run

    sign_in(bill_session, "https://api.bill.com/api/v2", simulator)

    assert len(simulator.journal.since(0)) == 1
