from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from flask_billcom.errors import ConfigurationError
from flask_billcom.web.routes import ROUTES, Route
from tests.integration.web.conftest import PREFIX, Visitor
from tests.support.local_shop import LocalShop


def address(route: Route) -> str:
    return (
        route.rule.replace("<path:reference>", "1")
        .replace("<party_id>", "0" * 32)
        .replace("<payout_id>", "0" * 32)
        .replace("<operation_id>", "0" * 32)
    )


def ask(visitor: Visitor, route: Route) -> int:
    token = visitor.client.get("/token").text
    answer = visitor.client.open(
        PREFIX + address(route), method=route.method, headers={**visitor.headers, "X-CSRFToken": token}
    )
    return answer.status_code


def test_registering_them_without_authorize_is_refused(make_local: Callable[..., LocalShop]) -> None:
    shop = make_local().shop

    with pytest.raises(ConfigurationError, match=r"@billcom\.authorize"):
        shop.app.register_blueprint(shop.billcom.blueprint)

    assert [rule.endpoint for rule in shop.app.url_map.iter_rules()] == ["static"]


def test_registering_them_on_an_app_of_another_billcom_is_refused(local: LocalShop) -> None:
    with pytest.raises(ConfigurationError, match="init_app"):
        Flask("other").register_blueprint(local.shop.billcom.blueprint)


def test_initialising_the_extension_adds_no_route(make_local: Callable[..., LocalShop]) -> None:
    assert [rule.endpoint for rule in make_local().shop.app.url_map.iter_rules()] == ["static"]


def asked_everywhere(visitor: Visitor, *, staff: bool | None = None) -> dict[str, int]:
    routes = [route for route in ROUTES if staff is None or route.staff is staff]
    return {f"{route.method} {route.rule}": ask(visitor, route) for route in routes}


def test_nobody_comes_in_anywhere(nobody: Visitor) -> None:
    assert set(asked_everywhere(nobody).values()) == {403}


def test_staff_come_in_everywhere(staff: Visitor) -> None:
    assert set(asked_everywhere(staff).values()) <= {200, 400, 404, 409}


def test_sellers_and_buyers_come_in_where_rows_are_their_own(ann: Visitor, ada: Visitor, local: LocalShop) -> None:
    local.shop.billcom.authorize(lambda _action, _party: True)

    for visitor in (ann, ada):
        assert set(asked_everywhere(visitor, staff=True).values()) == {403}
        assert set(asked_everywhere(visitor, staff=False).values()) <= {200, 400, 404, 409}


def test_authorize_is_asked_about_the_public_call_and_the_party(local: LocalShop, ann: Visitor) -> None:
    asked: list[tuple[str, str]] = []

    def note(action: str, party: object) -> bool:
        asked.append((action, type(party).__name__))
        return True

    local.shop.billcom.authorize(note)

    ann.get("/settlements")
    ann.get("/payouts")

    assert asked == [("settlement_of", "Seller"), ("payouts_of", "Seller")]


def test_every_change_is_for_staff_and_behind_a_post() -> None:
    assert {route.staff for route in ROUTES if route.method != "GET"} == {True}
    assert {route.method for route in ROUTES} == {"GET", "POST"}


def test_answers_are_not_kept_by_caches(staff: Visitor) -> None:
    answer = staff.client.get(f"{PREFIX}/status", headers=staff.headers)

    assert answer.headers["Cache-Control"] == "no-store"
