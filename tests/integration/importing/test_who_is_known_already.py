from __future__ import annotations

import pytest

from flask_billcom.api.records import Customer, Vendor
from flask_billcom.engine.decisions import NotPossible
from flask_billcom.errors import MappingError
from flask_billcom.models import Audit, Party
from tests.integration.importing.conftest import at_bill_com, confirm, evidence, id_of, report
from tests.support.world import Stage, World


def test_who_shares_something_is_named_with_what_it_is(world: World) -> None:
    ann, bob, cid = (id_of(world, "seller", name) for name in ("Ann Ltd.", "Bob", "Cid"))
    same, mail, similar, other = at_bill_com(
        world,
        Vendor(name="ann  LTD.", email="office@example.com"),
        Vendor(name="Robert", email="BOB@example.com"),
        Vendor(name="The Ann, Inc", email="else@example.com"),
        Vendor(name="Zoe", email="zoe@example.com"),
    )

    rows = report(world, role="vendor")

    assert evidence(rows, ann) == [(same, ("name",)), (similar, ("similar name",))]
    assert evidence(rows, bob) == [(mail, ("e-mail",))]
    assert evidence(rows, cid) == []
    assert other not in {each.remote_id for row in rows for each in row.candidates}


def test_more_that_is_the_same_comes_first(world: World) -> None:
    ann = id_of(world, "seller", "Ann")
    name, both = at_bill_com(world, Vendor(name="Ann"), Vendor(name="Ann", email="ann@example.com"))

    assert evidence(report(world, role="vendor"), ann) == [(both, ("e-mail", "name")), (name, ("name",))]


