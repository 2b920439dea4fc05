"""What a list can see while it is behind: objects as they were some seconds ago.

Versions are kept only while lists lag, so that a simulator without lag pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask_billcom.simulator.world import World

__all__ = ["lagged"]


def lagged(world: World, name: str, lag_s: float = 0) -> Callable[[Row], Row | None] | None:
    """Return what of a row is visible in lists now, or None where lists show everything at once.

    :param lag_s: seconds that this list is behind; the switch where it is more.
    """
    lag = int(max(lag_s, world.settings.list_lag_s) * 1000)
    if not lag:
        return None
    horizon = world.now - lag
    past = world.store[name].past

    def seen(row: Row) -> Row | None:
        if row.created > horizon:
            return None
        if row.updated <= horizon:
            return row
        versions = past.get(row, ())
        return next((each for each in reversed(versions) if each.updated <= horizon), row)

    return seen
