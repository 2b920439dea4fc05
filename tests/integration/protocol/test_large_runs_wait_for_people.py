"""A payout run of at least the threshold is approved by one or two people, never by the one who asked for it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.marketplace.approvals import approve, waiting
from flask_billcom.marketplace.paying.payouts import PayoutRun, plan_payouts
from flask_billcom.models import Document
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World


def planned(make_world: MakeWorld, **settings: int) -> tuple[World, PayoutRun]:
    world = make_world(approval_threshold_cents=1000, **settings)
    world.onboard(sellers=["ann"])
    world.settle_some(2, ("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    with world.store.write() as rows:
        due = update(Document).where(Document.kind == "bill")
        rows.change(due.values(release_after=world.clock.now()))
    run = plan_payouts(world.parts.domain, actor="Ann")
    world.advance(seconds=1)
    return world, run


def says(name: str) -> Person:
    return Person(name, "looked at every bill")


def test_a_large_run_is_parked_and_goes_when_another_person_approves_it(make_world: MakeWorld) -> None:
    world, run = planned(make_world)
    world.run(120)
    assert world.sent("PayBills") == []
    (found,) = waiting(world.parts.domain)
    assert (found.id, found.asked_by, found.bills, found.cents) == (run.id, "Ann", 2, 1800)

    assert approve(world.parts.domain, found.id, says("Bob")).is_approved
    world.tick()

    assert set(world.paid_cents().values()) == {900}
    assert waiting(world.parts.domain) == []


def test_who_asked_does_not_approve(make_world: MakeWorld) -> None:
    world, _ = planned(make_world)
    (found,) = waiting(world.parts.domain)

    with pytest.raises(NotPossible, match="somebody else"):
        approve(world.parts.domain, found.id, says("Ann"))

    world.run(120)
    assert world.sent("PayBills") == []


def test_two_people_means_two_different_people(make_world: MakeWorld) -> None:
    world, _ = planned(make_world, approvers=2)
    (found,) = waiting(world.parts.domain)

    for name in ("Bob", "Bob"):
        assert not approve(world.parts.domain, found.id, says(name)).is_approved
    world.run(120)
    assert world.sent("PayBills") == []
    assert approve(world.parts.domain, found.id, says("Cleo")).is_approved
    world.tick()
    assert set(world.paid_cents().values()) == {900}


def test_trying_again_does_not_go_past_approval(make_world: MakeWorld) -> None:
    world, _ = planned(make_world)

    with pytest.raises(NotPossible, match="approval"):
        world.parts.decisions.retry(world.operations("pay")[0].id, says("Bob"))


def test_a_look_says_what_waits_and_approves_nothing(make_world: MakeWorld) -> None:
    world, run = planned(make_world)
    assert run.id is not None

    assert approve(world.parts.domain, run.id, None).cents == 1800

    assert len(waiting(world.parts.domain)) == 1


def test_what_was_approved_is_not_approved_again(make_world: MakeWorld) -> None:
    world, run = planned(make_world)
    assert run.id is not None
    approve(world.parts.domain, run.id, says("Bob"))

    with pytest.raises(NotPossible):
        approve(world.parts.domain, run.id, says("Cleo"))
