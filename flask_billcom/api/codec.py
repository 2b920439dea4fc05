"""Records to wire objects and back, driven by the facts beside the fields.

    Vendor(name="Acme")  --to_wire-->  {"entity": "Vendor", "name": "Acme"}
    {"entity": "Vendor", "payBy": "0", "new": 1}  --from_wire-->  Vendor(pay_by=PayBy.CHECK, extra={"new": 1})

Writing is strict: a wrong type is an error before anything is sent. Reading is tolerant towards what is new (unknown
fields are kept, unknown choices stay text) and strict towards what is known: an amount that is no number is no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, Final, TypeVar

from flask_billcom.errors import InvalidRequest, MalformedReply
from flask_billcom.money import MAX_CENTS, from_cents, to_cents

from .fields import CLEAR, Fact, Kind, Record, Stored, by_wire, facts, once_per_class
from .secret import Secret
from .wire import NO_ID, timestamp

R = TypeVar("R", bound=Record)

Wire = dict[str, Any]

ID_LENGTH: Final = 20


# -- writing ----------------------------------------------------------------------------------------------------------


def to_wire(record: Record, *, for_update: bool = False) -> Wire:
    """Return a record as the object that Create or Update sends.

    Read-only fields and fields that are None are left out; `CLEAR` is sent as null.

    :param for_update: whether the id goes along, and the ids of nested records.
    :raises InvalidRequest: a field has the wrong type, or one is missing that Create or Update needs.
    """
    wire: Wire = {"entity": record.ENTITY} if record.ENTITY else {}
    for fact in facts(type(record)).values():
        is_id = for_update and fact.name == "id"
        if fact.beside or (fact.read_only and not is_id):
            continue
        value = getattr(record, fact.name)
        if value is CLEAR:
            wire[fact.wire] = None
        elif value is not None and value != ():
            wire[fact.wire] = _write(record, fact, value, for_update=for_update)
        elif is_id or (fact.required and not for_update):
            raise _wrong(record, fact, "is required")
    return wire


def beside(record: Record) -> Wire:
    """Return what of a record travels beside its object, such as `agreedWithTOS`.

    :raises InvalidRequest: a needed one is missing.
    """
    wire: Wire = {}
    for fact in facts(type(record)).values():
        if fact.beside:
            value = getattr(record, fact.name)
            if value is not None:
                wire[fact.wire] = _write(record, fact, value, for_update=False)
            elif fact.required:
                raise _wrong(record, fact, "is required")
    return wire


def _write(record: Record, fact: Fact, value: Any, *, for_update: bool) -> Any:  # noqa: ANN401
    if fact.kind is Kind.RECORDS:
        return [_write_nested(record, fact, item, for_update=for_update) for item in value]
    try:
        written = _WRITERS[fact.kind](value)
    except (TypeError, ValueError) as error:
        raise _wrong(record, fact, str(error)) from None
    return Secret(written) if fact.secret and isinstance(written, str) else written


def _write_nested(record: Record, fact: Fact, item: object, *, for_update: bool) -> Wire:
    if fact.records is None or not isinstance(item, fact.records):
        raise _wrong(record, fact, f"holds a {type(item).__name__}")
    # A line with its id is changed, one without is added.
    is_known = for_update and isinstance(item, Stored) and item.id is not None
    return to_wire(item, for_update=is_known)


def _wrong(record: Record, fact: Fact, problem: str) -> InvalidRequest:
    return InvalidRequest(f"{type(record).__name__}.{fact.name} {problem}")


def _expect(*kinds: type) -> Callable[[Any], Any]:
    def write(value: Any) -> Any:  # noqa: ANN401
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise TypeError(f"must be {' or '.join(kind.__name__ for kind in kinds)}, not {type(value).__name__}")
        return value

    return write


def _write_text(value: Any) -> str:  # noqa: ANN401
    return value.reveal() if isinstance(value, Secret) else str(_expect(str)(value))


def _write_id(value: Any) -> str:  # noqa: ANN401
    written = str(_expect(str)(value))
    if len(written) != ID_LENGTH:
        raise ValueError(f"must be an id of {ID_LENGTH} characters")
    return written


def _write_choice(value: Any) -> str:  # noqa: ANN401
    return str(value.value) if isinstance(value, Enum) else str(_expect(str)(value))


def _write_money(value: Any) -> Decimal:  # noqa: ANN401
    return from_cents(to_cents(value))


def _write_number(value: Any) -> Decimal:  # noqa: ANN401
    decimal = Decimal(_expect(Decimal, int)(value))
    if not decimal.is_finite():
        raise ValueError("must be finite")
    return decimal


def _write_day(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, datetime):
        raise TypeError("must be a date without a time")
    written: date = _expect(date)(value)
    return written.isoformat()


def _write_moment(value: Any) -> str:  # noqa: ANN401
    return timestamp(_expect(datetime)(value))


_WRITERS: Final[Mapping[Kind, Callable[[Any], Any]]] = MappingProxyType(
    {
        Kind.ID: _write_id,
        Kind.TEXT: _write_text,
        Kind.CHOICE: _write_choice,
        Kind.FLAG: _expect(bool),
        Kind.MONEY: _write_money,
        Kind.NUMBER: _write_number,
        Kind.WHOLE: _expect(int),
        Kind.DAY: _write_day,
        Kind.MOMENT: _write_moment,
        Kind.RAW: lambda value: value,
    }
)


def write_value(fact: Fact, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return one value as a field of that kind carries it, for filters and operations.

    :raises TypeError: the value has another type.
    :raises ValueError: it cannot be written exactly.
    """
    return _WRITERS[fact.kind](value)


