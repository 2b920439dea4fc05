"""When a payout that comes back is void for certain, so that its sellers are owed again.

    returning ──two reads, grace apart, that all show──────────────────> voided, or cancelled before it left
                  SentPay canceled or void, no void pending
                  no living payment of a bill that is ours, or may turn out to be
                  every bill due in full, but for what others have paid of it by hand; the same payments in both
              and, where its money had left, the credit seen at the bank or confirmed by a person

Both our clock and Bill.com's must have passed the grace between the reads. Nothing is paid again by itself: see
`paying_again`. What others have paid is not paid once more, as it is not due: a person adopts it, see `paid_by_hand`.

One that had failed and that somebody sent once more, in Bill.com's own page, goes on to its seller.

Acts: payout_voided, credit_confirmed, payout_resumed.

Wire: https://developersupport.bill.com/hc/en-us/articles/215407383-VoidAPPayment
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, select, update

from flask_billcom import ledger
from flask_billcom.api.query import equals
from flask_billcom.api.records import Bill, BillPay, DisbursementStatus, SentPay, SentPayStatus
from flask_billcom.bankdays import PACIFIC, pacific_date
from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.engine.timing import Timing
from flask_billcom.errors import APIError, BillcomError, MalformedReply, RateLimited
from flask_billcom.marketplace import postings, states
from flask_billcom.marketplace.marks import PAGE
from flask_billcom.marketplace.postings import Share
from flask_billcom.marketplace.tracking.bankhours import opening
from flask_billcom.marketplace.tracking.catching_up import processed
from flask_billcom.marketplace.tracking.clearing import TROUBLE
from flask_billcom.marketplace.tracking.movements import NEAR, PAYABLES
from flask_billcom.marketplace.tracking.payments import SENT, move, shares_of
from flask_billcom.models import Audit, Document, Movement, Payment
from flask_billcom.money import to_cents
from flask_billcom.store import Rows

from . import sightings
from .by_others import LIVING_PARTS, adopted_beside, may_be_ours
from .crediting import Claim, is_covered
from .paying_again import bills_of, sent_payment, tell
from .sightings import PAID_BY_HAND, VOIDED, ByBill, Sighting

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

EVERY = timedelta(minutes=15)
BATCH = 20
"""Payouts that one tick reads."""
DEAD = (SentPayStatus.CANCELED, SentPayStatus.VOID)
CREDIT_CONFIRMED = "credit_confirmed"
LOOK_BACK = timedelta(days=365)
"""How long before a payout others may have come back whose credits have to be told from its own."""
_COMING_BACK = (
    select(Payment)
    .where(Payment.organization_id == bindparam("organization_id"), Payment.kind == SENT, Payment.status == "returning")
    .order_by(Payment.id)
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look has shown of a payout that is void.

    :param server: the server's time.
    :param others: what others pay of its bills.
    """

    server: datetime
    others: ByBill


def prove(domain: Domain) -> int:
    """Read the payouts that come back, as often as is worth it, and return how many are proved void now."""
    with domain.store.read() as rows:
        coming = _coming_back(rows, domain)
    proved = 0
    failed: list[BillcomError] = []
    for payment, sighting in coming[:BATCH]:
        try:
            proved += _prove(domain, payment, sighting)
        except RateLimited:
            raise
        except (APIError, MalformedReply) as error:
            # One that cannot be read must not stand before all others, in every round.
            failed.append(error)
    if failed:
        raise failed[0]
    return proved


def _prove(domain: Domain, payment: Payment, sighting: Sighting | None) -> int:
    """Read one payout that comes back, and return whether it is proved void now."""
    seen = _look(domain, payment)
    now = domain.clock.now()
    if seen is None:
        sightings.remember(domain, payment, Sighting(now))
    elif sighting is None or sighting.first is None or sighting.server is None or sighting.others != seen.others:
        sightings.remember(domain, payment, Sighting(now, now, seen.server, seen.others))
    elif _is_past(domain, sighting, now, seen.server):
        return _give_back(domain, payment, seen.others)
    else:
        sightings.remember(domain, payment, replace(sighting, looked=now))
    return 0


def _coming_back(rows: Rows, domain: Domain) -> list[tuple[Payment, Sighting | None]]:
    """Return the payouts whose next read can tell something, those that were read longest ago first."""
    now = domain.clock.now()
    found: list[Payment] = rows.all(_COMING_BACK, {"organization_id": domain.organization_id})
    if not found:
        return []
    marks = sightings.of(rows, domain.organization_id, [payment.id for payment in found])
    left = []
    for payment in found:
        sighting = marks.get(payment.id)
        if sighting is not None and sighting.looked <= now < sighting.looked + EVERY:
            continue
        if sighting is not None and sighting.first is not None and not _is_credited(rows, domain, payment):
            continue  # only the credit is missing: the bank tells, or a person
        left.append((payment, sighting))
    return sorted(left, key=lambda each: (each[1] is not None, each[1].looked if each[1] else now, each[0].id))


