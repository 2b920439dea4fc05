"""What a catalogued field does on the wire: five looks at each.

there and typed    in every answer that should hold it          default    what it is when nothing was sent
kept               a writable one comes back as sent             untouched  a read-only one ignores what is sent
guarded            a wrong type or too long a text is refused
"""

from __future__ import annotations

import re
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.calls.objects import REFERENCES
from flask_billcom.simulator.catalogue import ENTITIES, NO_ID, Entity, Field
from flask_billcom.simulator.coverage.wire import Refused
from flask_billcom.simulator.errors import GUESSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask_billcom.simulator.coverage.stage import Stage

__all__ = ["OWNERS", "Finding", "fields", "look_at"]

ANY_ID: Final = "xyz01SIMULATEDANYa1a"
#: Where lines live: child entity -> document and its list.
OWNERS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        field.of: (owner.name, name)
        for owner in ENTITIES.values()
        for name, field in owner.fields.items()
        if field.kind == "rows" and not ENTITIES[field.of].verbs
    }
)
#: Writable fields that the service fills in by itself when they are not sent.
FILLED: Final = frozenset({"glPostingDate", "usersId", "lineOrder"})
_SAMPLES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "text": "Sample",
        "int": 3,
        "money": Decimal("12.34"),
        "decimal": Decimal("1.25"),
        "date": "2026-09-15",
        "time": "2026-01-01T00:00:00.000+0000",
        "rows": [],
        "list": [1],
        "object": {"a": 1},
    }
)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")
_OWN_SAMPLES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "routingNumber": "121000358",
        "accountNumber": "987654321",
        "email": "sample@example.test",
        "percentage": Decimal("8.25"),
        "nextDueDate": "2027-09-15",
    }
)


class Finding(Exception):  # noqa: N818 - what is found is told, not raised further
    """A field does not do what the catalogue says."""


def fields() -> list[tuple[str, str]]:
    """Return every catalogued field as entity and name, with the three that all entities share."""
    shared = ("id", "createdTime", "updatedTime")
    return [(owner.name, name) for owner in ENTITIES.values() for name in (*shared, *owner.fields)]


def look_at(stage: Stage, entity: str, name: str) -> None:
    """Look at one field over the wire.

    :raises Finding: it is missing, of a wrong type, or behaves otherwise than catalogued.
    """
    owner = ENTITIES[entity]
    field = owner.fields.get(name)
    if field is None:
        _shared_field(stage, owner, name)
    elif entity in OWNERS:
        _line_field(stage, owner, field)
    elif "C" in owner.verbs:
        _created_field(stage, owner, field)
    else:
        _told_field(stage, owner, field)


def _expect(met: object, text: str) -> None:
    if not met:
        raise Finding(text)


def _is_typed(field: Field, value: Any) -> bool:  # noqa: ANN401, PLR0911 - one line per kind
    if field.kind == "bool":
        return isinstance(value, bool)
    if field.kind == "id":
        return isinstance(value, str) and len(value) == len(NO_ID)
    if field.kind in {"rows", "list"}:
        return isinstance(value, list)
    if value is None:
        return True
    if field.kind in {"text", "enum"}:
        return isinstance(value, str)
    if field.kind in {"date", "time"}:
        return isinstance(value, str) and (_DATE if field.kind == "date" else _TIME).fullmatch(value) is not None
    if field.kind == "object":
        return isinstance(value, dict)
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _sample(stage: Stage, owner: Entity, field: Field) -> Any:  # noqa: ANN401 - whatever the field holds
    """Return a value that differs from the default, where there is one."""
    if owner.name.endswith("BankAccount") and field.required and field.kind == "id":
        return stage.make(REFERENCES[field.name])["id"]  # one account each
    if field.name in _OWN_SAMPLES:
        return _OWN_SAMPLES[field.name]
    if field.kind == "enum":
        return next((value for value in field.values if value != field.default), next(iter(field.values), "1"))
    if field.kind == "bool":
        return not field.default
    if field.kind == "id":
        return stage.shared.get(REFERENCES.get(field.name, ""), ANY_ID)
    return _SAMPLES[field.kind]


def _as_told(owner: Entity, field: Field, value: Any) -> Any:  # noqa: ANN401
    """Return how a value comes back: bank account numbers are masked."""
    if field.name != "accountNumber" or not owner.name.endswith("BankAccount"):
        return value
    stars = "******" if owner.name == "CustomerBankAccount" else "*" * (len(value) - 4)
    return stars + value[-4:]


def _as_sent(value: Any) -> Any:  # noqa: ANN401 - JSON has no Decimal
    return str(value) if isinstance(value, Decimal) else value


def _shared_field(stage: Stage, owner: Entity, name: str) -> None:
    row = _any_row(stage, owner)
    _expect(name in row, f"{name} is not answered")
    if name == "id":
        _expect(row["id"].startswith(owner.prefix) and len(row["id"]) == len(NO_ID), f"id is {row['id']!r}")
        _expect(row["entity"] == owner.name, f"entity is {row['entity']!r}")
    else:
        _expect(_TIME.fullmatch(row[name]), f"{name} is {row[name]!r}")


def _any_row(stage: Stage, owner: Entity) -> dict[str, Any]:
    if owner.name in OWNERS:
        document, lines = OWNERS[owner.name]
        return dict(stage.wire(f"Crud/Read/{document}", {"id": stage.shared[document]})[lines][0])
    return dict(stage.wire(f"Crud/Read/{owner.name}", {"id": stage.shared[owner.name]}))


