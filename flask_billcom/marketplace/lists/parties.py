"""Buyers and sellers as they are shown; their names and addresses are the app's and not kept here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from flask_billcom.ledger import Account, balances_of
from flask_billcom.marketplace.balances import Balance, balance_of
from flask_billcom.models import Party
from flask_billcom.models.parties import Role
from flask_billcom.store import Rows

from .pages import Page, Place, maybe_id, one_of
from .settlements import HoldRow, holds_on
from .sight import Sight

Reserve = Callable[[Rows, UUID], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRow:
    """One buyer or seller.

    :param remote_id: its id at Bill.com; None while it is not created there.
    """

    id: UUID
    role: str
    local_type: str
    local_id: str
    remote_id: str | None
    is_active: bool
    authorized: bool
    bank_last4: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """What stands in one account of the books for a party; debits are positive."""

    account: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartySheet:
    """One buyer or seller with his accounts.

    :param balance: what a seller has earned and where it is; None for a buyer.
    :param credit_cents: what a buyer has paid and no invoice took; None for a seller.
    """

    party: PartyRow
    balance: Balance | None
    accounts: tuple[AccountRow, ...]
    holds: tuple[HoldRow, ...]
    credit_cents: int | None = None


def list_parties(rows: Rows, sight: Sight, place: Place, *, role: str | None = None) -> Page[PartyRow]:
    """Return a page of buyers and sellers.

    :param role: only `customer` or only `vendor`.
    :raises InvalidQuery: there is no such role, or the place is none.
    """
    statement = select(Party).where(sight.parties())
    if one_of(role, Role, "role") is not None:
        statement = statement.where(Party.role == role)
    found, after = place.cut(rows, statement, Party.id)
    return Page(tuple(_shown(each) for each in found), after)


def party_sheet(rows: Rows, sight: Sight, party_id: str, reserve: Reserve | None = None) -> PartySheet | None:
    """Return a buyer or seller with his accounts, or None where the viewer sees none of this id.

    :param reserve: tells a seller's reserve in cents; he has none if it is left out.
    """
    found = rows.first(select(Party).where(sight.parties(), Party.id == maybe_id(party_id)))
    if found is None:
        return None
    accounts = balances_of(rows, sight.organization_id, found.id)
    return PartySheet(
        party=_shown(found),
        balance=_balance(rows, sight, found.id, reserve) if found.role == Role.VENDOR else None,
        accounts=tuple(AccountRow(account=name.value, cents=cents) for name, cents in sorted(accounts.items())),
        holds=tuple(holds_on(rows, sight, "party", found.id)),
        credit_cents=-accounts.get(Account.BUYER_CREDIT, 0) if found.role == Role.CUSTOMER else None,
    )


def _balance(rows: Rows, sight: Sight, party_id: UUID, reserve: Reserve | None) -> Balance:
    cents = 0 if reserve is None else reserve(rows, party_id)
    return balance_of(rows, sight.organization_id, party_id, reserve_cents=cents)


def _shown(party: Any) -> PartyRow:  # noqa: ANN401 - a row of Party
    return PartyRow(
        id=party.id,
        role=party.role,
        local_type=party.local_type,
        local_id=party.local_id,
        remote_id=party.remote_id,
        is_active=party.is_active,
        authorized=party.authorized,
        bank_last4=party.bank_last4,
        created_at=party.created_at,
    )
