"""Worlds for the tests of refunds, with what is asked again and again: our books, Bill.com's books, the bank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from flask_billcom.clock import ManualClock
from flask_billcom.ledger import Account
from flask_billcom.marketplace.agreement.reconciliation import reconcile
from flask_billcom.marketplace.idle import idle
from flask_billcom.marketplace.refunds.snapshots import RefundSnapshot
from flask_billcom.models import AdjustmentPart, Audit, Document, Operation, Party, Settlement
from flask_billcom.schedule import Schedule
from flask_billcom.simulator.banking.bankdays import next_bank_day
from flask_billcom.simulator.organization.accounts import active_account
from flask_billcom.simulator.payments.disbursements import return_payout
from flask_billcom.simulator.payments.receipts import return_charge, schedule_receipt
from flask_billcom.store import Store
from tests.support import factories
from tests.support.database import Database
from tests.support.world import Stage, World


@dataclass
class Shop:
    """A marketplace whose orders go back.

    :param refunds: how many were asked for, so that each has a reference of its own.
    """

    world: World
    refunds: int = field(default=0)

    # -- acts ------------------------------------------------------------------------------------------------------

    def call(self, name: str, order: str, *, commit: bool = True, **values: Any) -> Any:
        """Make a public call about an order, in a transaction of the app's."""
        with self.world.app() as session:
            found = getattr(self.world.shop.billcom, name)(session.get(self.world.shop.Order, int(order)), **values)
            if commit:
                session.commit()
            else:
                session.rollback()
        return found

    def refund(self, order: str, dollars: str | None = None, **values: Any) -> RefundSnapshot:
        """Ask for a refund under a new reference, unless one is given."""
        self.refunds += 1
        given = {"reference": f"r{self.refunds}", "reason": "broken", **values}
        amount = None if dollars is None else Decimal(dollars)
        found: RefundSnapshot = self.call("refund", order, amount=amount, **given)
        return found

    def cancel(self, order: str, **values: Any) -> RefundSnapshot:
        """Take a sale back."""
        found: RefundSnapshot = self.call("cancel", order, **{"reason": "a mistake", **values})
        return found

    def sell(self, *items: tuple[str, ...], buyer: str = "Ada", own: str | None = None) -> str:
        """Settle an order and let Bill.com know it: invoice, bills, and where charges are due the charge."""
        self.world.lives_through(sell, *items, buyer=buyer, own=own)
        return str(self.world.orders)

    def go(self, *, days: int = 0) -> None:
        """Let bank days pass, and then do everything that is due."""
        self.world.lives_through(go, days)

    def dust(self, *, days: int = 12) -> None:
        """Let everything come to its end; the worker looks every other bank day."""
        for step in [2] * (days // 2) + [1] * (days % 2):
            go(self.world, step)

    def pay_by_link(self, cents: int | None = None) -> None:
        """Let the buyer of the newest invoice pay it, or so much of it, on the next bank day."""

        def pay(bill: Any) -> None:
            invoice = list(bill.store["Invoice"].by_id.values())[-1]
            customer = bill.store["Customer"].by_id[invoice["customerId"]]
            account = active_account(bill, "CustomerBankAccount", customer)
            part = (invoice, invoice["amountDue"] if cents is None else cents)
            day = next_bank_day(bill.today)
            schedule_receipt(bill, customer, [part], paid_on=day, account=account, total=part[1])

        self.world.simulator.under_lock(pay)

    def return_charge(self) -> None:
        """Let the bank take back the newest debit of a buyer."""
        receipts = list(self.world.simulator.world.store["ReceivedPay"].by_id.values())
        self.world.simulator.under_lock(lambda banks: return_charge(banks, receipts[-1], "R01"))

    def return_payout(self, place: int = -1) -> None:
        """Let a payout come back."""
        sent = list(self.world.simulator.world.store["SentPay"].by_id.values())
        self.world.simulator.under_lock(lambda banks: return_payout(banks, sent[place], "R03"))

    # -- what is seen ----------------------------------------------------------------------------------------------

    def refunds_of(self, order: str) -> list[RefundSnapshot]:
        """Return the refunds of an order as they stand."""
        found: list[RefundSnapshot] = self.call("refunds_of", order, commit=False)
        return found

    def state(self, order: str) -> str:
        """Return the state of an order's settlement."""
        (found,) = self.world.rows(Settlement, Settlement.reference == order)
        return str(found.state)

    def there(self, entity: str) -> dict[str, int]:
        """Return the active invoices or bills at Bill.com, in cents by number."""
        books = self.world.simulator.books[entity]
        return {row["invoiceNumber"]: row["amount"] for row in books if row.is_active}

    def lines(self, entity: str, number: str) -> list[int]:
        """Return the amounts of a document's lines at Bill.com."""
        (row,) = [each for each in self.world.simulator.books[entity] if each["invoiceNumber"] == number]
        return [line["amount"] for line in row[f"{entity.lower()}LineItems"]]

    def books(self) -> dict[str, int]:
        """Return the accounts of our books that are not zero."""
        return {str(account): cents for account, cents in self.world.trial().items() if cents}

    def acts(self, *actions: str) -> list[str]:
        """Return which of these acts were recorded, in order."""
        return [act.action for act in self.world.rows(Audit) if act.action in actions]

    def paid_to(self, name: str) -> int:
        """Return what living payments at Bill.com have sent to a vendor, in cents."""
        books = self.world.simulator.books
        vendors = {row.id for row in books["Vendor"] if row["name"] == name}
        return sum(p["amount"] for p in books.sent_pays if p["vendorId"] in vendors and p["status"] not in {"3", "4"})

    def open_parts(self) -> list[AdjustmentPart]:
        """Return what is not carried out yet."""
        return self.world.rows(AdjustmentPart, AdjustmentPart.state != "done")

    def waiting(self) -> dict[str, str]:
        """Return why refunds wait, by document."""
        from flask_billcom.marketplace.refunds.waiting import waiting

        return {each.number: each.reason for each in waiting(self.world.parts.domain)}

    # -- checks ----------------------------------------------------------------------------------------------------

    def settled_dust(self) -> None:
        """Check that nothing is left: no open part, no open lane, no difference, every idle cent explained."""
        assert not self.open_parts(), self.waiting()
        self.check()

    def check(self) -> None:
        """Check the three sides: the books sum to zero and agree with Bill.com and the bank."""
        assert sum(self.world.trial().values()) == 0
        with self.world.app():
            report = reconcile(self.world.parts.domain)
            unexplained = [each for each in idle(self.world.parts.domain) if each.reason is None]
        assert report.is_clean, [each.as_dict() for each in report.differences]
        assert not unexplained

    def operations(self, *kinds: str) -> list[tuple[str, str, int]]:
        """Return kind, state and cents of operations, the oldest first."""
        found = self.world.rows(Operation, Operation.kind.in_(kinds))
        return [(each.kind, each.state, each.amount_cents) for each in found]

    def document(self, number: str) -> Document:
        """Return our row of a document."""
        (found,) = self.world.rows(Document, Document.number == number)
        return found  # type: ignore[no-any-return]

    def owed_by_seller(self, name: str) -> int:
        """Return what a seller owes, in cents."""
        from flask_billcom.ledger import balance

        with self.world.store.read() as rows:
            party = rows.first(
                select(Party.id).where(
                    Party.role == "vendor",
                    Party.local_type == "Seller",
                    Party.local_id == str(self.world.person("seller", name).id),
                )
            )
            return balance(rows, self.world.organization_id, Account.SELLER_CLAWBACK, party)


def sell(world: World, *items: tuple[str, ...], buyer: str, own: str | None) -> None:
    """Settle an order, and do what is due then."""
    world.settle(*items, buyer=buyer, own=own)
    go(world, 0)


def go(world: World, days: int) -> None:
    """Let bank days pass, and do what is due then."""
    if days:
        world.advance(business_days=days)
    world.advance(seconds=5)
    world.rounds()


Open = Callable[..., Shop]


@pytest.fixture
def by_rows(billcom_database: Database) -> factories.Shop:
    """Give a marketplace of rows alone, on SQLite and then on PostgreSQL, for transactions of one moment."""
    return factories.Shop(Store(billcom_database.engine()), ManualClock(factories.MONDAY))


@pytest.fixture
def open_shop(sqlite_stage: Stage) -> Open:
    """Give a function that opens a marketplace with three sellers and two buyers."""

    def make(**values: Any) -> Shop:
        stage = values.pop("stage", sqlite_stage)
        chosen = {"payout_schedule": Schedule.parse("daily"), "collect": "charge", "float_cents": 0, **values}
        world = stage.world(**chosen)
        world.onboard(sellers=["ann", "cid", "dan"], buyers=["Ada", "Bob"])
        return Shop(world)

    return make


@pytest.fixture
def shop(open_shop: Open) -> Shop:
    """Give a marketplace that charges its buyers and pays its sellers daily."""
    return open_shop()


@pytest.fixture
def quiet(open_shop: Open) -> Shop:
    """Give a marketplace that collects nothing by itself: buyers pay by link when they like."""
    return open_shop(collect="none")
