"""What all pages share: filters, error pages and headers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask import Flask, Response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"


def init_app(app: Flask) -> None:
    """Give the app its filters, error pages and headers."""
    app.add_template_filter(dollars)
    app.add_template_filter(day)
    app.register_error_handler(CSRFError, _error)
    for code in (403, 404):
        app.register_error_handler(code, _error)
    app.after_request(_headers)


def dollars(amount: Decimal) -> str:
    """Return an amount as it is written on a price tag."""
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    return f"{sign}${abs(amount):,.2f}"


def day(when: date | datetime | None) -> str:
    """Return a date as people write it; a dash for none."""
    return f"{when.day} {when:%b %Y}" if when else "\N{EN DASH}"


def _error(error: HTTPException) -> tuple[str, int]:
    return render_template("error.html", error=error), error.code or 500


def _headers(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.blueprint != "billcom":
        response.headers.setdefault("Content-Security-Policy", POLICY)
    if request.blueprint == "account":
        response.headers["Cache-Control"] = "no-store"
    return response
