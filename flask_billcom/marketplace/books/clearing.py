"""What keeps a clearing account from being zero, one item at a time.

A clearing account holds money that is between two places, and is zero when everything is at rest:

    provider_clearing_in     paid by buyers, not at the bank yet; or taken back, and the bank's line not seen yet
    seller_reserved          payouts planned
    payout_scheduled         payouts at Bill.com, not sent yet
    provider_clearing_out    payouts sent, not taken by the bank yet; or back, and the bank's line not seen yet
    payout_returned          payouts that come back, for a person to decide
    refund_payable           owed to buyers
    seller_clawback          owed by sellers
    buyer_credit             buyers' money that no invoice took

The first five are told by our operations and payments, the others by the sale or person they stand for. The ledger has
the last word: what no item explains is an item of its own, so that the items of an account always add up to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from flask_billcom.ledger import Account, trial_balance
from flask_billcom.marketplace.tracking.payments import RECEIVED, SENT
from flask_billcom.marketplace.tracking.receipts import BOOKED
from flask_billcom.models import LIVE, Document, Entry, Operation, Party, Payment, PaymentPart, Settlement
from flask_billcom.store import Rows

_LEFT = ("paid", "cleared", "held", "escheated")
_BY_PARTY = (Account.REFUND_PAYABLE, Account.SELLER_CLAWBACK, Account.BUYER_CREDIT)
CLEARING = (
    Account.PROVIDER_CLEARING_IN,
    Account.SELLER_RESERVED,
    Account.PAYOUT_SCHEDULED,
    Account.PROVIDER_CLEARING_OUT,
    Account.PAYOUT_RETURNED,
    *_BY_PARTY,
)
UNEXPLAINED = "no row of ours explains it: run `flask billcom books reconcile`"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """One amount that stands in a clearing account.

    :param cents: debits positive.
    :param why: what it waits for, in words.
    :param since: when it came there, aware, where a row says so.
    :param party: who it is about, such as `Seller 7`.
    :param number: of the bill or invoice.
    :param payment: Bill.com's id of the payment.
    """

    account: Account
    cents: int
    why: str
    since: datetime | None = None
    party: str | None = None
    reference: str | None = None
    number: str | None = None
    payment: str | None = None
    payment_id: UUID | None = None
    operation_id: UUID | None = None


def open_items(rows: Rows, organization_id: str) -> Iterator[OpenItem]:
    """Yield every item of every clearing account that is not zero; those of one account add up to its balance."""
    balances = trial_balance(rows, organization_id)
    found: dict[Account, list[OpenItem]] = defaultdict(list)
    for item in _all(rows, organization_id):
        found[item.account].append(item)
    for account in CLEARING:
        items = found[account]
        yield from items
        rest = balances[account] - sum(item.cents for item in items)
        if rest:
            yield OpenItem(account=account, cents=rest, why=UNEXPLAINED)


def _all(rows: Rows, organization_id: str) -> Iterator[OpenItem]:
    yield from _planned(rows, organization_id)
    at_bank = Payment.confirmed_at.is_not(None)
    for account, status, sign, why in (
        (Account.PAYOUT_SCHEDULED, Payment.status == "scheduled", -1, "at Bill.com, sent on its process date"),
        (
            Account.PROVIDER_CLEARING_OUT,
            and_(Payment.status.in_(_LEFT), ~at_bank),
            -1,
            "sent, the bank has not taken it yet",
        ),
        (
            Account.PROVIDER_CLEARING_OUT,
            and_(Payment.status == "returning", at_bank),
            1,
            "comes back, the bank does not show it yet",
        ),
        (Account.PAYOUT_RETURNED, Payment.status == "returning", -1, "comes back: a person decides once it is void"),
    ):
        yield from _parts(rows, organization_id, account, SENT, status, sign, why)
    paid = and_(Payment.status.in_(BOOKED), ~at_bank)
    for status, sign, why in (
        (paid, 1, "paid by the buyer, not at the bank yet"),
        (Payment.status == "returning", -1, "taken back by the buyer's bank, which ours does not show yet"),
    ):
        account = Account.PROVIDER_CLEARING_IN
        yield from _parts(rows, organization_id, account, RECEIVED, status, sign, why)
        yield from _unapplied(rows, organization_id, status, sign, why)
    yield from _by_party(rows, organization_id)


def _planned(rows: Rows, organization_id: str) -> Iterator[OpenItem]:
    found = rows.all(
        select(
            Operation.id,
            Operation.amount_cents,
            Operation.state,
            Operation.parked,
            Operation.created_at,
            Document.number,
            Settlement.reference,
            Party.local_type,
            Party.local_id,
        )
        .outerjoin(Document, Document.id == Operation.subject_id)
        .outerjoin(Settlement, Settlement.id == Document.origin_id)
        .outerjoin(Party, Party.id == Document.party_id)
        .where(Operation.organization_id == organization_id, Operation.kind == "pay", Operation.state.in_(LIVE))
        .order_by(Operation.id)
    )
    for row in found:
        state = f"{row.state}, {row.parked.replace('_', ' ')}" if row.parked and row.state == "planned" else row.state
        yield OpenItem(
            account=Account.SELLER_RESERVED,
            cents=-row.amount_cents,
            why=f"a payout is {state}",
            since=row.created_at,
            party=_named(row),
            reference=row.reference,
            number=row.number,
            operation_id=row.id,
        )


def _parts(  # noqa: PLR0917 - a sort of item is as many facts
    rows: Rows,
    organization_id: str,
    account: Account,
    kind: str,
    status: ColumnElement[bool],
    sign: int,
    why: str,
) -> Iterator[OpenItem]:
    found = rows.all(
        select(
            PaymentPart.cents,
            Payment.id,
            Payment.remote_id,
            Payment.created_at,
            Payment.returning_since,
            Document.number,
            Settlement.reference,
            Party.local_type,
            Party.local_id,
        )
        .join_from(PaymentPart, Payment, Payment.id == PaymentPart.payment_id)
        .join(Document, Document.id == PaymentPart.document_id)
        .outerjoin(Settlement, Settlement.id == Document.origin_id)
        .outerjoin(Party, Party.id == Document.party_id)
        .where(Payment.organization_id == organization_id, Payment.kind == kind, status)
        .order_by(Payment.id, PaymentPart.id)
    )
    for row in found:
        yield OpenItem(
            account=account,
            cents=sign * row.cents,
            why=why,
            since=row.returning_since or row.created_at,
            party=_named(row),
            reference=row.reference,
            number=row.number,
            payment=row.remote_id,
            payment_id=row.id,
        )


def _unapplied(
    rows: Rows, organization_id: str, status: ColumnElement[bool], sign: int, why: str
) -> Iterator[OpenItem]:
    found = rows.all(
        select(
            Payment.id,
            Payment.remote_id,
            Payment.unapplied_cents,
            Payment.created_at,
            Party.local_type,
            Party.local_id,
        )
        .outerjoin(Party, Party.id == Payment.party_id)
        .where(
            Payment.organization_id == organization_id, Payment.kind == RECEIVED, Payment.unapplied_cents != 0, status
        )
        .order_by(Payment.id)
    )
    for row in found:
        yield OpenItem(
            account=Account.PROVIDER_CLEARING_IN,
            cents=sign * row.unapplied_cents,
            why=f"{why}; for no invoice",
            since=row.created_at,
            party=_named(row),
            payment=row.remote_id,
            payment_id=row.id,
        )


def _by_party(rows: Rows, organization_id: str) -> Iterator[OpenItem]:
    """Yield what stands for whom, by sale; whoever is even over all of his sales is left out."""
    found = rows.all(
        select(
            Entry.account,
            Entry.party_id,
            Settlement.reference,
            Party.local_type,
            Party.local_id,
            func.sum(Entry.cents).label("cents"),
            func.min(Entry.occurred_at).label("since"),
        )
        .outerjoin(Settlement, Settlement.id == Entry.settlement_id)
        .outerjoin(Party, Party.id == Entry.party_id)
        .where(Entry.organization_id == organization_id, Entry.account.in_(_BY_PARTY))
        .group_by(Entry.account, Entry.party_id, Settlement.reference, Party.local_type, Party.local_id)
        .having(or_(func.sum(Entry.cents) < 0, func.sum(Entry.cents) > 0))
        .order_by(Entry.account, Entry.party_id, Settlement.reference)
    )
    totals: dict[tuple[str, UUID | None], int] = defaultdict(int)
    for row in found:
        totals[row.account, row.party_id] += int(row.cents)
    words = {
        Account.REFUND_PAYABLE: "owed to the buyer",
        Account.SELLER_CLAWBACK: "owed by the seller, taken from his next sales",
        Account.BUYER_CREDIT: "the buyer's, for a later invoice or to be sent back",
    }
    for row in _of_whoever_is_not_even(found, totals):
        account = Account(row.account)
        yield OpenItem(
            account=account,
            cents=int(row.cents),
            why=words[account],
            since=row.since,
            party=_named(row),
            reference=row.reference,
        )


def _of_whoever_is_not_even(found: Iterable[Any], totals: dict[tuple[str, UUID | None], int]) -> Iterator[Any]:
    return (row for row in found if totals[row.account, row.party_id])


def _named(row: Any) -> str | None:  # noqa: ANN401 - a row with a party's name in the app
    return None if row.local_type is None else f"{row.local_type} {row.local_id}"
