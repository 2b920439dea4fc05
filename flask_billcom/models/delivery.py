"""Operations and calls: what shall be done at Bill.com, and what was tried.

    planned --claim--> sending --reply--> done | rejected | planned
                          |  no clear reply
                          v
                       unknown <--> checking --> done | planned | rejected | quarantined
                                                                             | a person
                                                                             v
                                                                  done | planned | cancelled

Two partial unique indexes carry the guarantee: `live` lets one operation of a kind work on a subject, `lane` lets one
operation touch a document's money while its outcome is open.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, OrganizationId, RemoteId, RowId, Word, one_of, same_on_both


class OperationState(StrEnum):
    """Where an operation stands."""

    PLANNED = "planned"
    SENDING = "sending"
    UNKNOWN = "unknown"
    CHECKING = "checking"
    DONE = "done"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"
    CANCELLED = "cancelled"


LIVE = (
    OperationState.PLANNED,
    OperationState.SENDING,
    OperationState.UNKNOWN,
    OperationState.CHECKING,
    OperationState.QUARANTINED,
)
"""States in which no second operation of the same kind may exist for a subject."""

OPEN_LANE = (OperationState.SENDING, OperationState.UNKNOWN, OperationState.CHECKING, OperationState.QUARANTINED)
"""States in which a lane is taken."""

_LIVE_SQL = "state IN ('planned', 'sending', 'unknown', 'checking', 'quarantined')"
_PAID_ONCE_SQL = (
    "kind IN ('charge', 'pay') AND state IN ('planned', 'sending', 'unknown', 'checking', 'quarantined', 'done')"
)
_LANE_SQL = "state IN ('sending', 'unknown', 'checking', 'quarantined')"


class Operation(Base):
    """One wanted remote effect on one subject."""

    __tablename__ = "billcom_operation"
    __table_args__ = (
        UniqueConstraint("organization_id", "kind", "natural_key", "generation", name="uq_billcom_operation_key"),
        one_of("state", OperationState),
        CheckConstraint("amount_cents >= 0", name="amount_cents"),
        Index(
            "uq_billcom_operation_live",
            "organization_id",
            "kind",
            "subject_type",
            "subject_id",
            unique=True,
            **same_on_both(_LIVE_SQL),
        ),
        Index(
            "uq_billcom_operation_paid_once",
            "organization_id",
            "kind",
            "subject_type",
            "subject_id",
            unique=True,
            **same_on_both(_PAID_ONCE_SQL),
        ),
        Index("uq_billcom_operation_lane", "organization_id", "lane", unique=True, **same_on_both(_LANE_SQL)),
        Index(
            "uq_billcom_operation_remote",
            "organization_id",
            "kind",
            "remote_id",
            unique=True,
            **same_on_both("remote_id IS NOT NULL"),
        ),
        Index(
            "ix_billcom_operation_due",
            "organization_id",
            "kind",
            "not_before",
            "id",
            **same_on_both("state = 'planned' AND parked IS NULL"),
        ),
        Index(
            "ix_billcom_operation_parked",
            "organization_id",
            "parked",
            **same_on_both("state = 'planned' AND parked IS NOT NULL"),
        ),
        Index(
            "ix_billcom_operation_check",
            "organization_id",
            "check_after",
            **same_on_both("state IN ('unknown', 'checking')"),
        ),
        Index("ix_billcom_operation_subject", "subject_id"),
        Index("ix_billcom_operation_call", "call_id", **same_on_both("call_id IS NOT NULL")),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    kind: Mapped[Word]
    subject_type: Mapped[Word]
    subject_id: Mapped[UUID]
    lane: Mapped[str] = mapped_column(String(64))
    natural_key: Mapped[str] = mapped_column(String(64))
    generation: Mapped[int] = mapped_column(SmallInteger, default=1)
    supersedes: Mapped[UUID | None]
    amount_cents: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[Word] = mapped_column(default=OperationState.PLANNED)
    parked: Mapped[Word | None]
    attempt: Mapped[int] = mapped_column(SmallInteger, default=0)
    resends: Mapped[int] = mapped_column(SmallInteger, default=0)
    splits: Mapped[int] = mapped_column(SmallInteger, default=0)
    """How often its batch was halved: the next call holds at most the kind's batch size >> splits."""
    answered: Mapped[bool] = mapped_column(default=False)
    """While unknown: whether the last attempt got a well-formed error, so that no packet is in flight."""
    first_sent_at: Mapped[datetime | None]
    call_id: Mapped[UUID | None]
    call_pos: Mapped[int | None] = mapped_column(SmallInteger)
    check_id: Mapped[UUID | None]
    check_lease: Mapped[datetime | None]
    unsafe_gen: Mapped[int] = mapped_column(default=0)
    """The highest session generation used by an attempt that got no answer; 0 for none."""
    remote_id: Mapped[RemoteId | None]
    not_before: Mapped[datetime]
    check_after: Mapped[datetime | None]
    absent_after: Mapped[datetime | None]
    unknown_since: Mapped[datetime | None]
    error_code: Mapped[Word | None]
    evidence: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]


class Call(Base):
    """One HTTP call that may change something, with 1 to 200 operations in it; never reused."""

    __tablename__ = "billcom_call"
    __table_args__ = (
        Index("ix_billcom_call_open", "lease_until", **same_on_both("outcome IS NULL")),
        Index("ix_billcom_call_generation", "organization_id", "session_gen", **same_on_both("outcome IS NULL")),
    )

    id: Mapped[RowId]
    organization_id: Mapped[OrganizationId]
    endpoint: Mapped[str] = mapped_column(String(64))
    n_items: Mapped[int] = mapped_column(SmallInteger)
    digest: Mapped[str | None] = mapped_column(String(64))
    session_gen: Mapped[int]
    slot: Mapped[int] = mapped_column(SmallInteger)
    slot_fence: Mapped[int]
    started_at: Mapped[datetime]
    lease_until: Mapped[datetime]
    not_after: Mapped[datetime]
    process_date: Mapped[date | None]
    outcome: Mapped[Word | None]
    http: Mapped[int | None] = mapped_column(SmallInteger)
    bdc: Mapped[Word | None]
    server_date: Mapped[datetime | None]
    late_evidence: Mapped[str | None] = mapped_column(Text)
