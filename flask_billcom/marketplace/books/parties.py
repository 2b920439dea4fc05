"""What every seller or buyer has in the books, page by page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from flask_billcom.ledger import Account
from flask_billcom.marketplace.lists.pages import Page, Place, one_of
from flask_billcom.marketplace.lists.sight import Sight
from flask_billcom.models import Entry, Party
from flask_billcom.models.parties import Role
from flask_billcom.store import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBalance:
    """What stands in one account for a party; debits are positive."""

    account: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyBalance:
    """A buyer or seller with every account in which something stands for him.

    :param owed_cents: what we owe him, below zero where he owes us: a seller's earnings that have not been sent, a
        buyer's credit less what he has to pay.
    """

    id: UUID
    role: str
    local_type: str
    local_id: str
    remote_id: str | None
    owed_cents: int
    accounts: tuple[AccountBalance, ...]


_OWED = frozenset(
    {
        Account.BUYER_RECEIVABLE,
        Account.BUYER_CREDIT,
        Account.REFUND_PAYABLE,
        Account.SELLER_PAYABLE,
        Account.SELLER_RESERVED,
        Account.PAYOUT_SCHEDULED,
        Account.PAYOUT_RETURNED,
        Account.SELLER_CLAWBACK,
    }
)


def party_balances(rows: Rows, sight: Sight, place: Place, *, role: str | None = None) -> Page[PartyBalance]:
    """Return a page of parties with their accounts, the newest party first.

    :param role: only `customer` or only `vendor`.
    """
    statement = select(Party).where(sight.parties())
    if one_of(role, Role, "role") is not None:
        statement = statement.where(Party.role == role)
    found, after = place.cut(rows, statement, Party.id)
    sums: dict[UUID, list[AccountBalance]] = defaultdict(list)
    for party_id, account, cents in rows.all(
        select(Entry.party_id, Entry.account, func.sum(Entry.cents))
        .where(
            Entry.organization_id == sight.organization_id,
            Entry.account.in_(list(Account)),  # so that the index finds the entries of each
            Entry.party_id.in_([each.id for each in found]),
        )
        .group_by(Entry.party_id, Entry.account)
        .order_by(Entry.party_id, Entry.account)
    ):
        if cents:
            sums[party_id].append(AccountBalance(account=account, cents=int(cents)))
    return Page(tuple(_shown(each, sums[each.id]) for each in found), after)


def _shown(party: Party, accounts: list[AccountBalance]) -> PartyBalance:
    return PartyBalance(
        id=party.id,
        role=party.role,
        local_type=party.local_type,
        local_id=party.local_id,
        remote_id=party.remote_id,
        owed_cents=-sum(each.cents for each in accounts if each.account in _OWED),
        accounts=tuple(accounts),
    )
