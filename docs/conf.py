from __future__ import annotations

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

from inventories import written  # noqa: E402 - found through the line above

_PROJECT = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"]

project = "Flask-Billcom"
copyright = "Flask-Billcom maintainers"  # noqa: A001 - Sphinx reads this name
author = "Flask-Billcom maintainers"
release = version = _PROJECT["version"]

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "sphinx.ext.intersphinx",
    "pallets_sphinx_themes",
    "myst_parser",
    "settings_table",
    "docstrings",
]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
exclude_patterns = ["_build", "_ext", "inventories"]
default_role = "literal"  # docstrings mark code with single backticks

html_theme = "flask"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_title = f"{project} {release}"
html_show_sourcelink = False
html_sidebars = {"**": ["localtoc.html", "relations.html", "searchbox.html"]}
html_theme_options = {"index_sidebar_logo": False}

autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"
python_maximum_signature_line_length = 100

# Signatures name types that have no page of their own: values of our own modules, and type variables.
nitpick_ignore_regex = [("py:class", r"(flask_billcom|sqlalchemy|requests|flask)\..*")]

# Nothing is fetched: what we refer to in other projects is listed in docs/inventories.
intersphinx_mapping = {name: (url, (str(path),)) for name, (url, path) in written(HERE / "inventories").items()}
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]  # SECURITY.md and CONTRIBUTING.md link within the repository
