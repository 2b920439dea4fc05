"""Worlds in which buyers pay."""

from __future__ import annotations

import pytest

from tests.support.stages import MakeWorld
from tests.support.world import Stage

__all__ = ["MakeWorld"]


@pytest.fixture(scope="module")
def stage(sqlite_stage: Stage) -> Stage:
    """Give the stage to a property, which begins a world for each of its examples."""
    return sqlite_stage
