from __future__ import annotations

from typing import Any

import pytest

from flask_billcom.api import requests as wire
from flask_billcom.api.records import Vendor
from tests.integration.web.conftest import Visitor
from tests.support.local_shop import LocalShop


@pytest.fixture
def vendor(local: LocalShop) -> str:
    """Let a person have made ann at Bill.com; give the id."""
    with local.shop.app.app_context():
        reply = local.shop.billcom.state_of().parts.gateway.change(wire.create_one(Vendor(name="Ann")))
    return str(reply.data["id"])


def test_staff_look_and_confirm(staff: Visitor, vendor: str) -> None:
    page = staff.get("/parties/match?role=vendor&limit=1")
    rest = staff.get(f"/parties/match?role=vendor&after={page['after']}")

    (ann,) = page["items"]
    assert [(each["remote_id"], each["evidence"]) for each in ann["candidates"]] == [(vendor, ["name"])]
    assert [each["local_id"] for each in rest["items"]] == ["2"]
    values: dict[str, Any] = {"class": ann["local_type"], "key": ann["local_id"], "reason": "asked him"}
    assert staff.post("/parties/match", remote_id=vendor, **values)["confirmed"] == vendor
    assert [each["local_id"] for each in staff.get("/parties/match?role=vendor")["items"]] == ["2"]
    assert staff.post("/parties/new", 409, **values)["code"] == "not_possible"


def test_staff_say_who_is_new(staff: Visitor) -> None:
    values: dict[str, Any] = {"class": "Seller", "key": "2", "reason": "asked him"}

    assert staff.post("/parties/new", **values) == {"is_new": True}
    assert staff.post("/parties/new", **values) == {"is_new": False}
    staff.post("/parties/new", 400, **{**values, "reason": ""})
    staff.get("/parties/match?role=ghost", 400)
    staff.get("/parties/match?limit=0", 400)


def test_nobody_else_does(ann: Visitor, nobody: Visitor) -> None:
    ann.get("/parties/match", 403)
    nobody.get("/parties/match", 403)
    ann.post("/parties/match", 403)
