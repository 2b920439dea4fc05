"""Large payout runs wait for people: one or two, and never the one who asked for the run.

    run of at least the threshold --> approval_needed, its payments parked as `needs_approval`
        --approve, by another person; by two where the settings say so--> its payments go on

Who asked and who approved stands in the audit trail, and is counted from there.

Acts: approval_needed, payout_approved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

from flask_billcom.audit import Act, record
from flask_billcom.engine.decisions import NEEDS_APPROVAL, NotPossible, Person
from flask_billcom.models import Audit, Operation, OperationState
from flask_billcom.store import Rows

if TYPE_CHECKING:
    from .context import Domain

ASKED, APPROVED = "approval_needed", "payout_approved"


@dataclass(frozen=True, slots=True)
class WaitingRun:
    """A payout run that waits for approval.

    :param asked_by: who must not approve it.
    :param approved_by: who has approved it so far.
    :param needed: how many approvals it takes.
    """

    id: UUID
    asked_by: str
    asked_at: datetime
    approved_by: tuple[str, ...]
    needed: int
    bills: int
    cents: int

    @property
    def is_approved(self) -> bool:
        """Whether enough people have approved it."""
        return len(self.approved_by) >= self.needed


def ask(rows: Rows, domain: Domain, run_id: UUID, *, actor: str) -> None:
    """Note that a run waits for approval, before its first payment is planned."""
    detail = {"threshold_cents": domain.settings.approval_threshold_cents, "needed": domain.settings.approvers}
    record(rows, domain.clock, domain.organization_id, [Act(ASKED, "run", run_id, detail, actor)])


def mark(rows: Rows, run_id: UUID, operation_ids: Sequence[UUID]) -> None:
    """Note in planned payments to which run they belong."""
    rows.change(update(Operation).where(Operation.id.in_(sorted(operation_ids))).values(evidence={"run": run_id.hex}))


def waiting(domain: Domain) -> list[WaitingRun]:
    """Return the runs that wait, the oldest first."""
    with domain.store.read() as rows:
        ids = rows.all(select(_run()).where(*_parked(domain)).distinct())
        runs = [_found(rows, domain, UUID(hex=each)) for each in ids if each is not None]
    return sorted((run for run in runs if run is not None), key=lambda run: run.id)


def approve(domain: Domain, run_id: UUID, person: Person | None) -> WaitingRun:
    """Approve a run; with enough approvals its payments go on. Return it as it stands then.

    :param person: who approves, and why; None only says what waits.
    :raises NotPossible: no such run waits, or the person asked for it.
    """
    with domain.store.write() as rows:
        if person is not None:
            _lock(rows, domain, run_id)
        run = _found(rows, domain, run_id)
        if run is None or not run.bills:
            raise NotPossible("no such payout run waits for approval; `flask billcom pay approve` lists those that do")
        if person is None:
            return run
        if person.name == run.asked_by:
            raise NotPossible(f"{person.name} asked for this run; somebody else has to approve it")
        detail = {"reason": person.reason, "cents": run.cents, "bills": run.bills}
        record(rows, domain.clock, domain.organization_id, [Act(APPROVED, "run", run_id, detail, person.name)])
        approved = _found(rows, domain, run_id)
        assert approved is not None
        if approved.is_approved:
            rows.change(
                update(Operation)
                .where(*_parked(domain), _run() == run_id.hex)
                .values(parked=None, not_before=domain.clock.now())
            )
    return approved


def _lock(rows: Rows, domain: Domain, run_id: UUID) -> None:
    """Let others who approve this run wait: of two at one moment, each would miss the other one's approval.

    An update that changes nothing, as the first statement. The audit trail is only ever added to, so nothing of it is
    locked.
    """
    rows.change(update(Operation).where(*_parked(domain), _run() == run_id.hex).values(state=Operation.state))


def _found(rows: Rows, domain: Domain, run_id: UUID) -> WaitingRun | None:
    acts = rows.all(
        select(Audit)
        .where(
            Audit.organization_id == domain.organization_id,
            Audit.subject_id == run_id,
            Audit.action.in_((ASKED, APPROVED)),
        )
        .order_by(Audit.id)
    )
    asked = [act for act in acts if act.action == ASKED]
    if not asked:
        return None
    bills, cents = rows.first(
        select(func.count(), func.coalesce(func.sum(Operation.amount_cents), 0)).where(
            *_parked(domain), _run() == run_id.hex
        )
    )
    names = dict.fromkeys(act.actor for act in acts if act.action == APPROVED and act.actor != asked[0].actor)
    return WaitingRun(
        run_id, asked[0].actor, asked[0].at, tuple(names), domain.settings.approvers, int(bills), int(cents)
    )


def _parked(domain: Domain) -> tuple[ColumnElement[bool], ...]:
    return (
        Operation.organization_id == domain.organization_id,
        Operation.state == OperationState.PLANNED,
        Operation.parked == NEEDS_APPROVAL,
    )


def _run() -> ColumnElement[Any]:
    run: ColumnElement[Any] = Operation.evidence["run"].as_string()
    return run
