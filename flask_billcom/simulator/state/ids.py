"""Ids as Bill.com writes them: prefix, "01", capitals, a small tail; twenty characters, the same for the same seed.

A counter is spread over the twelve capitals by a multiplication that has an inverse, so no id comes twice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from hashlib import sha256
from itertools import product
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final

__all__ = ["Ids", "has_id_form"]

_LETTERS: Final = 26**3
_SPACE: Final = 26**12
_STEP: Final = 48_271_828_182_845_905
_TAILS: Final = 36**3
_FORM: Final = re.compile(r"[0-9a-zA-Z]{20}")


def has_id_form(text: object) -> bool:
    """Return whether a value is written like an id."""
    return isinstance(text, str) and _FORM.fullmatch(text) is not None


@lru_cache(maxsize=1)
def _capitals() -> list[str]:
    return ["".join(letters) for letters in product(ascii_uppercase, repeat=3)]


@lru_cache(maxsize=1)
def _tails() -> list[str]:
    return ["".join(signs) for signs in product(ascii_lowercase + digits, repeat=3)]


class Ids:
    """Makes ids, tokens and numbers from one seed.

    :param seed: the same seed gives the same ids in the same order.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._next: dict[str, int] = defaultdict(int)
        self._offsets: dict[str, int] = {}

    def new(self, prefix: str) -> str:
        """Return the next id of that prefix."""
        count = self._next[prefix] = self._next[prefix] + 1
        offset = self._offsets.get(prefix)
        if offset is None:
            offset = self._offsets[prefix] = self._mixed(prefix) % _SPACE
        rest = (count * _STEP + offset) % _SPACE
        capitals = _capitals()
        rest, a = divmod(rest, _LETTERS)
        rest, b = divmod(rest, _LETTERS)
        d, c = divmod(rest, _LETTERS)
        tail = _tails()[(count * 7919 + offset) % _TAILS]
        return f"{prefix}01{capitals[a]}{capitals[b]}{capitals[c]}{capitals[d]}{tail}"

    def token(self, purpose: str) -> str:
        """Return an unguessable-looking text of 40 characters that begins with "!"."""
        count = self._next[purpose] = self._next[purpose] + 1
        return "!" + sha256(f"{self.seed}/{purpose}/{count}".encode()).hexdigest()[:39]

    def number(self, purpose: str) -> int:
        """Return the next whole number of that purpose, from 1."""
        count = self._next[purpose] = self._next[purpose] + 1
        return count

    def letters(self, purpose: str) -> str:
        """Return twenty capitals, as Bill.com numbers its transactions."""
        count = self._next[purpose] = self._next[purpose] + 1
        rest = (count * _STEP + self._mixed(purpose)) % _SPACE
        capitals = _capitals()
        parts = []
        for _ in range(4):
            rest, part = divmod(rest, _LETTERS)
            parts.append(capitals[part])
        return "".join(parts) + capitals[count // _LETTERS % _LETTERS] + capitals[count % _LETTERS] + "QA"

    def _mixed(self, purpose: str) -> int:
        return int.from_bytes(sha256(f"{self.seed}/{purpose}".encode()).digest()[:8], "big")
