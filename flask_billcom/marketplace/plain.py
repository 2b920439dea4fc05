"""Values as JSON: what routes answer and what commands print with `--json`.

gross_cents: int        "gross": "12.34", "gross_cents": 1234       dollars as text, never a float
cents: int              "amount": "12.34", "cents": 1234
id: UUID                32 hex digits
settled_at: datetime    ISO 8601 in UTC
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from flask_billcom.money import from_cents

CENTS = "_cents"


def plain(value: Any) -> Any:  # noqa: ANN401 - any of our values, to anything JSON has
    """Return a value made of dicts, lists, text, whole numbers and truth values alone.

    :raises TypeError: it is none of ours: what is not known here is not shown.
    """
    if value is None or (isinstance(value, bool | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        return plain({each.name: getattr(value, each.name) for each in fields(value)})
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, Sequence | AbstractSet) and not isinstance(value, bytes):
        return [plain(each) for each in value]
    return _scalar(value)


def _object(value: Mapping[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, each in value.items():
        name = str(plain(key))
        if isinstance(each, int | None) and not isinstance(each, bool) and _is_cents(name):
            found[_dollars_name(name)] = None if each is None else str(from_cents(each))
        found[name] = plain(each)
    return found


def _is_cents(name: str) -> bool:
    return name == CENTS[1:] or name.endswith(CENTS)


def _dollars_name(name: str) -> str:
    return "amount" if name == CENTS[1:] else name.removesuffix(CENTS)


def _scalar(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, int):
        return value
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no plain form")
