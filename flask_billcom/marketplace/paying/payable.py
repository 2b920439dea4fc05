"""Which released bills may be paid now, and why the others wait.

    due bill ──vendor, bank account, hold──> seller: minimum, day cap, reserve ──> run: cap, cover ──> payable

Bills are judged oldest release first, and a bill is paid whole or not at all, so what is left of a cap or of the cover
goes to later bills that fit. Nothing is written here; a run and a dry run judge alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Integer, Row, and_, bindparam, func, or_, select

from flask_billcom.bankdays import add_bank_days, pacific_date
from flask_billcom.clock import uuid7
from flask_billcom.marketplace import holds
from flask_billcom.marketplace.core import DOCUMENT, PARTY
from flask_billcom.marketplace.refunds.blocking import blocked
from flask_billcom.marketplace.tracking.payments import PAYS
from flask_billcom.models import Document, Operation
from flask_billcom.store import Rows

from .liquidity import liquidity
from .reserve import payable, reserves

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

INACTIVE, MERGED = "the vendor is not active at Bill.com", "the vendor was merged into another one"
NO_ID = "Bill.com does not know the vendor or the bill yet"
COOLING = "the seller's bank account changed lately"
MINIMUM = "less than the minimum payout"
DAY_CAP, RESERVE = "the seller's cap of the day is reached", "kept as the seller's reserve"
RUN_CAP, COVER = "the cap of the run is reached", "confirmed collections do not cover it yet"
REFUNDING = "a refund, or what its seller owes, is being taken off it"


_COLUMNS = (
    DOCUMENT.c.id,
    DOCUMENT.c.party_id,
    DOCUMENT.c.origin_type,
    DOCUMENT.c.origin_id,
    DOCUMENT.c.cents,
    DOCUMENT.c.is_refund,
    DOCUMENT.c.release_after,
    DOCUMENT.c.remote_id,
    PARTY.c.remote_id.label("party_remote_id"),
    PARTY.c.is_active,
    PARTY.c.merged_into,
    PARTY.c.bank_changed_at,
)


def _is_due(organization_id: str | BindParameter[str], now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return and_(
        Document.organization_id == organization_id,
        Document.kind == "bill",
        Document.status == "open",
        Document.released_at.is_(None),
        Document.release_after <= now,
    )


_DUE_BILLS = (
    select(*_COLUMNS)
    .join_from(DOCUMENT, PARTY, PARTY.c.id == DOCUMENT.c.party_id)
    .where(_is_due(bindparam("organization_id"), bindparam("now")))
    .order_by(DOCUMENT.c.release_after, DOCUMENT.c.id)
    .limit(bindparam("most", type_=Integer))
)


@dataclass(frozen=True, slots=True)
class DueBill:
    """A released bill that no payout is planned for.

    :param is_refund: whether it pays a buyer back: minimum, reserve and caps of sellers do not concern it.
    """

    id: UUID
    party_id: UUID
    settlement_id: UUID | None
    cents: int
    is_refund: bool
    release_after: datetime
    has_ids: bool
    is_active: bool
    is_merged: bool
    bank_changed_at: datetime | None

    @property
    def place(self) -> tuple[datetime, UUID]:
        """Where it stands in the order of judging."""
        return self.release_after, self.id


def due_bills(
    rows: Rows,
    organization_id: str,
    now: datetime,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    seller: UUID | None = None,
    among: Collection[UUID] | None = None,
) -> list[DueBill]:
    """Return the next bills whose release has come, the oldest first.

    :param after: the place of the last one of the page before.
    :param seller: only bills of this vendor.
    :param among: only these bills.
    """
    statement = _DUE_BILLS
    if seller is not None:
        statement = statement.where(Document.party_id == seller)
    if among is not None:
        statement = statement.where(Document.id.in_(sorted(among)))
    if after is not None:
        moment, row_id = after
        statement = statement.where(
            or_(Document.release_after > moment, and_(Document.release_after == moment, Document.id > row_id))
        )
    found = rows.execute(statement, {"organization_id": organization_id, "now": now, "most": limit})
    return [_due_bill(row) for row in found]


class Judge:
    """Judges due bills one after the other and remembers what the earlier ones took.

    :param seller: the one vendor that is paid because a person asks; the minimum does not bind him.
    """

    def __init__(self, rows: Rows, domain: Domain, *, seller: UUID | None = None) -> None:
        self._domain = domain
        self._settings = domain.settings
        self._now = domain.clock.now()
        self._today = pacific_date(self._now)
        self._seller = seller
        self._sellers = _Sellers()
        self._cover = liquidity(rows, domain.organization_id, self._settings.float_cents)
        cap = self._settings.run_cap_cents
        self._cap = None if cap is None else cap - _planned_today(rows, domain)

    def judge(self, rows: Rows, bills: Sequence[DueBill]) -> Iterator[tuple[DueBill, str | None]]:
        """Yield each bill with the reason why it waits, or None."""
        ids = [bill.id for bill in bills]
        held = holds.held(rows, self._domain.organization_id, ids)
        held |= dict.fromkeys(blocked(rows, self._domain.organization_id, ids), REFUNDING)
        self._sellers.read(rows, self._domain, {bill.party_id for bill in bills}, self._now)
        for bill in bills:
            reason = self._of_bill(bill, held) or self._of_seller(bill) or self._of_run(bill)
            if reason is None:
                self._take(bill)
            yield bill, reason

    def _of_bill(self, bill: DueBill, held: Mapping[UUID, str]) -> str | None:
        if bill.is_merged:
            return MERGED
        if not bill.is_active:
            return INACTIVE
        if not bill.has_ids:
            return NO_ID
        if bill.id in held:
            return REFUNDING if held[bill.id] == REFUNDING else f"hold: {held[bill.id]}"
        if bill.bank_changed_at is not None and self._is_cooling(bill.bank_changed_at):
            return COOLING
        return None

    def _is_cooling(self, changed_at: datetime) -> bool:
        return add_bank_days(pacific_date(changed_at), self._settings.bank_change_hold_days) > self._today

    def _of_seller(self, bill: DueBill) -> str | None:
        if bill.is_refund:
            return None  # what a buyer gets back is no seller's earnings
        of = self._sellers
        if self._seller is None and of.due.get(bill.party_id, bill.cents) < self._settings.minimum_payout_cents:
            return MINIMUM
        if bill.cents > of.cap_left.get(bill.party_id, bill.cents):
            return DAY_CAP
        if bill.cents > of.above_reserve.get(bill.party_id, bill.cents):
            return RESERVE
        return None

    def _of_run(self, bill: DueBill) -> str | None:
        if self._cap is not None and bill.cents > self._cap:
            return RUN_CAP
        return COVER if bill.cents > self._cover else None

    def _take(self, bill: DueBill) -> None:
        self._cover -= bill.cents
        if self._cap is not None:
            self._cap -= bill.cents
        for left in (self._sellers.cap_left, self._sellers.above_reserve):
            if bill.party_id in left and not bill.is_refund:
                left[bill.party_id] -= bill.cents


@dataclass(slots=True)
class _Sellers:
    """What limits each seller, read once in a run and only where a setting asks for it; all in cents.

    :param due: what is due to him in all.
    :param cap_left: what is left of his cap of the day.
    :param above_reserve: what he is owed above his reserve.
    """

    due: dict[UUID, int] = field(default_factory=dict)
    cap_left: dict[UUID, int] = field(default_factory=dict)
    above_reserve: dict[UUID, int] = field(default_factory=dict)

    def read(self, rows: Rows, domain: Domain, sellers: Collection[UUID], now: datetime) -> None:
        """Read what is needed of sellers that were not met before."""
        settings = domain.settings
        if settings.minimum_payout_cents:
            new = sorted(set(sellers) - self.due.keys())
            sums = _due_to(rows, domain.organization_id, new, now)
            self.due |= {seller: sums.get(seller, 0) for seller in new}
        if settings.seller_day_cap_cents is not None:
            new = sorted(set(sellers) - self.cap_left.keys())
            paid = _planned_today_to(rows, domain, new)
            self.cap_left |= {seller: settings.seller_day_cap_cents - paid.get(seller, 0) for seller in new}
        if settings.reserve_percent:
            new = sorted(set(sellers) - self.above_reserve.keys())
            owed = payable(rows, domain.organization_id, new)
            kept = reserves(rows, domain.organization_id, settings, new, now)
            self.above_reserve |= {seller: owed.get(seller, 0) - kept[seller] for seller in new}


def start_of_day(domain: Domain) -> datetime:
    """Return when the day began by which caps and schedules count."""
    today: date = domain.clock.now().astimezone(domain.settings.zone).date()
    return datetime.combine(today, time(0), domain.settings.zone)


def _due_bill(row: Row[Any]) -> DueBill:
    return DueBill(
        id=row.id,
        party_id=row.party_id,
        settlement_id=row.origin_id if row.origin_type == "settlement" else None,
        cents=row.cents,
        is_refund=row.is_refund,
        release_after=row.release_after,
        has_ids=row.remote_id is not None and row.party_remote_id is not None,
        is_active=row.is_active,
        is_merged=row.merged_into is not None,
        bank_changed_at=row.bank_changed_at,
    )


def _due_to(rows: Rows, organization_id: str, sellers: Sequence[UUID], now: datetime) -> dict[UUID, int]:
    found = rows.all(
        select(Document.party_id, func.sum(Document.cents))
        .where(_is_due(organization_id, now), Document.party_id.in_(sellers), ~holds.is_held())
        .group_by(Document.party_id)
    )
    return {seller: int(cents) for seller, cents in found}


def _planned_today(rows: Rows, domain: Domain) -> int:
    """Return what payouts were planned for since the day began; row ids grow with time, so no index on it is needed."""
    total = rows.first(
        select(func.coalesce(func.sum(Operation.amount_cents), 0)).where(
            Operation.id >= uuid7(start_of_day(domain), 0),
            Operation.organization_id == domain.organization_id,
            Operation.kind.in_(PAYS),
            Operation.state.not_in(("rejected", "cancelled")),
        )
    )
    return int(total)


def _planned_today_to(rows: Rows, domain: Domain, sellers: Sequence[UUID]) -> dict[UUID, int]:
    found = rows.all(
        select(Document.party_id, func.sum(Document.cents))
        .where(
            Document.organization_id == domain.organization_id,
            Document.kind == "bill",
            Document.party_id.in_(sellers),
            Document.released_at >= start_of_day(domain),
        )
        .group_by(Document.party_id)
    )
    return {seller: int(cents) for seller, cents in found}
