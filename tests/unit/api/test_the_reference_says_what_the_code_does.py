"""The generated pages are those that the code would write now."""

from __future__ import annotations

from pathlib import Path

from flask_billcom.api.catalogue import ENTITIES
from flask_billcom.api.fields import facts
from flask_billcom.api.reference import main, pages

FOLDER = Path(__file__).parents[3] / "docs" / "reference"


def test_the_pages_in_the_documentation_are_up_to_date() -> None:
    assert main([str(FOLDER), "--check"]) == 0
    assert {path.name for path in FOLDER.iterdir()} == set(pages())


def test_a_page_that_differs_is_named(tmp_path: Path) -> None:
    assert main([str(tmp_path / "new"), "--check"]) == 1
    assert main([str(tmp_path / "new")]) == 0
    assert main([str(tmp_path / "new"), "--check"]) == 0


def test_every_field_of_every_entity_is_on_a_page() -> None:
    whole = "\n".join(pages().values())
    for row in ENTITIES.values():
        assert f"\n{row.name}\n---" in whole
        assert f"``client.{row.noun}``" in whole
        for name in facts(row.record):
            assert f'"``{name}``"' in whole
