"""The payments back office of a Flask marketplace on Bill.com.

Names are imported when they are first used, so that `flask_billcom.api` and `flask_billcom.simulator` work without
Flask and SQLAlchemy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask_billcom.marketplace.counterparties.consent import Consent
    from flask_billcom.marketplace.counterparties.parties import PartySnapshot
    from flask_billcom.marketplace.settlement.settling import Settled
    from flask_billcom.marketplace.settlement.snapshots import SettlementSnapshot
    from flask_billcom.marketplace.shop.mapping import NeedsData
    from flask_billcom.marketplace.shop.sale import Sale, SaleLine

    from .api.records import Customer, Vendor
    from .errors import (
        AlreadySettled,
        BillcomError,
        ConfigurationError,
        InvalidSale,
        MappingError,
        NotReady,
        NotSettled,
    )
    from .extension import Billcom
    from .globals import current_billcom
    from .splitting import fee_of, fees_of, split

_HOMES = {
    "AlreadySettled": "errors",
    "Billcom": "extension",
    "BillcomError": "errors",
    "ConfigurationError": "errors",
    "Consent": "marketplace.counterparties.consent",
    "Customer": "api.records",
    "InvalidSale": "errors",
    "MappingError": "errors",
    "NeedsData": "marketplace.shop.mapping",
    "NotReady": "errors",
    "NotSettled": "errors",
    "PartySnapshot": "marketplace.counterparties.parties",
    "Sale": "marketplace.shop.sale",
    "SaleLine": "marketplace.shop.sale",
    "Settled": "marketplace.settlement.settling",
    "SettlementSnapshot": "marketplace.settlement.snapshots",
    "Vendor": "api.records",
    "current_billcom": "globals",
    "fee_of": "splitting",
    "fees_of": "splitting",
    "split": "splitting",
}

__all__ = [
    "AlreadySettled",
    "Billcom",
    "BillcomError",
    "ConfigurationError",
    "Consent",
    "Customer",
    "InvalidSale",
    "MappingError",
    "NeedsData",
    "NotReady",
    "NotSettled",
    "PartySnapshot",
    "Sale",
    "SaleLine",
    "Settled",
    "SettlementSnapshot",
    "Vendor",
    "current_billcom",
    "fee_of",
    "fees_of",
    "split",
]


if not TYPE_CHECKING:  # a type checker would take it for a promise of any name

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
