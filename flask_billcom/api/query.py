"""What a list is asked for: filters, order and page, checked before anything is sent.

    Filter("name", "=", "Acme")     field in Python's or the wire's spelling
    since("updated_time", moment)   the same as Filter("updated_time", ">=", moment)
    Sort("updated_time")            Sort("due_date", descending=True)

Wire: https://developer.bill.com/v2/docs/search-ops-with-lists
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from flask_billcom.errors import InvalidRequest

from .fields import Fact, Kind, Record, fact_of
from .wire import NO_ID, timestamp

MAX_PAGE: Final = 999
"""Most objects in one page of a list."""

OPERATORS: Final = ("=", "!=", "<", "<=", ">", ">=", "in", "nin")
"""How a field is compared; `in` and `nin` take several values."""

_ORDERED: Final = {"<", "<=", ">", ">="}
_UNORDERED: Final = {Kind.FLAG}


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition of a list; several of them all have to hold.

    :param field: Python's or the wire's name of a field.
    :param op: one of `OPERATORS`.
    :param value: text, an enum, a flag, a number, a date or an aware time; None asks for an empty reference; `in` and
        `nin` take a sequence.
    """

    field: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class Sort:
    """One step of a list's order.

    :param field: Python's or the wire's name of a field.
    """

    field: str
    descending: bool = False


def equals(field: str, value: Any) -> Filter:  # noqa: ANN401 - see Filter
    """Return the condition that a field has a value."""
    return Filter(field, "=", value)


def one_of(field: str, values: Iterable[Any]) -> Filter:
    """Return the condition that a field has one of several values."""
    return Filter(field, "in", tuple(values))


def since(field: str, value: date | datetime) -> Filter:
    """Return the condition that a field is not before a day or time."""
    return Filter(field, ">=", value)


def list_data(
    cls: type[Record],
    *,
    filters: Sequence[Filter] = (),
    sort: Sequence[Sort] = (),
    start: int = 0,
    max: int = MAX_PAGE,  # noqa: A002 - Bill.com's own word
    nested: bool = False,
) -> dict[str, Any]:
    """Return the data of one List call.

    :param cls: what is listed.
    :param start: how many objects to pass over.
    :param max: how many objects to answer at most, 1 to 999.
    :param nested: whether objects inside the listed ones come along.
    :raises InvalidRequest: a field, an operator, a value or the page cannot be.
    """
    if start < 0 or not 1 <= max <= MAX_PAGE:
        raise InvalidRequest(f"a page starts at 0 or later and holds 1 to {MAX_PAGE} objects")
    data: dict[str, Any] = {"start": start, "max": max}
    if filters:
        data["filters"] = [_filter(cls, condition) for condition in filters]
    if sort:
        data["sort"] = [{"field": _known(cls, step.field).wire, "asc": not step.descending} for step in sort]
    if nested:
        data["nested"] = True
    return data


def _filter(cls: type[Record], condition: Filter) -> dict[str, Any]:
    fact = _known(cls, condition.field)
    if condition.op not in OPERATORS:
        raise InvalidRequest(f"{condition.op} is no operator of a list; use one of {', '.join(OPERATORS)}")
    if condition.op in _ORDERED and fact.kind in _UNORDERED:
        raise InvalidRequest(f"{cls.__name__}.{fact.name} has no order; use = or !=")
    return {"field": fact.wire, "op": condition.op, "value": _value(cls, fact, condition)}


def _known(cls: type[Record], name: str) -> Fact:
    fact = fact_of(cls, name)
    if fact is None:
        raise InvalidRequest(f"{cls.__name__} has no field {name}")
    if not fact.can_filter:
        raise InvalidRequest(f"a list of {cls.__name__} can be neither filtered nor sorted by {fact.name}")
    return fact


def _value(cls: type[Record], fact: Fact, condition: Filter) -> Any:  # noqa: ANN401
    several = condition.op in {"in", "nin"}
    is_sequence = isinstance(condition.value, (list, tuple, set, frozenset))
    if several and is_sequence:
        return ",".join(str(_plain(cls, fact, item)) for item in condition.value)
    if is_sequence:
        raise InvalidRequest(f"{cls.__name__}.{fact.name} {condition.op} takes one value")
    return _plain(cls, fact, condition.value)


def _plain(cls: type[Record], fact: Fact, value: Any) -> Any:  # noqa: ANN401
    match value:
        case None:
            return NO_ID if fact.kind is Kind.ID else ""
        case Enum():
            return str(value.value)
        case datetime():
            return _time(cls, fact, value)
        case date():
            return value.isoformat()
        case bool() | str() | int() | Decimal():
            return value
    raise InvalidRequest(f"{cls.__name__}.{fact.name} cannot be compared with a {type(value).__name__}")


def _time(cls: type[Record], fact: Fact, value: datetime) -> str:
    try:
        return timestamp(value)
    except ValueError as error:
        raise InvalidRequest(f"{cls.__name__}.{fact.name}: {error}") from None
