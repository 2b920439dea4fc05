"""Buyers and sellers that may be known to Bill.com already: a report, and nothing else.

    every Customer and Vendor there ──page by page──> index on disk: hashes of number, e-mail and name
    every unlinked buyer and seller ──as the app describes him──> who has the same, and what is the same

Nothing is adopted here: a person confirms each row with `confirm_match`, or says with `confirm_new` that Bill.com does
not know him. Names and addresses are looked at and not kept; the index holds hashes with a key that nobody knows after
the report, and is gone with it.

Wire: https://developersupport.bill.com/hc/en-us/articles/208182666-Customer
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select, tuple_

from flask_billcom.api.query import Sort, equals
from flask_billcom.api.records import Customer, Vendor
from flask_billcom.engine.errors import Held, NoCapacity
from flask_billcom.errors import MappingError
from flask_billcom.marketplace.marks import PAGE
from flask_billcom.marketplace.numbers import own_key_of
from flask_billcom.marketplace.shop.freezing import PartyKey
from flask_billcom.marketplace.shop.mapping import RECORDS
from flask_billcom.models import Party
from flask_billcom.models.parties import Role

from .known import chunks

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

OWN_KEY, NUMBER, EMAIL, NAME, SIMILAR_NAME = "own key", "number", "e-mail", "name", "similar name"
WEIGHTS: Mapping[str, int] = MappingProxyType({OWN_KEY: 16, NUMBER: 8, EMAIL: 4, NAME: 2, SIMILAR_NAME: 1})
"""What says more: a number of one's own choosing more than an address, an address more than a name."""
AT_ONCE = 200
"""Buyers or sellers that are looked up together."""
MOST_CANDIDATES = 10
PATIENCE = timedelta(minutes=10)
_COMPANIES = ("co", "company", "corp", "corporation", "inc", "incorporated", "llc", "ltd", "limited")
_FORMS = frozenset((*_COMPANIES, "gmbh", "llp", "plc", "pllc", "the"))
"""Words of a company's form, which are left out or written otherwise as people like."""
_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A customer or vendor at Bill.com that may be the party.

    :param evidence: what is the same: own key, number, e-mail, name, similar name; what says most comes first.
    :param taken_by: the party of ours that it is linked to, such as `Seller 3`; None where it is free.
    """

    remote_id: str
    evidence: tuple[str, ...]
    taken_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """A buyer or seller whom no id of Bill.com's is known for.

    :param candidates: the most plausible first; none where nothing is the same.
    :param trouble: why he could not be described, where he could not.
    """

    role: Role
    local_type: str
    local_id: str
    candidates: tuple[Candidate, ...]
    trouble: str | None

    @property
    def key(self) -> str:
        """What names him in a list: give it as `after` to go on behind him."""
        return f"{self.role}:{self.local_type}:{self.local_id}"


def match_report(domain: Domain, keys: Iterable[PartyKey]) -> Iterator[MatchRow]:
    """Yield every unlinked one of some buyers and sellers, with whom Bill.com may know him as.

    :param keys: those of one role after those of the other; each role reads all of its customers or vendors once.
    :raises NoCapacity: no call was free for ten minutes.
    """
    role: Role | None = None
    with _index(domain.clock.new_id().bytes) as index:
        for some in _batches(keys):
            if some[0].role is not role:
                role = some[0].role
                index.clear()
                _fill(domain, index, role)
            yield from _rows(domain, index, role, some)


def same_name(name: str) -> str:
    """Return a name without case and superfluous spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def bare_name(name: str) -> str:
    """Return a name without case, accents, punctuation and the words for a company's form."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", name).casefold() if not unicodedata.combining(each))
    words = _NOT_WORDS.sub(" ", plain.replace("'", "").replace(".", "")).split()
    return " ".join(word for word in words if word not in _FORMS) or " ".join(words)


def _batches(keys: Iterable[PartyKey]) -> Iterator[list[PartyKey]]:
    batch: list[PartyKey] = []
    for key in keys:
        if batch and (len(batch) >= AT_ONCE or key.role is not batch[0].role):
            yield batch
            batch = []
        batch.append(key)
    if batch:
        yield batch


def _rows(domain: Domain, index: _Index, role: Role, keys: Sequence[PartyKey]) -> Iterator[MatchRow]:
    known = _known(domain, keys)
    for key in keys:
        party = known.get(key)
        if party is not None and party.remote_id is not None:
            continue
        try:
            described = domain.mapping.render_party(role, key.local_type, key.local_id)
        except MappingError as error:
            yield MatchRow(
                role=role, local_type=key.local_type, local_id=key.local_id, candidates=(), trouble=str(error)
            )
            continue
        own = None if party is None else own_key_of(domain.settings.number_prefix, role, party.id)
        found = index.look_up(_facts(described, own))
        yield MatchRow(
            role=role,
            local_type=key.local_type,
            local_id=key.local_id,
            candidates=_candidates(domain, role, found),
            trouble=None,
        )


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    remote_id: str | None


def _known(domain: Domain, keys: Sequence[PartyKey]) -> dict[PartyKey, _Row]:
    name = tuple_(Party.role, Party.local_type, Party.local_id)
    with domain.store.read() as rows:
        found = rows.all(
            select(Party.role, Party.local_type, Party.local_id, Party.id, Party.remote_id).where(
                Party.organization_id == domain.organization_id, name.in_([tuple(key) for key in keys])
            )
        )
    return {PartyKey(Role(role), type_, id_): _Row(row_id, remote) for role, type_, id_, row_id, remote in found}


def _candidates(domain: Domain, role: Role, found: Mapping[str, set[str]]) -> tuple[Candidate, ...]:
    taken: dict[str, str] = {}
    with domain.store.read() as rows:
        for part in chunks(sorted(found)):
            for row in rows.all(
                select(Party.remote_id, Party.local_type, Party.local_id).where(
                    Party.organization_id == domain.organization_id, Party.role == role, Party.remote_id.in_(part)
                )
            ):
                taken[row.remote_id] = f"{row.local_type} {row.local_id}"
    made = [
        Candidate(
            remote_id=remote_id,
            evidence=tuple(sorted(evidence, key=lambda each: -WEIGHTS[each])),
            taken_by=taken.get(remote_id),
        )
        for remote_id, evidence in found.items()
    ]
    made.sort(key=lambda each: (-sum(WEIGHTS[word] for word in each.evidence), each.remote_id))
    return tuple(made[:MOST_CANDIDATES])


# -- what Bill.com has -------------------------------------------------------------------------------------------------


def _fill(domain: Domain, index: _Index, role: Role) -> None:
    """Read every active customer or vendor into the index, page by page."""
    start, patience = 0, PATIENCE
    while True:
        try:
            page = domain.reads.page(
                RECORDS[role], filters=[equals("is_active", "1")], sort=[Sort("created_time")], start=start
            )
        except Held:
            raise
        except NoCapacity as full:
            wanted = timedelta(seconds=1) if full.retry_at is None else full.retry_at - domain.clock.now()
            pause = max(wanted, timedelta(seconds=0.2))
            if pause > patience:
                raise
            patience -= pause
            domain.clock.sleep(pause.total_seconds())
            continue
        for each in page.records:
            if each.id is not None and each.merged_into_id is None:
                index.add(each.id, _facts(each, each.short_name))
        if len(page.records) < PAGE:
            return
        start += PAGE


def _facts(record: Customer | Vendor, own_key: str | None) -> Iterator[tuple[str, str]]:
    """Yield what two records may share."""
    if own_key:
        yield OWN_KEY, own_key
    if record.acc_number:
        yield NUMBER, same_name(record.acc_number)
    if record.email:
        yield EMAIL, same_name(record.email)
    for name in {record.name, record.company_name or record.name}:
        yield NAME, same_name(name)
        yield SIMILAR_NAME, bare_name(name)


class _Index:
    """What customers or vendors have, as hashes on disk: memory stays flat whatever their number.

    :param key: of the hashes; forgotten with the index.
    """

    def __init__(self, connection: sqlite3.Connection, key: bytes) -> None:
        self._connection = connection
        self._key = key
        connection.execute("create table fact (hash blob, remote text, primary key (hash, remote)) without rowid")

    def clear(self) -> None:
        """Forget everything."""
        self._connection.execute("delete from fact")

    def add(self, remote_id: str, facts: Iterable[tuple[str, str]]) -> None:
        """Remember what a customer or vendor has."""
        self._connection.executemany(
            "insert or ignore into fact values (?, ?)", [(self._hash(*each), remote_id) for each in facts]
        )

    def look_up(self, facts: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
        """Return who shares something of this, and what."""
        found: dict[str, set[str]] = defaultdict(set)
        for sort, value in facts:
            query = "select remote from fact where hash = ? limit 100"
            for (remote_id,) in self._connection.execute(query, (self._hash(sort, value),)):
                found[remote_id].add(sort)
        for evidence in found.values():
            if NAME in evidence:
                evidence.discard(SIMILAR_NAME)
        return found

    def _hash(self, sort: str, value: str) -> bytes:
        return hashlib.blake2b(f"{sort}\0{value}".encode(), key=self._key, digest_size=16).digest()


@contextmanager
def _index(key: bytes) -> Iterator[_Index]:
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = off")
        connection.execute("pragma synchronous = off")
        yield _Index(connection, key)
