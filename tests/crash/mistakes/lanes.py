"""Mistakes about who may touch a document at a time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from importlib.util import find_spec, module_from_spec
from typing import Any
from unittest.mock import patch

from sqlalchemy import Executable, text

from flask_billcom import models
from flask_billcom.engine import operations
from flask_billcom.marketplace.refunds import facts
from flask_billcom.models import OPEN_LANE, OperationState
from tests.crash.cutting import keeping
from tests.crash.mistakes.hurts import CHARGE, Mutant, at, swap

ENDLESS: dict[str, object] = {"logout_lag_s": 3600}
"""Sessions end so long after a Logout that their end cannot be proved."""
ONE_MORE = at("sell", "connect Login", "one_more")
COMPLAINT = at("sell", "connect List/Vendor", "complaint")
LATER = at("change", "connect Bulk/Crud/Update/Vendor", "complaint")
SLOWLY = at("sell", f"connect {CHARGE}", "late_effect", nth=3, seconds=100)
MORE_SLOWLY = at("sell", f"connect {CHARGE}", "late_effect", nth=3, seconds=2400)


def _lanes_of(stack: ExitStack, states: Sequence[OperationState]) -> None:
    """Let a lane be taken only by operations in some states; the index that stands behind that is gone as well."""
    put_back = keeping.put_back

    def without_index(engine: Any, database: Any) -> None:
        put_back(engine, database)
        with engine.begin() as connection:
            connection.execute(text("drop index uq_billcom_operation_lane"))

    swap(stack, keeping, "put_back", without_index)
    for module in (operations, facts):
        swap(stack, module, "OPEN_LANE", states)
        for name, statement in _statements(module, states).items():
            swap(stack, module, name, statement)


def _statements(module: Any, states: Sequence[OperationState]) -> dict[str, Any]:
    """Return the statements that a module builds when it is loaded, with other states of an open lane."""
    spec = find_spec(module.__name__)
    assert spec is not None
    assert spec.loader is not None
    anew = module_from_spec(spec)
    with patch.object(models, "OPEN_LANE", states):
        spec.loader.exec_module(anew)
    return {name: value for name, value in vars(anew).items() if isinstance(value, Executable)}


def _no_lane(stack: ExitStack) -> None:
    _lanes_of(stack, ())


def _lane_without_quarantined(stack: ExitStack) -> None:
    _lanes_of(stack, [state for state in OPEN_LANE if state != OperationState.QUARANTINED])


MUTANTS = (
    Mutant("no lane", _no_lane, "doubles", ((*ONE_MORE, *SLOWLY, *COMPLAINT),)),
    Mutant(
        "lane without quarantined",
        _lane_without_quarantined,
        "doubles",
        ((*ONE_MORE, *MORE_SLOWLY, *LATER),),
        ENDLESS,
    ),
)
