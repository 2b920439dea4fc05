"""What Bill.com's API v2 knows about: every entity, its verbs and its fields, as data.

    = Bill 00n CRUDNL CUDN                entity, id prefix, verbs, bulk verbs
    vendorId|id|D!||                      field | kind | marks | default at creation | enum values

Verbs: C create, R read, U update, D delete, N undelete, L list. Kinds: text, id, enum, bool, int, money (cents inside),
decimal, date, time, object, list, list:<Entity>; `(n)` is the longest text accepted.
Marks: D documented, R recorded from live answers or working clients, A assumed; `!` required on create, `-` read-only,
`x` not filterable, `o` left out of answers while unset.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.catalogue import (
    approvals,
    classification,
    customers,
    organization,
    payables,
    payments,
    receipts,
    receivables,
    vendors,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ENTITIES", "NO_ID", "VERBS", "Entity", "Field", "entity"]

NO_ID: Final = "0" * 20
VERBS: Final = MappingProxyType(
    {"Create": "C", "Read": "R", "Update": "U", "Delete": "D", "Undelete": "N", "List": "L"}
)
EVIDENCE: Final = MappingProxyType({"D": "documented", "R": "recorded", "A": "assumed"})

#: Spellings that clients send for a field that the service answers under another name.
LEGACY: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "Vendor": {"enableCombinePayments": "enabledCombinePayments"},
        "CustomerBankAccount": {"nameOnAcct": "nameOnAccount"},
        "VendorBankAccount": {"nameOnAccount": "nameOnAcct"},
    }
)
_TABLES = (vendors, payables, payments, approvals, customers, receivables, receipts, classification, organization)
_UNSET: Final[Mapping[str, Any]] = MappingProxyType({"id": NO_ID, "bool": False, "list": ()})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity, with what it rests on."""

    name: str
    kind: str
    evidence: str
    default: Any
    of: str = ""
    max_length: int = 0
    required: bool = False
    read_only: bool = False
    filterable: bool = True
    omitted_unset: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity: its id prefix, its verbs and its fields in answer order."""

    name: str
    prefix: str
    verbs: str
    bulk: str
    fields: Mapping[str, Field]
    required: tuple[str, ...]
    aliases: Mapping[str, str]

    def offers(self, verb: str, *, bulk: bool = False) -> bool:
        """Return whether the verb of the path ("Create", "List", ...) exists for this entity."""
        letter = VERBS.get(verb)
        return letter is not None and letter in (self.bulk if bulk else self.verbs)


def entity(name: str) -> Entity:
    """Return the entity of that name.

    :raises KeyError: the catalogue has none.
    """
    return ENTITIES[name]


def _parsed_default(kind: str, text: str) -> Any:  # noqa: ANN401 - a default is whatever its kind holds
    if text == "null":
        return None
    if not text:
        return _UNSET.get(kind.partition(":")[0])
    if kind == "bool":
        return text == "true"
    if kind in {"int", "money"}:
        return int(text)
    return Decimal(text) if kind == "decimal" else text


def _parsed_field(line: str) -> Field:
    name, kind, marks, default, values = line.split("|")
    kind, _, limit = kind.partition("(")
    head, _, of = kind.partition(":")
    return Field(
        name=name,
        kind="rows" if of else head,
        evidence=EVIDENCE[marks[0]],
        default=_parsed_default(kind, default),
        of=of,
        max_length=int(limit.rstrip(")") or 0),
        required="!" in marks,
        read_only="-" in marks,
        filterable="x" not in marks and head not in {"list", "object"},
        omitted_unset="o" in marks,
        values=dict(pair.split("=") for pair in values.split()),
    )


def _parsed_entity(block: str) -> Entity:
    head, *lines = block.strip().lstrip("= ").splitlines()
    name, prefix, verbs, bulk = head.split()
    fields = {found.name: found for found in map(_parsed_field, lines)}
    required = tuple(found.name for found in fields.values() if found.required)
    return Entity(
        name, prefix, verbs.strip("-"), bulk.strip("-"), fields, required, LEGACY.get(name, MappingProxyType({}))
    )


def _parsed_tables() -> Iterator[Entity]:
    for module in _TABLES:
        yield from (_parsed_entity(block) for block in module.TABLE.split("\n= ") if block.strip("= \n"))


ENTITIES: Final[Mapping[str, Entity]] = MappingProxyType({found.name: found for found in _parsed_tables()})
