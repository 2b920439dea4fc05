"""Parked operations whose reason is gone go on.

    awaiting_party           the document's party is known to Bill.com now
    awaiting_authorization   the buyer has consented and has a bank account
    needs_data, needs_match,
    difference,
    held, no_cover, cap      their time has come to be looked at again

One statement each, over the rows as they are: whoever mends a cause does not have to know what waits for it.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from flask_billcom.models import Document, Operation, OperationState, Party

from .context import Domain
from .paying.gate import CAP, NO_COVER

AWAITING_PARTY, AWAITING_AUTHORIZATION = "awaiting_party", "awaiting_authorization"
TIMED = ("needs_data", "needs_match", "awaiting_invoice", "difference", "held", NO_COVER, CAP)

_OURS = (Operation.organization_id == bindparam("of"), Operation.state == OperationState.PLANNED)
_REASONS = select(Operation.parked).where(*_OURS, Operation.parked.is_not(None)).distinct()
_ITS_PARTY = select(Document.id).join(Party, Party.id == Document.party_id).where(Document.id == Operation.subject_id)
_IS_KNOWN = _ITS_PARTY.where(Party.remote_id.is_not(None)).exists()
_IS_CHARGEABLE = _ITS_PARTY.where(
    Party.authorized.is_(True), Party.bank_account_id.is_not(None), Party.is_active.is_(True)
).exists()
_PARTY_KNOWN = update(Operation).where(*_OURS, Operation.parked == AWAITING_PARTY, _IS_KNOWN).values(parked=None)
_CHARGEABLE = (
    update(Operation).where(*_OURS, Operation.parked == AWAITING_AUTHORIZATION, _IS_CHARGEABLE).values(parked=None)
)
_TIME_HAS_COME = (
    update(Operation)
    .where(*_OURS, Operation.parked.in_(TIMED), Operation.not_before <= bindparam("now"))
    .values(parked=None)
)


def unpark(domain: Domain) -> int:
    """Let operations go on whose reason to wait is gone, and return how many."""
    ours = {"of": domain.organization_id}
    with domain.store.read() as rows:
        parked = set(rows.all(_REASONS, ours))
    moved = 0
    if AWAITING_PARTY in parked:
        with domain.store.write() as rows:
            moved += rows.change(_PARTY_KNOWN, ours)
    if AWAITING_AUTHORIZATION in parked:
        with domain.store.write() as rows:
            moved += rows.change(_CHARGEABLE, ours)
    if parked.intersection(TIMED):
        with domain.store.write() as rows:
            moved += rows.change(_TIME_HAS_COME, {**ours, "now": domain.clock.now()})
    return moved
