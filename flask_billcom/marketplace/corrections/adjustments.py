"""Adjustments as rows: what changes a sale or a seller's balance later, each under a reference of its own.

    same reference, same content     the same adjustment: a double click changes nothing
    same reference, other content    an error

    fine, bonus, charge, credit, write_off   proposed --enough people approve--> booked
                                                 `----- denied
    dispute                                  open --> won, withdrawn, lost
    netting, rest, excess                    booked

A reference is unique within what it is about: a sale, or a seller where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Adjustment, Document
from flask_billcom.money import from_cents, to_cents
from flask_billcom.store import Rows

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

FINE, BONUS, CHARGE, CREDIT = "fine", "bonus", "charge", "credit"
WRITE_OFF, DISPUTE, NETTING = "write_off", "dispute", "netting"
REST, EXCESS = "rest", "excess"
"""What a payment by hand left of a bill, and what it was too much."""
PROPOSED, BOOKED, DENIED = "proposed", "booked", "denied"
OPEN, WON, LOST, WITHDRAWN = "open", "won", "lost", "withdrawn"
SETTLEMENT, PARTY, DOCUMENT = "settlement", "party", "document"
LONGEST_REFERENCE, LONGEST_REASON, LONGEST_NAME = 80, 500, 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for.

    :param party_id: the seller it is about, or None for a whole sale.
    :param settlement_id: the sale it is about, or None for the seller as such.
    :param line: the line of the sale, or None.
    :raises NotPossible: no amount, or words that are empty or too long.
    """

    kind: str
    cents: int
    reference: str
    reason: str
    party_id: UUID | None = None
    settlement_id: UUID | None = None
    line: int | None = None

    def __post_init__(self) -> None:
        if self.cents <= 0:
            raise NotPossible("the amount must be above zero; the kind says which way it goes")
        for name, text, most in (
            ("reference", self.reference, LONGEST_REFERENCE),
            ("reason", self.reason, LONGEST_REASON),
        ):
            if not text.strip() or not text.isprintable() or len(text) > most:
                raise NotPossible(f"the {name} must be 1 to {most} printable characters")

    @property
    def origin(self) -> tuple[str, UUID]:
        """What its reference is unique within."""
        if self.settlement_id is not None:
            return SETTLEMENT, self.settlement_id
        assert self.party_id is not None
        return PARTY, self.party_id


@dataclass(frozen=True, slots=True)
class AdjustmentSnapshot:
    """An adjustment as it stands; its dollars are `amount`.

    :param id: None where it was only rehearsed.
    :param state: proposed, booked or denied; open, won or lost for a dispute.
    :param settlement_id: the sale it is about, or None.
    :param document_id: the bill that it was netted against, or None.
    :param approver: who approved or denied it, or decided the dispute; None so far.
    :param missing: how many people still have to approve it.
    """

    id: UUID | None
    kind: str
    state: str
    party_id: UUID | None
    settlement_id: UUID | None
    document_id: UUID | None
    line: int | None
    cents: int
    currency: str
    reference: str
    reason: str
    actor: str
    approver: str | None
    created_at: datetime
    missing: int = 0
    is_dry_run: bool = False

    @property
    def amount(self) -> Decimal:
        """What it comes to, in dollars."""
        return from_cents(self.cents)


def cents_of(amount: Decimal) -> int:
    """Return the cents of an amount in dollars.

    :raises NotPossible: it is not a whole number of cents.
    :raises TypeError: it is not a Decimal.
    """
    try:
        return to_cents(amount)
    except ValueError as error:
        raise NotPossible(str(error)) from None


def find(rows: Rows, organization_id: str, wanted: Wanted) -> Adjustment | None:
    """Return the adjustment under the reference, or None.

    :raises NotPossible: it has another content.
    """
    origin_type, origin_id = wanted.origin
    found: Adjustment | None = rows.first(
        select(Adjustment).where(
            Adjustment.organization_id == organization_id,
            Adjustment.origin_type == origin_type,
            Adjustment.origin_id == origin_id,
            Adjustment.reference == wanted.reference,
        )
    )
    if found is not None:
        _expect_same(found, wanted)
    return found


def add(rows: Rows, domain: Domain, wanted: Wanted, *, actor: str, state: str) -> tuple[Adjustment, bool]:
    """Return the adjustment under the reference, and whether it is new.

    :raises NotPossible: the reference was used for another content.
    """
    row_id = domain.clock.new_id()
    rows.insert_new(Adjustment, [_row(domain, wanted, row_id, actor, state)])
    found = find(rows, domain.organization_id, wanted)
    assert found is not None
    return found, found.id == row_id


