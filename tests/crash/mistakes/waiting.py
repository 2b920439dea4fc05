"""Mistakes about how long to wait, and by whose clock."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask_billcom.engine import readback
from flask_billcom.engine.kinds import Finding
from flask_billcom.engine.readback import Decision, Proof
from flask_billcom.engine.timing import Timing
from tests.crash.mistakes.hurts import BILL, LAGGING, LOST_BILL, Mutant, at, swap, wire


def no_grace(stack: ExitStack) -> None:
    swap(stack, Timing, "grace", property(lambda _: timedelta(0)))


def _no_doubt(stack: ExitStack) -> None:
    swap(stack, Timing, "doubt", property(lambda _: timedelta(0)))


def _our_clock_alone(stack: ExitStack) -> None:
    """Count every waiting time by our clock alone."""
    decide = readback.decide

    def by_ours(operation: Any, finding: Finding, *args: Any, proof: Proof, now: Any, **options: Any) -> Decision:
        believed = replace(finding, server_date=now + timedelta(days=1))
        return decide(operation, believed, *args, proof=proof, now=now, **options)

    swap(stack, readback, "decide", by_ours)


MUTANTS = (
    Mutant("drop the grace", no_grace, "doubles", (LOST_BILL,), LAGGING),
    Mutant("halve without V", _no_doubt, "doubles", (wire("sell", BILL, "bdc_after:BDC_9999"),), LAGGING),
    Mutant(
        "count by our clock alone",
        _our_clock_alone,
        "doubles",
        ((*LOST_BILL, *at("sell", "after commit of engine.fence._bury", "clock_forward", nth=2)),),
        LAGGING,
    ),
)
