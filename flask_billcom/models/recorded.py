"""Money that buyers paid elsewhere, as a person said it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Currency, OrganizationId, RowId, Word


class RecordedPayment(Base):
    """One payment received elsewhere for one invoice; its operation tells Bill.com."""

    __tablename__ = "billcom_recorded_payment"
    __table_args__ = (
        UniqueConstraint("organization_id", "document_id", "reference", name="uq_billcom_recorded_payment_reference"),
        CheckConstraint("applied_cents > 0 AND applied_cents <= cents", name="cents"),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    document_id: Mapped[UUID] = mapped_column(ForeignKey("billcom_document.id"))
    reference: Mapped[str] = mapped_column(String(100))
    """What names the payment where it was received, such as the number of a check."""
    method: Mapped[Word]
    received_on: Mapped[date]
    cents: Mapped[int]
    applied_cents: Mapped[int]
    """What the invoice takes of it; the rest is the buyer's credit."""
    currency: Mapped[Currency]
    actor: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
