"""Pages by key: the newest rows first, and the id of the last one as the way to the next page.

Ids grow with time, so a page stays what it was while new rows come in, and no page is slower than the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from flask_billcom.errors import BillcomError
from flask_billcom.store import Rows

T = TypeVar("T")
FEW, MOST = 50, 200
"""Rows on a page: where nothing is said, and at most."""


class InvalidQuery(BillcomError):  # noqa: N818 - named for what is wrong
    """A filter or a place in a list cannot be used as it stands; correct the one named."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list.

    :param after: give this to get the next page; None at the end.
    """

    items: tuple[T, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins and how long it is.

    :param after: what the page before gave; the newest rows if left out.
    :param limit: rows on the page, at most 200.
    """

    after: str | None = None
    limit: int = FEW

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MOST:
            raise InvalidQuery(f"limit must be 1 to {MOST}")

    def cut(self, rows: Rows, statement: Any, key: Any) -> tuple[Sequence[Any], str | None]:  # noqa: ANN401
        """Return the rows of this page and what leads to the next one.

        :param key: the id column, which orders the list.
        """
        if self.after is not None:
            statement = statement.where(key < row_id(self.after, "after"))
        found = rows.all(statement.order_by(key.desc()).limit(self.limit + 1))
        shown = found[: self.limit]
        return shown, shown[-1].id.hex if len(found) > self.limit else None


def row_id(text: str, name: str = "id") -> UUID:
    """Return the row id that a text stands for.

    :raises InvalidQuery: it is none.
    """
    try:
        return UUID(hex=text)
    except ValueError:
        raise InvalidQuery(f"{name} must be an id of 32 hex digits") from None


def maybe_id(text: str) -> UUID | None:
    """Return the row id that a text stands for, or None: no row has such an id."""
    try:
        return UUID(hex=text)
    except ValueError:
        return None


def one_of(value: str | None, known: Iterable[str], name: str) -> str | None:
    """Return a filter's value if it is a word that we know.

    :raises InvalidQuery: it is not.
    """
    words = [each.value if isinstance(each, StrEnum) else each for each in known]
    if value is not None and value not in words:
        raise InvalidQuery(f"{name} must be one of {', '.join(words)}")
    return value
