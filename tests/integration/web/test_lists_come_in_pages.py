from __future__ import annotations

import pytest

from tests.integration.web.conftest import Visitor
from tests.support.local_shop import LocalShop


@pytest.fixture
def many(local: LocalShop, staff: Visitor) -> Visitor:
    """Give staff of a marketplace with seven sales."""
    with local.shop.app.app_context():
        orders = [local.shop.order(("ann", f"{n}.00")) for n in range(1, 6)]
        local.shop.billcom.settle_many(orders)
        local.shop.db.session.commit()
    return staff


def test_pages_follow_each_other_without_gap_or_repeat(many: Visitor) -> None:
    seen: list[str] = []
    after = ""
    while after is not None:
        page = many.get(f"/settlements?limit=3&after={after}")
        assert len(page["items"]) <= 3
        seen += [each["reference"] for each in page["items"]]
        after = page["after"]

    assert seen == ["7", "6", "5", "4", "3", "2", "1"]


def test_a_new_sale_does_not_move_the_next_page(local: LocalShop, many: Visitor) -> None:
    first = many.get("/settlements?limit=2")
    with local.shop.app.app_context():
        local.shop.billcom.settle(local.shop.order(("ann", "1.00")))
        local.shop.db.session.commit()

    second = many.get(f"/settlements?limit=2&after={first['after']}")

    assert [each["reference"] for each in second["items"]] == ["5", "4"]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/settlements?limit=0", "limit"),
        ("/settlements?limit=201", "limit"),
        ("/settlements?limit=9999999999", "limit"),
        ("/settlements?limit=-1", "limit"),
        ("/settlements?limit=x", "limit"),
        ("/settlements?after=1'%20or%201=1", "after"),
        ("/settlements?state=done", "state must be one of settled"),
        ("/settlements?sort=gross", "sort is no filter"),
        ("/parties?role=admin", "role must be one of customer"),
        ("/payouts?status=lost", "status must be one of scheduled"),
        ("/operations?kind=steal", "kind must be one of create_customer"),
        ("/operations?stuck=maybe", "stuck"),
    ],
)
def test_what_no_list_knows_is_refused_by_name(staff: Visitor, path: str, named: str) -> None:
    problem = staff.get(path, 400)

    assert problem["code"] == "invalid_query"
    assert named in problem["detail"]
    assert problem["next_step"]


def test_filters_choose_rows(staff: Visitor) -> None:
    assert len(staff.get("/settlements?state=settled")["items"]) == 2
    assert staff.get("/settlements?state=paid_out")["items"] == []
    assert {each["role"] for each in staff.get("/parties?role=vendor")["items"]} == {"vendor"}
    assert {each["kind"] for each in staff.get("/operations?kind=create_bill")["items"]} == {"create_bill"}
    assert staff.get("/operations?stuck=true")["items"] == []


def test_an_id_that_is_none_is_not_found(staff: Visitor) -> None:
    for what in ("parties", "payouts", "operations"):
        assert staff.get(f"/{what}/robert'); drop table", 404)["code"] == "not_found"


def test_the_first_page_says_where_everything_is(staff: Visitor) -> None:
    places = staff.get("/")

    assert sorted(places) == ["adjustments", "operations", "parties", "payouts", "settlements", "status"]
    assert places["status"] == "/office/status"
