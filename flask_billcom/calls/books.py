"""Calls on the books: accounts, what stands open, and files for the accountant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import current_app

from flask_billcom.errors import BillcomError
from flask_billcom.ledger import Account
from flask_billcom.marketplace.books.clearing import OpenItem, open_items
from flask_billcom.marketplace.books.export import export
from flask_billcom.marketplace.books.history import History, Wanted, account_of, history
from flask_billcom.marketplace.books.page import statement_page
from flask_billcom.marketplace.books.parties import PartyBalance, party_balances
from flask_billcom.marketplace.books.period import Period, midnight, parse_period
from flask_billcom.marketplace.books.statement import Statement, statement
from flask_billcom.marketplace.books.totals import YearTotal, year_totals
from flask_billcom.marketplace.context import Domain
from flask_billcom.marketplace.lists import FEW, Page, Place, Sight
from flask_billcom.marketplace.lists.pages import InvalidQuery
from flask_billcom.models.parties import Role
from flask_billcom.state import AppState

from .parties import PartiesCalls

Since = date | datetime | None
_FIRST_YEAR = 1000
"""The first with four digits."""


class BooksCalls(PartiesCalls):
    """Look into the books, and give them to the accountant."""

    def ledger(
        self,
        account: Account | str,
        *,
        party: object | UUID | None = None,
        role: str | None = None,
        since: Since = None,
        until: Since = None,
        after: str | None = None,
        limit: int = FEW,
    ) -> History:
        """Return a page of an account, the oldest entry first, with the balance before and after each.

        :param account: its name, such as `seller_payable`.
        :param party: only what is about this buyer or seller: a mapped object, or the id of his row.
        :param role: `customer` or `vendor`; may be left out where the object is mapped in one role.
        :param since: the first day, in the organization's time zone, or an aware moment.
        :param until: the last day, which counts, or the aware moment that it ends before.
        :param after: what the page before gave; its balance goes on from there.
        :param limit: 1 to 200.
        :raises InvalidQuery: there is no such account, the place is none, or the time ends before it begins.
        :raises NotReady: nothing was ever settled for this party.
        """
        state = self._checked()
        begin, end = _moment(state, since), _moment(state, until, after=True)
        if begin is not None and end is not None and begin >= end:
            raise InvalidQuery(f"until {until} is before since {since}")
        wanted = Wanted(
            account=account_of(account),
            party_id=None if party is None else self._party_id(state, party, role),
            since=begin,
            until=end,
            after=after,
            limit=limit,
        )
        with state.store.read() as rows:
            return history(rows, state.settings.organization_id, wanted)

    def party_balances(
        self, *, role: str | None = None, after: str | None = None, limit: int = FEW
    ) -> Page[PartyBalance]:
        """Return a page of buyers and sellers with every account in which something stands for them.

        :param role: only `customer` or only `vendor`.
        :param after: what the page before gave.
        :param limit: 1 to 200.
        :raises InvalidQuery: the role or the place is none.
        """
        state = self._checked()
        with state.store.read() as rows:
            return party_balances(rows, Sight(state.settings.organization_id), Place(after, limit), role=role)

    def open_items(self) -> list[OpenItem]:
        """Return what keeps each clearing account from being zero, one by one; the items of an account add up to it."""
        state = self._checked()
        with state.store.read() as rows:
            return list(open_items(rows, state.settings.organization_id))

    def export(self, period: str, *, format: str = "csv") -> Iterator[str]:  # noqa: A002 - the word that people use
        """Return the entries of a period as lines of a file, made as they are taken: memory stays flat.

        :param period: such as `2026-10`, `2026-Q4`, `2026` or `2026-10-05..2026-11-04`, days of the organization's
            time zone.
        :param format: `csv`, a line for each entry, or `journal`, balanced entries that an accountant imports.
        :raises InvalidQuery: the period or the format is none, or the period has not begun.
        """
        domain = self._checked().parts.domain
        return export(domain, _begun(domain, period), format=format)

    def statement(self, seller: object | UUID, period: str) -> Statement:
        """Return a seller's statement of a period: opening balance, what happened, closing balance, and the proof.

        :param seller: a mapped seller, or the id of his row.
        :param period: such as `2026-10`, `2026-Q4`, `2026` or `2026-10-05..2026-11-04`, days of the organization's
            time zone.
        :raises InvalidQuery: the period is none, or it has not begun.
        :raises NotReady: nothing was ever settled for this seller.
        """
        state = self._checked()
        party_id = self._party_id(state, seller, Role.VENDOR)
        domain = state.parts.domain
        return statement(domain, party_id, _begun(domain, period))

    def statement_page(self, statement: Statement) -> str:
        """Return a statement as HTML that is ready to print; the app's own `billcom/statement.html` replaces ours.

        :param statement: what `statement` returned.
        """
        self._checked()
        return statement_page(statement, current_app.jinja_loader)

    def year_totals(self, year: int, *, after: str | None = None, limit: int = FEW) -> Page[YearTotal]:
        """Return a page of sellers with what they sold and got in a year, for whoever prepares tax forms.

        :param year: a calendar year of the organization's time zone.
        :param after: what the page before gave.
        :param limit: 1 to 200.
        :raises InvalidQuery: the year or the place is none, or the year has not begun.
        """
        domain = self._checked().parts.domain
        current = domain.clock.now().astimezone(domain.settings.zone).year
        if not _FIRST_YEAR <= year <= current:
            raise InvalidQuery(f"{year} is no year that has begun; give four digits, such as {current}")
        return year_totals(domain, year, Place(after, limit))


def _begun(domain: Domain, words: str) -> Period:
    """Return the period that a text names, of which there may be something in the books.

    :raises InvalidQuery: it names none, or one of the future.
    """
    period = parse_period(words)
    today = domain.clock.now().astimezone(domain.settings.zone).date()
    if period.first > today:
        raise InvalidQuery(f"the period {period.label} has not begun: today is {today}")
    return period


def _moment(state: AppState, given: Since, *, after: bool = False) -> datetime | None:
    """Return the moment that a day begins at, or with `after` the one that it ends before."""
    if given is None or isinstance(given, datetime):
        if given is not None and given.tzinfo is None:
            raise BillcomError("a moment must be aware: give it a time zone")
        return given
    return midnight(given + timedelta(days=1) if after else given, state.settings.zone)
