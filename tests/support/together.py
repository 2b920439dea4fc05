"""Things that happen at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask_billcom.engine.decisions import NotPossible


def together(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do some things at the same moment, each in a thread of its own, and return what each gave or why it cannot be."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait(timeout=30)
        try:
            return act()
        except NotPossible as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
