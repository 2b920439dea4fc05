"""What invoices and bills share: a document made once, found by its number.

Every wire line is quantity 1 at an exact price, so that Bill.com multiplies and taxes nothing, and names the account of
`BILLCOM_CHART_OF_ACCOUNTS` that it is for. The number is the natural key; the whole reference of the sale stands in
`poNumber` and in the description as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update

from flask_billcom.api import requests as wire
from flask_billcom.api.envelope import Reply
from flask_billcom.api.query import Sort, since
from flask_billcom.api.records import Bill, Invoice
from flask_billcom.audit import Act, record
from flask_billcom.engine.kinds import Absent, Applied, Finding, Policy, Ready, Refusal, Remote, Rendered, Wait
from flask_billcom.engine.reads import Reads
from flask_billcom.engine.timing import DIFFERENCE_RETRY
from flask_billcom.marketplace import states, strays
from flask_billcom.marketplace.core import DOCUMENT
from flask_billcom.marketplace.refunds import lowering
from flask_billcom.models import Adjustment, Document, Operation, Party, Settlement, SettlementLine
from flask_billcom.money import to_cents
from flask_billcom.store import Rows

from .base import BULK, BaseKind, as_they_stand, by_operation, digest_of, earliest_attempt, parse_created

AWAITING_PARTY, DIFFERENCE = "awaiting_party", "difference"
ADJUSTMENT = "adjustment"
CONFIRM = "flask billcom parties confirm"
"""What says who a party is now."""
PO_NUMBER = 40
"""Longest `poNumber`: https://support.bill.com/hc/en-us/articles/203692739-Importing-Invoices"""
_WITH_ORIGINS = (
    select(Document, Party, Settlement.reference, Adjustment)
    .join(Party, Party.id == Document.party_id)
    .outerjoin(Adjustment, (Document.origin_type == ADJUSTMENT) & (Adjustment.id == Document.origin_id))
    .outerjoin(Settlement, Settlement.id == func.coalesce(Adjustment.origin_id, Document.origin_id))
    .where(Document.id.in_(bindparam("ids", expanding=True)))
)
_LINES = (
    select(SettlementLine)
    .where(SettlementLine.settlement_id.in_(bindparam("sales", expanding=True)))
    .order_by(SettlementLine.settlement_id, SettlementLine.position)
)
_AS_KNOWN = select(Party.id, Party.remote_id, Party.is_active, Party.merged_into).where(
    Party.id.in_(bindparam("ids", expanding=True))
)
_THESE = select(Document).where(Document.id.in_(bindparam("ids", expanding=True))).order_by(Document.id)
_OPENED = (
    update(DOCUMENT)
    .where(DOCUMENT.c.id == bindparam("row"), DOCUMENT.c.status == "planned")
    .values(
        remote_id=bindparam("remote"),
        remote_created_at=bindparam("made"),
        status="open",
        due_cents=DOCUMENT.c.cents,
        scheduled_cents=0,
    )
)