def _told_field(stage: Stage, owner: Entity, field: Field) -> None:
    """Look at a field of what no call creates: all of it is read-only."""
    rows = stage.wire(f"List/{owner.name}", {}) if "L" in owner.verbs else [_any_row(stage, owner)]
    holding = [row for row in rows if field.name in row]
    _expect(holding, f"{field.name} is in none of {len(rows)} objects")
    _expect(field.omitted_unset or len(holding) == len(rows), f"{field.name} is not in every object")
    for row in holding:
        _expect(_is_typed(field, row[field.name]), f"{field.name} is {row[field.name]!r}")
    codes = {"BDC_1116", GUESSES["no_permission"].code}  # nobody may, or partners alone
    for verb in ("Create", "Update"):
        _refused(stage, f"Crud/{verb}/{owner.name}", {"obj": {"entity": owner.name, "id": rows[0]["id"]}}, codes)


def _created_field(stage: Stage, owner: Entity, field: Field) -> None:
    def make(**values: object) -> dict[str, Any]:
        return dict(stage.make(owner.name, **values))

    def update(row: Mapping[str, Any], value: object) -> dict[str, Any]:
        data = {"obj": {"entity": owner.name, "id": row["id"], field.name: value}}
        return dict(stage.wire(f"Crud/Update/{owner.name}", data))

    bare = make()
    _look_at_default(field, bare, stage.minimal(owner.name))
    if field.kind == "rows":
        _expect(bare[field.name][0]["entity"] == field.of, f"a line is a {bare[field.name][0]['entity']}")
        return
    sample = _sample(stage, owner, field)
    if field.read_only:
        _look_at_read_only(owner, field, bare, make(**{field.name: _as_sent(sample)}))
        if "U" in owner.verbs:
            _look_at_read_only(owner, field, bare, update(bare, _as_sent(sample)))
        return
    told = stage.wire(f"Crud/Read/{owner.name}", {"id": make(**{field.name: _as_sent(sample)})["id"]})
    _expect(told[field.name] == _as_told(owner, field, sample), f"{sample!r} came back as {told[field.name]!r}")
    if "U" in owner.verbs:
        changed = update(make(), _as_sent(sample))
        _expect(changed[field.name] == sample, f"an update with {sample!r} left {changed[field.name]!r}")
    _look_at_guards(field, lambda value: make(**{field.name: value}))


def _line_field(stage: Stage, owner: Entity, field: Field) -> None:
    document, lines = OWNERS[owner.name]
    if document == "ReceivedPay":
        _told_line(stage, field)
        return
    least = dict(stage.minimal(document)[lines][0])
    if field.name == "ratePercent":
        least.pop("price")  # a line has either

    def make(**values: object) -> dict[str, Any]:
        made = stage.make(document, **{lines: [{**least, **values}]})
        read = stage.wire(f"Crud/Read/{document}", {"id": made["id"]})
        return dict(read[lines][0])

    bare = make()
    _look_at_default(field, bare, least)
    sample = _sample(stage, owner, field)
    if field.read_only:
        _look_at_read_only(owner, field, bare, make(**{field.name: _as_sent(sample)}))
        return
    if field.name not in FILLED:
        kept = make(**{field.name: _as_sent(sample)})
        _expect(kept[field.name] == sample, f"{sample!r} came back as {kept[field.name]!r}")
    _look_at_guards(field, lambda value: make(**{field.name: value}))


def _told_line(stage: Stage, field: Field) -> None:
    row = stage.wire("Crud/Read/ReceivedPay", {"id": stage.shared["ReceivedPay"]})["invoicePays"][0]
    _expect(field.name in row, f"{field.name} is not answered")
    _expect(_is_typed(field, row[field.name]), f"{field.name} is {row[field.name]!r}")


def _look_at_default(field: Field, row: Mapping[str, Any], sent: Mapping[str, Any]) -> None:
    _expect(field.name in row or field.omitted_unset, f"{field.name} is not answered")
    value = row.get(field.name)
    _expect(field.name not in row or _is_typed(field, value), f"{field.name} is {value!r}")
    if field.name in sent or field.read_only or field.name in FILLED:
        return
    _expect(value == _default_of(field), f"{field.name} begins as {value!r}, not {_default_of(field)!r}")


def _default_of(field: Field) -> Any:  # noqa: ANN401
    if field.kind == "money" and field.default is not None:
        return Decimal(field.default) / 100
    return field.default


def _look_at_read_only(owner: Entity, field: Field, bare: Mapping[str, Any], sent: Mapping[str, Any]) -> None:
    before, after = bare.get(field.name), sent.get(field.name)
    if field.kind in {"rows", "object"} or (field.kind == "id" and before != NO_ID):
        _expect(_is_typed(field, after) or after is None, f"{field.name} became {after!r}")
        return
    if field.name in {"name", "balance", "availCredit"} and owner.name in {"User", "Customer", "Vendor"}:
        _expect(after != "Sample", f"{field.name} was taken over: {after!r}")
        return
    _expect(before == after, f"{field.name} is read-only, but {before!r} became {after!r}")


def _look_at_guards(field: Field, make: Callable[[object], Any]) -> None:
    _refused_by(lambda: make({"nonsense": 1}), {"BDC_1124"}, f"an object as {field.name}")
    if field.max_length:
        kept = make("x" * field.max_length)
        _expect(len(kept[field.name]) == field.max_length, f"{field.name} of the longest size was cut")
        text = _refused_by(lambda: make("x" * (field.max_length + 1)), {"BDC_1119"}, f"too long a {field.name}")
        _expect(f"cannot be greater than {field.max_length} characters" in text, text)


def _refused(stage: Stage, path: str, data: object, codes: set[str]) -> None:
    _refused_by(lambda: stage.wire(path, data), codes, path)


def _refused_by(act: Callable[[], object], codes: set[str], what: str) -> str:
    try:
        act()
    except Refused as error:
        _expect(error.code in codes, f"{what} is refused with {error}")
        return error.text
    raise Finding(f"{what} is not refused")
