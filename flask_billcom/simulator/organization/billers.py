"""Large billers: companies that are paid through a network of their own (RPPS).

Only the names of the three verbs are public; their keys are assumed.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.calls.objects import require
from flask_billcom.simulator.calls.operation import Operation, with_data
from flask_billcom.simulator.errors import data_refusal

from .directory import BILLERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

    from .directory import Address, Biller

__all__ = ["OPERATIONS"]

RPPS: Final = "2"


def _search(world: World, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    del world
    term = str(require(data, "name" if data.get("name") else "term")).casefold()
    return [{"id": each.id, "name": each.name} for each in BILLERS if term in each.name.casefold()]


def _addresses(world: World, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    del world
    key = "id" if data.get("id") else "largeBillerId"
    wanted = require(data, key)
    biller = next((each for each in BILLERS if each.id == wanted), None)
    if biller is None:
        raise data_refusal(key, wanted)
    return [
        {
            "addressId": each.id,
            "address1": each.line,
            "addressCity": each.city,
            "addressState": each.state,
            "addressZip": each.zip_code,
        }
        for each in biller.addresses
    ]


def _connect(world: World, data: Mapping[str, Any]) -> Row:
    """Make a large biller a vendor, or an existing vendor a large biller, and return the vendor."""
    biller, address = _at(require(data, "addressId"))
    if data.get("vendorId"):
        vendor = arguments.named(world, "Vendor", data, "vendorId")
    else:
        vendor = world.insert("Vendor", name=biller.name, addressCountry="USA")
    world.change(
        vendor,
        payBy=RPPS,
        largeBillerId=biller.id,
        isAccountNumberRequired=True,
        address1=address.line,
        addressCity=address.city,
        addressState=address.state,
        addressZip=address.zip_code,
    )
    return vendor


def _at(address_id: object) -> tuple[Biller, Address]:
    for biller in BILLERS:
        for address in biller.addresses:
            if address.id == address_id:
                return biller, address
    raise data_refusal("addressId", address_id)


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "LargeBillerSearch": Operation(with_data(_search), "assumed"),
        "GetLargeBillerPaymentAddress": Operation(with_data(_addresses), "assumed"),
        "ConnectLargeBillerAsVendor": Operation(with_data(_connect), "assumed", right="network"),
    }
)