@dataclass(frozen=True, slots=True)
class WireLine:
    """One line of a document as it is sent.

    :param account: chart-of-account id, or None.
    """

    cents: int
    description: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A document with everything that its wire form needs, in cents."""

    document: Document
    party_remote_id: str
    reference: str
    lines: Sequence[WireLine]
    problem: str | None = None
    """Why nothing is made for this party."""
    title: str = ""
    """What the document is for."""


class DocumentKind(BaseKind):
    """What invoices and bills share."""

    batch_size = BULK
    policy = Policy(Absent.RESEND, resends=2, fenced=True)
    record_type: type[Invoice | Bill]
    event: str

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.endpoint = f"Bulk/Crud/Create/{cls.record_type.__name__}"

    # -- sending -------------------------------------------------------------------------------------------------

    def render(self, rows: Rows, operations: Sequence[Operation]) -> Sequence[Rendered]:
        """Return each document as frozen at settlement, once its party is known to Bill.com."""
        drafts = self._drafts(rows, operations)
        sort = self.record_type.__name__.lower()
        there = strays.known(rows, self.organization_id, sort, [operation.natural_key for operation in operations])
        return [
            Wait(operation, DIFFERENCE, there[operation.natural_key].as_evidence(), again=DIFFERENCE_RETRY)
            if operation.natural_key in there
            else self._ready(operation, drafts[operation.subject_id])
            for operation in operations
        ]

    def _ready(self, operation: Operation, draft: Draft | None) -> Rendered:
        if draft is None:
            return Wait(operation, AWAITING_PARTY)
        if draft.problem is not None:
            evidence = {"number": draft.document.number, "difference": draft.problem, "resolve": CONFIRM}
            return Wait(operation, DIFFERENCE, evidence, again=DIFFERENCE_RETRY)
        document = draft.document
        digest = digest_of(
            self.organization_id,
            self.name,
            document.number,
            draft.party_remote_id,
            [line.cents for line in draft.lines],
            document.document_date,
            document.due_date,
            document.currency,
        )
        return Ready(operation, draft, digest, echo=document.number)

    def _drafts(self, rows: Rows, operations: Sequence[Operation]) -> dict[UUID, Draft | None]:
        return self.drafts(rows, [operation.subject_id for operation in operations])

    def drafts(self, rows: Rows, document_ids: Sequence[UUID], *, planned: bool = False) -> dict[UUID, Draft | None]:
        """Return documents with their lines as they stand now; None while the party is not known to Bill.com.

        :param planned: whether lines are to be as they are after what is about to be sent.
        """
        found = rows.all(_WITH_ORIGINS, {"ids": list(document_ids)})
        of_sales = [document for document, _, _, adjustment in found if adjustment is None]
        lines = self._lines(rows, of_sales, planned=planned)
        less = lowering.planned_cents(rows, document_ids) if planned else {}
        drafts: dict[UUID, Draft | None] = {}
        for document, party, sale, adjustment in found:
            if party.remote_id is None:
                drafts[document.id] = None
                continue
            reference = sale or adjustment.reference
            title = f"Order {sale}" if adjustment is None else title_of(adjustment, sale)
            left = document.cents - less.get(document.id, 0)
            own = [*lines.get(document.id, ())]
            more = left - sum(line.cents for line in own)
            if not own or more > 0:
                # A bill of an adjustment has one line of its own; one that was paid too much has one for that.
                own.append(WireLine(more, title, self.account_of_adjustments()))
            drafts[document.id] = Draft(document, party.remote_id, reference, own, _problem(party), title)
        return drafts

    def _lines(self, rows: Rows, documents: Sequence[Document], *, planned: bool = False) -> dict[UUID, list[WireLine]]:
        settled = rows.all(_LINES, {"sales": sorted({document.origin_id for document in documents})})
        by_sale: dict[UUID, list[SettlementLine]] = {}
        for line in settled:
            by_sale.setdefault(line.settlement_id, []).append(line)
        lowered = lowering.lowerings(rows, [document.id for document in documents], planned=planned)
        return {
            document.id: self._own_lines(
                document, lowering.lines_left(document, by_sale[document.origin_id], lowered.get(document.id, ()))
            )
            for document in documents
        }

    def _own_lines(self, document: Document, lines: Sequence[SettlementLine]) -> list[WireLine]:
        return [
            wire_line
            for line in lines
            if self.belongs(line, document) and self.cents_of(line) != 0
            for wire_line in self.wire_lines(line)
        ]

    def account_of_adjustments(self) -> str | None:
        """Return the chart-of-account id for the line of an adjustment's document, or None."""
        return None

    def belongs(self, line: SettlementLine, document: Document) -> bool:
        """Return whether a line of the sale stands on a document."""
        raise NotImplementedError

    def cents_of(self, line: SettlementLine) -> int:
        """Return what a line of the sale comes to on this kind of document."""
        raise NotImplementedError

    def wire_lines(self, line: SettlementLine) -> Sequence[WireLine]:
        """Return how a line of the sale is written on this kind of document; together they come to its cents."""
        raise NotImplementedError

    def record_of(self, draft: Draft) -> Invoice | Bill:
        """Return the wire form of a draft."""
        raise NotImplementedError

    def gate(self, rows: Rows, ready: Sequence[Ready], now: datetime) -> Sequence[Ready]:  # noqa: ARG002
        """Return those whose party is still the one that they name: a person may have said meanwhile who it is."""
        parties = {item.payload.document.party_id for item in ready}
        current = {row.id: row for row in rows.all(_AS_KNOWN, {"ids": sorted(parties)})}
        return [item for item in ready if _is_for(item.payload, current[item.payload.document.party_id])]

    def reserved(self, rows: Rows, operations: Sequence[Operation]) -> None:
        """Refuse to make what was taken back meanwhile, and make the rest as it stands; nothing has to be reserved."""
        ids = [operation.subject_id for operation in operations]
        as_they_stand(rows, operations, rows.all(_THESE, {"ids": ids}))

    def request(self, ready: Sequence[Ready], now: datetime) -> wire.Call:  # noqa: ARG002
        """Return one bulk call."""
        return wire.bulk_create([self.record_of(item.payload) for item in ready])

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:
        """Return what the answer says at each place; each must repeat its number and its amount."""
        parsed = parse_created(reply, ready, self.record_type, lambda obj: obj.get("invoiceNumber"))
        return [
            None if isinstance(result, Remote) and not self._is_same(item.payload, result.record) else result
            for item, result in zip(ready, parsed, strict=True)
        ]

    # -- reading back --------------------------------------------------------------------------------------------

    def find(self, reads: Reads, operations: Sequence[Operation]) -> Mapping[UUID, Finding]:
        """Return what carries our numbers among everything made since our first attempt."""
        with self.domain.store.read() as rows:
            drafts = {d.document.number: d for d in self._drafts(rows, operations).values() if d is not None}
        wanted = {operation.natural_key: operation.id for operation in operations}
        found: dict[UUID, dict[str, Remote]] = {operation.id: {} for operation in operations}
        equal: dict[str, bool] = {}
        server_date = None
        start = earliest_attempt(operations)
        since_then = [since("created_time", start)]
        for page in reads.pages(self.record_type, filters=since_then, sort=[Sort("created_time")], nested=True):
            server_date = page.server_date
            for there in page.records:
                row = wanted.get(there.invoice_number)
                if row is not None and there.id is not None:
                    gone = strays.is_gone(there)
                    found[row][there.id] = Remote(there.id, there, there.created_time, gone=gone)
                    draft = drafts.get(there.invoice_number)
                    is_active = there.is_active == strays.ACTIVE
                    equal[there.id] = is_active and draft is not None and self._is_same(draft, there)
        return {
            row: Finding(list(matches.values()), [equal[remote_id] for remote_id in matches], server_date, since=start)
            for row, matches in found.items()
        }

    def _is_same(self, draft: Draft, there: Invoice | Bill) -> bool:
        return (
            self.party_of(there) == draft.party_remote_id
            and there.amount is not None
            and to_cents(there.amount) == draft.document.cents
        )

    def party_of(self, there: Any) -> str:  # noqa: ANN401 - of the kind's record type
        """Return the party that a document at Bill.com names."""
        raise NotImplementedError

    # -- recording -----------------------------------------------------------------------------------------------

    def apply(self, rows: Rows, applied: Sequence[Applied]) -> None:
        """Open the documents and plan what comes next."""
        now = self.domain.clock.now()
        done = by_operation(applied)
        rows.execute(
            _OPENED,
            [{"row": row, "remote": a.remote.remote_id, "made": a.remote.created} for row, a in done.items()],
        )
        documents = rows.all(_THESE, {"ids": list(done)})
        self.follow_up(rows, documents, now)
        states.refresh(rows, self.organization_id, sorted({document.origin_id for document in documents}))
        record(
            rows,
            self.domain.clock,
            self.organization_id,
            [
                Act(self.event, "document", d.id, {"number": d.number, "cents": d.cents, "remote_id": d.remote_id})
                for d in documents
            ],
        )

    def follow_up(self, rows: Rows, documents: Sequence[Document], now: datetime) -> None:
        """Plan what comes after documents of this kind exist."""
        raise NotImplementedError


def title_of(adjustment: Adjustment, sale: str | None) -> str:
    """Return what stands on the document of an adjustment: its kind, its reference, and that of its sale if any.

    The reason is the marketplace's own and stays here.
    """
    title = f"{adjustment.kind.replace('_', ' ').capitalize()} {adjustment.reference}"
    return title if sale is None else f"{title}, order {sale}"


def _is_for(draft: Draft, party: Any) -> bool:  # noqa: ANN401 - a row of `_AS_KNOWN`
    return bool(party.remote_id == draft.party_remote_id and party.is_active and party.merged_into is None)


def _problem(party: Party) -> str | None:
    if party.merged_into is not None:
        return f"the {party.role} was merged into {party.merged_into} at Bill.com"
    return None if party.is_active else f"the {party.role} is not active at Bill.com"
