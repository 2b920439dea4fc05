"""What one call's end means for each operation in it: a pure decision.

    success        the kind reads each place            -> done, or judged alone
    plain error    the closed table of codes            -> planned, parked, rejected, unknown (answered)
    no answer      time-out, reset, garbage, wrong echo -> unknown

Only what is certain leaves a row planned, rejected or done. Everything else is unknown and will be read back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from flask_billcom.api.codes import Certainty, Scope, Verdict, classify
from flask_billcom.api.envelope import Reply
from flask_billcom.errors import APIError, TransportError
from flask_billcom.models import Operation

from .kinds import Kind, Ready, Refusal, Remote


class Fate(Enum):
    """Where an operation goes after a call."""

    DONE = "done"
    RETRY = "retry"
    PARK = "park"
    REJECT = "reject"
    ANSWERED = "answered"
    """Unknown, but the server's answer came: nothing is in flight."""
    UNANSWERED = "unanswered"
    """Unknown, and a packet may still be on its way."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of one operation.

    :param remote: the effect, when done.
    :param present: whether the answer hints that the effect is there, so that the read-back comes at once.
    """

    operation: Operation
    fate: Fate
    remote: Remote | None = None
    code: str | None = None
    message: str = ""
    scope: Scope = Scope.CALL
    present: bool = False


_FATES = {
    Certainty.NOT_APPLIED_RETRY: Fate.RETRY,
    Certainty.NOT_APPLIED_PARK: Fate.PARK,
    Certainty.REFUSED: Fate.REJECT,
    Certainty.PRESENCE: Fate.ANSWERED,
    Certainty.DOUBTFUL: Fate.ANSWERED,
    Certainty.NO_ANSWER: Fate.UNANSWERED,
    # An envelope that says success where none was expected proves nothing about this operation.
    Certainty.APPLIED: Fate.UNANSWERED,
}


def judge(kind: Kind, end: Reply | TransportError, ready: Sequence[Ready]) -> list[Outcome]:
    """Return the fate of each operation of a call.

    :param end: the answer, or the error that came instead of one.
    :param ready: the operations in the order of the request.
    """
    if isinstance(end, Reply) and (end.ok or has_items(end)):
        found = kind.parse(end, ready)
        if len(found) != len(ready):
            raise ValueError(f"{kind.name}.parse returned {len(found)} results for {len(ready)} operations")
        return [_one(item.operation, result) for item, result in zip(ready, found, strict=True)]
    verdict = classify(end, bills_in_call=1 if kind.followers else len(ready))
    return [_judged(item.operation, verdict) for item in ready]


def has_items(reply: Reply) -> bool:
    """Return whether an error answer holds an envelope for each object, as bulk calls do."""
    return reply.code is None and isinstance(reply.data, dict) and isinstance(reply.data.get("bulk"), list)


def _one(operation: Operation, result: Remote | Refusal | None) -> Outcome:
    if isinstance(result, Remote):
        return Outcome(operation, Fate.DONE, remote=result)
    if result is None:
        return Outcome(operation, Fate.UNANSWERED, message="the answer does not repeat what was asked")
    return _judged(operation, classify(APIError(code=result.code, api_message=result.message)))


def _judged(operation: Operation, verdict: Verdict) -> Outcome:
    return Outcome(
        operation,
        _FATES[verdict.certainty],
        code=verdict.code,
        message=verdict.message,
        scope=verdict.row.scope if verdict.row is not None else Scope.CALL,
        present=verdict.certainty is Certainty.PRESENCE,
    )
