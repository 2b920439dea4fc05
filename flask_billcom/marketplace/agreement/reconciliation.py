"""Compare everything at Bill.com with our rows, and the books with both.

    pages of Customers, Vendors, Invoices, Bills, SentPays, ReceivedPays, MoneyMovements
        ──each page compared──> differences
        ──ids kept on disk────> what we know and Bill.com does not list
        ──totals by bank day──> the bank's lines against the payments of the day
    ledger ──proved──> from documents, operations and payments

Reading changes nothing of what is compared: a difference that the next polls will mend says so. Only parties that were
not met are remembered, so that the doctor names them. Memory does not grow with the number of
objects. No transaction is open while a page is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from flask_billcom.api.fields import Stored
from flask_billcom.api.query import Filter, Sort
from flask_billcom.api.query import since as from_then
from flask_billcom.api.records import Bill, Customer, Invoice, MoneyMovement, ReceivedPay, SentPay, Vendor
from flask_billcom.bankdays import pacific_date
from flask_billcom.engine.errors import Held, NoCapacity
from flask_billcom.engine.reads import Page
from flask_billcom.marketplace.marks import PAGE
from flask_billcom.marketplace.states import ROWS
from flask_billcom.marketplace.tracking.bankhours import CONFIRMED_DAYS, reached
from flask_billcom.marketplace.tracking.payments import RECEIVED, SENT
from flask_billcom.models import Document, Party, Payment
from flask_billcom.models.parties import Role
from flask_billcom.store import Rows

from . import unlisted
from .comparing import Tally, compare_documents, compare_parties
from .comparing_money import compare_movements, compare_received, compare_sent
from .differences import RUN_TICK, Difference, Kind, Report, dollars
from .proof import prove
from .seen import seen

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

R = TypeVar("R", bound=Stored)
MOST = 10_000
"""Differences that a report lists; it counts all of them."""
PATIENCE = timedelta(minutes=90)
"""How long a reconciliation waits in all for slots and quota: an hour's limit, and some."""

__all__ = ["Difference", "Kind", "Report", "differences", "reconcile"]


def reconcile(domain: Domain, since: datetime | None = None) -> Report:
    """Compare everything, or what changed since a time, and return what differs.

    :param since: aware; what was made before and has not changed is left out.
    """
    with seen() as ids:
        tally = Tally(domain.organization_id, domain.settings.number_prefix, ids)
        listed: list[Difference] = []
        count = 0
        for difference in differences(domain, tally, since):
            count += 1
            if len(listed) < MOST:
                listed.append(difference)
    if since is None:
        unlisted.remember(domain, tally.unlisted)
    return Report(listed, count, dict(tally.counted))


def differences(domain: Domain, tally: Tally, since: datetime | None) -> Iterator[Difference]:
    """Yield every difference, one page after the other."""
    reader = _Reader(domain, since)
    for record_type, compare in _comparisons(tally):
        for page in reader.pages(record_type):
            with domain.store.read() as rows:
                found = list(compare(rows, page))
            yield from found
    yield from tally.unexplained()
    yield from _missing_there(domain, tally, since)
    yield from _bank_totals(tally, domain.clock.now(), since)
    with domain.store.read() as rows:
        proved = list(prove(rows, domain.organization_id))
    yield from proved


def _comparisons(
    tally: Tally,
) -> Sequence[tuple[type[Any], Callable[[Rows, Sequence[Any]], Iterator[Difference]]]]:
    return (
        (Customer, lambda rows, page: compare_parties(tally, rows, Role.CUSTOMER, page)),
        (Vendor, lambda rows, page: compare_parties(tally, rows, Role.VENDOR, page)),
        (Invoice, lambda rows, page: compare_documents(tally, rows, "invoice", page)),
        (Bill, lambda rows, page: compare_documents(tally, rows, "bill", page)),
        (SentPay, lambda rows, page: compare_sent(tally, rows, page)),
        (ReceivedPay, lambda rows, page: compare_received(tally, rows, page)),
        (MoneyMovement, lambda rows, page: compare_movements(tally, rows, page)),
    )


