"""One payment of two bills goes on at the moment that its second part is recorded: the books follow both parts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from flask_billcom import ledger
from flask_billcom.api.records import SentPay, SentPayStatus
from flask_billcom.ledger import Account, Posting
from flask_billcom.marketplace.paying.payouts import plan_payouts
from flask_billcom.marketplace.tracking import sent
from flask_billcom.marketplace.tracking.catching_up import catch_up
from flask_billcom.marketplace.tracking.movements import confirm_some
from flask_billcom.marketplace.tracking.payments import SENT, NewPart, NewPayment, add_parts, add_payments
from flask_billcom.models import Document, Operation, Payment
from flask_billcom.store import Rows
from tests.integration.money.test_money_is_safe_before_it_is_released import TUESDAY
from tests.support.at_once import at_once
from tests.support.factories import Shop

PAYMENT = "stp01PAYMENT00000001"


@pytest.fixture
def payouts(shop: Shop) -> list[Operation]:
    """Give the payouts of two bills; one payment at Bill.com pays both, and our rows know its first part."""
    shop.settings = replace(shop.settings, float_cents=10**9)
    for _ in range(2):
        shop.open_documents(shop.sell(100_00, {"ann": 90_00}, fee=10_00))
    with shop.store.write() as rows:
        rows.change(update(Document).where(Document.kind == "bill").values(release_after=shop.clock.now()))
    plan_payouts(shop.domain)
    planned = shop.rows(Operation)
    with shop.store.write() as rows:
        new = NewPayment(PAYMENT, shop.party("vendor", "ann"), 180_00, TUESDAY, "bac01BANK00000000001")
        add_payments(rows, shop.clock, shop.organization_id, SENT, [new])
        record_part(shop, rows, planned[0])
    there = SentPay(id=PAYMENT, status=SentPayStatus.PAID, process_date=TUESDAY, amount=Decimal(180))
    with shop.store.write() as rows:
        sent.take_in(rows, shop.clock, shop.organization_id, [there])
    return planned


def record_part(shop: Shop, rows: Rows, payout: Operation) -> None:
    """Write that a payout is done, as its outcome does."""
    remote_id = f"blp{payout.id.hex[-17:]}"
    payment_id = rows.first(select(Payment.id))
    new = NewPart(payment_id, payout.subject_id, payout.amount_cents, remote_id)
    add_parts(rows, shop.clock, shop.organization_id, SENT, [new])
    rows.change(update(Operation).where(Operation.id == payout.id).values(state="done", remote_id=remote_id))
    ann = shop.party("vendor", "ann")
    legs = ledger.transfer(Account.SELLER_RESERVED, Account.PAYOUT_SCHEDULED, payout.amount_cents, ann)
    ledger.post(rows, shop.clock, shop.organization_id, [Posting(legs, operation_id=payout.id)])
    catch_up(rows, shop.clock, shop.organization_id, [remote_id])


def confirm(shop: Shop, rows: Rows) -> None:
    confirm_some(rows, shop.clock, shop.organization_id, SENT, rows.all(select(Payment.id)))


@pytest.mark.parametrize("first", ["the part", "the bank"])
def test_both_parts_reach_the_bank(shop: Shop, payouts: list[Operation], first: str) -> None:
    late = payouts[1]

    def record(rows: Rows) -> None:
        record_part(shop, rows, late)

    def see(rows: Rows) -> None:
        confirm(shop, rows)

    one, other = (record, see) if first == "the part" else (see, record)

    def then() -> None:
        with shop.store.write() as rows:
            other(rows)

    at_once(shop.store, one, then=then)

    assert shop.books()["bank"] == -180_00
    assert "provider_clearing_out" not in shop.books()
    assert "payout_scheduled" not in shop.books()
