"""Disputes: while one is open its money waits, and its outcome decides to whom it goes.

    opened             hold on the sale, or on the bill of the one seller whose line it is about
    won, withdrawn     the hold is released
    lost               the amount, or what is left of it, goes back to the buyer as a refund, and the hold is released

Its hold goes with the outcome and is not released by hand.

The reference of a dispute makes a double click one dispute, and that of its refund is derived from it.

Acts: dispute_opened, dispute_won, dispute_withdrawn, dispute_lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal, or_, select

from flask_billcom.audit import Act, record
from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.marketplace import holds
from flask_billcom.marketplace.corrections import adjustments
from flask_billcom.marketplace.corrections.adjustments import (
    DISPUTE,
    LOST,
    OPEN,
    SETTLEMENT,
    WITHDRAWN,
    WON,
    AdjustmentSnapshot,
    Wanted,
)
from flask_billcom.models import Adjustment, Document, Hold, Settlement, SettlementLine
from flask_billcom.money import from_cents
from flask_billcom.store import Rows

from . import asking

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

OUTCOMES = (WON, LOST, WITHDRAWN)
HOLD_REASON = "dispute "
"""What the reason of a dispute's hold begins with; its reference follows."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a buyer disputes.

    :param cents: None for the whole line, or the whole sale.
    :param line: position of the line in the sale, or None.
    """

    settlement_id: UUID
    reference: str
    reason: str
    cents: int | None = None
    line: int | None = None


def open_dispute(domain: Domain, claim: Claim, person: Person, *, dry_run: bool = False) -> AdjustmentSnapshot:
    """Note a dispute and place its hold; the same reference is the same dispute.

    :raises NotPossible: the sale has no such line, it is less, or the reference was used for something else.
    """
    with domain.store.read() as rows:
        wanted = _wanted(rows, domain, claim)
        found = adjustments.find(rows, domain.organization_id, wanted)
    if found is not None:
        return adjustments.snapshot(found)
    if dry_run:
        return adjustments.rehearsed(domain, wanted, actor=person.name, state=OPEN, missing=0)
    with domain.store.write() as rows:
        row, is_new = adjustments.add(rows, domain, wanted, actor=person.name, state=OPEN)
        if is_new:
            for on in _held(rows, row):
                reason = _hold_reason(row)
                holds.place(rows, domain.clock, domain.organization_id, on, reason=reason, actor=person.name)
            _tell(rows, domain, "dispute_opened", row, person)
        return adjustments.snapshot(row)


def resolve(
    domain: Domain, adjustment_id: UUID, outcome: str, person: Person, *, dry_run: bool = False
) -> AdjustmentSnapshot:
    """End a dispute; the same outcome again changes nothing.

    :raises NotPossible: there is no such dispute, it ended another way, or the money cannot be given back.
    """
    if outcome not in OUTCOMES:
        raise NotPossible(f"a dispute is {', '.join(OUTCOMES)}, not {outcome}")
    if dry_run:
        with domain.store.read() as rows:
            row = adjustments.get(rows, domain.organization_id, adjustment_id)
            _expect(row, outcome)
            return adjustments.snapshot(row, is_dry_run=True)
    with domain.store.write() as rows:
        row = adjustments.lock(rows, domain.organization_id, adjustment_id)
        _expect(row, outcome)
        if row.state == OPEN:
            adjustments.move(rows, row, outcome, approver=person.name)
            if outcome == LOST:
                _give_back(rows, domain, row, person)
            for on in _held(rows, row):
                reason = _hold_reason(row)
                holds.release(rows, domain.clock, domain.organization_id, on, reason=reason, actor=person.name)
            _tell(rows, domain, f"dispute_{outcome}", row, person)
        return adjustments.snapshot(adjustments.get(rows, domain.organization_id, adjustment_id))


def keeps_hold() -> ColumnElement[bool]:
    """Return the condition that a hold is an open dispute's; asked in the statement that releases others."""
    held = or_(
        and_(Hold.scope == holds.SETTLEMENT, Hold.scope_id == holds.digits(Adjustment.origin_id)),
        and_(Hold.scope == holds.DOCUMENT, Hold.scope_id == holds.digits(Document.id)),
    )
    return (
        select(Adjustment.id)
        .outerjoin(Document, (Document.origin_id == Adjustment.origin_id) & (Document.kind == "bill"))
        .where(
            Adjustment.organization_id == Hold.organization_id,
            Adjustment.kind == DISPUTE,
            Adjustment.state == OPEN,
            Hold.reason == literal(HOLD_REASON) + Adjustment.reference,
            held,
        )
        .correlate(Hold)
        .exists()
    )


