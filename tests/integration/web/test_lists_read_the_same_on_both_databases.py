from __future__ import annotations

import pytest

from flask_billcom.marketplace.lists import Lists
from tests.integration.web.conftest import Visitor
from tests.support.local_shop import LocalShop

BOTH = pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])


@BOTH
def test_every_list_and_sheet(local: LocalShop, staff: Visitor, bob: Visitor, dialect: str) -> None:
    local.tick(3)

    for visitor in (staff, bob):
        for what, key in (("settlements", "reference"), ("parties", "id"), ("operations", "id")):
            items = visitor.get(f"/{what}?limit=2")["items"]
            assert items
            for each in items:
                assert visitor.get(f"/{what}/{each[key]}")
        assert visitor.get("/payouts")["items"] == []
        assert visitor.get("/operations?stuck=true&state=rejected&kind=pay")["items"] == []
    assert dialect in str(local.shop.app.config["SQLALCHEMY_DATABASE_URI"])


@BOTH
def test_status_counts_everything(local: LocalShop, staff: Visitor, dialect: str) -> None:
    before = staff.get("/status")
    local.tick(3)
    after = staff.get("/status")

    assert sum(work["count"] for work in before["operations"]) == 9
    assert before["settlements"]["settled"] == after["settlements"]["invoiced"] == 2
    assert after["money"]["receivable"] == "38.00"
    assert after["money"]["payable_cents"] == 900 + 1750 + 450
    assert after["balanced"] is True
    assert after["last_tick"] is not None
    assert dialect


def test_another_organizations_lists_are_empty(local: LocalShop) -> None:
    with local.shop.app.app_context():
        store = local.shop.billcom.state_of().store
        other = Lists(store, "00801SOMEBODYELSE001")

    for page in (other.settlements(), other.parties(), other.payouts(), other.operations()):
        assert page.items == ()
