from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from flask_billcom.api.records import InvoicePay, ReceivedPay
from flask_billcom.marketplace.tracking.received import CHARGE_RETURNED, take_in
from flask_billcom.models import Audit, Document, Hold, Operation, Payment, PaymentPart, Settlement
from tests.support.factories import SaleRows, Shop

PAID, VOID, SCHEDULED, CANCELED = "0", "1", "2", "3"
TUESDAY = date(2031, 3, 4)


def received(
    shop: Shop,
    status: str,
    parts: dict[UUID, int],
    *,
    remote_id: str = "0rp01PAYMENT00000001",
    unapplied: int = 0,
    after: timedelta = timedelta(0),
    **values: Any,
) -> ReceivedPay:
    total = sum(parts.values()) + unapplied
    now: datetime = shop.clock.now() + after
    return ReceivedPay(
        **{
            "id": remote_id,
            "customer_id": "0cu01CUSTOMER0000001",
            "status": status,
            "payment_date": TUESDAY,
            "is_online": True,
            "amount": Decimal(total) / 100,
            "unapplied_amount": Decimal(unapplied) / 100,
            "pay_to_bank_account_id": "bac01BANK00000000001",
            "invoice_pays": tuple(
                InvoicePay(id=f"0ip{remote_id[-10:]}{n:07d}", invoice_id=shop.remote_of(row), amount=Decimal(c) / 100)
                for n, (row, c) in enumerate(parts.items())
            ),
            "created_time": now,
            "updated_time": now,
            **values,
        }
    )


def take(shop: Shop, *records: ReceivedPay, read_back: bool = False) -> datetime | None:
    with shop.store.write() as rows:
        return take_in(rows, shop.clock, shop.organization_id, records, read_back=read_back).again_from


@pytest.fixture
def sale(shop: Shop) -> SaleRows:
    sold = shop.sell(100_00, {"ann": 90_00}, fee=10_00)
    shop.open_documents(sold)
    return sold


def state_of(shop: Shop, sale: SaleRows) -> str:
    return str(shop.row(Settlement, sale.settlement_id).state)


def acts_of(shop: Shop) -> list[str]:
    return [act.action for act in shop.rows(Audit)]


def test_a_scheduled_payment_is_added_and_moves_no_money(shop: Shop, sale: SaleRows) -> None:
    before = shop.books()

    take(shop, received(shop, SCHEDULED, {sale.invoice_id: 100_00}))

    invoice = shop.row(Document, sale.invoice_id)
    assert (invoice.status, invoice.due_cents, invoice.scheduled_cents) == ("scheduled", 100_00, 100_00)
    assert state_of(shop, sale) == "collecting"
    assert shop.books() == before


def test_a_paid_payment_pays_its_invoices(shop: Shop, sale: SaleRows) -> None:
    take(shop, received(shop, SCHEDULED, {sale.invoice_id: 100_00}))
    take(shop, received(shop, PAID, {sale.invoice_id: 100_00}, after=timedelta(days=1)))

    invoice = shop.row(Document, sale.invoice_id)
    assert (invoice.status, invoice.due_cents, invoice.scheduled_cents) == ("paid", 0, 0)
    assert state_of(shop, sale) == "collected"
    assert shop.row(Settlement, sale.settlement_id).collected_at == shop.clock.now()
    assert shop.books() == {"provider_clearing_in": 100_00, "seller_payable": -90_00, "fee_income": -10_00}
    assert acts_of(shop) == ["charge_paid"]


def test_a_payment_by_link_is_followed_like_our_own(shop: Shop, sale: SaleRows) -> None:
    other = shop.sell(50_00, {"cid": 50_00})
    shop.open_documents(other)

    take(shop, received(shop, PAID, {sale.invoice_id: 100_00, other.invoice_id: 50_00}))

    [payment] = shop.rows(Payment)
    assert (payment.kind, payment.status, payment.cents) == ("received", "paid", 150_00)
    assert payment.party_id == shop.party("customer", "bob")
    assert {state_of(shop, each) for each in (sale, other)} == {"collected"}


