"""The bill of a bonus: what a seller gets beside his sales, owed by a document of its own.

    adjustment booked --> document of origin `adjustment` --create_bill--> Bill.com --the next run--> paid

It needs no sale to be funded, so it is released at once; holds, caps and cover stand before it as before any bill. What
the seller owes is netted against it like against his others.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from flask_billcom.marketplace.counterparties.known import Known
from flask_billcom.models import Adjustment, Party
from flask_billcom.store import Rows

from .adjustment_bills import AdjustmentBill, write_adjustment_bill

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

_HASH_CHARACTERS = 12


def write_credit(
    rows: Rows,
    domain: Domain,
    adjustment: Adjustment,
    *,
    release_after: datetime | None = None,
    named_by: UUID | None = None,
) -> None:
    """Insert the bill of a bonus and plan the operation that makes it at Bill.com.

    :param release_after: when it may be paid; at once if left out.
    :param named_by: what its number is made from; the row's own id if left out.
    """
    seller: Party | None = rows.first(select(Party).where(Party.id == adjustment.party_id))
    assert seller is not None
    bill = AdjustmentBill(
        adjustment_id=adjustment.id,
        number=number_of(domain.settings.number_prefix, named_by or adjustment.id),
        vendor=Known(seller.id, seller.remote_id),
        cents=adjustment.cents,
        currency=adjustment.currency,
        release_after=release_after or domain.clock.now(),
    )
    write_adjustment_bill(rows, domain, bill)


def number_of(prefix: str, named_by: UUID) -> str:
    """Return the number of an adjustment's bill: prefix, A, and 12 base-32 characters of a hash of its row id."""
    text = base64.b32encode(hashlib.sha256(named_by.bytes).digest()).decode()
    return f"{prefix}A{text[:_HASH_CHARACTERS]}"
