"""Postings in order of time, each with all its sides.

    select entries after the last one --a page, its own short transaction--> grouped by posting --> Written

A page is found by key, so that the millionth entry costs what the first did, and memory holds one page. Entries are
only ever added, at the end: a period that has ended reads the same each time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from flask_billcom.marketplace.counterparties.known import chunks
from flask_billcom.models import Entry
from flask_billcom.store import Rows, Store

PAGE = 2000


@dataclass(frozen=True, slots=True)
class Side:
    """One entry of a posting; debits are positive."""

    account: str
    cents: int
    party_id: UUID | None


@dataclass(frozen=True, slots=True)
class Written:
    """One posting as it stands in the books."""

    id: UUID
    at: datetime
    settlement_id: UUID | None
    operation_id: UUID | None
    currency: str
    sides: tuple[Side, ...]

    @property
    def off_cents(self) -> int:
        """What its sides sum to: zero, unless a row was changed by hand."""
        return sum(side.cents for side in self.sides)


_COLUMNS = (
    Entry.id,
    Entry.posting_id,
    Entry.occurred_at,
    Entry.account,
    Entry.cents,
    Entry.currency,
    Entry.party_id,
    Entry.settlement_id,
    Entry.operation_id,
)


def pages(store: Store, organization_id: str, since: datetime, until: datetime) -> Iterator[Sequence[Written]]:
    """Yield the postings of a time, page by page.

    :param since: aware; the first moment that counts.
    :param until: aware; the first moment that does not.
    """
    held: list[Any] = []
    for found in entry_pages(store, organization_id, since=since, until=until):
        held += found
        last = held[-1].posting_id
        # Its other sides may stand on the next page.
        whole = [row for row in held if row.posting_id != last]
        held = [row for row in held if row.posting_id == last]
        if whole:
            yield _grouped(whole)
    if held:
        yield _grouped(held)


def entry_pages(
    store: Store,
    organization_id: str,
    *which: ColumnElement[bool],
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Sequence[Any]]:
    """Yield entries in order of time and posting, page by page.

    :param which: further conditions.
    """
    where = [Entry.organization_id == organization_id, *which]
    if since is not None:
        where.append(Entry.occurred_at >= since)
    if until is not None:
        where.append(Entry.occurred_at < until)
    last: Any = None
    while True:
        with store.read() as rows:
            found = rows.all(
                select(*_COLUMNS)
                .where(*where, *([] if last is None else [_after(last)]))
                .order_by(Entry.occurred_at, Entry.posting_id, Entry.id)
                .limit(PAGE)
            )
        if found:
            yield found
        if len(found) < PAGE:
            return
        last = found[-1]


def postings_of(rows: Rows, posting_ids: Collection[UUID]) -> list[Written]:
    """Return some postings with all their sides, in order of time."""
    found: list[Any] = []
    for part in chunks(sorted(posting_ids)):
        found += rows.all(select(*_COLUMNS).where(Entry.posting_id.in_(part)))
    return _grouped(sorted(found, key=lambda row: (row.occurred_at, row.posting_id, row.id)))


def _after(last: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a row of entries
    return and_(
        Entry.occurred_at >= last.occurred_at,  # what the index is asked for
        or_(
            Entry.occurred_at > last.occurred_at,
            Entry.posting_id > last.posting_id,
            and_(Entry.posting_id == last.posting_id, Entry.id > last.id),
        ),
    )


def _grouped(found: Iterable[Any]) -> list[Written]:
    return [_written(list(group)) for _, group in groupby(found, key=lambda row: row.posting_id)]


def _written(found: Sequence[Any]) -> Written:
    first = found[0]
    return Written(
        id=first.posting_id,
        at=first.occurred_at,
        settlement_id=first.settlement_id,
        operation_id=first.operation_id,
        currency=first.currency,
        sides=tuple(Side(row.account, row.cents, row.party_id) for row in found),
    )
