"""Questions to the system: time, error codes, fields, searches, summaries, roles, balances, exchange rates.

Wire: https://developer.bill.com/v2/docs/organization-overview
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from flask_billcom.api.fields import Record

from .call import Call, checked_amount, checked_id, operation


def errors() -> Call:
    """Return the call that lists all error codes; it needs no session.

    Wire: https://developer.bill.com/v2/docs/common-error-codes
    """
    return operation("Errors", {})


def current_time() -> Call:
    """Return the call that tells the server's time."""
    return operation("CurrentTime", {})


def get_entity_metadata(classes: Sequence[type[Record]]) -> Call:
    """Return the call that describes the fields of entities; its answer is the last word on required and read-only."""
    return operation("GetEntityMetadata", {"entity": [cls.ENTITY for cls in classes]})


def search_entity(cls: type[Record], term: str) -> Call:
    """Return the call that finds objects by a word; seen in clients, undocumented."""
    return operation("SearchEntity", {"entity": cls.ENTITY, "term": term})


def get_object_url(object_id: str) -> Call:
    """Return the call that tells where the web app shows an object; its fields are inferred."""
    return operation("GetObjectUrl", {"id": checked_id(object_id, "object_id")})


def get_ap_summary() -> Call:
    """Return the call that counts what is owed to vendors.

    Wire: https://developersupport.bill.com/hc/en-us/articles/208197206-GetAPSummary
    """
    return operation("GetAPSummary", {})


def get_ar_summary() -> Call:
    """Return the call that counts what customers owe.

    Wire: https://developersupport.bill.com/hc/en-us/articles/211295143-GetARSummary
    """
    return operation("GetARSummary", {})


def get_profile_permissions(profile_id: str) -> Call:
    """Return the call that lists what a role may do.

    Wire: https://developersupport.bill.com/hc/en-us/articles/213911186-User-Role-Profile
    """
    return operation("GetProfilePermissions", {"profileId": checked_id(profile_id, "profile_id")})


def get_bank_balance(bank_account_id: str) -> Call:
    """Return the call that tells the balance noted for one of the organization's accounts; its fields are inferred."""
    return operation("GetBankBalance", {"bankAccountId": checked_id(bank_account_id, "bank_account_id")})


def set_bank_balance(bank_account_id: str, balance: Decimal) -> Call:
    """Return the call that notes the balance of one of the organization's accounts; its fields are inferred."""
    data = {
        "bankAccountId": checked_id(bank_account_id, "bank_account_id"),
        "balance": checked_amount(balance, "balance"),
    }
    return operation("SetBankBalance", data)


def get_exchange_rate(currency: str, amount: Decimal) -> Call:
    """Return the call that quotes the exchange rate of a payment in another currency; its fields are inferred.

    :param currency: three letters.
    """
    data = {"currency": currency, "amount": checked_amount(amount, "amount")}
    return operation("GetDynamicExchangeRateQuote2", data)
