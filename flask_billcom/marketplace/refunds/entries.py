"""What each step of a refund does to the books.

    asked for         seller_payable +, fee_income +, own_income +  | refund_payable -     at once
    invoice lowered   refund_payable +   | buyer_receivable -
    bill lowered      nothing: the seller's payable went down when it was asked for
    came too late     seller_clawback +  | seller_payable -         his bill is paid, or never was one
    paid back         refund_payable -   of the buyer, for him as vendor; then as any payout, out of refund_payable
    debit came back   refund_payable +   | buyer_receivable -       the bill to the buyer is taken back
                      return_loss +      | buyer_receivable -       it was paid already

Debits are positive. Each function returns a posting that sums to zero; nothing is read or written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_billcom.ledger import Account, Leg, Posting, transfer

from .shares import LineShare, net_by_seller


def asked_for(shares: Sequence[LineShare], buyer_id: UUID, settlement_id: UUID) -> Posting:
    """Return what follows at once: the buyer is owed, sellers and marketplace have earned less."""
    fee = sum(share.fee_cents for share in shares)
    own = sum(share.cents for share in shares if share.line.seller_id is None)
    total = sum(share.cents for share in shares)
    return Posting(
        [
            *(Leg(Account.SELLER_PAYABLE, net, seller) for seller, net in net_by_seller(shares).items()),
            Leg(Account.FEE_INCOME, fee),
            Leg(Account.OWN_INCOME, own),
            Leg(Account.REFUND_PAYABLE, -total, buyer_id),
        ],
        settlement_id=settlement_id,
    )


def clawed_back(cents: int, seller_id: UUID, settlement_id: UUID | None) -> Posting:
    """Return what follows where a seller has his share already: he owes it."""
    legs = transfer(Account.SELLER_CLAWBACK, Account.SELLER_PAYABLE, cents, seller_id)
    return Posting(legs, settlement_id=settlement_id)


def not_owed(cents: int, buyer_id: UUID, settlement_id: UUID) -> Posting:
    """Return what follows when an invoice is lowered: the buyer neither owes nor is owed it any more."""
    legs = transfer(Account.REFUND_PAYABLE, Account.BUYER_RECEIVABLE, cents, buyer_id)
    return Posting(legs, settlement_id=settlement_id)


def lost(cents: int, buyer_id: UUID, settlement_id: UUID) -> Posting:
    """Return what follows when a debit comes back that was paid back before."""
    legs = transfer(Account.RETURN_LOSS, Account.BUYER_RECEIVABLE, cents, buyer_id)
    return Posting(legs, settlement_id=settlement_id)


def paid_all_the_same(cents: int, buyer_id: UUID, settlement_id: UUID) -> Posting:
    """Return what follows when the bill that was to be taken back is paid by somebody: that money is lost as well."""
    legs = transfer(Account.RETURN_LOSS, Account.REFUND_PAYABLE, cents, buyer_id)
    return Posting(legs, settlement_id=settlement_id)


def owed_as_vendor(cents: int, buyer_id: UUID, vendor_id: UUID, settlement_id: UUID) -> Posting:
    """Return what follows when a bill pays a buyer back: he is owed it as the vendor that he is paid as.

    :param cents: below zero where the bill is lowered again.
    """
    return Posting(
        [Leg(Account.REFUND_PAYABLE, cents, buyer_id), Leg(Account.REFUND_PAYABLE, -cents, vendor_id)],
        settlement_id=settlement_id,
    )
