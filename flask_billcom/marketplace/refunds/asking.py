"""refund() and cancel(): the rows of a refund, inside the app's transaction, and the books at once.

    order --lock the settlement's row--> asked before? --yes--> the same refund, or an error that names the difference
                                             | no
           adjustment, its lines, a part for the invoice and for each seller's bill; ledger, audit

The lock is an update that changes nothing, and the first statement: of two refunds of one sale at once, the second sees
what the first one left, on both databases. Nothing is committed and nothing is sent; `carrying` does that.

Acts: refund_requested, cancel_requested.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select, update

from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.engine.decisions import NotPossible
from flask_billcom.engine.operations import lane_of_document
from flask_billcom.ledger import post
from flask_billcom.marketplace.collection.elsewhere import RECORD
from flask_billcom.marketplace.shop.identity import Identity
from flask_billcom.marketplace.tracking.receipts import BOOKED
from flask_billcom.models import (
    LIVE,
    OPEN_LANE,
    Adjustment,
    AdjustmentLine,
    AdjustmentPart,
    Document,
    Operation,
    Payment,
    PaymentPart,
    Settlement,
    SettlementLine,
)
from flask_billcom.money import from_cents
from flask_billcom.settings import Settings
from flask_billcom.store import Rows, written

from . import entries
from .shares import LineLeft, LineShare, net_by_seller, shares_of
from .snapshots import RefundSnapshot, snapshot_of

REFUND, CANCEL = "refund", "cancel"
KINDS = (REFUND, CANCEL)
REQUESTED = "requested"
SETTLEMENT, INVOICE, BILL = "settlement", "invoice", "bill"
CANCELLED_ONCE = "cancel"
"""Reference of a cancelled sale: there is one at most."""
LONGEST_REFERENCE, LONGEST_REASON, LONGEST_NAME = 100, 500, 100
_BACK = (
    select(
        AdjustmentLine.settlement_line_id,
        func.sum(AdjustmentLine.cents).label("cents"),
        func.sum(AdjustmentLine.fee_cents).label("fee"),
    )
    .join(SettlementLine, SettlementLine.id == AdjustmentLine.settlement_line_id)
    .where(SettlementLine.settlement_id == bindparam("sale"))
    .group_by(AdjustmentLine.settlement_line_id)
    .subquery()
)
_LINES_LEFT = (
    select(
        SettlementLine.id,
        SettlementLine.position,
        SettlementLine.seller_id,
        SettlementLine.cents,
        SettlementLine.fee_cents,
        func.coalesce(_BACK.c.cents, 0).label("back"),
        func.coalesce(_BACK.c.fee, 0).label("fee_back"),
    )
    .outerjoin(_BACK, _BACK.c.settlement_line_id == SettlementLine.id)
    .where(SettlementLine.settlement_id == bindparam("sale"))
    .order_by(SettlementLine.position)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for.

    :param cents: how much; None for all that is left.
    :param line: position of the one line that it is of; None for the whole sale.
    :param keep_fee: whether the marketplace keeps its fee; None for what the settings say.
    :raises NotPossible: no amount, or words that are empty or too long.
    """

    kind: str = REFUND
    reference: str
    reason: str
    actor: str
    cents: int | None = None
    line: int | None = None
    keep_fee: bool | None = None

    def __post_init__(self) -> None:
        if self.cents is not None and self.cents <= 0:
            raise NotPossible("the amount of a refund must be above zero")
        for name, text, most in (
            ("reference", self.reference, LONGEST_REFERENCE),
            ("reason", self.reason, LONGEST_REASON),
        ):
            if not isinstance(text, str) or not text.strip() or not text.isprintable() or len(text) > most:
                raise NotPossible(f"the {name} of a refund must be 1 to {most} printable characters")


def lock(rows: Rows, organization_id: str, reference: str, order: Identity) -> Settlement | None:
    """Return a sale, or None, and let everybody else who refunds it wait until the transaction ends."""
    which = (
        Settlement.organization_id == organization_id,
        Settlement.reference == reference,
        Settlement.local_type == order.local_type,
        Settlement.local_id == order.local_id,
    )
    rows.change(update(Settlement).where(*which).values(state=Settlement.state))
    return _fresh(rows, *which)


def locked(rows: Rows, settlement_id: UUID, organization_id: str | None = None) -> Settlement:
    """Return the sale of a row id, locked in the same way.

    :raises NotPossible: there is none.
    """
    which = [Settlement.id == settlement_id]
    if organization_id is not None:
        which.append(Settlement.organization_id == organization_id)
    rows.change(update(Settlement).where(*which).values(state=Settlement.state))
    found = _fresh(rows, *which)
    if found is None:
        raise NotPossible("there is no such settlement")
    return found


def _fresh(rows: Rows, *which: Any) -> Settlement | None:  # noqa: ANN401 - conditions
    found: Settlement | None = rows.first(select(Settlement).where(*which).execution_options(populate_existing=True))
    return found