def rehearsed(domain: Domain, wanted: Wanted, *, actor: str, state: str, missing: int) -> AdjustmentSnapshot:
    """Return what would be written, and write nothing."""
    row = Adjustment(**_row(domain, wanted, domain.clock.new_id(), actor, state))
    return snapshot(row, missing=missing, is_dry_run=True)


def get(rows: Rows, organization_id: str, adjustment_id: UUID) -> Adjustment:
    """Return an adjustment by its row id.

    :raises NotPossible: there is none.
    """
    found: Adjustment | None = rows.first(
        select(Adjustment)
        .where(Adjustment.id == adjustment_id, Adjustment.organization_id == organization_id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotPossible("there is no such adjustment; `flask billcom pay adjustments` lists them")
    return found


def lock(rows: Rows, organization_id: str, adjustment_id: UUID) -> Adjustment:
    """Return an adjustment that nobody else decides about before the transaction ends.

    :raises NotPossible: there is none.
    """
    rows.change(update(Adjustment).where(Adjustment.id == adjustment_id).values(state=Adjustment.state))
    return get(rows, organization_id, adjustment_id)


def move(rows: Rows, adjustment: Adjustment, to: str, *, approver: str | None) -> None:
    """Set the state of an adjustment that is locked.

    :raises NotPossible: it has moved on meanwhile.
    """
    moved = rows.change(
        update(Adjustment)
        .where(Adjustment.id == adjustment.id, Adjustment.state == adjustment.state)
        .values(state=to, approver=None if approver is None else approver[:LONGEST_NAME])
    )
    if moved != 1:
        raise NotPossible("somebody else has decided about it meanwhile; look at it again")


def snapshot(row: Adjustment, *, missing: int = 0, is_dry_run: bool = False) -> AdjustmentSnapshot:
    """Return a row as it is shown."""
    return AdjustmentSnapshot(
        id=None if is_dry_run else row.id,
        kind=row.kind,
        state=row.state,
        party_id=row.party_id,
        settlement_id=row.origin_id if row.origin_type == SETTLEMENT else None,
        document_id=row.origin_id if row.origin_type == DOCUMENT else None,
        line=row.line,
        cents=row.cents,
        currency=row.currency,
        reference=row.reference,
        reason=row.reason,
        actor=row.actor,
        approver=row.approver,
        created_at=row.created_at,
        missing=missing,
        is_dry_run=is_dry_run,
    )


def of_seller(rows: Rows, organization_id: str, party_id: UUID, *, before: UUID | None, limit: int) -> list[Adjustment]:
    """Return a seller's adjustments, the newest first."""
    where = [Adjustment.organization_id == organization_id, Adjustment.party_id == party_id]
    if before is not None:
        where.append(Adjustment.id < before)
    found: list[Adjustment] = rows.all(select(Adjustment).where(*where).order_by(Adjustment.id.desc()).limit(limit))
    return found


def _row(domain: Domain, wanted: Wanted, row_id: UUID, actor: str, state: str) -> dict[str, object]:
    origin_type, origin_id = wanted.origin
    return {
        "id": row_id,
        "organization_id": domain.organization_id,
        "kind": wanted.kind,
        "origin_type": origin_type,
        "origin_id": origin_id,
        "line": wanted.line,
        "party_id": wanted.party_id,
        "cents": wanted.cents,
        "fee_cents": 0,
        "is_whole": False,
        "keeps_fee": False,
        "currency": "USD",
        "reference": wanted.reference,
        "reason": wanted.reason,
        "actor": actor[:LONGEST_NAME],
        "state": state,
        "created_at": domain.clock.now(),
    }


def _expect_same(found: Adjustment, wanted: Wanted) -> None:
    for name, there, here in (
        ("kind", found.kind, wanted.kind),
        ("seller", found.party_id, wanted.party_id),
        ("line", found.line, wanted.line),
        ("amount", from_cents(found.cents), from_cents(wanted.cents)),
        ("reason", found.reason, wanted.reason),
    ):
        if there != here:
            raise NotPossible(
                f"the reference {wanted.reference} was used on {found.created_at:%Y-%m-%d} with another {name}: "
                f"{there}, not {here}; ask again unchanged, or take a new reference"
            )


def is_disputed() -> ColumnElement[bool]:
    """Return the condition that a document belongs to a sale that its buyer disputes; asked beside the document."""
    return (
        select(Adjustment.id)
        .where(
            Adjustment.organization_id == Document.organization_id,
            Adjustment.origin_type == SETTLEMENT,
            Adjustment.origin_id == Document.origin_id,
            Adjustment.kind == DISPUTE,
            Adjustment.state == OPEN,
        )
        .correlate(Document)
        .exists()
    )
