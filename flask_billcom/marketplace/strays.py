"""Objects at Bill.com that carry our mark and that no row of ours has made: they are never made a second time.

    found by the witness, the sweep or a reconciliation --note--> mark stray/<sort>/<key>: its id
    a document or party of that key is to be sent       --known--> parked as a difference; a person adopts it
    adopted: a row of ours has its id, and nothing is left to explain
    deleted at Bill.com                                 --sweep--> forgotten: what waited for it is made

They come from a lost timeline: the database was restored from a backup, or another installation used the same prefix.
The key is a document's number, or a party's own key in `shortName`.

Acts: stray_seen, stray_gone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, delete, select

from flask_billcom.api.records import Bill, Customer, Invoice, Vendor
from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.models import OPEN_LANE, Document, Hold, Mark, Operation, OperationState, Party
from flask_billcom.store import Rows

from .numbers import id_of_key

PREFIX = "stray/"
RESTORED = (
    "objects at Bill.com that this database does not know: was it restored? "
    "Run `flask billcom books reconcile --resume`"
)
"""How the reason ends for which everything stands until a person has looked."""
SORTS: Mapping[str, type[Any]] = {"invoice": Invoice, "bill": Bill, "customer": Customer, "vendor": Vendor}
"""What can be one, in the order in which things are made at Bill.com."""
ACTIVE = "1"
_MADE = (*OPEN_LANE, OperationState.DONE)
_MARKED = select(Mark.name, Mark.value).where(
    Mark.organization_id == bindparam("of"), Mark.name.in_(bindparam("names", expanding=True))
)
# A subject has one organization. Named for its operation, it would lead SQLite to an index of all of them.
_OPERATION = (Operation.id.label("operation_id"), Operation.state, Operation.first_sent_at)
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_DOCUMENTS = (
    select(Document.number.label("key"), Document.remote_id, *_OPERATION)
    .outerjoin(Operation, (Operation.subject_id == Document.id) & (Operation.kind == bindparam("made")))
    .where(Document.organization_id == bindparam("of"), Document.kind == bindparam("sort"), Document.number.in_(_KEYS))
    .order_by(Operation.generation)
)
_PARTIES = (
    select(Party.id.label("key"), Party.remote_id, *_OPERATION)
    .outerjoin(Operation, (Operation.subject_id == Party.id) & (Operation.kind == bindparam("made")))
    .where(Party.organization_id == bindparam("of"), Party.role == bindparam("sort"), Party.id.in_(_KEYS))
    .order_by(Operation.generation)
)


@dataclass(frozen=True, slots=True)
class Stray:
    """One of them.

    :param sort: invoice, bill, customer or vendor.
    :param key: its number, or its short name.
    :param created: when Bill.com made it, if it says so.
    """

    sort: str
    key: str
    remote_id: str
    created: datetime | None

    @property
    def mark(self) -> str:
        """Name of the mark that remembers it."""
        return _name(self.sort, self.key)

    def as_evidence(self) -> dict[str, Any]:
        """Return what an operation that must not make it again keeps."""
        what = "an invoice" if self.sort == "invoice" else f"a {self.sort}"
        word = "number" if self.sort in {"invoice", "bill"} else "key"
        return {
            "difference": f"Bill.com has {what} of this {word} that we do not know as ours: {self.remote_id}",
            "remote_id": self.remote_id,
            "created": None if self.created is None else self.created.isoformat(),
            "resolve": f"flask billcom ops resolve ID --adopt {self.remote_id}",
        }


def of_page(sort: str, prefix: str, page: Iterable[Any]) -> Iterator[Stray]:
    """Yield what carries our mark on a page, ours or not; a short name of somebody else's may begin like a key."""
    is_document = sort in {"invoice", "bill"}
    start = prefix if is_document else f"{prefix}{sort[0].upper()}"
    for each in page:
        key = (each.invoice_number if is_document else each.short_name) or ""
        is_marked = key.startswith(start) and (is_document or id_of_key(prefix, key) is not None)
        if each.id is not None and is_marked and each.is_active == ACTIVE:
            yield Stray(sort, key, each.id, each.created_time)


def is_gone(there: Bill | Customer | Invoice | Vendor) -> bool:
    """Return whether a document or party was deleted, and nothing of it was paid or is going to be.

    One that was paid when it was deleted counts as there: made again it would be paid twice.
    """
    if there.is_active == ACTIVE:
        return False
    if isinstance(there, Bill | Invoice):
        open_amount = there.due_amount if isinstance(there, Bill) else there.amount_due
        return open_amount == there.amount and not there.scheduled_amount
    return True


@dataclass(frozen=True, slots=True)
class Sorted:
    """What carries our mark and is not what a row of ours has made.

    :param strays: those of which no row knows.
    :param duplicates: those beside the one that our row has made.
    :param again: planned operations that were sent before and proved absent, and whose effect is there after all.
    """

    strays: Sequence[Stray] = ()
    duplicates: Sequence[Stray] = ()
    again: Sequence[UUID] = ()


