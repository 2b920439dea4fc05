"""An app asks for a refund at the moment that a worker writes a payment of the same sale."""

from __future__ import annotations

from threading import Thread

from flask_billcom.marketplace.refunds import asking
from flask_billcom.models import Adjustment, Document
from tests.integration.money.test_money_is_safe_before_it_is_released import pay
from tests.support.at_once import until_it_ends_or_waits
from tests.support.factories import Shop


def test_neither_of_them_is_refused(by_rows: Shop) -> None:
    shop = by_rows
    sale = shop.sell(100_00, {"ann": 60_00, "cid": 40_00})
    shop.open_documents(sale)
    asked = asking.Asked(reference="r1", reason="broken", actor="Ada", cents=30_00)

    worker = Thread(target=lambda: pay(shop, {sale.invoice_id: 100_00}))
    with shop.store.write() as rows:
        settlement = asking.locked(rows, sale.settlement_id)
        until_it_ends_or_waits(shop.store, worker)
        asking.ask(rows, shop.clock, shop.settings, settlement, asked)
    worker.join()

    assert [each.reference for each in shop.rows(Adjustment)] == ["r1"]
    assert shop.row(Document, sale.invoice_id).status == "paid"
