"""The bill that pays a buyer back: he is its vendor, and the ordinary payout run pays it.

    buyer (Customer) ──his row as vendor, made when it is first needed──> Bill FB-1042-R1 ──released when funded──> paid

His money is given back only once it is certain that he has paid: behind the same gate as the sale's other bills,
without the hold days. Where the same object is also mapped as a seller, his own vendor row is used.

Bill.com has no call that refunds a buyer's payment: https://developer.bill.com/v2/reference
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from flask_billcom.engine.operations import Plan, lane_of_document, plan
from flask_billcom.ledger import Posting
from flask_billcom.marketplace.freezing import PartyKey
from flask_billcom.marketplace.known import Known, KnownParties
from flask_billcom.marketplace.numbers import refund_number
from flask_billcom.marketplace.papers import AWAITING_PARTY, BILL, CREATE_DOCUMENT, plan_party
from flask_billcom.models import Adjustment, Document, Party, Settlement
from flask_billcom.models.parties import Role
from flask_billcom.store import Rows

from . import entries
from .asking import KINDS

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

ADJUSTMENT = "adjustment"


def write_bill(rows: Rows, domain: Domain, sale: Settlement, adjustment_id: UUID, cents: int) -> Posting:
    """Insert the bill that pays a buyer back, plan to make it, and return what it does to the books."""
    clock, settings = domain.clock, domain.settings
    vendor = _vendor(rows, domain, sale.buyer_id)
    document_id, now = clock.new_id(), clock.now()
    today = now.astimezone(settings.zone).date()
    number = _number(rows, domain, sale, adjustment_id)
    rows.insert(
        Document,
        [
            {
                "id": document_id,
                "organization_id": domain.organization_id,
                "kind": BILL,
                "number": number,
                "origin_type": ADJUSTMENT,
                "origin_id": adjustment_id,
                "party_id": vendor.id,
                "cents": cents,
                "currency": sale.currency,
                "document_date": today,
                "due_date": today + timedelta(days=settings.due_days),
                "is_refund": True,
                "status": "planned",
                "release_after": now if sale.funded_at is not None else None,
                "created_at": now,
            }
        ],
    )
    plans = [] if vendor.remote_id is not None else [plan_party(Role.VENDOR, vendor)]
    plans.append(
        Plan(
            CREATE_DOCUMENT[BILL],
            "document",
            document_id,
            lane_of_document(document_id),
            number,
            amount_cents=cents,
            parked=AWAITING_PARTY if vendor.remote_id is None else None,
        )
    )
    plan(rows, clock, domain.organization_id, plans, linger_s=settings.linger_s)
    return entries.owed_as_vendor(cents, sale.buyer_id, vendor.id, sale.id)


def _vendor(rows: Rows, domain: Domain, buyer_id: UUID) -> Known:
    """Return the buyer's row as a vendor, inserting it where there is none."""
    buyer: Party = rows.first(select(Party).where(Party.id == buyer_id))
    key = PartyKey(Role.VENDOR, buyer.local_type, buyer.local_id)
    return KnownParties.of(rows, domain.clock, domain.organization_id, [key])[key]


def _number(rows: Rows, domain: Domain, sale: Settlement, adjustment_id: UUID) -> str:
    """Return a number for the bill: the sale's with R and which refund of it this is."""
    place = rows.first(
        select(func.count()).where(
            Adjustment.origin_type == "settlement",
            Adjustment.origin_id == sale.id,
            Adjustment.kind.in_(KINDS),
            Adjustment.id <= adjustment_id,
        )
    )
    for attempt in range(10):
        number = refund_number(domain.settings.number_prefix, sale.reference, int(place), attempt=attempt)
        taken = (Document.organization_id == domain.organization_id, Document.kind == BILL, Document.number == number)
        if rows.first(select(Document.id).where(*taken)) is None:
            return number
    raise RuntimeError(f"no number is free for refund {place} of sale {sale.reference}")
