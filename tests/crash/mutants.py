"""Deliberate mistakes in the protocol, patched from outside; each must be caught by the judge of a told story.

A mutant is played against ways of being hurt until the judge finds something. An engine without a mistake passes the
same ways clean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from sqlalchemy import update

from flask_billcom.api.codes import Certainty
from flask_billcom.api.transport import Transport
from flask_billcom.engine import janitor, operations, outcomes, readback
from flask_billcom.engine.delivery import Delivery
from flask_billcom.engine.fence import Fence
from flask_billcom.engine.kinds import Absent
from flask_billcom.engine.outcomes import Fate
from flask_billcom.engine.readback import Decision, Step
from flask_billcom.engine.timing import Timing
from flask_billcom.errors import TransportError
from flask_billcom.marketplace.kinds.charges import Charge
from flask_billcom.marketplace.kinds.documents import DocumentKind
from flask_billcom.marketplace.kinds.parties import CreateParty
from flask_billcom.marketplace.kinds.payouts import Pay
from flask_billcom.models import Operation, OperationState
from tests.crash.judge import Verdict
from tests.crash.suites import Cut, Theatre, theatre

Patches = Callable[[ExitStack], None]
LAGGING: dict[str, object] = {"list_lag_s": 280}
"""Lists are behind by more than `LIST_LAG_S` says, and by less than the margin allows."""


@dataclass(frozen=True)
class Mutant:
    """One mistake.

    :param hurts: the ways to be hurt that show it, the likeliest first.
    :param simulator: switches of the server's more unpleasant readings.
    """

    name: str
    apply: Patches
    hurts: tuple[Cut, ...]
    simulator: dict[str, object] = field(default_factory=dict)


def wire(chapter: str, endpoint: str, fault: str) -> Cut:
    """Return a fault of the wire."""
    return Cut(chapter, -1, fault, endpoint)


def at(chapter: str, label: str, fault: str) -> Cut:
    """Return something that happens at the first boundary of a name; its number is looked up when it is played."""
    return Cut(chapter, 0, fault, label=f"{chapter}: {label}")


PAY, CHARGE, BILL = "PayBills", "ChargeCustomer", "Bulk/Crud/Create/Bill"


def _swap(stack: ExitStack, owner: Any, name: str, new: Any) -> None:
    stack.enter_context(patch.object(owner, name, new))


def _no_grace(stack: ExitStack) -> None:
    _swap(stack, Timing, "grace", property(lambda _: timedelta(0)))


def _no_doubt(stack: ExitStack) -> None:
    _swap(stack, Timing, "doubt", property(lambda _: timedelta(0)))


def _no_fence(stack: ExitStack) -> None:
    for kind in (Pay, CreateParty, DocumentKind):
        _swap(stack, kind, "policy", replace(kind.policy, fenced=False))


def _silence_is_failure(stack: ExitStack) -> None:
    fates = {**outcomes._FATES, Certainty.NO_ANSWER: Fate.RETRY}
    _swap(stack, outcomes, "_FATES", fates)


def _doubt_is_failure(stack: ExitStack) -> None:
    fates = {**outcomes._FATES, Certainty.DOUBTFUL: Fate.RETRY}
    _swap(stack, outcomes, "_FATES", fates)


def _silence_is_success(stack: ExitStack) -> None:
    """Take what was sent for done: nothing is read back."""
    decide = readback.decide

    def trusting(operation: Any, finding: Any, *args: Any, **options: Any) -> Decision:
        found = decide(operation, finding, *args, **options)
        return Decision(Step.REJECT) if found.step is Step.WAIT else found

    _swap(stack, readback, "decide", trusting)


def _absent_at_once(stack: ExitStack) -> None:
    """Believe the first look, fence and all."""
    decide = readback.decide

    def hasty(operation: Any, finding: Any, *args: Any, **options: Any) -> Decision:
        found = decide(operation, finding, *args, **options)
        return Decision(Step.RESEND) if found.step is Step.WAIT else found

    _swap(stack, readback, "decide", hasty)


def _janitor_plans_again(stack: ExitStack) -> None:
    def sweep(organization_id: str, store: Any, clock: Any, timing: Any) -> int:
        del timing
        with store.write() as rows:
            stale = (Operation.organization_id == organization_id, Operation.state == OperationState.SENDING)
            return int(rows.change(update(Operation).where(*stale).values(state="planned", not_before=clock.now())))

    _swap(stack, janitor, "sweep", sweep)


def _claim_without_guard(stack: ExitStack) -> None:
    """Look first, then update by id alone, as a claim by SELECT and UPDATE does."""

    def claim(rows: Any, operation_ids: Any, call_id: Any, server_time: Any) -> set[Any]:
        values = {"state": "sending", "attempt": Operation.attempt + 1, "call_id": call_id}
        rows.change(
            update(Operation).where(Operation.id.in_(operation_ids)).values(first_sent_at=server_time, **values)
        )
        return set(operation_ids)

    _swap(stack, operations, "claim", claim)


def _sign_in_and_repeat(stack: ExitStack) -> None:
    """Answer an ended session by a new one and the same body, inside the call."""
    send = Delivery._send

    def again(self: Any, kind: Any, claimed: Any) -> Any:
        end = send(self, kind, claimed)
        if getattr(end, "code", None) != "BDC_1109":
            return end
        with self._store.write() as rows:
            self._sessions.mark_dead(rows, claimed.live.gen, end.server_date)
        fresh = replace(claimed, live=self._sessions.live(), not_after=self._clock.monotonic() + 60)
        return send(self, kind, fresh)

    _swap(stack, Delivery, "_send", again)


def _call_twice(stack: ExitStack) -> None:
    """Repeat a body on the same connection when no answer comes."""
    call = Transport.call

    def twice(self: Any, *args: Any, **options: Any) -> Any:
        try:
            return call(self, *args, **options)
        except TransportError:
            return call(self, *args, **options)

    _swap(stack, Transport, "call", twice)


def _float_cents(stack: ExitStack) -> None:
    from flask_billcom.marketplace.kinds import documents

    def careless(cents: int) -> Decimal:
        return Decimal(int(cents * 1.1 / 1.1 - 1e-9)) / 100

    _swap(stack, documents, "from_cents", careless)
    _swap(stack, DocumentKind, "_is_same", lambda *_: True)


def _never_asks_the_balance(stack: ExitStack) -> None:
    _swap(stack, Pay, "check", lambda _self, _reads, ready: ready)


def _charges_again(stack: ExitStack) -> None:
    _swap(stack, Charge, "policy", replace(Charge.policy, absent=Absent.RESEND, resends=9, fenced=False))
    _no_grace(stack)


def _leaves_it_to_people(stack: ExitStack) -> None:
    """Set everything aside at the first doubt."""

    def timid(*_: Any, **__: Any) -> Decision:
        return Decision(Step.QUARANTINE, reason="to be on the safe side")

    _swap(stack, readback, "decide", timid)


def _half_a_proof(stack: ExitStack) -> None:
    """Count a session as dead because somebody replaced it."""

    def round_(self: Any, kinds: Any) -> None:
        from flask_billcom.models import Session

        with self._store.write() as rows:
            rows.change(
                update(Session)
                .where(Session.dead_at.is_(None), Session.gen > 0)
                .values(state="dead", dead_at=self._clock.now(), dead_server_date=self._clock.now())
            )
            self._count_from_death(rows, 10**6, kinds)

    _swap(stack, Fence, "round", round_)
    _no_grace(stack)


def _loses_what_it_planned(stack: ExitStack) -> None:
    """Drop a payment for good when its call is refused."""
    fates = {**outcomes._FATES, Certainty.NOT_APPLIED_RETRY: Fate.DONE}
    del fates[Certainty.NOT_APPLIED_RETRY]
    fates[Certainty.NOT_APPLIED_RETRY] = Fate.REJECT
    _swap(stack, outcomes, "_FATES", fates)


MUTANTS = (
    Mutant("silence is failure", _silence_is_failure, (wire("pay out", PAY, "timeout_after"),)),
    Mutant("an error is failure", _doubt_is_failure, (wire("pay out", PAY, "bdc_after:BDC_9999"),), LAGGING),
    Mutant("no grace", _no_grace, (wire("sell", BILL, "timeout_after"),), LAGGING),
    Mutant("halve without waiting for lists", _no_doubt, (wire("sell", BILL, "bdc_after:BDC_9999"),), LAGGING),
    Mutant("no fence", _no_fence, (at("sell", f"connect {BILL}", "long_freeze"),)),
    Mutant("believe the first look", _absent_at_once, (wire("sell", BILL, "late_effect"),)),
    Mutant("reject what is not seen yet", _silence_is_success, (wire("sell", BILL, "timeout_after"),), LAGGING),
    Mutant("a crash means not sent", _janitor_plans_again, (at("sell", f"effect {BILL}", "crash"),)),
    Mutant(
        "claim by SELECT and UPDATE",
        _claim_without_guard,
        (at("sell", "after commit of marketplace.kinds.balances._note", "second_runner"),),
    ),
    Mutant("sign in and repeat inside the call", _sign_in_and_repeat, (at("sell", f"connect {BILL}", "suspend"),)),
    Mutant("repeat a body", _call_twice, (wire("sell", CHARGE, "timeout_after"),)),
    Mutant("float cents", _float_cents, (wire("sell", BILL, "connect_refused"),)),
    Mutant("charge again", _charges_again, (wire("sell", CHARGE, "late_effect"),)),
    Mutant("leave it to people", _leaves_it_to_people, (wire("sell", BILL, "timeout_after"),)),
    Mutant("a replaced session is a dead one", _half_a_proof, (wire("sell", BILL, "late_effect"),)),
)


@contextmanager
def mistaken(mutant: Mutant | None) -> Iterator[None]:
    """Let the engine make one mistake for a while."""
    with ExitStack() as stack:
        if mutant is not None:
            mutant.apply(stack)
        yield


def caught(house: Theatre, mutant: Mutant | None, hurts: tuple[Cut, ...]) -> tuple[Cut, Verdict] | None:
    """Return the first way to be hurt in which the judge finds something, or None."""
    for hurt in hurts:
        placed = place(house, hurt)
        with mistaken(mutant):
            _, found, _ = house.play([placed])
        if not found.is_clean:
            return placed, found
    return None


def place(house: Theatre, cut: Cut) -> Cut:
    """Return a cut with the number of its boundary."""
    if cut.at < 0:
        return cut
    return replace(cut, at=house.trail[cut.chapter].index(cut.label))


def play_mutants(seed: int, only: str | None, say: Callable[[str], None]) -> tuple[int, int]:
    """Play every mutant and, in the same ways, the engine as it is; return how many were caught, and of how many.

    :raises AssertionError: the engine without a mistake does not pass.
    """
    chosen = [mutant for mutant in MUTANTS if only in {None, mutant.name}]
    count = 0
    houses: dict[str, Theatre] = {}
    with ExitStack() as stack:
        for mutant in chosen:
            key = repr(sorted(mutant.simulator.items()))
            if key not in houses:
                houses[key] = stack.enter_context(theatre(seed=seed, simulator=mutant.simulator))
            clean = caught(houses[key], None, mutant.hurts)
            assert clean is None, (mutant.name, clean)
            found = caught(houses[key], mutant, mutant.hurts)
            count += found is not None
            say(
                f"{mutant.name}: "
                + ("NOT CAUGHT" if found is None else f"seed {seed}, {found[0]}: {found[1].notes[0]}")
            )
    return count, len(chosen)
