from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import update

from flask_billcom.api.records import InvoicePay, MoneyMovement, ReceivedPay
from flask_billcom.marketplace import holds, marks
from flask_billcom.marketplace.collection.funding import RECEIVED_POLL, fund
from flask_billcom.marketplace.tracking import movements
from flask_billcom.marketplace.tracking.following import take_in_received
from flask_billcom.models import Document, Hold, Mark, Movement, Payment, Settlement
from tests.support.factories import SaleRows, Shop

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
TUESDAY, LATER = date(2031, 3, 4), date(2031, 3, 10)
VOID = "1"
SAFE = datetime(2031, 3, 11, 16, 0, tzinfo=UTC)
"""9 am Pacific, five bank days after Tuesday."""


@pytest.fixture
def sale(shop: Shop) -> SaleRows:
    sold = shop.sell(100_00, {"ann": 60_00, "cid": 40_00})
    shop.open_documents(sold)
    return sold


def pay(
    shop: Shop,
    parts: dict[UUID, int],
    *,
    status: str = "0",
    number: int = 1,
    after: int = 0,
    day: date = TUESDAY,
) -> None:
    there = ReceivedPay(
        id=f"0rp01PAYMENT{number:08d}",
        status=status,
        payment_date=day,
        amount=Decimal(sum(parts.values())) / 100,
        unapplied_amount=Decimal(0),
        pay_to_bank_account_id="bac01BANK00000000001",
        invoice_pays=tuple(
            InvoicePay(id=f"0ip01PART{number:04d}{n:07d}", invoice_id=shop.remote_of(row), amount=Decimal(c) / 100)
            for n, (row, c) in enumerate(parts.items())
        ),
        updated_time=shop.clock.now() + timedelta(seconds=after),
    )
    take_in_received(shop.domain, [there])


def bank(shop: Shop, cents: int, *, status: str = "1", number: int = 1, day: date = TUESDAY) -> None:
    there = MoneyMovement(
        id=f"mmt01LINE{number:011d}", type="2", amount=Decimal(cents) / 100, process_date=day, status=status
    )
    with shop.store.write() as rows:
        movements.take_in(rows, shop.clock, shop.organization_id, [there])
    movements.confirm(shop.domain)
    movements.take_back(shop.domain)


def polled(shop: Shop, at: datetime) -> int:
    """Move the clock, let a whole poll have been done just then, and fund."""
    shop.clock.advance(at - shop.clock.now())
    with shop.store.write() as rows:
        progress = marks.Progress(since=at, finished=at)
        marks.start(rows, shop.organization_id, RECEIVED_POLL, progress, at)
        rows.change(update(Mark).where(Mark.name == RECEIVED_POLL).values(value=str(progress)))
    return fund(shop.domain)


def release_of(shop: Shop, sale: SaleRows) -> set[datetime | None]:
    return {shop.row(Document, row_id).release_after for row_id in sale.bills.values()}


def test_money_is_counted_on_when_return_days_are_over_and_the_bank_has_it(shop: Shop, sale: SaleRows) -> None:
    pay(shop, {sale.invoice_id: 100_00})
    bank(shop, 100_00)

    assert polled(shop, SAFE - timedelta(seconds=1)) == 0
    assert release_of(shop, sale) == {None}
    assert polled(shop, SAFE) == 1

    settlement = shop.row(Settlement, sale.settlement_id)
    assert (settlement.state, settlement.funded_at) == ("funded", SAFE)
    assert release_of(shop, sale) == {SAFE}
    assert shop.rows(Payment)[0].funded_at == SAFE
    assert fund(shop.domain) == 0


def test_hold_days_come_on_top(shop: Shop, sale: SaleRows) -> None:
    from dataclasses import replace

    shop.settings = replace(shop.settings, hold_days=3)
    pay(shop, {sale.invoice_id: 100_00})
    bank(shop, 100_00)

    polled(shop, SAFE)

    assert release_of(shop, sale) == {SAFE + timedelta(days=3)}


def test_a_return_that_may_have_come_since_the_last_poll_keeps_it_waiting(shop: Shop, sale: SaleRows) -> None:
    pay(shop, {sale.invoice_id: 100_00})
    bank(shop, 100_00)
    polled(shop, SAFE - timedelta(hours=1))

    shop.clock.advance(timedelta(days=1))

    assert fund(shop.domain) == 0


def test_an_invoice_half_paid_releases_none_of_its_sellers(shop: Shop, sale: SaleRows) -> None:
    pay(shop, {sale.invoice_id: 50_00})
    bank(shop, 50_00)

    assert polled(shop, SAFE) == 0
    assert release_of(shop, sale) == {None}

    pay(shop, {sale.invoice_id: 50_00}, number=2, after=1)
    bank(shop, 50_00, number=2)
    assert polled(shop, SAFE + timedelta(days=1)) == 1


