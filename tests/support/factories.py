"""Rows by hand, for tests of what reads and writes them: a marketplace in the middle of its life.

    shop = Shop(store, clock)
    sale = shop.sell(gross=100_00, sellers={"ann": 90_00}, fee=10_00)
    shop.open_documents(sale)

The rows are those that settling and delivery write; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from flask_billcom import ledger
from flask_billcom.api.secret import Secret
from flask_billcom.clock import ManualClock
from flask_billcom.ledger import Account, Leg, Posting
from flask_billcom.marketplace.postings import Share
from flask_billcom.marketplace.refunds import asking
from flask_billcom.marketplace.states import refresh, refresh_documents
from flask_billcom.marketplace.tracking.payments import SENT, NewPart, NewPayment, add_parts, add_payments
from flask_billcom.models import Document, Operation, Party, Settlement, SettlementLine
from flask_billcom.settings import Settings
from flask_billcom.store import Rows, Store

ORGANIZATION = "00801SIMULATORORG001"
MONDAY = datetime(2031, 3, 3, 18, 0, tzinfo=UTC)
"""10 am Pacific on a Monday without a holiday near."""


def settings(**values: Any) -> Settings:
    """Return settings that are complete but for what a test says."""
    return Settings(
        **{
            "environment": "simulator",
            "base_url": "http://127.0.0.1:8625/api/v2",
            "user_name": "robot@example.test",
            "password": Secret("x"),
            "dev_key": Secret("x"),
            "organization_id": ORGANIZATION,
            "encryption_keys": (),
            "payments_enabled": True,
            **values,
        }
    )


@dataclass
class SaleRows:
    """A sale's rows."""

    settlement_id: UUID
    invoice_id: UUID
    bills: dict[str, UUID]


