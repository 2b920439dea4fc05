"""The books: accounts, what stands open, statements, and files for the accountant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Response, request
from werkzeug.utils import secure_filename

from flask_billcom.marketplace.books.page import POLICY
from flask_billcom.marketplace.books.totals import totals_csv
from flask_billcom.marketplace.lists import FEW, InvalidQuery, Page
from flask_billcom.marketplace.lists.pages import row_id
from flask_billcom.web.entrance import Visitor

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom
    from flask_billcom.marketplace.books.history import History
    from flask_billcom.marketplace.books.parties import PartyBalance
    from flask_billcom.marketplace.books.statement import Statement
    from flask_billcom.marketplace.books.totals import YearTotal

_MOST_DIGITS = 4


def trial(billcom: Billcom, _visitor: Visitor) -> dict[str, Any]:
    """Return the balance of every account, debits positive."""
    _query()
    balances = billcom.trial_balance()
    accounts = [{"account": account, "cents": cents} for account, cents in balances.items()]
    return {"accounts": accounts, "total_cents": sum(balances.values())}


def account_history(billcom: Billcom, _visitor: Visitor, account: str) -> History:
    """Return a page of an account; takes `party`, `since`, `until`, `after` and `limit`."""
    query = _query("party", "since", "until", "after", "limit")
    return billcom.ledger(
        account,
        party=row_id(query["party"], "party") if "party" in query else None,
        since=_day(query, "since"),
        until=_day(query, "until"),
        after=query.get("after"),
        limit=_whole(query, "limit", FEW),
    )


def account_balances(billcom: Billcom, _visitor: Visitor) -> Page[PartyBalance]:
    """Return a page of buyers and sellers with what stands in the books for them; takes `role`."""
    query = _query("role", "after", "limit")
    return billcom.party_balances(role=query.get("role"), after=query.get("after"), limit=_whole(query, "limit", FEW))


def clearing(billcom: Billcom, _visitor: Visitor) -> dict[str, Any]:
    """Return what keeps each clearing account from being zero."""
    _query()
    return {"items": billcom.open_items()}


def export_books(billcom: Billcom, _visitor: Visitor) -> Response:
    """Send the entries of a period as a file; takes `period`, and `format`: csv or journal."""
    query = _query("period", "format")
    period, kind = _needed(query, "period"), query.get("format", "csv")
    return csv_file(billcom.export(period, format=kind), f"{kind}-{period}")


def year(billcom: Billcom, _visitor: Visitor) -> Page[YearTotal] | Response:
    """Return a page of sellers with their year; takes `year`, and `format`: json, or csv for the page as a file."""
    query = _query("year", "format", "after", "limit")
    wanted = _whole(query, "year", None)
    page = billcom.year_totals(wanted, after=query.get("after"), limit=_whole(query, "limit", FEW))
    if _format(query, "json", "csv") == "json":
        return page
    answer = csv_file(totals_csv(page.items), f"totals-{wanted}")
    if page.after is not None:
        answer.headers["X-After"] = page.after
    return answer


def statement(billcom: Billcom, visitor: Visitor, party_id: str) -> Statement | Response | None:
    """Return a seller's statement; takes `period`, and `format`: json, csv or html, ready to print."""
    query = _query("period", "format")
    kind, period = _format(query, "json", "csv", "html"), _needed(query, "period")
    seen = visitor.lists.party(party_id)
    if seen is None or seen.party.role != "vendor":
        return None
    found = billcom.statement(seen.party.id, period)
    if kind == "json":
        return found
    if kind == "csv":
        return csv_file(found.as_csv(), f"statement-{found.seller}-{period}")
    answer = Response(billcom.statement_page(found), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def csv_file(lines: Iterable[str], name: str) -> Response:
    """Return lines as a file to be saved, sent as they are made."""
    answer = Response(lines, content_type="text/csv; charset=utf-8; header=present")
    answer.headers["Content-Disposition"] = f'attachment; filename="{secure_filename(name) or "books"}.csv"'
    return answer


def _query(*known: str) -> dict[str, str]:
    unknown = sorted(request.args.keys() - set(known))
    if unknown:
        raise InvalidQuery(f"{unknown[0]} is not known here; this takes {', '.join(known) or 'nothing'}")
    return {name: value for name, value in request.args.items() if value}


def _needed(query: dict[str, str], name: str) -> str:
    if name not in query:
        raise InvalidQuery(f"{name} is missing")
    return query[name]


def _format(query: dict[str, str], *known: str) -> str:
    given = query.get("format", known[0])
    if given not in known:
        raise InvalidQuery(f"format must be one of {', '.join(known)}")
    return given


def _day(query: dict[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(query[name]) if name in query else None
    except ValueError:
        raise InvalidQuery(f"{name} must be a day such as 2026-10-05") from None


def _whole(query: dict[str, str], name: str, default: int | None) -> int:
    given = _needed(query, name) if default is None else query.get(name, str(default))
    if not (given.isascii() and given.isdecimal()) or len(given) > _MOST_DIGITS:
        raise InvalidQuery(f"{name} must be a whole number")
    return int(given)
