"""A statement as a page to be printed: one file, escaped, with nothing from anywhere else.

The app's own `billcom/statement.html` comes first, where it has one; it is given `statement` and the filter `dollars`.
"""

from __future__ import annotations

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined

from flask_billcom.money import from_cents

from .statement import Statement

TEMPLATE = "billcom/statement.html"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The Content-Security-Policy that the page needs and no more."""


def statement_page(statement: Statement, loader: BaseLoader | None = None) -> str:
    """Return a statement as HTML.

    :param loader: where the app's templates are; None for ours alone.
    """
    ours = PackageLoader(__package__ or "", "templates")
    environment = Environment(
        loader=ours if loader is None else ChoiceLoader([loader, ours]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["dollars"] = _dollars
    return environment.get_template(TEMPLATE).render(statement=statement)


def _dollars(cents: int) -> str:
    return f"{from_cents(cents):,}"
