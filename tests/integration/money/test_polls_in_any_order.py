"""However often and in whatever order Bill.com's pages come, our rows and books end the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event, select, update

from flask_billcom.api.records import BillPay, InvoicePay, ReceivedPay, SentPay
from flask_billcom.clock import ManualClock
from flask_billcom.marketplace.agreement.proof import prove
from flask_billcom.marketplace.paying.payouts import plan_payouts
from flask_billcom.marketplace.tracking import received, sent
from flask_billcom.models import Base, Document, Payment
from flask_billcom.store import Store
from tests.support.factories import MONDAY, SaleRows, Shop

PROCESS_DATE = date(2031, 3, 4)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('order')}/rows.sqlite")
    event.listen(engine, "connect", lambda connection, _: connection.execute("pragma synchronous = off"))
    Base.metadata.create_all(engine)
    yield Shop(Store(engine), ManualClock(MONDAY))
    engine.dispose()


def sale_of(shop: Shop, cents: int) -> SaleRows:
    sale = shop.sell(cents, {"ann": cents})
    shop.open_documents(sale)
    return sale


def outcome(shop: Shop, sale: SaleRows, remote_id: str, before: dict[str, int]) -> tuple[Any, ...]:
    with shop.store.read() as rows:
        payment = rows.first(select(Payment).where(Payment.remote_id == remote_id))
        invoice = rows.first(select(Document).where(Document.id == sale.invoice_id))
        bill = rows.first(select(Document).where(Document.id == sale.bills["ann"]))
        assert list(prove(rows, shop.organization_id)) == []
    after = shop.books()
    moved = {name: after.get(name, 0) - before.get(name, 0) for name in after | before}
    # What a payment that is dead once held tells nothing any more.
    held = payment.unapplied_cents if payment.status == "paid" else None
    status = (payment.status, payment.cents, held)
    return (
        status,
        invoice.status,
        invoice.due_cents,
        bill.status,
        {name: cents for name, cents in moved.items() if cents},
    )


histories = st.sampled_from(["2", "20", "201", "23", "0", "01", "21"])
splits = st.lists(st.integers(0, 100), min_size=3, max_size=3)


def _received(shop: Shop, sale: SaleRows, remote_id: str, history: str, applied: list[int]) -> list[ReceivedPay]:
    part = f"0ip{remote_id[3:]}"
    invoice = shop.remote_of(sale.invoice_id)
    return [
        ReceivedPay(
            id=remote_id,
            status=status,
            payment_date=PROCESS_DATE,
            amount=Decimal(100),
            unapplied_amount=Decimal(100 - cents),
            invoice_pays=(InvoicePay(id=part, invoice_id=invoice, amount=Decimal(cents)),),
            updated_time=MONDAY + timedelta(hours=place),
            created_time=MONDAY,
        )
        for place, (status, cents) in enumerate(zip(history, applied, strict=False))
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories, applied=splits, data=st.data())
def test_received_payments(shop: Shop, history: str, applied: list[int], data: st.DataObject) -> None:
    # A part of a payment is applied with the invoice's first mention, so that both orders know the payment.
    applied = [max(each, 1) for each in applied]
    outcomes = []
    for order in ("straight", "mixed"):
        sale = sale_of(shop, 100_00)
        remote_id = shop.remote_id("0rp")
        versions = _received(shop, sale, remote_id, history, applied)
        if order == "mixed":
            more = data.draw(st.lists(st.sampled_from(versions), max_size=4))
            versions = [*data.draw(st.permutations([*versions, *more])), versions[-1]]
        before = shop.books()
        with shop.store.write() as rows:
            for version in versions:
                received.take_in(rows, shop.clock, shop.organization_id, [version])
        outcomes.append(outcome(shop, sale, remote_id, before))

    assert outcomes[0] == outcomes[1]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.sampled_from(["1", "12", "124", "13", "14", "2", "24", "25"]), data=st.data())
def test_sent_payments(shop: Shop, history: str, data: st.DataObject) -> None:
    outcomes = []
    for order in ("straight", "mixed"):
        sale = sale_of(shop, 100_00)
        remote_id = _paid(shop, sale)
        versions = [
            SentPay(
                id=remote_id,
                status=status,
                process_date=PROCESS_DATE,
                amount=Decimal(100),
                bill_pays=(BillPay(bill_id=shop.remote_of(sale.bills["ann"]), amount=Decimal(100)),),
                updated_time=MONDAY + timedelta(hours=place),
            )
            for place, status in enumerate(history)
        ]
        before = shop.books()
        if order == "mixed":
            more = data.draw(st.lists(st.sampled_from(versions), max_size=4))
            versions = [*data.draw(st.permutations([*versions, *more])), versions[-1]]
        with shop.store.write() as rows:
            for version in versions:
                sent.take_in(rows, shop.clock, shop.organization_id, [version])
        outcomes.append(outcome(shop, sale, remote_id, before))

    # Whether a payout that comes back was seen as paid before decides which clearing account shows it.
    straight, mixed = (each[:4] for each in outcomes)
    assert straight == mixed


def _paid(shop: Shop, sale: SaleRows) -> str:
    with shop.store.write() as rows:
        bill = update(Document).where(Document.id == sale.bills["ann"])
        rows.change(bill.values(release_after=shop.clock.now()))
    shop.settings = replace(shop.settings, float_cents=10**12)
    assert plan_payouts(shop.domain).bills == 1
    return shop.send_planned_payouts(PROCESS_DATE)[sale.bills["ann"]]
