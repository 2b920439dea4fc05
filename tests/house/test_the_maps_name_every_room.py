"""A package whose docstring draws it draws all of it: no module is missing there, and none has gone."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DRAWN = [
    "flask_billcom/calls",
    "flask_billcom/cli",
    "flask_billcom/engine",
    "flask_billcom/marketplace",
    "flask_billcom/marketplace/agreement",
    "flask_billcom/marketplace/books",
    "flask_billcom/marketplace/collection",
    "flask_billcom/marketplace/corrections",
    "flask_billcom/marketplace/counterparties",
    "flask_billcom/marketplace/kinds",
    "flask_billcom/marketplace/paying",
    "flask_billcom/marketplace/refunds",
    "flask_billcom/marketplace/returns",
    "flask_billcom/marketplace/settlement",
    "flask_billcom/marketplace/shop",
    "flask_billcom/marketplace/tracking",
    "flask_billcom/simulator",
    "flask_billcom/simulator/access",
    "flask_billcom/simulator/approving",
    "flask_billcom/simulator/banking",
    "flask_billcom/simulator/calls",
    "flask_billcom/simulator/organization",
    "flask_billcom/simulator/papers",
    "flask_billcom/simulator/payments",
    "flask_billcom/simulator/serving",
    "flask_billcom/simulator/state",
    "tests/crash",
    "tests/crash/cutting",
    "tests/crash/judging",
    "tests/crash/overlapping",
    "tests/crash/real",
    "tests/crash/sharing",
    "tests/crash/tale",
    "tests/crash/worlds",
]


def rooms(package: Path) -> set[str]:
    """Return the modules and packages below one."""
    modules = {path.stem for path in package.glob("*.py") if not path.stem.startswith("test_")} - {"__init__"}
    return modules | {path.parent.name for path in package.glob("*/__init__.py")}


@pytest.mark.parametrize("package", DRAWN)
def test_a_map_names_every_room_once(package: str) -> None:
    drawing = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))) or ""
    named = re.findall(r"^ *((?:[a-z_]+, )*[a-z_]+)  +\S", drawing, re.MULTILINE)
    names = [name for each in named for name in each.split(", ")]

    assert sorted(names) == sorted(rooms(ROOT / package)), f"draw it in {package}/__init__.py"
