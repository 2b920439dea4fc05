"""What the bank says: MoneyMovements, and the payments that they confirm.

    MoneyMovement   one line of the bank statement: a day's payments in, or out
    confirmed       when the day's movements are all confirmed and cover our payments of that process date
    a line back     negative money in: the bank has taken back payments that came back around that date

An uncashed check may have gone to the state before its line is read: it left our account all the same, and is confirmed
in the same way; after ten bank days also where the bank shows no line of its day at all.

Only here do the books reach the bank. A day whose lines do not cover our payments confirms nothing and shows up in the
reconciliation.

Acts: bank_return.

Wire: https://developersupport.bill.com/hc/en-us/articles/208196706-MoneyMovement
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, and_, case, func, select, update

from flask_billcom import ledger
from flask_billcom.api.records import MoneyMovement, MovementStatus, MovementType
from flask_billcom.audit import Act, record
from flask_billcom.bankdays import PACIFIC, add_bank_days, is_bank_day, pacific_date
from flask_billcom.clock import Clock
from flask_billcom.ledger import Posting
from flask_billcom.marketplace import postings
from flask_billcom.marketplace.states import ROWS, chunks
from flask_billcom.models import Movement, Payment
from flask_billcom.money import to_cents
from flask_billcom.store import Rows

from .bankhours import reached
from .payments import RECEIVED, SENT, days_of, move, next_of, shares_of

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

PAYABLES, RECEIVABLES = "payables", "receivables"
KINDS: Mapping[str, str] = {MovementType.PAYABLES: PAYABLES, MovementType.RECEIVABLES: RECEIVABLES}
STATUSES: Mapping[str, str] = {
    MovementStatus.SENT: "sent",
    MovementStatus.CONFIRMED: "confirmed",
    MovementStatus.VOID: "void",
}
MOVEMENT_OF = {SENT: PAYABLES, RECEIVED: RECEIVABLES}
NEAR = timedelta(days=4)
"""How far the bank's line and the day on which a payment came back may lie apart."""
AWAITED = ("paid", "escheated")
"""Statuses of payments whose line at the bank is still to come, or to be read."""
UNMATCHED_DAYS = 10
"""Bank days after which a payment is taken as confirmed by the bank although the bank shows no line of its day."""
_THROUGH_BANK = ("paid", "cleared", "held", "escheated")


def take_in(rows: Rows, clock: Clock, organization_id: str, records: Sequence[MoneyMovement]) -> None:
    """Bring our rows up to what some MoneyMovements say."""
    now = clock.now()
    there = {each.id: each for each in records if each.id is not None and _is_plain(each)}
    values = [
        {
            "id": clock.new_id(),
            "organization_id": organization_id,
            "remote_id": remote_id,
            "kind": KINDS[str(each.type)],
            "cents": to_cents(each.amount) if each.amount is not None else 0,
            "process_date": each.process_date,
            "status": "sent",
            "remote_updated_at": None,
            "created_at": now,
        }
        for remote_id, each in there.items()
    ]
    if not values:
        return
    rows.insert_new(Movement, values)
    for status, word in STATUSES.items():
        ids = sorted(remote_id for remote_id, each in there.items() if each.status == status)
        rows.change(
            update(Movement)
            .where(
                Movement.organization_id == organization_id,
                Movement.remote_id.in_(ids),
                Movement.status != word,
                Movement.status != "void" if word == "confirmed" else Movement.status == "sent",
            )
            .values(status=word)
        )


def confirm(domain: Domain) -> int:
    """Confirm payments whose day's movements are confirmed, and return how many."""
    confirmed = 0
    unconfirmed = Payment.confirmed_at.is_(None)
    for kind, status in product((RECEIVED, SENT), AWAITED):
        with domain.store.read() as rows:
            days = [
                day
                for day in days_of(rows, domain.organization_id, kind, status, None, unconfirmed)
                if _covers(rows, domain.organization_id, kind, add_bank_days(day, 0))
            ]
        confirmed += sum(_confirm_day(domain, kind, status, day) for day in days)
    return confirmed


def confirm_unseen(domain: Domain) -> int:
    """Confirm escheated payments whose line the bank will not show any more, and return how many.

    It is asked after a whole poll: what was not read yet may come.
    """
    confirmed = 0
    until = reached(domain.clock.now(), UNMATCHED_DAYS)
    for kind in (RECEIVED, SENT):
        is_unseen = and_(Payment.confirmed_at.is_(None), ~has_lines(domain.organization_id, kind))
        with domain.store.read() as rows:
            days = list(days_of(rows, domain.organization_id, kind, "escheated", until, is_unseen))
        confirmed += sum(_confirm_day(domain, kind, "escheated", day, is_unseen) for day in days)
    return confirmed


def _confirm_day(domain: Domain, kind: str, status: str, day: date, *which: ColumnElement[bool]) -> int:
    confirmed = 0
    last: UUID | None = None
    organization_id = domain.organization_id
    while True:
        with domain.store.write() as rows:
            some = next_of(rows, organization_id, kind, status, day, last, Payment.confirmed_at.is_(None), *which)
            confirmed += len(confirm_some(rows, domain.clock, organization_id, kind, some))
        if not some:
            return confirmed
        last = some[-1]


