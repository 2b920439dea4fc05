"""Two people enter payments received elsewhere for one invoice, at the same moment: more than is due is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.marketplace.collection.elsewhere import Elsewhere, record_payment
from flask_billcom.models import RecordedPayment
from tests.support.at_once import HeldOpen
from tests.support.factories import MONDAY, SaleRows, Shop


@pytest.fixture
def sale(shop: Shop) -> SaleRows:
    sale = shop.sell(100_00, {"ann": 100_00})
    shop.open_documents(sale)
    return sale


def check(reference: str) -> Elsewhere:
    return Elsewhere(amount=Decimal(60), on=MONDAY.date(), reference=reference)


def test_the_second_one_is_told_that_less_is_due(shop: Shop, sale: SaleRows) -> None:
    def enter_other() -> None:
        record_payment(shop.domain, sale.settlement_id, check("2"), Person("Cleo", "a check"))

    domain = shop.domain
    held = HeldOpen(shop.store, then=enter_other)
    domain.store = held
    record_payment(domain, sale.settlement_id, check("1"), Person("Bob", "a check"))

    with pytest.raises(NotPossible, match="due"):
        held.wait()
    assert [payment.reference for payment in shop.rows(RecordedPayment)] == ["1"]
