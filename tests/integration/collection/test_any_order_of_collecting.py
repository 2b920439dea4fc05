"""Whatever buyers, staff, banks and the wire do, in any order: no cent is lost, and none is collected twice by us."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Document
from flask_billcom.money import from_cents
from flask_billcom.simulator.banking.bankdays import next_bank_day
from flask_billcom.simulator.organization.accounts import active_account
from flask_billcom.simulator.payments.receipts import return_charge, schedule_receipt
from tests.support.world import Stage, World

FAULTS = ("timeout_after", "timeout_before", "http_5xx_after", "garbage", "connect_refused")
ENDPOINTS = ("RecordARPayment", "ChargeCustomer", "SendInvoice", "List/ReceivedPay", "Bulk/*")
WAYS = ("send", "charge", "none")
ORDERS = st.integers(1, 3)

ACTS = st.one_of(
    st.tuples(st.just("settle"), st.sampled_from(WAYS)),
    st.tuples(st.just("record"), ORDERS, st.integers(1, 12), st.integers(1, 2)),
    st.tuples(st.just("link"), ORDERS, st.integers(1, 11)),
    st.tuples(st.just("remind"), ORDERS),
    st.tuples(st.just("charge_again"), ORDERS),
    st.tuples(st.just("return"), st.integers(0, 3)),
    st.tuples(st.just("revoke")),
    st.tuples(st.just("fault"), st.sampled_from(FAULTS), st.sampled_from(ENDPOINTS)),
    st.tuples(st.just("minutes"), st.integers(1, 40)),
    st.tuples(st.just("days"), st.integers(1, 6)),
)


class Till:
    """One run of acts on a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.orders = 0
        self.references = 0

    def act(self, name: str, *details: Any) -> None:
        getattr(self, name)(*details)
        self.world.tick()

    def settle(self, way: str) -> None:
        if self.orders < 3:
            self.world.settle(("ann", "10.00", "1.00"), collect=way)
            self.orders += 1

    def record(self, order: int, dollars: int, times: int) -> None:
        self.references += 1
        for _ in range(times):
            self._say(
                "record_payment",
                order,
                amount=Decimal(dollars),
                date=date(2026, 1, 5),
                reference=f"check {self.references}",
                overpay=dollars > 10,
            )

    def link(self, order: int, dollars: int) -> None:
        invoices = {row["invoiceNumber"]: row for row in self.world.simulator.books.invoices}
        found = invoices.get(f"FB-{order}")
        if found is None:
            return

        def pay(bill: Any) -> None:
            invoice = bill.store["Invoice"].by_id[found.id]
            open_ = invoice["amountDue"] - invoice["scheduledAmount"]
            customer = bill.store["Customer"].by_id[invoice["customerId"]]
            account = active_account(bill, "CustomerBankAccount", customer)
            applied = min(open_, dollars * 100)
            if applied > 0:
                # What he pays on top is for nothing that he owes.
                schedule_receipt(
                    bill,
                    customer,
                    [(invoice, applied)],
                    paid_on=next_bank_day(bill.today),
                    account=account,
                    total=dollars * 100,
                )

        self.world.simulator.under_lock(pay)

    def remind(self, order: int) -> None:
        self._say("remind", order)

    def charge_again(self, order: int) -> None:
        self._say("charge_again", order, reason="he asks for it")

    def _say(self, call: str, order: int, **said: Any) -> None:
        if order > self.orders:
            return
        with self.world.app() as session:
            found = session.get(self.world.shop.Order, order)
            try:
                getattr(self.world.shop.billcom, call)(found, actor="bea", **said)
            except NotPossible:
                return

    def revoke(self) -> None:
        with self.world.app() as session:
            self.world.shop.billcom.revoke_charges(session.merge(self.world.person("buyer", "Ada")), actor="bea")

    def fault(self, kind: str, endpoint: str) -> None:
        self.world.simulator.plan_fault(kind, endpoint)

    def minutes(self, count: int) -> None:
        self.world.run(count * 60, step=120)

    def days(self, count: int) -> None:
        for _ in range(count):
            self.world.advance(business_days=1)
            self.world.tick()

    def settles_down(self) -> None:
        """Let everything end: faults are over, people decide what is left to them, banks have had their days."""
        world = self.world
        world.simulator.faults.clear()
        for _ in range(3):
            world.run(2400, step=300)
            for operation in world.operations():
                if operation.state == "quarantined":
                    with world.app(), suppress(NotPossible):
                        world.shop.billcom.resolve(operation.id, actor="bea", reason="looked: it is not there")
        self.days(12)
        world.run(1200, step=300)


def bank_returns(till: Till, place: int) -> None:
    receipts = [row for row in till.world.simulator.books.received_pays if row["status"] == "0" and row["isOnline"]]
    if receipts:
        chosen = receipts[place % len(receipts)]
        till.world.simulator.under_lock(
            lambda bill: return_charge(bill, bill.store["ReceivedPay"].by_id[chosen.id], "R01")
        )


@pytest.mark.timeout(600)
@settings(
    max_examples=int(os.environ.get("COLLECTING_EXAMPLES", "2")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(ACTS, min_size=3, max_size=12))
def test_books_bank_and_bill_com_agree_in_the_end(stage: Stage, acts: list[tuple[Any, ...]]) -> None:
    world = stage.world(simulator={"buyers_pay": False}, collect="charge", reminder_days=(3,))
    world.onboard(sellers=["ann"], buyers=["Ada"])
    till = Till(world)
    till.settle("charge")
    for name, *details in acts:
        if name == "return":
            bank_returns(till, *details)
        else:
            till.act(name, *details)
    till.settles_down()

    assert sum(world.trial().values()) == 0
    left = [o for o in world.operations() if o.state not in {"done", "cancelled", "planned"}]
    assert all(o.state == "quarantined" and o.evidence for o in left), world.shown()
    ours = Counter(row["refNumber"] for row in world.simulator.books.received_pays if not row["isOnline"])
    assert all(count == 1 for count in ours.values()), ours
    if left:
        # Something stands there that may be ours and is not equal: a buyer paid a part while no answer came.
        return
    for invoice in world.rows(Document, Document.kind == "invoice"):
        (there,) = [row for row in world.simulator.books.invoices if row["invoiceNumber"] == invoice.number]
        assert from_cents(invoice.due_cents or 0) == from_cents(there["amountDue"]), invoice.number
    with world.app():
        assert world.shop.billcom.reconcile().differences == []