def ask(
    rows: Rows, clock: Clock, settings: Settings, settlement: Settlement, asked: Asked, *, dry_run: bool = False
) -> RefundSnapshot:
    """Return the refund that is asked for, after adding its rows where it was not asked for before.

    :param settlement: locked, unless nothing is written.
    :param dry_run: whether to write nothing and only say what would be.
    :raises NotPossible: its reference was used for something else, nothing or not so much is left, there is no such
        line, or something was collected of a sale that is to be cancelled.
    """
    before = _find(rows, settlement, asked.reference)
    if before is not None:
        _expect_same(before, asked, settings)
        return snapshot_of(rows, before)
    if asked.kind == CANCEL:
        _expect_uncollected(rows, settlement)
    shares = _shares(rows, settings, settlement, asked)
    row = _row(clock, settlement, asked, shares, keeps_fee=_keeps_fee(asked, settings))
    lines = [_line_row(clock, settlement, row["id"], share) for share in shares]
    if dry_run:
        adjustment = Adjustment(**row)
        return snapshot_of(rows, adjustment, lines=[AdjustmentLine(**line) for line in lines], is_dry_run=True)
    rows.insert(Adjustment, [row])
    rows.insert(AdjustmentLine, lines)
    _write_parts(rows, clock, settlement, row["id"], shares)
    _tell(rows, clock, settlement, row)
    added = _find(rows, settlement, asked.reference)
    assert added is not None
    return snapshot_of(rows, added)


def _keeps_fee(asked: Asked, settings: Settings) -> bool:
    return settings.refund_fee == "keep" if asked.keep_fee is None else asked.keep_fee


# -- asked before ------------------------------------------------------------------------------------------------------


def _find(rows: Rows, settlement: Settlement, reference: str) -> Adjustment | None:
    found: Adjustment | None = rows.first(
        select(Adjustment)
        .where(
            Adjustment.organization_id == settlement.organization_id,
            Adjustment.origin_type == SETTLEMENT,
            Adjustment.origin_id == settlement.id,
            Adjustment.reference == reference,
        )
        .execution_options(populate_existing=True)
    )
    return found


def _expect_same(before: Adjustment, asked: Asked, settings: Settings) -> None:
    for name, there, here in (
        ("kind", before.kind, asked.kind),
        ("line", before.line, asked.line),
        ("amount", _amount(before.cents, whole=before.is_whole), _amount(asked.cents, whole=asked.cents is None)),
        ("rule for the fee", *_fee_rules(before, asked, settings)),
    ):
        if there != here:
            raise NotPossible(
                f"the reference {asked.reference} was used on {before.created_at:%Y-%m-%d} with another {name}: "
                f"{there}, not {here}; ask again unchanged, or take a new reference for another refund"
            )


def _amount(cents: int | None, *, whole: bool) -> str:
    return "all that was left" if whole or cents is None else f"{from_cents(cents)}"


def _fee_rules(before: Adjustment, asked: Asked, settings: Settings) -> tuple[str, str]:
    if before.kind not in KINDS:
        return "", ""
    words = {True: "keep", False: "proportional"}
    # What the settings say may have changed since; only what the caller says counts as another content.
    here = before.keeps_fee if asked.keep_fee is None else _keeps_fee(asked, settings)
    return words[before.keeps_fee], words[here]


# -- what is left ------------------------------------------------------------------------------------------------------


def lines_left(rows: Rows, settlement_id: UUID) -> list[LineLeft]:
    """Return what of each line of a sale was not refunded yet, in order."""
    return [
        LineLeft(row.id, row.position, row.seller_id, row.cents - int(row.back), row.fee_cents - int(row.fee_back))
        for row in rows.all(_LINES_LEFT, {"sale": settlement_id})
    ]


def _shares(rows: Rows, settings: Settings, settlement: Settlement, asked: Asked) -> list[LineShare]:
    lines = lines_left(rows, settlement.id)
    what = f"sale {settlement.reference}"
    if asked.line is not None:
        lines = [line for line in lines if line.position == asked.line]
        what = f"line {asked.line} of {what}"
        if not lines:
            raise NotPossible(f"there is no {what}; lines are counted from one")
    left = sum(line.cents for line in lines)
    if not left:
        raise NotPossible(f"nothing is left to refund of {what}; refunds_of(order) shows what was")
    if asked.cents is not None and asked.cents > left:
        raise NotPossible(f"{from_cents(asked.cents)} is more than the {from_cents(left)} left to refund of {what}")
    lines = [line for line in lines if line.cents]
    return shares_of(lines, left if asked.cents is None else asked.cents, keep_fee=_keeps_fee(asked, settings))