def test_a_repeated_page_changes_nothing(shop: Shop, sale: SaleRows) -> None:
    paid = received(shop, PAID, {sale.invoice_id: 100_00})
    take(shop, paid)
    books, acts = shop.books(), acts_of(shop)

    take(shop, paid, paid)
    take(shop, paid)

    assert shop.books() == books
    assert acts_of(shop) == acts
    assert len(shop.rows(PaymentPart)) == 1


def test_an_older_page_is_passed_over(shop: Shop, sale: SaleRows) -> None:
    take(shop, received(shop, PAID, {sale.invoice_id: 100_00}, after=timedelta(days=1)))
    take(shop, received(shop, VOID, {}, after=timedelta(days=2)))
    books = shop.books()

    take(shop, received(shop, PAID, {sale.invoice_id: 100_00}, after=timedelta(days=1)))

    assert shop.rows(Payment)[0].status == "voided"
    assert shop.books() == books


def test_payments_of_strangers_are_passed_over(shop: Shop, sale: SaleRows) -> None:
    stranger = received(shop, PAID, {sale.invoice_id: 100_00})
    stranger = ReceivedPay(
        **{
            **{name: getattr(stranger, name) for name in ("id", "status", "amount", "updated_time")},
            "invoice_pays": (
                InvoicePay(id="0ip01STRANGER0000001", invoice_id="00e01STRANGER0000001", amount=Decimal(9)),
            ),
        }
    )

    take(shop, stranger)

    assert shop.rows(Payment) == []


def test_a_part_payment_releases_nothing_and_the_rest_completes_it(shop: Shop, sale: SaleRows) -> None:
    take(shop, received(shop, PAID, {sale.invoice_id: 40_00}))
    assert shop.row(Document, sale.invoice_id).status == "partial"
    assert shop.row(Document, sale.invoice_id).due_cents == 60_00
    assert state_of(shop, sale) == "collecting"

    take(shop, received(shop, PAID, {sale.invoice_id: 60_00}, remote_id="0rp01PAYMENT00000002"))

    assert shop.row(Document, sale.invoice_id).status == "paid"
    assert state_of(shop, sale) == "collected"
    assert [part.generation for part in shop.rows(PaymentPart)] == [1, 2]
    assert shop.books()["provider_clearing_in"] == 100_00


def test_what_is_not_applied_is_the_buyers_credit(shop: Shop, sale: SaleRows) -> None:
    take(shop, received(shop, PAID, {sale.invoice_id: 100_00}, unapplied=5_00))

    assert shop.books()["buyer_credit"] == -5_00
    assert shop.books()["provider_clearing_in"] == 105_00


def test_credit_that_is_applied_later_pays_the_invoice(shop: Shop, sale: SaleRows) -> None:
    other = shop.sell(50_00, {"cid": 50_00})
    shop.open_documents(other)
    take(shop, received(shop, PAID, {sale.invoice_id: 100_00}, unapplied=50_00))

    take(
        shop,
        received(shop, PAID, {sale.invoice_id: 100_00, other.invoice_id: 50_00}, after=timedelta(hours=1)),
    )

    assert state_of(shop, other) == "collected"
    assert "buyer_credit" not in shop.books()
    assert "buyer_receivable" not in shop.books()


def test_an_invoice_paid_twice_leaves_the_second_payment_as_credit(shop: Shop, sale: SaleRows) -> None:
    take(shop, received(shop, PAID, {sale.invoice_id: 100_00}))
    take(shop, received(shop, PAID, {sale.invoice_id: 100_00}, remote_id="0rp01PAYMENT00000002"))

    assert shop.books()["buyer_credit"] == -100_00
    assert "buyer_receivable" not in shop.books()

    take(shop, received(shop, VOID, {}, after=timedelta(days=1)))

    assert state_of(shop, sale) == "collected"
    assert "buyer_credit" not in shop.books()
    assert "buyer_receivable" not in shop.books()


