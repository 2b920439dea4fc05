"""The declarative base, column types and names that all tables share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, MetaData, String, TypeDecorator, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite, which has no zones, stores it without and gives it back with one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are stored as aware datetimes")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Return what reads a time; SQLite's text in one step."""
        return _read_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _read_text(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored + "+00:00")


class Base(DeclarativeBase):
    """The base of flask_billcom's own tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UTCDateTime(), UUID: Uuid(), int: BigInteger()}  # noqa: RUF012


RowId = Annotated[UUID, mapped_column(Uuid(), primary_key=True)]
OrganizationId = Annotated[str, mapped_column(String(20))]
RemoteId = Annotated[str, mapped_column(String(20))]
Word = Annotated[str, mapped_column(String(32))]
"""A short word of our own vocabulary: a kind, a state, a role."""
Currency = Annotated[str, mapped_column(String(3))]


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """Return a check that a column holds one of these words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def same_on_both(condition: str) -> dict[str, Any]:
    """Return the keyword arguments of a partial index, the same on SQLite and PostgreSQL."""
    from sqlalchemy import text

    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
