"""The bill that pays a buyer back: he is its vendor, and the ordinary payout run pays it.

    buyer (Customer) ──his row as vendor, made when it is first needed──> Bill FB-1042-R1 ──released when funded──> paid

His money is given back only once it is certain that he has paid: behind the same gate as the sale's other bills,
without the hold days. Where the same object is also mapped as a seller, his own vendor row is used.

Bill.com has no call that refunds a buyer's payment: https://developer.bill.com/v2/reference
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from flask_billcom.ledger import Posting
from flask_billcom.marketplace.corrections.adjustment_bills import AdjustmentBill, write_adjustment_bill
from flask_billcom.marketplace.counterparties.known import Known, KnownParties
from flask_billcom.marketplace.numbers import refund_number
from flask_billcom.marketplace.settlement.papers import BILL
from flask_billcom.marketplace.shop.freezing import PartyKey
from flask_billcom.models import Adjustment, Document, Party, Settlement
from flask_billcom.models.parties import Role
from flask_billcom.store import Rows

from . import entries
from .asking import KINDS, locked

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain


def write_bill(rows: Rows, domain: Domain, sale: Settlement, adjustment_id: UUID, cents: int) -> Posting:
    """Insert the bill that pays a buyer back, plan to make it, and return what it does to the books."""
    vendor = _vendor(rows, domain, sale.buyer_id)
    # Who funds the sale at this moment does not see the bill, so he has to come first, or after it.
    sale = locked(rows, sale.id)
    bill = AdjustmentBill(
        adjustment_id=adjustment_id,
        number=_number(rows, domain, sale, adjustment_id),
        vendor=vendor,
        cents=cents,
        currency=sale.currency,
        release_after=None if sale.funded_at is None else domain.clock.now(),
        is_refund=True,
    )
    write_adjustment_bill(rows, domain, bill)
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
