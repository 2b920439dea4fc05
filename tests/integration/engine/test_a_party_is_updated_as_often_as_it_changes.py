"""Updates make no object, so they keep no id of one, and follow each other without end."""

from __future__ import annotations

import pytest

from tests.support.world import World


def rename(world: World, email: str) -> None:
    with world.app() as session:
        session.query(world.shop.Seller).filter_by(name="ann").one().email = email
        session.commit()
    world.advance(seconds=5)
    world.tick()


def test_a_seller_who_changes_three_times_is_updated_three_times(world: World) -> None:
    world.onboard(sellers=["ann"])
    for number in range(3):
        rename(world, f"ann{number}@example.com")

    (vendor,) = world.simulator.books.vendors
    assert vendor["email"] == "ann2@example.com"
    assert world.states("update_vendor") == ["done"] * 3
    assert len(world.sent("Bulk/Crud/Update/Vendor")) == 3


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "bdc:BDC_9999", "connect_refused"])
def test_an_update_without_an_answer_is_repeated_until_it_is_told(world: World, fault: str) -> None:
    world.onboard(sellers=["ann"])
    rename(world, "ann1@example.com")
    world.simulator.plan_fault(fault, "Bulk/Crud/Update/Vendor")
    rename(world, "ann2@example.com")

    world.run_until(lambda: set(world.states("update_vendor")) == {"done"}, within=3600)

    assert world.simulator.books.vendors[0]["email"] == "ann2@example.com"
