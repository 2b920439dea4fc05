"""Mistakes about what an answer says, or none."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from flask_billcom.api import codes
from flask_billcom.api.codes import Certainty
from flask_billcom.engine import outcomes, readback, recording
from flask_billcom.engine.outcomes import Fate
from flask_billcom.engine.readback import Decision, Step
from flask_billcom.engine.recording import Recorder
from flask_billcom.errors import MalformedReply
from tests.crash.mistakes.hurts import LAGGING, LOST_BILL, PAY, Mutant, at, swap, wire


def _server_error_is_failure(stack: ExitStack) -> None:
    """Take an HTTP 5xx for a no."""
    classify = codes.classify

    def hopeful(outcome: Any, **options: Any) -> Any:
        verdict = classify(outcome, **options)
        if isinstance(outcome, MalformedReply) and (outcome.http or 0) >= 500:
            return replace(verdict, certainty=Certainty.NOT_APPLIED_RETRY)
        return verdict

    swap(stack, outcomes, "classify", hopeful)


def _silence_is_failure(stack: ExitStack) -> None:
    fates = {**outcomes._FATES, Certainty.NO_ANSWER: Fate.RETRY}
    swap(stack, outcomes, "_FATES", fates)


def _doubt_is_failure(stack: ExitStack) -> None:
    fates = {**outcomes._FATES, Certainty.DOUBTFUL: Fate.RETRY}
    swap(stack, outcomes, "_FATES", fates)


def _believe_late_answers(stack: ExitStack) -> None:
    """Let an answer that comes after its lease change what has been decided meanwhile."""

    def close(self: Any, rows: Any, claimed: Any, end: Any) -> None:
        del self, rows, claimed, end

    finish = recording.finish

    def unguarded(rows: Any, applied: Any, *, from_: Any) -> None:
        del from_
        finish(rows, applied, from_={})

    swap(stack, Recorder, "_close_call", close)
    swap(stack, recording, "finish", unguarded)


def _leaves_it_to_people(stack: ExitStack) -> None:
    """Set everything aside at the first doubt."""

    def timid(*_: Any, **__: Any) -> Decision:
        return Decision(Step.QUARANTINE, reason="to be on the safe side")

    swap(stack, readback, "decide", timid)


MUTANTS = (
    Mutant("treat 5xx as failure", _server_error_is_failure, "doubles", (wire("pay out", PAY, "http_5xx_after"),)),
    Mutant("treat silence as failure", _silence_is_failure, "doubles", (wire("pay out", PAY, "timeout_after"),)),
    Mutant(
        "treat an error as failure",
        _doubt_is_failure,
        "doubles",
        (wire("pay out", PAY, "bdc_after:BDC_9999"),),
        LAGGING,
    ),
    Mutant("believe a late answer", _believe_late_answers, "cents_off", (at("pay out", f"effect {PAY}", "suspend"),)),
    Mutant("leave it to people", _leaves_it_to_people, "unexplained", (LOST_BILL,)),
)
