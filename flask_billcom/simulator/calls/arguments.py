"""What operations take from a call's `data`: dates, cents, ids and flags, refused with the texts that the service uses.

Wrong values of a data key: recorded text "Invalid value for data key,value: ...", code assumed to be BDC_1129.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask_billcom.simulator.errors import data_refusal, field_refusal, refusal
from flask_billcom.simulator.state.ids import has_id_form

from .objects import require
from .values import cents_of, date_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["cents", "day", "flag", "named", "pairs", "text"]


def named(world: World, entity: str, data: Mapping[str, Any], key: str) -> Row:
    """Return the object whose id stands under that key.

    :raises Refusal: BDC_1117 when it is missing, the text for wrong data keys when nothing has that id.
    """
    given = require(data, key)
    row = world.find(entity, given) if has_id_form(given) else None
    if row is None:
        raise data_refusal(key, given)
    return row


def day(data: Mapping[str, Any], key: str) -> date | None:
    """Return the date under that key, or None."""
    given = data.get(key)
    if given is None or given == "":
        return None
    try:
        return date.fromisoformat(date_of(str(given)))
    except ValueError as error:
        raise data_refusal(key, given) from error


def cents(data: Mapping[str, Any], key: str) -> int:
    """Return the amount under that key, more than zero, in cents."""
    given = require(data, key)
    try:
        found = cents_of(given)
    except ValueError as error:
        raise field_refusal(key, given) from error
    if found <= 0:
        raise field_refusal(key, given)
    return found


def flag(data: Mapping[str, Any], key: str) -> bool:
    """Return the truth value under that key."""
    given = data.get(key)
    if given is None:
        raise refusal("BDC_1117", key)
    if isinstance(given, str) and given.lower() in {"true", "false"}:
        return given.lower() == "true"
    if not isinstance(given, bool):
        raise refusal("BDC_1124", key)
    return given


def text(data: Mapping[str, Any], key: str) -> str | None:
    """Return the text under that key, None when it is missing or empty."""
    given = data.get(key)
    if given is None or given == "":
        return None
    if not isinstance(given, str):
        raise refusal("BDC_1124", key)
    return given


def pairs(data: Mapping[str, Any], key: str, limit: int) -> Sequence[Mapping[str, Any]]:
    """Return the list of objects under that key, empty when it is missing.

    :param limit: the most that the call takes.
    """
    given = data.get(key) or []
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise refusal("BDC_1124", key)
    if len(given) > limit:
        raise refusal("too_many", limit)
    return given
