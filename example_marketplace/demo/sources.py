"""Where each side of the money comes from, each added up from rows of its own.

our ledger          entries on the account `bank`, by buyer and seller
Bill.com's books    payments received and sent, read from the simulator's control side
the bank            transfers from buyers' and to sellers' accounts, by account number
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from example_marketplace.demo.sides import Side, added
from example_marketplace.extensions import billcom, db
from example_marketplace.local_billcom import LocalBillcom
from example_marketplace.models import Buyer, Seller
from flask_billcom.errors import NotReady
from flask_billcom.ledger import Account
from flask_billcom.models import Document, Entry, Party, Payment
from flask_billcom.models.parties import Role

PAGE = 1000
RECEIVED_PAID, RECEIVED_VOID, SENT_PAID = "0", "1", "2"
"""The states in which a ReceivedPay was paid, or came back, and in which a SentPay was paid; in the wire's digits."""
RECEIVED = (RECEIVED_PAID, RECEIVED_VOID)
OWED = (
    Account.SELLER_PAYABLE,
    Account.SELLER_RESERVED,
    Account.PAYOUT_SCHEDULED,
    Account.PROVIDER_CLEARING_OUT,
    Account.PAYOUT_RETURNED,
    Account.SELLER_CLAWBACK,
)
"""Where the sellers' money is until it leaves the bank, less what they owe."""


def ledger(session: Session) -> Side:
    """Return what our own books say."""
    # What was on its way to the bank when it came back never reached it, but had left the buyer's.
    moved = session.execute(
        select(Party.role, Party.local_type, Party.remote_id, func.sum(Entry.cents))
        .join(Party, Party.id == Entry.party_id)
        .where(Entry.account.in_([Account.BANK, Account.PROVIDER_CLEARING_IN]))
        .group_by(Party.id, Entry.posting_id)
    ).all()
    bought = [(owner or "", cents) for role, _, owner, cents in moved if role == Role.CUSTOMER]
    sold = [(kind, owner or "", -cents) for role, kind, owner, cents in moved if role == Role.VENDOR]
    return Side(
        "our ledger",
        collected=added((owner, cents) for owner, cents in bought if cents > 0),
        returned=added((owner, -cents) for owner, cents in bought if cents < 0),
        refunded=added((owner, cents) for kind, owner, cents in sold if kind == Buyer.__name__),
        paid_out=added((owner, cents) for kind, owner, cents in sold if kind != Buyer.__name__),
        left_cents=_balance(session, [Account.BANK]),
        owed_cents=-_balance(session, OWED),
        counts={
            "invoices": _documents(session, "invoice"),
            "bills": _documents(session, "bill"),
            "payouts": _count(session, Payment.kind == "sent", Payment.status == "cleared"),
        },
    )


def books(local: LocalBillcom) -> Side:
    """Return what Bill.com's books say."""
    invoices, bills = list(_active(local, "Invoice")), list(_active(local, "Bill"))
    received = list(_rows(local, "ReceivedPay"))
    sent = [row for row in _rows(local, "SentPay") if row["status"] == SENT_PAID]
    buyers = _buyers(local)
    owed = sum(row["dueAmount"] for row in bills)
    return Side(
        "Bill.com's books",
        collected=added((row["customerId"], row["amount"]) for row in received if row["status"] in RECEIVED),
        returned=added((row["customerId"], row["amount"]) for row in received if row["status"] == RECEIVED_VOID),
        refunded=added((row["vendorId"], row["amount"]) for row in sent if row["vendorId"] in buyers),
        paid_out=added((row["vendorId"], row["amount"]) for row in sent if row["vendorId"] not in buyers),
        left_cents=sum(map(_settled, invoices)) - sum(map(_settled, bills)),
        owed_cents=owed,
        counts={"invoices": len(invoices), "bills": len(bills), "payouts": len(sent)},
    )


def bank(local: LocalBillcom, *, opening_cents: int) -> Side:
    """Return what the bank says.

    :param opening_cents: what the marketplace's own account held before, in cents.
    """
    owners, buyers = _owners(local), _buyers(local)
    told = local.read("bank")
    by_account = {account["key"]: account for account in told["accounts"]}
    moved = [
        (owners[owner], transfer["cents"] * sign)
        for transfer in told["transfers"]
        for side, sign in (("debited", -1), ("credited", 1))
        if (owner := by_account[transfer[side]]["owner_id"]) in owners
    ]
    bought = [(owner, cents) for (role, owner), cents in moved if role == Role.CUSTOMER]
    sold = [(owner, cents) for (role, owner), cents in moved if role == Role.VENDOR]
    return Side(
        "the bank",
        collected=added((owner, -cents) for owner, cents in bought if cents < 0),
        returned=added((owner, cents) for owner, cents in bought if cents > 0),
        refunded=added((owner, cents) for owner, cents in sold if owner in buyers),
        paid_out=added((owner, cents) for owner, cents in sold if owner not in buyers),
        left_cents=organization_cents(local) - opening_cents,
        counts={"payouts": sum(1 if cents > 0 else -1 for _, cents in sold)},
    )


def held_cents() -> int:
    """Return what of the sellers' money a hold or a reserve stands before, as the shop's pages show it."""
    balances = [billcom.balance_of(seller) for seller in db.session.scalars(select(Seller)) if _is_known(seller)]
    return sum(each.held_cents + each.kept_cents for each in balances)


def _is_known(seller: Seller) -> bool:
    try:
        billcom.balance_of(seller)
    except NotReady:
        return False
    return True


def organization_cents(local: LocalBillcom) -> int:
    """Return what the marketplace's own account holds."""
    return int(local.read("books")["organization_cents"])


def _owners(local: LocalBillcom) -> dict[str, tuple[Role, str]]:
    """Return the Customer or Vendor behind each bank account's id; a check goes to the Vendor himself."""
    customers = {row["id"]: (Role.CUSTOMER, row["customerId"]) for row in _rows(local, "CustomerBankAccount")}
    vendors = {row["id"]: (Role.VENDOR, row["vendorId"]) for row in _rows(local, "VendorBankAccount")}
    return customers | vendors | {row["id"]: (Role.VENDOR, row["id"]) for row in _rows(local, "Vendor")}


def _buyers(local: LocalBillcom) -> set[str]:
    """Return the Vendors who are Customers too, by their names: they get money back."""
    names = {row["name"] for row in _rows(local, "Customer")}
    return {row["id"] for row in _rows(local, "Vendor") if row["name"] in names}


def _settled(document: dict[str, Any]) -> int:
    return int(document["amount"] - document.get("dueAmount", document.get("amountDue", 0)))


def _active(local: LocalBillcom, entity: str) -> Iterator[dict[str, Any]]:
    return (row for row in _rows(local, entity) if row["isActive"] == "1")


def _rows(local: LocalBillcom, entity: str) -> Iterator[dict[str, Any]]:
    start, count = 0, 1
    while start < count:
        page = local.read(f"books/{entity}?start={start}&max={PAGE}")
        yield from page["rows"]
        start, count = start + PAGE, page["count"]


def _balance(session: Session, accounts: Collection[Account]) -> int:
    return session.scalar(select(func.coalesce(func.sum(Entry.cents), 0)).where(Entry.account.in_(accounts))) or 0


def _documents(session: Session, kind: str) -> int:
    return _count(session, Document.kind == kind, Document.status != "inactive")


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*which)) or 0
