"""Fresh balances before money moves: one list page answers for up to 999 documents.

    documents of a batch --read lately by this process?--> rows as they are
                           else: pages by `createdTime` over the batch's span; every document seen on the way is noted
    what no page showed    one by one: after as many pages of paid documents as there are left, no more are read, nor
                           once pages have taken half as long as slow reads of what is left

Lately counts from before a page was asked for, and is told by the process's own monotonic clock as well: the database's
may jump back, and its rows may come from a backup.
A document that reads otherwise than ours is left unread in our rows, so that its own batch meets it again and says what
differs; what is due of it stays, since that comes from the payments that we know, and a list may lag behind these.
Nothing here decides about paying; it only tells how a document stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import and_, bindparam, case, select, update

from flask_billcom.api.query import Sort, since
from flask_billcom.api.records import Bill, Invoice
from flask_billcom.engine.reads import Reads
from flask_billcom.engine.timing import A_READ
from flask_billcom.marketplace.context import Domain
from flask_billcom.marketplace.core import DOCUMENT
from flask_billcom.models import Document
from flask_billcom.money import to_cents

FRESH = timedelta(seconds=30)
"""How long a balance is believed: as long as the batches that share its page take, and no longer, since a person may
pay in Bill.com's own page at any time."""
ACTIVE = "1"
_AS_OURS = and_(
    DOCUMENT.c.cents == bindparam("amount"),
    DOCUMENT.c.due_cents == bindparam("due"),
    DOCUMENT.c.scheduled_cents == bindparam("planned"),
)
_NOTE = (
    update(DOCUMENT)
    .where(DOCUMENT.c.id == bindparam("row"))
    .values(read_at=case((_AS_OURS, bindparam("read", type_=DOCUMENT.c.read_at.type)), else_=None))
)

R = TypeVar("R", Invoice, Bill)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a document stands at Bill.com, in cents.

    :param problem: how it differs from ours, or None.
    """

    due_cents: int
    scheduled_cents: int
    problem: str | None = None


class Balances(Generic[R]):
    """Reads the standing of documents of one kind.

    :param record_type: Invoice or Bill.
    """

    def __init__(self, domain: Domain, record_type: type[R]) -> None:
        self._domain = domain
        self._record_type: type[R] = record_type
        self._read: dict[str, float] = {}
        """When this process read a document last, by its id at Bill.com; monotonic."""

    def read(self, reads: Reads, documents: Sequence[tuple[Document, str]]) -> dict[Any, Standing | None]:
        """Return how each document stands, by row id; None where Bill.com knows nothing of it.

        :param documents: each with the remote id of its party.
        """
        standing: dict[Any, Standing | None] = {}
        stale = []
        for document, party in documents:
            if self._is_fresh(document):
                standing[document.id] = Standing(document.due_cents or 0, document.scheduled_cents or 0)
            else:
                stale.append((document, party))
        if stale:
            seen = self._sweep(reads, stale)
            for document, party in stale:
                there = seen.get(document.remote_id or "") or reads.one(self._record_type, document.remote_id or "")
                standing[document.id] = None if there is None else _standing(document, party, there)
        return standing

    def _is_fresh(self, document: Document) -> bool:
        read = self._read.get(document.remote_id or "")
        if document.read_at is None or read is None:
            return False
        age = self._domain.clock.now() - document.read_at
        return timedelta(0) <= age < FRESH and self._domain.clock.monotonic() - read < FRESH.total_seconds()

    def _sweep(self, reads: Reads, stale: Sequence[tuple[Document, str]]) -> dict[str, R]:
        wanted = {document.remote_id for document, _ in stale}
        made = [document.remote_created_at or document.created_at for document, _ in stale]
        first, last = min(made) - timedelta(seconds=1), max(made)
        found: dict[str, R] = {}
        vain = 0
        asked = self._moment()
        began = self._domain.clock.monotonic()
        for page in reads.pages(self._record_type, filters=[since("created_time", first)], sort=[Sort("created_time")]):
            self._note(page.records, *asked)
            asked = self._moment()
            found.update({r.id: r for r in page.records if r.id in wanted and r.id is not None})
            vain += not any(_due(record) for record in page.records)
            newest = page.records[-1].created_time if page.records else None
            left = len(wanted) - len(found)
            # What is left costs fewer calls one by one where nothing but paid documents lies before it, and less time
            # where pages are slow: no claim believes a look that took too long, however often it is repeated.
            is_slow = self._domain.clock.monotonic() - began > left * A_READ.total_seconds() / 2
            if left <= vain or is_slow or (newest is not None and newest > last):
                break
        return found

    def _moment(self) -> tuple[datetime, float]:
        return self._domain.clock.now(), self._domain.clock.monotonic()

    def _note(self, records: Iterable[R], now: datetime, moment: float) -> None:
        """Write which of our documents were read as they are, all of one page at once.

        :param now: when it was asked for, by the clock that all share.
        :param moment: the same by the process's own.
        """
        by_id = {record.id: record for record in records}
        with self._domain.store.read() as rows:
            ours = rows.all(
                select(Document.id, Document.remote_id).where(
                    Document.organization_id == self._domain.organization_id,
                    Document.kind == self._record_type.__name__.lower(),
                    Document.remote_id.in_(list(by_id)),
                )
            )
        if not ours:
            return
        noted = [_noted(row, by_id[remote], now) for row, remote in ours]
        with self._domain.store.write() as rows:
            rows.execute(_NOTE, sorted(noted, key=lambda each: each["row"]))
        self._remember([remote for _, remote in ours], moment)

    def _remember(self, remote_ids: Iterable[str], moment: float) -> None:
        """Remember when documents were read; what is too old to be believed is forgotten."""
        young = {each: at for each, at in self._read.items() if moment - at < FRESH.total_seconds()}
        self._read = {**young, **dict.fromkeys(remote_ids, moment)}


def _noted(row: Any, record: Invoice | Bill, now: datetime) -> dict[str, Any]:  # noqa: ANN401
    # Approval and party are looked at in the document's own batch; a doubtful one must be read again there.
    is_plain = record.is_active == ACTIVE and getattr(record, "approval_status", None) != "5"
    return {
        "row": row,
        "amount": _cents(record.amount),
        "due": _due(record),
        "planned": _cents(record.scheduled_amount),
        "read": now if is_plain else None,
    }


def _standing(document: Document, party_remote_id: str, record: Invoice | Bill) -> Standing:
    problem = None
    owner = record.customer_id if isinstance(record, Invoice) else record.vendor_id
    if record.is_active != ACTIVE:
        problem = "it was deleted at Bill.com"
    elif owner != party_remote_id:
        problem = "it belongs to another party at Bill.com"
    elif _cents(record.amount) != document.cents:
        problem = f"its amount at Bill.com is {record.amount}"
    elif isinstance(record, Bill) and record.approval_status == "5":
        problem = "it was denied at Bill.com"
    return Standing(_due(record), _cents(record.scheduled_amount), problem)


def _due(record: Invoice | Bill) -> int:
    return _cents(record.amount_due if isinstance(record, Invoice) else record.due_amount)


def _cents(amount: Any) -> int:  # noqa: ANN401 - Decimal or None
    return 0 if amount is None else to_cents(amount)
