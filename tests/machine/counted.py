"""What the sequences of a process did: steps, rules that acted, calls done and refused, troubles that came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

from hypothesis import stateful

COUNTED: Counter[str] = Counter()


def rule(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return Hypothesis's decorator of a rule, for a rule that is counted."""
    made: Any = stateful.rule(**options)

    def decorate(acts: Callable[..., Any]) -> Any:
        @wraps(acts)
        def counted(machine: Any, **values: Any) -> Any:
            COUNTED[f"rule {acts.__name__}"] += 1
            return acts(machine, **values)

        return made(counted)

    return decorate