class _Reader:
    """Reads lists and waits for slots and quota, for a while in all."""

    def __init__(self, domain: Domain, since: datetime | None) -> None:
        self._domain = domain
        self._filters: Sequence[Filter] = () if since is None else (from_then("updated_time", since),)
        self._patience = PATIENCE

    def pages(self, record_type: type[R]) -> Iterator[Sequence[R]]:
        """Yield the pages of a list; an object that changes meanwhile keeps its place, by its time of creation."""
        start = 0
        while True:
            page = self._page(record_type, start)
            yield page.records
            if len(page.records) < PAGE:
                return
            start += PAGE

    def _page(self, record_type: type[R], start: int) -> Page[R]:
        while True:
            try:
                return self._domain.reads.page(
                    record_type, filters=self._filters, sort=[Sort("created_time")], start=start, nested=True
                )
            except Held:
                raise
            except NoCapacity as full:
                self._wait(full)

    def _wait(self, full: NoCapacity) -> None:
        clock = self._domain.clock
        wanted = timedelta(seconds=1) if full.retry_at is None else full.retry_at - clock.now()
        pause = max(wanted, timedelta(seconds=0.2))
        if pause > self._patience:
            raise full
        self._patience -= pause
        clock.sleep(pause.total_seconds())


# -- what we know and Bill.com does not list ---------------------------------------------------------------------


def _missing_there(domain: Domain, tally: Tally, since: datetime | None) -> Iterator[Difference]:
    organization_id = domain.organization_id
    sorts = (
        (Party, Role.CUSTOMER, Party.role == Role.CUSTOMER, "customer"),
        (Party, Role.VENDOR, Party.role == Role.VENDOR, "vendor"),
        (Document, "invoice", Document.kind == "invoice", "invoice"),
        (Document, "bill", Document.kind == "bill", "bill"),
        (Payment, SENT, Payment.kind == SENT, "SentPay"),
        (Payment, RECEIVED, Payment.kind == RECEIVED, "ReceivedPay"),
    )
    for model, sort, which, word in sorts:
        last: UUID | None = None
        while True:
            table: Any = model
            where = [table.organization_id == organization_id, table.remote_id.is_not(None), which]
            if last is not None:
                where.append(table.id > last)
            if since is not None:
                where.append(table.created_at >= since)
            with domain.store.read() as rows:
                ours = rows.all(select(table.id, table.remote_id).where(*where).order_by(table.id).limit(ROWS))
            missing = sorted(tally.seen.missing(sort, [row.remote_id for row in ours]))
            if model is Party:
                parties = {row.remote_id: row.id for row in ours}
                for remote_id in missing[: unlisted.MOST - len(tally.unlisted)]:
                    tally.unlisted[parties[remote_id]] = remote_id
            for remote_id in missing:
                yield Difference(
                    Kind.MISSING_THERE,
                    f"{word} {remote_id}",
                    "a row",
                    "not listed",
                    "Bill.com does not list what it told us it had made: another organization, or another environment?",
                    "flask billcom doctor",
                )
            if len(ours) < ROWS:
                break
            last = ours[-1].id


# -- the bank ----------------------------------------------------------------------------------------------------


def _bank_totals(tally: Tally, now: datetime, since: datetime | None) -> Iterator[Difference]:
    """Yield the bank days whose lines are not what the payments of the day come to."""
    until = reached(now, CONFIRMED_DAYS)
    for (kind, day), totals in sorted(tally.days.items()):
        if day > until or (since is not None and day <= pacific_date(since)):
            continue
        if not totals["must"] <= totals["lines"] <= totals["may"]:
            yield Difference(
                Kind.BANK_TOTAL,
                f"{kind} of {day}",
                f"payments of {dollars(totals['must'])}",
                f"lines of {dollars(totals['lines'])}",
                "The bank's lines of the day are not what its payments come to; one of them is late, or was returned.",
                RUN_TICK,
            )
