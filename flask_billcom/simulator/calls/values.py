"""Values on their way in: JSON to what a field holds, strict where Bill.com is strict.

money    cents, an int; refused beyond two decimals, but for the noise of binary floats        decimal  as sent
date     "2031-03-04"; "2031-3-4" is accepted too           enum     text of digits; a number is taken as its text
""       is the same as not set
"""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.catalogue import ENTITIES, NO_ID, Field
from flask_billcom.simulator.errors import field_refusal, refusal, too_long
from flask_billcom.simulator.state.ids import has_id_form

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask_billcom.simulator.catalogue import Entity

__all__ = ["cents_of", "date_of", "decoded", "rounded_cents"]

_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_LARGEST: Final = 10**15
_NOISE: Final = Decimal("0.0001")
_ENUM_LENGTH: Final = 40


@lru_cache(maxsize=4096)
def date_of(text: str) -> str:
    """Return a date as it is stored, year first, two digits each.

    :raises ValueError: it is no date.
    """
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return date(int(found[1]), int(found[2]), int(found[3])).isoformat()


def cents_of(value: object) -> int:
    """Return the cents of an amount of dollars, a number or a text.

    What binary floating point leaves behind, as in 0.30000000000000004, is rounded away.

    :raises ValueError: it is no number, or has a fraction of a cent.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ValueError(value)  # noqa: TRY004 - one error for all that is no amount
    try:
        amount = Decimal(value) * 100
        cents = int(amount.to_integral_value(ROUND_HALF_UP))
    except (InvalidOperation, OverflowError) as error:
        raise ValueError(value) from error
    if (cents != amount and abs(cents - amount) > _NOISE) or abs(cents) > _LARGEST:
        raise ValueError(value)
    return cents


def rounded_cents(amount: Decimal) -> int:
    """Return the cents of an amount of dollars, half a cent rounded away from zero."""
    return int((amount * 100).to_integral_value(ROUND_HALF_UP))


def _text(field: Field, value: object) -> str | None:
    if not isinstance(value, str):
        raise refusal("BDC_1124", field.name)
    if field.max_length and len(value) > field.max_length:
        raise too_long(field.name, field.max_length)
    return value or None


def _id(field: Field, value: object) -> str:
    if not isinstance(value, str):
        raise refusal("BDC_1124", field.name)
    if not value:
        return NO_ID
    if not has_id_form(value):
        raise field_refusal(field.name, value)
    return value


def _enum(field: Field, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise refusal("BDC_1124", field.name)
    text = str(value)
    if not text:
        return None
    if (field.values and text not in field.values) or len(text) > _ENUM_LENGTH or not text.isprintable():
        raise field_refusal(field.name, value)
    if not field.values and re.fullmatch(r"-?\d+", text) is None:
        raise field_refusal(field.name, value)
    return text


def _bool(field: Field, value: object) -> bool:
    if isinstance(value, str) and value.lower() in {"true", "false", ""}:
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise refusal("BDC_1124", field.name)
    return value


def _int(field: Field, value: object) -> int | None:
    if value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise refusal("BDC_1124", field.name)
    try:
        number = int(value)
    except (ValueError, OverflowError) as error:
        raise refusal("BDC_1124", field.name) from error
    if abs(number) > _LARGEST or number != Decimal(value):
        raise field_refusal(field.name, value)
    return number


def _money(field: Field, value: object) -> int | None:
    if value == "":
        return None
    _number(field, value)
    try:
        return cents_of(value)
    except ValueError as error:
        raise field_refusal(field.name, value) from error


def _number(field: Field, value: object) -> Decimal | None:
    if value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise refusal("BDC_1124", field.name)
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise refusal("BDC_1124", field.name) from error
    if not number.is_finite() or abs(number) > _LARGEST:
        raise field_refusal(field.name, value)
    return number


def _date(field: Field, value: object) -> str | None:
    if not isinstance(value, str):
        raise refusal("BDC_1124", field.name)
    if not value:
        return None
    try:
        return date_of(value)
    except ValueError as error:
        raise field_refusal(field.name, value) from error


def _refused(field: Field, value: object) -> object:
    del value
    raise refusal("BDC_1124", field.name)


_DECODERS: Final[Mapping[str, Callable[[Field, Any], Any]]] = {
    "text": _text,
    "id": _id,
    "enum": _enum,
    "bool": _bool,
    "int": _int,
    "money": _money,
    "decimal": _number,
    "date": _date,
    "time": _refused,
    "object": _refused,
    "list": _refused,
}


def decoded(owner: Entity, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the writable fields of an object as sent, ready to be stored; unknown and read-only ones are left out.

    Child objects come as a list of such dicts, each with its `id` where one was sent.

    :raises Refusal: BDC_1119 or 1124 for the first value that does not fit its field.
    """
    fields, values = owner.fields, {}
    for name, value in given.items():
        field = fields.get(name) or fields.get(owner.aliases.get(name, ""))
        if field is None or field.read_only:
            continue
        if field.kind == "rows":
            values[field.name] = _children(field, value)
        elif value is None:
            values[field.name] = field.default
        else:
            decoded_value = _DECODERS[field.kind](field, value)
            values[field.name] = field.default if decoded_value is None else decoded_value
    return values


def _children(field: Field, value: object) -> list[dict[str, Any]]:
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise refusal("BDC_1124", field.name)
    child = ENTITIES[field.of]
    found = []
    for each in value:
        if not isinstance(each, dict):
            raise refusal("BDC_1124", field.name)
        one = decoded(child, each)
        if isinstance(each.get("id"), str) and each["id"] not in {"", NO_ID}:
            one["id"] = each["id"]
        if child.name == "InvoiceLineItem" and "amount" in each:
            one["amount"] = _DECODERS["money"](child.fields["amount"], each["amount"])
        found.append(one)
    return found
