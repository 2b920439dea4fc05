"""settle(): the rows of a sale, inside the app's transaction.

    order --freeze()--> sale --+-- known already --> compare --> the same settlement, or AlreadySettled
                               |
                               `-- new --> parties, settlement, lines, documents, operations, ledger, audit

Only rows are added: nothing is committed and nothing is sent. What a unique constraint may know already is inserted
with ON CONFLICT DO NOTHING and read back; who finds his own settlement there writes the rest, so two requests at once
leave one set of rows. Parties and settlements are inserted in sorted order, so that two transactions do not wait in a
ring.

All statements work on many sales at once; one order is the case of many with one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.errors import AlreadySettled, BillcomError, InvalidSale, MappingError
from flask_billcom.ledger import Account, Leg, Posting, post
from flask_billcom.marketplace.counterparties.known import KnownParties, chunks
from flask_billcom.marketplace.moment import Moment
from flask_billcom.marketplace.shop.freezing import FrozenSale, freeze
from flask_billcom.marketplace.shop.identity import session_of
from flask_billcom.marketplace.shop.mapping import Registry
from flask_billcom.models import Settlement, SettlementLine, SettlementState
from flask_billcom.settings import Settings
from flask_billcom.store import Rows

from .papers import papers_of, write_papers
from .snapshots import SettlementSnapshot
from .stored import StoredSale, content_of, find_stored

APP = "app"
"""Who settles, in the audit trail: the app itself."""


@dataclass(frozen=True, slots=True)
class Shop:
    """The marketplace that settles: its functions, settings and clock."""

    registry: Registry
    settings: Settings
    clock: Clock


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one order in settle_many: a settlement or an error, never both."""

    order: Any
    settlement: SettlementSnapshot | None = None
    error: BillcomError | None = None


def settle(shop: Shop, rows: Rows, session: Session, order: object) -> SettlementSnapshot:
    """Return the settlement of an order, after adding its rows where there is none yet.

    :param rows: our rows inside the transaction of the app's session.
    :raises MappingError: the order, its buyer or a seller is not mapped, or the app's function raised.
    :raises InvalidSale: the sale cannot be settled as it stands.
    :raises AlreadySettled: its reference was settled with another buyer, line or cent.
    """
    (result,) = settle_many(shop, rows, session, [order])
    if result.settlement is None:
        assert result.error is not None
        raise result.error
    return result.settlement


def settle_many(shop: Shop, rows: Rows, session: Session, orders: Iterable[object]) -> list[Settled]:
    """Return what became of each order, in their order; one that fails leaves the others alone."""
    shop = replace(shop, clock=Moment(shop.clock))
    everyone = [(order, _frozen(shop.registry, session, order)) for order in orders]
    sales = [each for _, each in everyone if isinstance(each, FrozenSale)]
    organization_id = shop.settings.organization_id
    parties = KnownParties(rows, shop.clock, organization_id)
    parties.find({key for sale in sales for key in sale.parties()})
    stored = find_stored(rows, organization_id, {sale.reference for sale in sales})
    everyone = [(order, _fitting(shop.settings, stored, each)) for order, each in everyone]
    fresh: dict[str, FrozenSale] = {}
    for _, sale in everyone:
        if isinstance(sale, FrozenSale) and sale.reference not in stored:
            fresh.setdefault(sale.reference, sale)
    if fresh:
        stored |= _add(shop, rows, parties, list(fresh.values()))
    return [
        Settled(order, error=each)
        if isinstance(each, BillcomError)
        else _compared(order, each, stored[each.reference], parties)
        for order, each in everyone
    ]


def _frozen(registry: Registry, session: Session, order: object) -> FrozenSale | BillcomError:
    try:
        if session_of(order) not in {None, session}:
            raise MappingError(f"this {type(order).__name__} is in another session; settle it in its own")
        return freeze(registry, session, order)
    except BillcomError as error:
        return error


def _fitting(
    settings: Settings, stored: Mapping[str, StoredSale], each: FrozenSale | BillcomError
) -> FrozenSale | BillcomError:
    """Return a sale, or why Bill.com would not take the documents of a new one."""
    if settings.max_lines is None or isinstance(each, BillcomError) or each.reference in stored:
        return each
    lines = each.most_lines(with_fees="fee" in settings.chart_of_accounts)
    if lines <= settings.max_lines:
        return each
    return InvalidSale(
        f"{each.order.local_type} {each.order.local_id}: one of its documents would have {lines} lines, and "
        f"BILLCOM_MAX_LINES is {settings.max_lines}; describe it by fewer lines"
    )


def _compared(order: object, sale: FrozenSale, stored: StoredSale, parties: KnownParties) -> Settled:
    difference = stored.content.difference(content_of(sale, parties))
    if difference is None:
        return Settled(order, stored.settlement)
    error = AlreadySettled(
        f"sale {sale.reference} was settled on {stored.settlement.settled_at:%Y-%m-%d} with other content: "
        f"{difference}. Settle it unchanged, or use refund(order, ...) to give money back or cancel(order) to undo it; "
        "a new sale needs a new reference"
    )
    return Settled(order, error=error)


