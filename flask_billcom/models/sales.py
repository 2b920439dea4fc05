"""Settlements: sales as the app said them, frozen, and what changes them later."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Currency, OrganizationId, RowId, Word, one_of, same_on_both


class SettlementState(StrEnum):
    """The least advanced of a settlement's documents, in this order."""

    SETTLED = "settled"
    INVOICED = "invoiced"
    COLLECTING = "collecting"
    COLLECTED = "collected"
    FUNDED = "funded"
    PAYING = "paying"
    PAID_OUT = "paid_out"
    CANCELLED = "cancelled"


class Settlement(Base):
    """One settled sale."""

    __tablename__ = "billcom_settlement"
    __table_args__ = (
        UniqueConstraint("organization_id", "reference", name="uq_billcom_settlement_reference"),
        one_of("state", SettlementState),
        CheckConstraint("gross_cents = fee_cents + own_cents + net_cents", name="sums"),
        Index("ix_billcom_settlement_state", "organization_id", "state", "id"),
        Index("ix_billcom_settlement_buyer", "buyer_id"),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    reference: Mapped[str] = mapped_column(String(200))
    local_type: Mapped[str] = mapped_column(String(100))
    local_id: Mapped[str] = mapped_column(String(200))
    buyer_id: Mapped[UUID] = mapped_column(ForeignKey("billcom_party.id"))
    state: Mapped[Word] = mapped_column(default=SettlementState.SETTLED)
    currency: Mapped[Currency]
    gross_cents: Mapped[int]
    fee_cents: Mapped[int]
    """What the marketplace keeps of the sellers' lines."""
    own_cents: Mapped[int]
    """The marketplace's own lines: shipping, tax, service charge."""
    net_cents: Mapped[int]
    """What the sellers get."""
    release: Mapped[Word]
    collect: Mapped[Word]
    settled_at: Mapped[datetime]
    collected_at: Mapped[datetime | None]
    funded_at: Mapped[datetime | None]


class SettlementLine(Base):
    """One line of a settled sale."""

    __tablename__ = "billcom_settlement_line"
    __table_args__ = (
        UniqueConstraint("settlement_id", "position", name="uq_billcom_settlement_line_position"),
        CheckConstraint("fee_cents >= 0 AND fee_cents <= cents", name="fee_cents"),
        Index("ix_billcom_settlement_line_seller", "seller_id"),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    settlement_id: Mapped[UUID] = mapped_column(ForeignKey("billcom_settlement.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    seller_id: Mapped[UUID | None] = mapped_column(ForeignKey("billcom_party.id"))
    """The vendor; none for a line of the marketplace's own."""
    cents: Mapped[int]
    fee_cents: Mapped[int]
    description: Mapped[str] = mapped_column(String(200))
    account: Mapped[Word | None]
    """What an own line is for: shipping, tax, service_charge or own."""


class Adjustment(Base):
    """What changes a settlement or a party's balance later: refund, fine, bonus, dispute outcome, write-off."""

    __tablename__ = "billcom_adjustment"
    __table_args__ = (
        UniqueConstraint(
            "organization_id", "origin_type", "origin_id", "reference", name="uq_billcom_adjustment_reference"
        ),
        Index("ix_billcom_adjustment_paying_back", "organization_id", "id", **same_on_both("state = 'paying_back'")),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    kind: Mapped[Word]
    origin_type: Mapped[Word]
    origin_id: Mapped[UUID]
    line: Mapped[int | None] = mapped_column(SmallInteger)
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("billcom_party.id"))
    cents: Mapped[int]
    fee_cents: Mapped[int] = mapped_column(default=0)
    is_whole: Mapped[bool] = mapped_column(default=False)
    """Whether a refund was asked for without an amount: of whatever was left."""
    keeps_fee: Mapped[bool] = mapped_column(default=False)
    """Whether the marketplace keeps its fee of what is refunded, so that the seller bears all of it."""
    currency: Mapped[Currency]
    reference: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(500))
    actor: Mapped[str] = mapped_column(String(100))
    approver: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[Word]
    created_at: Mapped[datetime]


class AdjustmentLine(Base):
    """What an adjustment takes back of one line of a sale; frozen."""

    __tablename__ = "billcom_adjustment_line"
    __table_args__ = (
        UniqueConstraint("adjustment_id", "settlement_line_id", name="uq_billcom_adjustment_line_line"),
        CheckConstraint("cents > 0 AND fee_cents >= 0 AND fee_cents <= cents", name="cents"),
        Index("ix_billcom_adjustment_line_line", "settlement_line_id"),
        Index("ix_billcom_adjustment_line_seller", "seller_id"),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    adjustment_id: Mapped[UUID] = mapped_column(ForeignKey("billcom_adjustment.id"))
    settlement_line_id: Mapped[UUID] = mapped_column(ForeignKey("billcom_settlement_line.id"))
    seller_id: Mapped[UUID | None] = mapped_column(ForeignKey("billcom_party.id"))
    """The vendor who bears it; none for a line of the marketplace's own."""
    cents: Mapped[int]
    """What the buyer gets back of the line."""
    fee_cents: Mapped[int]
    """What the marketplace gives back of its fee; the seller bears the rest."""


class AdjustmentPart(Base):
    """What an adjustment does to one document, and how far that is.

    cents = lowered + turned + what is still open; `planned` of that is on its way to be lowered.
    """

    __tablename__ = "billcom_adjustment_part"
    __table_args__ = (
        UniqueConstraint("document_id", "adjustment_id", "generation", name="uq_billcom_adjustment_part_generation"),
        one_of("state", ("open", "planned", "done")),
        CheckConstraint(
            "cents > 0 AND lowered_cents >= 0 AND turned_cents >= 0 AND planned_cents >= 0 "
            "AND lowered_cents + turned_cents <= cents",
            name="cents",
        ),
        Index("ix_billcom_adjustment_part_adjustment", "adjustment_id"),
        Index("ix_billcom_adjustment_part_open", "organization_id", "document_id", **same_on_both("state <> 'done'")),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    adjustment_id: Mapped[UUID] = mapped_column(ForeignKey("billcom_adjustment.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("billcom_document.id"))
    kind: Mapped[Word]
    """invoice, bill or refund: what the document is."""
    generation: Mapped[int] = mapped_column(SmallInteger, default=1)
    cents: Mapped[int]
    """What the document shall be lowered by."""
    lowered_cents: Mapped[int] = mapped_column(default=0)
    turned_cents: Mapped[int] = mapped_column(default=0)
    """What came too late for that: paid back to the buyer by a bill, owed by the seller, or lost."""
    planned_cents: Mapped[int] = mapped_column(default=0)
    operation_key: Mapped[str | None] = mapped_column(String(64))
    """Natural key of the operation that lowers it."""
    state: Mapped[Word] = mapped_column(default="open")
    created_at: Mapped[datetime]
