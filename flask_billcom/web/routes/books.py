"""The books: accounts, what stands open, statements, and files for the accountant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Response
from werkzeug.utils import secure_filename

from flask_billcom.marketplace.books.page import POLICY
from flask_billcom.marketplace.books.totals import totals_csv
from flask_billcom.marketplace.lists import FEW, Page
from flask_billcom.marketplace.lists.pages import row_id
from flask_billcom.web.entrance import Visitor

from .queries import day, format_of, needed, query, whole

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom
    from flask_billcom.marketplace.books.history import History
    from flask_billcom.marketplace.books.parties import PartyBalance
    from flask_billcom.marketplace.books.statement import Statement
    from flask_billcom.marketplace.books.totals import YearTotal


def trial(billcom: Billcom, _visitor: Visitor) -> dict[str, Any]:
    """Return the balance of every account, debits positive."""
    query()
    balances = billcom.trial_balance()
    accounts = [{"account": account, "cents": cents} for account, cents in balances.items()]
    return {"accounts": accounts, "total_cents": sum(balances.values())}


def account_history(billcom: Billcom, _visitor: Visitor, account: str) -> History:
    """Return a page of an account; takes `party`, `since`, `until`, `after` and `limit`."""
    asked = query("party", "since", "until", "after", "limit")
    return billcom.ledger(
        account,
        party=row_id(asked["party"], "party") if "party" in asked else None,
        since=day(asked, "since"),
        until=day(asked, "until"),
        after=asked.get("after"),
        limit=whole(asked, "limit", FEW),
    )


def account_balances(billcom: Billcom, _visitor: Visitor) -> Page[PartyBalance]:
    """Return a page of buyers and sellers with what stands in the books for them; takes `role`."""
    asked = query("role", "after", "limit")
    return billcom.party_balances(role=asked.get("role"), after=asked.get("after"), limit=whole(asked, "limit", FEW))


def clearing(billcom: Billcom, _visitor: Visitor) -> dict[str, Any]:
    """Return what keeps each clearing account from being zero."""
    query()
    return {"items": billcom.open_items()}


def export_books(billcom: Billcom, _visitor: Visitor) -> Response:
    """Send the entries of a period as a file; takes `period`, and `format`: csv or journal."""
    asked = query("period", "format")
    period, kind = needed(asked, "period"), asked.get("format", "csv")
    return csv_file(billcom.export(period, format=kind), f"{kind}-{period}")


def year(billcom: Billcom, _visitor: Visitor) -> Page[YearTotal] | Response:
    """Return a page of sellers with their year; takes `year`, and `format`: json, or csv for the page as a file."""
    asked = query("year", "format", "after", "limit")
    wanted = whole(asked, "year", None)
    page = billcom.year_totals(wanted, after=asked.get("after"), limit=whole(asked, "limit", FEW))
    if format_of(asked, "json", "csv") == "json":
        return page
    answer = csv_file(totals_csv(page.items), f"totals-{wanted}")
    if page.after is not None:
        answer.headers["X-After"] = page.after
    return answer


def statement(billcom: Billcom, visitor: Visitor, party_id: str) -> Statement | Response | None:
    """Return a seller's statement; takes `period`, and `format`: json, csv or html, ready to print."""
    asked = query("period", "format")
    kind, period = format_of(asked, "json", "csv", "html"), needed(asked, "period")
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
