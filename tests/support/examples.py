"""The Python examples of README.md and docs/ run as tests, each document from top to bottom in one namespace.

Blocks marked `python` run, and so do doctests. An example that cannot run alone says so in the document, above itself:

    .. skip: next "reason"              in reStructuredText
    <!--- skip: next "reason" -->       in Markdown

Each document runs in an empty folder of its own, without settings from the environment.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from types import ModuleType
from typing import Any

from sybil import Sybil
from sybil.integration.pytest import pytest_integration
from sybil.parsers import markdown, myst, rest

ROOT = Path(__file__).parents[2]
MODULE = "app"
_KEPT = "_before"


def enter(namespace: dict[str, Any]) -> None:
    """Go to an empty folder, forget the settings of the environment, and call the document's code `app.py`."""
    folder = Path(tempfile.mkdtemp(prefix="example"))
    namespace[_KEPT] = (Path.cwd(), folder, dict(os.environ))
    for name in [name for name in os.environ if name.startswith(("FLASK_", "BILLCOM_"))]:
        del os.environ[name]
    os.chdir(folder)
    sys.modules[MODULE] = ModuleType(MODULE)
    sys.modules[MODULE].__file__ = str(folder / f"{MODULE}.py")
    namespace["__name__"] = MODULE


def leave(namespace: dict[str, Any]) -> None:
    """Put folder and environment back."""
    before, folder, environment = namespace[_KEPT]
    del sys.modules[MODULE]
    os.chdir(before)
    os.environ.clear()
    os.environ.update(environment)
    shutil.rmtree(folder, ignore_errors=True)


def examples(parsers: Collection[Any], *patterns: str) -> Sybil:
    """Collect the examples of the documents that match."""
    return Sybil(list(parsers), patterns=patterns, path=str(ROOT), setup=enter, teardown=leave)


pytest_collect_file = pytest_integration(
    examples([rest.PythonCodeBlockParser(), rest.DocTestParser(), rest.SkipParser()], "docs/*.rst"),
    examples([myst.PythonCodeBlockParser(), myst.SkipParser()], "docs/*.md"),
    examples([markdown.PythonCodeBlockParser(), markdown.SkipParser()], "README.md"),
)
