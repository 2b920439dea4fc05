from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Column, Connection, ForeignKey, Integer, MetaData, String, Table, inspect, text

from tests.support.database import Database

METADATA = MetaData()
SELLER = Table("seller", METADATA, Column("id", Integer, primary_key=True), Column("name", String(20)))
PRODUCT = Table("product", METADATA, Column("seller_id", ForeignKey("seller.id"), primary_key=True))


@pytest.mark.parametrize("run", ["first", "second"])
def test_an_empty_database_has_no_tables_whatever_the_last_test_left(database: Database, run: str) -> None:
    engine = database.engine()

    assert inspect(engine).get_table_names() == []

    with engine.begin() as connection:
        connection.execute(text(f"create table left_by_{run} (id integer)"))


@pytest.mark.parametrize("run", ["first", "second"])
def test_a_database_with_tables_has_no_rows_whatever_the_last_test_left(
    database_of: Callable[[MetaData], Database], run: str
) -> None:
    with database_of(METADATA).engine().begin() as connection:
        assert connection.execute(SELLER.select()).all() == []
        assert connection.execute(PRODUCT.select()).all() == []

        connection.execute(SELLER.insert().values(id=7, name=run))
        connection.execute(PRODUCT.insert().values(seller_id=7))


@pytest.fixture(scope="module")
def left_open() -> Iterator[list[Connection]]:
    connections: list[Connection] = []
    yield connections
    for connection in connections:
        connection.invalidate()
        connection.close()


@pytest.mark.parametrize("run", ["first", "second"])
def test_a_lock_that_a_test_left_open_stops_no_later_one(
    database_of: Callable[[MetaData], Database], left_open: list[Connection], run: str
) -> None:
    left_open.append(database_of(METADATA).engine().connect())

    left_open[-1].execute(SELLER.insert().values(id=7, name=run))

    assert left_open[-1].in_transaction()


def test_the_tables_of_the_package_are_there_without_rows(billcom_database: Database) -> None:
    engine = billcom_database.engine()

    with engine.connect() as connection:
        counts = {
            table: connection.execute(text(f"select count(*) from {table}")).scalar()
            for table in inspect(engine).get_table_names()
        }

    assert "billcom_operation" in counts
    assert set(counts.values()) == {0}


def test_the_dialect_is_the_one_that_the_test_asked_for(database: Database) -> None:
    assert database.engine().dialect.name == database.dialect
