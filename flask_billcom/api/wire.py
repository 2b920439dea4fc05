"""JSON as Bill.com writes it: amounts are numbers with two places, and no float is ever made.

    {"amount": Decimal("5")}  --dumps-->  {"amount":5.00}  --loads-->  {"amount": Decimal("5.00")}

Wire: https://developer.bill.com/v2/docs/api-response-format
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, Final, NoReturn

from .secret import Secret

NO_ID = "0" * 20
"""What Bill.com writes for a reference to nothing."""

PLACES = 2
"""Fewest decimal places that a number is written with."""

MAX_DEPTH = 40
"""Deepest nesting that is read; Bill.com's own answers stay below ten."""


class UnreadableJSON(ValueError):  # noqa: N818 - named for what is wrong
    """A text is not JSON, or is nested too deep."""


def dumps(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the JSON text of a value.

    :param value: mappings, sequences, text, whole numbers, Decimals, dates, enums, secrets, flags and None.
    :raises TypeError: a float or another type stands somewhere in it.
    :raises ValueError: a Decimal is not finite.
    """
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    hint = "; use Decimal for amounts" if isinstance(value, float) else ""
    raise TypeError(f"{type(value).__name__} cannot be sent to Bill.com{hint}")


def number(value: Decimal) -> str:
    """Return a Decimal as a JSON number with at least two decimal places and without an exponent."""
    if not value.is_finite():
        raise ValueError("an amount sent to Bill.com must be finite")
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return format(value if exponent <= -PLACES else value.quantize(Decimal("0.01")), "f")


def timestamp(moment: datetime) -> str:
    """Return a time as Bill.com writes it, in UTC with milliseconds.

    :raises ValueError: the time has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time sent to Bill.com must carry a time zone")
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}+0000"


def loads(text: bytes | str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of a JSON text; every number with a point or an exponent becomes a Decimal.

    :raises UnreadableJSON: it is not JSON, holds NaN or an infinity, or is nested deeper than `MAX_DEPTH`.
    """
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise UnreadableJSON("the text is not JSON") from None
    if _is_deep(value):
        raise UnreadableJSON(f"the text is nested deeper than {MAX_DEPTH} levels")
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _is_deep(value: Any) -> bool:  # noqa: ANN401
    level = [value] if type(value) in _NESTED else []
    for _ in range(MAX_DEPTH):
        if not level:
            return False
        level = [
            item for held in level for item in (held.values() if type(held) is dict else held) if type(item) in _NESTED
        ]
    return bool(level)


_NESTED: Final = frozenset({dict, list})


def _write_object(value: Mapping[str, Any]) -> str:
    return "{" + ",".join(f"{quoted(key)}:{dumps(item)}" for key, item in value.items()) + "}"


def _write_list(value: list[Any] | tuple[Any, ...]) -> str:
    return "[" + ",".join([dumps(item) for item in value]) + "]"


# An enum of text is text, a flag is a whole number and a time is a date: the narrower type comes first.
_WRITERS: Final[tuple[tuple[Any, Callable[[Any], str]], ...]] = (
    (Enum, lambda value: dumps(value.value)),
    (str, quoted),
    (Decimal, number),
    (bool, lambda value: "true" if value else "false"),
    (int, str),
    (dict, _write_object),
    ((list, tuple), _write_list),
    (type(None), lambda _: "null"),
    (Secret, lambda value: quoted(value.reveal())),
    (datetime, lambda value: quoted(timestamp(value))),
    (date, lambda value: quoted(value.isoformat())),
    (Mapping, _write_object),
)
