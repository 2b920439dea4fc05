"""Worlds for the tests of adjustments, and what they ask again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update

from flask_billcom.ledger import Account, trial_balance
from flask_billcom.marketplace.agreement.reconciliation import reconcile
from flask_billcom.marketplace.balances import Balance
from flask_billcom.marketplace.corrections.adjustments import AdjustmentSnapshot
from flask_billcom.models import Document, Entry
from tests.support.stages import MakeWorld
from tests.support.world import World


@dataclass
class Office:
    """The back office of a world, as staff use it."""

    world: World

    def call(self, name: str, role: str | None, who: str, *rest: Any, **values: Any) -> Any:
        """Make one public call about a seller or an order."""
        billcom = self.world.shop.billcom
        with self.world.app() as session:
            if role == "seller":
                obj = session.merge(self.world.person("seller", who))
            else:
                obj = session.get(self.world.shop.Order, int(who))
            return getattr(billcom, name)(obj, *rest, **values)

    def adjust(self, seller: str, kind: str, dollars: str, **values: Any) -> AdjustmentSnapshot:
        """Ask for a fine or bonus."""
        given = {"reference": "A-1", "reason": "late again", "actor": "Ann", **values}
        found: AdjustmentSnapshot = self.call("adjust", "seller", seller, kind=kind, amount=Decimal(dollars), **given)
        return found

    def write_off(self, seller: str, **values: Any) -> AdjustmentSnapshot:
        """Ask to give up a debt."""
        given = {"reference": "W-1", "reason": "he has left", "actor": "Ann", **values}
        found: AdjustmentSnapshot = self.call("write_off", "seller", seller, **given)
        return found

    def dispute(self, order: str, **values: Any) -> AdjustmentSnapshot:
        """Note a dispute."""
        given = {"reference": "D-1", "reason": "never arrived", "actor": "Ann", **values}
        found: AdjustmentSnapshot = self.call("dispute", None, order, **given)
        return found

    def decide(self, name: str, *args: Any, **values: Any) -> AdjustmentSnapshot:
        """Make a call about an adjustment."""
        given = {"actor": "Bob", "reason": "looked at it", **values}
        with self.world.app():
            found: AdjustmentSnapshot = getattr(self.world.shop.billcom, name)(*args, **given)
        return found

    def balance(self, seller: str) -> Balance:
        """Return a seller's balance."""
        found: Balance = self.call("balance_of", "seller", seller)
        return found

    def adjustments(self, seller: str) -> list[AdjustmentSnapshot]:
        """Return a seller's adjustments, the oldest first."""
        found: list[AdjustmentSnapshot] = self.call("adjustments_of", "seller", seller)
        return found[::-1]

    def bills(self) -> dict[str, int]:
        """Return the cents of the active bills at Bill.com by number."""
        return {bill["invoiceNumber"]: bill["amount"] for bill in self.world.simulator.books.bills if bill.is_active}

    def lines(self, number: str) -> list[tuple[int, str]]:
        """Return the lines of a bill at Bill.com."""
        (bill,) = [each for each in self.world.simulator.books.bills if each["invoiceNumber"] == number]
        return [(line["amount"], line["description"]) for line in bill["billLineItems"]]

    def go(self) -> None:
        """Let the worker do what is due."""
        self.world.advance(seconds=5)
        self.world.tick()

    def release_everything(self) -> None:
        """Let every bill be paid as far as its sale is concerned."""
        with self.world.store.write() as rows:
            due = update(Document).where(Document.kind == "bill", Document.release_after.is_(None))
            rows.change(due.values(release_after=self.world.clock.now()))

    def check(self) -> None:
        """Check the books: they sum to zero, nobody owes less than nothing, and Bill.com agrees."""
        with self.world.store.read() as rows:
            assert sum(trial_balance(rows, self.world.organization_id).values()) == 0
            owed = rows.all(
                select(func.sum(Entry.cents)).where(Entry.account == Account.SELLER_CLAWBACK).group_by(Entry.party_id)
            )
        assert all(cents >= 0 for cents in owed), owed
        with self.world.app():
            report = reconcile(self.world.parts.domain, None)
        assert report.is_clean, report.differences


MakeOffice = Callable[..., Office]


@pytest.fixture
def make_office(make_world: MakeWorld) -> MakeOffice:
    """Give a function that opens an office, with one seller who is known at Bill.com and can be paid."""

    def make(*sellers: str, **settings: Any) -> Office:
        world = make_world(**settings)
        world.onboard(sellers=sellers or ["ann"])
        return Office(world)

    return make


@pytest.fixture
def office(make_office: MakeOffice) -> Office:
    """Give an office as shipped."""
    return make_office()
