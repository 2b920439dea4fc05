"""Marketplaces for the tests of the extension, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask.ctx import AppContext
from sqlalchemy import MetaData

from flask_billcom.simulator import Simulator
from tests.support.database import Database
from tests.support.local_shop import LocalShop, make_local_shop
from tests.support.shop import Shop, make_shop, same_shop


@pytest.fixture
def shop(database_of: Callable[[MetaData], Database]) -> Iterator[Shop]:
    """Give a marketplace without a Bill.com."""
    drawing = same_shop()
    made = make_shop(database_of(drawing.metadata).url, drawing=drawing)
    yield made
    made.close()


@pytest.fixture
def local(database_of: Callable[[MetaData], Database], simulator: Simulator) -> Iterator[LocalShop]:
    """Give a marketplace with a local Bill.com."""
    drawing = same_shop()
    made = make_local_shop(database_of(drawing.metadata).url, simulator, drawing=drawing)
    yield made
    made.shop.close()


@pytest.fixture
def in_app(shop: Shop) -> Iterator[AppContext]:
    """Push the app context of the marketplace for a whole test."""
    with shop.app.app_context() as context:
        yield context
