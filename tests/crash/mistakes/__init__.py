"""The deliberate mistakes: what the engine would do without one rule of the protocol, patched from outside.

Each is a name, the patches, and the ways of being hurt that show it, the likeliest first; one module holds a family.
"""

from __future__ import annotations

from tests.crash.mistakes import answers, asking, crossing, lanes, money, repeating, sessions, taking, waiting, writing
from tests.crash.mistakes.hurts import Hurt, Mutant

__all__ = ["MUTANTS", "Hurt", "Mutant"]
MUTANTS: tuple[Mutant, ...] = (
    *waiting.MUTANTS,
    *writing.MUTANTS,
    *answers.MUTANTS,
    *asking.MUTANTS,
    *repeating.MUTANTS,
    *sessions.MUTANTS,
    *taking.MUTANTS,
    *lanes.MUTANTS,
    *money.MUTANTS,
    *crossing.MUTANTS,
)
