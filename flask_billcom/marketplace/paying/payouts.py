"""The payout run: which bills are paid, planned as operations with their money reserved.

    due bills ──judged──> released_at set ──> operation `pay` planned, seller_payable -> seller_reserved
                   └──> skipped, with the reason

The guarded update of `released_at` decides: of two runs at once, one gets each bill, and only what it got is planned
and posted, in one transaction. A lease keeps runs one after the other, so that caps and cover are counted once.
Nothing here moves money; the engine asks again before each call.

Acts: payout_planned, once for each run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select, update

from flask_billcom import ledger
from flask_billcom.audit import Act, record
from flask_billcom.engine.decisions import NEEDS_APPROVAL
from flask_billcom.engine.operations import Plan, kinds_due, lane_of_document, plan
from flask_billcom.marketplace import approvals, holds, marks, postings
from flask_billcom.marketplace.core import DOCUMENT
from flask_billcom.marketplace.locking import lock
from flask_billcom.marketplace.postings import Share
from flask_billcom.marketplace.states import ROWS
from flask_billcom.marketplace.tracking.payments import PAYS
from flask_billcom.models import LIVE, Document, Operation, OperationState
from flask_billcom.money import from_cents
from flask_billcom.store import Rows

from .payable import DueBill, Judge, due_bills

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

RUN = "payouts:run"
LOOK_EVERY = timedelta(seconds=60)
SWITCHED_OFF = "payments are switched off; set BILLCOM_PAYMENTS_ENABLED"
ANOTHER_RUN = "another payout run is under way"
_MISSED_DAYS = 31


@dataclass(frozen=True, slots=True)
class Skipped:
    """Due bills that wait for one reason."""

    bills: int = 0
    cents: int = 0


@dataclass(frozen=True, slots=True)
class Coming:
    """Bills that are not due yet.

    :param first: when the first of them is; None for those whose sales are not funded.
    """

    bills: int
    cents: int
    first: datetime | None


@dataclass(frozen=True, slots=True)
class PayoutRun:
    """What a run planned, or would plan.

    :param skipped: due bills that wait, by reason.
    :param coming: bills that are not due yet, in a dry run: those with a day, and those without.
    :param stopped: why nothing at all is planned, or None.
    :param parked: why what is planned waits, or None.
    :param id: by which it is approved; None where nothing was planned.
    """

    bills: int = 0
    cents: int = 0
    sellers: int = 0
    skipped: Mapping[str, Skipped] = field(default_factory=dict)
    coming: Sequence[Coming] = ()
    stopped: str | None = None
    parked: str | None = None
    is_dry_run: bool = False
    id: UUID | None = None

    @property
    def amount(self) -> Decimal:
        """What the run comes to, in dollars."""
        return from_cents(self.cents)


def plan_payouts(
    domain: Domain, *, dry_run: bool = False, seller: UUID | None = None, actor: str = "engine"
) -> PayoutRun:
    """Plan the payment of every bill that may be paid now, and return the run; the schedule is not asked.

    :param dry_run: whether to write nothing and only say what would be planned.
    :param seller: only bills of this vendor, also below the minimum payout.
    :param actor: who asks; he does not approve what he asked for.
    """
    with domain.store.read() as rows:
        stopped = stop_of(rows, domain)
    if dry_run:
        with domain.store.read() as rows:
            coming = _coming(rows, domain, seller)
        return replace(_Run(domain, seller).rehearse(), stopped=stopped, coming=coming)
    if stopped is not None:
        return PayoutRun(stopped=stopped)
    lease = _lease(domain)
    if not lease.take():
        return PayoutRun(stopped=ANOTHER_RUN)
    try:
        run = _begin(domain, seller, actor).plan(lease)
        _record(domain, run, actor)
        lease.began(None)
        lease.passed(0)
    finally:
        lease.let_go()
    return run


def stop_of_waiting(domain: Domain) -> str | None:
    """Return why no payout at all is sent, where one is planned or a bill is due, or None."""
    with domain.store.read() as rows:
        stopped = stop_of(rows, domain)
        if stopped is None or not (_is_any_planned(rows, domain) or _is_any_due(rows, domain)):
            return None
    return stopped


def _is_any_planned(rows: Rows, domain: Domain) -> bool:
    due = kinds_due(rows, domain.organization_id, domain.clock.now())
    return not due.isdisjoint(PAYS)


def _is_any_due(rows: Rows, domain: Domain) -> bool:
    return bool(due_bills(rows, domain.organization_id, domain.clock.now(), limit=1))


def plan_scheduled_payouts(domain: Domain) -> PayoutRun | None:
    """Plan payouts if today, or a day since the last run, is one of the schedule's; return the run, or None."""
    now = domain.clock.now()
    with domain.store.read() as rows:
        progress = marks.read(rows, domain.organization_id, RUN)
        if not _is_scheduled(domain, _first_open_day(rows, domain, progress)):
            return None
        if progress is not None and not progress.may_look(now, LOOK_EVERY):
            # Bills that were judged a moment ago would be judged the same; only those that became due since count.
            seen = progress.looked or now
            if not any(bill.release_after >= seen for bill in _newest_due(rows, domain, seen)):
                return None
        elif not due_bills(rows, domain.organization_id, now, limit=1):
            return None
    return plan_payouts(domain)


