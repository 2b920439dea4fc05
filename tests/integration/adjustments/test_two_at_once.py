"""Whoever meets on one seller's debt, it is taken off once and never falls below zero; on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.engine.kinds import Ready
from flask_billcom.marketplace.corrections import adjusting
from flask_billcom.marketplace.corrections.adjustments import FINE, NETTING, PROPOSED, WRITE_OFF, Wanted
from flask_billcom.marketplace.corrections.netting import net
from flask_billcom.marketplace.kinds.bills import CreateBill
from flask_billcom.models import Adjustment, OperationState
from tests.support.together import together
from tests.support.world import World

from .conftest import Office

THREADS = 4


@pytest.fixture
def office_on(world_on: World) -> Office:
    world_on.onboard(sellers=["ann"])
    return Office(world_on)


def nettings(office: Office) -> int:
    return sum(row.cents for row in office.world.rows(Adjustment, Adjustment.kind == NETTING))


def test_ticks_at_once_take_a_debt_off_once(office_on: Office) -> None:
    world = office_on.world
    office_on.adjust("ann", "fine", "12.00")
    world.settle_some(3, ("ann", "5.00"))
    domains = [world.process().domain for _ in range(THREADS)]

    lowered = together([partial(net, domain) for domain in domains])

    assert (sum(lowered), nettings(office_on)) == (3, 1200)
    assert office_on.balance("ann").owes_cents == 0
    office_on.go()
    assert list(office_on.bills().values()) == [300]
    office_on.check()


def test_one_reference_asked_for_at_once_is_one_adjustment(office_on: Office) -> None:
    world = office_on.world
    party = office_on.adjust("ann", "bonus", "1.00", reference="A-0").party_id
    wanted = Wanted(FINE, 300, "A-1", "late again", party)
    domains = [world.process().domain for _ in range(THREADS)]

    found = together([partial(adjusting.propose, each, wanted, Person("Ann", "late")) for each in domains])

    assert len({each.id for each in found}) == 1
    assert office_on.balance("ann").owes_cents == 300
    office_on.check()


def test_two_approvals_at_once_are_both_counted(office_on: Office) -> None:
    world = office_on.world
    world.restart(approval_threshold_cents=1, approvers=2)
    asked = office_on.adjust("ann", "bonus", "1.00")
    assert asked.id is not None
    assert asked.state == PROPOSED
    domains = [world.process().domain for _ in range(2)]

    together(
        [
            partial(adjusting.approve, domain, asked.id, Person(name, "seen"))
            for domain, name in zip(domains, ("Bob", "Cleo"), strict=True)
        ]
    )

    assert office_on.adjustments("ann")[-1].state == "booked"
    assert office_on.balance("ann").available_cents == 100
    office_on.check()


def test_a_debt_is_written_off_or_taken_off_a_bill_and_never_both(office_on: Office) -> None:
    world = office_on.world
    party = office_on.adjust("ann", "fine", "6.00").party_id
    world.settle(("ann", "6.00"))
    first, second, third = (world.process().domain for _ in range(3))
    give_up = Wanted(WRITE_OFF, 600, "W-1", "left", party)
    once_more = Wanted(WRITE_OFF, 600, "W-2", "left", party)

    results = together(
        [
            lambda: net(first),
            lambda: adjusting.propose(second, give_up, Person("Ann", "left", "Bob")),
            lambda: adjusting.propose(third, once_more, Person("Ann", "left", "Bob")),
        ]
    )

    refused = sum(isinstance(each, NotPossible) for each in results)
    assert refused + (results[0] == 0) == 2, "one of the three got the debt"
    assert office_on.balance("ann").owes_cents == 0
    office_on.go()
    office_on.check()


def test_a_bill_that_was_rendered_before_is_not_sent_at_its_old_amount(
    office_on: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = office_on.world
    world.settle(("ann", "10.00", "1.00"))
    check, sent = CreateBill.check, world.process().domain
    fines = iter([True])

    def meanwhile(kind: CreateBill, reads: Any, ready: Sequence[Ready]) -> Any:
        if next(fines, False):
            office_on.adjust("ann", "fine", "3.00")
            assert net(sent) == 1
        return check(kind, reads, ready)

    monkeypatch.setattr(CreateBill, "check", meanwhile)
    office_on.go()
    office_on.go()

    assert office_on.bills() == {"FB-1-1": 600}
    assert world.states("create_bill") == [OperationState.CANCELLED, OperationState.DONE]
    office_on.check()


def test_a_bill_waits_for_what_is_still_to_be_taken_off_it(office_on: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    world = office_on.world
    with monkeypatch.context() as patch:
        # A debt that arises after the step that takes debts off, and before the bills of this tick are chosen.
        patch.setattr("flask_billcom.marketplace.steps.net", lambda _domain: 0)
        world.restart()
        office_on.adjust("ann", "fine", "3.00")
        world.settle(("ann", "10.00", "1.00"))
        office_on.go()
        assert world.states("create_bill") == [OperationState.PLANNED]
    world.restart()
    office_on.go()

    assert office_on.bills() == {"FB-1-1": 600}
    office_on.check()