# -- reading ----------------------------------------------------------------------------------------------------------


def from_wire(cls: type[R], wire: Any) -> R:  # noqa: ANN401 - whatever an answer holds
    """Return the record that an object of an answer describes.

    :param cls: its class.
    :param wire: the parsed object.
    :raises MalformedReply: it is not such an object, or a declared field cannot be read.
    """
    if type(wire) is not dict and not isinstance(wire, Mapping):
        raise MalformedReply(f"a {cls.ENTITY or cls.__name__} is not an object")
    entity = wire.get("entity", cls.ENTITY)
    # Samples spell the entity of a line with a small first letter: compared without regard to case.
    if entity != cls.ENTITY and _is_another(entity, cls.ENTITY):
        raise MalformedReply(f"a {cls.ENTITY} was expected, another object came")
    known, values = _readers(cls), dict(_blank(cls))
    extra: Wire = {}
    key = ""
    try:
        for key, value in wire.items():
            reader = known.get(key)
            if reader is not None:
                if value is not None:
                    name, read = reader
                    values[name] = read(value)
            elif key != "entity":
                extra[key] = value
    except (TypeError, ValueError, InvalidOperation):
        fact = by_wire(cls)[key]
        raise MalformedReply(f"{cls.__name__}.{fact.wire} cannot be read as {fact.kind.value}") from None
    values["extra"] = extra
    return _record(cls, values)


def _record(cls: type[R], values: Mapping[str, Any]) -> R:
    """Return a record of values for all of its fields, in their order.

    Its own way of being made asks each field whether it is frozen, which costs twice as much for a page of bills.
    """
    record = object.__new__(cls)
    for write, value in zip(_slots(cls), values.values(), strict=True):
        write(record, value)
    return record


@once_per_class
def _slots(cls: type[Record]) -> tuple[Callable[[Record, Any], None], ...]:
    return tuple(getattr(cls, name).__set__ for name in (*_blank(cls), "extra"))


def _is_another(entity: Any, expected: str) -> bool:  # noqa: ANN401 - whatever an answer holds
    return entity is not None and expected != "" and str(entity).lower() != expected.lower()


