"""Magic names and amounts: what happens to whom without any set-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flask_billcom.simulator.settings import Settings

__all__ = ["slowness"]

SLOW: Final = "~slow"
SLOW_S: Final = 5.0


def slowness(settings: Settings, data: str | None) -> float:
    """Return the seconds that a call's answer is kept back: some where its data names `~slow`."""
    return SLOW_S if data is not None and SLOW in data and settings.magic else 0.0