def test_a_returned_debit_reopens_the_receivable_and_holds_the_sellers(shop: Shop, sale: SaleRows) -> None:
    before = shop.books()
    take(shop, received(shop, PAID, {sale.invoice_id: 100_00}))
    with shop.store.write() as rows:
        rows.change(update(Document).where(Document.kind == "bill").values(release_after=shop.clock.now()))

    take(shop, received(shop, VOID, {}, after=timedelta(days=1)))

    assert shop.books() == before
    assert state_of(shop, sale) == "invoiced"
    assert shop.row(Settlement, sale.settlement_id).collected_at is None
    assert shop.row(Document, sale.bills["ann"]).release_after is None
    assert [hold.reason for hold in shop.rows(Hold)] == [CHARGE_RETURNED]
    assert "charge_returned" in acts_of(shop)


def test_a_payment_that_the_bank_has_confirmed_is_returning_until_the_bank_takes_it_back(
    shop: Shop, sale: SaleRows
) -> None:
    take(shop, received(shop, PAID, {sale.invoice_id: 100_00}))
    with shop.store.write() as rows:
        rows.change(update(Payment).values(confirmed_at=shop.clock.now()))

    take(shop, received(shop, VOID, {}, after=timedelta(days=1)))

    [payment] = shop.rows(Payment)
    assert (payment.status, payment.returning_since) == ("returning", shop.clock.now() + timedelta(days=1))
    assert shop.books()["buyer_receivable"] == 100_00


def test_a_canceled_charge_leaves_the_invoice_open(shop: Shop, sale: SaleRows) -> None:
    before = shop.books()
    take(shop, received(shop, SCHEDULED, {sale.invoice_id: 100_00}))

    take(shop, received(shop, CANCELED, {sale.invoice_id: 100_00}, after=timedelta(hours=1)))

    assert shop.rows(Payment)[0].status == "cancelled"
    assert shop.row(Document, sale.invoice_id).status == "open"
    assert shop.books() == before


def test_recorded_money_lies_at_the_bank_at_once_and_goes_when_it_is_voided(shop: Shop, sale: SaleRows) -> None:
    offline: dict[str, Any] = {"is_online": False, "pay_to_bank_account_id": None}
    take(shop, received(shop, PAID, {sale.invoice_id: 100_00}, **offline))
    assert shop.books()["bank"] == 100_00
    assert "provider_clearing_in" not in shop.books()

    take(shop, received(shop, VOID, {sale.invoice_id: 100_00}, after=timedelta(days=1), **offline))

    assert shop.rows(Payment)[0].status == "voided"
    assert "bank" not in shop.books()
    assert "provider_clearing_in" not in shop.books()


def test_recorded_money_is_not_awaited_among_the_banks_lines(shop: Shop, sale: SaleRows) -> None:
    take(shop, received(shop, PAID, {sale.invoice_id: 100_00}, is_online=False))

    assert shop.rows(Payment)[0].bank_account_id is None


def test_a_payment_that_a_charge_in_flight_may_have_made_is_left_to_its_outcome(shop: Shop, sale: SaleRows) -> None:
    with shop.store.write() as rows:
        rows.insert(
            Operation,
            [
                {
                    "id": shop.clock.new_id(),
                    "organization_id": shop.organization_id,
                    "kind": "charge",
                    "subject_type": "document",
                    "subject_id": sale.invoice_id,
                    "lane": "document:x",
                    "natural_key": sale.invoice_id.hex,
                    "generation": 1,
                    "state": "unknown",
                    "not_before": shop.clock.now(),
                    "created_at": shop.clock.now(),
                }
            ],
        )
    seen = received(shop, SCHEDULED, {sale.invoice_id: 100_00})

    again_from = take(shop, seen)

    assert again_from == seen.updated_time
    assert shop.rows(Payment) == []

    take(shop, seen, read_back=True)

    assert len(shop.rows(Payment)) == 1


def test_entries_always_sum_to_zero(shop: Shop, sale: SaleRows) -> None:
    for status, after in ((SCHEDULED, 0), (PAID, 1), (VOID, 2)):
        take(shop, received(shop, status, {sale.invoice_id: 100_00}, after=timedelta(days=after)))

        assert sum(shop.books().values()) == 0
        with shop.store.read() as rows:
            assert rows.all(select(Document.id).where(Document.due_cents < 0)) == []