@once_per_class
def _readers(cls: type[Record]) -> Mapping[str, tuple[str, Callable[[Any], Any]]]:
    return {wire: (fact.name, _reader(fact)) for wire, fact in by_wire(cls).items()}


@once_per_class
def _blank(cls: type[Record]) -> Mapping[str, Any]:
    return {fact.name: () if fact.kind is Kind.RECORDS else None for fact in facts(cls).values()}


def _reader(fact: Fact) -> Callable[[Any], Any]:
    inner = fact.records
    if inner is not None and fact.kind is Kind.RECORD:
        return lambda value: from_wire(inner, value) if value else None
    if inner is not None:
        return partial(_read_records, inner)
    if fact.kind is Kind.CHOICE:
        return partial(_read_choice, {member.value: member for member in fact.choices or ()})
    return _READERS[fact.kind]


def _read_records(cls: type[R], value: Any) -> tuple[R, ...]:  # noqa: ANN401
    if type(value) is not list and (isinstance(value, str) or not isinstance(value, Sequence)):
        raise TypeError("not a list")
    # RPConvFee is seen as [{}] where there is none.
    return tuple(from_wire(cls, item) for item in value if item != {})


def _read_choice(known: Mapping[str, Enum], value: Any) -> Enum | str:  # noqa: ANN401
    if isinstance(value, bool):
        value = "1" if value else "2"
    code = value if type(value) is str else str(value) if isinstance(value, (str, int)) else _refuse(value)
    return known.get(code, code)


def _refuse(value: Any) -> str:  # noqa: ANN401
    raise TypeError(type(value).__name__)


def _read_text(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, (dict, list)):
        raise TypeError("not text")
    return value if isinstance(value, str) else str(value)


def _read_id(value: Any) -> str | None:  # noqa: ANN401
    if not isinstance(value, str):
        raise TypeError("not an id")
    return None if value == NO_ID or value == "" else value  # noqa: PLR1714 - spares a set each time


def _read_flag(value: Any) -> bool:  # noqa: ANN401
    if isinstance(value, bool):
        return value
    flags = {"true": True, "1": True, "false": False, "0": False}
    if isinstance(value, (str, int)) and str(value).lower() in flags:
        return flags[str(value).lower()]
    raise TypeError("not a flag")


def _read_number(value: Any) -> Decimal:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        raise TypeError("not a number")
    decimal = value if type(value) is Decimal else Decimal(value)
    if not decimal.is_finite():
        raise ValueError("not a number")
    return decimal


def _read_money(value: Any) -> Decimal:  # noqa: ANN401
    return _exact(_read_number(value))


@lru_cache(maxsize=10_000)
def _exact(value: Decimal) -> Decimal:
    return from_cents(to_cents(value))


def _read_whole(value: Any) -> int:  # noqa: ANN401
    decimal = _read_number(value)
    if abs(decimal) > MAX_CENTS or decimal != int(decimal):
        raise ValueError("not a whole number")
    return int(decimal)


def _read_day(value: Any) -> date:  # noqa: ANN401
    return _day(value[:10])


@lru_cache(maxsize=1_000)
def _day(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(maxsize=10_000)
def read_moment(value: Any) -> datetime:  # noqa: ANN401
    """Return a time of the wire as aware UTC.

    :raises ValueError: it cannot be read.
    """
    read = datetime.fromisoformat(value)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


_READERS: Final[Mapping[Kind, Callable[[Any], Any]]] = MappingProxyType(
    {
        Kind.ID: _read_id,
        Kind.TEXT: _read_text,
        Kind.FLAG: _read_flag,
        Kind.MONEY: _read_money,
        Kind.NUMBER: _read_number,
        Kind.WHOLE: _read_whole,
        Kind.DAY: _read_day,
        Kind.MOMENT: read_moment,
        Kind.RAW: lambda value: value,
    }
)
