"""The bill of a bonus: what a seller gets beside his sales, owed by a document of its own.

    adjustment booked --> document of origin `adjustment` --create_bill--> Bill.com --the next run--> paid

It needs no sale to be funded, so it is released at once; holds, caps and cover stand before it as before any bill. What
the seller owes is netted against it like against his others.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from flask_billcom.engine.operations import Plan, lane_of_document, plan
from flask_billcom.models import Adjustment, Document, Party
from flask_billcom.models.parties import Role
from flask_billcom.store import Rows

from .known import Known
from .papers import AWAITING_PARTY, BILL, CREATE_DOCUMENT, plan_party

if TYPE_CHECKING:
    from .context import Domain

ADJUSTMENT = "adjustment"
_HASH_CHARACTERS = 12


def write_credit(rows: Rows, domain: Domain, adjustment: Adjustment) -> None:
    """Insert the bill of a bonus and plan the operation that makes it at Bill.com."""
    seller: Party | None = rows.first(select(Party).where(Party.id == adjustment.party_id))
    assert seller is not None
    clock, settings = domain.clock, domain.settings
    document_id, now = clock.new_id(), clock.now()
    number = number_of(settings.number_prefix, adjustment.id)
    today = now.astimezone(settings.zone).date()
    rows.insert(
        Document,
        [
            {
                "id": document_id,
                "organization_id": domain.organization_id,
                "kind": BILL,
                "number": number,
                "origin_type": ADJUSTMENT,
                "origin_id": adjustment.id,
                "party_id": seller.id,
                "cents": adjustment.cents,
                "currency": adjustment.currency,
                "status": "planned",
                "document_date": today,
                "due_date": today + timedelta(days=settings.due_days),
                "release_after": now,
                "created_at": now,
            }
        ],
    )
    plans = [
        Plan(
            CREATE_DOCUMENT[BILL],
            "document",
            document_id,
            lane_of_document(document_id),
            number,
            amount_cents=adjustment.cents,
            parked=AWAITING_PARTY if seller.remote_id is None else None,
        )
    ]
    if seller.remote_id is None:
        plans.insert(0, plan_party(Role.VENDOR, Known(seller.id, None)))
    plan(rows, clock, domain.organization_id, plans, linger_s=settings.linger_s)


def number_of(prefix: str, adjustment_id: UUID) -> str:
    """Return the number of an adjustment's bill: prefix, A, and 12 base-32 characters of a hash of its row id."""
    text = base64.b32encode(hashlib.sha256(adjustment_id.bytes).digest()).decode()
    return f"{prefix}A{text[:_HASH_CHARACTERS]}"
