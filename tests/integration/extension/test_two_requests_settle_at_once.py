from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from flask_billcom import SettlementSnapshot, store
from tests.support.at_once import until_it_ends_or_waits
from tests.support.rows import counts
from tests.support.shop import Shop


@pytest.fixture
def order_id(shop: Shop) -> int:
    with shop.app.app_context():
        order = shop.order(("Bert", "10.00", "1.00"), ("Cleo", "5.00"), own="3.00")
        shop.db.session.commit()
        return int(order.id)


def at_once(shop: Shop, request: Callable[[threading.Barrier], Any], count: int) -> list[Any]:
    """Run a request in several threads, each in an app context of its own, and return results or errors."""
    barrier = threading.Barrier(count)
    results: list[Any] = [None] * count

    def run(place: int) -> None:
        with shop.app.app_context():
            try:
                results[place] = request(barrier)
            except Exception as error:  # noqa: BLE001 - the test looks at it
                results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def ask_for_the_write_lock(shop: Shop) -> None:
    shop.db.session.connection(execution_options={"billcom_write": True})


@pytest.mark.parametrize("requests", [2, 8])
def test_all_get_the_same_rows_and_none_fails(shop: Shop, order_id: int, requests: int) -> None:
    def settle(barrier: threading.Barrier) -> SettlementSnapshot:
        barrier.wait(30)
        ask_for_the_write_lock(shop)
        settlement = shop.billcom.settle(shop.db.session.get(shop.Order, order_id))
        shop.db.session.commit()
        return settlement

    results = at_once(shop, settle, requests)

    assert all(isinstance(result, SettlementSnapshot) for result in results), results
    assert len({result.id for result in results}) == 1
    found = counts(shop)
    assert (found["settlement"], found["settlement_line"], found["document"], found["party"]) == (1, 3, 3, 3)
    assert (found["operation"], found["audit"]) == (6, 1)


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_both_may_have_begun_before_either_wrote(shop: Shop, order_id: int) -> None:
    def settle(barrier: threading.Barrier) -> SettlementSnapshot:
        order = shop.db.session.get(shop.Order, order_id)
        barrier.wait(30)
        settlement = shop.billcom.settle(order)
        shop.db.session.commit()
        return settlement

    first, second = at_once(shop, settle, 2)

    assert first.id == second.id
    assert counts(shop)["settlement"] == 1


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_request_that_reads_before_it_asks_for_the_lock_is_refused_whole(shop: Shop, order_id: int) -> None:
    from sqlalchemy.exc import OperationalError

    def settle(barrier: threading.Barrier) -> SettlementSnapshot:
        order = shop.db.session.get(shop.Order, order_id)
        barrier.wait(30)
        settlement = shop.billcom.settle(order)
        shop.db.session.commit()
        return settlement

    results = at_once(shop, settle, 2)

    settled = [result for result in results if isinstance(result, SettlementSnapshot)]
    refused = [result for result in results if isinstance(result, OperationalError)]
    assert len(settled) >= 1
    assert len(settled) + len(refused) == 2, results
    assert counts(shop)["settlement"] == 1


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_orders_with_the_same_new_parties_do_not_wait_in_a_ring(shop: Shop) -> None:
    with shop.app.app_context():
        orders = [
            shop.order(("Bert", "1.00"), ("Cleo", "1.00"), buyer="Ada"),
            shop.order(("Cleo", "1.00"), ("Bert", "1.00"), buyer="Ada"),
        ]
        shop.db.session.commit()
        ids = [order.id for order in orders]

    def settle(barrier: threading.Barrier) -> SettlementSnapshot:
        order = shop.db.session.get(shop.Order, ids[barrier.wait(30)])
        settlement = shop.billcom.settle(order)
        shop.db.session.commit()
        return settlement

    results = at_once(shop, settle, 2)

    assert len({result.id for result in results}) == 2
    assert counts(shop)["party"] == 3


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_the_same_orders_settled_in_opposite_order_do_not_wait_in_a_ring(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sale in a statement of its own, as where there are thousands; the parties are known already."""
    monkeypatch.setattr(store, "ROWS_PER_STATEMENT", 1)
    with shop.app.app_context():
        shop.billcom.settle(shop.order(("Bert", "1.00"), buyer="Ada"))
        orders = [shop.order(("Bert", amount), buyer="Ada") for amount in ("2.00", "3.00")]
        shop.db.session.commit()
        ids = [order.id for order in orders]
        ours = shop.billcom.state_of(shop.app).store
    raised: list[Exception] = []

    def settle(wanted: list[int]) -> None:
        with shop.app.app_context():
            shop.billcom.settle_many([shop.db.session.get(shop.Order, each) for each in wanted])
            shop.db.session.commit()

    def settle_others_way_round() -> None:
        try:
            settle(ids[::-1])
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            raised.append(error)

    other = threading.Thread(target=settle_others_way_round)

    def after(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        is_first = threading.current_thread() is threading.main_thread() and other.ident is None
        if is_first and statement.startswith("INSERT INTO billcom_settlement "):
            until_it_ends_or_waits(ours, other)

    event.listen(ours.engine, "after_cursor_execute", after)
    settle(ids)
    other.join()

    assert raised == []
    assert counts(shop)["settlement"] == 3
