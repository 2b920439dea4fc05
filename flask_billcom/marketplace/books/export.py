"""The books as files for the accountant, line by line: memory holds one page of entries, whatever their number.

    csv       one line for each entry, with everything that a row holds
    journal   a general journal: the lines of one number are one posting, and their debits equal their credits

A journal number is the day and thirteen characters of the posting's id, so that it stays the same in every export and
importing a day twice can be noticed. Days are those of the organization's time zone. Names of accounts come from
`BILLCOM_JOURNAL_ACCOUNTS`, where that names them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from flask_billcom.marketplace.counterparties.known import chunks
from flask_billcom.marketplace.lists.pages import InvalidQuery
from flask_billcom.models import Party, Settlement
from flask_billcom.money import from_cents
from flask_billcom.store import Rows

from .csvs import Cell, csv_lines
from .meaning import meaning, title
from .period import Period
from .walking import Written, pages

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

CSV, JOURNAL = FORMATS = ("csv", "journal")
_CSV = (
    "date",
    "time",
    "posting",
    "account",
    "cents",
    "amount",
    "currency",
    "party",
    "party at Bill.com",
    "sale",
    "operation",
    "meaning",
)
_JOURNAL = ("Date", "Journal No", "Account", "Debit", "Credit", "Currency", "Party", "Memo")
_HASH_CHARACTERS = 13


@dataclass(frozen=True, slots=True)
class Names:
    """What a page of postings points at, by row id."""

    parties: Mapping[UUID, tuple[str, str | None]]
    references: Mapping[UUID, str]

    def party(self, party_id: UUID | None) -> str | None:
        """Return who a party is in the app, such as `Seller 7`."""
        return None if party_id is None else self.parties.get(party_id, (party_id.hex, None))[0]

    def remote(self, party_id: UUID | None) -> str | None:
        """Return a party's id at Bill.com."""
        return None if party_id is None else self.parties.get(party_id, ("", None))[1]

    def reference(self, settlement_id: UUID | None) -> str | None:
        """Return the reference of a sale."""
        return None if settlement_id is None else self.references.get(settlement_id)


def export(domain: Domain, period: Period, *, format: str = CSV) -> Iterator[str]:  # noqa: A002 - the word that people use
    """Return the lines of a period's entries.

    :param format: `csv` or `journal`.
    :raises InvalidQuery: there is no such format.
    """
    if format not in FORMATS:
        raise InvalidQuery(f"format must be one of {', '.join(FORMATS)}")
    make = _entries if format == CSV else _journal
    return csv_lines(_CSV if format == CSV else _JOURNAL, _rows(domain, period, make))


def journal_number(posting: Written, zone: ZoneInfo) -> str:
    """Return the number of a posting in the general journal: at most 21 characters, the same in every export."""
    digest = hashlib.sha256(posting.id.bytes).digest()
    return f"{posting.at.astimezone(zone):%y%m%d}-{base64.b32encode(digest).decode()[:_HASH_CHARACTERS]}"


def _rows(domain: Domain, period: Period, make: Any) -> Iterator[Sequence[Cell]]:  # noqa: ANN401 - one of the two below
    since, until = period.bounds(domain.settings.zone)
    for some in pages(domain.store, domain.organization_id, since, until):
        with domain.store.read() as rows:
            names = _names(rows, some)
        for posting in some:
            yield from make(domain, posting, names)


def _entries(domain: Domain, posting: Written, names: Names) -> Iterator[Sequence[Cell]]:
    local = posting.at.astimezone(domain.settings.zone)
    words = meaning(posting.sides)
    for side in posting.sides:
        yield (
            local.date(),
            local,
            posting.id.hex,
            side.account,
            side.cents,
            from_cents(side.cents),
            posting.currency,
            names.party(side.party_id),
            names.remote(side.party_id),
            names.reference(posting.settlement_id),
            None if posting.operation_id is None else posting.operation_id.hex,
            words,
        )


def _journal(domain: Domain, posting: Written, names: Names) -> Iterator[Sequence[Cell]]:
    zone, accounts = domain.settings.zone, domain.settings.journal_accounts
    number, day = journal_number(posting, zone), posting.at.astimezone(zone).date()
    reference = names.reference(posting.settlement_id)
    memo = meaning(posting.sides) + ("" if reference is None else f", sale {reference}")
    for side in posting.sides:
        yield (
            day,
            number,
            accounts.get(side.account) or title(side.account),
            from_cents(side.cents) if side.cents > 0 else None,
            from_cents(-side.cents) if side.cents < 0 else None,
            posting.currency,
            names.party(side.party_id),
            memo,
        )


def _names(rows: Rows, postings: Iterable[Written]) -> Names:
    people, sales = set(), set()
    for posting in postings:
        people |= {side.party_id for side in posting.sides if side.party_id is not None}
        if posting.settlement_id is not None:
            sales.add(posting.settlement_id)
    parties: dict[UUID, tuple[str, str | None]] = {}
    for part in chunks(sorted(people)):
        found = rows.all(select(Party.id, Party.local_type, Party.local_id, Party.remote_id).where(Party.id.in_(part)))
        parties.update({row.id: (f"{row.local_type} {row.local_id}", row.remote_id) for row in found})
    references: dict[UUID, str] = {}
    for part in chunks(sorted(sales)):
        references.update(dict(rows.all(select(Settlement.id, Settlement.reference).where(Settlement.id.in_(part)))))
    return Names(parties, references)
