"""A person names the object at Bill.com that is an operation's effect; it is compared first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.engine.kinds import Finding, Remote
from tests.unit.engine.decisions.desk import (
    ANN,
    DONE,
    PLANNED,
    QUARANTINED,
    aside,
    decisions,
    detail,
    one,
    remote,
    stranger,
    told,
)
from tests.unit.engine.workshop import Vendors, Workshop


@pytest.mark.parametrize("values", [{"state": QUARANTINED}, {"state": PLANNED, "parked": "difference"}], ids=str)
def test_an_equal_object_is_adopted(shop: Workshop, values: dict[str, Any]) -> None:
    shop.plan(1, digest="what was sent", **values)
    made = stranger(shop)
    kind = Vendors()

    decisions(shop, kind).adopt(one(), made, ANN)

    row = shop.operation(1)
    assert (row.state, row.remote_id, row.parked) == ("done", made, None)
    (applied,) = kind.applied
    assert (applied.operation.id, applied.remote.remote_id, applied.digest) == (one(), made, "what was sent")
    assert told(shop) == [("operation_adopted", 1, detail(remote_id=made), "ann")]


def test_what_is_parked_for_another_reason_is_not_adopted(shop: Workshop) -> None:
    shop.plan(1, parked="cover")

    with pytest.raises(NotPossible, match="planned, not quarantined"):
        decisions(shop).adopt(one(), stranger(shop), ANN)


def test_only_an_equal_object_of_that_id_is_adopted(shop: Workshop) -> None:
    aside(shop)

    with pytest.raises(NotPossible, match=r"00901 is not an equal effect of this operation; Bill\.com shows nothing"):
        decisions(shop).adopt(one(), "00901", ANN)
    with pytest.raises(NotPossible, match="shows nothing"):
        decisions(shop, Vendors(hidden=True)).adopt(one(), "00901", ANN)
    made = stranger(shop)
    with pytest.raises(NotPossible, match=f"Bill.com shows {made}"):
        decisions(shop).adopt(one(), "00901", ANN)
    unequal = Vendors(finding=lambda finding: replace(finding, equal=[False]))
    with pytest.raises(
        NotPossible, match=f"{made} is not an equal effect of this operation; its cents or its party differ, as"
    ):
        decisions(shop, unequal).adopt(one(), made, ANN)
    assert shop.states() == ["quarantined"]


def test_all_that_bill_com_shows_instead_is_named(shop: Workshop) -> None:
    aside(shop)
    shown = Finding([remote(7), Remote(None, None)], [True, True], shop.now)

    with pytest.raises(
        NotPossible, match=r"00901 is not an equal effect of this operation; Bill\.com shows 00907, None$"
    ):
        decisions(shop, Vendors(finding=lambda _found: shown)).adopt(one(), "00901", ANN)


def test_nothing_is_adopted_where_it_is_not_said_of_each_match_whether_it_equals(shop: Workshop) -> None:
    aside(shop)
    unsaid = Finding([remote(1), remote(2)], [True], shop.now)

    with pytest.raises(ValueError, match="shorter"):
        decisions(shop, Vendors(finding=lambda _found: unsaid)).adopt(one(), "00901", ANN)
    assert shop.states() == ["quarantined"]


def test_an_object_belongs_to_one_operation(shop: Workshop) -> None:
    aside(shop)
    made = stranger(shop)
    shop.plan(2, state=DONE, remote_id=made)

    with pytest.raises(NotPossible, match="effect of another operation already"):
        decisions(shop).adopt(one(), made, ANN)
    assert shop.states() == ["quarantined", "done"]


def test_what_only_changed_an_object_is_adopted_by_the_objects_id(shop: Workshop) -> None:
    aside(shop)
    made = stranger(shop)
    kind = Vendors(
        finding=lambda finding: replace(finding, matches=[replace(each, remote_id=None) for each in finding.matches])
    )

    decisions(shop, kind).adopt(one(), made, ANN)
    assert (shop.states(), shop.operation(1).remote_id) == (["done"], None)
