"""Operations as they are shown: what shall be done at Bill.com, what was tried, and what a person has to do.

stuck   quarantined; or rejected and planned by nobody anew; or given up, though a document waits for it; or parked for
        a reason that only a person can mend; their list shows what is in doubt as well
since   when it became unknown, quarantined, rejected, given up or parked: what the row says, else the audit trail
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from flask_billcom.models import Audit, Call, Document, Operation, OperationState, RecordedPayment
from flask_billcom.store import Rows

from .pages import Page, Place, maybe_id, one_of
from .sight import Sight

KINDS = (
    "create_customer",
    "create_vendor",
    "update_customer",
    "update_vendor",
    "create_invoice",
    "create_bill",
    "update_invoice",
    "update_bill",
    "delete_invoice",
    "delete_bill",
    "send_invoice",
    "record",
    "charge",
    "void",
    "void_part",
    "pay",
    "pay_part",
)
IN_DOUBT = (OperationState.UNKNOWN, OperationState.CHECKING)
PARKED = "operation_parked"
_ACT_OF = {
    OperationState.QUARANTINED: "quarantined",
    OperationState.REJECTED: "operation_rejected",
    OperationState.CANCELLED: "operation_cancelled",
}
_MAKERS = ("create_customer", "create_vendor", "create_invoice", "create_bill")
GIVEN_UP = "given_up"
"""What a cancelled operation is called that a document still waits for."""
CHARGE = "charge"
NEED_A_PERSON = ("needs_data", "needs_match", "difference", "needs_approval", "capability")
"""Reasons for parking that no tick mends by itself."""
_NEXT_STEP = {
    "quarantined": "compare the evidence with Bill.com, then run `flask billcom ops resolve`; its lane waits",
    "rejected": "correct what Bill.com refused, then run `flask billcom ops retry`",
    GIVEN_UP: "a document still waits for it: run `flask billcom ops retry`, or give its sale back",
    f"{GIVEN_UP} {CHARGE}": "its invoice waits to be paid: run `flask billcom ops retry` if nothing of it is, have the "
    "rest paid by the link, record what came elsewhere, or give its sale back",
    "unknown": "wait: it is looked up by itself, and sent again only when it is surely absent",
    "checking": "wait: it is being looked up",
    "sending": "wait: its call is under way",
    "awaiting_party": "wait until Bill.com knows the buyer or seller",
    "awaiting_invoice": "wait until Bill.com knows the invoice",
    "awaiting_authorization": "record the buyer's consent and bank account",
    "needs_data": "mend the app's row or its mapping function, then run `flask billcom sync`",
    "needs_match": "say who he is at Bill.com: `flask billcom parties match`",
    "difference": "compare the evidence with Bill.com and correct the document there: it is looked at every hour. "
    "A payment made there by hand is taken for ours by `flask billcom ops resolve`",
    "needs_approval": "have the payout run approved",
    "held": "release the hold when its reason is gone",
    "capability": "mend what closed the capability; `flask billcom doctor` names it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRow:
    """One wanted effect.

    :param is_stuck: whether it moves no further without a person.
    :param since: since when it is unknown, quarantined, rejected, given up or parked; None where it is none of these.
    :param next_step: what a person does, or None where there is nothing to do.
    """

    id: UUID
    kind: str
    state: str
    parked: str | None
    is_stuck: bool
    subject_type: str
    subject_id: UUID
    natural_key: str
    generation: int
    amount_cents: int
    attempt: int
    remote_id: str | None
    error_code: str | None
    not_before: datetime
    unknown_since: datetime | None
    since: datetime | None
    created_at: datetime
    next_step: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """The last HTTP call that carried an operation.

    :param digest: hash of what it carried: that of each operation, in the order of the request.
    """

    id: UUID
    endpoint: str
    items: int
    digest: str | None
    session_gen: int
    started_at: datetime
    lease_until: datetime
    process_date: date | None
    outcome: str | None
    http: int | None
    code: str | None
    server_date: datetime | None
    late_evidence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One act of the audit trail.

    :param sequence: its place in the sealed chain; None while no tick has sealed it.
    """

    at: datetime
    actor: str
    action: str
    detail: Mapping[str, Any]
    sequence: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSheet:
    """One operation with its evidence, its call and its audit lines."""

    operation: OperationRow
    lane: str
    digest: str | None
    resends: int
    splits: int
    unsafe_gen: int
    first_sent_at: datetime | None
    check_after: datetime | None
    absent_after: datetime | None
    supersedes: UUID | None
    superseded_by: UUID | None
    evidence: Mapping[str, Any] | None
    call: CallRow | None
    audit: tuple[AuditRow, ...]


