"""Collect garbage seldom: a suite makes many rows and few rings, so that looking for rings is mostly in vain.

    pytest                   once all tests are imported, by the hook below
    a process of a suite     `collect_seldom()` where it begins

What is imported by then stays until the end, and is not looked at any more.
"""

from __future__ import annotations

import gc

NEW = 50_000
"""How many new objects are waited for; the older ones are looked at after as many rounds as Python means it."""


def collect_seldom() -> None:
    """Leave alone what is there, and look among what comes after less often than Python does by itself."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW)


def pytest_collection_finish() -> None:
    """Begin when all tests are imported."""
    collect_seldom()
