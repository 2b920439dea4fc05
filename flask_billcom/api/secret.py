"""A text that must not be seen: its repr, str, format and pickle tell nothing.

The value leaves only through `reveal()`, so that every place that uses it can be found by that one word.
"""

from __future__ import annotations

import hmac
from typing import NoReturn

MASK = "********"
"""What is shown instead of a secret."""


class Secret:
    """A password, key, token or account number on its way to Bill.com.

    :param value: the text to guard; a Secret is taken over as it is.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str | Secret) -> None:
        text = value.reveal() if isinstance(value, Secret) else value
        if not isinstance(text, str):
            raise TypeError(f"a secret is text, not {type(text).__name__}")
        self._value = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is never pickled; pass the name of its setting instead")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self


def reveal(value: str | Secret) -> str:
    """Return plain text, whether it was guarded or not."""
    return value.reveal() if isinstance(value, Secret) else value
