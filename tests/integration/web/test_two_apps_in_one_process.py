from __future__ import annotations

from collections.abc import Callable

from flask_billcom.cli import billcom_cli
from flask_billcom.simulator import Simulator
from tests.integration.web.conftest import Visitor, open_routes
from tests.support.local_shop import LocalShop, make_local_shop


def test_each_sees_its_own_organization(make_local: Callable[..., LocalShop]) -> None:
    first = make_local()
    other = Simulator(org_id="00801ANOTHERMARKET01")
    second = make_local_shop("sqlite://", other)
    shops = {"first": first, "second": second}
    for name, local in shops.items():
        open_routes(local.shop)
        with local.shop.app.app_context():
            for _ in range(len(name) - 4):
                local.shop.billcom.settle(local.shop.order(("ann", "10.00")))
            local.shop.db.session.commit()

    seen = {name: Visitor(local.shop.app, "staff").get("/status") for name, local in shops.items()}
    told = [local.shop.app.test_cli_runner().invoke(billcom_cli, ["status"]).stdout for local in shops.values()]

    assert seen["first"]["organization_id"] != seen["second"]["organization_id"]
    assert [status["settlements"]["settled"] for status in seen.values()] == [1, 2]
    assert first.simulator.settings.org_id in told[0]
    assert other.settings.org_id in told[1]
    second.shop.close()
