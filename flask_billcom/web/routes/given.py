"""What a request says: words, amounts and flags, as a form or as a JSON object; what does not fit is named."""

from __future__ import annotations

import re
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask import request

from flask_billcom.web.problems import Refused

LONGEST_REASON = 200
_DOLLARS = re.compile(r"[0-9]{1,10}\.[0-9]{2}")


def reason() -> str:
    """Return the reason.

    :raises Refused: there is none.
    """
    return word("reason")


def maybe_reason() -> str | None:
    """Return the reason, or None."""
    return maybe("reason")


def word(name: str) -> str:
    """Return a text that must be there.

    :raises Refused: it is missing, or cannot be shown.
    """
    given = maybe(name)
    if given is None:
        raise wrong(f"{'an' if name[0] in 'aeiou' else 'a'} {name} is missing")
    return given


def maybe(name: str) -> str | None:
    """Return a text, or None.

    :raises Refused: it cannot be shown.
    """
    given = body().get(name)
    if given is None:
        return None
    if not isinstance(given, str) or not 0 < len(given.strip()) <= LONGEST_REASON or not given.isprintable():
        raise wrong(f"the {name} must be 1 to {LONGEST_REASON} printable characters")
    return given.strip()


def amount() -> Decimal:
    """Return the amount in dollars.

    :raises Refused: it is missing, or no text such as "12.34".
    """
    found = maybe_amount()
    if found is None:
        raise wrong('the amount is missing; write dollars as text, such as "12.34"')
    return found


def maybe_amount() -> Decimal | None:
    """Return the amount in dollars, or None.

    :raises Refused: it is no text such as "12.34".
    """
    given = body().get("amount")
    if given is None:
        return None
    if not isinstance(given, str) or not _DOLLARS.fullmatch(given):
        raise wrong('the amount must be dollars as text with two places, such as "12.34"')
    return Decimal(given)


def maybe_whole(name: str) -> int | None:
    """Return a small whole number, or None.

    :raises Refused: it is none.
    """
    given = body().get(name)
    if given is None:
        return None
    text = str(given)
    if isinstance(given, bool) or not re.fullmatch(r"[0-9]{1,6}", text):
        raise wrong(f"the {name} must be a whole number")
    return int(text)


def maybe_flag(name: str) -> bool | None:
    """Return a truth value, or None.

    :raises Refused: it is none.
    """
    given = body().get(name)
    if given is None:
        return None
    if given not in {True, False, "true", "false"}:
        raise wrong(f"{name} must be true or false")
    return given in {True, "true"}


def dry_run() -> bool:
    """Return whether nothing is to be done; true unless the request says that it is false."""
    given = body().get("dry_run", True)
    if given not in {True, False, "true", "false"}:
        raise wrong("dry_run must be true or false")
    return given in {True, "true"}


def body() -> dict[str, Any]:
    """Return what the request says, as a form or as a JSON object."""
    if not request.is_json:
        return dict(request.form)
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise wrong("the body must be a JSON object")
    return given


def wrong(detail: str) -> Refused:
    """Return the refusal of a value."""
    return Refused(HTTPStatus.BAD_REQUEST, "invalid_request", detail, "correct the value named")
