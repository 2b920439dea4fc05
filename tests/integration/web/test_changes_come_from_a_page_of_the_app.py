from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask_wtf import CSRFProtect

from tests.integration.web.conftest import PREFIX, Visitor, open_routes
from tests.support.local_shop import LocalShop

HOLD = f"{PREFIX}/settlements/1/hold"


def holds(staff: Visitor) -> list[str]:
    return [hold["reason"] for hold in staff.get("/status")["holds"]]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"json": {"reason": "x"}}, id="json"),
        pytest.param({"data": '{"reason": "x"}', "content_type": "text/plain"}, id="text"),
        pytest.param({"data": {"reason": "x"}}, id="form"),
        pytest.param({"data": {"reason": "x", "csrf_token": "made up"}}, id="wrong token"),
    ],
)
def test_a_cookie_alone_changes_nothing(staff: Visitor, body: dict[str, Any]) -> None:
    staff.client.get("/token")  # the cookie is there

    answer = staff.client.post(HOLD, headers=staff.headers, **body)

    assert answer.status_code == 403
    assert answer.get_json()["code"] == "csrf"
    assert holds(staff) == []


def test_the_token_of_a_page_lets_a_change_pass(staff: Visitor) -> None:
    staff.post("/settlements/1/hold", reason="customer complains")

    assert holds(staff) == ["customer complains"]


@pytest.mark.parametrize("weakened", ["check by default", "exempt"])
def test_an_app_that_leaves_us_out_of_its_check_does_not_open_us(local: LocalShop, weakened: str) -> None:
    app = local.shop.app
    if weakened == "exempt":
        csrf = app.extensions["csrf"]
        assert isinstance(csrf, CSRFProtect)
        csrf.exempt(app.blueprints["billcom"])
    else:
        app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    staff = Visitor(app, "staff")

    answer = staff.client.post(HOLD, headers=staff.headers, json={"reason": "x"})

    assert answer.get_json()["code"] == "csrf"


def test_without_flask_wtf_the_routes_only_read(make_local: Callable[..., LocalShop]) -> None:
    local = make_local()
    open_routes(local.shop, csrf=False)
    staff = Visitor(local.shop.app, "staff")

    answer = staff.client.post(HOLD, headers=staff.headers, json={"reason": "x"})

    assert answer.status_code == 403
    assert answer.get_json()["code"] == "read_only"
    assert staff.get("/settlements")["items"] == []


def test_a_protection_that_is_switched_off_is_none(local: LocalShop, staff: Visitor) -> None:
    local.shop.app.config["WTF_CSRF_ENABLED"] = False

    answer = staff.client.post(HOLD, headers=staff.headers, json={"reason": "x"})

    assert answer.get_json()["code"] == "read_only"


def test_methods_that_the_app_leaves_unchecked_are_refused(local: LocalShop, staff: Visitor) -> None:
    local.shop.app.config["WTF_CSRF_METHODS"] = {"PUT"}

    answer = staff.client.post(HOLD, headers=staff.headers, json={"reason": "x"})

    assert answer.get_json()["code"] == "csrf"
