"""Mistakes about what is written down before a call, and what after it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from sqlalchemy import update

from flask_billcom.engine import janitor, operations
from flask_billcom.engine.delivery import Delivery
from flask_billcom.engine.recording import Recorder
from flask_billcom.models import Operation, OperationState
from tests.crash.mistakes.hurts import BILL, CHARGE, LAGGING, VENDOR, Mutant, at, swap

LOST_VENDOR = at("meet", f"effect {VENDOR}", "crash")
"""Where lists lag; else the look of the next process finds the vendor, and stops all, before it is made again."""
CROWD = tuple(at("sell", f"connect {name}", "late_effect", seconds=100)[0] for name in (BILL, "SendInvoice", CHARGE))


def _commit_after_sending(stack: ExitStack) -> None:
    """Send first, and write down what was meant when the answer is there."""
    claim, send = Delivery._claim, Delivery._send
    said: dict[Any, Any] = {}

    def claims(self: Any, *wanted: Any) -> Any:
        write_call = self._write_call

        def sends(rows: Any, kind: Any, claimed: Any) -> None:
            write_call(rows, kind, claimed)
            said[claimed.call_id] = send(self, kind, claimed)

        with patch.object(self, "_write_call", sends):
            return claim(self, *wanted)

    swap(stack, Delivery, "_claim", claims)
    swap(stack, Delivery, "_send", lambda _self, _kind, claimed: said.pop(claimed.call_id))


def _claim_without_guard(stack: ExitStack) -> None:
    """Look first, then update by id alone, as a claim by SELECT and UPDATE does."""

    def claim(rows: Any, operation_ids: Any, call_id: Any, server_time: Any) -> set[Any]:
        values = {"state": "sending", "attempt": Operation.attempt + 1, "call_id": call_id}
        rows.change(
            update(Operation).where(Operation.id.in_(operation_ids)).values(first_sent_at=server_time, **values)
        )
        return set(operation_ids)

    swap(stack, operations, "claim", claim)


def _janitor_plans_again(stack: ExitStack) -> None:
    abandon = janitor._abandon

    def plans(rows: Any, clock: Any, timing: Any, call: Any) -> int:
        count = abandon(rows, clock, timing, call)
        lost = (Operation.call_id == call.id, Operation.state == OperationState.UNKNOWN)
        rows.change(update(Operation).where(*lost).values(state=OperationState.PLANNED, not_before=clock.now()))
        return count

    swap(stack, janitor, "_abandon", plans)


def _release_at_once(stack: ExitStack) -> None:
    """Give the slot back at a time-out, though the server may still be at work."""
    unanswered = Recorder._unanswered

    def frees(self: Any, rows: Any, claimed: Any, lost: Any, now: Any) -> None:
        unanswered(self, rows, claimed, lost, now)
        if lost:
            self._limits.release(rows, claimed.slot, now)

    swap(stack, Recorder, "_unanswered", frees)


MUTANTS = (
    Mutant("commit after sending", _commit_after_sending, "doubles", (LOST_VENDOR,), LAGGING),
    Mutant(
        "SELECT-then-UPDATE claim",
        _claim_without_guard,
        "doubles",
        (at("sell", "after commit of marketplace.kinds.balances._note", "second_runner"),),
    ),
    Mutant("take a crash for not sent", _janitor_plans_again, "doubles", (LOST_VENDOR,), LAGGING),
    Mutant("release the slot on time-out", _release_at_once, "unexplained", (CROWD,)),
)
