"""Messages that users leave about objects: the comments of approvers, and what SendMessage writes.

Only the names of the two verbs are public; the keys are assumed.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.calls.listing import page_of
from flask_billcom.simulator.calls.objects import require
from flask_billcom.simulator.calls.operation import Operation, with_data
from flask_billcom.simulator.clock import iso_time
from flask_billcom.simulator.errors import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.world import World

__all__ = ["OPERATIONS", "Note", "write"]

LONGEST: Final = 4000


class Note(NamedTuple):
    """One message."""

    id: str
    object_id: str
    user_id: str
    at: int
    text: str


def write(world: World, object_id: str, text: str) -> Note:
    """Leave a message about an object, from the user of the present call."""
    note = Note(world.ids.new("msg"), object_id, world.actor.id, world.now, text)
    world.messages.setdefault(object_id, []).append(note)
    world.effects.append(note.id)
    return note


def _send(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    subject = world.anything(require(data, "objectId"), "objectId")
    text = arguments.text(data, "message") or arguments.text(data, "body")
    if text is None:
        raise refusal("BDC_1117", "message")
    if len(text) > LONGEST:
        raise refusal("BDC_1129", "message", f"{len(text)} characters")
    for user_id in data.get("toUserIds") or ():
        user = arguments.named(world, "User", {"toUserIds": user_id}, "toUserIds")
        world.send(user["email"], "message", subject.id)
    return {"id": write(world, subject.id, text).id}


def _list(world: World, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    subject = world.anything(require(data, "objectId"), "objectId")
    start, limit = page_of(data)
    return [
        {
            "id": note.id,
            "objectId": note.object_id,
            "fromUserId": note.user_id,
            "message": note.text,
            "createdTime": iso_time(note.at),
        }
        for note in world.messages.get(subject.id, ())[start : start + limit]
    ]


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {"SendMessage": Operation(with_data(_send), "assumed"), "ListMessage": Operation(with_data(_list), "assumed")}
)
