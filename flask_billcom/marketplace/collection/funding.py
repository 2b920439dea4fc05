"""When a buyer's money can be counted on, and what that sets free.

    payment    paid ──return days over, bank has it, no return seen since──> cleared
    sale       collected ──every payment of its invoice cleared──> funded
    bills      release_after = the moment of funding + hold days

A sale that is paid in part releases nothing. What the bank shows no line of at all is counted on after the return days
alone; a day whose lines are not confirmed, or do not add up, waits.

Acts: charge_funded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import aliased

from flask_billcom.audit import Act, record
from flask_billcom.marketplace import holds, marks, states
from flask_billcom.marketplace.locking import lock_sales
from flask_billcom.marketplace.refunds.releasing import release_refunds
from flask_billcom.marketplace.tracking.bankhours import reached
from flask_billcom.marketplace.tracking.movements import confirm_some, has_lines
from flask_billcom.marketplace.tracking.payments import RECEIVED, days_of, move, next_of
from flask_billcom.marketplace.tracking.received import CHARGE_RETURNED
from flask_billcom.models import Document, Hold, Payment, PaymentPart, Settlement, SettlementState
from flask_billcom.store import Rows

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

RECEIVED_POLL = marks.POLL_OF["received"]


def fund(domain: Domain) -> int:
    """Fund the sales whose money is safe and return how many; no network."""
    with domain.store.read() as rows:
        progress = marks.read(rows, domain.organization_id, RECEIVED_POLL)
    if progress is None or progress.finished is None:
        return 0
    until = reached(min(progress.finished, domain.clock.now()), domain.settings.return_days)
    with domain.store.read() as rows:
        days = list(days_of(rows, domain.organization_id, RECEIVED, "paid", until))
    return sum(_fund_day(domain, day) for day in days)


def _fund_day(domain: Domain, day: date) -> int:
    """Fund what waits for the payments of a process date, page by page."""
    organization_id = domain.organization_id
    is_safe = or_(Payment.confirmed_at.is_not(None), ~has_lines(organization_id, RECEIVED))
    funded = 0
    last: UUID | None = None
    while True:
        with domain.store.write() as rows:
            some = next_of(rows, organization_id, RECEIVED, "paid", day, last, is_safe)
            funded += len(_fund_some(rows, domain, some))
        if not some:
            return funded
        last = some[-1]


def _fund_some(rows: Rows, domain: Domain, payment_ids: Sequence[UUID]) -> list[UUID]:
    """Clear payments and fund the sales that wait for nothing else; return those sales."""
    clock, organization_id = domain.clock, domain.organization_id
    now = clock.now()
    moved = move(rows, payment_ids, from_="paid", to="cleared", funded_at=now)
    if not moved:
        return []
    confirm_some(rows, clock, organization_id, RECEIVED, moved)
    invoices = rows.all(select(PaymentPart.document_id).where(PaymentPart.payment_id.in_(moved)).distinct())
    of_invoices = select(Document.origin_id).where(Document.id.in_(invoices), Document.origin_type == "settlement")
    return fund_sales(rows, domain, rows.all(of_invoices))


def fund_sales(rows: Rows, domain: Domain, settlement_ids: Sequence[UUID]) -> list[UUID]:
    """Fund those of some sales that are collected and wait for no payment any more; return them."""
    if not settlement_ids:
        return []
    clock, organization_id = domain.clock, domain.organization_id
    now = clock.now()
    # One after the other: of two that look at one moment, each would still see the payment that the other one clears.
    lock_sales(rows, settlement_ids)
    sales = rows.all(
        update(Settlement)
        .where(
            Settlement.id.in_(settlement_ids),
            Settlement.state == SettlementState.COLLECTED,
            Settlement.funded_at.is_(None),
            ~_waits(),
        )
        .values(funded_at=now)
        .returning(Settlement.id)
    )
    _release(rows, domain, sales, now)
    states.refresh(rows, organization_id, sales, now=now)
    record(rows, clock, organization_id, [Act("charge_funded", "settlement", sale, {}) for sale in sorted(sales)])
    return sales


def _waits() -> ColumnElement[bool]:
    """Return the condition that a payment of a sale's invoice cannot be counted on yet."""
    invoice, part, payment = aliased(Document), aliased(PaymentPart), aliased(Payment)
    return exists().where(
        and_(
            invoice.origin_id == Settlement.id,
            invoice.kind == "invoice",
            part.document_id == invoice.id,
            payment.id == part.payment_id,
            payment.status.in_(("scheduled", "paid")),
        )
    )


def _release(rows: Rows, domain: Domain, settlement_ids: Sequence[UUID], now: datetime) -> None:
    """Let the bills of funded sales be paid once their hold days are over, and drop the holds of an earlier return."""
    if not settlement_ids:
        return
    rows.change(
        update(Document)
        .where(
            Document.origin_id.in_(settlement_ids),
            Document.kind == "bill",
            Document.release_after.is_(None),
        )
        .values(release_after=now + timedelta(days=domain.settings.hold_days))
    )
    release_refunds(rows, settlement_ids, now)
    returned = rows.all(
        select(Hold.scope_id).where(
            Hold.organization_id == domain.organization_id,
            Hold.scope == holds.SETTLEMENT,
            Hold.reason == CHARGE_RETURNED,
            Hold.released_at.is_(None),
            Hold.scope_id.in_([each.hex for each in settlement_ids]),
        )
    )
    for scope_id in returned:
        on = holds.HoldOn(holds.SETTLEMENT, scope_id)
        holds.release(rows, domain.clock, domain.organization_id, on, actor="engine", reason=CHARGE_RETURNED)
