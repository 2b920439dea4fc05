"""What sellers owe the marketplace: the debit balance of `seller_clawback`, for each of them and never below zero.

    fine, refund after the payout   seller_clawback +  | ...
    netted against a bill           seller_payable +   | seller_clawback -
    written off                     write_off +        | seller_clawback -

Whatever lowers a debt locks the seller's row first, so that of two at once the second one sees what the first one left.
What raises it needs no lock.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, func, select, update

from flask_billcom.ledger import Account, balance
from flask_billcom.models import Entry, Party
from flask_billcom.store import Rows

_OWED = func.sum(Entry.cents)
_IN_DEBT = (
    select(Entry.party_id, _OWED)
    .where(Entry.organization_id == bindparam("organization_id"), Entry.account == Account.SELLER_CLAWBACK)
    .group_by(Entry.party_id)
    .having(_OWED > 0)
)


def lock(rows: Rows, party_id: UUID) -> None:
    """Let everybody else who lowers this seller's debt wait until the transaction ends.

    An update that changes nothing: it is the first statement that writes, so SQLite takes its lock before anything is
    read, also in the driver's own mode.
    """
    rows.change(update(Party).where(Party.id == party_id).values(role=Party.role))


def owed_by(rows: Rows, organization_id: str, party_id: UUID) -> int:
    """Return what a seller owes, in cents."""
    return balance(rows, organization_id, Account.SELLER_CLAWBACK, party_id)


def in_debt(rows: Rows, organization_id: str, among: Collection[UUID] | None = None) -> dict[UUID, int]:
    """Return what each seller owes who owes anything, in cents.

    :param among: only these sellers.
    """
    statement = _IN_DEBT if among is None else _IN_DEBT.where(Entry.party_id.in_(sorted(among)))
    found = rows.all(statement, {"organization_id": organization_id})
    return {seller: int(cents) for seller, cents in found if seller is not None}
