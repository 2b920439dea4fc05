"""Parties: planned when needed, told of changes once, and never with what was there before a commit."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom import MappingError
from flask_billcom.api.records import Customer, Vendor
from flask_billcom.marketplace.kinds.parties import CreateParty
from flask_billcom.models import Mark, Operation, Party
from flask_billcom.models.parties import Role
from tests.support.local_shop import LocalShop
from tests.support.rows import counts, select_all
from tests.support.shop import Shop


def known_seller(local: LocalShop) -> Any:
    """Add a seller and make him known to Bill.com; leaves the app context to the caller."""
    shop = local.shop
    seller = shop.Seller(name="Bert", email="bert@example.com")
    shop.db.session.add(seller)
    shop.billcom.sync_party(seller)
    shop.db.session.commit()
    local.tick()
    return seller


def updates(shop: Shop) -> list[Any]:
    return [row[1] for row in select_all(shop, Operation.kind, Operation.state) if row[0].startswith("update_")]


def test_sync_makes_an_unknown_party_known(local: LocalShop) -> None:
    with local.shop.app.app_context():
        seller = known_seller(local)

        (party,) = local.shop.billcom.sync_party(seller)
        local.shop.db.session.commit()

        assert party.is_known
        assert (party.role, party.local_type, party.local_id) == (Role.VENDOR, "Seller", str(seller.id))
        (vendor,) = local.shown(Vendor)
        assert (vendor.name, vendor.email, vendor.id) == ("Bert", "bert@example.com", party.remote_id)


def test_a_change_is_told_without_asking(local: LocalShop) -> None:
    with local.shop.app.app_context():
        seller = known_seller(local)

        seller.name = "Bertrand"
        local.shop.db.session.commit()
        local.tick()

        assert [vendor.name for vendor in local.shown(Vendor)] == ["Bertrand"]
        assert updates(local.shop) == ["done"]


def test_a_change_that_is_rolled_back_is_not_told(local: LocalShop) -> None:
    with local.shop.app.app_context():
        seller = known_seller(local)

        seller.name = "Bertrand"
        local.shop.db.session.flush()
        local.shop.db.session.rollback()

        assert updates(local.shop) == []


def test_a_change_of_what_is_not_told_sends_nothing(local: LocalShop) -> None:
    with local.shop.app.app_context():
        seller = known_seller(local)
        seller.name = "Bertrand"
        local.shop.db.session.commit()
        local.tick()
        calls = sum(local.simulator.journal.calls.values())

        local.shop.billcom.sync_party(seller)
        local.shop.db.session.commit()
        local.tick()

        assert updates(local.shop) == ["cancelled", "done"]
        assert sum(local.simulator.journal.calls.values()) - calls <= 2  # what the witness looks at


def test_a_change_of_a_stranger_plans_nothing(local: LocalShop) -> None:
    with local.shop.app.app_context():
        buyer = local.shop.Buyer(name="Ada", email="ada@example.com")
        local.shop.db.session.add(buyer)
        local.shop.db.session.commit()

        buyer.name = "Eve"
        local.shop.db.session.commit()

        assert counts(local.shop) == {}


def test_a_change_while_another_update_is_under_way_is_told_after_it(local: LocalShop) -> None:
    shop = local.shop
    with shop.app.app_context():
        seller = known_seller(local)
        seller.name = "second"
        shop.db.session.commit()
        with shop.billcom.state_of().store.write() as rows:
            rows.change(update(Operation).where(Operation.kind == "update_vendor").values(state="sending"))

        seller.name = "third"
        shop.db.session.commit()

        assert updates(shop) == ["sending"]
        assert [name for name in select_all(shop, Mark.name) if name.startswith("resync/vendor/")] != []

        with shop.billcom.state_of().store.write() as rows:
            rows.change(update(Operation).where(Operation.kind == "update_vendor").values(state="done"))
        local.tick(2)

        assert [vendor.name for vendor in local.shown(Vendor)] == ["third"]
        assert updates(shop) == ["done", "done"]
        assert [name for name in select_all(shop, Mark.name) if name.startswith("resync/")] == []


@pytest.mark.parametrize("asked", [False, True], ids=["noticed", "asked for"])
def test_a_change_while_the_party_is_being_made_is_told_after_it(
    local: LocalShop, monkeypatch: pytest.MonkeyPatch, *, asked: bool
) -> None:
    shop, check, changes = local.shop, CreateParty.check, iter([True])

    def meanwhile(kind: CreateParty, reads: Any, ready: Any) -> Any:
        if next(changes, False):
            with shop.app.app_context():
                seller = shop.db.session.query(shop.Seller).one()
                seller.name = "Bertrand"
                if asked:
                    shop.billcom.sync_party(seller)
                shop.db.session.commit()
        return check(kind, reads, ready)

    monkeypatch.setattr(CreateParty, "check", meanwhile)
    with shop.app.app_context():
        known_seller(local)
        local.tick(2)

        assert [vendor.name for vendor in local.shown(Vendor)] == ["Bertrand"]
        assert updates(shop) == ["done"]
        assert [name for name in select_all(shop, Mark.name) if name.startswith("resync/")] == []


def test_a_party_that_could_not_be_described_goes_on_when_its_row_is_mended(local: LocalShop) -> None:
    shop = local.shop
    with shop.app.app_context():
        shop.billcom.settle(shop.order(("Bert", "10.00"), buyer=" "))
        shop.db.session.commit()
        local.tick()

        assert ("create_customer", "needs_data") in select_all(shop, Operation.kind, Operation.parked)
        assert local.shown(Customer) == []

        buyer = shop.db.session.query(shop.Buyer).one()
        buyer.name = "Ada"
        shop.billcom.sync_party(buyer)
        shop.db.session.commit()
        local.tick()

        assert [customer.name for customer in local.shown(Customer)] == ["Ada"]


def test_what_was_refused_is_planned_again_by_sync(local: LocalShop) -> None:
    shop = local.shop
    with shop.app.app_context():
        seller = shop.Seller(name="Bert", email="bert@example.com")
        shop.db.session.add(seller)
        shop.billcom.sync_party(seller)
        shop.db.session.commit()
        with shop.billcom.state_of().store.write() as rows:
            rows.change(update(Operation).values(state="rejected"))

        shop.billcom.sync_party(seller)
        shop.billcom.sync_party(seller)
        shop.db.session.commit()

        assert select_all(shop, Operation.generation, Operation.state) == [(1, "rejected"), (2, "planned")]
        (first,) = [row[1] for row in select_all(shop, Operation.generation, Operation.id) if row[0] == 1]
        assert [row[1] for row in select_all(shop, Operation.generation, Operation.supersedes)] == [None, first]


def test_ensure_says_whether_a_party_is_known(local: LocalShop) -> None:
    shop = local.shop
    with shop.app.app_context():
        buyer = shop.Buyer(name="Ada", email="ada@example.com")
        shop.db.session.add(buyer)

        before = shop.billcom.ensure_party(buyer)
        shop.db.session.commit()
        local.tick()
        after = shop.billcom.ensure_party(buyer)

        assert (before.is_known, after.is_known) == (False, True)
        assert before.id == after.id
        assert len(select_all(shop, Party.id)) == 1


@pytest.mark.usefixtures("in_app")
def test_who_is_not_mapped_is_named(shop: Shop) -> None:
    order = shop.order(("Bert", "10.00"))

    with pytest.raises(MappingError, match=r"Order is not mapped; register it with @billcom\.customer_from"):
        shop.billcom.sync_party(order)


@pytest.mark.usefixtures("in_app")
def test_who_is_buyer_and_seller_says_which(shop: Shop) -> None:
    shop.billcom.customer_from(shop.Seller)(lambda seller: Customer(name=seller.name))
    seller = shop.Seller(name="Bert", email="")
    shop.db.session.add(seller)

    assert {party.role for party in shop.billcom.sync_party(seller)} == {Role.CUSTOMER, Role.VENDOR}
    with pytest.raises(MappingError, match="buyer and seller; say role='customer' or role='vendor'"):
        shop.billcom.ensure_party(seller)
    assert shop.billcom.ensure_party(seller, role="vendor").role is Role.VENDOR
