"""Create, Read, Update, Delete, Undelete, List, and their bulk forms.

Wire: https://developersupport.bill.com/hc/en-us/articles/360035447311-Key-Concepts
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask_billcom.api.catalogue import allow
from flask_billcom.api.codec import beside, to_wire
from flask_billcom.api.fields import Record
from flask_billcom.api.query import MAX_PAGE, Filter, Sort, list_data
from flask_billcom.errors import InvalidRequest

from .call import Call, checked_id

MAX_BULK: Final = 100
"""Most objects in one bulk call: https://developer.bill.com/v2/reference/ap-vendormgmt-bulkcreatevendor"""


def create_one(record: Record) -> Call:
    """Return the call that creates an object.

    :raises InvalidRequest: the entity cannot be created, or a field is missing or wrong.
    """
    entity = allow(type(record), "Create")
    return Call(f"Crud/Create/{entity.name}.json", {"obj": to_wire(record), **beside(record)}, changes=True)


def update_one(record: Record) -> Call:
    """Return the call that updates an object; fields that are None stay as they are.

    :raises InvalidRequest: the entity cannot be updated, or the id is missing.
    """
    entity = allow(type(record), "Update")
    data = {"obj": to_wire(record, for_update=True), **beside(record)}
    return Call(f"Crud/Update/{entity.name}.json", data, changes=True)


def read(cls: type[Record], id: str) -> Call:  # noqa: A002 - Bill.com's own word
    """Return the call that reads an object."""
    return _by_id("Read", cls, id)


def delete(cls: type[Record], id: str) -> Call:  # noqa: A002
    """Return the call that puts an object away; it can still be read and brought back."""
    return _by_id("Delete", cls, id)


def undelete(cls: type[Record], id: str) -> Call:  # noqa: A002
    """Return the call that brings an object back."""
    return _by_id("Undelete", cls, id)


def _by_id(verb: str, cls: type[Record], id: str) -> Call:  # noqa: A002
    entity = allow(cls, verb)
    data = {"id": checked_id(id, f"the id of a {entity.name}")}
    return Call(f"Crud/{verb}/{entity.name}.json", data, changes=verb != "Read")


def list_page(
    cls: type[Record],
    *,
    filters: Sequence[Filter] = (),
    sort: Sequence[Sort] = (),
    start: int = 0,
    max: int = MAX_PAGE,  # noqa: A002
    nested: bool = False,
) -> Call:
    """Return the call that lists one page.

    :raises InvalidRequest: the entity cannot be listed, or a filter, the order or the page cannot be.
    """
    entity = allow(cls, "List")
    data = list_data(cls, filters=filters, sort=sort, start=start, max=max, nested=nested)
    return Call(f"List/{entity.name}.json", data, changes=False)


def bulk_create(records: Sequence[Record]) -> Call:
    """Return the call that creates up to 100 objects of one kind.

    :raises InvalidRequest: there are none or too many, they differ in kind, or one of them cannot be sent.
    """
    entity = allow(_one_kind(records), "Create", bulk=True)
    bulk = [{"obj": to_wire(record), **beside(record)} for record in records]
    return Call(f"Bulk/Crud/Create/{entity.name}.json", {"bulk": bulk}, changes=True, items=len(bulk))


def bulk_update(records: Sequence[Record]) -> Call:
    """Return the call that updates up to 100 objects of one kind.

    :raises InvalidRequest: there are none or too many, they differ in kind, or one of them cannot be sent.
    """
    entity = allow(_one_kind(records), "Update", bulk=True)
    bulk = [{"obj": to_wire(record, for_update=True), **beside(record)} for record in records]
    return Call(f"Bulk/Crud/Update/{entity.name}.json", {"bulk": bulk}, changes=True, items=len(bulk))


def bulk_delete(cls: type[Record], ids: Sequence[str]) -> Call:
    """Return the call that puts up to 100 objects away."""
    return _bulk_by_id("Delete", cls, ids)


def bulk_undelete(cls: type[Record], ids: Sequence[str]) -> Call:
    """Return the call that brings up to 100 objects back."""
    return _bulk_by_id("Undelete", cls, ids)


def _bulk_by_id(verb: str, cls: type[Record], ids: Sequence[str]) -> Call:
    entity = allow(cls, verb, bulk=True)
    _check_size(len(ids))
    bulk = [{"id": checked_id(id_, f"the id of a {entity.name}")} for id_ in ids]
    return Call(f"Bulk/Crud/{verb}/{entity.name}.json", {"bulk": bulk}, changes=True, items=len(bulk))


def _one_kind(records: Sequence[Record]) -> type[Record]:
    _check_size(len(records))
    kinds = {type(record) for record in records}
    if len(kinds) != 1:
        raise InvalidRequest("the objects of one bulk call must be of one kind")
    return kinds.pop()


def _check_size(size: int) -> None:
    if not 1 <= size <= MAX_BULK:
        raise InvalidRequest(f"a bulk call holds 1 to {MAX_BULK} objects, not {size}")
