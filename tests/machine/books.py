"""Rules of the books: what accounts, balances, files and statements say agrees with the entries, and with the shop.

The entries are read past the extension, by statements of our own; what was sold is what the shop knows.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from flask_billcom.ledger import Account
from flask_billcom.marketplace.books.clearing import CLEARING
from flask_billcom.marketplace.lists.pages import MOST
from flask_billcom.money import from_cents
from flask_billcom.simulator.clock import DEFAULT_START
from tests.machine.base import Base
from tests.machine.office import KNOWN, ROLES
from tests.machine.reading import reading
from tests.machine.sales import SELLER
from tests.stories.town import Person

ALL_TIME = "2000-01-01..2199-12-31"
ACCOUNT = st.sampled_from(list(Account))
PERSON = st.sampled_from(KNOWN)
LIMIT = st.sampled_from([3, 20, MOST])
OWED = (
    Account.SELLER_PAYABLE,
    Account.SELLER_RESERVED,
    Account.PAYOUT_SCHEDULED,
    Account.PAYOUT_RETURNED,
    Account.SELLER_CLAWBACK,
)
"""Accounts that together say what a seller is owed."""
OF = "join billcom_party p on p.id = e.party_id where p.role = '{}' and p.local_type = '{}' and p.local_id = '{}'"


class Books(Base):
    """People read the books, page by page, and take them away as files."""

    @reading(account=ACCOUNT, who=st.none() | PERSON, limit=LIMIT)
    def reads_an_account(self, account: Account, who: tuple[str, str] | None, limit: int) -> None:
        """Turn the pages of an account: each goes on where the one before ended, and all of them hold its entries."""
        of: dict[str, Any] = {} if who is None else {"party": self.town.person(*who), "role": ROLES[who[0]]}
        balance, seen = 0, []
        for page in self._pages("ledger", account, limit=limit, **of):
            assert page.opening_cents == balance, (account, who)
            for row in page.items:
                balance += row.cents
                seen.append(row.cents)
                assert row.balance_cents == balance, (account, who, row)
            assert page.closing_cents == balance, (account, who)
        assert seen == self._entries(account, who), (account, who)

    @reading(account=ACCOUNT, days=st.integers(0, 12))
    def splits_an_account(self, account: Account, days: int) -> None:
        """Read an account up to a moment, and from there on: what stood before it is where the rest begins."""
        moment = self.town.world.clock.now() - timedelta(days=days)
        *_, before = self._pages("ledger", account, until=moment, limit=MOST)
        after = self.reads("ledger", account, since=moment, limit=MOST)
        assert before.closing_cents == after.opening_cents, (account, moment)

    @reading(limit=LIMIT)
    def compares_balances(self, limit: int) -> None:
        """Compare the balances of accounts and of people, and what stands open, with the entries."""
        should = self._sums("")
        trial = self.reads("trial_balance")
        assert {account: cents for account, cents in trial.items() if cents} == should
        shares: Counter[str] = Counter()
        for page in self._pages("party_balances", limit=limit):
            for each in page.items:
                shares.update({held.account: held.cents for held in each.accounts})
        assert _not_zero(shares) == self._sums("where e.party_id is not null")
        standing: Counter[str] = Counter()
        for item in self.reads("open_items"):
            standing[item.account] += item.cents
        assert _not_zero(standing) == {name: cents for name, cents in should.items() if name in CLEARING}

    @reading(shape=st.sampled_from(["csv", "journal"]))
    def exports(self, shape: str) -> None:
        """Take all entries away: as CSV each of them, as a journal with debits and credits that come to the same."""
        found = list(csv.DictReader(self.reads("export", ALL_TIME, format=shape)))
        cents = [int(row[0]) for row in self.watch.ask("select cents from billcom_entry")]
        if shape == "csv":
            assert sorted(int(row["cents"]) for row in found) == sorted(cents)
            assert all(row["amount"] == f"{from_cents(int(row['cents'])):f}" for row in found)
            assert _not_zero(_summed(found)) == self._sums("")
            return
        off: Counter[str] = Counter()
        for row in found:
            off[row["Journal No"]] += _cents(row["Debit"]) - _cents(row["Credit"])
        assert _not_zero(off) == {}
        assert sum(_cents(row["Debit"]) for row in found) == sum(each for each in cents if each > 0)

    @reading(seller=SELLER, is_month=st.booleans())
    def prints_a_statement(self, *, seller: str, is_month: bool) -> None:
        """Let a statement prove itself, and print it: the page shows what the statement says."""
        month = f"{self.today:%Y-%m}"
        told = self.reads("statement", self.town.seller(seller), month if is_month else ALL_TIME)
        assert told.faults == (), told.faults
        assert told.closing_cents == told.ledger_cents == told.opening_cents + sum(each.cents for each in told.lines)
        if not is_month:
            owed = self._sums(_of(self.town.seller(seller)))
            assert told.opening_cents == 0
            assert told.ledger_cents == -sum(owed.get(account, 0) for account in OWED)
        page = self.reads("statement_page", told)
        for shown in (told.seller, told.period, *(f"{from_cents(cents):,}" for cents in _shown(told))):
            assert shown in page, (seller, shown)

    @reading(limit=LIMIT)
    def adds_up_years(self, limit: int) -> None:
        """Compare the years of sellers with a statement of each page, and with what the shop sold."""
        sold: Counter[str] = Counter()
        for year in range(DEFAULT_START.year, self.today.year + 1):
            for page in self._pages("year_totals", year, limit=limit):
                for total in page.items:
                    assert total.is_proved, (year, total)
                    assert total.gross_cents == sum(each.gross_cents for each in total.months), (year, total)
                    sold[total.seller] += total.gross_cents
                for total in page.items[:1]:
                    told = self.reads("statement", total.party_id, str(year))
                    assert total.gross_cents == told.sales_cents, (year, total)
                    assert total.net_cents - total.payouts_cents == told.closing_cents - told.opening_cents
        if not self.is_restored:
            assert _not_zero(sold) == self._sold(), "what sellers sold in their years is what the shop sold"

    # -- what the shop and the entries say -------------------------------------------------------------------------

    def _pages(self, call: str, *args: Any, **options: Any) -> Iterator[Any]:
        """Yield all pages of a call."""
        after = None
        while True:
            page = self.reads(call, *args, after=after, **options)
            yield page
            after = page.after
            if after is None:
                return

    def _entries(self, account: Account, who: tuple[str, str] | None) -> list[int]:
        where = "where 1" if who is None else _of(self.town.person(*who))
        rows = self.watch.ask(
            f"select e.cents from billcom_entry e {where} and e.account = '{account}' order by e.occurred_at, e.id"
        )
        return [int(cents) for (cents,) in rows]

    def _sums(self, where: str) -> dict[str, int]:
        rows = self.watch.ask(f"select e.account, sum(e.cents) from billcom_entry e {where} group by e.account")
        return {account: int(cents) for account, cents in rows if cents}

    def _sold(self) -> dict[str, int]:
        sold: Counter[str] = Counter()
        for order in self.town.orders:
            if self.is_settled(order):
                for seller, cents, _ in order.items:
                    sold[f"Seller {self.town.seller(seller).key}"] += cents
        return dict(sold)


def _of(person: Person) -> str:
    return OF.format(ROLES[person.role], person.role.capitalize(), person.key)


def _shown(told: Any) -> list[int]:
    return [told.opening_cents, told.sales_cents, told.closing_cents, *(line.cents for line in told.lines)]


def _summed(found: list[dict[str, str]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for row in found:
        sums[row["account"]] += int(row["cents"])
    return sums


def _cents(dollars: str) -> int:
    return int(dollars.replace(".", "") or 0)


def _not_zero(sums: Counter[str]) -> dict[str, int]:
    return {name: cents for name, cents in sums.items() if cents}
