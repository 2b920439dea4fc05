"""Lists: filters, sort and page over a table.

A list is answered from the cheapest source that holds all matches: the log of changes for `updatedTime` at or after a
time, a range of the creation order, the rows of an indexed value, else every row. What the source does not settle is
tested row by row, and only as many rows are drawn as the page needs when the source comes in the wanted order.
https://developer.bill.com/v2/docs/search-ops-with-lists
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask_billcom.simulator.clock import millis_of
from flask_billcom.simulator.errors import refusal

from .values import cents_of, date_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from flask_billcom.simulator.catalogue import Entity, Field
    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.state.store import Table

__all__ = ["PAGE", "Query", "ordered", "page_of", "parse_query", "select"]

PAGE: Final = 999
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_OPERATORS: Final = frozenset({"=", "!=", "in", "nin", *_COMPARE})
_BEGINNING: Final = "sw"
_OWN: Final = {"id": "id", "createdTime": "time", "updatedTime": "time"}
_PLACES: Final[Mapping[str, Callable[[Row], Any]]] = {
    "createdTime": operator.attrgetter("place"),
    "updatedTime": operator.attrgetter("log_place"),
}
_OFFSET: Final = re.compile(r"([+-]\d\d):?(\d\d)$")


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition of a list."""

    field: str
    op: str
    value: Any

    def admits(self, row: Row) -> bool:
        """Return whether a row meets it."""
        found = value_of(row, self.field)
        if self.op == "=":
            return bool(found == self.value)
        if self.op == "!=":
            return bool(found != self.value)
        if self.op == "in":
            return found in self.value
        if self.op == "nin":
            return found not in self.value
        if self.op == _BEGINNING:
            return isinstance(found, str) and found.startswith(self.value or "")
        return found is not None and self.value is not None and _COMPARE[self.op](found, self.value)


