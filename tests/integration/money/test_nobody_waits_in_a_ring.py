"""Who locks several documents and sales takes them in one order, so that no two transactions wait for each other."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest
from sqlalchemy import update

from flask_billcom.marketplace import states
from flask_billcom.marketplace.collection.funding import _fund_some
from flask_billcom.marketplace.refunds import carrying
from flask_billcom.marketplace.refunds.correcting import corrected
from flask_billcom.models import Document, Operation, Payment, Settlement
from tests.integration.money.test_money_is_safe_before_it_is_released import pay
from tests.support.at_once import until_it_ends_or_waits
from tests.support.factories import SaleRows, Shop

Act = Callable[[Shop, SaleRows], object]


@pytest.fixture
def sale(shop: Shop) -> SaleRows:
    """Give a sale that is paid."""
    sale = shop.sell(100_00, {"ann": 60_00, "cid": 40_00})
    shop.open_documents(sale)
    pay(shop, {sale.invoice_id: 100_00})
    return sale


def fund(shop: Shop, _sale: SaleRows) -> None:
    with shop.store.write() as rows:
        _fund_some(rows, shop.domain, [payment.id for payment in shop.rows(Payment)])


def take_back(shop: Shop, sale: SaleRows) -> None:
    pay(shop, {sale.invoice_id: 100_00}, status="1", after=1)


def beside_who_has_a_bill(shop: Shop, sale: SaleRows, act: Act) -> None:
    """Do something while a worker has a bill, who needs its sale as well: the end of every call has them so."""
    raised: list[BaseException] = []

    def do() -> None:
        try:
            act(shop, sale)
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            raised.append(error)

    other = Thread(target=do)
    with shop.store.write() as rows:
        rows.change(update(Document).where(Document.id == sale.bills["ann"]).values(status=Document.status))
        until_it_ends_or_waits(shop.store, other)
        states.refresh(rows, shop.organization_id, [sale.settlement_id], now=shop.clock.now())
    other.join()
    for error in raised:
        raise error


def test_a_sale_is_funded_while_a_worker_has_one_of_its_bills(shop: Shop, sale: SaleRows) -> None:
    beside_who_has_a_bill(shop, sale, fund)

    assert shop.row(Settlement, sale.settlement_id).state == "funded"


def test_a_payment_comes_back_while_a_worker_has_a_bill_of_its_sale(shop: Shop, sale: SaleRows) -> None:
    fund(shop, sale)

    beside_who_has_a_bill(shop, sale, take_back)

    assert {shop.row(Document, bill).release_after for bill in sale.bills.values()} == {None}


def test_a_refund_lets_a_sale_be_funded_while_a_worker_has_one_of_its_bills(shop: Shop) -> None:
    sale = shop.sell(100_00, {"ann": 60_00, "cid": 40_00})
    shop.open_documents(sale)
    pay(shop, {sale.invoice_id: 70_00})
    shop.give_back(sale, cents=30_00)
    with shop.store.write() as rows:
        rows.change(update(Payment).values(status="cleared"))
    carrying._carry(shop.domain, sale.invoice_id)
    (lowering,) = [each for each in shop.rows(Operation) if each.subject_id == sale.invoice_id]

    def lower(shop: Shop, _sale: SaleRows) -> None:
        with shop.store.write() as rows:
            corrected(rows, shop.domain, lowering)

    beside_who_has_a_bill(shop, sale, lower)

    assert shop.row(Settlement, sale.settlement_id).funded_at is not None
