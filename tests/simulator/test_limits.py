from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from flask_billcom.simulator import Simulator
from flask_billcom.simulator.serving.server import serve
from tests.simulator.caller import Caller, MakeCaller, Refuse


def test_the_call_after_the_last_of_an_hour_is_refused_until_the_hour_turns(
    make_caller: MakeCaller, refused: Refuse
) -> None:
    bill = make_caller(hourly_cap=10)
    for _ in range(9):
        bill("CurrentTime")
    error = refused("BDC_1144", bill, "CurrentTime")
    assert error.text == "Max number of allowed requests per hour reached: 10."
    bill.simulator.clock.advance(to="2026-03-02T17:34:00")
    refused("BDC_1144", bill, "CurrentTime")
    bill.simulator.clock.advance(to="2026-03-02T18:00:00")
    bill.sign_in()


def test_the_shipped_caps_are_those_of_the_service(simulator: Simulator) -> None:
    settings = simulator.settings
    assert (settings.hourly_cap, settings.login_cap, settings.concurrency, settings.mail_limit) == (20_000, 200, 3, 5)


def test_logins_have_a_cap_of_their_own(make_caller: MakeCaller, refused: Refuse) -> None:
    bill = make_caller(login_cap=2)
    bill.sign_in()
    refused("BDC_1144", bill.sign_in)
    bill.simulator.switch(login_cap=None)
    bill.sign_in()


def test_the_window_may_slide(make_caller: MakeCaller, refused: Refuse) -> None:
    bill = make_caller(hourly_cap=2, hour_window="sliding", count_refused=False)
    bill.simulator.clock.advance(to="2026-03-02T17:34:00")
    bill("CurrentTime")
    refused("BDC_1144", bill, "CurrentTime")
    bill.simulator.clock.advance(to="2026-03-02T18:00:00")
    bill.sign_in()
    refused("BDC_1144", bill, "CurrentTime")


def test_five_messages_a_minute(bill: Caller, refused: Refuse) -> None:
    customer = bill.customer()
    data = {"invoiceId": bill.invoice(customer)["id"], "headers": {}, "content": {}}
    for _ in range(5):
        bill("SendInvoice", data)
    refused("BDC_9002", bill, "SendInvoice", data)
    bill.simulator.clock.advance(seconds=60)
    bill("SendInvoice", data)


def test_lists_and_bulks_have_their_length(bill: Caller, refused: Refuse) -> None:
    objects = [{"obj": {"entity": "Vendor", "name": "V"}}] * 101
    refused("BDC_9015", bill, "Bulk/Crud/Create/Vendor", {"bulk": objects})
    bill("Bulk/Crud/Create/Vendor", {"bulk": objects[:100]})
    assert len(bill("List/Vendor", {"max": 999})) == 100


@pytest.mark.parametrize(("allowed", "refused_calls"), [(3, 1), (None, 0)])
def test_the_fourth_call_at_once_is_refused_on_a_real_socket(
    make_caller: MakeCaller, allowed: Any, refused_calls: int
) -> None:
    bill = make_caller(latency_ms=400, concurrency=allowed)
    form = {"devKey": bill.simulator.settings.dev_key, "sessionId": bill.session_id}

    def call(url: str) -> Any:
        return requests.post(f"{url}/api/v2/CurrentTime.json", data=form, timeout=10).json()["response_data"]

    with serve(bill.simulator) as server, ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(call, [server.url] * 4))
        assert [each.get("error_code") for each in answers].count("BDC_1322") == refused_calls
        assert "currentTime" in call(server.url)
    assert bill.simulator.journal.peak_in_flight == 4
