"""What a suite is asked for on the command line."""

from __future__ import annotations

from dataclasses import dataclass

DEEP = 4


@dataclass(frozen=True)
class Asked:
    """What to play, and where.

    :param count: how many tellings, or settlements; all that there are if left out.
    :param only: replay the telling of this name.
    :param jobs: processes that share the work.
    :param deep: how many cuts of each chapter share a telling.
    """

    suite: str
    database: str = "sqlite"
    count: int | None = None
    seed: int = 1
    only: str | None = None
    jobs: int = 1
    deep: int = DEEP
