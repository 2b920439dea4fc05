"""What all processes of one organization share: the session, three slots, the hourly counters and the marks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Word, one_of


class Session(Base):
    """One generation of the shared Bill.com session; tokens are ciphertext and wiped when the generation is dead."""

    __tablename__ = "billcom_session"
    __table_args__ = (one_of("state", ("valid", "refreshing", "fenced", "dead")),)

    organization_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    gen: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token_enc: Mapped[str | None] = mapped_column(Text)
    mfa_enc: Mapped[str | None] = mapped_column(Text)
    api_end_point: Mapped[str | None] = mapped_column(String(200))
    user_id: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[Word]
    refresh_lease: Mapped[datetime | None]
    trusted: Mapped[bool] = mapped_column(default=False)
    last_used: Mapped[datetime | None]
    mfa_expires: Mapped[datetime | None]
    fenced_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    dead_server_date: Mapped[datetime | None]


class Slot(Base):
    """One of the calls that may be in flight at once for a key and organization."""

    __tablename__ = "billcom_slot"

    organization_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    lease_until: Mapped[datetime]
    slot_fence: Mapped[int] = mapped_column(default=0)


class Quota(Base):
    """Calls of one class made with one developer key in one window."""

    __tablename__ = "billcom_quota"
    __table_args__ = (CheckConstraint("used >= 0", name="used"),)

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column("class", String(32), primary_key=True)
    window: Mapped[datetime] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(default=0)
    closed_until: Mapped[datetime | None]


class Mark(Base):
    """Where something of an organization stands: a poll, the event cursor, the seal, its environment."""

    __tablename__ = "billcom_mark"

    organization_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]
