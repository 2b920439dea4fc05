"""What the ledger must come to, counted from our other rows.

seller_reserved         payouts planned and not done
payout_scheduled        payouts scheduled
provider_clearing_out   payouts processed and not at the bank, less what Bill.com owes back
payout_returned         payouts that come back
provider_clearing_in    payments paid and not at the bank, less those the bank will take back
buyer_receivable        what is due on invoices
bank                    payments in less payouts out, as confirmed
owed to sellers         all bills less what has left the bank for them; what refunds have still to take off invoices,
    and to buyers       less what they have still to take off bills
seller_clawback         never below zero for a seller: nobody pays more than he owes
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from flask_billcom.ledger import Account, trial_balance
from flask_billcom.marketplace.tracking.payments import RECEIVED, SENT
from flask_billcom.marketplace.tracking.receipts import BOOKED
from flask_billcom.models import LIVE, AdjustmentPart, Document, Entry, Operation, Payment, PaymentPart
from flask_billcom.store import Rows

from .differences import Difference, Kind, dollars

_OWED = (
    Account.SELLER_PAYABLE,
    Account.REFUND_PAYABLE,
    Account.SELLER_RESERVED,
    Account.PAYOUT_SCHEDULED,
    Account.PROVIDER_CLEARING_OUT,
    Account.PAYOUT_RETURNED,
)
_LEFT = ("paid", "cleared", "held", "escheated")


def prove(rows: Rows, organization_id: str) -> Iterator[Difference]:
    """Yield where the ledger is not what our own rows come to."""
    ledger = trial_balance(rows, organization_id)
    if sum(ledger.values()):
        yield _difference("all accounts", sum(ledger.values()), 0)
    for party_id, cents in _overpaid(rows, organization_id):
        yield _difference(f"seller_clawback of {party_id.hex}", cents, 0)
    for name, (have, want) in _expected(rows, organization_id, ledger).items():
        if have != want:
            yield _difference(name, have, want)


def _expected(rows: Rows, organization_id: str, ledger: Mapping[Account, int]) -> dict[str, tuple[int, int]]:
    sent = _sent(rows, organization_id)
    received = _received(rows, organization_id)
    bills = _documents(rows, organization_id, "bill", func.coalesce(Document.cents, 0))
    refunds = _refunds(rows, organization_id)
    due = _documents(rows, organization_id, "invoice", func.coalesce(Document.due_cents, Document.cents))
    wanted = {
        Account.SELLER_RESERVED: -_reserved(rows, organization_id),
        Account.PAYOUT_SCHEDULED: -sent["scheduled"],
        Account.PROVIDER_CLEARING_OUT: sent["returning, banked"] - sent["processed"],
        Account.PAYOUT_RETURNED: -sent["returning"],
        Account.PROVIDER_CLEARING_IN: received["collected"] - received["returning"],
        Account.BUYER_RECEIVABLE: due,
        Account.BANK: received["banked"] - sent["banked"],
    }
    pairs = {str(account): (ledger[account], want) for account, want in wanted.items()}
    owed = sum(ledger[account] for account in _OWED)
    pairs["owed to sellers and buyers"] = (owed, sent["banked"] - bills - refunds)
    return pairs


def _overpaid(rows: Rows, organization_id: str) -> list[tuple[UUID, int]]:
    """Return the sellers off whose bills more was taken than they owed, with their balances."""
    total = func.sum(Entry.cents)
    found = rows.all(
        select(Entry.party_id, total)
        .where(Entry.organization_id == organization_id, Entry.account == Account.SELLER_CLAWBACK)
        .group_by(Entry.party_id)
        .having(total < 0)
    )
    return [(party_id, int(cents)) for party_id, cents in found]


def _reserved(rows: Rows, organization_id: str) -> int:
    total = rows.first(
        select(func.coalesce(func.sum(Operation.amount_cents), 0)).where(
            Operation.organization_id == organization_id, Operation.kind == "pay", Operation.state.in_(LIVE)
        )
    )
    return int(total)


def _sent(rows: Rows, organization_id: str) -> dict[str, int]:
    at_bank = Payment.confirmed_at.is_not(None)
    sums = {
        "scheduled": Payment.status == "scheduled",
        "processed": and_(Payment.status.in_(_LEFT), ~at_bank),
        "returning": Payment.status == "returning",
        "returning, banked": and_(Payment.status == "returning", at_bank),
        # What was voided after the bank had paid for it is back at the bank.
        "banked": and_(at_bank, Payment.status != "voided"),
    }
    return _sums(rows, organization_id, SENT, sums)


def _received(rows: Rows, organization_id: str) -> dict[str, int]:
    at_bank = Payment.confirmed_at.is_not(None)
    returning = Payment.status == "returning"
    sums = {
        "collected": and_(Payment.status.in_(BOOKED), ~at_bank),
        "returning": returning,
        "banked": and_(at_bank, or_(Payment.status.in_(BOOKED), returning)),
    }
    parts = _sums(rows, organization_id, RECEIVED, sums)
    credit = _credit(rows, organization_id, sums)
    return {name: parts[name] + credit[name] for name in sums}


def _sums(rows: Rows, organization_id: str, kind: str, which: Mapping[str, ColumnElement[bool]]) -> dict[str, int]:
    cents = PaymentPart.cents
    found = rows.first(
        select(*[func.coalesce(func.sum(case((condition, cents), else_=0)), 0) for condition in which.values()])
        .select_from(Payment)
        .join(PaymentPart, PaymentPart.payment_id == Payment.id)
        .where(Payment.organization_id == organization_id, Payment.kind == kind)
    )
    return dict(zip(which, map(int, found), strict=True))


def _credit(rows: Rows, organization_id: str, which: Mapping[str, ColumnElement[bool]]) -> dict[str, int]:
    cents = Payment.unapplied_cents
    found = rows.first(
        select(*[func.coalesce(func.sum(case((condition, cents), else_=0)), 0) for condition in which.values()]).where(
            Payment.organization_id == organization_id, Payment.kind == RECEIVED
        )
    )
    return dict(zip(which, map(int, found), strict=True))


def _refunds(rows: Rows, organization_id: str) -> int:
    """Return what refunds have still to take off invoices, less what they have to take off bills."""
    left = AdjustmentPart.cents - AdjustmentPart.lowered_cents - AdjustmentPart.turned_cents
    signed = case((AdjustmentPart.kind == "invoice", left), else_=-left)
    return int(
        rows.first(
            select(func.coalesce(func.sum(signed), 0)).where(
                AdjustmentPart.organization_id == organization_id, AdjustmentPart.state != "done"
            )
        )
    )


def _documents(rows: Rows, organization_id: str, kind: str, cents: ColumnElement[int]) -> int:
    total = rows.first(
        select(func.coalesce(func.sum(cents), 0)).where(
            Document.organization_id == organization_id, Document.kind == kind, Document.status != "inactive"
        )
    )
    return int(total)


def _difference(name: str, have: int, want: int) -> Difference:
    return Difference(
        Kind.BOOKS,
        f"ledger, {name}",
        dollars(have),
        dollars(want),
        "The account is not what our documents, operations and payments come to; a row was changed by hand, or this "
        "is a fault of flask_billcom.",
        "flask billcom books ledger",
    )
