"""Where each side of the money comes from, each added up from rows of its own.

our ledger          entries on the account `bank`, by buyer and seller
Bill.com's books    payments received and sent, read from the simulator's control side
the bank            transfers from buyers' and to sellers' accounts, by account number
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from example_marketplace.demo.sides import Side, added
from example_marketplace.local_billcom import LocalBillcom
from flask_billcom.ledger import Account
from flask_billcom.models import Document, Entry, Party, Payment
from flask_billcom.models.parties import Role

PAGE = 1000
RECEIVED_PAID, SENT_PAID = "0", "2"
"""The states in which a ReceivedPay and a SentPay have been paid, in the wire's digits."""


def ledger(session: Session) -> Side:
    """Return what our own books say."""
    moved = session.execute(
        select(Party.role, Party.remote_id, Entry.cents)
        .join(Party, Party.id == Entry.party_id)
        .where(Entry.account == Account.BANK)
    ).all()
    income = session.scalar(
        select(func.coalesce(func.sum(-Entry.cents), 0)).where(
            Entry.account.in_([Account.FEE_INCOME, Account.OWN_INCOME])
        )
    )
    return Side(
        "our ledger",
        collected=added((owner or "", cents) for role, owner, cents in moved if role == Role.CUSTOMER),
        paid_out=added((owner or "", -cents) for role, owner, cents in moved if role == Role.VENDOR),
        kept_cents=income or 0,
        counts={
            "invoices": _count(session, Document, "invoice"),
            "bills": _count(session, Document, "bill"),
            "payouts": _count(session, Payment, "sent"),
        },
    )


def books(local: LocalBillcom) -> Side:
    """Return what Bill.com's books say."""
    invoices, bills = list(_active(local, "Invoice")), list(_active(local, "Bill"))
    received = [row for row in _rows(local, "ReceivedPay") if row["status"] == RECEIVED_PAID]
    sent = [row for row in _rows(local, "SentPay") if row["status"] == SENT_PAID]
    return Side(
        "Bill.com's books",
        collected=added((row["customerId"], row["amount"]) for row in received),
        paid_out=added((row["vendorId"], row["amount"]) for row in sent),
        kept_cents=sum(row["amount"] for row in invoices) - sum(row["amount"] for row in bills),
        counts={"invoices": len(invoices), "bills": len(bills), "payouts": len(sent)},
    )


def bank(local: LocalBillcom, *, opening_cents: int) -> Side:
    """Return what the bank says.

    :param opening_cents: what the marketplace's own account held before, in cents.
    """
    owners = _owners(local)
    told = local.read("bank")
    by_account = {account["key"]: account for account in told["accounts"]}
    moved = [
        (owners[owner], transfer["cents"] * sign)
        for transfer in told["transfers"]
        for side, sign in (("debited", -1), ("credited", 1))
        if (owner := by_account[transfer[side]]["owner_id"]) in owners
    ]
    buyers = {owner for role, owner in owners.values() if role == Role.CUSTOMER}
    return Side(
        "the bank",
        collected=added((owner, -cents) for (_, owner), cents in moved if owner in buyers),
        paid_out=added((owner, cents) for (_, owner), cents in moved if owner not in buyers),
        kept_cents=organization_cents(local) - opening_cents,
        counts={"payouts": sum(transfer["kind"] == "payout" for transfer in told["transfers"])},
    )


def organization_cents(local: LocalBillcom) -> int:
    """Return what the marketplace's own account holds."""
    return int(local.read("books")["organization_cents"])


def _owners(local: LocalBillcom) -> dict[str, tuple[Role, str]]:
    """Return the Customer or Vendor behind each bank account's id."""
    customers = {row["id"]: (Role.CUSTOMER, row["customerId"]) for row in _rows(local, "CustomerBankAccount")}
    return customers | {row["id"]: (Role.VENDOR, row["vendorId"]) for row in _rows(local, "VendorBankAccount")}


def _active(local: LocalBillcom, entity: str) -> Iterator[dict[str, Any]]:
    return (row for row in _rows(local, entity) if row["isActive"] == "1")


def _rows(local: LocalBillcom, entity: str) -> Iterator[dict[str, Any]]:
    start, count = 0, 1
    while start < count:
        page = local.read(f"books/{entity}?start={start}&max={PAGE}")
        yield from page["rows"]
        start, count = start + PAGE, page["count"]


def _count(session: Session, table: type[Document | Payment], kind: str) -> int:
    return session.scalar(select(func.count()).select_from(table).where(table.kind == kind)) or 0
