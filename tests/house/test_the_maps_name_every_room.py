"""A package whose docstring draws it draws all of it: no module is missing there, and none has gone."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "flask_billcom"
DRAWN = [
    "calls",
    "cli",
    "engine",
    "marketplace",
    "marketplace/agreement",
    "marketplace/books",
    "marketplace/collection",
    "marketplace/corrections",
    "marketplace/counterparties",
    "marketplace/kinds",
    "marketplace/paying",
    "marketplace/refunds",
    "marketplace/returns",
    "marketplace/settlement",
    "marketplace/shop",
    "marketplace/tracking",
    "simulator",
    "simulator/access",
    "simulator/approving",
    "simulator/banking",
    "simulator/calls",
    "simulator/organization",
    "simulator/papers",
    "simulator/payments",
    "simulator/serving",
    "simulator/state",
]


def rooms(package: Path) -> set[str]:
    """Return the modules and packages below one."""
    modules = {path.stem for path in package.glob("*.py")} - {"__init__"}
    return modules | {path.parent.name for path in package.glob("*/__init__.py")}


@pytest.mark.parametrize("package", DRAWN)
def test_a_map_names_every_room_once(package: str) -> None:
    drawing = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))) or ""
    named = re.findall(r"^ *((?:[a-z_]+, )*[a-z_]+)  +\S", drawing, re.MULTILINE)
    names = [name for each in named for name in each.split(", ")]

    assert sorted(names) == sorted(rooms(ROOT / package)), f"draw it in flask_billcom/{package}/__init__.py"
