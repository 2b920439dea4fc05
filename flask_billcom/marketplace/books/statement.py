"""A seller's statement of a period, which proves itself.

    opening balance      what he was owed before, from the ledger
    + sales - fees - refunds + fees returned +- adjustments + write-offs - payouts + payouts returned +- other
    = closing balance    what he is owed after, from the ledger

The movements come from frozen rows and postings, the balances from sums over `entry`: they agree only if no entry is
missing on either side. A period that has ended reads the same each time, since entries are only ever added at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import case, func, select

from flask_billcom.errors import NotReady
from flask_billcom.ledger import Account
from flask_billcom.marketplace.counterparties.known import chunks
from flask_billcom.models import Entry, Party
from flask_billcom.money import from_cents
from flask_billcom.store import Rows

from . import facts
from .csvs import Cell, csv_lines
from .movements import OWED, Cause, Movement, Teller
from .period import Period
from .walking import Written, postings_of

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One change of what the seller is owed.

    :param on: its day in the organization's time zone.
    :param cents: above zero where he is owed more.
    :param balance_cents: what he is owed after it.
    :param payment: Bill.com's id of the payment.
    """

    on: date
    at: datetime
    cause: Cause
    what: str
    reference: str | None
    payment: str | None
    cents: int
    balance_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOrder:
    """What a payout pays, or gives back, of one sale.

    :param number: of the bill.
    """

    reference: str | None
    number: str | None
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPayout:
    """One payment of the period with the orders in it.

    :param id: of the payment's row; None where none of ours is behind it.
    :param status: as it stands now, not as it stood at the end of the period.
    :param cents: what was sent in the period.
    :param returned_cents: what of it came back in the period.
    """

    id: UUID | None
    payment: str | None
    status: str | None
    process_date: date | None
    on: date
    cents: int
    returned_cents: int
    orders: tuple[PaidOrder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What happened to what a seller is owed, in a period. The amounts are cents.

    :param seller: who he is in the app, such as `Seller 7`.
    :param closing_cents: the opening balance and all that happened.
    :param ledger_cents: what the ledger says he is owed at the end; the same, if nothing is missing.
    :param faults: why the statement proves nothing; none where it does.
    :param is_final: whether the period has ended; one that has not goes on changing.
    :param as_of: when it was written.
    """

    party_id: UUID
    seller: str
    period: str
    first: date
    last: date
    timezone: str
    currency: str
    opening_cents: int
    sales_cents: int
    fees_cents: int
    refunds_cents: int
    fees_returned_cents: int
    adjustments_cents: int
    write_offs_cents: int
    payouts_cents: int
    payouts_returned_cents: int
    other_cents: int
    closing_cents: int
    ledger_cents: int
    is_proved: bool
    faults: tuple[str, ...]
    lines: tuple[StatementLine, ...]
    payouts: tuple[StatementPayout, ...]
    is_final: bool
    as_of: datetime

    @property
    def closing_name(self) -> str:
        """What the last balance is called: that of a period which has not ended is not the closing one yet."""
        return "Closing balance" if self.is_final else f"Balance so far ({self.as_of:%Y-%m-%d %H:%M})"

    def totals(self) -> Iterator[tuple[str, int]]:
        """Yield each line of the summary with its cents, from the opening to the closing balance."""
        yield "Opening balance", self.opening_cents
        yield "Sales", self.sales_cents
        yield "Fees", self.fees_cents
        yield "Refunds to buyers", self.refunds_cents
        yield "Fees returned", self.fees_returned_cents
        yield "Adjustments", self.adjustments_cents
        yield "Debts written off", self.write_offs_cents
        yield "Payouts", self.payouts_cents
        yield "Payouts that came back", self.payouts_returned_cents
        yield "Other", self.other_cents
        yield self.closing_name, self.closing_cents

    def as_csv(self) -> Iterator[str]:
        """Yield it as lines of CSV: the opening balance, every change, the closing balance."""
        headings = ("Date", "What", "Kind", "Order", "Payment", "Amount", "Balance", "Currency")
        return csv_lines(headings, self._cells())

    def _cells(self) -> Iterator[Sequence[Cell]]:
        opening, closing = from_cents(self.opening_cents), from_cents(self.closing_cents)
        yield self.first, "Opening balance", None, None, None, None, opening, self.currency
        for each in self.lines:
            yield (
                each.on,
                each.what,
                each.cause.value,
                each.reference,
                each.payment,
                from_cents(each.cents),
                from_cents(each.balance_cents),
                self.currency,
            )
        yield min(self.last, self.as_of.date()), self.closing_name, None, None, None, None, closing, self.currency

    @property
    def closing(self) -> Decimal:
        """What he is owed at the end, in dollars."""
        return from_cents(self.closing_cents)


def statement(domain: Domain, party_id: UUID, period: Period) -> Statement:
    """Return the statement of a seller for a period.

    :raises NotReady: there is no such party.
    """
    since, until = period.bounds(domain.settings.zone)
    now = domain.clock.now()
    with domain.store.read() as rows:
        party = rows.first(select(Party).where(Party.id == party_id, Party.organization_id == domain.organization_id))
        if party is None:
            raise NotReady("there is no such seller")
        postings = _postings(rows, domain.organization_id, party_id, since, until)
        sales = facts.sold(rows, domain.organization_id, party_id, since, until)
        even = facts.even_splits(rows, party_id, since, until)
        teller = Teller(rows, domain.organization_id, party_id, sales=sales, even=even, postings=postings)
        opening = owed_before(rows, domain.organization_id, party_id, since)
        closing = owed_before(rows, domain.organization_id, party_id, until)
    movements = teller.movements()
    faults = list(_faults(teller, postings, opening, closing, movements))
    sums = _sums(movements)
    return Statement(
        party_id=party_id,
        seller=f"{party.local_type} {party.local_id}",
        period=period.label,
        first=period.first,
        last=period.last,
        timezone=domain.settings.timezone,
        currency=postings[0].currency if postings else "USD",
        opening_cents=opening,
        sales_cents=sums[Cause.SALE],
        fees_cents=sums[Cause.FEE],
        refunds_cents=sums[Cause.REFUND],
        fees_returned_cents=sums[Cause.FEE_RETURNED],
        adjustments_cents=sums[Cause.ADJUSTMENT],
        write_offs_cents=sums[Cause.WRITE_OFF],
        payouts_cents=sums[Cause.PAYOUT],
        payouts_returned_cents=sums[Cause.PAYOUT_RETURNED],
        other_cents=sums[Cause.OTHER],
        closing_cents=opening + sum(each.cents for each in movements),
        ledger_cents=closing,
        is_proved=not faults,
        faults=tuple(faults),
        lines=tuple(_lines(domain, opening, movements)),
        payouts=tuple(_payouts(domain, movements)),
        is_final=until <= now,
        as_of=now.astimezone(domain.settings.zone),
    )


def owed_before(rows: Rows, organization_id: str, party_id: UUID, moment: datetime) -> int:
    """Return what a party was owed before a moment, in cents, from the ledger alone."""
    # The time is no condition: the index by time would find the entries of everybody else as well.
    before = case((Entry.occurred_at < moment, Entry.cents), else_=0)
    total = rows.first(
        select(func.coalesce(func.sum(before), 0)).where(
            Entry.organization_id == organization_id,
            Entry.account.in_(sorted(OWED)),
            Entry.party_id == party_id,
        )
    )
    return -int(total)


def _postings(rows: Rows, organization_id: str, party_id: UUID, since: datetime, until: datetime) -> list[Written]:
    """Return the postings that name a party in any account, with all their sides."""
    at = func.min(Entry.occurred_at)
    found = rows.all(
        select(Entry.posting_id)
        .where(
            Entry.organization_id == organization_id,
            # All accounts are named so that the index finds the party's entries in each, and no others.
            Entry.account.in_(list(Account)),
            Entry.party_id == party_id,
        )
        .group_by(Entry.posting_id)
        .having(at >= since, at < until)
    )
    postings: list[Written] = []
    for part in chunks(sorted(found)):
        postings += postings_of(rows, part)
    return sorted(postings, key=lambda each: (each.at, each.id))


def _faults(
    teller: Teller, postings: Sequence[Written], opening: int, closing: int, movements: Iterable[Movement]
) -> Iterator[str]:
    difference = closing - opening - sum(each.cents for each in movements)
    if difference:
        yield f"the ledger says {from_cents(difference)} more than opening balance and movements come to"
    for each in postings:
        if each.off_cents:
            yield f"the posting {each.id.hex} is {from_cents(each.off_cents)} off: an entry is missing or was changed"
    for reference in teller.odd_sales():
        yield f"the ledger has another amount for sale {reference} than its lines come to"


def _sums(movements: Iterable[Movement]) -> dict[Cause, int]:
    sums: dict[Cause, int] = dict.fromkeys(Cause, 0)
    for each in movements:
        sums[each.cause] += each.cents
    return sums


def _lines(domain: Domain, balance: int, movements: Iterable[Movement]) -> Iterator[StatementLine]:
    zone = domain.settings.zone
    for each in movements:
        balance += each.cents
        yield StatementLine(
            on=each.at.astimezone(zone).date(),
            at=each.at,
            cause=each.cause,
            what=each.what,
            reference=each.reference,
            payment=None if each.paid is None else each.paid.remote_id,
            cents=each.cents,
            balance_cents=balance,
        )


def _payouts(domain: Domain, movements: Iterable[Movement]) -> Iterator[StatementPayout]:
    by_payment: dict[UUID | None, list[Movement]] = defaultdict(list)
    for each in movements:
        if each.cause in {Cause.PAYOUT, Cause.PAYOUT_RETURNED}:
            by_payment[None if each.paid is None else each.paid.id].append(each)
    zone = domain.settings.zone
    for payment_id, some in by_payment.items():
        paid = some[0].paid
        yield StatementPayout(
            id=payment_id,
            payment=None if paid is None else paid.remote_id,
            status=None if paid is None else paid.status,
            process_date=None if paid is None else paid.process_date,
            on=some[0].at.astimezone(zone).date(),
            cents=-sum(each.cents for each in some if each.cause is Cause.PAYOUT),
            returned_cents=sum(each.cents for each in some if each.cause is Cause.PAYOUT_RETURNED),
            orders=tuple(
                PaidOrder(
                    reference=each.reference, number=None if each.paid is None else each.paid.number, cents=-each.cents
                )
                for each in some
            ),
        )
