"""A refund of what the buyer has paid turns into a bill at the moment that his money is counted on."""

from __future__ import annotations

import pytest

from flask_billcom.marketplace.collection.funding import _fund_some
from flask_billcom.marketplace.refunds import carrying
from flask_billcom.models import Document, Payment, Settlement
from tests.integration.money.test_money_is_safe_before_it_is_released import pay
from tests.support.at_once import HeldOpen, at_once
from tests.support.factories import SaleRows, Shop


@pytest.fixture
def shop(by_rows: Shop) -> Shop:
    return by_rows


@pytest.fixture
def sale(shop: Shop) -> SaleRows:
    """Give a sale that is paid and asked to be given back in part."""
    sale = shop.sell(100_00, {"ann": 60_00, "cid": 40_00})
    shop.open_documents(sale)
    pay(shop, {sale.invoice_id: 100_00})
    shop.give_back(sale, cents=30_00)
    return sale


def fund(shop: Shop) -> None:
    with shop.store.write() as rows:
        _fund_some(rows, shop.domain, [payment.id for payment in shop.rows(Payment)])


def paid_back_by(shop: Shop) -> Document:
    (bill,) = [document for document in shop.rows(Document) if document.is_refund]
    assert isinstance(bill, Document)
    return bill


def test_the_buyer_is_paid_back_whose_bill_is_written_while_the_sale_is_funded(shop: Shop, sale: SaleRows) -> None:
    domain = shop.domain
    domain.store = HeldOpen(shop.store, then=lambda: fund(shop))
    assert carrying._carry(domain, sale.invoice_id)
    domain.store.wait()

    assert shop.row(Settlement, sale.settlement_id).funded_at is not None
    assert paid_back_by(shop).release_after is not None


def test_the_buyer_is_paid_back_whose_sale_is_funded_while_the_bill_is_written(shop: Shop, sale: SaleRows) -> None:
    payments = [payment.id for payment in shop.rows(Payment)]
    at_once(
        shop.store,
        lambda rows: _fund_some(rows, shop.domain, payments),
        then=lambda: carrying._carry(shop.domain, sale.invoice_id),
    )

    assert shop.row(Settlement, sale.settlement_id).funded_at is not None
    assert paid_back_by(shop).release_after is not None
