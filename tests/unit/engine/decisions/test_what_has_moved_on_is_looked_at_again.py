"""A decision about what is not so any more changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.engine.kinds import Finding
from flask_billcom.models import Operation, OperationState
from tests.unit.engine.decisions.desk import ANN, DONE, QUARANTINED, aside, decisions, one, stranger, told
from tests.unit.engine.workshop import TIMING, Vendors, Workshop


@pytest.mark.parametrize("act", ["cancel", "resend"])
def test_what_has_moved_on_meanwhile_is_looked_at_again(shop: Workshop, act: str) -> None:
    aside(shop)
    kind = Vendors()
    company = kind.company

    def moved(rows: Any, operation: Any) -> Any:
        found = company(rows, operation)
        rows.change(update(Operation).where(Operation.id == one()).values(state=DONE))
        return found

    kind.company = moved  # type: ignore[method-assign]  # another person decides in between
    with pytest.raises(NotPossible, match="has moved on meanwhile"):
        getattr(decisions(shop, kind), act)(one(), ANN)
    assert told(shop) == []


@pytest.mark.parametrize("values", [{"state": QUARANTINED}, {"parked": "difference"}], ids=str)
def test_what_has_moved_on_while_bill_com_was_asked_is_not_adopted(shop: Workshop, values: dict[str, Any]) -> None:
    shop.plan(1, **values)
    made = stranger(shop)

    def moved(finding: Finding) -> Finding:
        shop.change(1, state=OperationState.SENDING, parked=None)
        return finding

    kind = Vendors(finding=moved)
    with pytest.raises(NotPossible, match="has moved on meanwhile"):
        decisions(shop, kind).adopt(one(), made, ANN)
    assert (shop.states(), kind.applied, told(shop)) == (["sending"], [], [])


@pytest.mark.parametrize("act", ["cancel", "resend", "adopt"])
def test_what_was_sent_again_and_set_aside_again_meanwhile_is_looked_at_again(shop: Workshop, act: str) -> None:
    aside(shop)
    made = [stranger(shop)] if act == "adopt" else []

    def again(finding: Finding) -> Finding:
        shop.change(1, attempt=2, absent_after=shop.now + TIMING.grace)
        return finding

    kind = Vendors(finding=again)  # while one person waits, another one has it sent again, and that is lost as well
    with pytest.raises(NotPossible, match="has moved on meanwhile"):
        getattr(decisions(shop, kind), act)(one(), *made, ANN)
    assert (shop.states(), kind.applied, told(shop)) == (["quarantined"], [], [])