def refund_reference(dispute: Adjustment) -> str:
    """Return the reference of the refund of a lost dispute."""
    return f"dispute {dispute.reference}"


def _give_back(rows: Rows, domain: Domain, dispute: Adjustment, person: Person) -> None:
    """Refund what was disputed, as far as it was not given back already."""
    settlement = asking.locked(rows, dispute.origin_id)
    lines = asking.lines_left(rows, settlement.id)
    left = sum(line.cents for line in lines if dispute.line in {None, line.position})
    cents = min(dispute.cents, left)
    if cents:
        asked = asking.Asked(
            reference=refund_reference(dispute),
            reason=person.reason,
            actor=person.name,
            cents=cents,
            line=dispute.line,
        )
        asking.ask(rows, domain.clock, domain.settings, settlement, asked)


def _wanted(rows: Rows, domain: Domain, claim: Claim) -> Wanted:
    sale: Settlement | None = rows.first(
        select(Settlement).where(
            Settlement.id == claim.settlement_id, Settlement.organization_id == domain.organization_id
        )
    )
    if sale is None:
        raise NotPossible("there is no such settlement")
    line = None if claim.line is None else _line(rows, claim)
    most = sale.gross_cents if line is None else line.cents
    cents = most if claim.cents is None else claim.cents
    if cents > most:
        raise NotPossible(f"it comes to {from_cents(most)} dollars; {from_cents(cents)} cannot be disputed")
    party_id = None if line is None else line.seller_id
    return Wanted(DISPUTE, cents, claim.reference, claim.reason, party_id, claim.settlement_id, claim.line)


def _line(rows: Rows, claim: Claim) -> SettlementLine:
    found: SettlementLine | None = rows.first(
        select(SettlementLine).where(
            SettlementLine.settlement_id == claim.settlement_id, SettlementLine.position == claim.line
        )
    )
    if found is None:
        raise NotPossible(f"the order has no line {claim.line}; they are counted from one")
    return found


def _held(rows: Rows, dispute: Adjustment) -> list[holds.HoldOn]:
    """Return what waits for a dispute: the sale, one seller's bill of it, or nothing for a line of our own."""
    if dispute.line is None:
        return [holds.HoldOn.row(holds.SETTLEMENT, dispute.origin_id)]
    bills = rows.all(
        select(Document.id).where(
            Document.kind == "bill",
            Document.origin_type == SETTLEMENT,
            Document.origin_id == dispute.origin_id,
            Document.party_id == dispute.party_id,
        )
    )
    return [holds.HoldOn.row(holds.DOCUMENT, bill) for bill in sorted(bills)]


def _hold_reason(dispute: Adjustment) -> str:
    return HOLD_REASON + dispute.reference


def _expect(row: Adjustment, outcome: str) -> None:
    if row.kind != DISPUTE:
        raise NotPossible(f"it is a {row.kind} and no dispute")
    if row.state not in {OPEN, outcome}:
        raise NotPossible(f"the dispute was {row.state} already, by {row.approver}")


def _tell(rows: Rows, domain: Domain, action: str, row: Adjustment, person: Person) -> None:
    detail = {"cents": row.cents, "reference": row.reference, "line": row.line, "reason": person.reason}
    record(rows, domain.clock, domain.organization_id, [Act(action, "adjustment", row.id, detail, person.name[:100])])
