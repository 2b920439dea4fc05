from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flask_billcom import ConfigurationError, current_billcom
from flask_billcom.clock import ManualClock
from flask_billcom.models import Settlement
from flask_billcom.simulator import Simulator
from tests.support.database import Database
from tests.support.local_shop import LocalShop, make_local_shop
from tests.support.rows import counts, select_all
from tests.support.shop import START, Shop, draw_shop, make_shop

FIRST, SECOND = "00801FIRSTORGANIZTN1", "00801SECONDORGANZTN1"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[LocalShop, LocalShop]]:
    """Give two apps of one db and one Billcom, each with an organization, a database and a Bill.com of its own."""
    drawing = draw_shop()
    shops = []
    for name, organization in (("first", FIRST), ("second", SECOND)):
        local = make_local_shop(f"sqlite:///{tmp_path}/{name}.sqlite", Simulator(org_id=organization), drawing=drawing)
        with local.shop.app.app_context():
            local.shop.db.create_all()
        shops.append(local)
    first, second = shops
    yield first, second
    first.shop.close()
    second.shop.close()


def settle(local: LocalShop, count: int) -> None:
    with local.shop.app.app_context():
        for _ in range(count):
            current_billcom.settle(local.shop.order(("Bert", "10.00")))
        local.shop.db.session.commit()


def test_each_works_for_its_own_organization(pair: tuple[LocalShop, LocalShop]) -> None:
    first, second = pair
    settle(first, 1)
    settle(second, 2)

    first.tick()
    second.tick()

    assert set(select_all(first.shop, Settlement.organization_id)) == {FIRST}
    assert set(select_all(second.shop, Settlement.organization_id)) == {SECOND}
    assert [counts(local.shop)["settlement"] for local in pair] == [1, 2]
    assert [count_at(local, "Invoice") for local in pair] == [1, 2]


def count_at(local: LocalShop, entity: str) -> int:
    """Return how many objects Bill.com shows of a kind."""
    from flask_billcom.api import records

    with local.shop.app.app_context():
        reads = current_billcom.state_of().parts.domain.reads
        return len(reads.page(getattr(records, entity)).records)


def test_two_organizations_may_share_a_database(tmp_path: Path) -> None:
    drawing = draw_shop()
    url = f"sqlite:///{tmp_path}/one.sqlite"
    shops = [
        make_shop(url, drawing=drawing, clock=ManualClock(START, seed=seed), BILLCOM_ORGANIZATION_ID=each)
        for seed, each in enumerate((FIRST, SECOND))
    ]
    with shops[0].app.app_context():
        shops[0].db.create_all()
        order_id = order_in(shops[0])

    settlements = []
    for shop in shops:
        with shop.app.app_context():
            settlements.append(shop.billcom.settle(shop.db.session.get(shop.Order, order_id)))
            shop.db.session.commit()

    assert settlements[0].id != settlements[1].id
    assert [row[0] for row in select_all(shops[0], Settlement.organization_id, Settlement.reference)] == [FIRST, SECOND]
    for shop in shops:
        shop.close()


def order_in(shop: Shop) -> int:
    order = shop.order(("Bert", "10.00"))
    shop.db.session.commit()
    return int(order.id)


def test_a_database_used_with_another_environment_is_refused(tmp_path: Path) -> None:
    drawing = draw_shop()
    url = f"sqlite:///{tmp_path}/one.sqlite"
    shop = make_shop(url, drawing=drawing)
    with shop.app.app_context():
        shop.db.create_all()
        order_id = order_in(shop)
        shop.billcom.settle(shop.db.session.get(shop.Order, order_id))
        shop.db.session.commit()

    live = make_shop(
        url,
        drawing=drawing,
        BILLCOM_ENVIRONMENT="production",
        BILLCOM_BASE_URL=None,
        BILLCOM_ORGANIZATION_ID=SECOND,
    )
    with live.app.app_context():
        for call in (live.billcom.tick, lambda: live.billcom.settle(live.db.session.get(live.Order, order_id))):
            with pytest.raises(
                ConfigurationError, match="BILLCOM_ENVIRONMENT is production, but this database was used with simulator"
            ):
                call()
    shop.close()
    live.close()


def test_the_environment_is_not_remembered_by_what_was_rolled_back(tmp_path: Path) -> None:
    drawing = draw_shop()
    url = f"sqlite:///{tmp_path}/one.sqlite"
    shop = make_shop(url, drawing=drawing)
    with shop.app.app_context():
        shop.db.create_all()
        shop.billcom.settle(shop.order(("Bert", "10.00")))
        shop.db.session.rollback()
        shop.billcom.settle(shop.order(("Bert", "10.00")))
        shop.db.session.commit()

    assert counts(shop)["mark"] == 1
    shop.close()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)
def test_a_database_without_our_tables_is_named(database: Database) -> None:
    shop = make_shop(database.url, drawing=draw_shop())
    with shop.app.app_context():
        tables = [table for name, table in shop.db.metadata.tables.items() if not name.startswith("billcom_")]
        shop.db.metadata.create_all(shop.db.engine, tables=tables)
        order = shop.order(("Bert", "10.00"))
        shop.db.session.flush()

        with pytest.raises(ConfigurationError, match="no tables of flask_billcom; run `flask db migrate`"):
            shop.billcom.settle(order)
        shop.db.session.rollback()
    shop.close()
