"""The documents of new settlements and the operations that make them: one invoice, and a bill from each seller.

A seller whose lines leave him nothing gets no bill. A document whose party is not at Bill.com yet waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from flask_billcom.clock import Clock
from flask_billcom.engine.operations import Plan, lane_of_document, lane_of_party, plan
from flask_billcom.marketplace.counterparties.known import Known, KnownParties, chunks
from flask_billcom.marketplace.numbers import document_number, is_hashed
from flask_billcom.marketplace.shop.freezing import FrozenSale, PartyKey
from flask_billcom.models import Document
from flask_billcom.models.parties import Role
from flask_billcom.settings import Settings
from flask_billcom.store import Rows

INVOICE, BILL = "invoice", "bill"
AWAITING_PARTY = "awaiting_party"
CREATE_PARTY = {Role.CUSTOMER: "create_customer", Role.VENDOR: "create_vendor"}
CREATE_DOCUMENT = {INVOICE: "create_invoice", BILL: "create_bill"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to be made.

    :param seller: which seller of the sale, counted from one; None for the invoice.
    """

    id: UUID
    kind: str
    sale: FrozenSale
    settlement_id: UUID
    party: PartyKey
    cents: int
    seller: int | None
    number: str


def papers_of(settings: Settings, clock: Clock, sale: FrozenSale, settlement_id: UUID) -> Iterator[Paper]:
    """Yield the documents of a sale."""

    def paper(kind: str, party: PartyKey, cents: int, seller: int | None) -> Paper:
        number = document_number(settings.number_prefix, sale.reference, seller)
        return Paper(clock.new_id(), kind, sale, settlement_id, party, cents, seller, number)

    yield paper(INVOICE, sale.buyer, sale.gross_cents, None)
    for place, (key, net) in enumerate(sale.net_by_seller().items(), start=1):
        if net:
            yield paper(BILL, key, net, place)


def write_papers(rows: Rows, clock: Clock, settings: Settings, papers: Sequence[Paper], parties: KnownParties) -> None:
    """Insert documents and plan the operations that make them, and their parties, at Bill.com."""
    papers = _with_free_numbers(rows, settings, papers)
    today = clock.now().astimezone(settings.zone).date()
    dates = {"document_date": today, "due_date": today + timedelta(days=settings.due_days)}
    rows.insert(Document, [_row(clock, settings, paper, parties[paper.party]) | dates for paper in papers])
    plan(rows, clock, settings.organization_id, _plans(papers, parties), linger_s=settings.linger_s)


def plan_party(role: Role, party: Known) -> Plan:
    """Return the operation that creates a party at Bill.com."""
    return Plan(CREATE_PARTY[role], "party", party.id, lane_of_party(party.id), party.id.hex)


def _plans(papers: Sequence[Paper], parties: KnownParties) -> Iterator[Plan]:
    for key in dict.fromkeys(key for paper in papers for key in sorted(paper.sale.parties())):
        if parties[key].remote_id is None:
            yield plan_party(key.role, parties[key])
    for paper in papers:
        yield Plan(
            CREATE_DOCUMENT[paper.kind],
            "document",
            paper.id,
            lane_of_document(paper.id),
            paper.number,
            amount_cents=paper.cents,
            parked=AWAITING_PARTY if parties[paper.party].remote_id is None else None,
        )


def _row(clock: Clock, settings: Settings, paper: Paper, party: Known) -> dict[str, Any]:
    now = clock.now()
    at_once = paper.kind == BILL and settings.release == "on_settlement"
    return {
        "id": paper.id,
        "organization_id": settings.organization_id,
        "kind": paper.kind,
        "number": paper.number,
        "origin_type": "settlement",
        "origin_id": paper.settlement_id,
        "party_id": party.id,
        "cents": paper.cents,
        "currency": paper.sale.currency,
        "collection": (paper.sale.collect or settings.collect) if paper.kind == INVOICE else None,
        "status": "planned",
        "release_after": now + timedelta(days=settings.hold_days) if at_once else None,
        "created_at": now,
    }


def _with_free_numbers(rows: Rows, settings: Settings, papers: Sequence[Paper]) -> Sequence[Paper]:
    """Give another number to documents whose hash is, by chance, that of another reference.

    Ten base-32 characters make that rare (one in a million among 50,000 long references), but it would be final.
    """
    taken: set[tuple[str, str]] = set()
    free = list(papers)
    for attempt in range(1, 10):
        hashed = [each for each in free if is_hashed(each.number, settings.number_prefix, each.sale.reference)]
        if not hashed:
            break
        taken |= _taken(rows, settings.organization_id, hashed)
        clashing = {each.id for each in hashed if (each.kind, each.number) in taken}
        if not clashing:
            break
        free = [_renumbered(settings, each, attempt) if each.id in clashing else each for each in free]
    return free


def _taken(rows: Rows, organization_id: str, papers: Iterable[Paper]) -> set[tuple[str, str]]:
    taken: set[tuple[str, str]] = set()
    for part in chunks(sorted({paper.number for paper in papers})):
        found = rows.all(
            select(Document.kind, Document.number).where(
                Document.organization_id == organization_id,
                Document.kind.in_((INVOICE, BILL)),
                Document.number.in_(part),
            )
        )
        taken |= {(kind, number) for kind, number in found}
    return taken


def _renumbered(settings: Settings, paper: Paper, attempt: int) -> Paper:
    number = document_number(settings.number_prefix, paper.sale.reference, paper.seller, attempt=attempt)
    return replace(paper, number=number)
