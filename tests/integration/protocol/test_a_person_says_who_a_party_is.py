"""Bank accounts that change and parties that go: work for them stops until a person has confirmed who they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update

from flask_billcom.api import requests as wire
from flask_billcom.api.records import Vendor
from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.engine.kinds import Ready
from flask_billcom.engine.reads import Reads
from flask_billcom.marketplace.counterparties.confirming import BANK_CHANGED, confirm_bank_account, confirm_match
from flask_billcom.marketplace.kinds.bills import CreateBill
from flask_billcom.marketplace.paying.payable import COOLING
from flask_billcom.marketplace.paying.payouts import plan_payouts
from flask_billcom.models import Document, Party
from tests.support.world import World

EVE = Person("Eve", "called him at the number that we had before")


LOOKED = 90
"""Seconds after which what is known of parties is read again."""


def party(world: World, role: str = "vendor") -> Party:
    found = next(each for each in world.rows(Party) if each.role == role)
    assert isinstance(found, Party)
    return found


def another_account(world: World) -> None:
    """Let somebody with a stolen sign-in put another bank account in the place of the seller's."""
    (vendor,) = world.simulator.books.vendors
    api = world.parts.gateway
    from flask_billcom.api import requests as wire
    from flask_billcom.api.records import VendorBankAccount

    for row in list(world.simulator.world.store["VendorBankAccount"]):
        world.person_does("delete", id=row.id)
    stolen = VendorBankAccount(
        vendor_id=vendor.id,
        name_on_acct="Mallory",
        account_number="9876543210",
        routing_number="322271627",
        is_personal_acct=False,
    )
    api.change(wire.create_one(stolen))


def due(world: World) -> None:
    from sqlalchemy import update

    with world.store.write() as rows:
        rows.change(update(Document).where(Document.kind == "bill").values(release_after=world.clock.now()))


def test_a_bank_account_that_changed_stops_payouts_until_it_is_confirmed_and_some_days_have_passed(
    world: World,
) -> None:
    world.ready_to_pay(1)
    another_account(world)
    world.advance(seconds=LOOKED)

    world.run(300)

    assert world.sent("PayBills") == []
    assert world.holds() == [BANK_CHANGED]
    confirm_bank_account(world.parts.domain, party(world).id, EVE)
    assert world.holds() == []
    assert party(world).bank_last4 == "3210"
    world.settle(("ann", "20.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    due(world)
    assert list(plan_payouts(world.parts.domain).skipped) == [COOLING]


def test_releasing_a_sellers_holds_does_not_confirm_his_account(world: World) -> None:
    world.ready_to_pay(1)
    another_account(world)
    world.advance(seconds=LOOKED)
    world.run(300)

    with world.app() as session:
        seller = session.merge(world.person("seller", "ann"))
        assert world.shop.billcom.release(seller) == 0

    assert world.holds() == [BANK_CHANGED]


def test_an_account_that_is_taken_away_stops_payouts(world: World) -> None:
    world.ready_to_pay(1)
    for row in list(world.simulator.world.store["VendorBankAccount"]):
        world.person_does("delete", id=row.id)
    world.advance(seconds=LOOKED)

    world.run(300)

    assert world.sent("PayBills") == []
    assert world.holds() == [BANK_CHANGED]
    with pytest.raises(NotPossible, match="0 active"):
        confirm_bank_account(world.parts.domain, party(world).id, EVE)


def test_a_clock_that_jumps_back_does_not_put_the_look_at_accounts_off(world: World) -> None:
    world.clock.offset = timedelta(hours=1)
    world.ready_to_pay(1)
    world.simulator.plan_fault("connect_refused", "PayBills")
    world.tick()
    world.clock.offset = timedelta(0)
    another_account(world)

    world.run(3900, step=300)

    assert world.holds() == [BANK_CHANGED]
    assert sum(world.paid_cents().values()) == 0


def merged(world: World, role: str) -> str:
    """Merge a party into another one in Bill.com's page, and let that be noticed; return the other one's id."""
    from flask_billcom.api import requests as wire
    from flask_billcom.api.records import Customer, Vendor

    table = world.simulator.books.vendors if role == "vendor" else world.simulator.books.customers
    (row,) = table
    other = Vendor(name="Ann Again") if role == "vendor" else Customer(name="Ada Again")
    reply = world.parts.gateway.change(wire.create_one(other))
    into = str(reply.data["id"])
    world.person_does("merge", id=row.id, into=into)
    world.advance(seconds=25 * 3600)
    world.tick()
    return into


def test_nothing_is_made_for_a_party_that_was_merged_before_a_person_says_who_it_is(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    into = merged(world, "vendor")
    assert party(world).merged_into == into
    world.settle(("ann", "20.00", "1.00"))

    world.run(120)
    assert [o.parked for o in world.operations("create_bill")] == [None, "difference"]
    confirm_match(world.parts.domain, party(world).id, into, EVE)
    world.run(3700, step=600)

    assert set(world.states("create_bill")) == {"done"}
    (_, bill) = sorted(world.simulator.books.bills, key=lambda row: str(row["invoiceNumber"]))
    assert bill["vendorId"] == into


def test_a_payment_that_names_the_former_vendor_is_planned_anew(world: World) -> None:
    world.ready_to_pay(1)
    world.simulator.plan_fault("bdc:BDC_1322", "PayBills")
    world.tick()
    assert world.operation("pay").digest is not None
    into = merged(world, "vendor")

    assert confirm_match(world.parts.domain, party(world).id, into, EVE) == 1

    old, new = world.operations("pay")
    assert (old.state, new.state, new.generation, new.supersedes) == ("cancelled", "planned", 2, old.id)
    with world.store.read() as rows:
        from flask_billcom.marketplace.agreement.proof import prove

        assert [str(each) for each in prove(rows, world.organization_id)] == []


def test_a_party_that_is_not_there_or_gone_is_not_confirmed(world: World) -> None:
    world.onboard(sellers=["ann"])
    into = merged(world, "vendor")
    former = str(party(world).remote_id)

    with pytest.raises(NotPossible):
        confirm_match(world.parts.domain, party(world).id, former, EVE)
    with pytest.raises(NotPossible):
        confirm_match(world.parts.domain, party(world).id, "00901NOBODYNOBODYNOB", EVE)
    assert into != former


@pytest.mark.parametrize("trouble", ["another one", "not active", "merged"])
def test_a_bill_that_was_about_to_be_made_for_somebody_else_is_made_for_him(
    world: World, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    world.onboard(sellers=["ann"])
    reply = world.parts.gateway.change(wire.create_one(Vendor(name="Ann, made by hand")))
    known = party(world)
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    changes = {"not active": {"is_active": False}, "merged": {"merged_into": reply.data["id"]}}.get(trouble)
    looked: list[str] = []

    def look(kind: CreateBill, _reads: Reads, ready: Sequence[Ready]) -> Sequence[Ready]:
        if not looked:
            with world.store.write() as rows:
                rows.change(update(Party).where(Party.id == known.id).values(changes or {"is_active": True}))
            if changes is None:
                confirm_match(world.parts.domain, known.id, reply.data["id"], EVE)
        looked.append(kind.name)
        return ready

    monkeypatch.setattr(CreateBill, "check", look)
    world.tick()
    confirm_match(world.parts.domain, known.id, reply.data["id"], EVE)
    world.run(7200)

    assert [bill["vendorId"] for bill in world.simulator.books.bills] == [reply.data["id"]]
    assert world.states("create_bill") == ["done"]
