"""In which order rows are locked that follow from each other, so that no two transactions wait in a ring.

    payments ──> documents, the oldest first: the invoice of a sale before its bills ──> sales

Who writes one document and then derives its sale keeps to it by himself. Who writes documents of a sale because of what
that has become has to have them before the sale.

SQLite locks no rows: there each write transaction waits for the others.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Select, Table, bindparam, select

from flask_billcom.models import Adjustment
from flask_billcom.store import Rows

from .core import DOCUMENT, SETTLEMENT

_MOST = 1000
"""Rows that one statement locks."""
_SALES: BindParameter[Any] = bindparam("sales", expanding=True)
_SALES_OF = select(DOCUMENT.c.origin_id).where(
    DOCUMENT.c.id.in_(bindparam("ids", expanding=True)), DOCUMENT.c.origin_type == "settlement"
)
_OF_SALES = select(DOCUMENT.c.id).where(DOCUMENT.c.origin_type == "settlement", DOCUMENT.c.origin_id.in_(_SALES))
_OF_REFUNDS = (
    select(DOCUMENT.c.id)
    .join(Adjustment, Adjustment.id == DOCUMENT.c.origin_id)
    .where(
        DOCUMENT.c.origin_type == "adjustment",
        Adjustment.origin_type == "settlement",
        Adjustment.origin_id.in_(_SALES),
    )
)


def lock(rows: Rows, table: Table, ids: Collection[UUID]) -> None:
    """Let others who derive these rows wait: of two at one moment, each would see its own half of what has changed.

    Rows that only point at them can be added meanwhile: an app that refunds a sale would wait for us, and we for it.
    """
    if rows.dialect == "sqlite":
        return
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), _MOST):
        rows.execute(_locked(table), {"ids": ordered[start : start + _MOST]}).all()


def lock_sales(rows: Rows, settlement_ids: Collection[UUID]) -> None:
    """Lock sales, after their documents."""
    lock_papers(rows, settlement_ids)
    lock(rows, SETTLEMENT, settlement_ids)


def lock_papers(rows: Rows, settlement_ids: Collection[UUID], also: Collection[UUID] = ()) -> None:
    """Lock the documents of sales, and those that pay their buyers back.

    :param also: other documents that are locked with them.
    """
    if rows.dialect == "sqlite":
        return
    of = {"sales": sorted(settlement_ids)}
    lock(rows, DOCUMENT, {*also, *rows.all(_OF_SALES, of), *rows.all(_OF_REFUNDS, of)})


def lock_beside(rows: Rows, document_ids: Collection[UUID]) -> None:
    """Lock documents, and the other ones of the sales that they are of."""
    if rows.dialect != "sqlite":
        lock_papers(rows, rows.all(_SALES_OF, {"ids": sorted(document_ids)}), also=document_ids)


@cache
def _locked(table: Table) -> Select[Any]:
    these = select(table.c.id).where(table.c.id.in_(bindparam("ids", expanding=True)))
    return these.order_by(table.c.id).with_for_update(key_share=True)
