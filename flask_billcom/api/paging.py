"""Long lists, one page in memory at a time.

A list has no snapshot: what is made or changed between two pages moves the others. So pages are not counted but
followed by time: the next page asks for everything not before the last time seen, and drops what it has seen at that
time. Where there is no time to follow, or the caller wants another order, pages are counted and overlap.

    created  1 2 3 4 4 | 4 5 6 7 8        >= 4, without the two seen at 4
    counted  a b c d e | d e f g h        start less the overlap, without d and e

Wire: https://developer.bill.com/v2/docs/search-ops-with-lists
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, TypeVar

from .fields import Stored
from .query import Filter, Sort

T = TypeVar("T", bound=Stored)

Fetch = Callable[[Sequence[Filter], Sequence[Sort], int], Sequence[T]]
"""What fetches one page, from conditions, order and start."""

OVERLAP: Final = 50
"""How many objects two counted pages share."""


def by_time(fetch: Fetch[T], *, size: int, filters: Sequence[Filter] = (), field: str = "created_time") -> Iterator[T]:
    """Yield a list in order of a time, each object once for each value of that time.

    :param fetch: fetches a page of `size` objects.
    :param filters: further conditions.
    :param field: `created_time` never changes; by `updated_time` an object comes again if it changes meanwhile.
    """
    sort, start = [Sort(field)], 0
    conditions = list(filters)
    watermark: datetime | None = None
    seen: set[str | None] = set()
    while True:
        page = fetch(conditions, sort, start)
        yield from (record for record in page if record.id not in seen or getattr(record, field) != watermark)
        if len(page) < size:
            return
        last: datetime | None = getattr(page[-1], field)
        if last is None or last == watermark:
            # More objects of one moment than a page holds: only counting leads past them.
            start += len(page)
            seen |= {record.id for record in page}
            continue
        watermark, start = last, 0
        seen = {record.id for record in page if getattr(record, field) == last}
        conditions = [*filters, Filter(field, ">=", last)]


def by_count(fetch: Fetch[T], *, size: int, filters: Sequence[Filter] = (), sort: Sequence[Sort] = ()) -> Iterator[T]:
    """Yield a list in any order, its pages overlapping.

    :param fetch: fetches a page of `size` objects.
    """
    overlap = min(OVERLAP, size // 2)
    start, seen = 0, frozenset[str | None]()
    while True:
        page = fetch(filters, sort, start)
        yield from (record for record in page if record.id is None or record.id not in seen)
        if len(page) < size:
            return
        seen = frozenset(record.id for record in page)
        start += len(page) - overlap
