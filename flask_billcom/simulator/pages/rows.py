"""The objects of one entity, the latest first, with the fields that hold something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.banking.bankdays import PACIFIC
from flask_billcom.simulator.calls.objects import REFERENCES
from flask_billcom.simulator.catalogue import NO_ID
from flask_billcom.simulator.clock import moment
from flask_billcom.simulator.pages.html import e, money, section, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask_billcom.simulator.catalogue import Field
    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["rows"]

PAGE: Final = 50
_FIRST: Final = (
    "name",
    "vendorId",
    "customerId",
    "invoiceNumber",
    "refNumber",
    "status",
    "paymentStatus",
    "approvalStatus",
    "amount",
    "dueAmount",
    "amountDue",
    "scheduledAmount",
    "paidAmount",
    "creditAmount",
    "processDate",
    "paymentDate",
    "dueDate",
    "isActive",
)


def rows(world: World, entity: str, start: int) -> str:
    """Return a page of an entity's objects.

    :param start: how many of the latest are passed over.
    """
    stored = world.store[entity].in_order
    end = max(len(stored) - start, 0)
    shown = stored[max(end - PAGE, 0) : end][::-1]
    names = _used(shown)
    heads = ["id", *names, "created, Pacific"]
    cells = [[e(row.id), *(e(_cell(world, row, name)) for name in names), _local(row.created)] for row in shown]
    links = []
    if start:
        links.append(f'<a href="/simulator/?show={e(entity)}&amp;start={max(start - PAGE, 0)}">Newer</a>')
    if end > PAGE:
        links.append(f'<a href="/simulator/?show={e(entity)}&amp;start={start + PAGE}">Older</a>')
    return section("rows", f"{entity}: {len(stored)}", f"<nav>{''.join(links)}</nav>{table(heads, cells)}")


def _local(millis: int) -> str:
    return f"{moment(millis).astimezone(PACIFIC):%d %b %Y, %H:%M}"


def _used(shown: Sequence[Row]) -> list[str]:
    """Return the fields in which one of these objects holds something, those that tell most first."""
    if not shown:
        return []
    fields = shown[0].shape.entity.fields
    used = [name for name, field in fields.items() if any(_is_telling(field, row[name]) for row in shown)]
    return sorted(used, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))


def _is_telling(field: Field, value: Any) -> bool:  # noqa: ANN401 - whatever a field holds
    if field.name in _FIRST or field.kind == "money":
        return True
    return value not in {None, NO_ID} and value != field.default if field.kind not in {"rows", "list"} else bool(value)


def _cell(world: World, row: Row, name: str) -> object:
    field, value = row.shape.entity.fields[name], row[name]
    if value is None or value == NO_ID:
        return ""
    if field.kind == "id":
        other = world.find(REFERENCES[name], value) if name in REFERENCES else None
        return other["name"] if other is not None and "name" in other.shape.entity.fields else value
    if field.kind == "money":
        return money(value)
    if field.kind == "rows":
        return f"{len(value)} {field.of}"
    if field.kind == "time":
        return _local(value)
    return field.values.get(value, value) if field.kind == "enum" else value