@dataclass
class Shop:
    """Writes rows of one organization."""

    store: Store
    clock: ManualClock
    settings: Settings = field(default_factory=settings)
    reads: Any = None
    organization_id: str = ORGANIZATION
    _parties: dict[tuple[str, str], UUID] = field(default_factory=dict)
    _count: int = 0

    @property
    def domain(self) -> Any:
        """What the domain's functions are given."""
        return SimpleNamespace(
            organization_id=self.organization_id,
            settings=self.settings,
            clock=self.clock,
            store=self.store,
            reads=self.reads,
            mapping=None,
        )

    def remote_id(self, prefix: str) -> str:
        """Return an id as Bill.com makes them."""
        self._count += 1
        return f"{prefix}01ROW{self._count:012d}"

    def party(self, role: str, name: str, **values: Any) -> UUID:
        """Return the row id of a buyer or seller, known to Bill.com."""
        if (role, name) not in self._parties:
            row_id = self.clock.new_id()
            with self.store.write() as rows:
                rows.insert(
                    Party,
                    [
                        {
                            "id": row_id,
                            "organization_id": self.organization_id,
                            "role": role,
                            "local_type": role,
                            "local_id": name,
                            "remote_id": self.remote_id("0cu" if role == "customer" else "009"),
                            "is_active": True,
                            "authorized": False,
                            "created_at": self.clock.now(),
                            **values,
                        }
                    ],
                )
            self._parties[role, name] = row_id
        return self._parties[role, name]

    def sell(
        self,
        gross: int,
        sellers: Mapping[str, int],
        *,
        fee: int = 0,
        buyer: str = "bob",
        release: str = "when_funded",
        reference: str | None = None,
    ) -> SaleRows:
        """Settle a sale: `sellers` names what each gets, in cents; the rest but the fee is the marketplace's own."""
        now = self.clock.now()
        buyer_id = self.party("customer", buyer)
        settlement_id = self.clock.new_id()
        self._count += 1
        reference = reference or f"O-{self._count}"
        net = sum(sellers.values())
        own = gross - net - fee
        party_ids = {name: self.party("vendor", name) for name in sellers}
        with self.store.write() as rows:
            rows.insert(
                Settlement,
                [
                    {
                        "id": settlement_id,
                        "organization_id": self.organization_id,
                        "reference": reference,
                        "local_type": "order",
                        "local_id": reference,
                        "buyer_id": buyer_id,
                        "state": "settled",
                        "currency": "USD",
                        "gross_cents": gross,
                        "fee_cents": fee,
                        "own_cents": own,
                        "net_cents": net,
                        "release": release,
                        "collect": "send",
                        "settled_at": now,
                    }
                ],
            )
            rows.insert(
                SettlementLine,
                [
                    {
                        "id": self.clock.new_id(),
                        "organization_id": self.organization_id,
                        "settlement_id": settlement_id,
                        "position": position,
                        "seller_id": party_ids[name],
                        "cents": cents,
                        "fee_cents": 0,
                        "description": "a thing",
                    }
                    for position, (name, cents) in enumerate(sellers.items())
                ],
            )
            invoice_id = self._document(rows, "invoice", reference, settlement_id, (buyer_id, gross))
            bills = {
                name: self._document(rows, "bill", f"{reference}-{n}", settlement_id, (party_ids[name], cents))
                for n, (name, cents) in enumerate(sellers.items(), start=1)
            }
            legs = [Leg(Account.BUYER_RECEIVABLE, gross, buyer_id)]
            legs += [Leg(Account.SELLER_PAYABLE, -cents, party_ids[name]) for name, cents in sellers.items()]
            legs += [Leg(Account.FEE_INCOME, -fee), Leg(Account.OWN_INCOME, -own)]
            ledger.post(rows, self.clock, self.organization_id, [Posting(legs, settlement_id=settlement_id)])
        return SaleRows(settlement_id, invoice_id, bills)

    def _document(self, rows: Rows, kind: str, number: str, settlement_id: UUID, owed: tuple[UUID, int]) -> UUID:
        row_id = self.clock.new_id()
        party_id, cents = owed
        today = self.clock.now().date()
        rows.insert(
            Document,
            [
                {
                    "id": row_id,
                    "organization_id": self.organization_id,
                    "kind": kind,
                    "number": f"FB-{number}",
                    "origin_type": "settlement",
                    "origin_id": settlement_id,
                    "party_id": party_id,
                    "cents": cents,
                    "currency": "USD",
                    "document_date": today,
                    "due_date": today,
                    "status": "planned",
                    "created_at": self.clock.now(),
                }
            ],
        )
        return row_id

    def open_documents(self, *sales: SaleRows) -> None:
        """Let Bill.com know the documents of sales."""
        with self.store.write() as rows:
            for sale in sales:
                for row_id in (sale.invoice_id, *sale.bills.values()):
                    prefix = "00e" if row_id == sale.invoice_id else "00n"
                    rows.change(
                        update(Document)
                        .where(Document.id == row_id)
                        .values(
                            remote_id=self.remote_id(prefix), status="open", due_cents=Document.cents, scheduled_cents=0
                        )
                    )
            refresh(rows, self.organization_id, [sale.settlement_id for sale in sales])

    def give_back(self, sale: SaleRows, **asked: Any) -> None:
        """Ask for a refund of a sale; all that is left of it, unless something else is said."""
        given = asking.Asked(**{"reference": "r1", "reason": "broken", "actor": "Ada", **asked})
        with self.store.write() as rows:
            asking.ask(rows, self.clock, self.settings, asking.locked(rows, sale.settlement_id), given)

    def remote_of(self, document_id: UUID) -> str:
        """Return a document's id at Bill.com."""
        with self.store.read() as rows:
            return str(rows.first(select(Document.remote_id).where(Document.id == document_id)))

    def send_planned_payouts(self, process_date: date) -> dict[UUID, str]:
        """Let every planned payout be DONE, one SentPay each; return the SentPay's id of each bill."""
        sent: dict[UUID, str] = {}
        with self.store.write() as rows:
            planned = rows.all(
                select(Operation, Document)
                .join(Document, Document.id == Operation.subject_id)
                .where(Operation.kind == "pay", Operation.state == "planned")
                .order_by(Operation.id)
            )
            for operation, bill in planned:
                sent[bill.id] = self._sent(rows, operation.id, bill, process_date)
            refresh_documents(rows, sent, self.clock.now())
            refresh(rows, self.organization_id, [bill.origin_id for _, bill in planned])
        return sent

    def _sent(self, rows: Rows, operation_id: UUID, bill: Document, process_date: date) -> str:
        remote_id, part_id = self.remote_id("stp"), self.remote_id("blp")
        new = NewPayment(remote_id, bill.party_id, bill.cents, process_date, self.remote_id("bac"))
        payment_id = add_payments(rows, self.clock, self.organization_id, SENT, [new])[remote_id]
        add_parts(rows, self.clock, self.organization_id, SENT, [NewPart(payment_id, bill.id, bill.cents, part_id)])
        rows.change(update(Operation).where(Operation.id == operation_id).values(state="done", remote_id=part_id))
        share = Share(bill.id, bill.party_id, bill.origin_id, bill.cents, operation_id)
        legs = ledger.transfer(Account.SELLER_RESERVED, Account.PAYOUT_SCHEDULED, bill.cents, bill.party_id)
        posting = Posting(legs, settlement_id=share.settlement_id, operation_id=operation_id)
        ledger.post(rows, self.clock, self.organization_id, [posting])
        return remote_id

    def books(self) -> dict[str, int]:
        """Return the balance of every account that is not zero."""
        with self.store.read() as rows:
            found = ledger.trial_balance(rows, self.organization_id)
        return {str(account): cents for account, cents in found.items() if cents}

    def row(self, model: type[Any], row_id: UUID) -> Any:
        """Return one row."""
        with self.store.read() as rows:
            return rows.first(select(model).where(model.id == row_id))

    def rows(self, model: type[Any]) -> list[Any]:
        """Return all rows of a table."""
        with self.store.read() as rows:
            return rows.all(select(model).order_by(model.id))
