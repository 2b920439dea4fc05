"""Which ids a reconciliation has met, kept in a file of its own so that memory stays flat.

The file is temporary, has no name and is gone when it is closed. It holds ids, never names or amounts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager

_AT_ONCE = 500


class Seen:
    """A set of (sort, id) on disk.

    :param connection: to a private temporary database.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute("create table seen (sort text, id text, primary key (sort, id)) without rowid")

    def add(self, sort: str, ids: Iterable[str]) -> set[str]:
        """Add ids and return those that were there before, or that come twice."""
        again: set[str] = set()
        for each in ids:
            added = self._connection.execute("insert or ignore into seen values (?, ?)", (sort, each))
            if not added.rowcount:
                again.add(each)
        return again

    def missing(self, sort: str, ids: Collection[str]) -> set[str]:
        """Return those ids that were never added."""
        wanted = list(ids)
        found: set[str] = set()
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            query = f"select id from seen where sort = ? and id in ({marks})"  # noqa: S608 - question marks alone
            found |= {row[0] for row in self._connection.execute(query, (sort, *some))}
        return set(wanted) - found


@contextmanager
def seen() -> Iterator[Seen]:
    """Open an empty set and throw it away at the end."""
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = off")
        connection.execute("pragma synchronous = off")
        yield Seen(connection)
