"""Who is who at Bill.com: the report, and what a person says about one row of it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from flask_billcom.marketplace.lists import InvalidQuery
from flask_billcom.web.entrance import Visitor

from . import given
from .queries import query, whole

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom

_ROLES = ("customer", "vendor")


def matches(billcom: Billcom, _visitor: Visitor) -> dict[str, Any]:
    """Return buyers and sellers whom Bill.com may know already; takes `role`, `after` and `limit`.

    Each page reads all of Bill.com's customers or vendors, so ask for as many rows as are looked at.
    """
    asked = query("role", "after", "limit")
    if asked.get("role", "vendor") not in _ROLES:
        raise InvalidQuery(f"role must be one of {', '.join(_ROLES)}")
    limit = whole(asked, "limit", 50)
    if not 1 <= limit <= 1000:  # noqa: PLR2004 - a page that a person can look through
        raise InvalidQuery("limit must be 1 to 1000")
    rows = list(islice(billcom.match_report(role=asked.get("role"), after=asked.get("after")), limit + 1))
    return {"items": rows[:limit], "after": rows[limit - 1].key if len(rows) > limit else None}


def confirm_match(billcom: Billcom, visitor: Visitor) -> dict[str, Any]:
    """Take a customer or vendor for a party; takes `class`, `key`, `remote_id`, `reason`, `role` and `second`."""
    party = billcom.find(given.word("class"), given.word("key"))
    renewed = billcom.confirm_match(
        party,
        given.word("remote_id"),
        role=given.maybe("role"),
        actor=visitor.name,
        reason=given.reason(),
        second=given.maybe("second"),
    )
    return {"confirmed": given.word("remote_id"), "planned_anew": renewed}


def confirm_new(billcom: Billcom, visitor: Visitor) -> dict[str, Any]:
    """Say that Bill.com does not know a party; takes `class`, `key`, `reason`, `role` and `second`."""
    party = billcom.find(given.word("class"), given.word("key"))
    is_new = billcom.confirm_new(
        party,
        role=given.maybe("role"),
        actor=visitor.name,
        reason=given.reason(),
        second=given.maybe("second"),
    )
    return {"is_new": is_new}
