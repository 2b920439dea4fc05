"""What a user has to approve, or had to: ListUserApprovals, read on with a marker.

    type 0 waits for him   1 approved   2 denied   3 comes to him later
    marker: id of the last object and its time, "00n...|1900000000000"

https://developersupport.bill.com/hc/en-us/articles/214115986-ListUserApprovals
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.calls.answers import Raw, to_json
from flask_billcom.simulator.calls.listing import ordered, parse_query
from flask_billcom.simulator.calls.operation import Operation, with_data
from flask_billcom.simulator.errors import refusal
from flask_billcom.simulator.state.rows import render

from . import approvals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["OPERATIONS"]

_TYPES: Final = {
    "0": {approvals.WAITING, approvals.VIEWED},
    "1": {approvals.APPROVED},
    "2": {approvals.DENIED},
    "3": {approvals.UPCOMING},
}
_NAMES: Final = {"vendorId": "Vendor", "departmentId": "Department", "locationId": "Location", "createdBy": "User"}


def _user_approvals(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    kind = approvals.kind_of(data)
    user = arguments.named(world, "User", data, "usersId")
    wanted = str(data.get("approvalType") or "0")
    if wanted not in _TYPES:
        raise refusal("BDC_1129", "approvalType", wanted)
    owner = world.store[kind.document].entity
    query = parse_query(owner, {**data, "start": 0}, text_filters=world.settings.text_filters)
    rows = world.store[kind.approver].having("usersId", user.id)
    documents = {
        row[kind.reference]: world.store[kind.document].by_id[row[kind.reference]]
        for row in rows
        if row["isActive"] == "1" and row["status"] in _TYPES[wanted]
    }
    found = ordered(documents.values(), query)
    rest = _after(found, data.get("marker")) if data.get("marker") else found
    page = rest[: query.limit]
    marker = f"{page[-1].id}|{page[-1].created}" if len(page) < len(rest) else None
    return {"marker": marker, "approvals": [_with_names(world, each) for each in page]}


def _after(found: Sequence[Row], marker: object) -> Sequence[Row]:
    """Return what follows a marker; where its object has left the list, what was made after it."""
    object_id, _, millis = str(marker).partition("|")
    for place, row in enumerate(found):
        if row.id == object_id:
            return found[place + 1 :]
    if not millis.isdigit():
        raise refusal("BDC_1129", "marker", marker)
    return [row for row in found if row.created > int(millis)]


def _with_names(world: World, row: Row) -> Raw:
    """Return an object with the names of what it refers to."""
    related = {}
    for field, entity in _NAMES.items():
        other = world.find(entity, row[field]) if field in row.shape.entity.fields else None
        if other is not None:
            related[field] = {"name": other["name"]}
    return Raw(f'{render(row)[:-1]},"related":{to_json(related)}}}')


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "SetApprovers": Operation(with_data(approvals.set_approvers), right="manage_bills"),
        "ListApprovers": Operation(with_data(approvals.list_approvers)),
        "ListUserApprovals": Operation(with_data(_user_approvals)),
        "Approve": Operation(with_data(approvals.approve), right="approve"),
        "Deny": Operation(with_data(approvals.deny), right="approve"),
        "ClearApprovers": Operation(with_data(approvals.clear_approvers), right="manage_bills"),
    }
)