def _is_past(domain: Domain, sighting: Sighting, now: datetime, server: datetime) -> bool:
    settings = domain.settings
    grace = Timing(settings.landing_s, settings.list_lag_s, settings.grace_margin_s).grace
    assert sighting.first is not None
    assert sighting.server is not None
    return now >= sighting.first + grace and server >= sighting.server + grace


# -- what Bill.com shows -----------------------------------------------------------------------------------------


def _look(domain: Domain, payment: Payment) -> _Seen | None:
    """Return what is seen if a payout and all its bills stand as if it had never been made, else None."""
    there, _ = domain.reads.dated(SentPay, payment.remote_id)
    if there is None or there.void_request is not None:
        return None
    if there.status not in DEAD:
        if there.status == SentPayStatus.PAID and payment.disbursement_status == "failed":
            _let_go_on(domain, payment)
        return None
    with domain.store.read() as rows:
        bills = bills_of(rows, payment)
    dates: list[datetime] = []
    others: dict[str, Sequence[str]] = {}
    for bill in bills:
        seen = _look_at(domain, payment, bill)
        if seen is None:
            return None  # one that is still paid is enough: the others need not be read
        dates.append(seen.server)
        others |= seen.others
    return _Seen(min(dates), others) if dates else None


def _look_at(domain: Domain, payment: Payment, bill: Document) -> _Seen | None:
    """Return what is seen if nothing of ours pays what a payout paid of a bill, but others may, else None."""
    there, server_date = domain.reads.dated(Bill, bill.remote_id or "")
    if there is None or there.due_amount is None or server_date is None:
        return None
    parts = domain.reads.page(BillPay, filters=[equals("bill_id", bill.remote_id)])
    # The condition on the bill is asked again here: a server that does not know the filter lists others as well.
    living = [p for p in parts.records if p.bill_id == bill.remote_id and p.payment_status in LIVING_PARTS]
    paid = sum(to_cents(part.amount) for part in living if part.amount is not None)
    scheduled = to_cents(there.scheduled_amount) if there.scheduled_amount is not None else 0
    if max(to_cents(there.due_amount), 0) != max(bill.cents - paid, 0) or scheduled > paid:
        return None
    ids = {part.sent_pay_id for part in living}
    if ids:
        with domain.store.read() as rows:
            ids -= adopted_beside(rows, payment, bill)
            if ids and may_be_ours(rows, domain.organization_id, [bill.id], ids):
                return None
    return _Seen(server_date, {bill.number: sorted(str(each) for each in ids)} if ids else {})


def _let_go_on(domain: Domain, payment: Payment) -> None:
    """Let a payout go on that had failed and was sent once more: Bill.com lists it among the troubled no longer."""
    if any(_is_listed(domain, payment, status) for status in TROUBLE):
        return
    with domain.store.write() as rows:
        if move(rows, [payment.id], from_="returning", to="paid", disbursement_status=None, returning_evidence=None):
            shares = shares_of(rows, [payment.id])[payment.id]
            ledger.post(rows, domain.clock, domain.organization_id, postings.going_on(shares))
            _refresh(rows, domain, shares)
            tell(rows, domain, "payout_resumed", payment, {"cents": payment.cents}, "engine")


def _is_listed(domain: Domain, payment: Payment, status: DisbursementStatus) -> bool:
    start = 0
    while True:
        page = domain.reads.payments(status.value, start=start)
        if any(each.id == payment.remote_id for each in page.records):
            return True
        if len(page.records) < PAGE:
            return False
        start += PAGE


# -- the credit --------------------------------------------------------------------------------------------------


def _is_credited(rows: Rows, domain: Domain, payment: Payment) -> bool:
    """Return whether the money is back: it never left, the bank shows it, or a person has confirmed it."""
    if not has_left(rows, domain.organization_id, payment):
        return True
    confirmed = rows.first(
        select(Audit.id)
        .where(
            Audit.organization_id == domain.organization_id,
            Audit.subject_id == payment.id,
            Audit.action == CREDIT_CONFIRMED,
        )
        .limit(1)
    )
    return confirmed is not None or _bank_shows(rows, domain, payment)


def has_left(rows: Rows, organization_id: str, payment: Payment) -> bool:
    """Return whether a payout's money had left the organization's account."""
    shares = shares_of(rows, [payment.id])[payment.id]
    return payment.confirmed_at is not None or bool(processed(rows, organization_id, shares))