# -- rows of new sales -------------------------------------------------------------------------------------------------


def _add(shop: Shop, rows: Rows, parties: KnownParties, fresh: Sequence[FrozenSale]) -> dict[str, StoredSale]:
    """Write sales that were not stored a moment ago, and return all of them as they are stored now."""
    settings = shop.settings
    parties.add({key for sale in fresh for key in sale.parties()})
    offered = {sale.reference: _offer(shop.clock, sale, parties) for sale in fresh}
    in_order = sorted(fresh, key=lambda sale: sale.reference)
    rows.insert_new(Settlement, [_settlement_row(settings, sale, offered[sale.reference]) for sale in in_order])
    ids = _stored_ids(rows, settings.organization_id, list(offered))
    won = [(sale, offered[sale.reference].id) for sale in fresh if ids[sale.reference] == offered[sale.reference].id]
    if won:
        _write(shop, rows, parties, won)
    ours = {sale.reference: StoredSale(offered[sale.reference], content_of(sale, parties)) for sale, _ in won}
    return ours | find_stored(rows, settings.organization_id, offered.keys() - ours.keys())


def _write(shop: Shop, rows: Rows, parties: KnownParties, won: Sequence[tuple[FrozenSale, UUID]]) -> None:
    settings, clock, organization_id = shop.settings, shop.clock, shop.settings.organization_id
    rows.insert(SettlementLine, [row for sale, id_ in won for row in _lines(shop, sale, id_, parties)])
    papers = [paper for sale, id_ in won for paper in papers_of(settings, clock, sale, id_)]
    write_papers(rows, clock, settings, papers, parties)
    post(rows, clock, organization_id, [_posting(sale, id_, parties) for sale, id_ in won])
    record(rows, clock, organization_id, [_act(sale, id_) for sale, id_ in won])


def _stored_ids(rows: Rows, organization_id: str, references: Sequence[str]) -> dict[str, UUID]:
    ids: dict[str, UUID] = {}
    for part in chunks(references):
        found = rows.all(
            select(Settlement.reference, Settlement.id).where(
                Settlement.organization_id == organization_id, Settlement.reference.in_(part)
            )
        )
        ids.update(dict(found))
    return ids


def _offer(clock: Clock, sale: FrozenSale, parties: KnownParties) -> SettlementSnapshot:
    gross, fee, own = sale.gross_cents, sale.fee_cents, sale.own_cents
    return SettlementSnapshot(
        id=clock.new_id(),
        reference=sale.reference,
        state=SettlementState.SETTLED,
        buyer_id=parties[sale.buyer].id,
        currency=sale.currency,
        gross_cents=gross,
        fee_cents=fee,
        own_cents=own,
        net_cents=gross - fee - own,
        settled_at=clock.now(),
    )


def _settlement_row(settings: Settings, sale: FrozenSale, offered: SettlementSnapshot) -> dict[str, Any]:
    return {
        "id": offered.id,
        "organization_id": settings.organization_id,
        "reference": sale.reference,
        "local_type": sale.order.local_type,
        "local_id": sale.order.local_id,
        "buyer_id": offered.buyer_id,
        "state": offered.state,
        "currency": offered.currency,
        "gross_cents": offered.gross_cents,
        "fee_cents": offered.fee_cents,
        "own_cents": offered.own_cents,
        "net_cents": offered.net_cents,
        "release": settings.release,
        "collect": sale.collect or settings.collect,
        "settled_at": offered.settled_at,
    }


def _lines(shop: Shop, sale: FrozenSale, settlement_id: UUID, parties: KnownParties) -> Iterable[dict[str, Any]]:
    for position, line in enumerate(sale.lines, start=1):
        yield {
            "id": shop.clock.new_id(),
            "organization_id": shop.settings.organization_id,
            "settlement_id": settlement_id,
            "position": position,
            "seller_id": None if line.seller is None else parties[line.seller].id,
            "cents": line.cents,
            "fee_cents": line.fee_cents,
            "description": line.description,
            "account": line.account,
        }


def _posting(sale: FrozenSale, settlement_id: UUID, parties: KnownParties) -> Posting:
    """Return what a settlement posts: the buyer owes, the sellers and the marketplace have earned."""
    return Posting(
        [
            Leg(Account.BUYER_RECEIVABLE, sale.gross_cents, parties[sale.buyer].id),
            *(Leg(Account.SELLER_PAYABLE, -net, parties[key].id) for key, net in sale.net_by_seller().items()),
            Leg(Account.FEE_INCOME, -sale.fee_cents),
            Leg(Account.OWN_INCOME, -sale.own_cents),
        ],
        settlement_id=settlement_id,
        currency=sale.currency,
    )


def _act(sale: FrozenSale, settlement_id: UUID) -> Act:
    detail = {"reference": sale.reference, "gross_cents": sale.gross_cents, "lines": len(sale.lines)}
    return Act("settled", "settlement", settlement_id, detail, actor=APP)
