from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from flask_billcom import AlreadySettled, MappingError
from flask_billcom.audit import seal, verify
from flask_billcom.ledger import trial_balance
from flask_billcom.models import Document, Settlement
from tests.support.rows import counts, select_all
from tests.support.shop import Shop

pytestmark = pytest.mark.usefixtures("in_app")


def test_they_are_what_they_would_be_one_by_one(shop: Shop) -> None:
    orders = [shop.order(("Bert", "10.00", "1.00"), ("Cleo", "5.00"), own="3.00", buyer=f"B{n % 3}") for n in range(25)]
    single = shop.order(("Bert", "10.00", "1.00"), ("Cleo", "5.00"), own="3.00", buyer="B0")

    results = shop.billcom.settle_many(orders)
    alone = shop.billcom.settle(single)
    shop.db.session.commit()

    assert [result.order for result in results] == orders
    assert [result.error for result in results] == [None] * 25
    assert {result.settlement.net_cents for result in results if result.settlement} == {alone.net_cents}
    found = counts(shop)
    assert (found["settlement"], found["document"], found["party"]) == (26, 78, 5)
    assert len(set(select_all(shop, Document.kind, Document.number))) == 78


def test_one_with_a_bad_mapping_is_reported_and_the_rest_goes_on(shop: Shop) -> None:
    good, bad = shop.order(("Bert", "10.00")), shop.order(("Bert", "10.00"))
    bad.items[0].seller = shop.Seller(name="Nobody", email="")
    bad.items[0].amount_cents = -1

    first, second, third = shop.billcom.settle_many([good, bad, good])
    shop.db.session.commit()

    assert first.settlement == third.settlement
    assert second.settlement is None
    assert "Order 2: the amount of a line is not negative" in str(second.error)
    assert select_all(shop, Settlement.reference) == ["1"]


def test_an_order_settled_before_with_other_lines_is_reported(shop: Shop) -> None:
    first, second = shop.order(("Bert", "10.00")), shop.order(("Bert", "10.00"))
    shop.billcom.settle(first)
    first.items[0].amount_cents = 999

    changed, fresh = shop.billcom.settle_many([first, second])

    assert isinstance(changed.error, AlreadySettled)
    assert fresh.settlement is not None


def test_orders_of_an_unmapped_class_are_reported(shop: Shop) -> None:
    order = shop.order(("Bert", "10.00"))

    unmapped, settled = shop.billcom.settle_many([order.buyer, order])

    assert isinstance(unmapped.error, MappingError)
    assert settled.settlement is not None


def test_an_order_of_another_session_is_reported(shop: Shop) -> None:
    here, there = shop.order(("Bert", "10.00")), shop.order(("Bert", "10.00"))
    shop.db.session.commit()
    there_id = there.id
    with Session(shop.db.engine) as other:
        first, second = shop.billcom.settle_many([here, other.get(shop.Order, there_id)])

    assert first.settlement is not None
    assert "this Order is in another session" in str(second.error)


def test_no_order_is_no_work(shop: Shop) -> None:
    assert shop.billcom.settle_many([]) == []


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_thousand_take_few_statements(shop: Shop) -> None:
    from sqlalchemy import event

    orders = [shop.order(("Bert", "10.00", "1.00"), own="3.00", buyer=f"B{n % 7}") for n in range(1000)]
    shop.db.session.flush()
    [shop.billcom.registry.sale_of(order) for order in orders]
    statements: list[str] = []
    event.listen(shop.db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    results = shop.billcom.settle_many(orders)

    assert all(result.settlement for result in results)
    assert len(statements) < 40
    shop.db.session.commit()
    with shop.billcom.state_of().store.write() as rows:
        organization_id = shop.billcom.state_of().settings.organization_id
        assert sum(trial_balance(rows, organization_id).values()) == 0
        assert seal(rows, organization_id) == 1000
        assert verify(rows, organization_id).broken_at is None
