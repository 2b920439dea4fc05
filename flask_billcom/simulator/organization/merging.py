"""Merging: a person makes one vendor, customer or list entry of two.

the merged one: mergedIntoId, inactive for good          his documents, payments and credits: the other's
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from .accounts import active_account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["merge"]

#: What refers to a party, by the field in which it does.
_FOLLOWING: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "Vendor": ("vendorId", ("Bill", "VendorCredit", "RecurringBill", "SentPay")),
        "Customer": ("customerId", ("Invoice", "CreditMemo", "RecurringInvoice", "ReceivedPay", "CustomerContact")),
    }
)
_SUMS: Final = ("balance", "availCredit")


def merge(world: World, row: Row, into: Row) -> Row:
    """Merge an object into another one of the same entity, and return the merged one.

    :raises ValueError: they do not go together, or the entity is not merged.
    """
    if row is into or row.entity_name != into.entity_name or "mergedIntoId" not in row.shape.entity.fields:
        raise ValueError(f"{row.id} cannot be merged into {into.id}")
    gone: dict[str, object] = {"mergedIntoId": into.id, "isActive": "2"}
    if row.entity_name in _FOLLOWING:
        field, followers = _FOLLOWING[row.entity_name]
        for name in followers:
            for each in list(world.store[name].having(field, row.id)):
                world.change(each, **{field: into.id})
        world.adjust(into, **{each: into[each] + row[each] for each in _SUMS})
        gone |= dict.fromkeys(_SUMS, 0)
        account = active_account(world, f"{row.entity_name}BankAccount", row)
        if account is not None:
            world.change(account, isActive="2")
    world.change(row, **gone)
    return row
