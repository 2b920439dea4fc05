"""What the pages ask Flask-Billcom: where each order's money is, which bank account is in place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from example_marketplace.models import Buyer, Order, Seller

CONSENT = "account page, version 1"
"""What a buyer agreed to: kept with his authorization."""


def settlements_of(orders: Iterable[Order]) -> dict[int, Any]:
    """Return the settlement of each order that has one, by the order's id."""
    return {}


def bank_account_of(party: Buyer | Seller) -> str | None:
    """Return the last four digits that stand for a bank account, or none."""
    return None


def pass_bank_account_through(
    party: Buyer | Seller, *, name_on_account: str, routing_number: str, account_number: str, is_savings: bool
) -> None:
    """Give a bank account to Bill.com without keeping it."""


def consent_to_debits(buyer: Buyer) -> None:
    """Authorise charges to the buyer's bank account."""
