"""What a seller owes is taken off bills that are to be paid again, whose void payout had paid them once.

    sale paid out ──refund──> the seller owes his share ──payout void, paid again──> his bill less what he owes

Without that a seller would get, for a sale that was given back, what he had and owed before. The debt is paid in the
transaction that gives the bills back to the payout runs. What carries refunds out then lowers each bill at Bill.com, or
deletes it, and no run pays it before; where it turns out to be paid meanwhile, the seller owes it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from flask_billcom.models import Adjustment, Document
from flask_billcom.store import Rows

from . import clawback
from .adjustments import DOCUMENT, NETTING
from .netting import being_taken, write

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain


class Netted(NamedTuple):
    """What one bill is lowered by."""

    bill: Document
    cents: int


def owed_of(rows: Rows, domain: Domain, bills: Sequence[Document]) -> list[Netted]:
    """Return what is to be taken off each of some bills at Bill.com: at most what is due of it.

    Nothing is taken off one that pays a buyer back.

    To write it too, lock their sellers first.
    """
    sellers = {bill.party_id for bill in bills}
    owed = clawback.in_debt(rows, domain.organization_id, sellers)
    taken = being_taken(rows, [bill.id for bill in bills]) if owed else {}
    found = []
    for bill in bills:
        cents = min(owed.get(bill.party_id, 0), _due(bill) - taken.get(bill.id, 0))
        if cents > 0 and not bill.is_refund:
            owed[bill.party_id] -= cents
            found.append(Netted(bill, cents))
    return found


def _due(bill: Document) -> int:
    """Return what is due of a bill; of one that is not paid in part, Bill.com may have shown another amount."""
    return bill.due_cents if bill.status == "partial" and bill.due_cents is not None else bill.cents


def lock(rows: Rows, bills: Sequence[Document]) -> None:
    """Let everybody else who lowers the debts of these bills' sellers wait until the transaction ends."""
    for seller in sorted({bill.party_id for bill in bills}):
        clawback.lock(rows, seller)


def take_off(rows: Rows, domain: Domain, netted: Sequence[Netted]) -> None:
    """Write that bills pay their sellers' debts, and let them be lowered."""
    for bill, cents in netted:
        write(rows, domain, bill, cents, f"netting again {_count(rows, bill) + 1}", is_lowered=False)


def _count(rows: Rows, bill: Document) -> int:
    return int(
        rows.first(
            select(func.count()).where(
                Adjustment.origin_type == DOCUMENT, Adjustment.origin_id == bill.id, Adjustment.kind == NETTING
            )
        )
    )
