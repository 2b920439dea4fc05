"""Look for numbers in every byte that files are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

_SQLITE_WIDTHS = (6, 8)
"""How many bytes SQLite takes for an integer of that size."""


@dataclass
class Traces:
    """What was looked at, and what was found.

    :param found: numbers by the name of the file that they are in.
    """

    files: set[str] = field(default_factory=set)
    bytes_read: int = 0
    found: dict[str, list[str]] = field(default_factory=dict)


def traces_of(numbers: Iterable[str], folder: Path) -> Traces:
    """Search every file below a folder for numbers, as text of one or two bytes a digit and as SQLite's integers."""
    traces = Traces()
    spellings = {number: _spellings(number) for number in numbers}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        content = path.read_bytes()
        traces.files.add(path.name)
        traces.bytes_read += len(content)
        hits = [number for number, ways in spellings.items() if any(way in content for way in ways)]
        if hits:
            traces.found[path.name] = hits
    return traces


def _spellings(number: str) -> list[bytes]:
    text = [number.encode(), number.encode("utf-16-le")]
    return text + [int(number).to_bytes(width, "big") for width in _SQLITE_WIDTHS if int(number) < 1 << 8 * width - 1]
