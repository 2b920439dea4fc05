"""Cover, caps and holds are asked once more in the transaction that claims a payout."""

from __future__ import annotations

import pytest

from flask_billcom.ledger import Account, Posting, post, transfer
from flask_billcom.marketplace import holds
from flask_billcom.marketplace.kinds.payouts import Pay
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World


def paid(world: World) -> int:
    return sum(world.paid_cents().values())


def money_leaves_the_bank(world: World, cents: int) -> None:
    """Let a buyer's payment come back, as far as the books are concerned."""
    with world.store.write() as rows:
        post(
            rows,
            world.clock,
            world.organization_id,
            [Posting(transfer(Account.BUYER_RECEIVABLE, Account.BANK, cents))],
        )


def test_payouts_whose_cover_came_back_wait_and_go_when_it_is_there(make_world: MakeWorld) -> None:
    world = make_world(float_cents=2700)
    world.ready_to_pay(3)
    money_leaves_the_bank(world, 1000)
    world.tick()

    assert paid(world) == 900
    assert sorted(str(o.parked) for o in world.operations("pay")) == ["None", "no_cover", "no_cover"]
    money_leaves_the_bank(world, -1000)
    world.run(400)
    assert paid(world) == 2700


def test_a_smaller_payout_goes_where_a_larger_one_finds_no_cover(make_world: MakeWorld) -> None:
    world = make_world(float_cents=10**6)
    world.onboard(sellers=["ann"])
    world.settle(("ann", "100.00", "0.00"))
    world.settle(("ann", "5.00", "0.00"))
    world.advance(seconds=5)
    world.tick()
    world.plan_payouts()
    money_leaves_the_bank(world, 10**6 - 600)
    world.advance(seconds=1)

    world.tick()

    assert paid(world) == 500


@pytest.mark.parametrize(("cap", "went"), [({"run_cap_cents": 2000}, 1800), ({"seller_day_cap_cents": 1000}, 900)])
def test_a_cap_holds_over_several_calls_and_a_new_day_begins_anew(
    make_world: MakeWorld, cap: dict[str, int], went: int
) -> None:
    world = make_world(**cap)
    world.ready_to_pay(3)
    world.run(900, step=300)

    assert paid(world) == went
    world.advance(business_days=1)
    world.run(400)
    assert paid(world) == min(2700, 2 * went)


def test_what_is_placed_between_the_reads_and_the_claim_stops_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.ready_to_pay(1)
    checked = Pay.check

    def check_and_hold(self: Pay, reads: object, ready: object) -> object:
        found = checked(self, reads, ready)  # type: ignore[arg-type]
        with world.store.write() as rows:
            on = holds.HoldOn.row(holds.DOCUMENT, world.operation("pay").subject_id)
            holds.place(rows, world.clock, world.organization_id, on, reason="a question", actor="Eve")
        return found

    monkeypatch.setattr(Pay, "check", check_and_hold)
    world.run(120)

    assert world.sent("PayBills") == []


def test_cover_that_goes_between_the_reads_and_the_claim_stops_it(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(float_cents=900)
    world.ready_to_pay(1)
    checked = Pay.check

    def check_and_lose(self: Pay, reads: object, ready: object) -> object:
        found = checked(self, reads, ready)  # type: ignore[arg-type]
        world.advance(seconds=1)
        money_leaves_the_bank(world, 1)
        return found

    monkeypatch.setattr(Pay, "check", check_and_lose)
    world.tick()

    assert world.sent("PayBills") == []
