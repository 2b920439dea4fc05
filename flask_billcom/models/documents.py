"""Documents, payments and bank movements: our rows of Bill.com's objects, with their state as last read."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Currency, OrganizationId, RemoteId, RowId, Word, same_on_both


class Document(Base):
    """An invoice, a bill or a credit, made by a settlement or an adjustment."""

    __tablename__ = "billcom_document"
    __table_args__ = (
        UniqueConstraint("organization_id", "kind", "number", name="uq_billcom_document_number"),
        UniqueConstraint(
            "organization_id", "kind", "origin_type", "origin_id", "party_id", name="uq_billcom_document_origin"
        ),
        UniqueConstraint("organization_id", "kind", "remote_id", name="uq_billcom_document_remote"),
        CheckConstraint("cents > 0", name="cents"),
        Index("ix_billcom_document_origin", "origin_id"),
        Index("ix_billcom_document_party", "party_id", "kind", "status"),
        Index(
            "ix_billcom_document_overdue",
            "organization_id",
            "reminders",
            "due_date",
            "id",
            **same_on_both("kind = 'invoice' AND status IN ('open', 'partial')"),
        ),
        Index(
            "ix_billcom_document_release",
            "organization_id",
            "release_after",
            "id",
            **same_on_both("kind = 'bill' AND status = 'open' AND released_at IS NULL"),
        ),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    kind: Mapped[Word]
    """invoice, bill or credit."""
    number: Mapped[str] = mapped_column(String(21))
    origin_type: Mapped[Word]
    origin_id: Mapped[UUID]
    party_id: Mapped[UUID] = mapped_column(ForeignKey("billcom_party.id"))
    cents: Mapped[int]
    currency: Mapped[Currency]
    document_date: Mapped[date]
    due_date: Mapped[date]
    remote_id: Mapped[RemoteId | None]
    is_refund: Mapped[bool] = mapped_column(default=False)
    """Whether a bill pays a buyer back: it is owed from refund_payable, and its vendor is the buyer."""
    collection: Mapped[Word | None]
    """How an invoice is collected: send, charge or none; never two of them."""
    status: Mapped[Word] = mapped_column(default="planned")
    """planned, open, scheduled, partial, paid or inactive."""
    due_cents: Mapped[int | None]
    scheduled_cents: Mapped[int | None]
    reminders: Mapped[int] = mapped_column(SmallInteger, default=0)
    """How many days of the reminder schedule an invoice has passed."""
    approval_status: Mapped[Word | None]
    remote_created_at: Mapped[datetime | None]
    remote_updated_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    """When status and balance were last read; a payment needs them fresh."""
    release_after: Mapped[datetime | None]
    """When a bill may be paid, as far as its sale is concerned; none while that is not known."""
    released_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Payment(Base):
    """One SentPay or ReceivedPay."""

    __tablename__ = "billcom_payment"
    __table_args__ = (
        UniqueConstraint("organization_id", "kind", "remote_id", name="uq_billcom_payment_remote"),
        CheckConstraint("cents > 0", name="cents"),
        Index("ix_billcom_payment_open", "organization_id", "kind", "status", "process_date", "id"),
        Index("ix_billcom_payment_party", "party_id"),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    kind: Mapped[Word]
    """sent or received."""
    remote_id: Mapped[RemoteId]
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("billcom_party.id"))
    cents: Mapped[int]
    currency: Mapped[Currency]
    process_date: Mapped[date | None]
    bank_account_id: Mapped[RemoteId | None]
    status: Mapped[Word]
    """scheduled, paid, cleared, failed, held, returning, cancelled, voided or escheated."""
    disbursement_status: Mapped[Word | None]
    void_request: Mapped[Word | None]
    arrives_on: Mapped[date | None]
    return_code: Mapped[Word | None]
    confirmed_at: Mapped[datetime | None]
    """When its bank movement was seen confirmed."""
    funded_at: Mapped[datetime | None]
    returning_since: Mapped[datetime | None]
    returning_evidence: Mapped[str | None] = mapped_column(String(500))
    unapplied_cents: Mapped[int] = mapped_column(default=0)
    remote_created_at: Mapped[datetime | None]
    remote_updated_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class PaymentPart(Base):
    """One BillPay or InvoicePay: a payment's part for one document."""

    __tablename__ = "billcom_payment_part"
    __table_args__ = (
        UniqueConstraint("document_id", "kind", "generation", name="uq_billcom_payment_part_generation"),
        UniqueConstraint("organization_id", "kind", "remote_id", name="uq_billcom_payment_part_remote"),
        CheckConstraint("cents > 0", name="cents"),
        Index("ix_billcom_payment_part_payment", "payment_id"),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    kind: Mapped[Word]
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("billcom_payment.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("billcom_document.id"))
    generation: Mapped[int] = mapped_column(SmallInteger, default=1)
    cents: Mapped[int]
    remote_id: Mapped[RemoteId | None]


class Movement(Base):
    """One MoneyMovement of the marketplace's bank account."""

    __tablename__ = "billcom_movement"
    __table_args__ = (
        UniqueConstraint("organization_id", "remote_id", name="uq_billcom_movement_remote"),
        Index("ix_billcom_movement_day", "organization_id", "kind", "process_date"),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    remote_id: Mapped[RemoteId]
    kind: Mapped[Word]
    """payables or receivables."""
    cents: Mapped[int]
    """Signed: payables are negative."""
    process_date: Mapped[date]
    status: Mapped[Word]
    """sent, confirmed or void."""
    remote_updated_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
