"""Pieces of HTML: everything that comes from outside is escaped here, by `e`."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from flask_billcom.simulator.pages.style import SCRIPT, STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["button", "choice", "document", "e", "field", "form", "money", "section", "table"]

_NUMERIC: Final = frozenset(
    {"count", "active", "dollars", "objects", "number", "cents", "at once", "ms", "calls", "balance", "amount"}
)


def e(value: object) -> str:
    """Return a value as text that is safe in HTML."""
    return escape(str(value))


def money(cents: int) -> str:
    """Return cents as people read them: 1,234.50."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def document(title: str, body: str) -> str:
    """Return a whole page."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{e(title)}</title><style>{STYLE}</style></head>'
        f'<body><main>{body}</main><p id="said" role="status"></p><script>{SCRIPT}</script></body></html>\n'
    )


def section(anchor: str, title: str, body: str, *, folded: bool = False) -> str:
    """Return a part of the page under a heading; a folded one opens when it is asked for."""
    if folded:
        return f'<details id="{anchor}"><summary><h2>{e(title)}</h2></summary>{body}</details>'
    return f'<section id="{anchor}"><h2>{e(title)}</h2>{body}</section>'


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, none: str = "Nothing yet.") -> str:
    """Return a table.

    :param rows: cells that are HTML already.
    """
    lines = list(rows)
    if not lines:
        return f'<p class="none">{e(none)}</p>'
    marks = [' class="n"' if head in _NUMERIC or "mount" in head else "" for head in heads]
    head = "".join(f"<th{mark}>{e(each)}</th>" for mark, each in zip(marks, heads, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{mark}>{cell}</td>" for mark, cell in zip(marks, row, strict=True)) + "</tr>"
        for row in lines
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def button(label: str, path: str, body: str = "{}", *, ask: str = "") -> str:
    """Return a button that posts JSON to the control side.

    :param ask: a question to say yes to first.
    """
    question = f' data-ask="{e(ask)}"' if ask else ""
    return f'<button type="button" data-path="{e(path)}" data-body="{e(body)}"{question}>{e(label)}</button>'


def form(path: str, label: str, *fields: str) -> str:
    """Return a form whose fields are posted as JSON to the control side."""
    return f'<form data-path="{e(path)}">{"".join(fields)}<button>{e(label)}</button></form>'


def field(name: str, label: str, value: object = "", *, kind: str = "text", hint: str = "") -> str:
    """Return a field of a form.

    :param kind: text, number, date, or json for what is parsed before it is sent.
    """
    shown = {"json": "text", "date": "date"}.get(kind, kind)
    step = ' step="any"' if kind == "number" else ""
    return (
        f'<label>{e(label)}<input name="{e(name)}" type="{shown}" data-kind="{kind}" value="{e(value)}"'
        f' placeholder="{e(hint)}"{step} autocomplete="off"></label>'
    )


def choice(name: str, label: str, options: Iterable[str], chosen: str = "") -> str:
    """Return a field with a few possible values."""
    shown = "".join(f"<option{' selected' if each == chosen else ''}>{e(each)}</option>" for each in options)
    return f'<label>{e(label)}<select name="{e(name)}" data-kind="text">{shown}</select></label>'
