"""Parked operations whose reason is gone go on.

    awaiting_party           the document's party is known to Bill.com now
    awaiting_authorization   the buyer has consented and has a bank account
    needs_data, needs_match,
    difference,
    held, no_cover, cap      their time has come to be looked at again

One statement each, over the rows as they are: whoever mends a cause does not have to know what waits for it.
"""

from __future__ import annotations

from sqlalchemy import select, update

from flask_billcom.models import Document, Operation, OperationState, Party

from .context import Domain
from .gate import CAP, NO_COVER

AWAITING_PARTY, AWAITING_AUTHORIZATION = "awaiting_party", "awaiting_authorization"
TIMED = ("needs_data", "needs_match", "awaiting_invoice", "difference", "held", NO_COVER, CAP)


def unpark(domain: Domain) -> int:
    """Let operations go on whose reason to wait is gone, and return how many."""
    now = domain.clock.now()
    known = select(Document.id).join(Party, Party.id == Document.party_id).where(Party.remote_id.is_not(None))
    chargeable = (
        select(Document.id)
        .join(Party, Party.id == Document.party_id)
        .where(Party.authorized.is_(True), Party.bank_account_id.is_not(None), Party.is_active.is_(True))
    )
    waiting = (Operation.organization_id == domain.organization_id, Operation.state == OperationState.PLANNED)
    with domain.store.read() as rows:
        parked = set(rows.all(select(Operation.parked).where(*waiting, Operation.parked.is_not(None)).distinct()))
    moved = 0
    if AWAITING_PARTY in parked:
        with domain.store.write() as rows:
            moved += rows.change(
                update(Operation)
                .where(*waiting, Operation.parked == AWAITING_PARTY, Operation.subject_id.in_(known))
                .values(parked=None)
            )
    if AWAITING_AUTHORIZATION in parked:
        with domain.store.write() as rows:
            moved += rows.change(
                update(Operation)
                .where(*waiting, Operation.parked == AWAITING_AUTHORIZATION, Operation.subject_id.in_(chargeable))
                .values(parked=None)
            )
    if parked.intersection(TIMED):
        with domain.store.write() as rows:
            moved += rows.change(
                update(Operation)
                .where(*waiting, Operation.parked.in_(TIMED), Operation.not_before <= now)
                .values(parked=None)
            )
    return moved
