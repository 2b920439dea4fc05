from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import update

from flask_billcom.marketplace.books.totals import YearTotal, totals_csv
from flask_billcom.marketplace.lists import InvalidQuery
from flask_billcom.models import Entry, Settlement
from tests.integration.books.conftest import pay_out, settle_some, settled_world
from tests.support.world import World


def totals(world: World, year: int) -> dict[str, YearTotal]:
    """Return all pages of a year by seller, one seller on each."""
    found: dict[str, YearTotal] = {}
    after = None
    with world.app():
        while True:
            page = world.shop.billcom.year_totals(year, after=after, limit=1)
            found |= {each.seller: each for each in page.items}
            after = page.after
            if after is None:
                return found


def settle_at(world: World, moment: datetime, *items: tuple[str, ...]) -> None:
    """Settle an order and let it have been at another time."""
    reference = world.settle(*items)
    (sale,) = world.rows(Settlement, Settlement.reference == reference)
    with world.store.write() as rows:
        rows.execute(update(Settlement).where(Settlement.id == sale.id).values(settled_at=moment))
        rows.execute(update(Entry).where(Entry.settlement_id == sale.id).values(occurred_at=moment))


def test_every_seller_has_his_year(dialect: str, request: pytest.FixtureRequest) -> None:
    world = settled_world(request.getfixturevalue(f"{dialect}_stage"))
    settle_some(world)
    month = world.clock.now().astimezone(world.settings.zone).month
    pay_out(world)

    year = totals(world, world.clock.now().year)

    assert len(year) == 2
    ann = next(each for each in year.values() if each.gross_cents == 80_00)
    assert (ann.fees_cents, ann.net_cents, ann.payouts_cents, ann.sales) == (-8_00, 72_00, 72_00, 2)
    assert ann.remote_id is not None
    assert ann.is_proved
    assert {each.month: each.gross_cents for each in ann.months if each.gross_cents} == {month: 80_00}
    assert totals(world, 2001).keys() == year.keys()
    assert not any(each.gross_cents for each in totals(world, 2001).values())


def test_the_last_minute_of_the_year_is_that_of_the_organization(world: World) -> None:
    zone = world.settings.zone
    last = datetime.combine(date(2020, 12, 31), time(23, 59, 59), tzinfo=zone)  # 2021 in London
    first = datetime.combine(date(2021, 1, 1), time(0), tzinfo=zone)
    settle_at(world, last, ("ann", "10.00", "1.00"))
    settle_at(world, first, ("ann", "20.00", "2.00"))
    leap = datetime.combine(date(2024, 2, 29), time(12), tzinfo=zone)
    settle_at(world, leap, ("ann", "40.00", "4.00"))

    def gross(year: int) -> dict[int, int]:
        (ann,) = [each for each in totals(world, year).values() if each.gross_cents]
        assert ann.is_proved
        return {each.month: each.gross_cents for each in ann.months if each.gross_cents}

    assert gross(2024) == {2: 40_00}
    assert gross(2020) == {12: 10_00}
    assert gross(2021) == {1: 20_00}


def test_twelve_statements_are_the_year(world: World) -> None:
    settle_some(world)
    pay_out(world)
    year = world.clock.now().year
    world.clock.offset += timedelta(days=366)  # so that its last month has begun
    ann = next(each for each in totals(world, year).values() if each.gross_cents == 80_00)

    with world.app():
        months = [world.shop.billcom.statement(ann.party_id, f"{year}-{month:02d}") for month in range(1, 13)]

    assert sum(each.sales_cents for each in months) == ann.gross_cents
    assert sum(each.fees_cents for each in months) == ann.fees_cents
    assert -sum(each.payouts_cents + each.payouts_returned_cents for each in months) == ann.payouts_cents
    assert [each.sales_cents for each in months] == [each.gross_cents for each in ann.months]
    assert all(one.closing_cents == other.opening_cents for one, other in pairwise(months))


def test_the_file_has_a_line_for_each_seller(world: World) -> None:
    settle_some(world)
    year = world.clock.now().year

    lines = list(csv.DictReader(io.StringIO("".join(totals_csv(totals(world, year).values())))))

    assert sorted(line["Gross"] for line in lines) == ["70.00", "80.00"]
    assert {line["Proved"] for line in lines} == {"yes"}
    assert not any(word in heading.lower() for heading in lines[0] for word in ("tax", "ssn", "ein", "name"))


def test_a_year_that_is_none_is_refused(world: World) -> None:
    with world.app(), pytest.raises(InvalidQuery):
        world.shop.billcom.year_totals(0)
