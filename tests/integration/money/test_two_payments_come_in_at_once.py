"""Two workers write payments of one sale at the same moment: what follows from both is as if one had come first."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from flask_billcom.marketplace import states
from flask_billcom.models import Document, Payment, Settlement
from flask_billcom.store import Rows
from tests.integration.money.test_money_is_safe_before_it_is_released import pay
from tests.support.at_once import at_once
from tests.support.factories import SaleRows, Shop


def move(shop: Shop, rows: Rows, sale: SaleRows, status: str, *payment_ids: UUID) -> None:
    """Move payments, and let document and sale follow, as polls and outcomes do."""
    rows.change(update(Payment).where(Payment.id.in_(payment_ids)).values(status=status))
    states.refresh_documents(rows, [sale.invoice_id], shop.clock.now())
    states.refresh(rows, shop.organization_id, [sale.settlement_id], now=shop.clock.now())


def test_an_invoice_is_paid_whose_two_payments_are_written_at_one_moment(shop: Shop) -> None:
    sale = shop.sell(100_00, {"ann": 60_00, "cid": 40_00})
    shop.open_documents(sale)
    for number in (1, 2):
        pay(shop, {sale.invoice_id: 50_00}, number=number)
    first, second = (payment.id for payment in shop.rows(Payment))
    with shop.store.write() as rows:
        move(shop, rows, sale, "scheduled", first, second)

    def write_second() -> None:
        with shop.store.write() as rows:
            move(shop, rows, sale, "paid", second)

    at_once(shop.store, lambda rows: move(shop, rows, sale, "paid", first), then=write_second)

    assert shop.row(Document, sale.invoice_id).status == "paid"
    assert shop.row(Settlement, sale.settlement_id).state == "collected"
