"""The banks behind Bill.com: accounts with balances, and transfers that take from one what they give to another.

    buyer ──> collecting ──> organization ──> paying out ──> seller
              Bill.com's                      Bill.com's

Every cent lies in exactly one account; the balances of all accounts sum to what they opened with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

__all__ = ["COLLECTING", "PAYING_OUT", "Account", "Bank", "Transfer", "account_key", "masked"]

COLLECTING: Final = "billcom/collecting"
PAYING_OUT: Final = "billcom/paying-out"
_SHOWN: Final = 4


class Transfer(NamedTuple):
    """Cents that went from one account to another."""

    at: int
    debited: str
    credited: str
    cents: int
    kind: str
    reference: str


@dataclass(slots=True)
class Account:
    """One bank account, with its full number: only the bank and the tests that look at it know that."""

    key: str
    holder: str
    owner_id: str
    routing: str
    number: str
    cents: int = 0


def account_key(routing: str, number: str) -> str:
    """Return what an account is known by."""
    return f"{routing}/{number}"


def masked(number: str) -> str:
    """Return a number with all but its last four characters starred."""
    return "*" * max(len(number) - _SHOWN, 0) + number[-_SHOWN:]


class Bank:
    """All accounts and transfers."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.transfers: list[Transfer] = []
        self.open(COLLECTING, "Bill.com, money in")
        self.open(PAYING_OUT, "Bill.com, money out")

    def open(
        self, key: str, holder: str, *, owner_id: str = "", routing: str = "", number: str = "", cents: int = 0
    ) -> Account:
        """Return the account of that key, made if it is new."""
        found = self.accounts.get(key)
        if found is None:
            found = self.accounts[key] = Account(key, holder, owner_id, routing, number, cents)
        return found

    def move(self, at: int, debited: str, credited: str, cents: int, *, kind: str, reference: str) -> None:
        """Take cents from one account and give them to another."""
        self.accounts[debited].cents -= cents
        self.accounts[credited].cents += cents
        self.transfers.append(Transfer(at, debited, credited, cents, kind, reference))

    def balance(self, key: str) -> int:
        """Return the cents in an account."""
        return self.accounts[key].cents