def list_operations(
    rows: Rows,
    sight: Sight,
    place: Place,
    *,
    state: str | None = None,
    kind: str | None = None,
    stuck: bool = False,
    subject: UUID | None = None,
) -> Page[OperationRow]:
    """Return a page of operations.

    :param state: only those in this state.
    :param kind: only those of this kind.
    :param stuck: only those that move no further without a person, and those in doubt.
    :param subject: only those on this party or document.
    :raises InvalidQuery: there is no such state or kind, or the place is none.
    """
    is_stuck = stuck_condition()
    statement = select(Operation.id, Operation, is_stuck.label("stuck")).where(sight.operations())
    if one_of(state, OperationState, "state") is not None:
        statement = statement.where(Operation.state == state)
    if one_of(kind, KINDS, "kind") is not None:
        statement = statement.where(Operation.kind == kind)
    if stuck:
        statement = statement.where(or_(is_stuck, Operation.state.in_(IN_DOUBT)))
    if subject is not None:
        statement = statement.where(Operation.subject_id == subject)
    found, after = place.cut(rows, statement, Operation.id)
    since = since_of(rows, [each.Operation for each in found])
    shown = (_shown(each.Operation, since[each.Operation.id], is_stuck=bool(each.stuck)) for each in found)
    return Page(tuple(shown), after)


def operation_sheet(rows: Rows, sight: Sight, operation_id: str) -> OperationSheet | None:
    """Return an operation with all that is known of it, or None where the viewer sees none of this id."""
    found = rows.first(
        select(Operation, stuck_condition().label("stuck")).where(
            sight.operations(), Operation.id == maybe_id(operation_id)
        )
    )
    if found is None:
        return None
    operation: Operation = found.Operation
    return OperationSheet(
        operation=_shown(operation, since_of(rows, [operation])[operation.id], is_stuck=bool(found.stuck)),
        lane=operation.lane,
        digest=operation.digest,
        resends=operation.resends,
        splits=operation.splits,
        unsafe_gen=operation.unsafe_gen,
        first_sent_at=operation.first_sent_at,
        check_after=operation.check_after,
        absent_after=operation.absent_after,
        supersedes=operation.supersedes,
        superseded_by=rows.first(select(Operation.id).where(Operation.supersedes == operation.id)),
        evidence=operation.evidence,
        call=_call(rows, operation.call_id),
        audit=_audit(rows, sight, operation.id),
    )


@cache
def stuck_condition() -> ColumnElement[bool]:
    """Return the condition for operations that move no further without a person."""
    later = aliased(Operation)
    # Of the same subject, it is found by an index.
    anew = exists().where(later.subject_id == Operation.subject_id, later.supersedes == Operation.id)
    return or_(
        Operation.state == OperationState.QUARANTINED,
        (Operation.state == OperationState.REJECTED) & ~anew,
        (Operation.state == OperationState.PLANNED) & Operation.parked.in_(NEED_A_PERSON),
        _is_missed(),
    )


def _is_missed() -> ColumnElement[bool]:
    """Return the condition for what was given up and not planned anew, and that a document waits for."""
    later = aliased(Operation)
    anew = (later.subject_id == Operation.subject_id, later.kind == Operation.kind)
    waits = or_(Document.id == Operation.subject_id, Document.party_id == Operation.subject_id)
    not_made = Operation.kind.in_(_MAKERS) & exists().where(waits, Document.status == "planned")
    # What is paid again after a void is with the payout runs until they have planned it.
    is_due = (Document.id == Operation.subject_id, Document.status == "open", Document.released_at.is_not(None))
    not_paid = (Operation.kind == "pay") & exists().where(*is_due)
    return and_(
        Operation.state == OperationState.CANCELLED,
        ~exists().where(*anew, later.generation > Operation.generation),
        or_(not_made, not_paid, _is_not_collected()),
    )


def _is_not_collected() -> ColumnElement[bool]:
    """Return the condition for charges that a person gave up and whose invoice nobody has paid since.

    Others give way to a refund, or to money that comes in another way, and are nobody's decision; unless that was given
    up as well.
    """
    is_open = (Document.id == Operation.subject_id, Document.status.in_(("open", "partial")))
    by_a_person = (Audit.subject_id == Operation.id, Audit.action == _ACT_OF[OperationState.CANCELLED])
    recorded = aliased(Operation)
    elsewhere = (RecordedPayment.document_id == Operation.subject_id, recorded.subject_id == RecordedPayment.id)
    never_came = and_(
        exists().where(*elsewhere), ~exists().where(*elsewhere, recorded.state != OperationState.CANCELLED)
    )
    return and_(Operation.kind == CHARGE, exists().where(*is_open), or_(exists().where(*by_a_person), never_came))


