from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom.api.records import DisbursementStatus, MoneyMovement, SentPay
from flask_billcom.bankdays import add_bank_days
from flask_billcom.marketplace.balances import balance_of
from flask_billcom.marketplace.idle import idle
from flask_billcom.marketplace.paying.payouts import plan_payouts
from flask_billcom.marketplace.tracking import movements, sent
from flask_billcom.marketplace.tracking.bankhours import opening
from flask_billcom.models import Audit, Document, Payment, Settlement
from tests.support.factories import SaleRows, Shop

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
PROCESS_DATE = date(2031, 3, 4)
SCHEDULED, PAID, CANCELED, VOID, ESCHEATED = "1", "2", "3", "4", "5"


@pytest.fixture
def sale(shop: Shop) -> SaleRows:
    """A sale whose payout is scheduled."""
    sold = shop.sell(100_00, {"ann": 90_00}, fee=10_00, release="on_settlement")
    shop.open_documents(sold)
    with shop.store.write() as rows:
        rows.change(update(Document).where(Document.kind == "bill").values(release_after=shop.clock.now()))
    shop.settings = replace(shop.settings, float_cents=10**9)
    plan_payouts(shop.domain)
    shop.send_planned_payouts(PROCESS_DATE)
    return sold


def shown(shop: Shop, status: str, *, after: timedelta = timedelta(0), **values: Any) -> SentPay:
    [payment] = shop.rows(Payment)
    return SentPay(
        id=payment.remote_id,
        status=status,
        process_date=PROCESS_DATE,
        amount=Decimal(90),
        updated_time=shop.clock.now() + after,
        **values,
    )


def take(shop: Shop, *records: SentPay) -> Any:
    with shop.store.write() as rows:
        return sent.take_in(rows, shop.clock, shop.organization_id, records)


def trouble(shop: Shop, status: DisbursementStatus) -> None:
    with shop.store.write() as rows:
        sent.note_trouble(rows, shop.clock, shop.organization_id, [shown(shop, PAID)], status)


def status_of(shop: Shop) -> str:
    return str(shop.rows(Payment)[0].status)


def acts(shop: Shop) -> list[str]:
    return [act.action for act in shop.rows(Audit)]


def test_a_processed_payout_is_owed_to_the_bank(shop: Shop, sale: SaleRows) -> None:
    assert shop.books()["payout_scheduled"] == -90_00

    take(shop, shown(shop, PAID))

    assert status_of(shop) == "paid"
    assert shop.row(Document, sale.bills["ann"]).status == "paid"
    assert "payout_scheduled" not in shop.books()
    assert shop.books()["provider_clearing_out"] == -90_00


@pytest.mark.parametrize("theirs", [CANCELED, VOID])
@pytest.mark.parametrize("before", [[], [PAID]], ids=["scheduled", "paid"])
def test_a_payout_that_is_taken_back_is_out_of_reach_until_a_person_decides(
    shop: Shop, sale: SaleRows, theirs: str, before: list[str]
) -> None:
    take(shop, *(shown(shop, status) for status in before))

    take(shop, shown(shop, theirs, after=timedelta(hours=1)))

    [payment] = shop.rows(Payment)
    assert payment.status == "returning"
    assert payment.returning_since == shop.clock.now()
    assert payment.returning_evidence
    assert shop.books()["payout_returned"] == -90_00
    assert "payout_scheduled" not in shop.books()
    assert "provider_clearing_out" not in shop.books()
    assert shop.row(Document, sale.bills["ann"]).status == "open"
    assert "payout_returned" in acts(shop)
    assert [each.reason for each in idle(shop.domain)] == ["payout returning"]
    assert plan_payouts(shop.domain).bills == 0
    with shop.store.read() as rows:
        ann = balance_of(rows, shop.organization_id, shop.party("vendor", "ann"))
    assert (ann.earned_cents, ann.returned_cents, ann.available_cents, ann.in_transit_cents) == (90_00, 90_00, 0, 0)


