"""Mistakes by which people are asked too soon, in the very words in which they are asked in time."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from flask_billcom.engine import readback
from flask_billcom.engine.readback import Decision, Step
from flask_billcom.marketplace.kinds.payouts import Pay
from tests.crash.mistakes.hurts import BILL, CHARGE, PAY, Mutant, swap, wire

LOST_PAYOUT = (*wire("pay out", PAY, "timeout_before"), *wire("sell", BILL, "timeout_before"))


def _leave_charges(stack: ExitStack) -> None:
    """Ask a person about each charge without an answer, before anybody has looked for it as long as it takes."""
    decide = readback.decide

    def timid(operation: Any, *args: Any, **options: Any) -> Decision:
        if operation.kind == "charge" and not operation.answered:
            return Decision(Step.QUARANTINE, reason="no answer, nothing to be seen, and never sent again by itself")
        return decide(operation, *args, **options)

    swap(stack, readback, "decide", timid)


def _give_up(stack: ExitStack) -> None:
    """Do not send a payout again that is proved absent."""
    swap(stack, Pay, "policy", replace(Pay.policy, resends=0))


MUTANTS = (
    Mutant("leave charges to people", _leave_charges, "unexplained", (wire("sell", CHARGE, "timeout_after"),)),
    Mutant("give up after the first silence", _give_up, "unexplained", (LOST_PAYOUT,)),
)
