"""One kind of object as an attribute of the client: `client.vendors.create(...)`.

Wire: https://developer.bill.com/v2/reference
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from flask_billcom.errors import APIError, BillcomError, MalformedReply, OutcomeUnknown

from . import requests
from .calling import Calls
from .catalogue import entity_of
from .codec import from_wire
from .codes import Certainty, Verdict
from .envelope import Reply
from .fields import Stored, fact_of, facts
from .paging import by_count, by_time
from .query import MAX_PAGE, Filter, Sort, since
from .replies import ItemReply, parse_bulk, parse_list, parse_object
from .requests import MAX_BULK, Call

R = TypeVar("R", bound=Stored)

DELTA_OVERLAP: Final = timedelta(minutes=10)
"""How far a delta read looks back, for what was under way when the last one ended."""

_MARKS: Final = ("invoice_number", "ref_number", "name", "short_name", "vendor_id", "customer_id")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[R]):
    """What became of one object of a bulk call: a record or an error."""

    index: int
    record: R | None = None
    error: BillcomError | None = None


class Entity(Generic[R]):
    """The calls of one kind of object. What Bill.com does not offer raises `InvalidRequest` before anything is sent.

    :param cls: the class of its records.
    :param calls: carries out the calls.
    """

    def __init__(self, cls: type[R], calls: Calls) -> None:
        self.cls = cls
        self._calls = calls

    # -- one object ------------------------------------------------------------------------------------------------

    def create(self, record: R) -> R:
        """Create an object and return it as Bill.com stored it.

        :raises DuplicateDocument: its number is in use.
        :raises OutcomeUnknown: it may or may not have been created; read back first.
        """
        return parse_object(self.cls, self._calls.change(requests.create_one(record)))

    def read(self, id: str) -> R:  # noqa: A002 - Bill.com's own word
        """Return an object, put away or not.

        :raises NotFound: there is none with this id.
        """
        return parse_object(self.cls, self._calls.read(requests.read(self.cls, id)))

    def update(self, record: R) -> R:
        """Update an object; fields that are None stay as they are, `CLEAR` empties one.

        For documents give all lines with their ids: one that is left out is dropped.
        """
        return parse_object(self.cls, self._calls.change(requests.update_one(record)))

    def delete(self, id: str) -> R:  # noqa: A002
        """Put an object away; it can be read and brought back."""
        return parse_object(self.cls, self._calls.change(requests.delete(self.cls, id)))

    def undelete(self, id: str) -> R:  # noqa: A002
        """Bring an object back."""
        return parse_object(self.cls, self._calls.change(requests.undelete(self.cls, id)))

    # -- lists -----------------------------------------------------------------------------------------------------

    def list(
        self,
        *filters: Filter,
        sort: Sequence[Sort] = (),
        start: int = 0,
        max: int = MAX_PAGE,  # noqa: A002
        nested: bool = False,
    ) -> Sequence[R]:
        """Return one page of a list.

        :param filters: conditions that all have to hold.
        :param start: how many objects to pass over.
        :param max: how many to return at most, 1 to 999.
        :param nested: whether objects inside the listed ones come along.
        """
        call = requests.list_page(self.cls, filters=filters, sort=sort, start=start, max=max, nested=nested)
        return parse_list(self.cls, self._calls.read(call))

    def iterate(
        self, *filters: Filter, sort: Sequence[Sort] = (), page_size: int = MAX_PAGE, nested: bool = False
    ) -> Iterator[R]:
        """Yield a whole list with one page in memory.

        Without `sort` it comes in the order of creation, and then what is changed or made meanwhile makes nothing be
        passed over or come twice.

        :param page_size: how many objects one call fetches, 1 to 999.
        """

        def fetch(conditions: Sequence[Filter], order: Sequence[Sort], start: int) -> Sequence[R]:
            return self.list(*conditions, sort=order, start=start, max=page_size, nested=nested)

        if sort or not entity_of(self.cls).timed:
            return by_count(fetch, size=page_size, filters=filters, sort=sort)
        return by_time(fetch, size=page_size, filters=filters)

    def changed_since(
        self,
        moment: datetime,
        *filters: Filter,
        overlap: timedelta = DELTA_OVERLAP,
        page_size: int = MAX_PAGE,
        nested: bool = False,
    ) -> Iterator[R]:
        """Yield what changed since a time, oldest change first; an object that changes meanwhile comes again.

        Keep the `updated_time` of the last one for the next read, and expect objects again that changed shortly
        before it.

        :param moment: aware time.
        :param overlap: how far to look back before it.
        """

        def fetch(conditions: Sequence[Filter], order: Sequence[Sort], start: int) -> Sequence[R]:
            return self.list(*conditions, sort=order, start=start, max=page_size, nested=nested)

        field = "updated_time"
        return by_time(fetch, size=page_size, filters=[*filters, since(field, moment - overlap)], field=field)

    # -- many objects ----------------------------------------------------------------------------------------------

    def bulk_create(self, records: Iterable[R]) -> Sequence[Outcome[R]]:
        """Create any number of objects, 100 in one call, and return one outcome for each.

        After a call without an answer, or one that was refused as a whole, nothing more is sent.
        """
        mark = next(name for name in _MARKS if name in facts(self.cls))
        return self._bulk(records, requests.bulk_create, mark)

    def bulk_update(self, records: Iterable[R]) -> Sequence[Outcome[R]]:
        """Update any number of objects, 100 in one call; see `bulk_create`."""
        return self._bulk(records, requests.bulk_update, "id")

    def bulk_delete(self, ids: Iterable[str]) -> Sequence[Outcome[R]]:
        """Put any number of objects away, 100 in one call; see `bulk_create`."""
        return self._bulk(ids, lambda chunk: requests.bulk_delete(self.cls, chunk), None)

    def bulk_undelete(self, ids: Iterable[str]) -> Sequence[Outcome[R]]:
        """Bring any number of objects back, 100 in one call; see `bulk_create`."""
        return self._bulk(ids, lambda chunk: requests.bulk_undelete(self.cls, chunk), None)

    def _bulk(self, sent: Iterable[Any], build: Callable[[Any], Call], mark: str | None) -> Sequence[Outcome[R]]:
        outcomes: builtins.list[Outcome[R]] = []
        failed = False
        for chunk in _chunks(sent):
            call = build(chunk)
            error: BillcomError = APIError(f"{call.name}: not sent, because an earlier call failed", method=call.name)
            if not failed:
                try:
                    reply = self._calls.change(call)
                except BillcomError as raised:
                    failed, error = True, raised
                else:
                    outcomes += self._laid_beside(reply, chunk, mark, call.name, len(outcomes))
                    continue
            outcomes += [Outcome(len(outcomes) + place, error=error) for place in range(len(chunk))]
        return outcomes

    def _laid_beside(
        self, reply: Reply, chunk: Sequence[Any], mark: str | None, method: str, first: int
    ) -> Sequence[Outcome[R]]:
        wire_mark = _wire_name(self.cls, mark) if mark else "id"
        items = parse_bulk(
            reply,
            chunk,
            number=lambda item: item if isinstance(item, str) else getattr(item, mark or "id"),
            echo=lambda wire: wire.get(wire_mark),
        )
        return [self._outcome(item, method, first) for item in items]

    def _outcome(self, item: ItemReply, method: str, first: int) -> Outcome[R]:
        place = first + item.index
        if item.wire is None:
            return Outcome(place, error=error_of(item.verdict, method))
        try:
            return Outcome(place, from_wire(self.cls, item.wire))
        except MalformedReply as error:
            return Outcome(place, error=error)


def error_of(verdict: Verdict, method: str) -> BillcomError:
    """Return the error that tells what to do after one object of a bulk call was not surely applied.

    :param method: what was called.
    """
    if verdict.transport is not None:
        return verdict.transport
    is_duplicate = verdict.certainty is Certainty.PRESENCE
    if verdict.row is not None and (verdict.not_applied or is_duplicate):
        return verdict.row.error(code=verdict.code, api_message=verdict.message, method=method)
    said = f"{verdict.code or ''} {verdict.message}".strip()
    return OutcomeUnknown(
        f"{method}: {said}; the object may or may not have been changed, read back first",
        answered=verdict.answered,
        code=verdict.code,
    )


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while chunk := list(islice(rest, MAX_BULK)):
        yield chunk


def _wire_name(cls: type[Stored], name: str) -> str:
    fact = fact_of(cls, name)
    assert fact is not None  # names come from the record itself
    return fact.wire
