"""Refunds that are not carried out yet, each with its reason: for the doctor, the status, and cents that lie idle.

A debt that is still to be taken off a bill that is paid again waits in the same way, and is listed with them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from flask_billcom.models import Adjustment, AdjustmentPart, Document, Settlement
from flask_billcom.store import Rows

from .facts import DONE, Facts, facts_of, open_cents, open_documents
from .stages import Wait, stage_of

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

NEXT_TICK = "the next tick goes on with it"
PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRefund:
    """A refund that has still to reach a document.

    :param sale: reference of the sale; empty for the bill of a bonus that is of none.
    :param refund: its own reference.
    :param number: of the document.
    :param cents: by how much the document is still to be lowered.
    :param needs_person: whether it goes on only after a person has decided.
    :param since: when it was asked for.
    """

    sale: str
    refund: str
    number: str
    cents: int
    reason: str
    needs_person: bool
    since: datetime


def waiting(domain: Domain) -> Iterator[WaitingRefund]:
    """Yield what refunds have still to do, in pages of short read transactions."""
    after: UUID | None = None
    while True:
        with domain.store.read() as rows:
            ids = open_documents(rows, domain.organization_id, after=after, limit=PAGE)
            found = list(_of_page(rows, ids)) if ids else []
        yield from found
        if len(ids) < PAGE:
            return
        after = ids[-1]


def reasons_of(rows: Rows, organization_id: str, document_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return why refunds have not reached some documents yet; documents that none has to reach are left out."""
    found: list[UUID] = rows.all(
        select(AdjustmentPart.document_id)
        .where(
            AdjustmentPart.organization_id == organization_id,
            AdjustmentPart.state != DONE,
            AdjustmentPart.document_id.in_(sorted(document_ids)),
        )
        .distinct()
    )
    return {each: _wait_of(facts).reason for each, facts in facts_of(rows, found).items()} if found else {}


def count_waiting(rows: Rows, organization_id: str) -> int:
    """Return how many refunds are not carried out yet."""
    counted = select(func.count(AdjustmentPart.adjustment_id.distinct()))
    return int(
        rows.first(counted.where(AdjustmentPart.organization_id == organization_id, AdjustmentPart.state != DONE))
    )


def _of_page(rows: Rows, ids: Collection[UUID]) -> Iterator[WaitingRefund]:
    by_document = facts_of(rows, ids)
    parts = [part for facts in by_document.values() for part in facts.parts]
    names = _names(rows, parts)
    for part in parts:
        facts = by_document[part.document_id]
        wait = _wait_of(facts)
        sale, refund = names[part.adjustment_id]
        yield WaitingRefund(
            sale=sale,
            refund=refund,
            number=facts.document.number,
            cents=open_cents(part),
            reason=wait.reason,
            needs_person=wait.needs_person,
            since=part.created_at,
        )


def _names(rows: Rows, parts: Collection[AdjustmentPart]) -> dict[UUID, tuple[str, str]]:
    """Return the references of the sale and of the adjustment itself, by adjustment."""
    found = rows.all(
        select(Adjustment.id, Adjustment.reference, Settlement.reference.label("sale"))
        .outerjoin(Document, (Adjustment.origin_type == "document") & (Document.id == Adjustment.origin_id))
        .outerjoin(Settlement, Settlement.id.in_((Adjustment.origin_id, Document.origin_id)))
        .where(Adjustment.id.in_(sorted({part.adjustment_id for part in parts})))
    )
    return {row.id: (row.sale or "", row.reference) for row in found}


def _wait_of(facts: Facts) -> Wait:
    stage = stage_of(facts)
    return stage if isinstance(stage, Wait) else Wait(NEXT_TICK)
