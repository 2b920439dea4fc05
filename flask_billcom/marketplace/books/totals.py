"""A year of each seller, for whoever prepares his tax forms. No tax id is stored; Bill.com has them.

    gross      the price of everything he sold, by month: fees, refunds and returns are not taken off
    net        gross, less fees, refunds and the rest: what he earned
    payouts    what was sent to him, less what came back

The numbers are those of his statements: twelve of them add up to his year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from flask_billcom.marketplace.lists.pages import Page, Place
from flask_billcom.marketplace.lists.sight import Sight
from flask_billcom.models import Party
from flask_billcom.models.parties import Role
from flask_billcom.money import from_cents

from .csvs import Cell, csv_lines
from .movements import Cause
from .period import year_of
from .statement import Statement, statement

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTotal:
    """What a seller sold in a month, before anything is taken off, in cents, and in how many sales."""

    month: int
    gross_cents: int
    sales: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTotal:
    """A seller's year, in cents; what was taken off is below zero.

    :param seller: who he is in the app, such as `Seller 7`.
    :param remote_id: the vendor at Bill.com, who has his tax id.
    :param net_cents: gross and all below it but payouts.
    :param payouts_cents: what was sent to him, less what came back.
    :param is_proved: whether the year proves itself; see `Statement`.
    """

    party_id: UUID
    seller: str
    remote_id: str | None
    year: int
    currency: str
    gross_cents: int
    sales: int
    fees_cents: int
    refunds_cents: int
    fees_returned_cents: int
    adjustments_cents: int
    write_offs_cents: int
    other_cents: int
    net_cents: int
    payouts_cents: int
    is_proved: bool
    months: tuple[MonthTotal, ...]


def year_totals(domain: Domain, year: int, place: Place) -> Page[YearTotal]:
    """Return a page of sellers with their year, the newest seller first.

    :param year: a calendar year of the organization's time zone.
    """
    sight = Sight(domain.organization_id)
    sellers = select(Party).where(
        sight.parties(), Party.role == Role.VENDOR, Party.local_type.not_in(_only_buyers(domain))
    )
    with domain.store.read() as rows:
        found, after = place.cut(rows, sellers, Party.id)
    period = year_of(year)
    return Page(tuple(_total(each, year, statement(domain, each.id, period)) for each in found), after)


def _only_buyers(domain: Domain) -> list[str]:
    """Return the classes that are mapped as buyers alone: they are vendors only where they got money back."""
    registry = domain.mapping.registry
    names = {role: {each.cls.__name__ for each in registry.parties[role]} for role in Role}
    return sorted(names[Role.CUSTOMER] - names[Role.VENDOR])


def totals_csv(totals: Iterable[YearTotal]) -> Iterator[str]:
    """Yield yearly totals as lines of CSV, one for each seller."""
    headings = (
        "Year",
        "Seller",
        "Vendor at Bill.com",
        "Currency",
        "Gross",
        "Sales",
        *MONTHS,
        "Fees",
        "Refunds",
        "Fees returned",
        "Adjustments",
        "Debts written off",
        "Other",
        "Net",
        "Payouts",
        "Proved",
    )
    return csv_lines(headings, map(_cells, totals))


def _cells(total: YearTotal) -> Sequence[Cell]:
    return (
        total.year,
        total.seller,
        total.remote_id,
        total.currency,
        from_cents(total.gross_cents),
        total.sales,
        *(from_cents(each.gross_cents) for each in total.months),
        from_cents(total.fees_cents),
        from_cents(total.refunds_cents),
        from_cents(total.fees_returned_cents),
        from_cents(total.adjustments_cents),
        from_cents(total.write_offs_cents),
        from_cents(total.other_cents),
        from_cents(total.net_cents),
        from_cents(total.payouts_cents),
        "yes" if total.is_proved else "NO",
    )


def _total(party: Party, year: int, found: Statement) -> YearTotal:
    sales = [line for line in found.lines if line.cause is Cause.SALE]
    payouts = -(found.payouts_cents + found.payouts_returned_cents)
    return YearTotal(
        party_id=party.id,
        seller=found.seller,
        remote_id=party.remote_id,
        year=year,
        currency=found.currency,
        gross_cents=found.sales_cents,
        sales=len(sales),
        fees_cents=found.fees_cents,
        refunds_cents=found.refunds_cents,
        fees_returned_cents=found.fees_returned_cents,
        adjustments_cents=found.adjustments_cents,
        write_offs_cents=found.write_offs_cents,
        other_cents=found.other_cents,
        net_cents=found.closing_cents - found.opening_cents + payouts,
        payouts_cents=payouts,
        is_proved=found.is_proved,
        months=tuple(
            MonthTotal(
                month=month,
                gross_cents=sum(line.cents for line in sales if line.on.month == month),
                sales=sum(line.on.month == month for line in sales),
            )
            for month in range(1, 13)
        ),
    )
