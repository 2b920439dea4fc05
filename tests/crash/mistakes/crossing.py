"""Mistakes about what another transaction of the same moment does: each sees the other's rows as they were before."""

from __future__ import annotations

from contextlib import ExitStack

from flask_billcom.marketplace import approvals
from tests.crash.cutting.cuts import named
from tests.crash.mistakes.hurts import Mutant, swap

TWO_APPROVE = named(
    ["pay out/-1/two_approve", "pay out/1:before commit of marketplace.approvals.approve/overlap@approve"]
)


def _approve_without_lock(stack: ExitStack) -> None:
    """Count the approvals of a run while somebody else approves it."""
    swap(stack, approvals, "_lock", lambda *_: None)


MUTANTS = (Mutant("approve without a lock", _approve_without_lock, "idle", (tuple(TWO_APPROVE),), are_two=True),)