def test_one_payment_can_fund_many_sales(shop: Shop, sale: SaleRows) -> None:
    other = shop.sell(30_00, {"ann": 30_00})
    shop.open_documents(other)
    pay(shop, {sale.invoice_id: 100_00, other.invoice_id: 30_00})
    bank(shop, 130_00)

    assert polled(shop, SAFE) == 2


def test_lines_that_are_not_confirmed_keep_it_waiting(shop: Shop, sale: SaleRows) -> None:
    pay(shop, {sale.invoice_id: 100_00})
    bank(shop, 100_00, status="0")

    assert polled(shop, SAFE) == 0
    bank(shop, 100_00, status="1")
    assert polled(shop, SAFE) == 1


def test_lines_that_do_not_cover_the_day_confirm_nothing(shop: Shop, sale: SaleRows) -> None:
    pay(shop, {sale.invoice_id: 100_00})
    bank(shop, 99_99)

    assert polled(shop, SAFE) == 0
    assert "bank" not in shop.books()

    bank(shop, 1, number=2)
    assert polled(shop, SAFE) == 1


def test_lines_with_other_peoples_money_in_them_confirm_ours(shop: Shop, sale: SaleRows) -> None:
    pay(shop, {sale.invoice_id: 100_00})
    bank(shop, 5000_00)

    assert shop.books()["bank"] == 100_00


def test_what_the_bank_shows_no_line_of_is_counted_on_after_the_return_days(shop: Shop, sale: SaleRows) -> None:
    pay(shop, {sale.invoice_id: 100_00})

    assert polled(shop, SAFE) == 1
    assert shop.books()["bank"] == 100_00


def test_a_line_goes_from_sent_to_confirmed_and_never_back(shop: Shop) -> None:
    bank(shop, 100_00, status="1")
    bank(shop, 100_00, status="0")

    assert [line.status for line in shop.rows(Movement)] == ["confirmed"]


def test_a_returned_payment_that_is_paid_again_lets_the_sellers_go(shop: Shop, sale: SaleRows) -> None:
    pay(shop, {sale.invoice_id: 100_00})
    bank(shop, 100_00)
    pay(shop, {sale.invoice_id: 100_00}, status="1", after=60)
    assert shop.rows(Payment)[0].status == "returning"
    assert [hold.released_at for hold in shop.rows(Hold)] == [None]

    bank(shop, -100_00, number=2)
    assert shop.rows(Payment)[0].status == "voided"
    assert "bank" not in shop.books()
    assert shop.books()["buyer_receivable"] == 100_00

    pay(shop, {sale.invoice_id: 100_00}, number=2, after=120)
    bank(shop, 100_00, number=3)
    assert polled(shop, SAFE) == 1
    assert shop.rows(Hold)[0].released_at == SAFE
    with shop.store.read() as rows:
        assert holds.blocking(rows, shop.organization_id, "payouts", list(sale.bills.values())) == set()


def test_a_sale_is_funded_whose_second_payment_comes_back(shop: Shop, sale: SaleRows) -> None:
    pay(shop, {sale.invoice_id: 100_00})
    pay(shop, {sale.invoice_id: 100_00}, number=2, day=LATER)
    assert polled(shop, SAFE) == 0, "the second payment may still be one that stays"

    pay(shop, {sale.invoice_id: 100_00}, number=2, day=LATER, status=VOID, after=60)

    assert shop.row(Settlement, sale.settlement_id).state == "funded"
    assert release_of(shop, sale) == {SAFE}
    assert not shop.rows(Hold)


def test_a_sale_is_funded_whose_second_payment_is_used_for_another_invoice(shop: Shop, sale: SaleRows) -> None:
    other = shop.sell(100_00, {"ann": 100_00})
    shop.open_documents(other)
    pay(shop, {sale.invoice_id: 100_00})
    pay(shop, {sale.invoice_id: 100_00}, number=2, day=LATER)
    polled(shop, SAFE)

    pay(shop, {other.invoice_id: 100_00}, number=2, day=LATER, after=60)

    assert shop.row(Settlement, sale.settlement_id).state == "funded"
    assert shop.row(Settlement, other.settlement_id).state == "collected"


def test_a_funded_sale_stays_so_when_its_second_payment_comes_back(shop: Shop, sale: SaleRows) -> None:
    pay(shop, {sale.invoice_id: 100_00})
    assert polled(shop, SAFE) == 1

    pay(shop, {sale.invoice_id: 100_00}, number=2, day=LATER)
    pay(shop, {sale.invoice_id: 100_00}, number=2, day=LATER, status=VOID, after=60)

    assert shop.row(Settlement, sale.settlement_id).state == "funded"
    assert release_of(shop, sale) == {SAFE}
    assert not shop.rows(Hold)
