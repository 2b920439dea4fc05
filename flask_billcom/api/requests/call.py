"""One call as a value, and the checks that all calls share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_billcom.api.operations import OPERATIONS
from flask_billcom.api.transport import Upload
from flask_billcom.errors import InvalidRequest
from flask_billcom.money import from_cents, to_cents

ID_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Call:
    """What one request says.

    :param path: below the base address.
    :param data: what goes into the form field `data`.
    :param changes: whether it changes anything, so that it must never be repeated blindly.
    :param money: whether it moves money.
    :param items: how many bills, invoices or objects it is about.
    :param upload: a file that goes along.
    """

    path: str
    data: Mapping[str, Any] = field(repr=False)
    changes: bool
    money: bool = False
    items: int = 1
    upload: Upload | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Return what is called, such as `PayBills`."""
        return self.path.removesuffix(".json")


def operation(name: str, data: Mapping[str, Any], *, items: int = 1, upload: Upload | None = None) -> Call:
    """Return the call of an operation; fields that are None are left out.

    :param name: as `flask_billcom.api.operations` lists it.
    :param items: how many bills or invoices it is about.
    :raises InvalidRequest: there is no such operation, or it is a GET.
    """
    known = OPERATIONS.get(name)
    if known is None or known.get:
        raise InvalidRequest(f"{name} is no operation of API v2")
    sent = {key: value for key, value in data.items() if value is not None}
    return Call(f"{name}.json", sent, known.changes, known.money, items, upload)


def checked_id(value: str, name: str) -> str:
    """Return an id that can be one.

    :param name: what it is called in the message.
    :raises InvalidRequest: it cannot.
    """
    if not isinstance(value, str) or len(value) != ID_LENGTH:
        raise InvalidRequest(f"{name} must be an id of {ID_LENGTH} characters")
    return value


def optional_id(value: str | None, name: str) -> str | None:
    """Return an id, or None where none is given."""
    return None if value is None else checked_id(value, name)


def checked_amount(value: Decimal, name: str) -> Decimal:
    """Return an amount above zero, with two places.

    :raises InvalidRequest: it is not a Decimal in dollars with at most two places, or not above zero.
    """
    try:
        cents = to_cents(value, name=name)
    except (TypeError, ValueError) as error:
        raise InvalidRequest(str(error)) from None
    if cents <= 0:
        raise InvalidRequest(f"{name} must be more than zero")
    return from_cents(cents)


def checked_day(value: date | None, name: str) -> date | None:
    """Return a date without a time.

    :raises InvalidRequest: it is something else.
    """
    if value is not None and (isinstance(value, datetime) or not isinstance(value, date)):
        raise InvalidRequest(f"{name} must be a date without a time")
    return value