def _expect_uncollected(rows: Rows, settlement: Settlement) -> None:
    invoice = select(Document.id).where(Document.origin_id == settlement.id, Document.kind == INVOICE)
    paid = rows.first(
        select(Payment.status)
        .join(PaymentPart, PaymentPart.payment_id == Payment.id)
        .where(PaymentPart.document_id.in_(invoice), Payment.status.in_(("scheduled", *BOOKED)))
        .limit(1)
    )
    under_way = rows.first(
        select(Operation.kind, Operation.state)
        .where(
            Operation.organization_id == settlement.organization_id,
            Operation.lane.in_([lane_of_document(each) for each in rows.all(invoice)]),
            Operation.kind.in_(("charge", RECORD)),
            Operation.state.in_(written(LIVE)),
            or_(Operation.kind == RECORD, Operation.state.in_(OPEN_LANE)),
        )
        .limit(1)
    )
    if paid is not None or under_way is not None:
        how = f"a payment of it is {paid}" if paid is not None else f"its {under_way.kind} is {under_way.state}"
        raise NotPossible(
            f"sale {settlement.reference} cannot be cancelled: {how}; give the money back with refund(order, ...)"
        )


# -- rows --------------------------------------------------------------------------------------------------------------


def _row(
    clock: Clock, settlement: Settlement, asked: Asked, shares: Sequence[LineShare], *, keeps_fee: bool
) -> dict[str, Any]:
    return {
        "id": clock.new_id(),
        "organization_id": settlement.organization_id,
        "kind": asked.kind,
        "origin_type": SETTLEMENT,
        "origin_id": settlement.id,
        "line": asked.line,
        "party_id": settlement.buyer_id,
        "cents": sum(share.cents for share in shares),
        "fee_cents": sum(share.fee_cents for share in shares),
        "is_whole": asked.cents is None,
        "keeps_fee": keeps_fee,
        "currency": settlement.currency,
        "reference": asked.reference,
        "reason": asked.reason,
        "actor": asked.actor[:LONGEST_NAME],
        "state": REQUESTED,
        "created_at": clock.now(),
    }


def _line_row(clock: Clock, settlement: Settlement, adjustment_id: UUID, share: LineShare) -> dict[str, Any]:
    return {
        "id": clock.new_id(),
        "organization_id": settlement.organization_id,
        "adjustment_id": adjustment_id,
        "settlement_line_id": share.line.id,
        "seller_id": share.line.seller_id,
        "cents": share.cents,
        "fee_cents": share.fee_cents,
    }


def _write_parts(
    rows: Rows, clock: Clock, settlement: Settlement, adjustment_id: UUID, shares: Sequence[LineShare]
) -> None:
    """Add what is to be done to each document, and post what a refund does to the books at once."""
    documents = rows.all(
        select(Document)
        .where(Document.origin_type == SETTLEMENT, Document.origin_id == settlement.id)
        .order_by(Document.id)
    )
    (invoice,) = [document for document in documents if document.kind == INVOICE]
    bills = {document.party_id: document for document in documents if document.kind == BILL}
    nets = net_by_seller(shares)
    total = sum(share.cents for share in shares)
    wanted = [(invoice, total), *((bills[seller], net) for seller, net in nets.items() if net and seller in bills)]
    rows.insert(AdjustmentPart, [_part_row(clock, adjustment_id, document, cents) for document, cents in wanted])
    # Who has no bill, since the fee took all of it, owes at once what he bears.
    unbilled = [(seller, net) for seller, net in nets.items() if net and seller not in bills]
    posting = entries.asked_for(shares, settlement.buyer_id, settlement.id)
    owed = [entries.clawed_back(net, seller, settlement.id) for seller, net in unbilled]
    post(rows, clock, settlement.organization_id, [posting, *owed])


def _part_row(clock: Clock, adjustment_id: UUID, document: Document, cents: int) -> dict[str, Any]:
    return {
        "id": clock.new_id(),
        "organization_id": document.organization_id,
        "adjustment_id": adjustment_id,
        "document_id": document.id,
        "kind": document.kind,
        "generation": 1,
        "cents": cents,
        "state": "open",
        "created_at": clock.now(),
    }


def _tell(rows: Rows, clock: Clock, settlement: Settlement, row: dict[str, Any]) -> None:
    detail = {
        "refund": row["reference"],
        "reference": settlement.reference,
        "cents": row["cents"],
        "fee_cents": row["fee_cents"],
        "reason": row["reason"],
    }
    action = "refund_requested" if row["kind"] == REFUND else "cancel_requested"
    record(rows, clock, settlement.organization_id, [Act(action, "settlement", settlement.id, detail, row["actor"])])


def refunds_of(rows: Rows, settlement_id: UUID) -> Iterator[Adjustment]:
    """Yield the refunds of a sale, the oldest first."""
    yield from rows.all(
        select(Adjustment)
        .where(Adjustment.origin_type == SETTLEMENT, Adjustment.origin_id == settlement_id, Adjustment.kind.in_(KINDS))
        .order_by(Adjustment.id)
    )
