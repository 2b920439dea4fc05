"""What is noted of an organization under a name: how far a poll has come, when the last tick was."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from flask_billcom.models import Mark
from flask_billcom.store import Rows

_VALUE = select(Mark.value).where(Mark.organization_id == bindparam("organization_id"), Mark.name == bindparam("name"))


def value_of(rows: Rows, organization_id: str, name: str) -> str | None:
    """Return what is noted under a name, or None."""
    value: str | None = rows.first(_VALUE, {"organization_id": organization_id, "name": name})
    return value
