"""`billcom.transaction()` has SQLite's write lock before it reads, also where the driver begins transactions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import MetaData
from sqlalchemy.exc import OperationalError

from tests.support.database import Database
from tests.support.shop import make_shop, same_shop


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("is_safe", [True, False])
def test_nobody_else_writes_meanwhile(database_of: Callable[[MetaData], Database], *, is_safe: bool) -> None:
    drawing = same_shop()
    database = database_of(drawing.metadata)
    shop = make_shop(database.url, drawing=drawing, is_safe=is_safe)
    other = database.engine(connect_args={"timeout": 0})
    with (
        shop.app.app_context(),
        shop.billcom.transaction(),
        other.connect() as connection,
        pytest.raises(OperationalError, match="locked"),
    ):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    shop.close()
