"""Parties: a buyer as Customer, a seller as Vendor."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, OrganizationId, RemoteId, RowId, Word, one_of, same_on_both


class Role(StrEnum):
    """What a party is at Bill.com."""

    CUSTOMER = "customer"
    VENDOR = "vendor"


class Party(Base):
    """A buyer or seller known to Bill.com, pointed at by the app's type name and primary key."""

    __tablename__ = "billcom_party"
    __table_args__ = (
        UniqueConstraint("organization_id", "role", "local_type", "local_id", name="uq_billcom_party_local"),
        UniqueConstraint("organization_id", "remote_id", "role", name="uq_billcom_party_remote"),
        one_of("role", Role),
        Index("ix_billcom_party_unknown", "organization_id", "role", **same_on_both("remote_id IS NULL")),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    role: Mapped[Word]
    local_type: Mapped[str] = mapped_column(String(100))
    local_id: Mapped[str] = mapped_column(String(200))
    remote_id: Mapped[RemoteId | None]
    confirmed_new_at: Mapped[datetime | None]
    """When a person said that Bill.com does not know it yet, where the settings ask for that."""
    mapped_digest: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash of the fields last sent, to tell whether an update is due; the fields themselves are not kept."""
    is_active: Mapped[bool] = mapped_column(default=True)
    merged_into: Mapped[RemoteId | None]
    authorized: Mapped[bool] = mapped_column(default=False)
    consent_reference: Mapped[str | None] = mapped_column(String(100))
    consent_at: Mapped[datetime | None]
    bank_account_id: Mapped[RemoteId | None]
    bank_last4: Mapped[str | None] = mapped_column(String(4))
    bank_changed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
