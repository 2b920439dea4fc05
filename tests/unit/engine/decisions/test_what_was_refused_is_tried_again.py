"""A rejected operation is planned anew once its cause is mended, and a parked one goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import OperationState
from tests.unit.engine.decisions.desk import ANN, CANCELLED, DONE, QUARANTINED, REJECTED, decisions, detail, one, told
from tests.unit.engine.workshop import Vendors, Workshop


def test_a_rejected_operation_is_followed_by_one_of_the_next_generation(shop: Workshop) -> None:
    shop.plan(1, state=REJECTED, amount_cents=500, generation=2)
    kind = Vendors()

    successor = decisions(shop, kind).retry(one(), ANN)

    old, new = shop.operations()
    assert (old.state, new.id, new.state, new.supersedes, new.generation) == (
        "rejected",
        successor,
        "planned",
        one(),
        3,
    )
    same = ("kind", "subject_type", "subject_id", "lane", "natural_key", "amount_cents", "organization_id")
    assert [getattr(new, name) for name in same] == [getattr(old, name) for name in same]
    assert (new.not_before, new.parked) == (shop.now, None)
    assert kind.reserved_numbers == [successor.int]
    assert told(shop) == [("operation_superseded", 1, detail(successor=successor.hex), "ann")]


def test_what_stands_in_its_place_already_keeps_it_from_being_tried_again(shop: Workshop) -> None:
    shop.plan(1, state=REJECTED)
    shop.plan(2, subject_id=one(1001), natural_key="key 1", generation=2)

    with pytest.raises(NotPossible, match="in its place already"):
        decisions(shop).retry(one(), ANN)
    assert told(shop) == []


def test_what_was_given_up_is_tried_again_unless_it_made_something(shop: Workshop) -> None:
    shop.plan(1, state=CANCELLED)
    shop.plan(2, state=CANCELLED, remote_id="00901")

    assert decisions(shop).retry(one(), ANN) != one()
    with pytest.raises(NotPossible, match="cancelled; only one that was rejected"):
        decisions(shop).retry(one(2), ANN)


@pytest.mark.parametrize("state", [DONE, OperationState.SENDING, OperationState.UNKNOWN, QUARANTINED])
def test_what_is_under_way_or_done_is_not_tried_again(shop: Workshop, state: OperationState) -> None:
    shop.plan(1, state=state)

    with pytest.raises(NotPossible, match=f"the operation is {state}; only one"):
        decisions(shop).retry(one(), ANN)
    assert len(shop.operations()) == 1


def test_what_is_parked_goes_on_at_once(shop: Workshop) -> None:
    shop.plan(1, parked="cover", not_before=shop.now + timedelta(days=1))

    assert decisions(shop).retry(one(), ANN) == one()

    row = shop.operation(1)
    assert (row.state, row.parked, row.not_before) == ("planned", None, shop.now)
    assert told(shop) == [("operation_retried", 1, detail(), "ann")]


def test_what_waits_for_approval_waits_for_those_who_approve(shop: Workshop) -> None:
    shop.plan(1, parked="needs_approval")

    with pytest.raises(NotPossible, match="waits for approval"):
        decisions(shop).retry(one(), ANN)
    assert shop.operation(1).parked == "needs_approval"


def test_the_parts_of_an_effect_are_tried_again_together(shop: Workshop) -> None:
    shop.plan(1, 2, state=REJECTED)
    shop.plan(3, state=DONE)
    kind = Vendors(followers=("part",))
    shop.change(2, kind="part")

    successor = decisions(shop, kind).retry(one(), ANN)

    made = {row.supersedes: row for row in shop.operations() if row.supersedes}
    assert set(made) == {one(1), one(2)}
    assert made[one(1)].id == successor
    assert (made[one(1)].kind, made[one(2)].kind) == ("vendor", "part")
