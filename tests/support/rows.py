"""Look at our rows as another process would see them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from flask_billcom.models import Base
from tests.support.shop import Shop


def select_all(shop: Shop, *columns: Any) -> list[Any]:
    """Return committed rows, in order of the columns."""
    with shop.app.app_context(), shop.billcom.state_of().store.read() as rows:
        return [row if len(columns) == 1 else tuple(row) for row in rows.all(select(*columns).order_by(*columns))]


def counts(shop: Shop) -> dict[str, int]:
    """Return how many committed rows each of our tables has; empty tables are left out."""
    with shop.app.app_context(), shop.billcom.state_of().store.read() as rows:
        found = {
            table.name: rows.first(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
        }
    return {name.removeprefix("billcom_"): count for name, count in found.items() if count}
