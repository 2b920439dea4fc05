"""The parties that a batch of sales needs, by what names them in the app.

The id of a party's row, and with it the key under which Bill.com has him, comes from what names him in the app: where a
backup of the database is put back, one who became known after it gets the same key again, and is recognized.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID, uuid5

from sqlalchemy import select, tuple_

from flask_billcom.clock import Clock
from flask_billcom.marketplace.shop.freezing import PartyKey
from flask_billcom.models import Party
from flask_billcom.store import Rows

T = TypeVar("T")
NOBODY = UUID(int=0)
"""Stands for a party without a row: equal to no party that has one."""
_IN_ONE_SELECT = 200
_OURS = UUID("5d1c9a1e-7c0b-4f0e-9d53-1f5a3c2b8e64")
"""Namespace of the ids of parties."""


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield parts small enough for one IN list on either database."""
    for start in range(0, len(items), _IN_ONE_SELECT):
        yield items[start : start + _IN_ONE_SELECT]


def id_of(organization_id: str, key: PartyKey) -> UUID:
    """Return the id of a party's row."""
    return uuid5(_OURS, "\0".join((organization_id, *key)))


@dataclass(frozen=True, slots=True)
class Known:
    """A party's row.

    :param remote_id: its id at Bill.com, or None while it is not created there.
    """

    id: UUID
    remote_id: str | None


class KnownParties:
    """Party rows of one organization that were read or added in this transaction."""

    def __init__(self, rows: Rows, clock: Clock, organization_id: str) -> None:
        self._rows = rows
        self._clock = clock
        self._organization_id = organization_id
        self._known: dict[PartyKey, Known] = {}

    @classmethod
    def of(cls, rows: Rows, clock: Clock, organization_id: str, keys: Iterable[PartyKey]) -> KnownParties:
        """Return some parties, inserting the rows of those that have none."""
        parties = cls(rows, clock, organization_id)
        wanted = set(keys)
        parties.find(wanted)
        parties.add(wanted)
        return parties

    def __getitem__(self, key: PartyKey) -> Known:
        return self._known[key]

    def id(self, key: PartyKey) -> UUID:
        """Return the row id of a party, or `NOBODY`."""
        known = self._known.get(key)
        return NOBODY if known is None else known.id

    def find(self, keys: Iterable[PartyKey]) -> None:
        """Read the rows of some parties, as far as there are any."""
        name = tuple_(Party.role, Party.local_type, Party.local_id)
        for part in chunks(sorted(keys)):
            found = self._rows.all(
                select(Party.role, Party.local_type, Party.local_id, Party.id, Party.remote_id).where(
                    Party.organization_id == self._organization_id, name.in_([tuple(key) for key in part])
                )
            )
            by_name = {tuple(row[:3]): Known(row[3], row[4]) for row in found}
            self._known.update({key: by_name[tuple(key)] for key in part if tuple(key) in by_name})

    def add(self, keys: Iterable[PartyKey]) -> None:
        """Insert the rows of those parties that have none, in sorted order, and read them back."""
        missing = sorted(set(keys) - self._known.keys())
        if not missing:
            return
        now = self._clock.now()
        self._rows.insert_new(
            Party,
            [
                {
                    "id": id_of(self._organization_id, key),
                    "organization_id": self._organization_id,
                    "role": key.role,
                    "local_type": key.local_type,
                    "local_id": key.local_id,
                    "is_active": True,
                    "authorized": False,
                    "created_at": now,
                }
                for key in missing
            ],
        )
        self.find(missing)
