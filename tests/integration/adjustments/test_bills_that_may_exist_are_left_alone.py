"""A bill that was sent, and perhaps made, is not lowered; the debt goes to the next one."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from flask_billcom.models import Party

from .conftest import Office

BILLS = "Bulk/Crud/Create/Bill"


@pytest.mark.parametrize("fault", ["timeout_after", "reset_after", "truncated"])
def test_a_bill_whose_answer_was_lost_is_not_lowered(office: Office, fault: str) -> None:
    world = office.world
    world.simulator.plan_fault(fault, BILLS)
    world.settle(("ann", "10.00", "1.00"))
    office.go()
    assert world.states("create_bill") == ["unknown"]

    office.adjust("ann", "fine", "3.00")
    world.run(60)

    assert world.states("create_bill") == ["done"]
    assert office.bills() == {"FB-1-1": 900}
    assert office.balance("ann").owes_cents == 300

    world.settle(("ann", "5.00"))
    office.go()
    assert office.bills() == {"FB-1-1": 900, "FB-2-1": 200}
    office.check()


def test_a_bill_that_never_landed_is_sent_again_as_it_was(office: Office) -> None:
    world = office.world
    world.simulator.plan_fault("timeout_before", BILLS)
    world.settle(("ann", "10.00", "1.00"))
    office.go()
    office.adjust("ann", "fine", "3.00")

    world.run_until(lambda: world.states("create_bill") == ["done"], within=4 * 3600)

    assert office.bills() == {"FB-1-1": 900}
    assert office.balance("ann").owes_cents == 300
    office.check()


def test_a_lowered_bill_whose_answer_was_lost_is_found(office: Office) -> None:
    world = office.world
    office.adjust("ann", "fine", "3.00")
    world.simulator.plan_fault("timeout_after", BILLS)
    world.settle(("ann", "10.00", "1.00"))
    office.go()

    world.run(60)

    assert world.states("create_bill") == ["cancelled", "done"]
    assert office.bills() == {"FB-1-1": 600}
    office.check()


def test_a_bill_that_a_person_may_have_to_adopt_is_not_lowered(office: Office) -> None:
    world = office.world
    with world.store.write() as rows:
        rows.change(update(Party).where(Party.role == "vendor").values(is_active=False))
    world.settle(("ann", "10.00", "1.00"))
    office.go()
    assert [each.parked for each in world.operations("create_bill")] == ["difference"]

    office.adjust("ann", "fine", "3.00")
    world.tick()

    assert [each.amount_cents for each in world.operations("create_bill")] == [900]
    assert office.balance("ann").owes_cents == 300
