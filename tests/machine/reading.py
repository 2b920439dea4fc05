"""Rules that read: what they compare was true at one moment, or they look again.

Two calls, or a call and a look past the extension, tell of one moment only where nothing happened in between: a commit
that fails ends the call, another worker's round changes the rows. Who is disturbed so reads everything once more. Only
one thing happens at a time, so nothing disturbs him then, and what he compares has to be right.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from tests.machine.counted import COUNTED, rule


class Disturbed(Exception):  # noqa: N818 - what happens, and nobody's mistake
    """Something happened while somebody was reading."""


def reading(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return the decorator of a rule that looks again where it was disturbed."""
    made = rule(**options)

    def decorate(reads: Callable[..., None]) -> Any:
        @wraps(reads)
        def again(machine: Any, **values: Any) -> None:
            try:
                reads(machine, **values)
            except Disturbed:
                COUNTED["looked again"] += 1
                reads(machine, **values)

        return made(again)

    return decorate