@dataclass(frozen=True, slots=True)
class Query:
    """What a list call asks for."""

    start: int = 0
    limit: int = PAGE
    filters: tuple[Filter, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()


def value_of(row: Row, field: str) -> Any:  # noqa: ANN401 - a value is whatever its field holds
    """Return the value that filters and sorts see."""
    if field == "id":
        return row.id
    if field == "createdTime":
        return row.created
    return row.updated if field == "updatedTime" else row[field]


def parse_query(
    entity: Entity, data: Mapping[str, Any], *, text_filters: bool, starts_with: bool = False, page: int = PAGE
) -> Query:
    """Return the query of a list call's `data`.

    :param starts_with: text may be filtered by its beginning as well.

    :raises Refusal: BDC_1129, 1130 or 1131 for what cannot be asked.
    """
    filters = data.get("filters") or ()
    sort = data.get("sort") or ()
    if not isinstance(filters, list | tuple):
        raise refusal("BDC_1124", "filters")
    if not isinstance(sort, list | tuple):
        raise refusal("BDC_1124", "sort")
    return Query(
        start=_whole(data, "start", 0, 0, None),
        limit=_whole(data, "max", page, 1, page),
        filters=tuple(
            _parsed_filter(entity, each, text_filters=text_filters, starts_with=starts_with) for each in filters
        ),
        sort=tuple(_parsed_sort(entity, each) for each in sort),
    )


def page_of(data: Mapping[str, Any], page: int = PAGE) -> tuple[int, int]:
    """Return `start` and `max` of a call's data.

    :raises Refusal: BDC_1129.
    """
    return _whole(data, "start", 0, 0, None), _whole(data, "max", page, 1, page)


def _whole(data: Mapping[str, Any], name: str, default: int, lowest: int, highest: int | None) -> int:
    value = data.get(name)
    if value is None or value == "":
        return default
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise refusal("BDC_1129", name, value) from error
    if number < lowest or (highest is not None and number > highest) or isinstance(value, bool):
        raise refusal("BDC_1129", name, value)
    return number


def _kind(entity: Entity, name: object) -> str:
    if isinstance(name, str):
        if name in _OWN:
            return _OWN[name]
        field: Field | None = entity.fields.get(name)
        if field is not None and field.filterable and field.kind != "rows":
            return field.kind
    raise refusal("BDC_1130", name)


def _parsed_filter(entity: Entity, given: object, *, text_filters: bool, starts_with: bool) -> Filter:
    if not isinstance(given, dict):
        raise refusal("BDC_1124", "filters")
    name, op = given.get("field"), given.get("op")
    kind = _kind(entity, name)
    if kind == "text" and not text_filters:
        raise refusal("BDC_1130", name)
    if op not in _OPERATORS and not (starts_with and op == _BEGINNING and kind == "text"):
        raise refusal("BDC_1131", op)
    if "value" not in given:
        raise refusal("BDC_1117", "value")
    value = given["value"]
    if op in {"in", "nin"}:
        parts = value if isinstance(value, list) else str(value).split(",")
        return Filter(str(name), op, frozenset(_parsed_value(str(name), kind, part) for part in parts))
    return Filter(str(name), str(op), _parsed_value(str(name), kind, value))


def _parsed_value(name: str, kind: str, value: Any) -> Any:  # noqa: ANN401 - a value is whatever its field holds
    if isinstance(value, list | dict):
        raise refusal("BDC_1129", name, value)
    if value is None or value == "":
        return None
    text = str(value).strip()
    try:
        return _VALUES.get(kind, str)(text)
    except (ValueError, InvalidOperation) as error:
        raise refusal("BDC_1129", name, value) from error


def _time_value(text: str) -> int:
    if text.isdigit() and len(text) > len("20310304"):
        return int(text)
    if len(text) <= len("2031-03-04"):
        return millis_of(date_of(text))
    return millis_of(datetime.fromisoformat(_OFFSET.sub(r"\1:\2", text)))


def _bool_value(text: str) -> bool:
    if text.lower() not in {"true", "false", "1", "0"}:
        raise ValueError(text)
    return text.lower() in {"true", "1"}


_VALUES: Final[Mapping[str, Callable[[str], Any]]] = {
    "time": _time_value,
    "bool": _bool_value,
    "int": int,
    "money": cents_of,
    "decimal": Decimal,
    "date": date_of,
}


def _parsed_sort(entity: Entity, given: object) -> tuple[str, bool]:
    if isinstance(given, str):
        given = {"field": given}
    if not isinstance(given, dict):
        raise refusal("BDC_1124", "sort")
    _kind(entity, given.get("field"))
    asc = given.get("asc", True)
    return str(given["field"]), str(asc).strip().lower() not in {"false", "0", "no"}


def select(table: Table, query: Query, seen: Callable[[Row], Row | None] | None = None) -> Sequence[Row]:
    """Return the rows of one page.

    :param seen: what of a row is visible: itself, an older version of it, or None; all rows as they are by default.
    """
    if seen is not None:
        visible = [shown for shown in map(seen, table) if shown is not None]
        return _page(_sorted(_admitted(visible, query.filters), query.sort), query)
    source = _source(table, query)
    matches = _admitted(source.rows(), source.rest)
    return _page(matches if source.is_sorted else _sorted(matches, query.sort), query)


def ordered(rows: Iterable[Row], query: Query) -> list[Row]:
    """Return all rows that a query admits, in its order, whatever its page."""
    return _sorted(_admitted(rows, query.filters), query.sort)


def _page(rows: Iterable[Row], query: Query) -> list[Row]:
    return list(islice(rows, query.start, query.start + query.limit))


def _admitted(rows: Iterable[Row], filters: Sequence[Filter]) -> Iterable[Row]:
    if not filters:
        return rows
    if len(filters) == 1:
        return filter(filters[0].admits, rows)
    return (row for row in rows if all(each.admits(row) for each in filters))


def _sorted(rows: Iterable[Row], sort: Sequence[tuple[str, bool]]) -> list[Row]:
    ordered = sorted(rows, key=_PLACES["createdTime"])
    for field, ascending in reversed(sort):
        ordered.sort(key=_sort_key(field), reverse=not ascending)
    return ordered


def _sort_key(field: str) -> Callable[[Row], Any]:
    """Return what rows are sorted by; times as places, so that equal ones keep one order whatever the source was."""
    if field in _PLACES:
        return _PLACES[field]

    def key(row: Row) -> tuple[bool, Any]:
        value = value_of(row, field)
        return (value is not None, value)

    return key


class _Source(NamedTuple):
    """Rows that hold all matches of a query."""

    cost: int
    rows: Callable[[], Iterable[Row]]
    rest: tuple[Filter, ...]
    is_sorted: bool


def _source(table: Table, query: Query) -> _Source:
    filters = query.filters
    by_id = next((each for each in filters if each.field == "id" and each.op in {"=", "in"}), None)
    if by_id is not None:
        wanted = by_id.value if by_id.op == "in" else (by_id.value,)
        return _Source(0, lambda: [table.by_id[each] for each in wanted if each in table.by_id], filters, False)
    field, ascending = query.sort[0] if len(query.sort) == 1 else ("" if query.sort else "createdTime", True)
    indexed, rest = _indexed(table, filters)
    drawn = (query.start + query.limit) * len(table) // max(len(table) if indexed is None else len(indexed), 1)
    created = table.created_range(_bound(filters, "createdTime"), _ceiling(filters))
    changed = table.changed_range(_bound(filters, "updatedTime"))
    sources = [
        _Source(
            min(len(created), drawn) if field == "createdTime" else len(created),
            lambda: table.created(created, ascending=ascending or field != "createdTime"),
            _without_created(filters),
            field == "createdTime",
        ),
        _Source(
            min(len(changed), drawn) if field == "updatedTime" else len(changed),
            lambda: table.changed(changed, ascending=ascending or field != "updatedTime"),
            filters,
            field == "updatedTime",
        ),
    ]
    if indexed is not None:
        found = indexed
        sources.append(
            _Source(
                2 * len(found),
                lambda: sorted(found, key=_PLACES["createdTime"], reverse=field == "createdTime" and not ascending),
                rest,
                field == "createdTime",
            )
        )
    return min(sources, key=lambda source: source.cost)


def _indexed(table: Table, filters: Sequence[Filter]) -> tuple[Collection[Row] | None, tuple[Filter, ...]]:
    best: Collection[Row] | None = None
    chosen: Filter | None = None
    for each in filters:
        if not table.is_indexed(each.field) or each.value is None:
            continue
        if each.op == "=":
            rows = table.having(each.field, each.value)
        elif each.op == "in" and None not in each.value:
            rows = [row for value in each.value for row in table.having(each.field, value)]
        else:
            continue
        if best is None or len(rows) < len(best):
            best, chosen = rows, each
    return best, tuple(each for each in filters if each is not chosen)


def _bound(filters: Sequence[Filter], field: str) -> int | None:
    bounds = [
        each.value + (each.op == ">")
        for each in filters
        if each.field == field and each.op in {">", ">=", "="} and each.value is not None
    ]
    return max(bounds, default=None)


def _ceiling(filters: Sequence[Filter]) -> int | None:
    bounds = [
        each.value + (each.op != "<")
        for each in filters
        if each.field == "createdTime" and each.op in {"<", "<=", "="} and each.value is not None
    ]
    return min(bounds, default=None)


def _without_created(filters: Sequence[Filter]) -> tuple[Filter, ...]:
    ranged = {"<", "<=", ">", ">=", "="}
    return tuple(each for each in filters if each.field != "createdTime" or each.op not in ranged or each.value is None)
