"""Every row of `docs/what_happens.rst` is played once, and says what was seen and how long it took."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.happenings import HAPPENINGS
from tests.support.world import Stage

PAGE = Path(__file__).parents[2] / "docs" / "what_happens.rst"
ROW = re.compile(r"^   \* - (?P<name>.+)\n(?P<cells>(?:     .*\n)+)", re.MULTILINE)


def rows_of(page: str) -> dict[str, tuple[str, str]]:
    """Return the states and the time of each row, by its name."""
    found = {}
    for row in ROW.finditer(page):
        *_, seen, took = re.split(r"^     - ", row["cells"], flags=re.MULTILINE)
        states = re.match(r"``([^`]+)``", seen)
        if states is not None:
            found[row["name"]] = (states[1], took.strip())
    return found


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage(f"sqlite:///{tmp_path_factory.mktemp('happenings')}/world.sqlite")
    yield made
    made.close()


@pytest.mark.parametrize("name", HAPPENINGS)
def test_what_is_seen_and_how_long_it_takes_stands_on_the_page(stage: Stage, name: str) -> None:
    seen = HAPPENINGS[name](stage.world)

    assert rows_of(PAGE.read_text())[name] == (seen.path, seen.took)


def test_the_page_has_no_row_that_nobody_plays() -> None:
    assert set(rows_of(PAGE.read_text())) == set(HAPPENINGS)
