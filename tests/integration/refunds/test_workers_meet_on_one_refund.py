"""Two workers carry one refund out at the same moment, each on a document of its own."""

from __future__ import annotations

from uuid import UUID

import pytest

from flask_billcom.marketplace.refunds import asking, carrying
from flask_billcom.models import Adjustment, Audit, Settlement
from tests.support.at_once import HeldOpen
from tests.support.factories import SaleRows, Shop


@pytest.fixture
def shop(by_rows: Shop) -> Shop:
    return by_rows


@pytest.fixture
def sale(shop: Shop) -> SaleRows:
    """Give a sale that is cancelled before Bill.com knows anything of it."""
    sale = shop.sell(100_00, {"ann": 100_00})
    shop.give_back(sale, kind=asking.CANCEL, reference=asking.CANCELLED_ONCE)
    return sale


def carry_at_once(shop: Shop, one: UUID, other: UUID) -> None:
    domain = shop.domain
    held = HeldOpen(shop.store, then=lambda: carrying._carry(shop.domain, other))
    domain.store = held
    carrying._carry(domain, one)
    held.wait()


@pytest.mark.parametrize("first", ["invoice", "bill"])
def test_a_sale_is_cancelled_once_whose_documents_are_dropped_at_one_moment(
    shop: Shop, sale: SaleRows, first: str
) -> None:
    both = (sale.invoice_id, sale.bills["ann"])
    carry_at_once(shop, *(both if first == "invoice" else both[::-1]))

    assert shop.row(Settlement, sale.settlement_id).state == "cancelled"
    assert [each.state for each in shop.rows(Adjustment)] == ["cancelled"]
    assert [act.action for act in shop.rows(Audit)].count("cancelled") == 1