def test_a_number_of_ones_own_says_most(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = id_of(world, "seller", "Ann")
    found = world.shop.billcom.registry.parties["vendor"].named("Seller")  # type: ignore[index]  # a StrEnum
    monkeypatch.setitem(
        world.shop.billcom.registry.parties["vendor"]._by_name,  # type: ignore[index]
        "Seller",
        type(found)(found.cls, lambda seller: Vendor(name=seller.name, acc_number=f"S-{seller.id}")),
    )
    name, number = at_bill_com(world, Vendor(name="Ann"), Vendor(name="Somebody", acc_number=f" s-{ann} "))

    assert evidence(report(world, role="vendor"), ann) == [(number, ("number",)), (name, ("name",))]


def test_buyers_and_sellers_are_not_taken_for_each_other(world: World) -> None:
    seller, buyer = id_of(world, "seller", "Ann"), id_of(world, "buyer", "Ann")
    vendor, customer = at_bill_com(world, Vendor(name="Ann"), Customer(name="Ann"))

    rows = report(world)

    by_role = {(row.role.value, row.local_id): [each.remote_id for each in row.candidates] for row in rows}
    assert by_role == {("vendor", str(seller)): [vendor], ("customer", str(buyer)): [customer]}


def test_the_report_and_the_link_are_the_same_on_both_databases(dialect: str, request: pytest.FixtureRequest) -> None:
    stage: Stage = request.getfixturevalue(f"{dialect}_stage")
    world = stage.world()
    ann = id_of(world, "seller", "Ann")
    (vendor,) = at_bill_com(world, Vendor(name="ann", email="ANN@example.com"))

    assert evidence(report(world, role="vendor"), ann) == [(vendor, ("e-mail", "name"))]
    confirm(world, "seller", "Ann", vendor)
    assert report(world, role="vendor") == []


def test_inactive_and_merged_ones_are_left_out(world: World) -> None:
    ann = id_of(world, "seller", "Ann")
    gone, merged, into = at_bill_com(world, Vendor(name="Ann"), Vendor(name="Ann"), Vendor(name="Ann"))
    world.person_does("delete", id=gone)
    world.person_does("merge", id=merged, into=into)

    assert evidence(report(world, role="vendor"), ann) == [(into, ("name",))]


def test_the_report_writes_nothing_and_makes_nothing(world: World) -> None:
    world.person("seller", "Ann")
    at_bill_com(world, Vendor(name="Ann"))
    before, acts = len(list(world.simulator.journal)), len(world.rows(Audit))

    report(world)

    assert {entry.endpoint for entry in list(world.simulator.journal)[before:]} == {"List/Vendor"}
    assert world.rows(Party) == []
    assert len(world.rows(Audit)) == acts


def test_what_a_person_confirms_is_used_from_the_first_sale_on(world: World) -> None:
    world.person("seller", "ann")
    world.person("buyer", "Ada")
    vendor, customer = at_bill_com(world, Vendor(name="ann"), Customer(name="Ada"))

    confirm(world, "seller", "ann", vendor)
    confirm(world, "buyer", "Ada", customer)
    world.settle(("ann", "10.00", "1.00"))
    world.run(120)

    assert [row["vendorId"] for row in world.simulator.books.bills] == [vendor]
    assert [row["customerId"] for row in world.simulator.books.invoices] == [customer]
    assert len(world.simulator.books.vendors) == len(world.simulator.books.customers) == 1
    assert report(world) == []
    assert [each.actor for each in world.rows(Audit, Audit.action == "match_confirmed")] == ["Eve", "Eve"]
    with world.app():
        assert world.shop.billcom.reconcile().count == 0


def test_who_is_linked_to_somebody_else_is_shown_and_not_given_away(world: World) -> None:
    ann, other = id_of(world, "seller", "Ann"), id_of(world, "seller", "ann")
    (vendor,) = at_bill_com(world, Vendor(name="Ann"))
    confirm(world, "seller", "Ann", vendor)

    (row,) = report(world, role="vendor")

    assert (row.local_id, row.candidates[0].taken_by) == (str(other), f"Seller {ann}")
    with pytest.raises(NotPossible, match="another vendor of ours"):
        confirm(world, "seller", "ann", vendor)


def test_a_sale_that_waits_for_its_seller_goes_on_with_the_one_who_is_confirmed(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    (vendor,) = at_bill_com(world, Vendor(name="ann"))

    confirm(world, "seller", "ann", vendor)
    world.run(120)

    assert world.states("create_vendor") == ["cancelled"]
    assert [row["vendorId"] for row in world.simulator.books.bills] == [vendor]
    assert len(world.simulator.books.vendors) == 1


def test_nobody_is_confirmed_while_a_call_may_be_making_him(world: World) -> None:
    (vendor,) = at_bill_com(world, Vendor(name="ann"))
    world.settle(("ann", "10.00", "1.00"))
    world.simulator.plan_fault("timeout_after", "Bulk/Crud/Create/Vendor")
    world.tick()
    assert world.states("create_vendor") == ["unknown"]

    with pytest.raises(NotPossible, match="being made"):
        confirm(world, "seller", "ann", vendor)

    world.run(3600)
    assert world.states("create_vendor") == ["done"]


def test_an_object_that_cannot_be_described_is_named(world: World) -> None:
    world.person("seller", " ")

    (row,) = report(world, role="vendor")

    assert row.candidates == ()
    assert "without a name" in (row.trouble or "")


def test_the_report_goes_on_behind_a_row(world: World) -> None:
    names = [f"seller {place}" for place in range(5)]
    for name in names:
        world.person("seller", name)
    world.person("buyer", "Ada")
    rows = report(world)

    rest = report(world, after=rows[2].key)

    assert [row.key for row in rest] == [row.key for row in rows[3:]]
    with pytest.raises(MappingError, match="names nobody"):
        report(world, after="vendor:Ghost:1")


def test_ten_thousand_are_read_in_pages_and_not_held(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from flask_billcom.marketplace.counterparties import matching
    from flask_billcom.marketplace.shop import everybody

    monkeypatch.setattr(matching, "AT_ONCE", 7)
    monkeypatch.setattr(everybody, "PAGE", 5)
    with world.app() as session:
        session.add_all(world.shop.Seller(name=f"s {n}", email=f"s{n}@example.com") for n in range(23))
        session.commit()
    from flask_billcom.api import requests as wire

    for start in range(0, 2100, 100):
        world.parts.gateway.change(
            wire.bulk_create([Vendor(name=f"x {n}", email=f"s{n}@example.com") for n in range(start, start + 100)])
        )
        world.advance(seconds=60)
    before = len(world.sent("List/Vendor"))

    rows = report(world, role="vendor")

    assert len(rows) == 23
    assert all(len(row.candidates) == 1 and row.candidates[0].evidence == ("e-mail",) for row in rows)
    assert len(world.sent("List/Vendor")) - before == 3
