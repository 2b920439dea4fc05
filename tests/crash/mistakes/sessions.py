"""Mistakes about sessions that a call of ours may still use."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import requests
from requests.adapters import BaseAdapter
from sqlalchemy import update

from flask_billcom.api.transport import Transport
from flask_billcom.engine import janitor
from flask_billcom.engine.delivery import Delivery
from flask_billcom.engine.fence import Fence
from flask_billcom.engine.gateway import Gateway
from flask_billcom.engine.recording import Recorder
from flask_billcom.marketplace.kinds.documents import DocumentKind
from flask_billcom.marketplace.kinds.parties import CreateParty
from flask_billcom.marketplace.kinds.payouts import Pay
from flask_billcom.models import Operation, OperationState
from flask_billcom.models import Session as SessionRow
from tests.crash.mistakes.hurts import BILL, Mutant, at, swap, wire
from tests.crash.mistakes.waiting import no_grace

FROZEN_BILL = at("sell", f"connect {BILL}", "long_freeze")


def _no_sleeper(stack: ExitStack) -> None:
    """Forget that a worker may wake up, whose session is ended whatever became of its operations."""
    swap(stack, janitor, "note_sleeper", lambda *_: None)


def _no_fence(stack: ExitStack) -> None:
    _no_sleeper(stack)
    for kind in (Pay, CreateParty, DocumentKind):
        swap(stack, kind, "policy", replace(kind.policy, fenced=False))


def _no_unsafe_generation(stack: ExitStack) -> None:
    """Forget which session an attempt without an answer has used."""
    _no_sleeper(stack)
    unanswered, sweep = Recorder._unanswered, janitor.sweep
    forget = update(Operation).where(Operation.state == OperationState.UNKNOWN).values(unsafe_gen=0)

    def forgets(self: Any, rows: Any, *args: Any) -> None:
        unanswered(self, rows, *args)
        rows.change(forget)

    def sweeps(organization_id: str, store: Any, *args: Any) -> int:
        count = sweep(organization_id, store, *args)
        with store.write() as rows:
            rows.change(forget)
        return count

    swap(stack, Recorder, "_unanswered", forgets)
    swap(stack, janitor, "sweep", sweeps)


def _half_a_proof(stack: ExitStack) -> None:
    """Count a session as dead because somebody replaced it."""

    def round_(self: Any, kinds: Any) -> None:
        with self._store.write() as rows:
            rows.change(
                update(SessionRow)
                .where(SessionRow.dead_at.is_(None), SessionRow.gen > 0)
                .values(state="dead", dead_at=self._clock.now(), dead_server_date=self._clock.now())
            )
            self._count_from_death(rows, 10**6, kinds)

    swap(stack, Fence, "round", round_)
    no_grace(stack)


def _one_word(stack: ExitStack) -> None:
    """Take one refusal of a session for the proof that it is dead."""
    note = Gateway.note

    def believing(self: Any, live: Any, reply: Any, slot: Any) -> None:
        note(self, live, reply, slot)
        if reply.code == "BDC_1109":
            with self._store.write() as rows:
                self.sessions.mark_dead(rows, live.gen, reply.server_date)

    swap(stack, Gateway, "note", believing)


def _sign_in_and_repeat(stack: ExitStack) -> None:
    """Answer an ended session by a new one and the same body, inside the call."""
    send = Delivery._send

    def again(self: Any, kind: Any, claimed: Any) -> Any:
        end = send(self, kind, claimed)
        if getattr(end, "code", None) != "BDC_1109":
            return end
        with self._store.write() as rows:
            self._sessions.retire(rows, claimed.live.gen)
        fresh = replace(claimed, live=self._sessions.live(), not_after=self._clock.monotonic() + 60)
        return send(self, kind, fresh)

    swap(stack, Delivery, "_send", again)


class _Jar(BaseAdapter):
    """A way to the server that keeps the cookies of all who go there."""

    def __init__(self, way: BaseAdapter, kept: dict[str, str]) -> None:
        super().__init__()
        self._way, self._kept = way, kept

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        """Send what is kept, and keep what comes."""
        if self._kept:
            request.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._kept.items())
        response = self._way.send(request, **options)
        name, _, value = response.headers.get("Set-Cookie", "").partition(";")[0].partition("=")
        if name:
            self._kept[name] = value
        return response

    def close(self) -> None:
        """Do nothing."""


def _keep_cookies(stack: ExitStack) -> None:
    """Keep cookies, in one jar for all workers of this machine."""
    session_of, kept = Transport._session, {}  # type: ignore[var-annotated]

    def with_jar(self: Any) -> Any:
        session, budget = session_of(self)
        way = session.get_adapter("http://")
        if not isinstance(way, _Jar):
            session.mount("http://", _Jar(way, kept))
        return session, budget

    swap(stack, Transport, "_session", with_jar)


MUTANTS = (
    Mutant("drop the fence", _no_fence, "doubles", (FROZEN_BILL,)),
    Mutant("raise no unsafe_gen", _no_unsafe_generation, "doubles", (FROZEN_BILL,)),
    Mutant("take a replaced session for a dead one", _half_a_proof, "doubles", (wire("sell", BILL, "late_effect"),)),
    Mutant(
        "take one refusal of a session for its death",
        _one_word,
        "doubles",
        ((*FROZEN_BILL, *wire("sell", "List/ReceivedPay", "bdc:BDC_1109")),),
    ),
    Mutant("re-login in the transport", _sign_in_and_repeat, "doubles", (at("sell", f"connect {BILL}", "suspend"),)),
    Mutant(
        "cookies kept",
        _keep_cookies,
        "doubles",
        (at("sell", "after commit of engine.delivery._claim", "suspend", nth=2),),
    ),
)
