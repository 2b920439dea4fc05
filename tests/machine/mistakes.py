"""Mistakes made on purpose, patched into the marketplace from outside: the machine must find each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from flask_billcom.marketplace import netting
from flask_billcom.marketplace.refunds import carrying, writing


def _netted_again() -> Any:
    """Lower bills by what their seller owes, and forget that he owes it no more."""
    return patch.object(netting, "_book", lambda *_: None)


def _no_money_back() -> Any:
    """Take a refund for done whose buyer has paid, though nothing was paid back."""

    def turn(rows: Any, domain: Any, facts: Any, _amounts: Any) -> None:
        writing.close(rows, domain, facts.parts)

    return patch.object(carrying, "turn", turn)


MISTAKES: dict[str, Callable[[], Any]] = {
    "the same debt is taken off twice": _netted_again,
    "a refund of a paid sale is forgotten": _no_money_back,
}


@contextmanager
def made(name: str) -> Iterator[None]:
    """Let a mistake be made for a while.

    :param name: of `MISTAKES`.
    """
    with MISTAKES[name]():
        yield
