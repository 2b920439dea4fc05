"""The reserve of a seller: a share of what he earned lately that stays unpaid, `BILLCOM_RESERVE_PERCENT` of it.

What a hold keeps back counts towards it: it stays with us as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from flask_billcom.ledger import Account
from flask_billcom.models import Entry
from flask_billcom.money import percent_of
from flask_billcom.settings import Settings
from flask_billcom.store import Rows

RESERVE_DAYS = 90
"""Days of earnings that a seller's reserve is a share of."""


def reserves(
    rows: Rows, organization_id: str, settings: Settings, sellers: Sequence[UUID], now: datetime
) -> dict[UUID, int]:
    """Return the reserve of each seller, in cents."""
    if not settings.reserve_percent:
        return dict.fromkeys(sellers, 0)
    # What payouts reserve and give back names its operation; the rest is what he earned, less what was taken off it.
    since = now - timedelta(days=RESERVE_DAYS)
    earned = payable(rows, organization_id, sellers, Entry.occurred_at >= since, Entry.operation_id.is_(None))
    return {seller: percent_of(max(earned.get(seller, 0), 0), settings.reserve_percent) for seller in sellers}


def reserve_of(rows: Rows, settings: Settings, party_id: UUID, now: datetime) -> int:
    """Return the reserve of one seller, in cents."""
    return reserves(rows, settings.organization_id, settings, [party_id], now)[party_id]


def payable(rows: Rows, organization_id: str, sellers: Sequence[UUID], *which: ColumnElement[bool]) -> dict[UUID, int]:
    """Return what stands in `seller_payable` for each seller, in cents owed to him.

    :param which: only entries for which this is so.
    """
    found = rows.all(
        select(Entry.party_id, -func.sum(Entry.cents))
        .where(
            Entry.organization_id == organization_id,
            Entry.account == Account.SELLER_PAYABLE,
            Entry.party_id.in_(sellers),
            *which,
        )
        .group_by(Entry.party_id)
    )
    return {seller: int(cents) for seller, cents in found}
