"""What each step of a payment does to the books.

    money in    collected   provider_clearing_in +   | buyer_receivable -      per invoice
                            provider_clearing_in +   | buyer_credit -          what was not applied
                overpaid    buyer_receivable +       | buyer_credit -          what an invoice got twice
                banked      bank +                   | provider_clearing_in -
    money out   reserved    seller_payable +         | seller_reserved -       refund_payable where a buyer is paid back
                processed   payout_scheduled +       | provider_clearing_out -
                banked      provider_clearing_out +  | bank -
                returning   payout_scheduled or provider_clearing_out + | payout_returned -
                void        payout_returned +        | seller_payable -        refund_payable likewise
                credited    bank +                   | provider_clearing_out -

Debits are positive. Each function returns postings that sum to zero; nothing is read or written here. What comes back
is the same with negative cents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from flask_billcom.ledger import Account, Leg, Posting, transfer


@dataclass(frozen=True, slots=True)
class Share:
    """What a payment, or an operation, holds for one document.

    :param party_id: the buyer of an invoice, the seller of a bill.
    :param settlement_id: the sale behind the document, or None.
    :param owed_from: the account that a bill is paid from: that of sellers, or of buyers who are paid back.
    """

    document_id: UUID
    party_id: UUID
    settlement_id: UUID | None
    cents: int
    operation_id: UUID | None = None
    owed_from: Account = Account.SELLER_PAYABLE


def collected(shares: Iterable[Share]) -> Iterator[Posting]:
    """Yield what follows when buyers' payments are paid."""
    for share in shares:
        yield _move(share, Account.PROVIDER_CLEARING_IN, Account.BUYER_RECEIVABLE)


def unapplied(cents: int, party_id: UUID | None) -> Iterator[Posting]:
    """Yield what follows for the part of a paid payment that no invoice took."""
    if cents:
        yield Posting(transfer(Account.PROVIDER_CLEARING_IN, Account.BUYER_CREDIT, cents, party_id))


def overpaid(shares: Iterable[Share]) -> Iterator[Posting]:
    """Yield what follows where invoices got more than they are for."""
    for share in shares:
        yield _move(share, Account.BUYER_RECEIVABLE, Account.BUYER_CREDIT)


def banked_in(cents: int, party_id: UUID | None, settlement_id: UUID | None = None) -> Posting:
    """Return what follows when the bank has confirmed a buyer's payment, or taken it back (below zero)."""
    legs = transfer(Account.BANK, Account.PROVIDER_CLEARING_IN, cents, party_id)
    return Posting(legs, settlement_id=settlement_id)


def reserved(shares: Iterable[Share]) -> Iterator[Posting]:
    """Yield what follows when payouts are planned."""
    for share in shares:
        yield _move(share, share.owed_from, Account.SELLER_RESERVED)


def processed(shares: Iterable[Share]) -> Iterator[Posting]:
    """Yield what follows when payouts are processed on their date."""
    for share in shares:
        yield _move(share, Account.PAYOUT_SCHEDULED, Account.PROVIDER_CLEARING_OUT)


def banked_out(shares: Iterable[Share]) -> Iterator[Posting]:
    """Yield what follows when the bank has paid for payouts."""
    for share in shares:
        yield _move(share, Account.PROVIDER_CLEARING_OUT, Account.BANK)


def returning(shares: Iterable[Share], *, was_processed: bool) -> Iterator[Posting]:
    """Yield what follows at the first sign that payouts come back: owed again, but to nobody's use yet."""
    source = Account.PROVIDER_CLEARING_OUT if was_processed else Account.PAYOUT_SCHEDULED
    for share in shares:
        yield _move(share, source, Account.PAYOUT_RETURNED)


def given_back(shares: Iterable[Share]) -> Iterator[Posting]:
    """Yield what follows when payouts are proved void: the sellers are owed again."""
    for share in shares:
        yield _move(share, Account.PAYOUT_RETURNED, share.owed_from)


def credited(shares: Iterable[Share]) -> Iterator[Posting]:
    """Yield what follows when Bill.com has paid back what the bank had paid for payouts."""
    for share in shares:
        yield _move(share, Account.BANK, Account.PROVIDER_CLEARING_OUT)


def going_on(shares: Iterable[Share]) -> Iterator[Posting]:
    """Yield what follows when payouts that seemed to come back go to their sellers after all."""
    for share in shares:
        yield _move(share, Account.PAYOUT_RETURNED, Account.PROVIDER_CLEARING_OUT)


def owed_from(*, is_refund: bool) -> Account:
    """Return the account that a bill is paid from."""
    return Account.REFUND_PAYABLE if is_refund else Account.SELLER_PAYABLE


def _move(share: Share, debit: Account, credit: Account) -> Posting:
    legs: tuple[Leg, Leg] = transfer(debit, credit, share.cents, share.party_id)
    return Posting(legs, settlement_id=share.settlement_id, operation_id=share.operation_id)
