"""Companies that are in Bill.com's network already, and large billers with their payment addresses.

Made up; the searches look through these and through the vendors and customers that are connected.
"""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["BILLERS", "COMPANIES", "Address", "Biller", "Company"]


class Company(NamedTuple):
    """A company of the network."""

    network_id: str
    name: str
    city: str
    state: str
    zip_code: str


class Address(NamedTuple):
    """Where a large biller is paid."""

    id: str
    line: str
    city: str
    state: str
    zip_code: str


class Biller(NamedTuple):
    """A company paid through the network of large billers."""

    id: str
    name: str
    addresses: tuple[Address, ...]


COMPANIES: Final = (
    Company("1000000000000017", "Northwind Supplies", "Portland", "OR", "97201"),
    Company("1000000000000025", "Harbor Logistics", "Oakland", "CA", "94607"),
    Company("1000000000000033", "Juniper Design Studio", "Austin", "TX", "78701"),
    Company("1000000000000041", "Harbor Coffee Roasters", "Seattle", "WA", "98101"),
)
BILLERS: Final = (
    Biller(
        "lbi01SIMULATEDONEa1a",
        "Pacific Power and Light",
        (
            Address("lba01SIMULATEDONEa1a", "PO Box 1000", "Portland", "OR", "97204"),
            Address("lba01SIMULATEDONEb2b", "PO Box 2000", "Sacramento", "CA", "95814"),
        ),
    ),
    Biller(
        "lbi01SIMULATEDTWOb2b",
        "Continental Telephone",
        (Address("lba01SIMULATEDTWOc3c", "PO Box 3000", "Denver", "CO", "80202"),),
    ),
)
