"""Bill.com's own view of what it holds, for tests and pages: rows by kind, in cents.

A row answers `row["amount"]` in cents, `row["status"]` in the wire's digits, `row.id`, `row.created` in milliseconds.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.clock import iso_time

from .rows import Row

if TYPE_CHECKING:
    from flask_billcom.simulator.service import Simulator

__all__ = ["STATES", "Books", "as_dict"]

STATES: Final = {
    "Bill": "paymentStatus",
    "Invoice": "paymentStatus",
    "SentPay": "status",
    "ReceivedPay": "status",
    "MoneyMovement": "status",
}


class Books:
    """The objects of a simulator.

    :param simulator: whose they are.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def __getitem__(self, entity: str) -> list[Row]:
        return list(self._simulator.world.store[entity])

    @property
    def customers(self) -> list[Row]:
        """Customers."""
        return self["Customer"]

    @property
    def vendors(self) -> list[Row]:
        """Vendors."""
        return self["Vendor"]

    @property
    def invoices(self) -> list[Row]:
        """Invoices."""
        return self["Invoice"]

    @property
    def bills(self) -> list[Row]:
        """Bills."""
        return self["Bill"]

    @property
    def received_pays(self) -> list[Row]:
        """Payments received."""
        return self["ReceivedPay"]

    @property
    def sent_pays(self) -> list[Row]:
        """Payments sent."""
        return self["SentPay"]

    @property
    def bill_pays(self) -> list[Row]:
        """Parts of payments sent, one per bill."""
        return self["BillPay"]

    @property
    def money_movements(self) -> list[Row]:
        """Movements on the organization's bank account."""
        return self["MoneyMovement"]

    def find(self, entity: str, row_id: str) -> Row:
        """Return the object of that id.

        :raises KeyError: there is none.
        """
        return self._simulator.world.store[entity].by_id[row_id]

    def totals(self) -> dict[str, Any]:
        """Return counts and cents by entity and state, the organization's balance and what lies at Bill.com."""
        world = self._simulator.world
        bank = world.bank
        return {
            "counts": {name: len(table) for name, table in world.store.tables.items() if len(table)},
            "active": {
                name: sum(row.is_active for row in table)
                for name, table in world.store.tables.items()
                if len(table) and "isActive" in ENTITIES[name].fields
            },
            "by_state": {name: self._by_state(name, field) for name, field in STATES.items()},
            "disbursements": {status: len(ids) for status, ids in world.disbursed.items() if ids},
            "cents": self._cents(),
            "organization_cents": bank.balance(world.funding_key),
            "collecting_cents": bank.balance("billcom/collecting"),
            "paying_out_cents": bank.balance("billcom/paying-out"),
        }

    def _by_state(self, entity: str, field: str) -> dict[str, dict[str, int]]:
        counts: Counter[str] = Counter()
        cents: Counter[str] = Counter()
        for row in self._simulator.world.store[entity]:
            state = row[field] if "isActive" not in row.shape.entity.fields or row.is_active else "deleted"
            counts[state] += 1
            cents[state] += row["amount"]
        return {state: {"count": count, "cents": cents[state]} for state, count in sorted(counts.items())}

    def _cents(self) -> dict[str, int]:
        """Return what was invoiced, billed, collected, paid out and returned, in cents."""
        store = self._simulator.world.store
        kinds: Counter[str] = Counter()
        for transfer in self._simulator.world.bank.transfers:
            kinds[transfer.kind] += transfer.cents
        return {
            "invoiced": sum(row["amount"] for row in store["Invoice"] if row.is_active),
            "billed": sum(row["amount"] for row in store["Bill"] if row.is_active),
            "receivable": sum(row["amountDue"] for row in store["Invoice"] if row.is_active),
            "payable": sum(row["dueAmount"] for row in store["Bill"] if row.is_active),
            "collected": sum(row["amount"] for row in store["ReceivedPay"] if row["status"] == "0" and row["isOnline"]),
            "paid_out": sum(row["amount"] for row in store["SentPay"] if row["status"] == "2" and row["isOnline"]),
            **{f"transferred_{kind}": cents for kind, cents in sorted(kinds.items())},
        }


def as_dict(row: Row) -> dict[str, Any]:
    """Return an object with all of its fields, amounts in cents, times as the wire writes them."""
    found: dict[str, Any] = {"entity": row.entity_name, "id": row.id}
    for name, field in row.shape.entity.fields.items():
        value = row[name]
        if field.kind == "rows":
            value = [as_dict(each) for each in value or ()]
        elif field.kind == "decimal" and value is not None:
            value = str(value)
        elif field.kind == "time" and value is not None:
            value = iso_time(value)
        found[name] = value
    return {**found, "createdTime": iso_time(row.created), "updatedTime": iso_time(row.updated)}
