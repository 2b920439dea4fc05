"""The server as witness: has this database forgotten something?

Before the first change of a process, and at least every ten minutes, the newest invoices and bills are read. One that
carries our prefix, is newer than everything we know, and has no row here was made by a lost timeline: the database was
restored from a backup. Then nothing is sent until a person has reconciled.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from flask_billcom.api.query import Filter, Sort, since
from flask_billcom.api.records import Bill, Invoice
from flask_billcom.models import Document, Operation, OperationState

from . import holds
from .context import Domain

EVERY = timedelta(minutes=10)
RESTORED = (
    "documents at Bill.com that this database does not know: was it restored? Run `flask billcom books reconcile`"
)


class Witness:
    """Compares the newest documents at Bill.com with our rows."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._looked: datetime | None = None

    def look(self) -> None:
        """Look, if anything is about to be sent and the last look is ten minutes old."""
        now = self._domain.clock.now()
        if self._looked is not None and now - self._looked < EVERY:
            return
        if not self._is_anything_planned(now):
            return
        unknown = [*self._unknown(Invoice), *self._unknown(Bill)]
        if unknown:
            self._stop(unknown)
        self._looked = now

    def _is_anything_planned(self, now: datetime) -> bool:
        with self._domain.store.read() as rows:
            found = rows.first(
                select(Operation.id)
                .where(
                    Operation.organization_id == self._domain.organization_id,
                    Operation.state == OperationState.PLANNED,
                    Operation.parked.is_(None),
                    Operation.not_before <= now + timedelta(seconds=self._domain.settings.linger_s),
                )
                .limit(1)
            )
        return found is not None

    def _unknown(self, record_type: type[Invoice | Bill]) -> list[str]:
        """Return the numbers with our prefix that no row of ours has."""
        newest = self._newest(record_type)
        filters: list[Filter] = [] if newest is None else [since("created_time", newest)]
        page = self._domain.reads.page(record_type, filters=filters, sort=[Sort("created_time", descending=True)])
        prefix = self._domain.settings.number_prefix
        numbers = {r.invoice_number for r in page.records if r.invoice_number.startswith(prefix)}
        with self._domain.store.read() as rows:
            known = rows.all(
                select(Document.number).where(
                    Document.organization_id == self._domain.organization_id,
                    Document.kind == record_type.__name__.lower(),
                    Document.number.in_(sorted(numbers)),
                )
            )
        return sorted(numbers.difference(known))

    def _newest(self, record_type: type[Invoice | Bill]) -> datetime | None:
        with self._domain.store.read() as rows:
            found: datetime | None = rows.first(
                select(func.max(Document.remote_created_at)).where(
                    Document.organization_id == self._domain.organization_id,
                    Document.kind == record_type.__name__.lower(),
                )
            )
        return found

    def _stop(self, numbers: list[str]) -> None:
        domain = self._domain
        with domain.store.write() as rows:
            holds.place(
                rows,
                domain.clock,
                domain.organization_id,
                holds.EVERYTHING,
                reason=f"{len(numbers)} {RESTORED}"[:200],
                actor="engine",
            )
