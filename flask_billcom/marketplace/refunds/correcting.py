"""What follows when Bill.com has lowered or deleted a document: our rows, the books, and the charge of what is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from flask_billcom.engine import operations as ops
from flask_billcom.models import AdjustmentPart, Operation, OperationState
from flask_billcom.store import Rows

from .carrying import GIVEN_BACK, give_up
from .facts import facts_of
from .stages import is_lowerable
from .writing import lock_document, lock_documents, lower

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain


def still_planned(rows: Rows, operations: Sequence[Operation], *, locks: bool = False) -> set[UUID]:
    """Return the corrections that parts of refunds still wait for, and that nothing has overtaken.

    A person may adopt a payment of the document at any moment, also after this tick has looked what is to be done.

    :param locks: whether nobody may change these documents before the transaction ends.
    """
    if locks:
        lock_documents(rows, {operation.subject_id for operation in operations})
    keys = {operation.natural_key: operation.id for operation in operations}
    found = rows.all(
        select(AdjustmentPart.operation_key)
        .where(
            AdjustmentPart.document_id.in_([operation.subject_id for operation in operations]),
            AdjustmentPart.operation_key.in_(sorted(keys)),
            AdjustmentPart.state == "planned",
        )
        .distinct()
    )
    facts = facts_of(rows, {operation.subject_id for operation in operations})
    fitting = {operation.id for operation in operations if is_lowerable(facts[operation.subject_id])}
    return {keys[key] for key in found} & fitting


def corrected(rows: Rows, domain: Domain, operation: Operation) -> None:
    """Write that a document is lowered or deleted at Bill.com."""
    lock_document(rows, operation.subject_id)
    facts = facts_of(rows, [operation.subject_id])[operation.subject_id]
    planned = [part for part in facts.parts if part.operation_key == operation.natural_key]
    amounts = [(part.id, part.planned_cents) for part in planned]
    if facts.document.cents - sum(cents for _, cents in amounts) != operation.amount_cents:
        raise RuntimeError(f"{operation.kind} {operation.id} does not come to what its parts do")
    pay = facts.pay
    if pay is not None and pay.state == OperationState.PLANNED:
        # Planned by a run that had judged the old amount.
        give_up(rows, domain, pay)
    lower(rows, domain, facts, amounts)
    if pay is not None and operation.amount_cents and not facts.paid_cents:
        _charge_again(rows, domain, pay, operation.amount_cents)


def _charge_again(rows: Rows, domain: Domain, before: Operation, cents: int) -> None:
    """Plan the charge of what is left of an invoice whose own charge was given up for it; bills go to the next run."""
    pay: Operation = rows.first(
        select(Operation).where(Operation.id == before.id).execution_options(populate_existing=True)
    )
    was_ours = pay.state == OperationState.CANCELLED and (pay.evidence or {}).get("message") == GIVEN_BACK
    if pay.kind != "charge" or not was_ours:
        return
    plan = ops.following(pay, amount_cents=cents)
    ops.plan(rows, domain.clock, domain.organization_id, [plan], linger_s=domain.settings.linger_s)
