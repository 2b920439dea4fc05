"""Mistakes by which one body is sent twice."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from flask_billcom.api.transport import Transport
from flask_billcom.engine import outcomes
from flask_billcom.engine.delivery import Delivery
from flask_billcom.engine.outcomes import Fate
from flask_billcom.errors import TransportError
from tests.crash.mistakes.hurts import BILL, CHARGE, Mutant, swap, wire


def _replay_the_bulk(stack: ExitStack) -> None:
    """Send a bulk body again when not all of its objects came back."""
    send = Delivery._send

    def again(self: Any, kind: Any, claimed: Any) -> Any:
        end = send(self, kind, claimed)
        is_whole = all(each.fate is Fate.DONE for each in outcomes.judge(kind, end, claimed.ready))
        return end if is_whole or not kind.endpoint.startswith("Bulk/") else send(self, kind, claimed)

    swap(stack, Delivery, "_send", again)


def _call_twice(stack: ExitStack) -> None:
    """Repeat a body on the same connection when no answer comes."""
    call = Transport.call

    def twice(self: Any, *args: Any, **options: Any) -> Any:
        try:
            return call(self, *args, **options)
        except TransportError:
            return call(self, *args, **options)

    swap(stack, Transport, "call", twice)


MUTANTS = (
    Mutant("replay a bulk body", _replay_the_bulk, "doubles", (wire("sell", BILL, "short_bulk"),)),
    Mutant("repeat a body in the transport", _call_twice, "doubles", (wire("sell", CHARGE, "timeout_after"),)),
)
