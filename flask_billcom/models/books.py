"""Append-only rows: ledger entries, and who did what and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Currency, OrganizationId, RowId, Word, same_on_both


class Entry(Base):
    """One side of a posting; debits are positive, and the entries of a posting sum to zero."""

    __tablename__ = "billcom_entry"
    __table_args__ = (
        CheckConstraint("cents <> 0", name="cents"),
        Index("ix_billcom_entry_posting", "posting_id"),
        # With the amount in it a balance is summed from the index alone.
        Index("ix_billcom_entry_account", "organization_id", "account", "party_id", "cents"),
        Index("ix_billcom_entry_time", "organization_id", "occurred_at"),
        Index("ix_billcom_entry_settlement", "settlement_id"),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    posting_id: Mapped[UUID]
    account: Mapped[Word]
    party_id: Mapped[UUID | None]
    settlement_id: Mapped[UUID | None]
    operation_id: Mapped[UUID | None]
    cents: Mapped[int]
    currency: Mapped[Currency]
    occurred_at: Mapped[datetime]


class Audit(Base):
    """One act; inserted unsealed, sealed into a hash chain by `tick()`."""

    __tablename__ = "billcom_audit"
    __table_args__ = (
        UniqueConstraint("organization_id", "sequence", name="uq_billcom_audit_sequence"),
        Index("ix_billcom_audit_unsealed", "organization_id", "id", **same_on_both("sequence IS NULL")),
        Index("ix_billcom_audit_subject", "subject_id"),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[Word]
    subject_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    sequence: Mapped[int | None]
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64))