def confirm_some(rows: Rows, clock: Clock, organization_id: str, kind: str, payment_ids: Sequence[UUID]) -> list[UUID]:
    """Book payments at the bank that have left and are not there yet, and return them."""
    moved = [
        row
        for ids in chunks(payment_ids)
        for row in rows.all(
            update(Payment)
            .where(Payment.id.in_(ids), Payment.confirmed_at.is_(None), Payment.status.in_(("cleared", *AWAITED)))
            .values(confirmed_at=clock.now())
            .returning(Payment.id, Payment.party_id, Payment.unapplied_cents)
        )
    ]
    shares = shares_of(rows, [row.id for row in moved])
    entries: list[Posting] = []
    for row in moved:
        if kind == SENT:
            entries += postings.banked_out(shares[row.id])
        else:
            entries.append(postings.banked_in(_held(row, shares[row.id]), row.party_id))
    ledger.post(rows, clock, organization_id, entries)
    return [row.id for row in moved]


def take_back(domain: Domain) -> int:
    """Let the bank's lines take back received payments that came back, and return how many."""
    is_coming = and_(_came_back(domain.organization_id), Payment.status == "returning")
    with domain.store.write() as rows:
        # Changes nothing, and lets others wait: two at one moment would take one line for payments of two days.
        rows.change(update(Payment).where(is_coming).values(status=Payment.status))
        coming = rows.all(
            select(Payment.id, Payment.party_id, Payment.cents, Payment.unapplied_cents, Payment.returning_since)
            .where(is_coming)
            .order_by(Payment.id)
            .limit(ROWS)
        )
        taken = []
        for day in sorted({pacific_date(row.returning_since) for row in coming}):
            that_day = [row for row in coming if pacific_date(row.returning_since) == day]
            # The lines and payments of neighbouring days are counted together: the one may follow the other.
            if _lines_back(rows, domain.organization_id, day) >= sum(row.cents for row in that_day):
                moved = set(move(rows, [row.id for row in that_day], from_="returning", to="voided"))
                taken += [row for row in that_day if row.id in moved]
        shares = shares_of(rows, [row.id for row in taken])
        entries = [postings.banked_in(-_held(row, shares[row.id]), row.party_id) for row in taken]
        ledger.post(rows, domain.clock, domain.organization_id, entries)
        acts = [Act("bank_return", "payment", row.id, {"cents": row.cents}) for row in taken]
        record(rows, domain.clock, domain.organization_id, acts)
    return len(taken)


def has_lines(organization_id: str | BindParameter[str], kind: str) -> ColumnElement[bool]:
    """Return the condition that the bank shows any line for a payment's process date."""
    return (
        select(Movement.id)
        .where(
            Movement.organization_id == organization_id,
            Movement.kind == MOVEMENT_OF[kind],
            Movement.process_date == Payment.process_date,
        )
        .exists()
    )


def _is_plain(each: MoneyMovement) -> bool:
    return str(each.type) in KINDS and each.process_date is not None and str(each.status) in STATUSES


def _of_bank_day(day: date) -> ColumnElement[bool]:
    """Return the condition that a payment is processed on a bank day: dated on it, or on closed days just before."""
    first = day
    while not is_bank_day(first - timedelta(days=1)):
        first -= timedelta(days=1)
    return Payment.process_date.between(first, day)


def _covers(rows: Rows, organization_id: str, kind: str, day: date) -> bool:
    """Return whether all lines of a day are confirmed and come to at least what our payments of it do."""
    open_lines, confirmed = rows.first(
        select(
            func.coalesce(func.sum(case((Movement.status == "sent", 1), else_=0)), 0),
            func.coalesce(func.sum(case((Movement.status == "confirmed", func.abs(Movement.cents)), else_=0)), 0),
        ).where(
            Movement.organization_id == organization_id,
            Movement.kind == MOVEMENT_OF[kind],
            Movement.process_date == day,
            Movement.cents > 0 if kind == RECEIVED else Movement.cents < 0,
        )
    )
    through = rows.first(
        select(func.coalesce(func.sum(Payment.cents), 0)).where(
            Payment.organization_id == organization_id,
            Payment.kind == kind,
            Payment.status.in_(_THROUGH_BANK),
            Payment.bank_account_id.is_not(None),
            _of_bank_day(day),
        )
    )
    return bool(open_lines == 0 and confirmed > 0 and confirmed >= through)


def _came_back(organization_id: str) -> ColumnElement[bool]:
    return and_(
        Payment.organization_id == organization_id,
        Payment.kind == RECEIVED,
        Payment.confirmed_at.is_not(None),
        Payment.returning_since.is_not(None),
    )


def _lines_back(rows: Rows, organization_id: str, day: date) -> int:
    """Return what the bank's lines back around a day come to, less the payments that they have taken back already."""
    noon = datetime.combine(day, time(12), PACIFIC)
    lines = rows.first(
        select(func.coalesce(func.sum(-Movement.cents), 0)).where(
            Movement.organization_id == organization_id,
            Movement.kind == RECEIVABLES,
            Movement.cents < 0,
            Movement.status == "confirmed",
            Movement.process_date.between(day - NEAR, day + NEAR),
        )
    )
    used = rows.first(
        select(func.coalesce(func.sum(Payment.cents), 0)).where(
            _came_back(organization_id),
            Payment.status == "voided",
            Payment.returning_since.between(noon - NEAR, noon + NEAR),
        )
    )
    return int(lines) - int(used)


def _held(row: Any, shares: Sequence[postings.Share]) -> int:  # noqa: ANN401 - a payment's row
    return sum(share.cents for share in shares) + int(row.unapplied_cents)
