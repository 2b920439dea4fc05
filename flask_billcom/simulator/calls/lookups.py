"""Questions about objects in general: what fields an entity has, what fits a word, where the web page shows it.

https://developer.bill.com/v2/docs/organization-overview
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.catalogue import ENTITIES, Entity, Field
from flask_billcom.simulator.errors import refusal

from .listing import PAGE
from .objects import require
from .operation import Operation, with_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

    from .operation import Call

__all__ = ["OPERATIONS", "metadata_of"]

_TYPES: Final = MappingProxyType(
    {
        "id": "IdField",
        "text": "StringField",
        "enum": "EnumField",
        "bool": "BooleanField",
        "int": "IntegerField",
        "money": "MoneyField",
        "decimal": "DecimalField",
        "date": "DateField",
        "time": "DateTimeField",
        "rows": "ChildField",
        "list": "ListField",
        "object": "ObjectField",
    }
)
_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEARCHED: Final = (
    "name",
    "shortName",
    "companyName",
    "firstName",
    "lastName",
    "email",
    "invoiceNumber",
    "refNumber",
    "accountNumber",
    "description",
)


def _entity(name: object) -> Entity:
    if not isinstance(name, str) or name not in ENTITIES:
        raise refusal("BDC_1114", name)
    return ENTITIES[name]


def metadata_of(owner: Entity) -> dict[str, Any]:
    """Return what GetEntityMetadata tells of an entity."""
    fields: dict[str, Any] = {
        "id": {"readonly": True, "required": False, "type": "IdField", "entity": owner.name, "label": "Id"}
    }
    for name, found in owner.fields.items():
        fields[name] = _described(owner, name, found)
    for name in ("createdTime", "updatedTime"):
        label = _WORDS.sub(" ", name).capitalize()
        fields[name] = {"readonly": True, "required": False, "type": "DateTimeField", "label": label}
    shown = [name for name in ("name", "invoiceNumber", "refNumber") if name in owner.fields]
    return {"attributes": {"display": shown or ["id"]}, "fields": fields}


def _described(owner: Entity, name: str, found: Field) -> dict[str, Any]:
    label = _WORDS.sub(" ", name)
    about: dict[str, Any] = {
        "readonly": found.read_only,
        "required": found.required,
        "type": _TYPES[found.kind],
        "label": label[:1].upper() + label[1:],
        "filterable": found.filterable,
    }
    if found.max_length:
        about["maxLength"] = found.max_length
    if found.values:
        about["values"] = dict(found.values)
    if found.kind == "rows":
        about["entity"] = found.of
    elif found.kind == "id":
        about["entity"] = owner.name
    return about


def _metadata(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    del world
    wanted = data.get("entity") or list(ENTITIES)
    if isinstance(wanted, str):
        wanted = [wanted]
    if not isinstance(wanted, list):
        raise refusal("BDC_1124", "entity")
    return {owner.name: metadata_of(owner) for owner in map(_entity, wanted)}


def _search(world: World, data: Mapping[str, Any]) -> list[Row]:
    owner = _entity(require(data, "entity"))
    if not owner.offers("List"):
        raise refusal("BDC_1128", owner.name)
    term = str(require(data, "term")).casefold()
    fields = [name for name in _SEARCHED if name in owner.fields]
    found = []
    for row in world.store[owner.name]:
        if any(term in str(row[name] or "").casefold() for name in fields):
            found.append(row)
            if len(found) == PAGE:
                break
    return found


def _object_url(world: World, call: Call) -> dict[str, Any]:
    key = "objectId" if call.data.get("objectId") else "id"
    row = world.anything(require(call.data, key), key)
    return {"url": f"{call.base_url}/{row.entity_name}?id={row.id}"}


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "GetEntityMetadata": Operation(with_data(_metadata)),
        "SearchEntity": Operation(with_data(_search), "recorded"),
        "GetObjectUrl": Operation(_object_url, "assumed"),
    }
)
