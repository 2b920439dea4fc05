"""Holds: why money, or all sending, waits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, OrganizationId, RowId, Word, one_of, same_on_both


class Hold(Base):
    """A reason to wait, until it is released; also the kill switch and parked capabilities."""

    __tablename__ = "billcom_hold"
    __table_args__ = (
        one_of("scope", ("organization", "capability", "party", "settlement", "document", "payment")),
        Index(
            "uq_billcom_hold_live",
            "organization_id",
            "scope",
            "scope_id",
            "reason",
            unique=True,
            **same_on_both("released_at IS NULL"),
        ),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    scope: Mapped[Word]
    scope_id: Mapped[str] = mapped_column(String(40), default="")
    """A row id as 32 hex digits, the name of a capability (all, login, payouts, charges), or empty."""
    reason: Mapped[str] = mapped_column(String(200))
    actor: Mapped[str] = mapped_column(String(100))
    placed_at: Mapped[datetime]
    probe_after: Mapped[datetime | None]
    """When the engine may try by itself whether the cause is gone; none where a person has to act."""
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(String(100))
