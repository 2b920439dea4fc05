"""Going back: refunds of a sale, and sales that are cancelled before they are collected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask_billcom.web.entrance import Visitor

from . import given

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom
    from flask_billcom.marketplace.refunds.snapshots import RefundSnapshot


def refunds(billcom: Billcom, visitor: Visitor, reference: str) -> dict[str, Any] | None:
    """Return the refunds of one sale."""
    settlement = _settlement(visitor, reference)
    return None if settlement is None else {"items": billcom.refunds_of(settlement)}


def waiting(billcom: Billcom, _visitor: Visitor) -> dict[str, Any]:
    """Return what refunds have still to do, and why they wait."""
    return {"items": billcom.waiting_refunds()}


def refund_settlement(billcom: Billcom, visitor: Visitor, reference: str) -> RefundSnapshot | None:
    """Give money back; takes `refund` (its reference), `reason`, `amount`, `line`, `keep_fee` and `dry_run`."""
    settlement = _settlement(visitor, reference)
    if settlement is None:
        return None
    with billcom.transaction():
        return billcom.refund(
            settlement,
            reference=given.word("refund"),
            amount=given.maybe_amount(),
            line=given.maybe_whole("line"),
            reason=given.reason(),
            keep_fee=given.maybe_flag("keep_fee"),
            actor=visitor.name,
            dry_run=given.dry_run(),
        )


def cancel_settlement(billcom: Billcom, visitor: Visitor, reference: str) -> RefundSnapshot | None:
    """Take a sale back of which nothing was collected; takes `reason` and `dry_run`, which is true unless false."""
    settlement = _settlement(visitor, reference)
    if settlement is None:
        return None
    with billcom.transaction():
        return billcom.cancel(settlement, reason=given.reason(), actor=visitor.name, dry_run=given.dry_run())


def _settlement(visitor: Visitor, reference: str) -> UUID | None:
    found = visitor.lists.settlement(reference)
    return None if found is None else found.settlement.id
