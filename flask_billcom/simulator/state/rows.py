"""One stored object: what differs from the catalogue's defaults, beside a shape that all objects of its sort share.

    Row     id, times, values[]  ──>  Shape   which fields the values belong to, and the JSON text around them

An object's JSON is its shape's text with the few own values filled in; a bill of fifty fields costs a dozen of them.
"""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.catalogue import ENTITIES, Entity, Field
from flask_billcom.simulator.clock import iso_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

__all__ = ["Row", "Shape", "empty_shape", "render"]


def dollars(cents: int | None) -> str:
    """Return cents as the wire writes an amount: a number with two decimals."""
    if cents is None:
        return "null"
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def _text(value: str | None) -> str:
    return "null" if value is None else quoted(value)


def _plain(value: str | None) -> str:
    return "null" if value is None else f'"{value}"'


def _bool(value: object) -> str:
    return "true" if value else "false"


def _int(value: int | None) -> str:
    return "null" if value is None else str(value)


def _decimal(value: Decimal | None) -> str:
    return "null" if value is None else format(value, "f")


def _time(value: int | None) -> str:
    return "null" if value is None else f'"{iso_time(value)}"'


def _raw(value: str | None) -> str:
    return "null" if value is None else value


def _rows(rows: Iterable[Row]) -> str:
    return f"[{','.join([render(row) for row in rows])}]"


_ENCODERS: dict[str, Callable[[Any], str]] = {
    "text": _text,
    "id": _plain,
    "enum": _plain,
    "date": _plain,
    "bool": _bool,
    "int": _int,
    "money": dollars,
    "decimal": _decimal,
    "time": _time,
    "object": _raw,
    "list": lambda value: value or "[]",
    "rows": _rows,
}


def encoded(field: Field, value: Any) -> str:  # noqa: ANN401 - a value is whatever its kind holds
    """Return the JSON text of one field's value."""
    return _ENCODERS[field.kind](value)


def _optional(field: Field) -> Callable[[Any], str]:
    encode = _ENCODERS[field.kind]
    return lambda value: f'"{field.name}":{encode(value)},' if value else ""


class Shape:
    """The fields that a row holds values for, in the order in which they were first set.

    :param entity: whose fields these are.
    :param names: the fields.
    """

    __slots__ = ("_grown", "_plan", "_template", "entity", "index", "names")

    def __init__(self, owner: Entity, names: tuple[str, ...]) -> None:
        self.entity = owner
        self.names = names
        self.index = {name: place for place, name in enumerate(names)}
        self._grown: dict[str, Shape] = {}
        self._plan: list[tuple[Callable[[Any], str], int]] = []
        self._template = ""

    def __reduce__(self) -> tuple[Callable[..., Shape], tuple[str, tuple[str, ...]]]:
        return shape_of, (self.entity.name, self.names)

    def grown(self, name: str) -> Shape:
        """Return the shape that holds one field more."""
        found = self._grown.get(name)
        if found is None:
            found = self._grown[name] = Shape(self.entity, (*self.names, name))
        return found

    def text(self, row: Row) -> str:
        """Return the row as a JSON object."""
        if not self._template:
            self._compile()
        values = row.values
        texts = [encode(values[place]) for encode, place in self._plan]
        return self._template % (row.id, *texts, iso_time(row.created), iso_time(row.updated))

    def _compile(self) -> None:
        parts = [f'{{"entity":"{self.entity.name}","id":"%s",']
        for name, field in self.entity.fields.items():
            place = self.index.get(name)
            if place is not None and field.omitted_unset:
                self._plan.append((_optional(field), place))
                parts.append("%s")
            elif place is not None:
                self._plan.append((_ENCODERS[field.kind], place))
                parts.append(f'"{name}":%s,')
            elif not field.omitted_unset:
                default = encoded(field, field.default).replace("%", "%%")
                parts.append(f'"{name}":{default},')
        parts.append('"createdTime":"%s","updatedTime":"%s"}')
        self._template = "".join(parts)


_ROOTS: Final = MappingProxyType({name: Shape(owner, ()) for name, owner in ENTITIES.items()})


def empty_shape(name: str) -> Shape:
    """Return the shape of an untouched object of that entity."""
    return _ROOTS[name]


def shape_of(name: str, names: Iterable[str]) -> Shape:
    """Return the shape of that entity with these fields, in this order."""
    shape = empty_shape(name)
    for each in names:
        shape = shape.grown(each)
    return shape


class Row:
    """One object.

    :param shape: which fields `values` belong to.
    :param row_id: the id, 20 characters.
    :param created: milliseconds since 1970.
    """

    __slots__ = ("created", "id", "log_place", "place", "shape", "updated", "values")

    def __init__(self, shape: Shape, row_id: str, created: int) -> None:
        self.id = row_id
        self.shape = shape
        self.values: list[Any] = []
        self.created = created
        self.updated = created
        self.place = -1
        self.log_place = -1

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a value is whatever its field holds
        place = self.shape.index.get(name)
        if place is not None:
            return self.values[place]
        return self.shape.entity.fields[name].default

    def __setitem__(self, name: str, value: Any) -> None:  # noqa: ANN401
        place = self.shape.index.get(name)
        if place is not None:
            self.values[place] = value
        elif value != self.shape.entity.fields[name].default:
            self.shape = self.shape.grown(name)
            self.values.append(value)

    def __repr__(self) -> str:
        return f"<{self.shape.entity.name} {self.id}>"

    def __copy__(self) -> Row:
        twin = Row(self.shape, self.id, self.created)
        twin.values, twin.updated, twin.place, twin.log_place = (
            self.values.copy(),
            self.updated,
            self.place,
            self.log_place,
        )
        return twin

    @property
    def entity_name(self) -> str:
        """The entity that this is one of."""
        return self.shape.entity.name

    @property
    def is_active(self) -> bool:
        """Whether it has not been deleted."""
        return bool(self["isActive"] == "1")


def render(row: Row) -> str:
    """Return a row as the wire writes it."""
    return row.shape.text(row)
