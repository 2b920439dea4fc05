"""One account: its entries, the oldest first, with the balance after each.

opening balance
2026-10-01  sale             1042   -9.00    -9.00
2026-10-08  payout planned   1042    9.00     0.00

Debits are positive. A page begins where the one before ended; its opening balance is what stands before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from flask_billcom.ledger import Account
from flask_billcom.marketplace.lists.pages import MOST, InvalidQuery, row_id
from flask_billcom.models import Entry, Party, Settlement
from flask_billcom.store import Rows

from .meaning import meaning
from .walking import postings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One entry of an account.

    :param cents: debits positive.
    :param balance_cents: of the account after it.
    :param party: who it is about, such as `Seller 7`; None where it is about nobody.
    :param reference: of the sale; None where it belongs to none.
    :param meaning: what its posting says, in words.
    """

    id: UUID
    posting_id: UUID
    at: datetime
    cents: int
    balance_cents: int
    party: str | None
    party_id: UUID | None
    reference: str | None
    operation_id: UUID | None
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A page of an account.

    :param opening_cents: the balance before its first entry.
    :param closing_cents: the balance after its last entry.
    :param after: give this to get the next page; None at the end.
    """

    account: Account
    opening_cents: int
    items: tuple[EntryRow, ...]
    closing_cents: int
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of an account is asked for.

    :param since: aware; the first moment that counts, or None for the beginning.
    :param until: aware; the first moment that does not, or None for no end.
    """

    account: Account
    party_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: str | None = None
    limit: int = 50

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MOST:
            raise InvalidQuery(f"limit must be 1 to {MOST}")


def account_of(name: str) -> Account:
    """Return the account of a name.

    :raises InvalidQuery: there is none.
    """
    try:
        return Account(name)
    except ValueError:
        raise InvalidQuery(f"there is no account {name}; the accounts are {', '.join(Account)}") from None


def history(rows: Rows, organization_id: str, wanted: Wanted) -> History:
    """Return a page of an account."""
    mine = [Entry.organization_id == organization_id, Entry.account == wanted.account]
    if wanted.party_id is not None:
        mine.append(Entry.party_id == wanted.party_id)
    before, behind = _place(rows, organization_id, wanted)
    opening = int(rows.first(select(func.coalesce(func.sum(Entry.cents), 0)).where(*mine, before)) or 0)
    where = [*mine, behind]
    if wanted.until is not None:
        where.append(Entry.occurred_at < wanted.until)
    found = rows.all(
        select(
            Entry.id,
            Entry.posting_id,
            Entry.occurred_at,
            Entry.cents,
            Entry.party_id,
            Entry.operation_id,
            Settlement.reference,
            Party.local_type,
            Party.local_id,
        )
        .outerjoin(Settlement, Settlement.id == Entry.settlement_id)
        .outerjoin(Party, Party.id == Entry.party_id)
        .where(*where)
        .order_by(Entry.occurred_at, Entry.id)
        .limit(wanted.limit + 1)
    )
    shown = found[: wanted.limit]
    items = _items(rows, shown, opening)
    return History(
        account=wanted.account,
        opening_cents=opening,
        items=items,
        closing_cents=items[-1].balance_cents if items else opening,
        after=shown[-1].id.hex if len(found) > wanted.limit else None,
    )


def _place(rows: Rows, organization_id: str, wanted: Wanted) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions for what stands before the page and for what may stand on it."""
    if wanted.after is not None:
        last = rows.first(
            select(Entry.id, Entry.occurred_at).where(
                Entry.organization_id == organization_id, Entry.id == row_id(wanted.after, "after")
            )
        )
        if last is None:
            raise InvalidQuery("after names no entry")
        at, id_ = last.occurred_at, last.id
        return (
            and_(Entry.occurred_at <= at, or_(Entry.occurred_at < at, Entry.id <= id_)),
            and_(Entry.occurred_at >= at, or_(Entry.occurred_at > at, Entry.id > id_)),
        )
    if wanted.since is not None:
        return Entry.occurred_at < wanted.since, Entry.occurred_at >= wanted.since
    return Entry.id.is_(None), Entry.id.is_not(None)


def _items(rows: Rows, found: Sequence[Any], balance: int) -> tuple[EntryRow, ...]:
    words = {each.id: meaning(each.sides) for each in postings_of(rows, {row.posting_id for row in found})}
    items = []
    for row in found:
        balance += row.cents
        items.append(
            EntryRow(
                id=row.id,
                posting_id=row.posting_id,
                at=row.occurred_at,
                cents=row.cents,
                balance_cents=balance,
                party=None if row.local_type is None else f"{row.local_type} {row.local_id}",
                party_id=row.party_id,
                reference=row.reference,
                operation_id=row.operation_id,
                meaning=words[row.posting_id],
            )
        )
    return tuple(items)
