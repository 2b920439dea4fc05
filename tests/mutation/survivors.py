"""The list of survivors that are explained, `survivors.toml` beside this file.

    [[survivor]]
    module = "money"
    function = "spread"
    was = "whole = sum(weights)"
    became = "whole = None"
    reason = "equivalent: ..."

`was` and `became` are the changed lines without indentation, as the command prints them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.room import Mutant

LIST = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True, slots=True)
class Survivor:
    """One survivor that is explained."""

    module: str
    function: str
    was: str
    became: str
    reason: str


def explained() -> list[Survivor]:
    """Return the list."""
    return [Survivor(**each) for each in tomllib.loads(LIST.read_text()).get("survivor", [])]


def reason_of(mutant: Mutant, module: str, known: Sequence[Survivor]) -> str | None:
    """Return why a mutant survives, or None if nobody has said."""
    for each in known:
        place = (each.module, each.function, each.was.strip(), each.became.strip())
        if place == (module, mutant.function, mutant.was, mutant.became):
            return each.reason
    return None
