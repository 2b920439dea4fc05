"""Our tables without the ORM, for statements that carry many rows.

The ORM makes objects of what it reads and takes parameters of an update for rows. Where a million rows pass, plain rows
are twice as fast, and parameters are parameters.
"""

from __future__ import annotations

from sqlalchemy import Table

from flask_billcom.models import Document, Operation, Party, Payment, PaymentPart, Settlement
from flask_billcom.models.base import Base

__all__ = ["DOCUMENT", "OPERATION", "PART", "PARTY", "PAYMENT", "SETTLEMENT"]


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


DOCUMENT, SETTLEMENT, PARTY = _table(Document), _table(Settlement), _table(Party)
PAYMENT, PART, OPERATION = _table(Payment), _table(PaymentPart), _table(Operation)
