"""What payouts may still take: money that the bank has confirmed, less what is promised already.

bank                                       confirmed collections, less payouts that cleared
seller_reserved, payout_scheduled          planned and scheduled
provider_clearing_out                      processed, not yet taken by the bank
+ float                                    what the marketplace itself puts in
"""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from flask_billcom.ledger import Account
from flask_billcom.models import Entry
from flask_billcom.store import Rows

_PROMISED = (Account.SELLER_RESERVED, Account.PAYOUT_SCHEDULED, Account.PROVIDER_CLEARING_OUT)

_SUMS = (
    select(Entry.account, func.sum(Entry.cents))
    .where(Entry.organization_id == bindparam("organization_id"), Entry.account.in_((Account.BANK, *_PROMISED)))
    .group_by(Entry.account)
)


def liquidity(rows: Rows, organization_id: str, float_cents: int) -> int:
    """Return the cents that new payouts may take; below zero when more is promised than is there.

    :param float_cents: what payouts may exceed confirmed collections by.
    """
    found = rows.all(_SUMS, {"organization_id": organization_id})
    sums = {Account(account): int(cents) for account, cents in found}
    # Promises are credits. What Bill.com owes us back is a debit there, and no cover before it is at the bank.
    promised = sum(min(0, sums.get(account, 0)) for account in _PROMISED)
    return sums.get(Account.BANK, 0) + promised + float_cents
