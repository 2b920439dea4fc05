"""Fines, bonuses and write-offs: asked for by one person, approved by others where that is needed, then booked.

    fine, charge      seller_clawback +  | own_income -       netted against his next bill
    bonus, credit     own_income +       | seller_payable -   a bill of its own, paid by the next run
    write-off         write_off +        | seller_clawback -  the debt of a seller who will not pay it

A write-off always needs a second person. The others need `BILLCOM_APPROVERS` people where they come to at least
`BILLCOM_APPROVAL_THRESHOLD_CENTS`, as payout runs do. Nobody approves what he asked for. Who approved stands in the
audit trail and is counted from there.

Acts: adjustment_proposed, adjustment_approved, adjustment_denied, adjustment_booked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from flask_billcom.audit import Act, record
from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.ledger import Account, Leg, Posting, post, transfer
from flask_billcom.models import Adjustment, Audit, Party, SettlementLine
from flask_billcom.models.parties import Role
from flask_billcom.money import from_cents
from flask_billcom.store import Rows

from . import adjustments, clawback
from .adjustments import BONUS, BOOKED, CHARGE, CREDIT, DENIED, FINE, PROPOSED, WRITE_OFF, AdjustmentSnapshot, Wanted
from .credits import write_credit

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

TO_SELLER, FROM_SELLER = (BONUS, CREDIT), (FINE, CHARGE)
KINDS = (*FROM_SELLER, *TO_SELLER)
"""What `adjust` takes."""
ASKED, APPROVED, REFUSED, DONE = (
    "adjustment_proposed",
    "adjustment_approved",
    "adjustment_denied",
    "adjustment_booked",
)


def propose(domain: Domain, wanted: Wanted, person: Person, *, dry_run: bool = False) -> AdjustmentSnapshot:
    """Ask for an adjustment, which is booked at once where nobody else has to approve it.

    :param person: who asks; his second person approves it.
    :param dry_run: whether to write nothing and only say what would be.
    :raises NotPossible: its reference was used for something else, or it is more than the seller owes.
    """
    missing = max(0, _needed(domain, wanted.kind, wanted.cents) - (person.second is not None))
    if dry_run:
        return _rehearse(domain, wanted, person, missing)
    with domain.store.write() as rows:
        row, is_new = adjustments.add(rows, domain, wanted, actor=person.name, state=PROPOSED)
        if is_new:
            _expect_owed(rows, domain, row)
            _tell(rows, domain, ASKED, row, actor=person.name)
            if person.second is not None:
                _tell(rows, domain, APPROVED, row, actor=person.second)
            if not missing:
                _book(rows, domain, row)
        return _snapshot(rows, domain, row.id)


def approve(domain: Domain, adjustment_id: UUID, person: Person | None) -> AdjustmentSnapshot:
    """Approve an adjustment; with enough approvals it is booked. Return it as it stands then.

    :param person: who approves, and why; None only says what waits.
    :raises NotPossible: it does not wait, or the person asked for it.
    """
    if person is None:
        with domain.store.read() as rows:
            _expect_waiting(adjustments.get(rows, domain.organization_id, adjustment_id))
            return _snapshot(rows, domain, adjustment_id)
    with domain.store.write() as rows:
        row = adjustments.lock(rows, domain.organization_id, adjustment_id)
        _expect_waiting(row)
        if _is_same(person.name, row.actor):
            raise NotPossible(f"{person.name} asked for it; somebody else has to approve it")
        _tell(rows, domain, APPROVED, row, actor=person.name, reason=person.reason)
        if not _missing(rows, domain, row):
            _book(rows, domain, row)
        return _snapshot(rows, domain, row.id)


def deny(domain: Domain, adjustment_id: UUID, person: Person) -> AdjustmentSnapshot:
    """Deny an adjustment that waits for approval; who asked for it may withdraw it the same way.

    :raises NotPossible: it does not wait.
    """
    with domain.store.write() as rows:
        row = adjustments.lock(rows, domain.organization_id, adjustment_id)
        _expect_waiting(row)
        adjustments.move(rows, row, DENIED, approver=person.name)
        _tell(rows, domain, REFUSED, row, actor=person.name, reason=person.reason)
        return _snapshot(rows, domain, row.id)


def shown(rows: Rows, domain: Domain, row: Adjustment) -> AdjustmentSnapshot:
    """Return a row as it is shown, with how many approvals it still needs."""
    missing = _missing(rows, domain, row) if row.state == PROPOSED else 0
    return adjustments.snapshot(row, missing=missing)


def _rehearse(domain: Domain, wanted: Wanted, person: Person, missing: int) -> AdjustmentSnapshot:
    with domain.store.read() as rows:
        found = adjustments.find(rows, domain.organization_id, wanted)
        if found is not None:
            return shown(rows, domain, found)
        planned = adjustments.rehearsed(
            domain, wanted, actor=person.name, state=PROPOSED if missing else BOOKED, missing=missing
        )
        if wanted.kind == WRITE_OFF and wanted.party_id is not None:
            _expect_debt(clawback.owed_by(rows, domain.organization_id, wanted.party_id), wanted.cents)
    return planned


# -- what may be asked for ---------------------------------------------------------------------------------------------


def check_kind(kind: str) -> None:
    """Refuse a kind that `adjust` does not know.

    :raises NotPossible: it does not.
    """
    if kind not in KINDS:
        raise NotPossible(
            f"no adjustment is of kind {kind}; use one of {', '.join(KINDS)}, or refund, dispute, write_off"
        )


def expect_vendor(domain: Domain, party_id: UUID) -> None:
    """Refuse a row id that is no seller's.

    :raises NotPossible: it is none.
    """
    with domain.store.read() as rows:
        found = rows.first(
            select(Party.id).where(
                Party.id == party_id, Party.organization_id == domain.organization_id, Party.role == Role.VENDOR
            )
        )
    if found is None:
        raise NotPossible("there is no such seller; the route `/parties` lists their ids")


def expect_part(domain: Domain, settlement_id: UUID, party_id: UUID) -> None:
    """Refuse an order that a seller has no line of.

    :raises NotPossible: he has none.
    """
    with domain.store.read() as rows:
        found = rows.first(
            select(SettlementLine.id)
            .where(
                SettlementLine.settlement_id == settlement_id,
                SettlementLine.organization_id == domain.organization_id,
                SettlementLine.seller_id == party_id,
            )
            .limit(1)
        )
    if found is None:
        raise NotPossible("the seller has no line of this order")


def debt_to_write_off(domain: Domain, party_id: UUID, reference: str) -> int:
    """Return what a write-off without an amount comes to: all that is owed now, or what was asked for before.

    :raises NotPossible: the seller owes nothing.
    """
    with domain.store.read() as rows:
        before: int | None = rows.first(
            select(Adjustment.cents).where(
                Adjustment.organization_id == domain.organization_id,
                Adjustment.origin_type == adjustments.PARTY,
                Adjustment.origin_id == party_id,
                Adjustment.reference == reference,
                Adjustment.kind == WRITE_OFF,
            )
        )
        owed = clawback.owed_by(rows, domain.organization_id, party_id)
    if before is None and owed <= 0:
        raise NotPossible("the seller owes nothing")
    return owed if before is None else before


# -- approvals ---------------------------------------------------------------------------------------------------------


def _needed(domain: Domain, kind: str, cents: int) -> int:
    threshold = domain.settings.approval_threshold_cents
    needed = domain.settings.approvers if threshold is not None and cents >= threshold else 0
    return max(1, needed) if kind == WRITE_OFF else needed


def _missing(rows: Rows, domain: Domain, row: Adjustment) -> int:
    # What waits was found to need somebody; settings that changed since do not let it go by itself.
    return max(0, max(1, _needed(domain, row.kind, row.cents)) - len(_approvers(rows, row)))


def _approvers(rows: Rows, row: Adjustment) -> list[str]:
    names = rows.all(select(Audit.actor).where(Audit.subject_id == row.id, Audit.action == APPROVED).order_by(Audit.id))
    return list({name.strip().casefold(): name for name in names if not _is_same(name, row.actor)}.values())


def _is_same(name: str, other: str) -> bool:
    return name.strip().casefold() == other.strip().casefold()


def _expect_waiting(row: Adjustment) -> None:
    if row.state != PROPOSED:
        raise NotPossible(f"it is {row.state}; only what is proposed waits for approval")


# -- booking -----------------------------------------------------------------------------------------------------------


def _book(rows: Rows, domain: Domain, row: Adjustment) -> None:
    names = ", ".join(_approvers(rows, row))
    if row.kind == WRITE_OFF:
        _expect_owed(rows, domain, row)
    adjustments.move(rows, row, BOOKED, approver=names or None)
    post(rows, domain.clock, domain.organization_id, [_posting(row)])
    if row.kind in TO_SELLER:
        write_credit(rows, domain, row)
    _tell(rows, domain, DONE, row, actor=names or row.actor)


def _posting(row: Adjustment) -> Posting:
    settlement_id = row.origin_id if row.origin_type == adjustments.SETTLEMENT else None
    legs: tuple[Leg, ...]
    if row.kind in TO_SELLER:
        legs = (Leg(Account.OWN_INCOME, row.cents), Leg(Account.SELLER_PAYABLE, -row.cents, row.party_id))
    elif row.kind in FROM_SELLER:
        legs = (Leg(Account.SELLER_CLAWBACK, row.cents, row.party_id), Leg(Account.OWN_INCOME, -row.cents))
    else:
        legs = transfer(Account.WRITE_OFF, Account.SELLER_CLAWBACK, row.cents, row.party_id)
    return Posting(legs, settlement_id=settlement_id)


def _expect_owed(rows: Rows, domain: Domain, row: Adjustment) -> None:
    """Refuse to write off more than is owed; whoever else lowers the debt waits from here on."""
    if row.kind == WRITE_OFF and row.party_id is not None:
        clawback.lock(rows, row.party_id)
        _expect_debt(clawback.owed_by(rows, domain.organization_id, row.party_id), row.cents)


def _expect_debt(owed: int, cents: int) -> None:
    if cents > owed:
        raise NotPossible(f"the seller owes {from_cents(owed)} dollars, not {from_cents(cents)}")


def _snapshot(rows: Rows, domain: Domain, adjustment_id: UUID) -> AdjustmentSnapshot:
    return shown(rows, domain, adjustments.get(rows, domain.organization_id, adjustment_id))


def _tell(rows: Rows, domain: Domain, action: str, row: Adjustment, *, actor: str, reason: str | None = None) -> None:
    detail = {"kind": row.kind, "cents": row.cents, "reference": row.reference, "reason": reason or row.reason}
    record(rows, domain.clock, domain.organization_id, [Act(action, "adjustment", row.id, detail, actor[:100])])
