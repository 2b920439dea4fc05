from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from flask_billcom import NotSettled, SettlementSnapshot
from flask_billcom.clock import ManualClock
from flask_billcom.models import Audit, Document, Entry, Operation, Party, SettlementLine, SettlementState
from tests.support.database import Database
from tests.support.rows import counts, select_all
from tests.support.shop import Shop, make_shop


def settled(shop: Shop) -> SettlementSnapshot:
    order = shop.order(("Bert", "10.00", "1.00"), ("Cleo", "5.00"), ("Bert", "2.50", "0.25"), own="3.00")
    settlement = shop.billcom.settle(order)
    shop.db.session.commit()
    return settlement


@pytest.mark.usefixtures("in_app")
def test_the_sums_are_those_of_the_lines(shop: Shop) -> None:
    order = shop.order(("Bert", "10.00", "1.00"), ("Cleo", "5.00"), ("Bert", "2.50", "0.25"), own="3.00")

    settlement = shop.billcom.settle(order)

    assert (settlement.gross, settlement.fee, settlement.own, settlement.net) == tuple(
        Decimal(each) for each in ("20.50", "1.25", "3.00", "16.25")
    )
    assert settlement.reference == str(order.id)
    assert settlement.state is SettlementState.SETTLED
    assert not settlement.is_paid


@pytest.mark.usefixtures("in_app")
def test_nothing_is_there_before_the_app_commits(shop: Shop) -> None:
    shop.billcom.settle(shop.order(("Bert", "10.00")))

    assert counts(shop) == {}

    shop.db.session.rollback()

    assert counts(shop) == {}


@pytest.mark.usefixtures("in_app")
def test_lines_are_frozen_with_seller_cents_and_description(shop: Shop) -> None:
    settled(shop)

    sellers = dict(select_all(shop, Party.id, Party.local_id))
    lines = select_all(
        shop,
        SettlementLine.position,
        SettlementLine.seller_id,
        SettlementLine.cents,
        SettlementLine.fee_cents,
        SettlementLine.description,
    )
    assert [(position, sellers.get(seller), *rest) for position, seller, *rest in lines] == [
        (1, "1", 1000, 100, "thing 0"),
        (2, "2", 500, 0, "thing 1"),
        (3, "1", 250, 25, "thing 2"),
        (4, None, 300, 0, "shipping"),
    ]


@pytest.mark.usefixtures("in_app")
def test_one_invoice_and_a_bill_from_each_seller_are_planned(shop: Shop) -> None:
    settled(shop)

    documents = select_all(shop, Document.kind, Document.number, Document.cents, Document.collection, Document.status)
    assert documents == [
        ("bill", "FB-1-1", 1125, None, "planned"),
        ("bill", "FB-1-2", 500, None, "planned"),
        ("invoice", "FB-1", 2050, "send", "planned"),
    ]
    operations = select_all(shop, Operation.kind, Operation.parked, Operation.amount_cents)
    assert operations == [
        ("create_bill", "awaiting_party", 500),
        ("create_bill", "awaiting_party", 1125),
        ("create_customer", None, 0),
        ("create_invoice", "awaiting_party", 2050),
        ("create_vendor", None, 0),
        ("create_vendor", None, 0),
    ]


@pytest.mark.usefixtures("in_app")
def test_the_ledger_says_who_owes_whom(shop: Shop) -> None:
    settled(shop)

    names = {
        id_: f"{role} {local_id}" for id_, role, local_id in select_all(shop, Party.id, Party.role, Party.local_id)
    }
    entries = select_all(shop, Entry.account, Entry.cents, Entry.party_id)
    assert [(account, cents, names.get(party)) for account, cents, party in entries] == [
        ("buyer_receivable", 2050, "customer 1"),
        ("fee_income", -125, None),
        ("own_income", -300, None),
        ("seller_payable", -1125, "vendor 1"),
        ("seller_payable", -500, "vendor 2"),
    ]


@pytest.mark.usefixtures("in_app")
def test_the_audit_trail_holds_the_act_and_no_name(shop: Shop) -> None:
    settlement = settled(shop)

    assert select_all(shop, Audit.actor, Audit.action, Audit.subject_id) == [("app", "settled", settlement.id)]
    with shop.app.app_context(), shop.billcom.state_of().store.read() as rows:
        assert rows.first(select(Audit.detail)) == {
            "reference": "1",
            "gross_cents": 2050,
            "lines": 4,
        }


@pytest.mark.usefixtures("in_app")
def test_a_seller_who_gets_nothing_sends_no_bill(shop: Shop) -> None:
    shop.billcom.settle(shop.order(("Bert", "10.00", "10.00"), ("Cleo", "5.00")))
    shop.db.session.commit()

    assert select_all(shop, Document.kind, Document.number) == [("bill", "FB-1-2"), ("invoice", "FB-1")]


@pytest.mark.usefixtures("in_app")
def test_documents_of_a_known_party_do_not_wait(shop: Shop) -> None:
    settled(shop)
    with shop.billcom.state_of().store.write() as rows:
        for number, id_ in enumerate(select_all(shop, Party.id)):
            rows.change(update(Party).where(Party.id == id_).values(remote_id=f"remote{number}"))

    settled(shop)

    second = [
        (kind, parked)
        for kind, key, parked in select_all(shop, Operation.kind, Operation.natural_key, Operation.parked)
        if key.startswith("FB-2")
    ]
    assert second == [("create_bill", None), ("create_bill", None), ("create_invoice", None)]
    assert len(select_all(shop, Party.id)) == 3


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_dates_are_those_of_the_marketplace(database: Database) -> None:
    late = ManualClock(datetime(2031, 3, 4, 3, 0, tzinfo=UTC))
    shop = make_shop(database.url, clock=late, BILLCOM_TIMEZONE="America/New_York", BILLCOM_DUE_DAYS=30)
    with shop.app.app_context():
        settled(shop)

        assert set(select_all(shop, Document.document_date, Document.due_date)) == {
            (date(2031, 3, 3), date(2031, 4, 2))
        }
    shop.close()


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_bills_of_a_sale_that_is_released_at_once_say_when(database: Database) -> None:
    shop = make_shop(database.url, BILLCOM_RELEASE="on_settlement", BILLCOM_HOLD_DAYS=2, BILLCOM_COLLECT="charge")
    with shop.app.app_context():
        settled(shop)

        assert select_all(shop, Document.kind, Document.release_after, Document.collection) == [
            ("bill", datetime(2031, 3, 5, 17, 0, tzinfo=UTC), None),
            ("bill", datetime(2031, 3, 5, 17, 0, tzinfo=UTC), None),
            ("invoice", None, "charge"),
        ]
    shop.close()


@pytest.mark.usefixtures("in_app")
def test_a_settlement_is_found_again_by_its_order(shop: Shop) -> None:
    order = shop.order(("Bert", "10.00"))
    shop.db.session.commit()

    with pytest.raises(NotSettled, match="Order 1"):
        shop.billcom.settlement_of(order)

    settlement = shop.billcom.settle(order)

    assert shop.billcom.settlement_of(order) == settlement