def _newest_due(rows: Rows, domain: Domain, seen: datetime) -> list[DueBill]:
    before = (seen - timedelta(microseconds=1), UUID(int=(1 << 128) - 1))
    return due_bills(rows, domain.organization_id, domain.clock.now(), after=before, limit=1)


def stop_of(rows: Rows, domain: Domain) -> str | None:
    """Return why no payout at all is sent, or None."""
    if not domain.settings.payments_enabled:
        return SWITCHED_OFF
    reason = holds.stop_of(rows, domain.organization_id, holds.PAYOUTS)
    return None if reason is None else f"hold: {reason}"


def _coming(rows: Rows, domain: Domain, seller: UUID | None) -> list[Coming]:
    """Return the bills whose hold days are not over, and those whose sales are not funded."""
    statement = select(func.count(), func.sum(Document.cents), func.min(Document.release_after)).where(
        Document.organization_id == domain.organization_id,
        Document.kind == "bill",
        Document.status == "open",
        Document.released_at.is_(None),
    )
    if seller is not None:
        statement = statement.where(Document.party_id == seller)
    found = [
        rows.first(statement.where(when))
        for when in (Document.release_after > domain.clock.now(), Document.release_after.is_(None))
    ]
    return [Coming(bills, int(cents), first) for bills, cents, first in found if bills]


def _first_open_day(rows: Rows, domain: Domain, progress: marks.Progress | None) -> date:
    """Return the first day that no run has had: the one after the last run, or that of the oldest bill that waits."""
    zone = domain.settings.zone
    if progress is not None and progress.finished is not None:
        return progress.finished.astimezone(zone).date() + timedelta(days=1)
    oldest = due_bills(rows, domain.organization_id, domain.clock.now(), limit=1)
    return (oldest[0].release_after if oldest else domain.clock.now()).astimezone(zone).date()


def _is_scheduled(domain: Domain, first: date) -> bool:
    day: date = domain.clock.now().astimezone(domain.settings.zone).date()
    for _ in range(_MISSED_DAYS):
        if domain.settings.payout_schedule.is_due(day):
            return True
        day -= timedelta(days=1)
        if day < first:
            return False
    return False


def _parked(domain: Domain, seller: UUID | None) -> str | None:
    """Return why the whole run has to wait, or None: it is large enough for approval."""
    threshold = domain.settings.approval_threshold_cents
    if threshold is None or _Run(domain, seller).rehearse().cents < threshold:
        return None
    return NEEDS_APPROVAL


def _begin(domain: Domain, seller: UUID | None, actor: str) -> _Run:
    """Return the run that is about to plan; one that needs approval says so before its first payment is planned."""
    run_id, parked = domain.clock.new_id(), _parked(domain, seller)
    if parked is not None:
        with domain.store.write() as rows:
            approvals.ask(rows, domain, run_id, actor=actor)
    return _Run(domain, seller, run_id=run_id, parked=parked)


def _lease(domain: Domain) -> marks.Poll:
    now = domain.clock.now()
    with domain.store.write() as rows:
        marks.start(rows, domain.organization_id, RUN, marks.Progress(since=now), now)
        progress = marks.read(rows, domain.organization_id, RUN)
    assert progress is not None
    return marks.Poll(domain, RUN, progress)


def _record(domain: Domain, run: PayoutRun, actor: str) -> None:
    if run.bills:
        detail = {"bills": run.bills, "cents": run.cents, "sellers": run.sellers, "parked": run.parked}
        with domain.store.write() as rows:
            record(rows, domain.clock, domain.organization_id, [Act("payout_planned", "run", run.id, detail, actor)])


