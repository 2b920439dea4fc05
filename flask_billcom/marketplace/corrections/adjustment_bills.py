"""Bills of adjustments, which no line of a sale asks for: a seller's bonus, and what pays a buyer back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from flask_billcom.engine.operations import Plan, lane_of_document, plan
from flask_billcom.marketplace.counterparties.known import Known
from flask_billcom.marketplace.settlement.papers import AWAITING_PARTY, BILL, CREATE_DOCUMENT, plan_party
from flask_billcom.models import Document
from flask_billcom.models.parties import Role
from flask_billcom.store import Rows

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentBill:
    """A bill to be made.

    :param release_after: when it may be paid; None while its sale is not funded.
    :param is_refund: whether it pays a buyer back.
    """

    adjustment_id: UUID
    number: str
    vendor: Known
    cents: int
    currency: str
    release_after: datetime | None
    is_refund: bool = False


def write_adjustment_bill(rows: Rows, domain: Domain, bill: AdjustmentBill) -> None:
    """Insert a bill and plan to make it at Bill.com, behind its vendor where that one is not there yet."""
    clock, settings = domain.clock, domain.settings
    document_id, now = clock.new_id(), clock.now()
    today = now.astimezone(settings.zone).date()
    rows.insert(
        Document,
        [
            {
                "id": document_id,
                "organization_id": domain.organization_id,
                "kind": BILL,
                "number": bill.number,
                "origin_type": ADJUSTMENT,
                "origin_id": bill.adjustment_id,
                "party_id": bill.vendor.id,
                "cents": bill.cents,
                "currency": bill.currency,
                "document_date": today,
                "due_date": today + timedelta(days=settings.due_days),
                "is_refund": bill.is_refund,
                "status": "planned",
                "release_after": bill.release_after,
                "created_at": now,
            }
        ],
    )
    is_known = bill.vendor.remote_id is not None
    make = Plan(
        CREATE_DOCUMENT[BILL],
        "document",
        document_id,
        lane_of_document(document_id),
        bill.number,
        amount_cents=bill.cents,
        parked=None if is_known else AWAITING_PARTY,
    )
    plans = [make] if is_known else [plan_party(Role.VENDOR, bill.vendor), make]
    plan(rows, clock, domain.organization_id, plans, linger_s=settings.linger_s)
