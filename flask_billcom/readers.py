"""Read one configured value each, whatever way it came.

`Flask.config.from_prefixed_env` parses text as JSON, so `123456` arrives as an int, `1e5` as a float and `true` as a
bool. A float or bool in place of text cannot be turned back into what was written; it is refused with the way to quote
it.

Every reader raises ValueError with a reason that follows the name of the key and never holds the value.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from .api.secret import Secret
from .money import MAX_CENTS
from .schedule import Schedule

Reader = Callable[[Any], Any]

_KEY_BYTES = 32
_LONGEST_NAME = 100
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def text(value: Any) -> str:  # noqa: ANN401 - a configured value may be anything
    """Read text without the spaces around it."""
    return _plain(value).strip()


def secret(value: Any) -> Secret:  # noqa: ANN401
    """Read text that is masked from here on."""
    return Secret(_plain(value))


def _plain(value: Any) -> str:  # noqa: ANN401
    """Return text as it was written; an int is what all-digit text has become."""
    if isinstance(value, Secret):
        value = value.reveal()
    if isinstance(value, bool | float):
        raise ValueError(  # noqa: TRY004 - the caller joins the key to one kind of error
            """was read as a number or a yes/no; as an environment variable write it in double quotes, '"..."'"""
        )
    if not isinstance(value, str | int):
        raise ValueError("must be text")  # noqa: TRY004
    words = str(value)
    if not words.strip() or not words.isprintable():
        raise ValueError("must be printable text")
    return words


def limited_text(most: int) -> Reader:
    """Read text of limited length.

    :param most: characters.
    """

    def read(value: Any) -> str:  # noqa: ANN401
        words = text(value)
        if len(words) > most:
            raise ValueError(f"must have at most {most} characters")
        return words

    return read


def remote_id(value: Any) -> str:  # noqa: ANN401
    """Read an id of Bill.com's."""
    words = text(value)
    if not re.fullmatch(r"[0-9A-Za-z]{1,20}", words):
        raise ValueError("must be an id of Bill.com's: up to 20 letters and digits")
    return words


def number_prefix(value: Any) -> str:  # noqa: ANN401
    """Read the prefix of document numbers, short enough to leave room for what follows it."""
    words = text(value)
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,7}", words):
        raise ValueError("must have 1 to 7 letters, digits, - or _")
    return words


def one_of(*words: str) -> Reader:
    """Read one of some words."""

    def read(value: Any) -> str:  # noqa: ANN401
        word = text(value).lower()
        if word not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return word

    return read


def flag(value: Any) -> bool:  # noqa: ANN401
    """Read yes or no."""
    if isinstance(value, bool):
        return value
    found = _WORDS.get(str(value).strip().lower()) if isinstance(value, str | int) else None
    if found is None:
        raise ValueError("must be true or false")
    return found


def whole(low: int, high: int) -> Reader:
    """Read a whole number within bounds."""

    def read(value: Any) -> int:  # noqa: ANN401
        words = value.strip() if isinstance(value, str) else value
        if isinstance(words, str) and re.fullmatch(r"-?[0-9]{1,18}", words):
            words = int(words)
        if isinstance(words, bool) or not isinstance(words, int) or not low <= words <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return words

    return read


cents = whole(0, MAX_CENTS)
"""Read an amount in whole cents."""


def number(low: float, high: float) -> Reader:
    """Read a number within bounds."""

    def read(value: Any) -> float:  # noqa: ANN401
        try:
            read = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            read = math.nan
        if not low <= read <= high:
            raise ValueError(f"must be a number from {low:g} to {high:g}")
        return read

    return read


def percent(value: Any) -> Decimal:  # noqa: ANN401
    """Read a percentage from 0 to 100."""
    try:
        share = Decimal("NaN") if isinstance(value, bool) else Decimal(str(value).strip())
    except InvalidOperation:
        share = Decimal("NaN")
    if not share.is_finite() or not 0 <= share <= 100:  # noqa: PLR2004 - percent
        raise ValueError("must be a percentage from 0 to 100")
    return share


def schedule(value: Any) -> Schedule:  # noqa: ANN401
    """Read the days of payout runs."""
    return value if isinstance(value, Schedule) else Schedule.parse(text(value))


def timezone(value: Any) -> str:  # noqa: ANN401
    """Read the name of a time zone."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be a time zone such as America/Los_Angeles") from None
    return name


def several(value: Any) -> Sequence[Any]:  # noqa: ANN401
    """Read a list, as it is, as JSON or separated by commas."""
    if isinstance(value, str):
        words = value.strip()
        if words.startswith("["):
            try:
                value = json.loads(words)
            except ValueError:
                raise ValueError("must be a JSON list or text separated by commas") from None
        else:
            value = [word for word in words.split(",") if word.strip()]
    if isinstance(value, Secret | int) and not isinstance(value, bool):
        value = [value]
    if not isinstance(value, list | tuple):
        raise ValueError("must be a list, or text separated by commas")  # noqa: TRY004
    return value


def days(value: Any) -> tuple[int, ...]:  # noqa: ANN401
    """Read a list of numbers of days."""
    return tuple(sorted({whole(0, 365)(each) for each in several(value)}))


def encryption_keys(value: Any) -> tuple[Secret, ...]:  # noqa: ANN401
    """Read Fernet keys, newest first."""
    keys = tuple(Secret(text(each)) for each in several(value))
    if not keys:
        raise ValueError("must hold at least one key")
    for place, key in enumerate(keys, start=1):
        try:
            size = len(base64.b64decode(key.reveal().encode(), altchars=b"-_", validate=True))
        except (binascii.Error, ValueError):
            size = 0
        if size != _KEY_BYTES:
            raise ValueError(f"holds no valid key at place {place}; make one with `flask billcom keys generate`")
    return keys


def accounts(known: Sequence[str]) -> Reader:
    """Read chart-of-account ids by use, as a mapping or as JSON."""

    def read(value: Any) -> Mapping[str, str]:  # noqa: ANN401
        given = _by_name(value, known, "uses", '{"fee": "0ca01..."}')
        return MappingProxyType({use: remote_id(account) for use, account in given.items()})

    return read


def names(known: Sequence[str]) -> Reader:
    """Read names of accounts by ours, as a mapping or as JSON."""

    def read(value: Any) -> Mapping[str, str]:  # noqa: ANN401
        given = _by_name(value, known, "accounts", '{"bank": "1010 Checking"}')
        return MappingProxyType({account: _name(name) for account, name in given.items()})

    return read


def _by_name(value: Any, known: Sequence[str], what: str, example: str) -> Mapping[str, Any]:  # noqa: ANN401
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, Mapping):
        raise ValueError(f"must be a mapping such as {example}")  # noqa: TRY004
    unknown = sorted(str(name) for name in value if name not in known)
    if unknown:
        raise ValueError(f"knows only the {what} {', '.join(known)}")
    return value


def _name(value: Any) -> str:  # noqa: ANN401
    words = text(value)
    if len(words) > _LONGEST_NAME or not words.isprintable():
        raise ValueError(f"must name accounts in at most {_LONGEST_NAME} printable characters")
    return words


def optional(read: Reader) -> Reader:
    """Read a value that may be none."""

    def read_or_none(value: Any) -> Any:  # noqa: ANN401
        return None if value is None or value == "" else read(value)

    return read_or_none
