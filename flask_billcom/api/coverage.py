"""How much of API v2 the client covers: `python -m flask_billcom.api.coverage`.

A field counts if a value of its type survives the wire both ways, its default is nothing, and it is sent exactly
if it may be written. A verb counts if its call can be built, an operation if the client has a method for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from flask_billcom.errors import BillcomError

from . import records, requests, sessions
from .catalogue import ENTITIES
from .catalogued import FIELDS, OPERATIONS
from .client import BillcomAPI
from .codec import from_wire, to_wire
from .fields import Fact, Kind, Record, Stored, by_wire, facts
from .operations import OPERATIONS as OFFERED
from .wire import dumps, loads

_ID: Final = "00901AAAAAAAAAAAAAAA"
_SAMPLES: Final[dict[Kind, Any]] = {
    Kind.ID: _ID,
    Kind.TEXT: "text",
    Kind.CHOICE: "new",
    Kind.FLAG: True,
    Kind.MONEY: Decimal("12.30"),
    Kind.NUMBER: Decimal("1.23456"),
    Kind.WHOLE: 7,
    Kind.DAY: date(2031, 3, 4),
    Kind.MOMENT: datetime(2031, 3, 4, 5, 6, 7, tzinfo=UTC),
    Kind.RAW: [1],
}


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the report.

    :param missing: what is not covered, by name.
    """

    title: str
    total: int
    missing: tuple[str, ...]

    def __str__(self) -> str:
        covered = self.total - len(self.missing)
        return f"{self.title:11} {covered}/{self.total} ({covered / self.total:.1%})"


def report() -> list[Part]:
    """Return what is covered of entities, fields, verbs and operations."""
    fields = [(entity, name) for entity, names in FIELDS.items() for name in names]
    verbs = [
        (name, verb, is_bulk)
        for name, row in ENTITIES.items()
        for is_bulk, offered in ((False, row.verbs), (True, row.bulk))
        for verb in sorted(offered)
    ]
    calls = [name for name, method in OPERATIONS.items() if not _is_offered(name, method)]
    unbuilt = [f"{'bulk ' if b else ''}{v} {n}" for n, v, b in verbs if not _can_build(ENTITIES[n].record, v, bulk=b)]
    return [
        Part("entities", len(ENTITIES), tuple(name for name in ENTITIES if name not in FIELDS)),
        Part("fields", len(fields), tuple(f"{entity}.{name}" for entity, name in fields if not _is_kept(entity, name))),
        Part("verbs", len(verbs), tuple(unbuilt)),
        Part("operations", len(OPERATIONS), tuple(calls)),
    ]


def _is_kept(entity: str, wire_name: str) -> bool:
    cls = getattr(records, entity, None)
    fact = by_wire(cls).get(wire_name) if cls is not None else None
    if cls is None or fact is None:
        return False
    try:
        return all(_checks(cls, fact, wire_name))
    except BillcomError:
        return False


def _checks(cls: type[Record], fact: Fact, wire_name: str) -> Iterator[bool]:
    """Yield whether each property of a field holds."""
    value = _sample(fact)
    needed = {name: _sample(known) for name, known in facts(cls).items() if known.required}
    record = cls(**{**needed, fact.name: value})
    sent = to_wire(record)
    may_be_sent = not (fact.read_only or fact.beside)
    yield (fact.wire in sent) is may_be_sent
    on_wire = sent[fact.wire] if may_be_sent else _written(fact, value)
    yield getattr(from_wire(cls, loads(dumps({wire_name: on_wire}))), fact.name) == value
    yield not getattr(from_wire(cls, {}), fact.name)


def _sample(fact: Fact) -> Any:  # noqa: ANN401
    if fact.records is None:
        return _SAMPLES[fact.kind]
    needed = {name: _sample(known) for name, known in facts(fact.records).items() if known.required}
    return (fact.records(**needed),)


def _written(fact: Fact, value: Any) -> Any:  # noqa: ANN401
    return [to_wire(item) for item in value] if fact.kind is Kind.RECORDS else value


def _can_build(cls: type[Record], verb: str, *, bulk: bool) -> bool:
    needed = {name: _sample(fact) for name, fact in facts(cls).items() if fact.required}
    record = cls(**needed, id=_ID) if issubclass(cls, Stored) else cls(**needed)
    name = verb.lower()
    try:
        if verb == "List":
            requests.list_page(cls)
        elif verb in {"Create", "Update"}:
            getattr(requests, f"bulk_{name}" if bulk else f"{name}_one")([record] if bulk else record)
        else:
            getattr(requests, f"bulk_{name}" if bulk else name)(cls, [_ID] if bulk else _ID)
    except BillcomError:
        return False
    return True


def _is_offered(name: str, method: str) -> bool:
    place, _, function = method.rpartition(".")
    return name in OFFERED and hasattr(sessions if place else BillcomAPI, function)


def main() -> int:
    """Print the report and what is missing; 0 if everything but two in a hundred fields is covered."""
    parts = report()
    try:
        for part in parts:
            sys.stdout.write(f"{part}\n")
            for name in part.missing:
                sys.stdout.write(f"  missing: {name}\n")
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has seen enough; what is left goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(any(len(part.missing) > (part.total // 50 if part.title == "fields" else 0) for part in parts))


if __name__ == "__main__":
    sys.exit(main())
