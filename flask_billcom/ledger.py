"""Double entry over the `entry` rows: what every step did to the money.

    settled      buyer_receivable +gross | seller_payable -net, fee_income -fee, own_income -own
    collected    provider_clearing_in +  | buyer_receivable -
    banked       bank +                  | provider_clearing_in -       when the bank shows the day's line
    pay planned  seller_payable +        | seller_reserved -
    pay sent     seller_reserved +       | payout_scheduled -
    processed    payout_scheduled +      | provider_clearing_out -
    banked       provider_clearing_out + | bank -                       the same; clearing afterwards posts nothing

Debits are positive, credits negative; a posting that does not sum to zero is refused. Entries are never changed:
what is undone is posted again with the other sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from .clock import Clock
from .models import Entry
from .store import Rows


class Account(StrEnum):
    """The accounts of the books."""

    BUYER_RECEIVABLE = "buyer_receivable"
    PROVIDER_CLEARING_IN = "provider_clearing_in"
    BANK = "bank"
    SELLER_PAYABLE = "seller_payable"
    SELLER_RESERVED = "seller_reserved"
    PAYOUT_SCHEDULED = "payout_scheduled"
    PROVIDER_CLEARING_OUT = "provider_clearing_out"
    PAYOUT_RETURNED = "payout_returned"
    FEE_INCOME = "fee_income"
    OWN_INCOME = "own_income"
    BUYER_CREDIT = "buyer_credit"
    REFUND_PAYABLE = "refund_payable"
    SELLER_CLAWBACK = "seller_clawback"
    RETURN_LOSS = "return_loss"
    PROVIDER_FEES = "provider_fees"
    WRITE_OFF = "write_off"


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a posting.

    :param cents: debits positive, credits negative; a leg of zero is left out.
    """

    account: Account
    cents: int
    party_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """Legs that belong together and sum to zero."""

    legs: Sequence[Leg]
    settlement_id: UUID | None = None
    operation_id: UUID | None = None
    currency: str = "USD"
    occurred_at: datetime | None = field(default=None)
    """When it happened, aware; the clock's time if left out."""


def transfer(debit: Account, credit: Account, cents: int, party_id: UUID | None = None) -> tuple[Leg, Leg]:
    """Return the two legs of an amount that goes from one account to another, both for the same party.

    :param cents: the amount; debited to the first account, credited to the second.
    """
    return Leg(debit, cents, party_id), Leg(credit, -cents, party_id)


def post(rows: Rows, clock: Clock, organization_id: str, postings: Iterable[Posting]) -> None:
    """Append postings.

    :raises ValueError: the legs of a posting do not sum to zero.
    """
    now = clock.now()
    entries: list[dict[str, Any]] = []
    for posting in postings:
        if sum(leg.cents for leg in posting.legs) != 0:
            raise ValueError(
                f"the legs of a posting must sum to zero: {[(leg.account, leg.cents) for leg in posting.legs]}"
            )
        posting_id = clock.new_id()
        entries += [
            {
                "id": clock.new_id(),
                "organization_id": organization_id,
                "posting_id": posting_id,
                "account": leg.account,
                "party_id": leg.party_id,
                "settlement_id": posting.settlement_id,
                "operation_id": posting.operation_id,
                "cents": leg.cents,
                "currency": posting.currency,
                "occurred_at": posting.occurred_at or now,
            }
            for leg in posting.legs
            if leg.cents
        ]
    rows.insert(Entry, entries)


def balance(rows: Rows, organization_id: str, account: Account, party_id: UUID | None = None) -> int:
    """Return the balance of an account in cents, debits positive, of one party or of all."""
    total = select(func.coalesce(func.sum(Entry.cents), 0)).where(
        Entry.organization_id == organization_id, Entry.account == account
    )
    if party_id is not None:
        total = total.where(Entry.party_id == party_id)
    return int(rows.first(total) or 0)


def balances_of(rows: Rows, organization_id: str, party_id: UUID) -> dict[Account, int]:
    """Return every balance of one party in cents, debits positive; accounts without entries are left out."""
    found = rows.all(
        select(Entry.account, func.sum(Entry.cents))
        # All accounts are named so that the index finds the party's entries in each, and no others.
        .where(Entry.organization_id == organization_id, Entry.account.in_(list(Account)), Entry.party_id == party_id)
        .group_by(Entry.account)
    )
    return {Account(account): int(cents) for account, cents in found}


def trial_balance(rows: Rows, organization_id: str) -> dict[Account, int]:
    """Return the balance of every account in cents, debits positive; together they are zero."""
    found = rows.all(
        select(Entry.account, func.sum(Entry.cents))
        .where(Entry.organization_id == organization_id)
        .group_by(Entry.account)
    )
    sums = {Account(account): int(cents) for account, cents in found}
    return {account: sums.get(account, 0) for account in Account}
