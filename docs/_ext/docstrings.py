"""How autodoc shows what our docstrings say: drawings as they were drawn, errors by name alone."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_DRAWN = re.compile(r"\s|\+-|\|")


def keep_drawings(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:  # noqa: ARG001, PLR0917 - Sphinx calls it so
    """Turn each paragraph with an indented or drawn line into a literal block."""
    if what != "module":
        return
    paragraphs = [list(group) for is_text, group in groupby(lines, key=bool) if is_text]
    lines[:] = [line for paragraph in paragraphs for line in [*_shown(paragraph), ""]]


def _shown(paragraph: list[str]) -> list[str]:
    if any(_DRAWN.match(line) for line in paragraph):
        return [".. code-block:: text", "", *(f"   {line}" for line in paragraph)]
    return paragraph


def hide_error_parameters(app: Sphinx, what: str, *event: object) -> tuple[str, None] | None:  # noqa: ARG001
    """Errors are caught, not made: their parameters are noise on a page for users."""
    return ("", None) if what == "exception" else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Listen to autodoc."""
    app.connect("autodoc-process-docstring", keep_drawings)
    app.connect("autodoc-process-signature", hide_error_parameters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
