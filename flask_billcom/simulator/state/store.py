"""Everything that Bill.com holds, in memory.

    Store ──> Table per entity ──> rows by id
                                   rows in the order of creation
                                   log of changes in the order of time; stale entries are skipped
                                   index per field that clients look things up by: value -> row, or rows in order

Deleting is a mark on the row, so rows never leave and offsets of the creation order stay what they are.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from copy import copy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.catalogue import ENTITIES

from .rows import Row, empty_shape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .ids import Ids

__all__ = ["Store", "Table"]

INDEXED: Final = MappingProxyType(
    {
        "Vendor": ("name", "shortName"),
        "VendorBankAccount": ("vendorId",),
        "Bill": ("vendorId", "invoiceNumber", "paymentStatus"),
        "VendorCredit": ("vendorId", "refNumber"),
        "RecurringBill": ("vendorId",),
        "SentPay": ("vendorId", "status", "processDate"),
        "BillPay": ("billId", "sentPayId", "processDate"),
        "BillCredit": ("billId", "vendorCreditId"),
        "BillApprover": ("billId", "usersId"),
        "VendCreditApprover": ("vendorCreditId", "usersId"),
        "ApprovalPolicyApprover": ("approvalPolicyId",),
        "Customer": ("name", "shortName"),
        "CustomerContact": ("customerId",),
        "CustomerBankAccount": ("customerId",),
        "Invoice": ("customerId", "invoiceNumber", "paymentStatus"),
        "RecurringInvoice": ("customerId",),
        "CreditMemo": ("customerId",),
        "ReceivedPay": ("customerId", "status", "paymentDate"),
        "InvoiceCredit": ("invoiceId",),
        "MoneyMovement": ("processDate", "status"),
        "User": ("email",),
    }
)
_LOG_SLACK: Final = 1024


class _Index:
    """The rows by the value of one field; a lone row is held bare, several in a dict that keeps their order."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[Any, Row | dict[Row, None]] = {}

    def add(self, value: object, row: Row) -> None:
        if value is None:
            return
        held = self._found.get(value)
        if held is None:
            self._found[value] = row
        elif isinstance(held, dict):
            held[row] = None
        else:
            self._found[value] = {held: None, row: None}

    def remove(self, value: object, row: Row) -> None:
        held = self._found.get(value)
        if isinstance(held, dict):
            held.pop(row, None)
        elif held is row:
            del self._found[value]

    def rows(self, value: object) -> Collection[Row]:
        held = self._found.get(value)
        if held is None:
            return ()
        return held if isinstance(held, dict) else (held,)


class Table:
    """All objects of one entity.

    :param name: the entity.
    """

    def __init__(self, name: str) -> None:
        self.entity = ENTITIES[name]
        self.by_id: dict[str, Row] = {}
        self.in_order: list[Row] = []
        self._created = array("q")
        self._log: list[Row] = []
        self._log_times = array("q")
        self.keeps_past = False
        self.past: dict[Row, list[Row]] = {}
        self._indexes = {field: _Index() for field in INDEXED.get(name, ())}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "entity": self.entity.name}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({**state, "entity": ENTITIES[state["entity"]]})

    def __len__(self) -> int:
        return len(self.in_order)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.in_order)

    def add(self, row: Row) -> None:
        """Take a new row in."""
        self.by_id[row.id] = row
        row.place = len(self.in_order)
        self.in_order.append(row)
        self._created.append(row.created)
        for field, index in self._indexes.items():
            index.add(row[field], row)
        self._note(row)

    def change(self, row: Row, now: int, /, **values: object) -> None:
        """Set fields of a row and its `updatedTime`."""
        if self.keeps_past:
            self.past.setdefault(row, []).append(copy(row))
        self.set_quietly(row, **values)
        row.updated = now
        self._note(row)

    def set_quietly(self, row: Row, /, **values: object) -> None:
        """Set fields of a row without touching its `updatedTime`, as for a balance that follows from other objects."""
        for field, value in values.items():
            index = self._indexes.get(field)
            if index is None:
                row[field] = value
            elif (old := row[field]) != value:
                index.remove(old, row)
                row[field] = value
                index.add(value, row)

    def is_indexed(self, field: str) -> bool:
        """Return whether rows can be found by that field without looking at all of them."""
        return field in self._indexes

    def having(self, field: str, value: object) -> Collection[Row]:
        """Return the rows whose indexed field has that value, nearly in the order of creation."""
        return self._indexes[field].rows(value)

    def created_range(self, lowest: int | None, above: int | None) -> range:
        """Return the places of rows created in [lowest, above)."""
        begin = 0 if lowest is None else bisect_left(self._created, lowest)
        end = len(self._created) if above is None else bisect_left(self._created, above)
        return range(begin, max(begin, end))

    def created(self, places: range, *, ascending: bool = True) -> Iterator[Row]:
        """Yield the rows of a range of places, or the same backwards."""
        for place in places if ascending else reversed(places):
            yield self.in_order[place]

    def changed_range(self, lowest: int | None) -> range:
        """Return the log entries of changes at or after that time."""
        return range(0 if lowest is None else bisect_left(self._log_times, lowest), len(self._log))

    def changed(self, entries: range, *, ascending: bool = True) -> Iterator[Row]:
        """Yield the rows whose last change is among these log entries, in the order of the changes or backwards."""
        for place in entries if ascending else reversed(entries):
            row = self._log[place]
            if row.log_place == place:
                yield row

    def _note(self, row: Row) -> None:
        row.log_place = len(self._log)
        self._log.append(row)
        self._log_times.append(row.updated)
        if len(self._log) > 2 * len(self.in_order) + _LOG_SLACK:
            self._forget_stale()

    def _forget_stale(self) -> None:
        live = [row for place, row in enumerate(self._log) if row.log_place == place]
        for place, row in enumerate(live):
            row.log_place = place
        self._log = live
        self._log_times = array("q", [row.updated for row in live])


class Store:
    """The tables of one organization.

    :param ids: where new ids come from.
    """

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self.tables = {name: Table(name) for name in ENTITIES}

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def new_row(self, name: str, now: int, /, **values: object) -> Row:
        """Return a new row with an id, not yet in its table."""
        row = Row(empty_shape(name), self.ids.new(ENTITIES[name].prefix), now)
        for field, value in values.items():
            row[field] = value
        return row

    def insert(self, name: str, now: int, /, **values: object) -> Row:
        """Make a new row and take it into its table."""
        row = self.new_row(name, now, **values)
        self.tables[name].add(row)
        return row