class _Run:
    """Judges and plans page by page."""

    def __init__(
        self, domain: Domain, seller: UUID | None, *, run_id: UUID | None = None, parked: str | None = None
    ) -> None:
        self._domain = domain
        self._seller = seller
        self._id = run_id
        self._parked = parked
        self._bills = self._cents = 0
        self._sellers: set[UUID] = set()
        self._skipped: dict[str, Skipped] = {}
        with domain.store.read() as rows:
            self._judge = Judge(rows, domain, seller=seller)

    def rehearse(self) -> PayoutRun:
        """Judge every due bill and write nothing."""
        last = None
        while True:
            with self._domain.store.read() as rows:
                page = self._next(rows, last)
                self._count(self._choose(rows, page))
            if not page:
                return self._result(is_dry_run=True)
            last = page[-1].place

    def plan(self, lease: marks.Poll) -> PayoutRun:
        """Judge every due bill and plan the payment of those that may be paid."""
        last = None
        while lease.renew():
            with self._domain.store.write() as rows:
                page = self._next(rows, last)
                self._count(self._plan_some(rows, self._choose(rows, page)))
            if not page:
                break
            last = page[-1].place
        return self._result(is_dry_run=False)

    def _next(self, rows: Rows, last: tuple[datetime, UUID] | None) -> list[DueBill]:
        return due_bills(
            rows, self._domain.organization_id, self._domain.clock.now(), limit=ROWS, after=last, seller=self._seller
        )

    def _choose(self, rows: Rows, page: Sequence[DueBill]) -> list[DueBill]:
        chosen = []
        for bill, reason in self._judge.judge(rows, page):
            if reason is None:
                chosen.append(bill)
            else:
                before = self._skipped.get(reason, Skipped())
                self._skipped[reason] = Skipped(before.bills + 1, before.cents + bill.cents)
        # By seller, so that the bills of one land in the same calls and combined payments stay few.
        return sorted(chosen, key=lambda bill: (bill.party_id, bill.id))

    def _plan_some(self, rows: Rows, bills: Sequence[DueBill]) -> list[DueBill]:
        """Release bills, plan their payment and reserve its money; return those that nobody else got."""
        clock, organization_id = self._domain.clock, self._domain.organization_id
        ids = [bill.id for bill in bills]
        lock(rows, DOCUMENT, ids)  # who tries one of them again at this moment has come first, or sees ours
        busy = set(_busy(rows, ids))
        got = dict(
            rows.all(
                update(Document)
                .where(
                    Document.id.in_([each for each in ids if each not in busy]),
                    Document.released_at.is_(None),
                    Document.status == "open",
                )
                .values(released_at=clock.now())
                .returning(Document.id, Document.cents)
            )
        )
        ours = [bill for bill in bills if got.get(bill.id) == bill.cents]
        _give_back(rows, got.keys() - {bill.id for bill in ours})
        generations = _generations(rows, {bill.id for bill in ours})
        plans = [self._plan_of(bill, generations.get(bill.id, 0) + 1) for bill in ours]
        planned = plan(rows, clock, organization_id, plans)
        if self._parked is not None and self._id is not None:
            approvals.mark(rows, self._id, list(planned.values()))
        shares = [
            Share(
                bill.id,
                bill.party_id,
                bill.settlement_id,
                bill.cents,
                planned[each.kind, each.natural_key, each.generation],
                postings.owed_from(is_refund=bill.is_refund),
            )
            for bill, each in zip(ours, plans, strict=True)
        ]
        ledger.post(rows, clock, organization_id, postings.reserved(shares))
        return ours

    def _plan_of(self, bill: DueBill, generation: int) -> Plan:
        return Plan(
            kind="pay",
            subject_type="document",
            subject_id=bill.id,
            lane=lane_of_document(bill.id),
            natural_key=bill.id.hex,
            amount_cents=bill.cents,
            generation=generation,
            parked=self._parked,
        )

    def _count(self, bills: Sequence[DueBill]) -> None:
        self._bills += len(bills)
        self._cents += sum(bill.cents for bill in bills)
        self._sellers |= {bill.party_id for bill in bills}

    def _result(self, *, is_dry_run: bool) -> PayoutRun:
        return PayoutRun(
            bills=self._bills,
            cents=self._cents,
            sellers=len(self._sellers),
            skipped=self._skipped,
            parked=self._parked,
            is_dry_run=is_dry_run,
            id=None if is_dry_run or not self._bills else self._id,
        )


def _give_back(rows: Rows, lowered: Collection[UUID]) -> None:
    """Leave bills to the next run that were lowered since they were judged: no claim takes what they came to before."""
    if lowered:
        rows.change(update(Document).where(Document.id.in_(sorted(lowered))).values(released_at=None))


def _busy(rows: Rows, document_ids: Sequence[UUID]) -> list[UUID]:
    """Return the bills that have a payment planned, under way or made: the index would refuse another."""
    found: list[UUID] = rows.all(
        select(Operation.subject_id).where(
            Operation.subject_id.in_(document_ids),
            Operation.kind == "pay",
            Operation.state.in_((*LIVE, OperationState.DONE)),
        )
    )
    return found


def _generations(rows: Rows, document_ids: set[UUID]) -> dict[UUID, int]:
    """Return the last generation of the bills whose payment was planned before."""
    return dict(
        rows.all(
            select(Operation.subject_id, func.max(Operation.generation))
            .where(Operation.subject_id.in_(sorted(document_ids)), Operation.kind == "pay")
            .group_by(Operation.subject_id)
        )
    )
