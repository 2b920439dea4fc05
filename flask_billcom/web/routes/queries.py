"""What an address asks for behind its question mark; what does not fit is named, and nothing is ignored."""

from __future__ import annotations

from datetime import date

from flask import request

from flask_billcom.marketplace.lists import InvalidQuery

_MOST_DIGITS = 4


def query(*known: str) -> dict[str, str]:
    """Return what is asked for, without what is empty.

    :raises InvalidQuery: something else is asked for.
    """
    unknown = sorted(request.args.keys() - set(known))
    if unknown:
        raise InvalidQuery(f"{unknown[0]} is not known here; this takes {', '.join(known) or 'nothing'}")
    return {name: value for name, value in request.args.items() if value}


def needed(asked: dict[str, str], name: str) -> str:
    """Return a value that must be there.

    :raises InvalidQuery: it is missing.
    """
    if name not in asked:
        raise InvalidQuery(f"{name} is missing")
    return asked[name]


def format_of(asked: dict[str, str], *known: str) -> str:
    """Return the format, the first one where none is asked for.

    :raises InvalidQuery: it is none of these.
    """
    given = asked.get("format", known[0])
    if given not in known:
        raise InvalidQuery(f"format must be one of {', '.join(known)}")
    return given


def day(asked: dict[str, str], name: str) -> date | None:
    """Return a day, or None.

    :raises InvalidQuery: it is none.
    """
    try:
        return date.fromisoformat(asked[name]) if name in asked else None
    except ValueError:
        raise InvalidQuery(f"{name} must be a day such as 2026-10-05") from None


def whole(asked: dict[str, str], name: str, default: int | None) -> int:
    """Return a whole number.

    :raises InvalidQuery: it is none, or missing where there is no default.
    """
    given = needed(asked, name) if default is None else asked.get(name, str(default))
    if not (given.isascii() and given.isdecimal()) or len(given) > _MOST_DIGITS:
        raise InvalidQuery(f"{name} must be a whole number")
    return int(given)
