"""CSV that a spreadsheet reads as text where it is text.

A cell that begins with `=`, `+`, `-`, `@`, a tab or a line break is a formula to a spreadsheet, and what an app calls
its orders and people may begin with anything. Such text gets an apostrophe before it; amounts are ours and stay
numbers. Control characters become question marks.

Source: https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets take them too

Cell = str | int | Decimal | date | None


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield lines of CSV, each with its line end, as rows come."""
    yield _line(headings)
    for row in rows:
        yield _line(row)


def safe(words: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    # Most text is plain, and looking at each character of a million lines takes minutes.
    shown = words if words.isprintable() else "".join(each if each.isprintable() else "?" for each in words)
    # A formula may stand behind spaces, which spreadsheets strip.
    return f"'{shown}" if words.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA) else shown


def _line(cells: Sequence[Cell]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([_cell(each) for each in cells])
    return buffer.getvalue()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, int | date):
        return str(value)
    return safe(value)
