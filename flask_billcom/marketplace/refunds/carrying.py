"""The step of a tick that carries refunds out, document by document; no network.

    parts that are not done --one read--> facts --stage--> what is to be done
        not to wait: document locked, facts read again, done by guarded updates

Whatever another worker has moved meanwhile rolls the document's transaction back; the next tick decides anew. What is
to be changed at Bill.com becomes an operation in the document's lane. Nothing open costs one look into a partial index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update

from flask_billcom.engine import operations as ops
from flask_billcom.models import Adjustment, AdjustmentPart, Document, Operation, OperationState
from flask_billcom.store import Rows

from .facts import CORRECTIONS, Facts, facts_of, open_documents
from .stages import Close, Correct, Local, Turn, Undo, Wait, stage_of
from .writing import PAYING_BACK, close, follow, lock_document, lower, turn

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

PAGE = 500
STEPS = 8
"""Most stages that one document passes in a transaction."""
GIVEN_BACK = "a refund lowers its document first"
"""Why a planned payment or charge was given up; another one is planned for what is left."""
_PLANNED = OperationState.PLANNED
_ENDED = (
    select(Adjustment.id)
    .join(Document, (Document.origin_id == Adjustment.id) & (Document.origin_type == "adjustment"))
    .where(
        Adjustment.organization_id == bindparam("organization_id"),
        Adjustment.state == PAYING_BACK,
        Document.is_refund.is_(True),
        Document.cleared_at.is_not(None),
    )
    .limit(PAGE)
)


class Moved(Exception):  # noqa: N818 - rolls one document's transaction back
    """Somebody else has moved what was to be changed."""


def carry_out(domain: Domain) -> int:
    """Do what can be done for refunds now, and return for how many documents that was."""
    moved = _arrived(domain)
    after: UUID | None = None
    while True:
        with domain.store.read() as rows:
            ids = open_documents(rows, domain.organization_id, after=after, limit=PAGE)
            facts = facts_of(rows, ids) if ids else {}
        moved += sum(_carry(domain, each) for each in ids if not isinstance(stage_of(facts[each]), Wait))
        if len(ids) < PAGE:
            return moved
        after = ids[-1]


def _arrived(domain: Domain) -> int:
    """Let refunds end whose buyers have their money, and return how many."""
    with domain.store.read() as rows:
        ended = rows.all(_ENDED, {"organization_id": domain.organization_id})
    if ended:
        with domain.store.write() as rows:
            follow(rows, domain, ended)
    return len(ended)


def _carry(domain: Domain, document_id: UUID) -> int:
    try:
        with domain.store.write() as rows:
            lock_document(rows, document_id)
            for step in range(STEPS):
                facts = facts_of(rows, [document_id])[document_id]
                stage = stage_of(facts)
                if not facts.parts or isinstance(stage, Wait):
                    return int(step > 0)
                _do(rows, domain, facts, stage)
    except Moved:
        return 0
    return 1


def _do(rows: Rows, domain: Domain, facts: Facts, stage: Local | Correct | Undo | Turn | Close) -> None:
    if isinstance(stage, Local):
        _make_anew(rows, domain, facts, stage)
        lower(rows, domain, facts, stage.amounts)
    elif isinstance(stage, Correct):
        _give_payment_back(rows, domain, facts)
        _correct(rows, domain, facts, stage)
    elif isinstance(stage, Undo):
        _undo(rows, facts, stage)
    elif isinstance(stage, Turn):
        turn(rows, domain, facts, stage.amounts)
    else:
        close(rows, domain, facts.parts)


# -- documents that were never sent ------------------------------------------------------------------------------------


def _make_anew(rows: Rows, domain: Domain, facts: Facts, stage: Local) -> None:
    """Give up the operation that would make a document, and plan another one for what is left.

    A worker that has rendered the document with its old amount cannot claim the operation any more.
    """
    make, left = facts.make, facts.document.cents - stage.cents
    if make is None or make.state != _PLANNED:
        return
    _cancel(rows, make, "a refund lowers it before it is made", first_sent_at=None, parked=make.parked)
    if not left:
        return
    _plan(rows, domain, ops.following(make, amount_cents=left, parked=make.parked, not_before=make.not_before))


# -- documents at Bill.com ---------------------------------------------------------------------------------------------


def _give_payment_back(rows: Rows, domain: Domain, facts: Facts) -> None:
    """Give up a planned payment or charge of the old amount; a reservation goes back with it."""
    pay = facts.pay
    if pay is not None and pay.state == _PLANNED:
        give_up(rows, domain, pay)


def give_up(rows: Rows, domain: Domain, pay: Operation) -> None:
    """Give up one planned payment or charge whose document is lowered."""
    from flask_billcom.marketplace.kinds.payouts import Pay

    _cancel(rows, pay, GIVEN_BACK)
    if pay.kind != "pay":
        return
    Pay(domain).dropped(rows, [pay])
    rows.change(update(Document).where(Document.id == pay.subject_id).values(released_at=None, read_at=None))


def _correct(rows: Rows, domain: Domain, facts: Facts, stage: Correct) -> None:
    document = facts.document
    left = document.cents - stage.cents
    number: int = rows.first(
        select(func.count()).where(Operation.subject_id == document.id, Operation.kind.in_(CORRECTIONS))
    )
    key = f"{document.id.hex}:{number + 1}"
    plan = ops.Plan(
        kind=f"{'update' if left else 'delete'}_{document.kind}",
        subject_type="document",
        subject_id=document.id,
        lane=ops.lane_of_document(document.id),
        natural_key=key,
        amount_cents=left,
    )
    _plan(rows, domain, plan)
    for part_id, cents in stage.amounts:
        changed = rows.change(
            update(AdjustmentPart)
            .where(AdjustmentPart.id == part_id, AdjustmentPart.state == "open")
            .values(planned_cents=cents, operation_key=key, state="planned")
        )
        if changed != 1:
            raise Moved
    if not left:
        _stop_mail(rows, document)


def _stop_mail(rows: Rows, document: Document) -> None:
    """Give up a planned e-mail about an invoice that is deleted."""
    rows.change(
        update(Operation)
        .where(Operation.subject_id == document.id, Operation.kind == "send_invoice", Operation.state == _PLANNED)
        .values(state=OperationState.CANCELLED, parked=None, evidence={"message": "its invoice is deleted"})
    )


def _undo(rows: Rows, facts: Facts, stage: Undo) -> None:
    correct = stage.operation
    if correct is not None and correct.state == OperationState.REJECTED:
        # What was refused stays with it, and nobody tries it again.
        to = {"state": OperationState.CANCELLED}
        if ops.move(rows, [correct.id], from_={"state": OperationState.REJECTED}, to=to) != 1:
            raise Moved
    elif correct is not None:
        _cancel(rows, correct, "a payment came in between", first_sent_at=None)
    ids = [part.id for part in facts.parts if part.state == "planned"]
    rows.change(
        update(AdjustmentPart)
        .where(AdjustmentPart.id.in_(ids), AdjustmentPart.state == "planned")
        .values(planned_cents=0, operation_key=None, state="open")
    )


# -- operations --------------------------------------------------------------------------------------------------------


def _cancel(rows: Rows, operation: Operation, message: str, **guard: Any) -> None:  # noqa: ANN401 - columns
    moved = ops.move(
        rows,
        [operation.id],
        from_={"state": _PLANNED, **guard},
        to={"state": OperationState.CANCELLED, "parked": None, "evidence": {"message": message}},
    )
    if moved != 1:
        raise Moved


def _plan(rows: Rows, domain: Domain, plan: ops.Plan) -> None:
    ids = ops.plan(rows, domain.clock, domain.organization_id, [plan], linger_s=domain.settings.linger_s)
    row_id = ids[plan.kind, plan.natural_key, plan.generation]
    if rows.first(select(Operation.id).where(Operation.id == row_id)) is None:
        raise Moved
