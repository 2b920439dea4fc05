"""`.. settings-table::` lists every setting, read from the code that reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList

from flask_billcom.settings import Description, describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

_HEAD = """
.. list-table::
   :header-rows: 1
   :width: 100%
   :widths: 34 14 52

   * - Setting
     - Default
     - What it is, and what it protects
"""


class SettingsTable(Directive):
    """A table with one row per setting."""

    def run(self) -> list[nodes.Node]:
        """Write the table as text and let Sphinx read it."""
        lines = [*_HEAD.splitlines(), *(line for each in describe() for line in _row(each)), ""]
        parent = nodes.Element()
        self.state.nested_parse(StringList(lines, "flask_billcom/settings.py"), self.content_offset, parent)
        return parent.children


def _row(setting: Description) -> Iterator[str]:
    shown = f"*{setting.default}*" if setting.default in ("required", "none", "empty") else f"``{setting.default}``"
    yield f"   * - ``{setting.key}``"
    yield ""
    yield f"       {setting.type}"
    yield f"     - {shown}"
    yield f"     - {setting.doc}"
    if setting.protects:
        yield ""
        yield f"       *Protects:* {setting.protects}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("settings-table", SettingsTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
