"""The deliberate mistakes: what the engine would do without one rule of the protocol, patched from outside.

Each is a name, the patches, and the ways of being hurt that show it, the likeliest first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from importlib.util import find_spec, module_from_spec
from typing import Any
from unittest.mock import patch

import requests
from requests.adapters import BaseAdapter
from sqlalchemy import Executable, select, text, update

from flask_billcom import models
from flask_billcom.api import codes, replies
from flask_billcom.api.codes import Certainty
from flask_billcom.api.records import SentPay
from flask_billcom.api.transport import Transport
from flask_billcom.engine import janitor, operations, outcomes, readback, recording
from flask_billcom.engine.decisions import Person
from flask_billcom.engine.delivery import Delivery
from flask_billcom.engine.fence import Fence
from flask_billcom.engine.kinds import Absent, Finding, Remote
from flask_billcom.engine.outcomes import Fate
from flask_billcom.engine.readback import Decision, Proof, Step
from flask_billcom.engine.recording import Recorder
from flask_billcom.engine.timing import Timing
from flask_billcom.errors import MalformedReply, TransportError
from flask_billcom.marketplace import paying_again, sent, voiding
from flask_billcom.marketplace.kinds import base, documents
from flask_billcom.marketplace.kinds.charges import Charge
from flask_billcom.marketplace.kinds.documents import DocumentKind
from flask_billcom.marketplace.kinds.parties import CreateParty
from flask_billcom.marketplace.kinds.payouts import Pay
from flask_billcom.marketplace.refunds import facts
from flask_billcom.models import OPEN_LANE, Document, Operation, OperationState, Payment, PaymentPart
from flask_billcom.models import Session as SessionRow
from tests.crash import keeping
from tests.crash.cuts import ACTS, Cut

Patches = Callable[[ExitStack], None]
Hurt = tuple[Cut, ...]
"""What happens in one telling."""
LAGGING: dict[str, object] = {"list_lag_s": 280}
"""Lists are behind by more than `LIST_LAG_S` says, and by less than the margin allows."""
ENDLESS: dict[str, object] = {"logout_lag_s": 3600}
"""Sessions end so long after a Logout that their end cannot be proved."""


@dataclass(frozen=True)
class Mutant:
    """One mistake.

    :param shown_by: what the judge has to find, a count of its verdict: the harm that the mistake does.
    :param hurts: the ways to be hurt that show it, the likeliest first.
    :param simulator: switches of the server's more unpleasant readings.
    """

    name: str
    apply: Patches
    shown_by: str
    hurts: tuple[Hurt, ...]
    simulator: dict[str, object] = field(default_factory=dict)


def wire(chapter: str, endpoint: str, fault: str, seconds: float = 0.0) -> Hurt:
    """Return a fault of the wire."""
    return (Cut(chapter, -1, fault, endpoint, seconds=seconds),)


def at(chapter: str, label: str, fault: str, nth: int = 1, seconds: float = 0.0) -> Hurt:
    """Return something that happens at a boundary of a name; a fault of the wire hits the call that begins there."""
    called = "" if fault in ACTS else label.removeprefix("connect ")
    return (Cut(chapter, -1, fault, called, label=f"{chapter}: {label}", nth=nth, seconds=seconds),)


PAY, CHARGE, INVOICE, BILL = "PayBills", "ChargeCustomer", "Bulk/Crud/Create/Invoice", "Bulk/Crud/Create/Bill"


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


def _janitor_plans_again(stack: ExitStack) -> None:
    abandon = janitor._abandon

    def plans(rows: Any, clock: Any, timing: Any, call: Any) -> int:
        count = abandon(rows, clock, timing, call)
        lost = (Operation.call_id == call.id, Operation.state == OperationState.UNKNOWN)
        rows.change(update(Operation).where(*lost).values(state=OperationState.PLANNED, not_before=clock.now()))
        return count

    _swap(stack, janitor, "_abandon", plans)


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
    """Reckon in floating dollars and cut off what is behind the cents."""
    _swap(stack, documents, "from_cents", lambda cents: Decimal(int(cents * 1.1 / 1.1)) / 100)


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
        with self._store.write() as rows:
            rows.change(
                update(SessionRow)
                .where(SessionRow.dead_at.is_(None), SessionRow.gen > 0)
                .values(state="dead", dead_at=self._clock.now(), dead_server_date=self._clock.now())
            )
            self._count_from_death(rows, 10**6, kinds)

    _swap(stack, Fence, "round", round_)
    _no_grace(stack)


def _commit_after_sending(stack: ExitStack) -> None:
    """Send first, and write down what was meant when the answer is there."""
    claim, send = Delivery._claim, Delivery._send
    said: dict[Any, Any] = {}

    def claims(self: Any, kind: Any, ready: Any, live: Any) -> Any:
        write_call = self._write_call

        def sends(rows: Any, kind: Any, claimed: Any) -> None:
            write_call(rows, kind, claimed)
            said[claimed.call_id] = send(self, kind, claimed)

        with patch.object(self, "_write_call", sends):
            return claim(self, kind, ready, live)

    _swap(stack, Delivery, "_claim", claims)
    _swap(stack, Delivery, "_send", lambda _self, _kind, claimed: said.pop(claimed.call_id))


def _server_error_is_failure(stack: ExitStack) -> None:
    """Take an HTTP 5xx for a no."""
    classify = codes.classify

    def hopeful(outcome: Any, **options: Any) -> Any:
        verdict = classify(outcome, **options)
        if isinstance(outcome, MalformedReply) and (outcome.http or 0) >= 500:
            return replace(verdict, certainty=Certainty.NOT_APPLIED_RETRY)
        return verdict

    _swap(stack, outcomes, "classify", hopeful)


def _release_at_once(stack: ExitStack) -> None:
    """Give the slot back at a time-out, though the server may still be at work."""
    unanswered = Recorder._unanswered

    def frees(self: Any, rows: Any, claimed: Any, lost: Any, now: Any) -> None:
        unanswered(self, rows, claimed, lost, now)
        if lost:
            self._limits.release(rows, claimed.slot, now)

    _swap(stack, Recorder, "_unanswered", frees)


def _replay_the_bulk(stack: ExitStack) -> None:
    """Send a bulk body again when not all of its objects came back."""
    send = Delivery._send

    def again(self: Any, kind: Any, claimed: Any) -> Any:
        end = send(self, kind, claimed)
        is_whole = all(each.fate is Fate.DONE for each in outcomes.judge(kind, end, claimed.ready))
        return end if is_whole or not kind.endpoint.startswith("Bulk/") else send(self, kind, claimed)

    _swap(stack, Delivery, "_send", again)


def _believe_the_order(stack: ExitStack) -> None:
    """Read a bulk answer by its order alone."""
    parse = replies.parse_bulk
    _swap(stack, base, "parse_bulk", lambda reply, ready, **_: _by_order(parse, reply, ready))
    _swap(stack, DocumentKind, "_is_same", lambda *_: True)


def _by_order(parse: Any, reply: Any, ready: Any) -> Any:
    return parse(reply, ready, number=lambda _: None, echo=lambda _: None)


def _status_by_document(stack: ExitStack) -> None:
    """Give the status of a payment to the first one of its bill."""
    take_in = sent.take_in

    def first_of_the_bill(rows: Any, clock: Any, organization_id: str, records: Sequence[SentPay]) -> Any:
        moved = [replace(each, id=_first_payment(rows, each) or each.id) for each in records]
        return take_in(rows, clock, organization_id, moved)

    _swap(stack, sent, "take_in", first_of_the_bill)


def _first_payment(rows: Any, there: SentPay) -> str | None:
    bills = [part.bill_id for part in there.bill_pays or ()]
    found: str | None = rows.first(
        select(Payment.remote_id)
        .join(PaymentPart, PaymentPart.payment_id == Payment.id)
        .join(Document, Document.id == PaymentPart.document_id)
        .where(Document.remote_id.in_(bills), Payment.kind == "sent")
        .order_by(Payment.id)
        .limit(1)
    )
    return found


def _no_unsafe_generation(stack: ExitStack) -> None:
    """Forget which session an attempt without an answer has used."""
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

    _swap(stack, Recorder, "_unanswered", forgets)
    _swap(stack, janitor, "sweep", sweeps)


def _adopt_the_older(stack: ExitStack) -> None:
    """Look back a month for what carries the key, and do not ask when it was made."""

    def present(operation: Any, finding: Finding, **_: Any) -> Decision:
        del operation
        return Decision(Step.DONE, remote=finding.matches[0])

    _swap(stack, base, "BEFORE", timedelta(days=30))
    _swap(stack, readback, "_present", present)


def _adopt_by_name(stack: ExitStack) -> None:
    """Take whoever has the same name for the party that was to be made."""

    def find(self: Any, reads: Any, wanted: Any) -> Any:
        with self.domain.store.read() as rows:
            parties = self._parties(rows, wanted)
        page = reads.page(self.record_type)
        names = {o.id: self._render_one(parties[o.subject_id]).name for o in wanted}
        return {
            row: Finding(
                found := [Remote(each.id, each, each.created_time) for each in page.records if each.name == name][:1],
                [True] * len(found),
                page.server_date,
            )
            for row, name in names.items()
        }

    _swap(stack, CreateParty, "find", find)


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

    _swap(stack, Transport, "_session", with_jar)


def _believe_late_answers(stack: ExitStack) -> None:
    """Let an answer that comes after its lease change what has been decided meanwhile."""

    def close(self: Any, rows: Any, claimed: Any, end: Any) -> None:
        del self, rows, claimed, end

    finish = recording.finish

    def unguarded(rows: Any, applied: Any, *, from_: Any) -> None:
        del from_
        finish(rows, applied, from_={})

    _swap(stack, Recorder, "_close_call", close)
    _swap(stack, recording, "finish", unguarded)


def _our_clock_alone(stack: ExitStack) -> None:
    """Count every waiting time by our clock alone."""
    decide = readback.decide

    def by_ours(operation: Any, finding: Finding, *args: Any, proof: Proof, now: Any, **options: Any) -> Decision:
        believed = replace(finding, server_date=now + timedelta(days=1))
        return decide(operation, believed, *args, proof=proof, now=now, **options)

    _swap(stack, readback, "decide", by_ours)


def _lanes_of(stack: ExitStack, states: Sequence[OperationState]) -> None:
    """Let a lane be taken only by operations in some states; the index that stands behind that is gone as well."""
    put_back = keeping.put_back

    def without_index(engine: Any, database: Any) -> None:
        put_back(engine, database)
        with engine.begin() as connection:
            connection.execute(text("drop index uq_billcom_operation_lane"))

    _swap(stack, keeping, "put_back", without_index)
    for module in (operations, facts):
        _swap(stack, module, "OPEN_LANE", states)
        for name, statement in _statements(module, states).items():
            _swap(stack, module, name, statement)


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


def _pays_again(stack: ExitStack) -> None:
    """Give the bills of a payout that is proved void back to the payout runs, though nobody has said so."""
    give_back = voiding._give_back

    def again(domain: Any, payment: Payment, others: Any) -> int:
        count = give_back(domain, payment, others)
        if count:
            paying_again.pay_again(domain, payment.id, Person("engine", "it was void"))
        return count

    _swap(stack, voiding, "_give_back", again)


STRANGER = at("meet", "connect List/Vendor", "stranger")
VENDOR = "Bulk/Crud/Create/Vendor"
LOST_BILL = wire("sell", BILL, "timeout_after")
FROZEN_BILL = at("sell", f"connect {BILL}", "long_freeze")
ONE_MORE = at("sell", "connect Login", "one_more")
COMPLAINT = at("sell", "connect List/Vendor", "complaint")
LATER = at("change", "connect Bulk/Crud/Update/Vendor", "complaint")
SLOWLY = at("sell", f"connect {CHARGE}", "late_effect", nth=3, seconds=100)
MORE_SLOWLY = at("sell", f"connect {CHARGE}", "late_effect", nth=3, seconds=2400)
CROWD = tuple(at("sell", f"connect {name}", "late_effect", seconds=100)[0] for name in (BILL, "SendInvoice", CHARGE))
EARLIER = (
    *at("pay out", "connect Login", "one_more"),
    *at("pay out", f"effect {INVOICE}", "earlier"),
    *wire("pay out", CHARGE, "timeout_before"),
)
MUTANTS = (
    Mutant("drop the grace", _no_grace, "doubles", (LOST_BILL,), LAGGING),
    Mutant("commit after sending", _commit_after_sending, "doubles", (at("meet", f"effect {VENDOR}", "crash"),)),
    Mutant("treat 5xx as failure", _server_error_is_failure, "doubles", (wire("pay out", PAY, "http_5xx_after"),)),
    Mutant("treat silence as failure", _silence_is_failure, "doubles", (wire("pay out", PAY, "timeout_after"),)),
    Mutant(
        "treat an error as failure",
        _doubt_is_failure,
        "doubles",
        (wire("pay out", PAY, "bdc_after:BDC_9999"),),
        LAGGING,
    ),
    Mutant(
        "SELECT-then-UPDATE claim",
        _claim_without_guard,
        "doubles",
        (at("sell", "after commit of marketplace.kinds.balances._note", "second_runner"),),
    ),
    Mutant("release the slot on time-out", _release_at_once, "unexplained", (CROWD,)),
    Mutant("replay a bulk body", _replay_the_bulk, "doubles", (wire("sell", BILL, "short_bulk"),)),
    Mutant("repeat a body in the transport", _call_twice, "doubles", (wire("sell", CHARGE, "timeout_after"),)),
    Mutant(
        "believe the order of a bulk answer", _believe_the_order, "cents_off", (wire("sell", BILL, "reordered_bulk"),)
    ),
    Mutant("match status by attempt", _status_by_document, "cents_off", (wire("arrive", PAY, "connect_refused"),)),
    Mutant("float cents", _float_cents, "cents_off", (wire("sell", BILL, "connect_refused"),)),
    Mutant("halve without V", _no_doubt, "doubles", (wire("sell", BILL, "bdc_after:BDC_9999"),), LAGGING),
    Mutant("drop the fence", _no_fence, "doubles", (FROZEN_BILL,)),
    Mutant("raise no unsafe_gen", _no_unsafe_generation, "doubles", (FROZEN_BILL,)),
    Mutant("take a replaced session for a dead one", _half_a_proof, "doubles", (wire("sell", BILL, "late_effect"),)),
    Mutant("re-login in the transport", _sign_in_and_repeat, "doubles", (at("sell", f"connect {BILL}", "suspend"),)),
    Mutant(
        "cookies kept",
        _keep_cookies,
        "doubles",
        (at("sell", "after commit of engine.delivery._claim", "suspend", nth=2),),
    ),
    Mutant("adopt an older object", _adopt_the_older, "idle", (EARLIER,)),
    Mutant("adopt by name", _adopt_by_name, "lost", ((*wire("meet", VENDOR, "timeout_before"), *STRANGER),)),
    Mutant("no lane", _no_lane, "doubles", ((*ONE_MORE, *SLOWLY, *COMPLAINT),)),
    Mutant(
        "lane without quarantined",
        _lane_without_quarantined,
        "doubles",
        ((*ONE_MORE, *MORE_SLOWLY, *LATER),),
        ENDLESS,
    ),
    Mutant("charge again", _charges_again, "doubles", (wire("sell", CHARGE, "late_effect"),)),
    Mutant("pay again after a void", _pays_again, "doubles", (at("arrive", "connect Login", "by_hand", nth=3),)),
    Mutant("take a crash for not sent", _janitor_plans_again, "doubles", (at("meet", f"effect {VENDOR}", "crash"),)),
    Mutant("believe a late answer", _believe_late_answers, "cents_off", (at("pay out", f"effect {PAY}", "suspend"),)),
    Mutant(
        "count by our clock alone",
        _our_clock_alone,
        "doubles",
        ((*LOST_BILL, *at("sell", "after commit of engine.fence._prove", "clock_forward", nth=2)),),
        LAGGING,
    ),
    Mutant("leave it to people", _leaves_it_to_people, "unexplained", (LOST_BILL,)),
)
