from __future__ import annotations

from typing import Any

from tests.integration.web.conftest import Visitor

REFUND = {"refund": "r1", "amount": "3.00", "reason": "broken"}


def refund(visitor: Visitor, code: int = 200, **values: Any) -> Any:
    return visitor.post("/settlements/1/refund", code, **{**REFUND, "dry_run": False, **values})


def test_a_refund_only_rehearses_unless_it_is_told(staff: Visitor) -> None:
    rehearsed = staff.post("/settlements/1/refund", 200, **REFUND)

    assert (rehearsed["is_dry_run"], rehearsed["id"], rehearsed["amount"]) == (True, None, "3.00")
    assert staff.get("/settlements/1/refunds")["items"] == []


def test_a_refund_bears_the_name_of_who_asked(staff: Visitor) -> None:
    asked = refund(staff)
    again = refund(staff)

    assert (asked["state"], asked["actor"], asked["cents"]) == ("requested", "Grace", 300)
    assert again["id"] == asked["id"]
    assert [each["id"] for each in staff.get("/settlements/1/refunds")["items"]] == [asked["id"]]
    assert {each["refund"] for each in staff.get("/refunds/waiting")["items"]} == {"r1"}
    assert staff.get("/status")["refunds"] == 1


def test_what_cannot_be_given_back_is_said(staff: Visitor) -> None:
    assert "left to refund" in refund(staff, 409, amount="1000.00")["detail"]
    assert refund(staff, 400, amount=3)["code"] == "invalid_request"
    assert refund(staff, 400, keep_fee="perhaps")["code"] == "invalid_request"
    assert refund(staff, 400, reason=None)["code"] == "invalid_request"
    staff.post("/settlements/99/refund", 404, **REFUND)


def test_a_line_is_refunded_and_its_fee_kept(staff: Visitor) -> None:
    asked = refund(staff, amount=None, line=1, keep_fee=True)

    assert [line["position"] for line in asked["lines"]] == [1]
    assert asked["fee_cents"] == 0


def test_a_sale_is_cancelled_before_it_is_collected(staff: Visitor) -> None:
    assert staff.post("/settlements/1/cancel", reason="a mistake")["is_dry_run"]
    cancelled = staff.post("/settlements/1/cancel", reason="a mistake", dry_run=False)

    assert (cancelled["kind"], cancelled["state"]) == ("cancel", "requested")


def test_sellers_and_buyers_give_nothing_back(ann: Visitor) -> None:
    assert ann.post("/settlements/1/refund", 403, **REFUND)["code"] == "not_allowed"
    ann.get("/settlements/1/refunds", 403)