def sort_out(rows: Rows, organization_id: str, prefix: str, found: Sequence[Stray]) -> Sorted:
    """Compare what carries our mark, all of one sort, with our rows.

    An operation under way or in doubt counts as a row: it will find its effect. A planned one that was never sent knows
    nothing of the object.
    """
    if not found:
        return Sorted()
    ours = _rows_of(rows, organization_id, prefix, found[0].sort, {each.key for each in found})
    strays: list[Stray] = []
    duplicates: list[Stray] = []
    again: list[UUID] = []
    for each in found:
        row = ours.get(each.key)
        if row is not None and row.remote_id is not None:
            duplicates += [each] if row.remote_id != each.remote_id else []
        elif row is not None and row.state == OperationState.PLANNED and row.first_sent_at is not None:
            again.append(row.operation_id)
        elif row is None or row.state not in _MADE:
            strays.append(each)
    return Sorted(strays, duplicates, again)


def _rows_of(rows: Rows, organization_id: str, prefix: str, sort: str, keys: Collection[str]) -> dict[str, Any]:
    """Return how our rows of some keys stand: their remote id, and the newest operation that makes each."""
    of = {"of": organization_id, "sort": sort, "made": f"create_{sort}"}
    if sort in {"invoice", "bill"}:
        return {row.key: row for row in rows.all(_DOCUMENTS, {**of, "keys": sorted(keys)})}
    wanted = {row_id: key for key in keys if (row_id := id_of_key(prefix, key)) is not None}
    return {wanted[row.key]: row for row in rows.all(_PARTIES, {**of, "keys": sorted(wanted)})}


def note(rows: Rows, clock: Clock, organization_id: str, strays: Sequence[Stray]) -> list[Stray]:
    """Remember strays and return those that are new."""
    if not strays:
        return []
    before = {each.mark for sort in SORTS for each in known(rows, organization_id, sort, _keys(strays, sort)).values()}
    new = [each for each in {each.mark: each for each in strays}.values() if each.mark not in before]
    now = clock.now()
    rows.insert_new(
        Mark,
        [
            {"organization_id": organization_id, "name": each.mark, "value": _text(each), "updated_at": now}
            for each in new
        ],
    )
    acts = [
        Act("stray_seen", each.sort, None, {"key": each.key, "remote_id": each.remote_id, "sort": each.sort})
        for each in new
    ]
    record(rows, clock, organization_id, acts)
    return new


def forget(rows: Rows, clock: Clock, organization_id: str, gone: Sequence[Stray]) -> None:
    """Forget strays that somebody has deleted at Bill.com."""
    names = sorted(each.mark for each in gone)
    rows.change(delete(Mark).where(Mark.organization_id == organization_id, Mark.name.in_(names)))
    acts = [
        Act("stray_gone", each.sort, None, {"key": each.key, "remote_id": each.remote_id, "sort": each.sort})
        for each in gone
    ]
    record(rows, clock, organization_id, acts)


def known(rows: Rows, organization_id: str, sort: str, keys: Collection[str]) -> dict[str, Stray]:
    """Return the strays of some keys, by key."""
    if not keys:
        return {}
    names = [_name(sort, key) for key in sorted(keys)]
    found = rows.all(_MARKED, {"of": organization_id, "names": names})
    return {each.key: each for name, value in found for each in [_stray(name, value)]}


def may_be_there(rows: Rows, organization_id: str, documents: Sequence[Document]) -> set[UUID]:
    """Return those of some documents, all planned, that a lost timeline may have made: they are adopted as they are.

    Their amount must not change before a person has looked, or the one that is there would be nobody's.
    """
    if not documents:
        return set()
    if _is_restored(rows, organization_id):
        return {each.id for each in documents}
    there: set[UUID] = set()
    for sort in ("invoice", "bill"):
        numbers = {each.number: each.id for each in documents if each.kind == sort}
        there |= {numbers[number] for number in known(rows, organization_id, sort, numbers)}
    return there


def _is_restored(rows: Rows, organization_id: str) -> bool:
    """Return whether everything stands because this database seems to have been restored."""
    found = rows.first(
        select(Hold.id)
        .where(
            Hold.organization_id == organization_id,
            Hold.released_at.is_(None),
            Hold.reason.endswith(RESTORED, autoescape=True),
        )
        .limit(1)
    )
    return found is not None


def unexplained(rows: Rows, organization_id: str) -> list[Stray]:
    """Return the strays that are remembered and that no row of ours has become since."""
    found = rows.all(
        select(Mark.name, Mark.value)
        .where(Mark.organization_id == organization_id, Mark.name.startswith(PREFIX, autoescape=True))
        .order_by(Mark.name)
    )
    remembered = [_stray(name, value) for name, value in found]
    ids = sorted(each.remote_id for each in remembered)
    explained: set[str] = set()
    for table in (Document, Party):
        columns: Any = table
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            explained |= set(
                rows.all(
                    select(columns.remote_id).where(
                        columns.organization_id == organization_id, columns.remote_id.in_(part)
                    )
                )
            )
    return [each for each in remembered if each.remote_id not in explained]


def _keys(strays: Sequence[Stray], sort: str) -> set[str]:
    return {each.key for each in strays if each.sort == sort}


def _name(sort: str, key: str) -> str:
    return f"{PREFIX}{sort}/{key}"[:64]


def _text(stray: Stray) -> str:
    created = None if stray.created is None else stray.created.isoformat()
    return json.dumps({"id": stray.remote_id, "created": created})


def _stray(name: str, value: str) -> Stray:
    _, sort, key = name.split("/", 2)
    said = json.loads(value)
    created = None if said["created"] is None else datetime.fromisoformat(said["created"])
    return Stray(sort, key, said["id"], created)