def test_a_failed_disbursement_counts_although_the_sent_pay_says_paid(shop: Shop, sale: SaleRows) -> None:
    take(shop, shown(shop, PAID))

    trouble(shop, DisbursementStatus.FAILED)
    trouble(shop, DisbursementStatus.FAILED)

    assert status_of(shop) == "returning"
    assert shop.rows(Payment)[0].disbursement_status == "failed"
    assert shop.books()["payout_returned"] == -90_00
    assert acts(shop).count("payout_failed") == 1
    assert shop.row(Settlement, sale.settlement_id).state != "paid_out"


@pytest.mark.parametrize("status", [DisbursementStatus.HOLD, DisbursementStatus.VOID])
@pytest.mark.usefixtures("sale")
def test_a_held_disbursement_waits_and_goes_on_when_it_is_let_go(shop: Shop, status: DisbursementStatus) -> None:
    take(shop, shown(shop, PAID))
    books = shop.books()
    trouble(shop, status)
    assert status_of(shop) == "held"
    [payment] = shop.rows(Payment)

    with shop.store.write() as rows:
        sent.resume(rows, shop.clock, shop.organization_id, still={payment.id})
    assert status_of(shop) == "held"
    with shop.store.write() as rows:
        sent.resume(rows, shop.clock, shop.organization_id, still=set())

    assert status_of(shop) == "paid"
    assert shop.books() == books
    assert [act for act in acts(shop) if act.startswith("payout_")][-2:] == ["payout_held", "payout_resumed"]


@pytest.mark.usefixtures("sale")
def test_an_uncashed_check_that_went_to_the_state_is_shown(shop: Shop) -> None:
    take(shop, shown(shop, PAID), shown(shop, ESCHEATED, after=timedelta(days=90)))

    assert status_of(shop) == "escheated"
    assert shop.books()["provider_clearing_out"] == -90_00


def line(shop: Shop, *, status: str = "1") -> None:
    """Let the bank's line of the payout be read."""
    there = MoneyMovement(
        id="mmt01LINE00000000001", type="1", amount=Decimal(-90), process_date=PROCESS_DATE, status=status
    )
    with shop.store.write() as rows:
        movements.take_in(rows, shop.clock, shop.organization_id, [there])


@pytest.mark.usefixtures("sale")
def test_a_check_that_went_to_the_state_before_its_line_was_read_is_booked_at_the_bank(shop: Shop) -> None:
    take(shop, shown(shop, ESCHEATED, after=timedelta(days=90)))
    line(shop, status="0")
    assert movements.confirm(shop.domain) == movements.confirm_unseen(shop.domain) == 0

    line(shop)

    assert [movements.confirm(shop.domain) for _ in "12"] == [1, 0]
    assert status_of(shop) == "escheated"
    assert "provider_clearing_out" not in shop.books()
    assert shop.books()["bank"] == -90_00


@pytest.mark.usefixtures("sale")
def test_a_check_that_went_to_the_state_is_booked_after_ten_bank_days_where_the_bank_shows_nothing(shop: Shop) -> None:
    take(shop, shown(shop, ESCHEATED))
    shop.clock.advance(opening(add_bank_days(PROCESS_DATE, 10)) - shop.clock.now() - timedelta(seconds=1))
    assert movements.confirm_unseen(shop.domain) == 0

    shop.clock.advance(timedelta(seconds=1))

    assert [movements.confirm_unseen(shop.domain) for _ in "12"] == [1, 0]
    assert "provider_clearing_out" not in shop.books()


@pytest.mark.usefixtures("sale")
def test_a_pending_void_is_noted(shop: Shop) -> None:
    take(shop, shown(shop, PAID))

    take(shop, shown(shop, PAID, after=timedelta(hours=1), void_request={"status": "0"}))
    assert shop.rows(Payment)[0].void_request == "pending"

    take(shop, shown(shop, PAID, after=timedelta(hours=2)))
    assert shop.rows(Payment)[0].void_request is None


@pytest.mark.usefixtures("sale")
def test_payments_of_others_are_passed_over(shop: Shop) -> None:
    stranger = SentPay(id="stp01STRANGER0000001", status=PAID, updated_time=shop.clock.now())

    assert take(shop, stranger) is None
    assert len(shop.rows(Payment)) == 1
