from __future__ import annotations

import pytest

from flask_billcom.api.records import Customer, Vendor
from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Audit
from tests.integration.importing.conftest import at_bill_com, confirm
from tests.support.world import Stage, World


@pytest.fixture
def world(sqlite_stage: Stage) -> World:
    return sqlite_stage.world(confirm_new_parties=True)


def test_nobody_is_made_before_a_person_has_said_who_he_is(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))

    world.run(4 * 3600, step=1800)

    assert [operation.parked for operation in world.operations("create_vendor")] == ["needs_match"]
    assert world.simulator.books.vendors == world.simulator.books.customers == []
    assert "parties match" in world.evidence("create_vendor")["message"]


def test_who_is_known_is_linked_and_who_is_new_is_made(world: World) -> None:
    (customer,) = at_bill_com(world, Customer(name="Ada"))
    world.settle(("ann", "10.00", "1.00"))
    world.run(120)

    confirm(world, "buyer", "Ada", customer)
    assert confirm(world, "seller", "ann", None) is True
    assert confirm(world, "seller", "ann", None) is False
    world.run(120)

    assert [row.id for row in world.simulator.books.customers] == [customer]
    (vendor,) = world.simulator.books.vendors
    assert [row["vendorId"] for row in world.simulator.books.bills] == [vendor.id]
    (act,) = world.rows(Audit, Audit.action == "new_party_confirmed")
    assert (act.actor, act.detail["reason"]) == ("Eve", "asked him")


def test_who_was_said_to_be_new_before_his_first_sale_is_made_with_it(world: World) -> None:
    confirm(world, "seller", "ann", None)
    world.settle(("ann", "10.00", "1.00"))

    world.run(120)

    assert len(world.simulator.books.vendors) == 1


def test_nobody_whom_bill_com_knows_is_new(world: World) -> None:
    (vendor,) = at_bill_com(world, Vendor(name="ann"))
    confirm(world, "seller", "ann", vendor)

    with pytest.raises(NotPossible, match=vendor):
        confirm(world, "seller", "ann", None)
