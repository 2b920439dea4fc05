"""Who decides at this desk, about what, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask_billcom.api import requests as wire
from flask_billcom.api.records import Vendor
from flask_billcom.engine.decisions import Decisions, Person
from flask_billcom.engine.kinds import Remote
from flask_billcom.models import OperationState
from flask_billcom.store import Rows
from tests.unit.engine.workshop import TIMING, Vendors, Workshop

ANN = Person("ann", "she looked")
BOTH = Person("ann", "they looked", "ben")
PLANNED, DONE, REJECTED = OperationState.PLANNED, OperationState.DONE, OperationState.REJECTED
QUARANTINED, CANCELLED = OperationState.QUARANTINED, OperationState.CANCELLED


def decisions(shop: Workshop, kind: Vendors | None = None, *, people: int = 1) -> Decisions:
    return Decisions(
        shop.organization_id,
        store=shop.store,
        clock=shop.clock,
        reads=shop.reads,
        timing=TIMING,
        kinds=[kind or Vendors()],
        people=people,
    )


def one(number: int = 1) -> UUID:
    return UUID(int=number)


def told(shop: Workshop) -> list[Any]:
    return [(act[0], act[2], act[3], act[4]) for act in shop.acts() if act[1] == "operation"]


def detail(**more: Any) -> dict[str, Any]:
    return {"kind": "vendor", "reason": "she looked", "second": None, **more}


def aside(shop: Workshop, number: int = 1, **values: Any) -> None:
    """Set an operation aside whose absence is certain."""
    known = {"state": QUARANTINED, "attempt": 1, "first_sent_at": shop.now, "absent_after": shop.now}
    shop.plan(number, **{**known, **values})


def stranger(shop: Workshop, name: str = "key 1") -> str:
    """Make a vendor that no operation of ours has made, and return its id."""
    shop.gateway.change(wire.bulk_create([Vendor(name=name)]))
    (made,) = [row.id for row in shop.simulator.world.store["Vendor"].by_id.values() if row["name"] == name]
    return made


def kept(shop: Workshop, *numbers: int, **values: Any) -> None:
    """Plan operations that a difference keeps from being sent."""
    shop.plan(*numbers, **{"parked": "difference", "digest": "what was rendered", **values})


def chosen(*numbers: int) -> Callable[[Rows], Sequence[Sequence[tuple[UUID, Remote]]]]:
    """Choose an object for each operation, all at once."""
    return lambda _rows: [[(one(number), remote(number)) for number in numbers]]


def remote(number: int) -> Remote:
    return Remote(f"0090{number}", None)
