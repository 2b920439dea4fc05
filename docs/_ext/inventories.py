"""Inventories for intersphinx, written as lists of names and compiled here.

    # https://docs.python.org/3/                            the first line: where the project's pages are
    library/decimal.html decimal.Decimal:class
    library/decimal.html#decimal.Decimal Decimal:class      for annotations that name it alone

A full inventory is thousands of names and has to be fetched; ours lists the few that we refer to, and can be read.
"""

from __future__ import annotations

import tempfile
import zlib
from pathlib import Path

_HEADER = "# Sphinx inventory version 2\n# Project: {name}\n# Version: \n# The remainder is compressed using zlib.\n"


def written(folder: Path) -> dict[str, tuple[str, Path]]:
    """Compile each list of the folder; return the project's address and the compiled file by its name."""
    target = Path(tempfile.mkdtemp(prefix="inventories"))
    return {path.stem: _compiled(path, target / f"{path.stem}.inv") for path in sorted(folder.glob("*.txt"))}


def _compiled(source: Path, target: Path) -> tuple[str, Path]:
    first, *lines = source.read_text().splitlines()
    entries = "".join(_entry(line) for line in lines if line.strip())
    target.write_bytes(_HEADER.format(name=source.stem).encode() + zlib.compress(entries.encode()))
    return first.removeprefix("# "), target


def _entry(line: str) -> str:
    page, name = line.split()
    name, role = name.split(":")
    return f"{name} py:{role} 1 {page if '#' in page else page + '#$'} -\n"
