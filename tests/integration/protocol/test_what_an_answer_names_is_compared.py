"""An answer that names somebody else's object proves nothing about ours."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import requests

from tests.support.world import World


def twist(world: World, endpoint: str, change: Any) -> None:
    """Let one answer of an endpoint be changed on its way."""
    made = world.http

    def http() -> requests.Session:
        session = made()
        adapter = session.get_adapter("http://")
        send = adapter.send

        def twisted(request: requests.PreparedRequest, **options: Any) -> requests.Response:
            response = send(request, **options)
            if str(request.url).endswith(f"{endpoint}.json"):
                said = json.loads(response.raw.read())
                change(said["response_data"])
                response.raw = io.BytesIO(json.dumps(said).encode())
            return response

        adapter.send = twisted  # type: ignore[assignment, method-assign]
        return session

    state = world.shop.billcom.state_of(world.shop.app)
    state.session_factory = http
    state._parts = None
    with world.shop.app.app_context():
        world.parts = state.parts


@pytest.mark.parametrize("field", ["vendorId", "amount"])
def test_a_payment_that_names_another_vendor_or_amount_is_looked_up(world: World, field: str) -> None:
    world.ready_to_pay(1)
    other = {"vendorId": "00901SOMEBODYELSE00X", "amount": 1.00}[field]

    def change(said: Any) -> None:
        payments = said if isinstance(said, list) else said.get("sentPays", [said])
        for each in payments:
            each[field] = other
            if field == "amount":
                for part in each["billPays"]:
                    part["amount"] = other

    twist(world, "PayBills", change)
    world.tick()

    assert world.states("pay") == ["unknown"]
    world.run_until(lambda: world.states("pay") == ["done"], within=600)
    assert len(world.sent("PayBills")) == 1
