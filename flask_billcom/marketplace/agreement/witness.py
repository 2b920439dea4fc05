"""The server as witness: has this database forgotten something?

    newest invoices and bills with our prefix, and parties with our key, made after the newest that we know
        row with an id, or an operation under way    as it should be
        planned, and sent before                     proved absent, and there after all: looked up again
        no row, or planned and never sent            made by a lost timeline: everything stops

Documents are looked at before the first change of a process, and at least every ten minutes while there is anything to
send; customers and vendors before they are made, as often, and once a day where none is. The database was restored from
a backup then, and would make documents a second time, or a seller without his bank account. Nothing is sent until a
person has reconciled: `flask billcom books reconcile --resume`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from flask_billcom.api.query import Filter, Sort, since
from flask_billcom.engine.operations import kinds_due
from flask_billcom.marketplace import holds, strays
from flask_billcom.marketplace.context import Domain
from flask_billcom.marketplace.strays import RESTORED, Stray
from flask_billcom.models import Document, Operation, OperationState
from flask_billcom.store import Rows

EVERY = timedelta(minutes=10)
DOCUMENTS = ("invoice", "bill")


class Witness:
    """Compares the newest documents, or customers or vendors, at Bill.com with our rows."""

    def __init__(self, domain: Domain, sorts: Sequence[str] = DOCUMENTS) -> None:
        self._domain = domain
        self._sorts = sorts
        self._looked: float | None = None
        """Monotonic: a jump of the clock must not put the next look off."""

    def look(self) -> None:
        """Look, if anything is about to be sent and the last look is ten minutes old."""
        now = self._domain.clock.monotonic()
        if self._looked is not None and now - self._looked < EVERY.total_seconds():
            return
        if self._is_anything_planned():
            self.look_now()

    def look_now(self) -> None:
        """Look, whatever is about to be sent."""
        now = self._domain.clock.monotonic()
        unknown = [each for sort in self._sorts for each in self._unknown(sort)]
        if unknown:
            self._stop(unknown)
        self._looked = now

    def _is_anything_planned(self) -> bool:
        until = self._domain.clock.now() + timedelta(seconds=self._domain.settings.linger_s)
        with self._domain.store.read() as rows:
            return bool(kinds_due(rows, self._domain.organization_id, until))

    def _unknown(self, sort: str) -> list[Stray]:
        """Return what carries our prefix and was made by none of our rows, and is not remembered as that."""
        domain = self._domain
        newest = self._newest(sort)
        filters: list[Filter] = [] if newest is None else [since("created_time", newest)]
        page = domain.reads.page(strays.SORTS[sort], filters=filters, sort=[Sort("created_time", descending=True)])
        found = list(strays.of_page(sort, domain.settings.number_prefix, page.records))
        with domain.store.write() as rows:
            compared = strays.sort_out(rows, domain.organization_id, domain.settings.number_prefix, found)
            look_again(rows, domain, compared.again)
            remembered = strays.known(rows, domain.organization_id, sort, [each.key for each in compared.strays])
        return [each for each in compared.strays if each.key not in remembered]

    def _newest(self, sort: str) -> datetime | None:
        of_documents = select(func.max(Document.remote_created_at)).where(
            Document.organization_id == self._domain.organization_id, Document.kind == sort
        )
        # A party's row keeps no such time. Bill.com's own when it was asked for is no later.
        of_parties = select(func.max(Operation.first_sent_at)).where(
            Operation.organization_id == self._domain.organization_id, Operation.kind == f"create_{sort}"
        )
        with self._domain.store.read() as rows:
            found: datetime | None = rows.first(of_documents if sort in DOCUMENTS else of_parties)
        return found

    def _stop(self, unknown: list[Stray]) -> None:
        domain = self._domain
        with domain.store.write() as rows:
            strays.note(rows, domain.clock, domain.organization_id, unknown)
            holds.place(
                rows,
                domain.clock,
                domain.organization_id,
                holds.EVERYTHING,
                reason=f"{len(unknown)} {RESTORED}"[:200],
                actor="engine",
            )


def look_again(rows: Rows, domain: Domain, operation_ids: Sequence[UUID]) -> None:
    """Have planned operations looked up whose effect is there after all; the read-back decides whether it is theirs."""
    if not operation_ids:
        return
    now = domain.clock.now()
    rows.change(
        update(Operation)
        .where(Operation.id.in_(sorted(operation_ids)), Operation.state == OperationState.PLANNED)
        .values(
            state=OperationState.UNKNOWN,
            unknown_since=now,
            check_after=now,
            absent_after=now + timedelta(seconds=domain.settings.landing_s + domain.settings.list_lag_s),
            answered=False,
            parked=None,
        )
    )
