"""What somebody did at Bill.com is taken for all of its operations or for none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.engine.kinds import Remote
from flask_billcom.models import Operation, OperationState
from flask_billcom.store import Rows
from tests.unit.engine.decisions.desk import ANN, DONE, chosen, decisions, detail, kept, one, remote, told
from tests.unit.engine.planned import OTHERS, add, operation
from tests.unit.engine.workshop import Vendors, Workshop


def test_what_a_person_did_is_taken_for_several_operations_at_once(shop: Workshop) -> None:
    kept(shop, 1, 2, 3)
    kind = Vendors()

    decisions(shop, kind).take("vendor", chosen(1, 3), ANN, what="payment 7")

    assert [(row.state, row.remote_id, row.parked) for row in shop.operations()] == [
        ("done", "00901", None),
        ("planned", None, "difference"),
        ("done", "00903", None),
    ]
    assert [(each.operation.id, each.remote, each.digest) for each in kind.applied] == [
        (one(1), remote(1), "what was rendered"),
        (one(3), remote(3), "what was rendered"),
    ]
    assert told(shop) == [
        ("operation_adopted", 1, detail(remote_id="00901"), "ann"),
        ("operation_adopted", 3, detail(remote_id="00903"), "ann"),
    ]


@pytest.mark.parametrize(
    "values",
    [{"state": OperationState.SENDING}, {"state": DONE}, {"parked": "cover"}, {"parked": None}],
    ids=["sending", "done", "parked otherwise", "not parked"],
)
def test_what_is_carried_out_otherwise_keeps_all_from_being_taken(shop: Workshop, values: dict[str, Any]) -> None:
    kept(shop, 1)
    kept(shop, 2, **values)
    before = [(row.state, row.parked) for row in shop.operations()]

    with pytest.raises(NotPossible, match=r"^payment 7 is the effect of another operation already, or is just being"):
        decisions(shop).take("vendor", chosen(1, 2), ANN, what="payment 7")
    assert [(row.state, row.parked) for row in shop.operations()] == before
    assert told(shop) == []


def test_what_is_the_effect_of_another_operation_keeps_all_from_being_taken(shop: Workshop) -> None:
    kept(shop, 1, 2)
    shop.plan(3, state=DONE, remote_id="00902")

    with pytest.raises(NotPossible, match="payment 7 is the effect of another operation"):
        decisions(shop).take("vendor", chosen(1, 2), ANN, what="payment 7")
    assert shop.states() == ["planned", "planned", "done"]


def test_what_was_planned_to_be_taken_goes_away_with_a_refusal(shop: Workshop) -> None:
    kept(shop, 1, state=DONE)

    def choose(rows: Rows) -> Sequence[Sequence[tuple[UUID, Remote]]]:
        add(rows, operation(2, shop.now, kind="vendor", organization_id=shop.organization_id, parked="difference"))
        return [[(one(1), remote(1)), (one(2), remote(2))]]

    with pytest.raises(NotPossible):
        decisions(shop).take("vendor", choose, ANN, what="payment 7")
    assert [row.id for row in shop.operations()] == [one(1)]


def in_turn(shop: Workshop, seen: list[list[str]]) -> Callable[[Rows], Iterator[Sequence[tuple[UUID, Remote]]]]:
    """Choose for one operation after the other, the second planned once the first is done, as a lane asks for."""

    def choose(rows: Rows) -> Iterator[Sequence[tuple[UUID, Remote]]]:
        yield [(one(1), remote(1))]
        seen.append(rows.all(select(Operation.state)))
        add(rows, operation(2, shop.now, kind="vendor", organization_id=shop.organization_id, parked="difference"))
        yield [(one(2), remote(2))]

    return choose


def test_what_cannot_be_planned_side_by_side_is_taken_in_turn(shop: Workshop) -> None:
    kept(shop, 1)
    kind = Vendors()
    seen: list[list[str]] = []

    decisions(shop, kind).take("vendor", in_turn(shop, seen), ANN, what="payments 7 and 8")

    assert seen == [["done"]]
    assert [(row.state, row.remote_id) for row in shop.operations()] == [("done", "00901"), ("done", "00902")]
    assert [each.operation.id for each in kind.applied] == [one(1), one(2)]
    assert [act[1] for act in told(shop)] == [1, 2]


def test_what_fails_in_its_turn_takes_back_what_went_before(shop: Workshop) -> None:
    kept(shop, 1)
    shop.plan(3, state=DONE, remote_id="00902")

    with pytest.raises(NotPossible, match="payments 7 and 8 is the effect of another operation"):
        decisions(shop).take("vendor", in_turn(shop, []), ANN, what="payments 7 and 8")
    assert [(row.id, row.state) for row in shop.operations()] == [(one(1), "planned"), (one(3), "done")]
    assert told(shop) == []


def test_operations_of_others_are_not_taken(shop: Workshop) -> None:
    kept(shop, 1, organization_id=OTHERS)

    with pytest.raises(NotPossible, match="no such operation"):
        decisions(shop).take("vendor", chosen(1), ANN, what="payment 7")
