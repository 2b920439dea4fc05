"""The reference pages of the documentation, written from the records themselves.

    python -m flask_billcom.api.reference docs/reference            write the pages
    python -m flask_billcom.api.reference docs/reference --check    say which would change, and exit with 1

Nothing on those pages is written by hand, so that they cannot say anything else than the code does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Final

from .catalogue import ENTITIES
from .catalogued import OPERATIONS as METHODS
from .codes import CODES
from .fields import Fact, Kind, Record, Source, facts
from .operations import OPERATIONS, Operation

AREAS: Final = (
    "customers",
    "invoices",
    "receipts",
    "vendors",
    "bills",
    "payouts",
    "approvals",
    "classification",
    "organization",
    "results",
)
"""Modules of `records`, in the order of the pages."""


def pages() -> dict[str, str]:
    """Return every page by file name."""
    written = {f"{area}.rst": _area(area) for area in AREAS}
    written["choices.rst"] = _choices()
    written["operations.rst"] = _operations()
    written["codes.rst"] = _codes()
    return written


def _area(area: str) -> str:
    module = import_module(f"{__package__}.records.{area}")
    lines = [*_title(area.title(), "="), (module.__doc__ or "").strip(), ""]
    for cls in vars(module).values():
        if isinstance(cls, type) and issubclass(cls, Record) and cls.__module__ == module.__name__:
            lines += _record(cls)
    return "\n".join(lines).rstrip() + "\n"


def _record(cls: type[Record]) -> Iterator[str]:
    yield from _title(cls.__name__, "-")
    first, *_ = (cls.__doc__ or "").strip().splitlines()
    yield first
    yield ""
    entity = ENTITIES.get(cls.ENTITY)
    if entity is not None:
        verbs = ", ".join(sorted(entity.verbs))
        bulk = f"; in bulk: {', '.join(sorted(entity.bulk))}" if entity.bulk else ""
        yield f"``client.{entity.noun}`` offers {verbs}{bulk}."
        if entity.partner_only:
            yield f"Only partners of Bill.com may use {', '.join(sorted(entity.partner_only))}."
        yield ""
    if cls.PREFIX:
        yield f"Ids begin with ``{cls.PREFIX}``."
        yield ""
    yield from _table(("Field", "On the wire", "Type", "Rights", "Meaning", "Source"), map(_row, facts(cls).values()))


def _row(fact: Fact) -> tuple[str, ...]:
    return (f"``{fact.name}``", f"``{fact.wire}``", _type(fact), _rights(fact), fact.doc, _source(fact.source))


def _type(fact: Fact) -> str:
    if fact.records is not None:
        return f"{fact.records.__name__}{', several' if fact.kind is Kind.RECORDS else ''}"
    return fact.choices.__name__ if fact.choices is not None else fact.kind.value


def _rights(fact: Fact) -> str:
    rights = (
        ("required", fact.required),
        ("read-only", fact.read_only),
        ("partners only", fact.partner),
        ("beside the object", fact.beside),
        ("secret", fact.secret),
    )
    return ", ".join(name for name, holds in rights if holds)


def _source(source: Source) -> str:
    if source.page.startswith("https://"):
        return f"`{source.evidence.value} <{source.page}>`__"
    return source.page or source.evidence.value


def _choices() -> str:
    module = import_module(f"{__package__}.records.enums")
    lines = [*_title("Choices", "="), *(module.__doc__ or "").strip().splitlines(), ""]
    for choices in vars(module).values():
        if isinstance(choices, type) and issubclass(choices, Enum) and choices.__module__ == module.__name__:
            lines += _title(choices.__name__, "-")
            lines += [(choices.__doc__ or "").strip(), ""]
            lines += _table(("Name", "On the wire"), ((f"``{item.name}``", f"``{item.value}``") for item in choices))
    return "\n".join(lines).rstrip() + "\n"


def _operations() -> str:
    lines = [*_title("Operations", "="), "Every call beside Create, Read, Update, Delete, Undelete, List and Bulk.", ""]
    for group in dict.fromkeys(row.group for row in OPERATIONS.values()):
        lines += _title(group.title(), "-")
        rows = [row for row in OPERATIONS.values() if row.group == group]
        cells = (
            (f"``{row.name}``", f"``{METHODS[row.name]}``", row.doc, _effect(row), _source(row.source)) for row in rows
        )
        lines += _table(("Operation", "In Python", "Meaning", "Effect", "Source"), cells)
    return "\n".join(lines).rstrip() + "\n"


def _effect(row: Operation) -> str:
    effects = (("moves money", row.money), ("changes", row.changes), ("fetches a file", row.get))
    return next((effect for effect, holds in effects if holds), "")


def _codes() -> str:
    words = (
        "What each error code says about a change. A code that is not listed leaves it open: reads raise ``APIError``,",
        "changes raise ``OutcomeUnknown``.",
        "",
    )
    cells = (
        (
            f"``{row.code}``",
            row.meaning,
            row.certainty.value,
            f"``{row.error.__name__}``",
            _source_text(row.source),
        )
        for row in CODES.values()
    )
    head = ("Code", "Meaning", "Certainty", "Raised by a read", "Source")
    return "\n".join([*_title("Error codes", "="), *words, *_table(head, cells)]).rstrip() + "\n"


def _source_text(source: str) -> str:
    return f"`documented <{source}>`__" if source.startswith("https://") else source


def _title(text: str, line: str) -> tuple[str, str, str]:
    return text, line * len(text), ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield ".. csv-table::"
    yield f"   :header: {_cells(head)}"
    yield ""
    yield from (f"   {_cells(row)}" for row in rows)
    yield ""


def _cells(cells: Sequence[str]) -> str:
    return ", ".join('"' + cell.replace('"', '""') + '"' for cell in cells)


def main(arguments: Sequence[str]) -> int:
    """Write the pages into a folder, or with `--check` say which would change."""
    folder = Path(arguments[0])
    changed = {name: text for name, text in pages().items() if _read(folder / name) != text}
    if "--check" not in arguments:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in changed.items():
            (folder / name).write_text(text, encoding="utf-8")
    for name in changed:
        sys.stdout.write(f"{folder / name}\n")
    return int(bool(changed) and "--check" in arguments)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
