from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.web.conftest import Visitor, open_routes
from tests.support.local_shop import LocalShop


@pytest.fixture
def ann_id(staff: Visitor) -> str:
    """Return the id of ann's party."""
    (found,) = [each["id"] for each in staff.get("/parties?role=vendor")["items"] if each["local_id"] == "1"]
    return str(found)


def fine(visitor: Visitor, party_id: str, code: int = 200, **values: Any) -> Any:
    given = {"kind": "fine", "amount": "3.00", "reference": "A-1", "reason": "late again", "dry_run": False, **values}
    return visitor.post(f"/parties/{party_id}/adjust", code, **given)


def test_a_fine_only_rehearses_unless_it_is_told(staff: Visitor, ann_id: str) -> None:
    rehearsed = staff.post(
        f"/parties/{ann_id}/adjust", kind="fine", amount="3.00", reference="A-1", reason="late again"
    )

    assert (rehearsed["is_dry_run"], rehearsed["id"], rehearsed["amount"]) == (True, None, "3.00")
    assert staff.get("/adjustments")["items"] == []


def test_a_fine_is_booked_under_the_name_of_who_asked(staff: Visitor, ann_id: str) -> None:
    booked = fine(staff, ann_id)

    assert (booked["state"], booked["actor"], booked["cents"]) == ("booked", "Grace", 300)
    assert staff.get(f"/parties/{ann_id}")["balance"]["owes"] == "3.00"
    assert staff.get(f"/adjustments/{booked['id']}")["reason"] == "late again"
    assert staff.get("/status")["money"]["owed_by_sellers"] == "3.00"


def test_a_seller_sees_his_own_and_nobodys_name(staff: Visitor, ann: Visitor, bob: Visitor, ann_id: str) -> None:
    booked = fine(staff, ann_id, settlement="1")

    (seen,) = ann.get("/adjustments?kind=fine")["items"]
    assert (seen["amount"], seen["settlement"], seen["actor"], seen["approver"]) == ("3.00", "1", None, None)
    assert bob.get("/adjustments")["items"] == []
    bob.get(f"/adjustments/{booked['id']}", 404)


def test_a_proposal_waits_for_somebody_else_and_is_not_shown_to_its_seller(
    make_local: Callable[..., LocalShop],
) -> None:
    local = make_local(BILLCOM_APPROVAL_THRESHOLD_CENTS=100)
    open_routes(local.shop)
    with local.shop.app.app_context():
        local.shop.billcom.settle(local.shop.order(("ann", "10.00", "1.00")))
        local.shop.db.session.commit()
    grace, eve = (Visitor(local.shop.app, f"staff {name}") for name in ("Grace", "Eve"))
    ann = Visitor(local.shop.app, "seller 1")
    (party,) = grace.get("/parties?role=vendor")["items"]
    asked = fine(grace, party["id"])
    path = f"/adjustments/{asked['id']}"

    assert (asked["state"], asked["missing"]) == ("proposed", 1)
    assert ann.get("/adjustments")["items"] == []
    ann.get(path, 404)
    grace.post(f"{path}/approve", 409, reason="mine", dry_run=False)
    assert eve.post(f"{path}/approve", reason="seen")["state"] == "proposed", "it only looked"
    assert eve.post(f"{path}/approve", reason="seen", dry_run=False)["state"] == "booked"
    assert [each["state"] for each in ann.get("/adjustments")["items"]] == ["booked"]
    eve.post(f"{path}/deny", 409, reason="too late")


def test_a_debt_is_written_off_with_a_second_person(staff: Visitor, ann_id: str) -> None:
    fine(staff, ann_id)

    done = staff.post(f"/parties/{ann_id}/write-off", reference="W-1", reason="has left", second="Eve", dry_run=False)

    assert (done["state"], done["approver"], done["amount"]) == ("booked", "Eve", "3.00")
    assert staff.get(f"/parties/{ann_id}")["balance"]["owes"] == "0.00"


def test_a_dispute_is_opened_and_resolved(staff: Visitor) -> None:
    given: dict[str, Any] = {"reference": "D-1", "reason": "never arrived", "dry_run": False}
    dispute = staff.post("/settlements/2/dispute", line=1, amount="5.00", **given)
    assert (dispute["state"], dispute["line"], dispute["cents"]) == ("open", 1, 500)
    assert staff.get("/status")["undecided"] == {"proposed": 0, "open": 1}

    path = f"/adjustments/{dispute['id']}/resolve"
    assert staff.post(path, outcome="lost", reason="the bank says so")["is_dry_run"]
    for _ in range(2):
        assert staff.post(path, outcome="lost", reason="the bank says so", dry_run=False)["state"] == "lost"

    assert [each["amount"] for each in staff.get("/adjustments?kind=refund")["items"]] == ["5.00"]
    staff.post(path, 409, outcome="won", reason="after all", dry_run=False)


@pytest.mark.parametrize(
    "values",
    [
        {"amount": 3},
        {"amount": "3"},
        {"amount": "-3.00"},
        {"amount": None},
        {"reference": None},
        {"reason": ""},
        {"kind": None},
        {"dry_run": "perhaps"},
    ],
)
def test_values_that_do_not_fit_are_named(staff: Visitor, ann_id: str, values: dict[str, Any]) -> None:
    answer = fine(staff, ann_id, 400, **values)

    assert answer["code"] == "invalid_request"
    assert next(iter(values)) in answer["detail"]
    assert staff.get("/adjustments")["items"] == []


def test_what_is_not_there_is_not_found(staff: Visitor, ann_id: str) -> None:
    nobody = "0" * 32
    fine(staff, nobody, 404)
    fine(staff, ann_id, 404, settlement="none")
    staff.post("/settlements/none/dispute", 404, reference="x", reason="x")
    for act in ("approve", "deny", "resolve"):
        staff.post(f"/adjustments/{nobody}/{act}", 404, reason="x", outcome="won")
    staff.get("/adjustments?kind=gift", 400)


def test_only_staff_adjust(ann: Visitor, ann_id: str) -> None:
    fine(ann, ann_id, 403)
