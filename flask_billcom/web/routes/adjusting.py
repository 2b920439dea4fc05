"""Adjustments: what is looked at by whom it concerns, and asked for, approved and decided by staff.

Whatever changes money only says what it would do, unless `dry_run` is false.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask_billcom.marketplace.lists import Page
from flask_billcom.web.entrance import Visitor

from . import given
from .reads import page_query

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom
    from flask_billcom.marketplace.corrections.adjustments import AdjustmentSnapshot
    from flask_billcom.marketplace.lists.adjustments import AdjustmentRow


def adjustments(_billcom: Billcom, visitor: Visitor) -> Page[AdjustmentRow]:
    """Return a page of adjustments; takes `kind` and `state`."""
    return visitor.lists.adjustments(**page_query("kind", "state"))


def adjustment(_billcom: Billcom, visitor: Visitor, adjustment_id: str) -> AdjustmentRow | None:
    """Return one adjustment."""
    return visitor.lists.adjustment(adjustment_id)


def adjust_seller(billcom: Billcom, visitor: Visitor, party_id: str) -> AdjustmentSnapshot | None:
    """Ask for a fine or bonus; takes `kind`, `amount`, `reference`, `reason`, `settlement`, `second` and `dry_run`."""
    seller = _party(visitor, party_id)
    settlement = given.maybe("settlement")
    order = None if settlement is None else _settlement(visitor, settlement)
    if seller is None or (settlement is not None and order is None):
        return None
    return billcom.adjust(
        seller,
        kind=given.word("kind"),
        amount=given.amount(),
        order=order,
        second=given.maybe("second"),
        **_asked(visitor),
    )


def write_off_debt(billcom: Billcom, visitor: Visitor, party_id: str) -> AdjustmentSnapshot | None:
    """Ask to give up a debt; takes `amount`, `reference`, `reason`, `second` and `dry_run`."""
    seller = _party(visitor, party_id)
    if seller is None:
        return None
    return billcom.write_off(seller, amount=given.maybe_amount(), second=given.maybe("second"), **_asked(visitor))


def dispute_settlement(billcom: Billcom, visitor: Visitor, reference: str) -> AdjustmentSnapshot | None:
    """Note a dispute; takes `reference`, `reason`, `amount`, `line` and `dry_run`."""
    order = _settlement(visitor, reference)
    if order is None:
        return None
    return billcom.dispute(order, amount=given.maybe_amount(), line=given.maybe_whole("line"), **_asked(visitor))


def approve_adjustment(billcom: Billcom, visitor: Visitor, adjustment_id: str) -> AdjustmentSnapshot | None:
    """Approve an adjustment that somebody else asked for; takes `reason` and `dry_run`."""
    found = _adjustment(visitor, adjustment_id)
    if found is None:
        return None
    return billcom.approve_adjustment(found, actor=visitor.name, reason=given.reason(), dry_run=given.dry_run())


def deny_adjustment(billcom: Billcom, visitor: Visitor, adjustment_id: str) -> AdjustmentSnapshot | None:
    """Deny an adjustment that waits for approval, or withdraw one's own; takes `reason`."""
    found = _adjustment(visitor, adjustment_id)
    if found is None:
        return None
    return billcom.deny_adjustment(found, actor=visitor.name, reason=given.reason())


def resolve_dispute(billcom: Billcom, visitor: Visitor, adjustment_id: str) -> AdjustmentSnapshot | None:
    """End a dispute; takes `outcome`, which is won, withdrawn or lost, `reason` and `dry_run`."""
    found = _adjustment(visitor, adjustment_id)
    if found is None:
        return None
    return billcom.resolve_dispute(
        found, given.word("outcome"), actor=visitor.name, reason=given.reason(), dry_run=given.dry_run()
    )


def _asked(visitor: Visitor) -> dict[str, Any]:
    return {
        "reference": given.word("reference"),
        "reason": given.reason(),
        "actor": visitor.name,
        "dry_run": given.dry_run(),
    }


def _party(visitor: Visitor, party_id: str) -> UUID | None:
    found = visitor.lists.party(party_id)
    return None if found is None else found.party.id


def _settlement(visitor: Visitor, reference: str) -> UUID | None:
    found = visitor.lists.settlement(reference)
    return None if found is None else found.settlement.id


def _adjustment(visitor: Visitor, adjustment_id: str) -> UUID | None:
    found = visitor.lists.adjustment(adjustment_id)
    return None if found is None else found.id