def since_of(rows: Rows, operations: Sequence[Operation]) -> dict[UUID, datetime | None]:
    """Return since when each operation stands where it stands."""
    parked = _first_parked(rows, [each.id for each in operations if each.parked is not None])
    ended = _last_acts(rows, [each for each in operations if each.state in _ACT_OF])
    since: dict[UUID, datetime | None] = {}
    for each in operations:
        if each.state in IN_DOUBT:
            since[each.id] = each.unknown_since
        elif each.state == OperationState.CANCELLED:
            since[each.id] = ended.get(each.id)
        elif each.state in _ACT_OF:
            since[each.id] = ended.get(each.id, each.unknown_since or each.created_at)
        elif each.state == OperationState.PLANNED and each.parked is not None:
            since[each.id] = parked.get(each.id, each.created_at)
        else:
            since[each.id] = None
    return since


def _last_acts(rows: Rows, operations: Sequence[Operation]) -> dict[UUID, datetime]:
    if not operations:
        return {}
    found = rows.all(
        select(Audit.subject_id, Audit.action, func.max(Audit.at))
        .where(Audit.subject_id.in_([each.id for each in operations]), Audit.action.in_(_ACT_OF.values()))
        .group_by(Audit.subject_id, Audit.action)
    )
    acts = {(subject, action): at for subject, action, at in found}
    named = {each.id: (each.id, _ACT_OF[OperationState(each.state)]) for each in operations}
    return {row: acts[key] for row, key in named.items() if key in acts}


def _first_parked(rows: Rows, ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return when each operation was parked first after anything else: it is parked anew whenever it is looked at."""
    if not ids:
        return {}
    other = aliased(Audit)
    is_followed = exists().where(other.subject_id == Audit.subject_id, other.action != PARKED, other.id > Audit.id)
    found = rows.all(
        select(Audit.subject_id, func.min(Audit.at))
        .where(Audit.subject_id.in_(ids), Audit.action == PARKED, ~is_followed)
        .group_by(Audit.subject_id)
    )
    return dict(found)


def _call(rows: Rows, call_id: UUID | None) -> CallRow | None:
    call: Call | None = None if call_id is None else rows.first(select(Call).where(Call.id == call_id))
    if call is None:
        return None
    return CallRow(
        id=call.id,
        endpoint=call.endpoint,
        items=call.n_items,
        digest=call.digest,
        session_gen=call.session_gen,
        started_at=call.started_at,
        lease_until=call.lease_until,
        process_date=call.process_date,
        outcome=call.outcome,
        http=call.http,
        code=call.bdc,
        server_date=call.server_date,
        late_evidence=call.late_evidence,
    )


def _audit(rows: Rows, sight: Sight, operation_id: UUID) -> tuple[AuditRow, ...]:
    found = rows.all(
        select(Audit)
        .where(Audit.organization_id == sight.organization_id, Audit.subject_id == operation_id)
        .order_by(Audit.id)
    )
    return tuple(
        AuditRow(at=each.at, actor=each.actor, action=each.action, detail=each.detail, sequence=each.sequence)
        for each in found
    )


def _shown(operation: Operation, since: datetime | None, *, is_stuck: bool) -> OperationRow:
    reason = operation.parked if operation.state == OperationState.PLANNED else operation.state
    if is_stuck and operation.state == OperationState.CANCELLED:
        reason = f"{GIVEN_UP} {CHARGE}" if operation.kind == CHARGE else GIVEN_UP
    return OperationRow(
        id=operation.id,
        kind=operation.kind,
        state=operation.state,
        parked=operation.parked,
        is_stuck=is_stuck,
        subject_type=operation.subject_type,
        subject_id=operation.subject_id,
        natural_key=operation.natural_key,
        generation=operation.generation,
        amount_cents=operation.amount_cents,
        attempt=operation.attempt,
        remote_id=operation.remote_id,
        error_code=operation.error_code,
        not_before=operation.not_before,
        unknown_since=operation.unknown_since,
        since=since,
        created_at=operation.created_at,
        next_step=_NEXT_STEP.get(reason) if reason is not None else None,
    )
