"""Two workers clear the payments of one sale at the same moment: it is funded all the same."""

from __future__ import annotations

from flask_billcom.marketplace.collection.funding import _fund_some
from flask_billcom.models import Payment, Settlement
from tests.integration.money.test_money_is_safe_before_it_is_released import pay
from tests.support.at_once import at_once
from tests.support.factories import Shop


def test_a_sale_is_funded_whose_payments_clear_in_transactions_of_one_moment(shop: Shop) -> None:
    sale = shop.sell(100_00, {"ann": 60_00, "cid": 40_00})
    shop.open_documents(sale)
    pay(shop, {sale.invoice_id: 50_00}, number=1)
    pay(shop, {sale.invoice_id: 50_00}, number=2, after=1)
    assert shop.row(Settlement, sale.settlement_id).state == "collected"
    first, second = (payment.id for payment in shop.rows(Payment))

    def clear_second() -> None:
        with shop.store.write() as rows:
            _fund_some(rows, shop.domain, [second])

    at_once(shop.store, lambda rows: _fund_some(rows, shop.domain, [first]), then=clear_second)

    assert [payment.status for payment in shop.rows(Payment)] == ["cleared", "cleared"]
    assert shop.row(Settlement, sale.settlement_id).state == "funded"
