"""A payment that others made of a void payout's bill frees the rest of it, and only where it cannot be ours."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.marketplace.agreement.proof import prove
from flask_billcom.marketplace.paying.payouts import plan_payouts
from flask_billcom.marketplace.returns import sightings, voiding
from flask_billcom.marketplace.returns.paid_by_hand import adopt
from flask_billcom.marketplace.returns.paying_again import pay_again
from flask_billcom.marketplace.tracking.payments import SENT, NewPayment, add_payments
from flask_billcom.models import OPEN_LANE, Audit, Payment
from tests.integration.protocol.test_payouts_are_taken_back import pay_together
from tests.support.at_once import HeldOpen
from tests.support.together import together
from tests.support.world import Stage, World

EVE = Person("Eve", "Bea has paid it by hand")
DAY = 26 * 3600


@pytest.fixture
def world(dialect: str, request: pytest.FixtureRequest) -> World:
    """One payment of two bills, canceled at Bill.com, and one of them paid by hand there before anybody has looked."""
    stage: Stage = request.getfixturevalue(f"{dialect}_stage")
    made = stage.world(float_cents=10**9, hold_days=0)
    made.lives_through(pay_together)
    (payout,) = made.rows(Payment)
    made.person_does("cancel", id=payout.remote_id)
    made.person_does("pay_bill", id=made.simulator.books.bills[0].id)
    return made


def payout(world: World) -> Payment:
    """Return the payout that comes back."""
    first: Payment = min(world.rows(Payment, Payment.kind == SENT), key=lambda each: each.id)
    return first


def by_hand(world: World) -> str:
    """Return the payment that somebody made."""
    return str(next(row.id for row in world.simulator.books.sent_pays if row.id != payout(world).remote_id))


def sighting(world: World) -> sightings.Sighting | None:
    with world.store.read() as rows:
        return sightings.of(rows, world.organization_id, [payout(world).id]).get(payout(world).id)


def comes_back(world: World) -> None:
    """Let our rows see that it was canceled, and one look show that it is void."""
    world.lives_through(_comes_back)


def _comes_back(world: World) -> None:
    world.run_until(lambda: payout(world).status == "returning", step=3600, within=DAY)
    world.run_until(lambda: sighting(world) is not None, step=60, within=3600)


def is_void(world: World) -> None:
    world.lives_through(_is_void)


def _is_void(world: World) -> None:
    world.run_until(lambda: payout(world).status == "cancelled", step=600, within=DAY)


def books_hold(world: World) -> None:
    with world.store.read() as rows:
        assert [str(each) for each in prove(rows, world.organization_id)] == []


def becomes_ours(world: World) -> None:
    """Let our rows know the payment after all."""
    with world.store.write() as rows:
        new = NewPayment(by_hand(world), None, 900, None)
        add_payments(rows, world.clock, world.organization_id, SENT, [new])


def test_two_looks_show_the_same_payment_and_the_act_names_it(world: World) -> None:
    comes_back(world)
    seen = sighting(world)
    assert seen is not None
    assert seen.first is not None
    assert seen.others == {"FB-1-1": [by_hand(world)]}
    is_void(world)

    (act,) = world.rows(Audit, Audit.action == "payout_voided")
    assert act.detail["paid_by_hand"] == {"FB-1-1": [by_hand(world)]}
    assert sighting(world) is None
    books_hold(world)


def test_a_payment_that_our_rows_know_keeps_it_waiting(world: World) -> None:
    becomes_ours(world)
    world.run_until(lambda: payout(world).status == "returning", step=3600, within=DAY)
    world.run(4 * 3600, step=1200)

    assert payout(world).status == "returning"
    seen = sighting(world)
    assert seen is not None
    assert seen.first is None


@pytest.mark.parametrize("state", [state.value for state in OPEN_LANE])
def test_a_payout_in_doubt_could_have_made_it_and_keeps_it_waiting(world: World, state: str) -> None:
    comes_back(world)
    world.change_operations("pay", state=state)
    voiding.prove(world.parts.domain)
    world.advance(seconds=1800)
    voiding.prove(world.parts.domain)
    assert payout(world).status == "returning"

    world.change_operations("pay", state="done")
    is_void(world)


@pytest.mark.parametrize("doubt", [becomes_ours, lambda world: world.change_operations("pay", state="unknown")])
def test_what_turns_out_to_be_ours_after_the_last_look_gives_nothing_back(world: World, doubt: Any) -> None:
    comes_back(world)
    doubt(world)

    assert voiding._give_back(world.parts.domain, payout(world), {"FB-1-1": [by_hand(world)]}) == 0
    assert payout(world).status == "returning"


def test_another_payment_in_the_second_look_is_a_first_look_again(world: World) -> None:
    comes_back(world)
    before = sighting(world)
    world.person_does("pay_bill", id=world.simulator.books.bills[1].id)
    world.advance(seconds=1200)
    voiding.prove(world.parts.domain)

    after = sighting(world)
    assert payout(world).status == "returning"
    assert before is not None
    assert after is not None
    assert after.first is not None
    assert before.first is not None
    assert after.first > before.first
    assert sorted(after.others) == ["FB-1-1", "FB-2-1"]


def test_an_adopted_payment_has_the_next_generation_and_the_other_bill_keeps_its_own(world: World) -> None:
    comes_back(world)
    is_void(world)
    adopted = adopt(world.parts.domain, world.parts.decisions, [by_hand(world)], EVE)

    assert adopted.numbers == ("FB-1-1",)
    assert sorted((o.state, o.generation) for o in world.operations("pay")) == [
        ("cancelled", 1),
        ("done", 1),
        ("done", 2),
    ]
    books_hold(world)


def test_one_who_adopts_and_one_who_pays_again_at_once_pay_every_bill_once(world: World) -> None:
    comes_back(world)
    is_void(world)
    payout_id, one = payout(world).id, by_hand(world)
    processes = [world.process() for _ in range(2)]
    acts: list[partial[Any]] = [
        partial(adopt, processes[0].domain, processes[0].decisions, [one], EVE),
        partial(pay_again, processes[1].domain, payout_id, EVE),
    ]
    together(acts)
    for once_more in acts:  # whoever came second and was refused asks again
        with suppress(NotPossible):
            once_more()
    plan_payouts(world.parts.domain)
    world.run(120)

    assert world.paid_cents() == {"FB-1-1": 900, "FB-2-1": 900}
    books_hold(world)


# On SQLite, begun as recommended, who pays again reads only after the adoption, and is not refused.
@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_what_is_adopted_at_the_same_moment_is_not_said_to_be_paid_again(world: World) -> None:
    comes_back(world)
    is_void(world)
    payout_id, one = payout(world).id, by_hand(world)
    processes = [world.process() for _ in range(2)]
    held = HeldOpen(world.store, then=lambda: pay_again(processes[1].domain, payout_id, EVE))
    processes[0].decisions._store = held
    adopt(processes[0].domain, processes[0].decisions, [one], EVE)

    with pytest.raises(NotPossible, match="changed meanwhile"):
        held.wait()
    assert pay_again(processes[1].domain, payout_id, EVE).numbers == ("FB-2-1",)
    books_hold(world)
