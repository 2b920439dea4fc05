"""What a posting says in words, told from the accounts that it moves between.

The table knows what flask_billcom posts. A posting that is not in it is described by its accounts and never left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from flask_billcom.ledger import Account

from .walking import Side

SALE, SALE_UNDONE, REFUND = "sale", "sale taken back", "refund"
_SOLD = frozenset({Account.SELLER_PAYABLE, Account.FEE_INCOME, Account.OWN_INCOME})
_BETWEEN: Mapping[tuple[Account, Account], str] = MappingProxyType(
    {
        (Account.PROVIDER_CLEARING_IN, Account.BUYER_RECEIVABLE): "payment from the buyer",
        (Account.PROVIDER_CLEARING_IN, Account.BUYER_CREDIT): "payment from the buyer, not for an invoice yet",
        (Account.BUYER_RECEIVABLE, Account.BUYER_CREDIT): "overpaid by the buyer",
        (Account.BANK, Account.PROVIDER_CLEARING_IN): "payment from the buyer at the bank",
        (Account.SELLER_PAYABLE, Account.SELLER_RESERVED): "payout planned",
        (Account.SELLER_RESERVED, Account.SELLER_PAYABLE): "payout given up",
        (Account.SELLER_RESERVED, Account.PAYOUT_SCHEDULED): "payout scheduled",
        (Account.PAYOUT_SCHEDULED, Account.PROVIDER_CLEARING_OUT): "payout sent",
        (Account.PROVIDER_CLEARING_OUT, Account.BANK): "payout at the bank",
        (Account.PROVIDER_CLEARING_OUT, Account.PAYOUT_RETURNED): "payout comes back",
        (Account.PAYOUT_SCHEDULED, Account.PAYOUT_RETURNED): "scheduled payout comes back",
        (Account.PAYOUT_RETURNED, Account.PROVIDER_CLEARING_OUT): "payout goes on after all",
        (Account.PAYOUT_RETURNED, Account.SELLER_PAYABLE): "void payout owed again",
        (Account.BANK, Account.PROVIDER_CLEARING_OUT): "void payout back at the bank",
        (Account.BUYER_RECEIVABLE, Account.PROVIDER_CLEARING_IN): "payment of the buyer taken back",
        (Account.BUYER_CREDIT, Account.PROVIDER_CLEARING_IN): "payment of the buyer taken back, not for an invoice",
        (Account.PROVIDER_CLEARING_IN, Account.BANK): "payment of the buyer taken back at the bank",
        (Account.BUYER_CREDIT, Account.BUYER_RECEIVABLE): "credit of the buyer used or taken back",
        (Account.REFUND_PAYABLE, Account.BUYER_RECEIVABLE): "invoice lowered by a refund",
        (Account.REFUND_PAYABLE, Account.REFUND_PAYABLE): "refund paid back by a bill",
        (Account.REFUND_PAYABLE, Account.SELLER_RESERVED): "refund planned to be paid",
        (Account.SELLER_RESERVED, Account.REFUND_PAYABLE): "payment of a refund given up",
        (Account.PAYOUT_RETURNED, Account.REFUND_PAYABLE): "void payment of a refund owed again",
        (Account.RETURN_LOSS, Account.BUYER_RECEIVABLE): "lost: refunded, and taken back by the buyer's bank",
        (Account.RETURN_LOSS, Account.REFUND_PAYABLE): "lost: refund paid although it was taken back",
        (
            Account.SELLER_CLAWBACK,
            Account.SELLER_PAYABLE,
        ): "owed by the seller, who was paid too much or before the refund",
        (Account.SELLER_PAYABLE, Account.SELLER_CLAWBACK): "debt taken off a bill",
        (Account.SELLER_CLAWBACK, Account.OWN_INCOME): "fine",
        (Account.OWN_INCOME, Account.SELLER_PAYABLE): "bonus",
        (Account.WRITE_OFF, Account.SELLER_CLAWBACK): "debt written off",
    }
)


def meaning(sides: Iterable[Side]) -> str:
    """Return what a posting says, in words."""
    given = list(sides)
    debited = {Account(side.account) for side in given if side.cents > 0}
    credited = {Account(side.account) for side in given if side.cents < 0}
    if is_sale(given):
        return SALE
    if credited == {Account.BUYER_RECEIVABLE} and debited and debited <= _SOLD:
        return SALE_UNDONE
    if credited == {Account.REFUND_PAYABLE} and debited and debited <= _SOLD:
        return REFUND
    if len(debited) == len(credited) == 1:
        known = _BETWEEN.get((next(iter(debited)), next(iter(credited))))
        if known is not None:
            return known
    return f"{_names(debited)} against {_names(credited)}"


def is_sale(sides: Iterable[Side]) -> bool:
    """Return whether a posting is that of a settled sale: the buyer owes, sellers and marketplace have earned."""
    given = list(sides)
    debited = {side.account for side in given if side.cents > 0}
    credited = {side.account for side in given if side.cents < 0}
    return debited == {Account.BUYER_RECEIVABLE} and bool(credited) and credited <= _SOLD


def title(account: str) -> str:
    """Return the name of an account for people."""
    return account.replace("_", " ").capitalize()


def _names(accounts: Iterable[Account]) -> str:
    return ", ".join(sorted(each.value.replace("_", " ") for each in accounts)) or "nothing"
