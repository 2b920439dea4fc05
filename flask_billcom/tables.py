"""Our tables in the app's metadata.

    flask_billcom.models --copy_tables()--> db.metadata --Flask-Migrate--> the app's own migrations

A migration that is generated from the copies imports nothing of ours: column types are SQLAlchemy's own, and every
constraint carries its final name, whatever naming convention the app has.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import CheckConstraint, Constraint, Index, MetaData, Table, TypeDecorator
from sqlalchemy.sql.elements import conv
from sqlalchemy.sql.schema import ColumnCollectionConstraint

from .errors import ConfigurationError
from .models import Base

_Named = Constraint | Index


def copy_tables(metadata: MetaData, *, schema: str | None = None) -> dict[str, Table]:
    """Copy the tables of flask_billcom into another metadata and return them by name.

    :param metadata: where the app's own tables are.
    :param schema: the database schema to put them in; that of the metadata if left out.
    :raises ConfigurationError: they are there already.
    """
    present = [table.name for table in metadata.tables.values() if table.name in Base.metadata.tables]
    if present:
        raise ConfigurationError(
            f"this metadata holds {present[0]} already; make one Billcom(db) and import it where it is needed"
        )
    return {table.name: _copy(table, metadata, schema) for table in Base.metadata.sorted_tables}


def _copy(table: Table, metadata: MetaData, schema: str | None) -> Table:
    copied = table.to_metadata(metadata) if schema is None else table.to_metadata(metadata, schema=schema)
    for column in copied.columns:
        if isinstance(column.type, TypeDecorator):
            column.type = column.type.impl_instance
    _fix_names(table.constraints, copied.constraints)
    _fix_names(table.indexes, copied.indexes)
    return copied


def _fix_names(originals: Iterable[_Named], copies: Iterable[_Named]) -> None:
    """Give each copy the name of its original; `conv` keeps the app's naming convention off it."""
    names = {_content(original): str(original.name) for original in originals}
    for copied in copies:
        copied.name = conv(names[_content(copied)])


def _content(item: _Named) -> tuple[str, str]:
    """Tell what a constraint or index is about, which no copy changes."""
    if isinstance(item, CheckConstraint):
        return "check", str(item.sqltext)
    assert isinstance(item, ColumnCollectionConstraint | Index)
    columns = ",".join(column.name for column in item.columns)
    where = item.dialect_options["sqlite"]["where"] if isinstance(item, Index) else ""
    return type(item).__name__, f"{columns} {where}"