def _bank_shows(rows: Rows, domain: Domain, payment: Payment) -> bool:
    """Return whether the bank shows the credit of a payout, and not that of another one."""
    claim = Claim(payment.cents, _credited_from(payment))
    since = claim.first - LOOK_BACK
    lines = rows.all(
        select(Movement.process_date, Movement.cents).where(
            Movement.organization_id == domain.organization_id,
            Movement.kind == PAYABLES,
            Movement.cents > 0,
            Movement.status == "confirmed",
            Movement.process_date >= since,
        )
    )
    if not any(claim.takes(day) for day, _ in lines):
        return False
    voided = rows.all(
        select(Payment, Audit.at)
        .join(Audit, (Audit.subject_id == Payment.id) & (Audit.action == VOIDED))
        .where(_came_back(domain, "voided"), Payment.returning_since >= opening(since))
    )
    used = [Claim(each.cents, _credited_from(each), pacific_date(at) + NEAR) for each, at in voided]
    left = Payment.process_date <= pacific_date(domain.clock.now())
    waiting = rows.all(select(Payment).where(_came_back(domain, "returning"), Payment.id != payment.id, left))
    beside = [Claim(each.cents, _credited_from(each)) for each in waiting]
    return is_covered(claim, [(day, cents) for day, cents in lines], used, beside)


def _came_back(domain: Domain, status: str) -> ColumnElement[bool]:
    ours = and_(Payment.organization_id == domain.organization_id, Payment.kind == SENT)
    return and_(ours, Payment.status == status)


def _credited_from(payment: Payment) -> date:
    """Return the first day on which a payout's credit may stand at the bank.

    When we saw that it came back says nothing: a worker that was away for days sees it days after the bank.
    """
    since = payment.returning_since or payment.created_at
    if payment.process_date is not None:
        left = datetime.combine(payment.process_date, time(), PACIFIC)
        since = min(since, left + NEAR)
    return pacific_date(since) - NEAR


def confirm_credit(domain: Domain, payment_id: UUID, person: Person) -> None:
    """Note that a person has seen a payout's money back at the bank; the reads of Bill.com are still waited for.

    :raises NotPossible: there is no such payout, or it does not come back.
    """
    with domain.store.write() as rows:
        payment = sent_payment(rows, domain.organization_id, payment_id)
        if payment.status != "returning":
            raise NotPossible(f"the payout is {payment.status}; only the credit of one that comes back is confirmed")
        tell(rows, domain, CREDIT_CONFIRMED, payment, {"reason": person.reason, "second": person.second}, person.name)


# -- given back --------------------------------------------------------------------------------------------------


def _give_back(domain: Domain, payment: Payment, others: ByBill) -> int:
    """Void a payout with all its parts in one transaction: its sellers are owed again.

    :param others: what others pay of its bills.
    """
    with domain.store.write() as rows:
        _lock(rows, domain)
        if not _is_credited(rows, domain, payment) or not _are_others(rows, payment, others):
            return 0
        left = has_left(rows, domain.organization_id, payment)
        to = "voided" if left else "cancelled"
        if not move(rows, [payment.id], from_="returning", to=to):
            return 0
        shares = shares_of(rows, [payment.id])[payment.id]
        entries = list(postings.given_back(shares))
        if payment.confirmed_at is not None:
            entries += postings.credited(shares)
        ledger.post(rows, domain.clock, domain.organization_id, entries)
        _refresh(rows, domain, shares)
        sightings.forget(rows, domain, payment)
        by_hand = {PAID_BY_HAND: others} if others else {}
        tell(rows, domain, VOIDED, payment, {"cents": payment.cents, "status": to, **by_hand}, "engine")
    return 1


def _lock(rows: Rows, domain: Domain) -> None:
    """Let others who void a payout wait: two at one moment would take one credit at the bank for both of them.

    An update that changes nothing: SQLite takes its lock before anything is read, also in the driver's own mode.
    """
    rows.change(update(Payment).where(_came_back(domain, "returning")).values(status=Payment.status))


def _are_others(rows: Rows, payment: Payment, others: ByBill) -> bool:
    """Return whether what others seemed to pay is not ours after all, now that nobody else changes our rows."""
    paid = [bill.id for bill in bills_of(rows, payment) if bill.number in others]
    ids = {each for some in others.values() for each in some}
    return not others or not may_be_ours(rows, payment.organization_id, paid, ids)


def _refresh(rows: Rows, domain: Domain, shares: Sequence[Share]) -> None:
    now = domain.clock.now()
    states.refresh_documents(rows, {share.document_id for share in shares}, now)
    sales = {share.settlement_id for share in shares if share.settlement_id is not None}
    states.refresh(rows, domain.organization_id, sales, now=now)
