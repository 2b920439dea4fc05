"""Two workers look at the bank for money that comes back, at the same moment: each line of it is used once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select, update

from flask_billcom.api.records import MoneyMovement
from flask_billcom.bankdays import add_bank_days
from flask_billcom.marketplace.paying.payouts import plan_payouts
from flask_billcom.marketplace.returns.voiding import _give_back
from flask_billcom.marketplace.tracking import movements
from flask_billcom.models import Document, Payment
from tests.integration.money.test_money_is_safe_before_it_is_released import TUESDAY, pay
from tests.support.at_once import HeldOpen
from tests.support.factories import Shop

PAYABLES, RECEIVABLES, CONFIRMED = "1", "2", "1"


def test_one_credit_proves_one_of_two_payouts_void(shop: Shop) -> None:
    shop.settings = replace(shop.settings, float_cents=10**9)
    for seller in ("ann", "cid"):
        shop.open_documents(shop.sell(100_00, {seller: 90_00}, fee=10_00))
    with shop.store.write() as rows:
        rows.change(update(Document).where(Document.kind == "bill").values(release_after=shop.clock.now()))
    plan_payouts(shop.domain)
    shop.send_planned_payouts(TUESDAY)
    now = shop.clock.now()
    with shop.store.write() as rows:
        rows.change(update(Payment).values(status="returning", confirmed_at=now, returning_since=now))
        line = MoneyMovement(
            id="mmt01LINE00000000001",
            type=PAYABLES,
            amount=Decimal(90),
            process_date=add_bank_days(TUESDAY, 1),
            status=CONFIRMED,
        )
        movements.take_in(rows, shop.clock, shop.organization_id, [line])
    shop.clock.advance(timedelta(days=2))
    with shop.store.read() as rows:
        one, other = rows.all(select(Payment).order_by(Payment.id))

    domain = shop.domain
    held = HeldOpen(shop.store, then=lambda: _give_back(shop.domain, other, {}))
    domain.store = held
    assert _give_back(domain, one, {}) == 1
    held.wait()

    assert [payment.status for payment in shop.rows(Payment)] == ["voided", "returning"]


def test_one_line_back_takes_back_one_of_two_debits(shop: Shop) -> None:
    sale = shop.sell(200_00, {"ann": 200_00})
    shop.open_documents(sale)
    for number in (1, 2):
        pay(shop, {sale.invoice_id: 100_00}, number=number)
    early, late = (payment.id for payment in shop.rows(Payment))
    now = shop.clock.now()
    since = {early: now, late: now + timedelta(days=1)}
    with shop.store.write() as rows:
        rows.change(update(Payment).where(Payment.id == late).values(status="returning", returning_since=since[late]))
        rows.change(update(Payment).values(confirmed_at=now))
        line = MoneyMovement(
            id="mmt01LINE00000000001",
            type=RECEIVABLES,
            amount=Decimal(-100),
            process_date=add_bank_days(TUESDAY, 1),
            status=CONFIRMED,
        )
        movements.take_in(rows, shop.clock, shop.organization_id, [line])

    def then() -> None:
        # One that came back a day earlier has been noticed meanwhile.
        with shop.store.write() as rows:
            came_back = {"status": "returning", "returning_since": since[early]}
            rows.change(update(Payment).where(Payment.id == early).values(**came_back))
        movements.take_back(shop.domain)

    domain = shop.domain
    held = HeldOpen(shop.store, then=then)
    domain.store = held
    assert movements.take_back(domain) == 1
    held.wait()

    assert [payment.status for payment in shop.rows(Payment)] == ["returning", "voided"]
